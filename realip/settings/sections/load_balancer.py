"""The section `loadBalancer`: the CLB in front of the app."""

from pydantic import Field

from realip import defaults, tke
from realip.settings.sections.section import Section
from realip.settings.values import (
    Bandwidth,
    ChargeType,
    LoadBalancerId,
    Seconds,
    SecurityGroupId,
    SubnetId,
    Zone,
)

__all__ = ["LoadBalancerSettings"]


class LoadBalancerSettings(Section):
    """The CLB in front of the app: public and made by TKE, unless said otherwise."""

    internal: bool = Field(
        default=False,
        description="Internal load balancer, in the node subnet of `zone` or in internalSubnetId.",
    )
    internal_subnet_id: SubnetId | None = Field(None, description="Subnet of the internal load balancer.")
    zone: Zone | None = Field(
        None, description="Zone of the internal load balancer, where its subnet is one of this stack's."
    )
    existing_id: LoadBalancerId | None = Field(
        None,
        description="An existing load balancer that TKE did not make. Non-direct: node ports are opened to clientCidrs then, so name networks there.",
    )
    bandwidth: Bandwidth | None = Field(None, description="Mbit/s of a public load balancer; read when it is made.")
    charge_type: ChargeType | None = Field(
        None,
        description="How the traffic of a public load balancer is paid, with bandwidth: TRAFFIC_POSTPAID_BY_HOUR if unset, or BANDWIDTH_POSTPAID_BY_HOUR.",
    )
    security_group_ids: tuple[SecurityGroupId, ...] = Field(
        (), max_length=tke.MAX_LOAD_BALANCER_SECURITY_GROUPS, description="Security groups of the load balancer itself."
    )
    timeout_seconds: Seconds = Field(
        defaults.TIMEOUT, description="How long to wait for the address, on create and on update."
    )
