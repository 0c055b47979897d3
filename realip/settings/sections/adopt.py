"""The section `adopt`: resources that were made and that no state knows."""

from pydantic import Field

from realip.settings.sections.section import Section
from realip.settings.values import (
    ClusterId,
    EipId,
    NatGatewayId,
    NodePoolId,
    RouteId,
    RouteTableId,
    SecurityGroupId,
    SubnetId,
    VpcId,
)

__all__ = ["AdoptSettings"]


class AdoptSettings(Section):
    """Ids of resources that Tencent Cloud made and whose answer was lost, so that no state knows them.

    What cannot be adopted has no key: the provider imports no endpoint, and reads of a super node pool not enough (v1.82.42).
    """

    vpc: VpcId | None = Field(None, description="The VPC (`realip-network-vpc`).")
    node_subnets: dict[str, SubnetId] = Field(
        default_factory=dict, description="Subnets of nodes by zone (`realip-network-nodes-<zone>`)."
    )
    pod_subnets: dict[str, SubnetId] = Field(
        default_factory=dict, description="VPC-CNI: subnets of pods by zone (`realip-network-pods-<zone>`)."
    )
    eip: EipId | None = Field(None, description="The EIP of the NAT gateway (`realip-network-nat-address`).")
    nat_gateway: NatGatewayId | None = Field(None, description="The NAT gateway (`realip-network-nat`).")
    route_table: RouteTableId | None = Field(None, description="The route table (`realip-network-routes`).")
    route: RouteId | None = Field(
        None, description="The route to the NAT gateway (`realip-network-nat-route`): its number and its route table."
    )
    security_group: SecurityGroupId | None = Field(
        None, description="The security group of nodes and pods (`realip-network-nodes`)."
    )
    admin_security_group: SecurityGroupId | None = Field(
        None, description="The security group of the public endpoint (`realip-access-admins`)."
    )
    load_balancer_security_group: SecurityGroupId | None = Field(
        None, description="The security group of the load balancer (`realip-load-balancer`)."
    )
    cluster: ClusterId | None = Field(None, description="The cluster (`realip-cluster`).")
    node_pool: NodePoolId | None = Field(
        None, description="The native node pool (`realip-nodes`): its cluster and its own id."
    )
