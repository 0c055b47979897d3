"""The section `cluster`: the TKE cluster."""

from pydantic import Field

from realip import defaults
from realip.settings.sections.section import Section
from realip.settings.values import (
    ClusterCidr,
    ClusterId,
    Level,
    Name,
    PodNumber,
    ServiceCidr,
    ServiceNumber,
    Version,
)

__all__ = ["ClusterSettings"]


class ClusterSettings(Section):
    """The TKE cluster."""

    id: ClusterId | None = Field(
        None,
        description="An existing cluster: the app and its exposure are made on it, and nothing of the network, the cluster or its nodes.",
    )
    name: Name = Field("realip", description="The cluster's name, and the prefix of every cloud resource's name.")
    version: Version = Field(defaults.KUBERNETES_VERSION, description="Kubernetes version, in quotes.")
    level: Level = Field(
        defaults.CLUSTER_LEVEL,
        description="Size of the managed control plane: L5 holds 5 nodes, L20 holds 20, and so on.",
    )
    deletion_protection: bool = Field(
        default=False, description="Refuse to delete the cluster; then `pulumi destroy` fails."
    )
    service_cidr: ServiceCidr | None = Field(
        None,
        description=f"Network of Services. VPC-CNI: {defaults.SERVICE_CIDR} if unset. GlobalRouter: the end of clusterCidr if unset.",
    )
    cluster_cidr: ClusterCidr | None = Field(
        None, description=f"GlobalRouter: network of pods; {defaults.CLUSTER_CIDR} if unset."
    )
    pods_per_node: PodNumber | None = Field(
        None, description=f"GlobalRouter: addresses of each node, a power of two; {defaults.PODS_PER_NODE} if unset."
    )
    services: ServiceNumber | None = Field(
        None, description=f"GlobalRouter: how many Services, a power of two; {defaults.SERVICES} if unset."
    )
    exclusive_eni: bool | None = Field(
        None, description="VPC-CNI: an ENI for each pod instead of shared ones; needs Tencent's approval."
    )
    static_pod_ips: bool | None = Field(
        None, description="VPC-CNI: pods keep their addresses, and their zone with them."
    )
