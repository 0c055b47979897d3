"""The decision: choices lead to a scenario, or to the reason why there is none and the nearest one that is offered.

Its first rows and questions are those of the *TKE Real Client IP Preservation Guide* (github.com/kestrelli/client-ip, called
the guide below), names and images those of its manifests; the layer as a question, and the rows to which only that leads, are
ours. A row says every decision in which the scenarios differ; how TKE spells a decision is `realip.tke`'s business.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import product

from realip.messages import ENGLISH
from realip.reads import Reads

__all__ = [
    "DEFAULT_STACK",
    "SCENARIOS",
    "Choices",
    "Connection",
    "ExposureKind",
    "Layer",
    "NetworkMode",
    "NodeType",
    "NotOffered",
    "Reads",
    "Scenario",
    "by_slug",
    "offered",
    "resolve",
]


class NetworkMode(StrEnum):
    """How pods get their addresses; fixed for the life of a cluster."""

    VPC_CNI = "VPC-CNI"
    GLOBAL_ROUTER = "GlobalRouter"


class NodeType(StrEnum):
    """The kind of nodes that pods run on."""

    NATIVE = "native"
    SUPER = "super"


class Connection(StrEnum):
    """How the load balancer (CLB) reaches pods: straight, or through a port of the node."""

    DIRECT = "direct"
    NON_DIRECT = "non-direct"


class Layer(IntEnum):
    """The layer at which the load balancer works: 4 forwards connections, 7 speaks HTTP and writes X-Forwarded-For."""

    FOUR = 4
    SEVEN = 7

    @classmethod
    def usual(cls, connection: Connection) -> "Layer":
        """The guide's layer for a connection, which is the one of choices that name none."""
        return cls.FOUR if connection is Connection.DIRECT else cls.SEVEN


class ExposureKind(StrEnum):
    """How clients reach the app; each kind is the component of that name."""

    DIRECT_SERVICE = "DirectService"
    """A Service of type LoadBalancer whose CLB reaches pods straight."""
    LOCAL_SERVICE = "LocalService"
    """A Service of type LoadBalancer whose CLB reaches node ports, and whose nodes keep traffic to pods of their own."""
    DIRECT_INGRESS = "DirectIngress"
    """An Ingress of class qcloud whose CLB reaches pods straight."""
    NODE_PORT_INGRESS = "NodePortIngress"
    """An Ingress of class qcloud in front of a NodePort Service."""

    @property
    def connection(self) -> Connection:
        """How its load balancer reaches pods."""
        direct = self in {ExposureKind.DIRECT_SERVICE, ExposureKind.DIRECT_INGRESS}
        return Connection.DIRECT if direct else Connection.NON_DIRECT

    @property
    def has_ingress(self) -> bool:
        """An Ingress stands in front of the Service, and layer 7 in front of the app."""
        return self in {ExposureKind.DIRECT_INGRESS, ExposureKind.NODE_PORT_INGRESS}

    @property
    def layer(self) -> Layer:
        """The layer at which its load balancer works."""
        return Layer.SEVEN if self.has_ingress else Layer.FOUR

    @property
    def service_type(self) -> str:
        """The type of its Kubernetes Service."""
        if not self.has_ingress:
            return "LoadBalancer"
        return "ClusterIP" if self is ExposureKind.DIRECT_INGRESS else "NodePort"

    @property
    def direct_access(self) -> str:
        """The value of TKE's direct-access annotation, which is always written (TKE 131136)."""
        return "true" if self.connection is Connection.DIRECT else "false"


@dataclass(frozen=True)
class Choices:
    """The choices that a user makes: three of the guide, and the layer, which follows from the connection unless it is said."""

    network_mode: NetworkMode
    node_type: NodeType
    connection: Connection
    layer: Layer = None  # type: ignore[assignment]  # the connection's usual one until __post_init__ is through

    def __post_init__(self) -> None:
        """Take the guide's layer where none is said."""
        if not self.layer:
            object.__setattr__(self, "layer", Layer.usual(self.connection))

    def __str__(self) -> str:
        """The choices as a person names them: `VPC-CNI, native nodes, direct, layer 4`."""
        return f"{self.network_mode.value}, {self.node_type.value} nodes, {self.connection.value}, layer {self.layer.value}"


