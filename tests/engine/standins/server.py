"""The gRPC side that both stand-ins share: wire format, call log, faults, and errors as the engine expects them."""

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from tests.engine.standins.calls import Call, CallLog
from tests.engine.standins.faults import Faults, Refusal
from tests.engine.standins.values import Unknown, decode, encode

__all__ = ["Difference", "InitializationFailed", "StandIn", "serve"]

MAX_CONCURRENT_CALLS = 64
"""More than the engine ever sends at once, so that a held call never keeps another one out."""


class InitializationFailed(Exception):
    """The resource exists, but it did not become what was waited for: the engine keeps it and asks again."""

    def __init__(self, identifier: str, properties: Mapping[str, Any], reason: str) -> None:
        super().__init__(reason)
        self.identifier = identifier
        self.properties = properties
        self.reason = reason


@dataclass
class Difference:
    """What an update would change: property paths, those among them that need a new resource, and in which order."""

    changed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    delete_first: bool = False


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """A provider of one package. Subclasses answer in plain values; `caller` tells the engine's provider instances apart."""

    package = ""
    distribution = ""
    accepts_secrets = False
    settings: Mapping[str, str] = {}
    """The types of an instance's settings, by name, as far as a program in a language without types needs them."""

    def __init__(self, log: CallLog, faults: Faults) -> None:
        self.log = log
        self.faults = faults

    # --- What a subclass says ---

    @abstractmethod
    def configure(self, caller: str, settings: dict[str, Any]) -> None:
        """Remember an instance's settings."""

    @abstractmethod
    def diff_settings(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        """What a change of an instance's settings means."""

    @abstractmethod
    def check(self, kind: str, inputs: dict[str, Any]) -> dict[str, str]:
        """Problems of a resource's inputs, by property."""

    @abstractmethod
    def diff(self, kind: str, old_inputs: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> Difference:
        """What new inputs change of an old state."""

    @abstractmethod
    def create(self, caller: str, call: Call, inputs: dict[str, Any], seconds: float) -> tuple[str, dict[str, Any]]:
        """Make a resource: its id and state."""

    @abstractmethod
    def plan(self, kind: str, old: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """The state that a preview can promise; `old` is empty for a resource that does not exist."""

    @abstractmethod
    def read(
        self, caller: str, call: Call, inputs: dict[str, Any], *, imported: bool
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Inputs and state as the cloud has them now, or None; `imported`: the engine has no state of it yet."""

    @abstractmethod
    def update(
        self, caller: str, call: Call, old: dict[str, Any], inputs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Change a resource in place: its new state."""

    @abstractmethod
    def delete(self, caller: str, call: Call, state: dict[str, Any]) -> None:
        """Remove a resource."""

    def invoke(self, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer a function of the package."""
        raise Refusal("StandIn.NotModelled", f"the function {token} is not modelled ({arguments})")

    # --- The wire ---

    @contextmanager
    def _answer(
        self, context: grpc.ServicerContext, method: str, urn: str, identifier: str = "", *, preview: bool = False
    ) -> Iterator[Call]:
        call = self.log.begin(self.package, method, urn, identifier, preview=preview)
        try:
            self.faults.strike(call, after=False)
            yield call
            self.faults.strike(call, after=True)
        except Refusal as refusal:
            self.log.end(call, str(refusal))
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
        except InitializationFailed as failure:
            self.log.end(call, failure.reason)
            detail = provider_pb2.ErrorResourceInitFailed(
                id=failure.identifier, properties=encode(failure.properties), reasons=[failure.reason]
            )
            packed = any_pb2.Any()
            packed.Pack(detail)
            status = status_pb2.Status(code=2, message=failure.reason, details=[packed])
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            context.abort(grpc.StatusCode.UNKNOWN, failure.reason)
        except Exception as error:
            self.log.end(call, f"the stand-in broke: {error!r}")
            raise
        self.log.end(call)

    @staticmethod
    def _type(urn: str) -> str:
        return urn.split("::")[2].rsplit("$", maxsplit=1)[-1]

    def Handshake(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=self.accepts_secrets)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    def GetPluginInfo(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version(self.distribution))

    def GetSchema(  # noqa: N802
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """What programs without types look up: the settings of a provider instance, and nothing of its resources."""
        inputs = {name: {"type": kind} for name, kind in self.settings.items()}
        schema = {"name": self.package, "version": version(self.distribution), "provider": {"inputProperties": inputs}}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        with self._answer(context, "DiffConfig", request.urn):
            difference = self.diff_settings(decode(request.olds), decode(request.news))
            return self._difference(difference)
        raise AssertionError

    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        with self._answer(context, "Configure", request.urn):
            self.configure(context.peer(), decode(request.args))
        return provider_pb2.ConfigureResponse(acceptSecrets=self.accepts_secrets, supportsPreview=True)

    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        failures = self.check(self._type(request.urn), decode(request.news))
        return provider_pb2.CheckResponse(
            inputs=request.news,
            failures=[provider_pb2.CheckFailure(property=path, reason=why) for path, why in failures.items()],
        )

    @staticmethod
    def _difference(difference: Difference) -> provider_pb2.DiffResponse:
        kind = provider_pb2.PropertyDiff.Kind
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if difference.changed else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=difference.replaces,
            diffs=difference.changed,
            deleteBeforeReplace=difference.delete_first,
            detailedDiff={
                path: provider_pb2.PropertyDiff(
                    kind=kind.UPDATE_REPLACE if path in difference.replaces else kind.UPDATE
                )
                for path in difference.changed
            },
            hasDetailedDiff=True,
        )

    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        with self._answer(context, "Diff", request.urn, request.id):
            old_inputs, old, new = decode(request.old_inputs), decode(request.olds), decode(request.news)
            difference = self.diff(self._type(request.urn), old_inputs, old, new)
            if request.ignoreChanges:
                ignored = tuple(request.ignoreChanges)
                difference.changed = [path for path in difference.changed if not path.startswith(ignored)]
                difference.replaces = [path for path in difference.replaces if not path.startswith(ignored)]
            return self._difference(difference)
        raise AssertionError

    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        inputs = decode(request.properties)
        with self._answer(context, "Create", request.urn, preview=request.preview) as call:
            if request.preview:
                return provider_pb2.CreateResponse(properties=encode(self.plan(call.type, {}, inputs)))
            identifier, state = self.create(context.peer(), call, inputs, request.timeout)
            call.id = identifier
            return provider_pb2.CreateResponse(id=identifier, properties=encode(state))
        raise AssertionError

    def Read(  # noqa: N802
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        with self._answer(context, "Read", request.urn, request.id) as call:
            imported = not request.properties.fields
            found = self.read(context.peer(), call, decode(request.inputs), imported=imported)
            if found is None:
                return provider_pb2.ReadResponse()
            inputs, state = found
            return provider_pb2.ReadResponse(id=request.id, properties=encode(state), inputs=encode(inputs))
        raise AssertionError

    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        old, inputs = decode(request.olds), decode(request.news)
        with self._answer(context, "Update", request.urn, request.id, preview=request.preview) as call:
            if request.preview:
                return provider_pb2.UpdateResponse(properties=encode(self.plan(call.type, old, inputs)))
            state = self.update(context.peer(), call, old, inputs, request.timeout)
            return provider_pb2.UpdateResponse(properties=encode(state))
        raise AssertionError

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        with self._answer(context, "Delete", request.urn, request.id) as call:
            self.delete(context.peer(), call, decode(request.properties))
        return empty_pb2.Empty()

    def Invoke(  # noqa: N802
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        with self._answer(context, "Invoke", ""):
            arguments = decode(request.args)
            if any(isinstance(value, Unknown) for value in arguments.values()):
                return provider_pb2.InvokeResponse()
            answer = provider_pb2.InvokeResponse()
            getattr(answer, "return").CopyFrom(encode(self.invoke(request.tok, arguments)))
            return answer
        raise AssertionError


def serve(servicer: StandIn) -> tuple[grpc.Server, int]:
    """Serve a stand-in on a free loopback port."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=MAX_CONCURRENT_CALLS))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
