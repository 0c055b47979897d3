"""What a language host has to say whatever its language, as little as the engine allows: a host runs a program, and no more."""

from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from tests.engine.plugin_host import PluginHost

__all__ = ["ThinHost", "offered"]


class ThinHost(PluginHost):
    """A language host for the program of one folder; as Python's it starts plugins, too."""

    told_already: int
    """How a program ends whose error the user has read."""

    def __init__(self, folder: Path, environment: Mapping[str, str], output: Path) -> None:
        self._folder = folder
        self._environment = environment
        self._output = output
        self._engines: dict[str, str] = {}
        """Where each engine that has called listens, by its connection: several may run stacks of one folder at once."""

    def Handshake(  # noqa: N802 - gRPC's name
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        self._engines[context.peer()] = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:  # noqa: N802
        return language_pb2.AboutResponse()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()  # the program ends with the engine's request for it

    def GetRequiredPackages(  # noqa: N802
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """None: the engine has stand-ins for some, and finds the others when the program asks for a resource."""
        return language_pb2.GetRequiredPackagesResponse()

    def waited_for(
        self, context: grpc.ServicerContext, kill: Callable[[], None], ended: Callable[[], int]
    ) -> language_pb2.RunResponse:
        """The answer about a program that runs, when it has ended; an engine that ends, or has ended, takes it along."""
        if not context.add_callback(kill):
            kill()
        code = ended()
        if code == self.told_already:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with {code}: see {self._output}" if code else "")


@contextmanager
def offered(host: ThinHost) -> Iterator[int]:
    """Offer a host to the engine on a port, which `PULUMI_DEBUG_LANGUAGES` names to it."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()
