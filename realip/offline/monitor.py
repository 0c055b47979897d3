"""The engine's side of Pulumi's protocol: takes down what a program registers, and answers as a preview would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import engine_pb2, resource_pb2

from realip import resource_types, tke
from realip.errors import InputError
from realip.offline.values import Secret, decode, later

__all__ = ["Engine", "Monitor", "Recording", "Resource"]

_COMPUTED = {resource_types.ADDRESS: ("publicIp",)}
"""Outputs that providers compute and other resources take in: named, so that a preview says where a value comes from."""


@dataclass(frozen=True)
class Resource:
    """A registration of a program: everything that the engine would be told."""

    type: str
    name: str
    urn: str
    parent: str
    """URN of the parent; empty for the stack itself."""
    custom: bool
    """A provider makes it; a component is made by its children."""
    read: bool
    """It exists already and is only read."""
    id: str
    inputs: Mapping[str, Any]
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    provider: str
    """URN of the provider; empty for the default one."""
    options: Mapping[str, Any]
    """Options that were set, under the protocol's names."""


@dataclass
class Recording:
    """One run of a program."""

    project: str
    stack: str
    resources: list[Resource] = field(default_factory=list)
    """In the order in which the program makes them; the stack itself is not among them."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """The exports of the program."""
    component_outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The outputs that components register, by URN."""
    warnings: list[str] = field(default_factory=list)
    """The warnings of the program."""


class Engine:
    """The engine's log: keeps what a person is warned of."""

    def __init__(self, warnings: list[str]) -> None:
        self._warnings = warnings

    def Log(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Keep a warning, and let the rest go."""
        if request.severity >= engine_pb2.WARNING:
            self._warnings.append(request.message)
        return empty_pb2.Empty()


class Monitor(mocks.MockMonitor):
    """The engine's side of the protocol: takes every request down, and answers as a preview would.

    The SDK's own monitor keeps neither parents nor dependencies, and takes two resources of one name for one.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # every request is answered here
        self._recording = recording
        self._urns: set[str] = set()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Take a resource down; its outputs are its inputs, and what is known later."""
        urn = self._urn(request)
        if request.type == resource_types.STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.object)
        for name in _COMPUTED.get(request.type, ()):
            outputs.fields[name].string_value = later(request.name, name)
        identifier = (request.importId or later(request.name, "id")) if request.custom else ""
        self._recording.resources.append(
            Resource(
                type=request.type,
                name=request.name,
                urn=urn,
                parent=request.parent,
                custom=request.custom,
                read=False,
                id=identifier,
                inputs=_certificate_told(request.type, decode(request.object)),
                dependencies=tuple(request.dependencies),
                property_dependencies={
                    key: tuple(found.urns) for key, found in sorted(request.propertyDependencies.items()) if found.urns
                },
                provider=request.provider.rpartition("::")[0],
                options=_options(request),
            )
        )
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=outputs)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Take a read down."""
        urn = self._urn(request)
        self._recording.resources.append(
            Resource(
                type=request.type,
                name=request.name,
                urn=urn,
                parent=request.parent,
                custom=True,
                read=True,
                id=request.id,
                inputs=decode(request.properties),
                dependencies=tuple(request.dependencies),
                property_dependencies={},
                provider=request.provider.rpartition("::")[0],
                options={},
            )
        )
        return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=request.properties)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Take down what a component, or the program, hands out."""
        outputs = decode(request.outputs)
        if request.urn.split("::")[2] == resource_types.STACK:
            self._recording.outputs.update(outputs)
        else:
            self._recording.component_outputs[request.urn] = outputs
        return empty_pb2.Empty()

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Say what is understood: all that the SDK's monitor does but transforms, for which a server would have to run."""
        info = super().GetDeploymentInfo(request)  # type: ignore[no-untyped-call]
        understood = [
            found for found in info.supportedFeatures if found != resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS
        ]
        del info.supportedFeatures[:]
        info.supportedFeatures.extend(understood)
        return info

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Refuse: nobody is there to ask."""
        raise InputError(
            f"the program asks a provider for {request.tok}, which needs an account and a network; the offline commands cannot answer"
        )

    def _urn(self, request: Any) -> str:
        parents = request.parent.split("::")[2] if request.parent else resource_types.STACK
        # As the engine has it: all of the parents' types, the stack's left out.
        chain = request.type if parents == resource_types.STACK else f"{parents}${request.type}"
        urn = f"urn:pulumi:{self._recording.stack}::{self._recording.project}::{chain}::{request.name}"
        if urn in self._urns:
            raise InputError(
                f"two resources have the name {request.name!r} and the type {request.type}; rename one of them"
            )
        self._urns.add(urn)
        return urn


def _certificate_told(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with the id of a certificate, which is no secret: the SDK marks all that a Kubernetes Secret holds as one."""
    held = inputs.get("stringData") if kind == resource_types.SECRET else None
    if isinstance(held, Secret) and isinstance(held.value, dict) and held.value.keys() == {tke.CERTIFICATE_ID}:
        return {**inputs, "stringData": held.value}
    return inputs


def _options(request: Any) -> dict[str, Any]:
    """The options that were set."""
    timeouts = request.customTimeouts
    found: dict[str, Any] = {
        "protect": request.protect,
        "retainOnDelete": request.retainOnDelete,
        "deleteBeforeReplace": request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        "ignoreChanges": list(request.ignoreChanges),
        "replaceOnChanges": list(request.replaceOnChanges),
        "additionalSecretOutputs": list(request.additionalSecretOutputs),
        "aliases": [*request.aliasURNs, *filter(None, map(_called, request.aliases))],
        "customTimeouts": {
            name: getattr(timeouts, name) for name in ("create", "update", "delete") if getattr(timeouts, name)
        },
        "import": request.importId,
    }
    return {name: value for name, value in found.items() if value not in (None, False, [], {}, "")} | (
        {"deleteBeforeReplace": False} if found["deleteBeforeReplace"] is False else {}
    )


def _called(alias: Any) -> str:
    """The earlier name of a resource; nothing for one that only hung somewhere else: that changes no value."""
    return str(alias.urn or alias.spec.type or alias.spec.name)
