"""Kubernetes objects as they were found: with the place that they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CLUSTER_WIDE", "KINDS", "LAST_APPLIED", "NAMELESS", "WORKLOADS", "Found", "Place", "as_map", "as_maps"]

KINDS: Mapping[str, tuple[str, ...]] = {
    "Service": ("",),
    "Ingress": ("networking.k8s.io", "extensions"),
    "ConfigMap": ("",),
    "Node": ("",),
    "Pod": ("",),
    "Namespace": ("",),
    "Deployment": ("apps", "extensions"),
    "StatefulSet": ("apps",),
    "DaemonSet": ("apps", "extensions"),
    "ReplicaSet": ("apps", "extensions"),
    "ReplicationController": ("",),
    "Rollout": ("argoproj.io",),
    "CloneSet": ("apps.kruise.io",),
    "EndpointSlice": ("discovery.k8s.io",),
    "IngressClass": ("networking.k8s.io",),
    "TkeServiceConfig": ("cloud.tencent.com",),
    "Gateway": ("gateway.networking.k8s.io",),
    "GatewayClass": ("gateway.networking.k8s.io",),
    "HTTPRoute": ("gateway.networking.k8s.io",),
    "GRPCRoute": ("gateway.networking.k8s.io",),
    "TLSRoute": ("gateway.networking.k8s.io",),
    "TCPRoute": ("gateway.networking.k8s.io",),
    "EnvoyProxy": ("gateway.envoyproxy.io",),
    "ClientTrafficPolicy": ("gateway.envoyproxy.io",),
    "BackendTrafficPolicy": ("gateway.envoyproxy.io",),
    "IstioOperator": ("install.istio.io",),
    "EnvoyFilter": ("networking.istio.io",),
}
"""The kinds that an audit looks at, and their groups; of everything else nothing is kept, least of all a Secret."""

CLUSTER_WIDE = frozenset({"Node", "Namespace", "IngressClass", "GatewayClass"})
WORKLOADS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Rollout",
    "CloneSet",
)
"""The kinds that make pods of a template."""
NAMELESS = frozenset({"IstioOperator"})
"""Kinds that a program reads from a file, where a name is left out."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps an object as it was applied."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an object in a text."""

    file: str
    """A path as it was given, `-` for standard input; the address of a cluster, or the name of a state."""
    line: int | None = None
    """The line where it starts, from 1; None where there are no lines."""
    start: int = 0
    end: int = 0
    """Where the document that it is in starts and ends in the text."""
    index: int | None = None
    """Which of the document's items it is; None: the document itself."""


@dataclass(slots=True, eq=False)
class Found:
    """An object and its place."""

    kind: str
    namespace: str
    """Empty for kinds without one."""
    name: str
    body: Mapping[str, Any]
    place: Place
    annotations: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> Mapping[str, Any]:
        """The object's spec."""
        return as_map(self.body.get("spec"))

    @property
    def key(self) -> tuple[str, str, str]:
        """Kind, namespace and name."""
        return self.kind, self.namespace, self.name

    def __str__(self) -> str:
        """`Service default/name`."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def as_map(value: object) -> Mapping[str, Any]:
    """A map; an empty one where there is something else in its place."""
    return value if isinstance(value, Mapping) else {}


def as_maps(value: object) -> list[Mapping[str, Any]]:
    """The maps of a list; none where there is something else in its place."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