@dataclass(frozen=True)
class Names:
    """The names that the guide's manifests give to the objects of a scenario."""

    namespace: str
    deployment: str
    container: str
    service: str
    ingress: str | None


@dataclass(frozen=True)
class Scenario:
    """One row of the table: every decision that differs between scenarios."""

    number: int
    slug: str
    title: str
    choices: Choices
    exposure: ExposureKind
    reads: Reads
    names: Names
    image: str
    replicas: int
    minimum_version: tuple[int, int]
    """The oldest Kubernetes on which the scenario holds, as (major, minor)."""
    global_route_direct_access: bool = False
    """Direct access has to be turned on in TKE's ConfigMap first: GlobalRouter keeps pods behind that key."""
    billed_by_ip: bool = False
    """The account has to be one that is billed by IP ("bandwidth-upshifted", TKE 41897)."""
    explicit_public: bool = False
    """The guide writes the public load balancer type on the Service; elsewhere it is TKE's default."""

    @property
    def network_mode(self) -> NetworkMode:
        """The cluster's network mode."""
        return self.choices.network_mode

    @property
    def super_nodes(self) -> bool:
        """Pods run on super nodes."""
        return self.choices.node_type is NodeType.SUPER


@dataclass(frozen=True)
class NotOffered:
    """Why a combination of choices is not a scenario, and the scenario that comes nearest to it."""

    choices: Choices
    why: str
    """The reason's code in the catalogue of messages."""
    nearest: Scenario

    @property
    def reason(self) -> str:
        """The reason, as a sentence in English."""
        return ENGLISH(self.why)

    def __str__(self) -> str:
        """One sentence each for what was asked, why not, and what to take instead."""
        return f"{self.choices} is not offered: {self.reason} Nearest scenario: `{self.nearest.slug}` ({self.nearest.choices})."


_LAYER_4_NAMES = Names("default", "real-ip-demo", "real-ip-container", "clb-direct-pod", ingress=None)
_LAYER_7_NAMES = Names("kestrel-catchip", "real-ip-deployment", "flask-container", "real-ip-service", "real-ip-ingress")
_LOCAL_NAMES = Names("default", "real-ip-demo", "real-ip-container", "clb-local-node", ingress=None)
"""The guide has no Service with `externalTrafficPolicy: Local`: its names beside a name of ours for that Service."""
_LAYER_4_IMAGE = "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0"
_LAYER_7_IMAGE = "test-angel01.tencentcloudcr.com/kestrelli/kestrel-seven-real-ip:v1.0"
_DIRECT_VERSION = (1, 20)
_INGRESS_VERSION = (1, 19)
"""`networking.k8s.io/v1` Ingress, which the guide writes, is served since Kubernetes 1.19."""
_LOCAL_VERSION = (1, 27)
"""Since when the scheduler can keep the new pods of a rollout level over nodes (matchLabelKeys): a node without one drops connections."""


def _scenario(
    number: int, slug: str, network_mode: NetworkMode, node_type: NodeType, exposure: ExposureKind
) -> Scenario:
    """A row of the table: what follows from the exposure, the network mode and the kind of nodes."""
    mode, nodes = network_mode.value, f"{node_type.value} nodes"
    direct, layer_7 = exposure.connection is Connection.DIRECT, exposure.has_ingress
    routed = network_mode is NetworkMode.GLOBAL_ROUTER and node_type is NodeType.NATIVE
    return Scenario(
        number=number,
        slug=slug,
        title=_TITLES[exposure].format(mode=mode, nodes=nodes),
        choices=Choices(network_mode, node_type, exposure.connection, exposure.layer),
        exposure=exposure,
        reads=Reads.X_FORWARDED_FOR if layer_7 else Reads.SOCKET_PEER,
        names=_LAYER_7_NAMES if layer_7 else _LAYER_4_NAMES if direct else _LOCAL_NAMES,
        image=_LAYER_7_IMAGE if layer_7 else _LAYER_4_IMAGE,
        replicas=3 if direct else 2,
        minimum_version=_DIRECT_VERSION if direct else _INGRESS_VERSION if layer_7 else _LOCAL_VERSION,
        global_route_direct_access=direct and routed,
        billed_by_ip=direct and (routed or node_type is NodeType.SUPER),
        explicit_public=number == 1,
    )


