"""What the scenarios have to be: five as the guide and its manifests state them, seven as TKE's documents do.

The offline commands have to show exactly that.
"""

from dataclasses import dataclass, replace

__all__ = ["FACTS", "GUIDE", "STACKS", "Facts"]

L4_IMAGE = "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0"
L7_IMAGE = "test-angel01.tencentcloudcr.com/kestrelli/kestrel-seven-real-ip:v1.0"
DIRECT = "service.cloud.tencent.com/direct-access"


@dataclass(frozen=True)
class Facts:
    """One row of the comparison, with the names of the manifests."""

    number: int
    mode: str
    nodes: str
    connection: str
    layer: int
    kinds: tuple[str, ...] = ("Service", "Deployment", "PodDisruptionBudget")
    namespace: str = "default"
    deployment: str = "real-ip-demo"
    container: str = "real-ip-container"
    replicas: int = 3
    image: str = L4_IMAGE
    service: str = "clb-direct-pod"
    service_type: str = "LoadBalancer"
    public: bool = False
    config_map: bool = False
    billed_by_ip: bool = False
    instead: str | None = None
    """The scenario for accounts that cannot have this one."""

    @property
    def direct(self) -> str:
        """What the direct-access annotation says."""
        return "true" if self.connection == "direct" else "false"

    @property
    def reads(self) -> str:
        """Where the app finds the client."""
        return "socket peer" if self.layer == 4 else "X-Forwarded-For"

    @property
    def local(self) -> bool:
        """The Service has externalTrafficPolicy Local."""
        return self.connection == "non-direct" and self.layer == 4

    @property
    def choices(self) -> tuple[str, str, str, int]:
        """The choices that lead here."""
        return self.mode, self.nodes, self.connection, self.layer


def _ingress(number: int, mode: str, nodes: str, connection: str) -> Facts:
    """A scenario with an Ingress, by the names that the guide has for those."""
    return Facts(
        number,
        mode,
        nodes,
        connection,
        7,
        ("Namespace", "Service", "Deployment", "Ingress", "PodDisruptionBudget"),
        namespace="kestrel-catchip",
        deployment="real-ip-deployment",
        container="flask-container",
        replicas=2,
        image=L7_IMAGE,
        service="real-ip-service",
        service_type="NodePort",
    )


def _direct_ingress(number: int, mode: str, nodes: str) -> Facts:
    return replace(_ingress(number, mode, nodes, "direct"), replicas=3, service_type="ClusterIP")


def _local(number: int, mode: str) -> Facts:
    return Facts(number, mode, "native", "non-direct", 4, replicas=2, service="clb-local-node")


_SWITCHED = ("ConfigMap", "Service", "Deployment", "PodDisruptionBudget")

GUIDE = {
    "vpc-cni-direct-native": Facts(1, "VPC-CNI", "native", "direct", 4, public=True),
    "globalrouter-direct-native": Facts(
        2,
        "GlobalRouter",
        "native",
        "direct",
        4,
        _SWITCHED,
        config_map=True,
        billed_by_ip=True,
        instead="globalrouter-nondirect-native-local",
    ),
    "vpc-cni-direct-super": Facts(
        3, "VPC-CNI", "super", "direct", 4, billed_by_ip=True, instead="vpc-cni-direct-native"
    ),
    "vpc-cni-nondirect-native": _ingress(4, "VPC-CNI", "native", "non-direct"),
    "globalrouter-nondirect-native": _ingress(5, "GlobalRouter", "native", "non-direct"),
}
"""The guide's own."""

FACTS = GUIDE | {
    "globalrouter-direct-super": Facts(
        6, "GlobalRouter", "super", "direct", 4, billed_by_ip=True, instead="globalrouter-nondirect-native-local"
    ),
    "vpc-cni-direct-native-ingress": _direct_ingress(7, "VPC-CNI", "native"),
    "globalrouter-direct-native-ingress": replace(
        _direct_ingress(8, "GlobalRouter", "native"),
        kinds=("Namespace", "ConfigMap", "Service", "Deployment", "Ingress", "PodDisruptionBudget"),
        config_map=True,
        billed_by_ip=True,
        instead="globalrouter-nondirect-native",
    ),
    "vpc-cni-direct-super-ingress": replace(
        _direct_ingress(9, "VPC-CNI", "super"), billed_by_ip=True, instead="vpc-cni-direct-native-ingress"
    ),
    "globalrouter-direct-super-ingress": replace(
        _direct_ingress(10, "GlobalRouter", "super"), billed_by_ip=True, instead="globalrouter-nondirect-native"
    ),
    "vpc-cni-nondirect-native-local": _local(11, "VPC-CNI"),
    "globalrouter-nondirect-native-local": _local(12, "GlobalRouter"),
}
STACKS = tuple(FACTS)
