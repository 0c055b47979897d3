"""Runs a Pulumi plugin that is written in Python for the engine, as Python's language host does: its folder is a program."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import IO

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

__all__ = ["PluginHost"]

_ENDED = language_pb2.RunPluginResponse()


class PluginHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The part of a language host that serves plugins."""

    def RunPlugin(  # noqa: N802 - gRPC's name
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        command = [sys.executable, "-u", request.info.program_directory, *request.args]
        environment = dict(line.partition("=")[::2] for line in request.env)
        process = subprocess.Popen(
            command, cwd=request.pwd or None, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if not context.add_callback(process.kill):  # an engine that ends, or has ended, takes its plugins along
            process.kill()
        assert process.stdout is not None
        assert process.stderr is not None
        said: queue.Queue[language_pb2.RunPluginResponse] = queue.Queue()
        for stream, response in ((process.stdout, _printed), (process.stderr, _complained)):
            threading.Thread(target=_listen, args=(stream, response, said), daemon=True).start()
        for _ in range(2):
            yield from iter(said.get, _ENDED)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def InstallDependencies(  # noqa: N802
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Nothing: the plugin runs in the environment of the tests."""
        return iter(())


def _printed(line: bytes) -> language_pb2.RunPluginResponse:
    return language_pb2.RunPluginResponse(stdout=line)


def _complained(line: bytes) -> language_pb2.RunPluginResponse:
    return language_pb2.RunPluginResponse(stderr=line)


def _listen(
    stream: IO[bytes],
    response: Callable[[bytes], language_pb2.RunPluginResponse],
    said: "queue.Queue[language_pb2.RunPluginResponse]",
) -> None:
    with stream:
        for line in stream:
            said.put(response(line))
    said.put(_ENDED)
