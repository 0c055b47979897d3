"""The section `network`: the VPC and its subnets."""

from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network

from pydantic import Field

from realip import defaults, rules, tke
from realip.settings.sections.section import Section
from realip.settings.values import (
    NatBandwidth,
    SubnetCidr,
    SubnetId,
    VpcCidr,
    VpcId,
    Zone,
)

__all__ = ["AccountType", "NetworkSettings", "SubnetSettings"]


class SubnetSettings(Section):
    """One subnet: made from a CIDR, or an existing one by its id."""

    zone: Zone = Field(description="Availability zone.")
    cidr: SubnetCidr | None = Field(
        None, description="Its network, inside the VPC's. May be left out for an existing subnet."
    )
    id: SubnetId | None = Field(None, description="Id of an existing subnet; with network.vpcId only.")

    @property
    def network(self) -> IPv4Network | None:
        """The subnet's network, where it is known."""
        return None if self.cidr is None else IPv4Network(self.cidr)


class AccountType(StrEnum):
    """Whose public bandwidth the account pays for."""

    STANDARD = tke.ACCOUNT_BILLED_BY_IP
    LEGACY = tke.ACCOUNT_BILLED_BY_CVM


class NetworkSettings(Section):
    """The VPC: a new one with subnets, NAT gateway and routes, or an existing one."""

    cidr: VpcCidr = Field(
        defaults.VPC_CIDR, description="The VPC's network; say it for an existing VPC too, rules are made from it."
    )
    auxiliary_cidrs: tuple[VpcCidr, ...] = Field(
        (),
        description="Auxiliary networks of the VPC, in which subnets may lie too. A new VPC gets them; say those of an existing one that its nodes or pods use.",
    )
    zones: tuple[Zone, ...] = Field(
        defaults.ZONES,
        description="Zones to spread nodes over. Subnets are carved for each by its own number, so that zones come, go and change places without moving another's.",
    )
    vpc_id: VpcId | None = Field(None, description="An existing VPC; its subnets then have to be given by id.")
    nat: bool = Field(
        default=True,
        description="A NAT gateway as the way out. Without one nodes pull images only with public addresses of their own, or from inside the VPC.",
    )
    nat_bandwidth: NatBandwidth = Field(
        defaults.NAT_BANDWIDTH,
        description="Mbit/s of the NAT gateway: 20, 50 or 100, and with accountType LEGACY up to 5000.",
    )
    account_type: AccountType | None = Field(
        None,
        description="STANDARD, an account that is billed by IP, or LEGACY, one that is billed by CVM. Asked of Tencent Cloud before the first resource where the scenario depends on it, unless it is said here.",
    )
    node_subnets: tuple[SubnetSettings, ...] | None = Field(
        None, description="Subnets of nodes, instead of the carved ones."
    )
    pod_subnets: tuple[SubnetSettings, ...] | None = Field(
        None, description="VPC-CNI: subnets of pods, instead of the carved ones."
    )

    @cached_property
    def nodes(self) -> tuple[SubnetSettings, ...]:
        """Subnets of nodes: those given, else a sixteenth of the VPC for each zone, from its first half."""
        return self.node_subnets if self.node_subnets is not None else self._carve(self.zones, from_half=False)

    @cached_property
    def pods(self) -> tuple[SubnetSettings, ...]:
        """Subnets of pods: those given, else a sixteenth of the VPC for each zone with nodes, from its second half."""
        zones = tuple(dict.fromkeys(subnet.zone for subnet in self.nodes))
        return self.pod_subnets if self.pod_subnets is not None else self._carve(zones, from_half=True)

    def _carve(self, zones: tuple[str, ...], *, from_half: bool) -> tuple[SubnetSettings, ...]:
        """A sixteenth of the VPC for each zone, at the place of the zone's number: no other zone has a say in it."""
        vpc = IPv4Network(self.cidr)
        prefix = vpc.prefixlen + 4
        if prefix not in tke.SUBNET_MASKS:
            return ()  # realip.settings.checks says so
        places = list(rules.subnets_of(vpc, prefix, from_half=from_half))
        owners: dict[int, str] = {}
        for zone in zones:
            owners.setdefault(rules.zone_place(zone), zone)  # realip.settings.checks refuses a second one
        return tuple(SubnetSettings(zone=zone, cidr=str(places[place])) for place, zone in owners.items())
