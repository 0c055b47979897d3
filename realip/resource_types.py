"""Types of the resources that a stack of this library has, by Pulumi's own names, for those who look at a stack from outside."""

from realip import tke

__all__ = [
    "ADDRESS",
    "AUTOSCALER",
    "CLUSTER",
    "CLUSTER_ENDPOINT",
    "CONFIG_MAP_PATCH",
    "DEPLOYMENT",
    "DISRUPTION_BUDGET",
    "INGRESS",
    "KUBERNETES_PROVIDER",
    "NAMESPACE",
    "NATIVE_NODE_POOL",
    "NAT_GATEWAY",
    "ROUTE",
    "ROUTE_TABLE",
    "SECRET",
    "SECURITY_GROUP",
    "SECURITY_GROUP_RULES",
    "SERVICE",
    "SERVICE_CONFIG",
    "STACK",
    "SUBNET",
    "SUPER_NODE_POOL",
    "VPC",
    "of_kubernetes",
]

ADDRESS = "tencentcloud:Eip/instance:Instance"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
CLUSTER = "tencentcloud:Kubernetes/cluster:Cluster"
CLUSTER_ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"
CONFIG_MAP_PATCH = "kubernetes:core/v1:ConfigMapPatch"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DISRUPTION_BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
KUBERNETES_PROVIDER = "pulumi:providers:kubernetes"
NAMESPACE = "kubernetes:core/v1:Namespace"
NATIVE_NODE_POOL = "tencentcloud:Kubernetes/nativeNodePool:NativeNodePool"
NAT_GATEWAY = "tencentcloud:Nat/gateway:Gateway"
ROUTE = "tencentcloud:Route/tableEntry:TableEntry"
ROUTE_TABLE = "tencentcloud:Route/table:Table"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
SECURITY_GROUP = "tencentcloud:Security/group:Group"
SECURITY_GROUP_RULES = "tencentcloud:Security/groupRuleSet:GroupRuleSet"
SERVICE = "kubernetes:core/v1:Service"
SUBNET = "tencentcloud:Subnet/instance:Instance"
SUPER_NODE_POOL = "tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool"
VPC = "tencentcloud:Vpc/instance:Instance"
SERVICE_CONFIG = f"kubernetes:{tke.SERVICE_CONFIG_VERSION}:{tke.SERVICE_CONFIG_KIND}"
STACK = "pulumi:pulumi:Stack"


def of_kubernetes(type_: str) -> bool:
    """A type of the Kubernetes provider, whose resources are objects of a cluster."""
    return type_.startswith("kubernetes:")
