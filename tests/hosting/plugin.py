"""The plugin as the engine has it: a process of its own that is spoken to over gRPC, beside an engine that takes all it is told."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    errors_pb2,
    provider_pb2,
    provider_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
    status_pb2,
)

__all__ = ["PROVIDER", "Answer", "Plugin", "Registered", "asset", "output", "reference", "running", "unknown"]

PLUGIN = Path(__file__).resolve().parents[2] / "plugin"
SECONDS = 60
PROVIDER = "urn:pulumi:s::p::pulumi:providers:kubernetes::cluster::11111111-2222-3333-4444-555555555555"
"""A Kubernetes provider that a program has made and named."""
KUBECONFIG = (
    "{clusters: [{name: c, cluster: {server: 'https://192.0.2.2'}}], users: [{name: u, user: {token: hunter2}}]}"
)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def output(value: Any, *, secret: bool = False, of: str | None = None) -> dict[str, Any]:
    """An output on the wire, of a resource where `of` names one (developer-docs of the engine: output values)."""
    made: dict[str, Any] = {_SIGNATURE: _OUTPUT, "value": value, "secret": secret}
    return made | ({"dependencies": [of]} if of else {})


def reference(identity: str | None = None, of: str = "tencentcloud:Subnet/instance:Instance") -> dict[str, Any]:
    """A whole resource on the wire, such as a subnet where its id is asked for; a component has no id, or an empty one."""
    return {_SIGNATURE: _RESOURCE, "urn": f"urn:pulumi:s::p::{of}::made"} | (
        {} if identity is None else {"id": identity}
    )


def asset(text: str) -> dict[str, Any]:
    """An asset on the wire."""
    return {_SIGNATURE: _ASSET, "text": text, "hash": "0" * 64}


def unknown(of: str) -> dict[str, Any]:
    """An output on the wire that is not known yet."""
    return {_SIGNATURE: _OUTPUT, "dependencies": [of]}


@dataclass(frozen=True)
class Registered:
    """A resource that a component registered."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    parent: str


@dataclass
class Answer:
    """The outcome of one component: what it is, or why it is none."""

    state: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    """Reasons by the property that each is about."""
    registered: list[Registered] = field(default_factory=list)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """The outputs of the component in the state."""
    warnings: list[str] = field(default_factory=list)

    def made(self, kind: str) -> Mapping[str, Any]:
        """The inputs of the only resource of a type."""
        (found,) = [one.inputs for one in self.registered if one.type == kind]
        return found

    @property
    def told(self) -> dict[str, str]:
        """The reason by each property that is told of, with its value or without."""
        without_value = re.findall(r"^\t\t- property (.+?) has a problem: (.+)$", self.message, re.MULTILINE)
        return dict(without_value) | dict(self.errors)

    @property
    def text(self) -> str:
        """Everything that a person reads of a refusal."""
        return "\n".join([self.message, *(f"{path}: {reason}" for path, reason in self.errors.items())])


class _Engine(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Takes every resource, and gives a load balancer its address."""

    def __init__(self) -> None:
        self.answer = Answer()
        self._lock = threading.Lock()

    def GetDeploymentInfo(  # noqa: N802 - gRPC's name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> resource_pb2.DeploymentInfo:
        """All that engines can do."""
        return resource_pb2.DeploymentInfo(supportedFeatures=resource_pb2.ResourceMonitorFeature.values())

    def RegisterResource(  # noqa: N802
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        inputs = json_format.MessageToDict(request.object)
        with self._lock:
            self.answer.registered.append(Registered(request.type, request.name, inputs, request.parent))
        made = struct_pb2.Struct()
        made.CopyFrom(request.object)
        if request.type == "kubernetes:core/v1:Service":
            status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
            made.update({"status": status, "metadata": inputs["metadata"]})
        if request.type == "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint":
            made.update({"kubeConfig": KUBECONFIG, "clusterExternalEndpoint": "192.0.2.2"})
        urn = f"urn:pulumi:s::p::{request.type}::{request.name}"
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=f"id-of-{request.name}" if request.custom else "", object=made
        )

    def ReadResource(  # noqa: N802
        self, request: resource_pb2.ReadResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.ReadResourceResponse:
        urn = f"urn:pulumi:s::p::{request.type}::{request.name}"
        return resource_pb2.ReadResourceResponse(urn=urn, properties=request.properties)

    def RegisterResourceHook(  # noqa: N802
        self, request: resource_pb2.RegisterResourceHookRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Invoke(  # noqa: N802
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Look up a resource that the program has made, such as its provider."""
        answer = provider_pb2.InvokeResponse()
        urn = json_format.MessageToDict(request.args)["urn"]
        getattr(answer, "return").update({"urn": urn, "id": urn.rpartition("::")[2], "state": {}})
        return answer

    def RegisterResourceOutputs(  # noqa: N802
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        self.answer.outputs = json_format.MessageToDict(request.outputs)
        return empty_pb2.Empty()

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        if request.severity >= engine_pb2.WARNING:
            self.answer.warnings.append(request.message)
        return empty_pb2.Empty()


@dataclass
class Plugin:
    """A plugin that runs."""

    provider: provider_pb2_grpc.ResourceProviderStub
    engine: _Engine
    address: str

    def construct(
        self,
        kind: str,
        inputs: Mapping[str, Any],
        *,
        preview: bool = False,
        provider: str | None = PROVIDER,
        config: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make a component as a program does that names a Kubernetes provider."""
        self.engine.answer = answer = Answer()
        given = struct_pb2.Struct()
        json_format.ParseDict(dict(inputs), given)
        request = provider_pb2.ConstructRequest(
            project="p",
            stack="s",
            organization="o",
            type=f"realip:index:{kind}",
            name="shop",
            inputs=given,
            dryRun=preview,
            monitorEndpoint=self.address,
            providers={"kubernetes": provider} if provider else {},
            config=dict(config or {}),
            parallel=8,
            accepts_output_values=True,
        )
        try:
            answer.state = json_format.MessageToDict(self.provider.Construct(request, timeout=SECONDS).state)
        except grpc.RpcError as error:
            answer.message, answer.errors = _told(error)
        return answer


def _told(error: Any) -> tuple[str, dict[str, str]]:
    """A refusal's message, and the reasons that come beside properties."""
    found: dict[str, str] = {}
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status, details = status_pb2.Status.FromString(value), errors_pb2.InputPropertiesError()
            for packed in status.details:
                if packed.Unpack(details):
                    found.update({one.property_path: one.reason for one in details.errors})
    return str(error.details()), found


@contextmanager
def running() -> Iterator[Plugin]:
    """The plugin of this project, started as Python's language host starts it."""
    engine, server = _Engine(), grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    command = [sys.executable, "-u", str(PLUGIN), address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), engine, address)
        finally:
            process.kill()
            server.stop(grace=None).wait()