_TITLES = {
    ExposureKind.DIRECT_SERVICE: "{mode}, CLB direct to pods on {nodes}",
    ExposureKind.LOCAL_SERVICE: "{mode}, Service with externalTrafficPolicy Local on {nodes}",
    ExposureKind.DIRECT_INGRESS: "{mode}, Ingress direct to pods on {nodes}",
    ExposureKind.NODE_PORT_INGRESS: "{mode}, Ingress and NodePort on {nodes}",
}

_VPC_CNI, _GLOBAL_ROUTER = NetworkMode.VPC_CNI, NetworkMode.GLOBAL_ROUTER
_NATIVE, _SUPER = NodeType.NATIVE, NodeType.SUPER

SCENARIOS: tuple[Scenario, ...] = (
    _scenario(1, "vpc-cni-direct-native", _VPC_CNI, _NATIVE, ExposureKind.DIRECT_SERVICE),
    _scenario(2, "globalrouter-direct-native", _GLOBAL_ROUTER, _NATIVE, ExposureKind.DIRECT_SERVICE),
    _scenario(3, "vpc-cni-direct-super", _VPC_CNI, _SUPER, ExposureKind.DIRECT_SERVICE),
    _scenario(4, "vpc-cni-nondirect-native", _VPC_CNI, _NATIVE, ExposureKind.NODE_PORT_INGRESS),
    _scenario(5, "globalrouter-nondirect-native", _GLOBAL_ROUTER, _NATIVE, ExposureKind.NODE_PORT_INGRESS),
    _scenario(6, "globalrouter-direct-super", _GLOBAL_ROUTER, _SUPER, ExposureKind.DIRECT_SERVICE),
    _scenario(7, "vpc-cni-direct-native-ingress", _VPC_CNI, _NATIVE, ExposureKind.DIRECT_INGRESS),
    _scenario(8, "globalrouter-direct-native-ingress", _GLOBAL_ROUTER, _NATIVE, ExposureKind.DIRECT_INGRESS),
    _scenario(9, "vpc-cni-direct-super-ingress", _VPC_CNI, _SUPER, ExposureKind.DIRECT_INGRESS),
    _scenario(10, "globalrouter-direct-super-ingress", _GLOBAL_ROUTER, _SUPER, ExposureKind.DIRECT_INGRESS),
    _scenario(11, "vpc-cni-nondirect-native-local", _VPC_CNI, _NATIVE, ExposureKind.LOCAL_SERVICE),
    _scenario(12, "globalrouter-nondirect-native-local", _GLOBAL_ROUTER, _NATIVE, ExposureKind.LOCAL_SERVICE),
)

DEFAULT_STACK = SCENARIOS[0].slug
"""The scenario of commands and stack files that name none."""

_BY_SLUG = {scenario.slug: scenario for scenario in SCENARIOS}
_BY_CHOICES = {scenario.choices: scenario for scenario in SCENARIOS}


def by_slug(slug: str) -> Scenario | None:
    """The scenario of that slug, which is its stack's name too; None if there is none."""
    return _BY_SLUG.get(slug)


def resolve(choices: Choices) -> Scenario | NotOffered:
    """The scenario that the choices lead to, or why there is none and which one comes nearest."""
    return _BY_CHOICES.get(choices) or NotOffered(choices, "no_node_port", _nearest(choices))


def offered(mode: NetworkMode, kind: NodeType) -> dict[Connection, list[Scenario]]:
    """The scenarios of a network mode and a kind of nodes, by their connection: what is left to ask once those two are chosen."""
    found: dict[Connection, list[Scenario]] = {}
    for connection, layer in product(Connection, Layer):
        answer = resolve(Choices(mode, kind, connection, layer))
        if isinstance(answer, Scenario):
            found.setdefault(connection, []).append(answer)
    return found


def _nearest(choices: Choices) -> Scenario:
    """The scenario that shares most with the choices: nodes before network mode before layer before connection."""

    def shared(scenario: Scenario) -> tuple[bool, bool, bool, bool]:
        mine = scenario.choices
        return (
            mine.node_type is choices.node_type,
            mine.network_mode is choices.network_mode,
            mine.layer is choices.layer,
            mine.connection is choices.connection,
        )

    return max(SCENARIOS, key=shared)
