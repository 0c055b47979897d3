"""What the guide and its manifests state of each scenario: the offline commands have to show exactly that."""

from dataclasses import dataclass

__all__ = ["GUIDE", "STACKS", "Facts"]

L4_IMAGE = "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0"
L7_IMAGE = "test-angel01.tencentcloudcr.com/kestrelli/kestrel-seven-real-ip:v1.0"
DIRECT = "service.cloud.tencent.com/direct-access"


@dataclass(frozen=True)
class Facts:
    """One row of the guide's comparison, with the names of the manifests."""

    number: int
    mode: str
    nodes: str
    connection: str
    reads: str
    kinds: tuple[str, ...]
    namespace: str = "default"
    deployment: str = "real-ip-demo"
    container: str = "real-ip-container"
    replicas: int = 3
    image: str = L4_IMAGE
    service: str = "clb-direct-pod"
    service_type: str = "LoadBalancer"
    direct: str = "true"
    public: bool = False
    config_map: bool = False


GUIDE = {
    "vpc-cni-direct-native": Facts(
        1, "VPC-CNI", "native", "direct", "socket peer", ("Service", "Deployment"), public=True
    ),
    "globalrouter-direct-native": Facts(
        2, "GlobalRouter", "native", "direct", "socket peer", ("ConfigMap", "Service", "Deployment"), config_map=True
    ),
    "vpc-cni-direct-super": Facts(3, "VPC-CNI", "super", "direct", "socket peer", ("Service", "Deployment")),
    **{
        slug: Facts(
            number,
            mode,
            "native",
            "non-direct",
            "X-Forwarded-For",
            ("Namespace", "Service", "Deployment", "Ingress"),
            namespace="kestrel-catchip",
            deployment="real-ip-deployment",
            container="flask-container",
            replicas=2,
            image=L7_IMAGE,
            service="real-ip-service",
            service_type="NodePort",
            direct="false",
        )
        for slug, number, mode in (
            ("vpc-cni-nondirect-native", 4, "VPC-CNI"),
            ("globalrouter-nondirect-native", 5, "GlobalRouter"),
        )
    },
}
STACKS = tuple(GUIDE)
