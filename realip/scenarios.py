"""The decision: choices lead to a scenario, or to the reason why there is none and the nearest one that is offered.

The table and the graph are those of the *TKE Real Client IP Preservation Guide* (github.com/kestrelli/client-ip, called the
guide below), names and images those of its manifests. A row says every decision in which the scenarios differ; how TKE
spells a decision is `realip.tke`'s business.
"""

from dataclasses import dataclass
from enum import StrEnum

from realip.messages import ENGLISH
from realip.reads import Reads

__all__ = [
    "DEFAULT_STACK",
    "SCENARIOS",
    "Choices",
    "Connection",
    "ExposureKind",
    "NetworkMode",
    "NodeType",
    "NotOffered",
    "Reads",
    "Scenario",
    "by_slug",
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


class ExposureKind(StrEnum):
    """How clients reach the app; each kind is the component of that name."""

    DIRECT_SERVICE = "DirectService"
    """A Service of type LoadBalancer whose CLB reaches pods straight."""
    NODE_PORT_INGRESS = "NodePortIngress"
    """An Ingress of class qcloud in front of a NodePort Service."""

    @property
    def service_type(self) -> str:
        """The type of its Kubernetes Service."""
        return "LoadBalancer" if self is ExposureKind.DIRECT_SERVICE else "NodePort"

    @property
    def has_ingress(self) -> bool:
        """An Ingress stands in front of the Service, and layer 7 in front of the app."""
        return self is ExposureKind.NODE_PORT_INGRESS

    @property
    def direct_access(self) -> str:
        """The value of TKE's direct-access annotation, which is always written (TKE 131136)."""
        return "true" if self is ExposureKind.DIRECT_SERVICE else "false"


@dataclass(frozen=True)
class Choices:
    """The three choices that a user makes."""

    network_mode: NetworkMode
    node_type: NodeType
    connection: Connection

    def __str__(self) -> str:
        """The choices as a person names them: `VPC-CNI, native nodes, direct`."""
        return f"{self.network_mode.value}, {self.node_type.value} nodes, {self.connection.value}"


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


_DIRECT_NAMES = Names("default", "real-ip-demo", "real-ip-container", "clb-direct-pod", ingress=None)
_NON_DIRECT_NAMES = Names(
    "kestrel-catchip", "real-ip-deployment", "flask-container", "real-ip-service", "real-ip-ingress"
)
_LAYER_4_IMAGE = "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0"
_LAYER_7_IMAGE = "test-angel01.tencentcloudcr.com/kestrelli/kestrel-seven-real-ip:v1.0"
_DIRECT_VERSION = (1, 20)
_INGRESS_VERSION = (1, 19)
"""`networking.k8s.io/v1` Ingress, which the guide writes, is served since Kubernetes 1.19."""

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        number=1,
        slug="vpc-cni-direct-native",
        title="VPC-CNI, CLB direct to pods on native nodes",
        choices=Choices(NetworkMode.VPC_CNI, NodeType.NATIVE, Connection.DIRECT),
        exposure=ExposureKind.DIRECT_SERVICE,
        reads=Reads.SOCKET_PEER,
        names=_DIRECT_NAMES,
        image=_LAYER_4_IMAGE,
        replicas=3,
        minimum_version=_DIRECT_VERSION,
        explicit_public=True,
    ),
    Scenario(
        number=2,
        slug="globalrouter-direct-native",
        title="GlobalRouter, CLB direct to pods on native nodes",
        choices=Choices(NetworkMode.GLOBAL_ROUTER, NodeType.NATIVE, Connection.DIRECT),
        exposure=ExposureKind.DIRECT_SERVICE,
        reads=Reads.SOCKET_PEER,
        names=_DIRECT_NAMES,
        image=_LAYER_4_IMAGE,
        replicas=3,
        minimum_version=_DIRECT_VERSION,
        global_route_direct_access=True,
        billed_by_ip=True,
    ),
    Scenario(
        number=3,
        slug="vpc-cni-direct-super",
        title="VPC-CNI, CLB direct to pods on super nodes",
        choices=Choices(NetworkMode.VPC_CNI, NodeType.SUPER, Connection.DIRECT),
        exposure=ExposureKind.DIRECT_SERVICE,
        reads=Reads.SOCKET_PEER,
        names=_DIRECT_NAMES,
        image=_LAYER_4_IMAGE,
        replicas=3,
        minimum_version=_DIRECT_VERSION,
        billed_by_ip=True,
    ),
    Scenario(
        number=4,
        slug="vpc-cni-nondirect-native",
        title="VPC-CNI, Ingress and NodePort on native nodes",
        choices=Choices(NetworkMode.VPC_CNI, NodeType.NATIVE, Connection.NON_DIRECT),
        exposure=ExposureKind.NODE_PORT_INGRESS,
        reads=Reads.X_FORWARDED_FOR,
        names=_NON_DIRECT_NAMES,
        image=_LAYER_7_IMAGE,
        replicas=2,
        minimum_version=_INGRESS_VERSION,
    ),
    Scenario(
        number=5,
        slug="globalrouter-nondirect-native",
        title="GlobalRouter, Ingress and NodePort on native nodes",
        choices=Choices(NetworkMode.GLOBAL_ROUTER, NodeType.NATIVE, Connection.NON_DIRECT),
        exposure=ExposureKind.NODE_PORT_INGRESS,
        reads=Reads.X_FORWARDED_FOR,
        names=_NON_DIRECT_NAMES,
        image=_LAYER_7_IMAGE,
        replicas=2,
        minimum_version=_INGRESS_VERSION,
    ),
)

DEFAULT_STACK = SCENARIOS[0].slug
"""The scenario of commands and stack files that name none."""

_BY_SLUG = {scenario.slug: scenario for scenario in SCENARIOS}
_BY_CHOICES = {scenario.choices: scenario for scenario in SCENARIOS}


def by_slug(slug: str) -> Scenario | None:
    """The scenario of that slug, which is its stack's name too; None if there is none."""
    return _BY_SLUG.get(slug)


def resolve(choices: Choices) -> Scenario | NotOffered:
    """The scenario that three choices lead to, or why there is none and which one comes nearest."""
    scenario = _BY_CHOICES.get(choices)
    if scenario is not None:
        return scenario
    super_nodes, direct = choices.node_type is NodeType.SUPER, choices.connection is Connection.DIRECT
    return NotOffered(choices, "no_node_port" if super_nodes and not direct else "not_built", _nearest(choices))


def _nearest(choices: Choices) -> Scenario:
    """The scenario that shares most with the choices, nodes before network mode before connection."""

    def shared(scenario: Scenario) -> tuple[bool, bool, bool]:
        mine = scenario.choices
        return (
            mine.node_type is choices.node_type,
            mine.network_mode is choices.network_mode,
            mine.connection is choices.connection,
        )

    return max(SCENARIOS, key=shared)
