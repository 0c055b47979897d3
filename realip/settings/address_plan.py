"""The address plan: which networks a stack uses, and for what, once the scenario and the defaults are known."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from realip import defaults, rules
from realip.scenarios import NetworkMode
from realip.settings.models import Settings
from realip.settings.sections.network import SubnetSettings

__all__ = ["AddressPlan", "address_plan", "shared_subnets", "zone_inside"]


@dataclass(frozen=True)
class AddressPlan:
    """Networks of one stack. `cluster` and `pods_per_node` belong to GlobalRouter, `pod_subnets` to VPC-CNI."""

    vpc: IPv4Network
    auxiliary: tuple[IPv4Network, ...]
    """Auxiliary networks of the VPC."""
    node_subnets: tuple[SubnetSettings, ...]
    pod_subnets: tuple[SubnetSettings, ...]
    cluster: IPv4Network | None
    pods_per_node: int | None
    own_services: IPv4Network | None
    """The Services' own network; None where they take the end of the cluster's."""
    service_number: int
    """How many Services there may be."""
    super_nodes: bool

    @property
    def services(self) -> IPv4Network:
        """Where Service addresses come from."""
        if self.own_services is not None:
            return self.own_services
        assert self.cluster is not None  # noqa: S101 - the plan gives one of the two
        end = int(self.cluster.broadcast_address) + 1 - self.service_number
        return IPv4Network((end, 33 - self.service_number.bit_length()))

    @property
    def vpc_ranges(self) -> tuple[IPv4Network, ...]:
        """Every network of the VPC."""
        return (self.vpc, *self.auxiliary)

    @property
    def node_ranges(self) -> tuple[IPv4Network, ...]:
        """Where node addresses come from: the node subnets, or all of the VPC where an existing subnet's network was not said."""
        return self._networks(self.node_subnets)

    @property
    def pod_ranges(self) -> tuple[IPv4Network, ...]:
        """Where pod addresses come from: pods of super nodes sit in the subnets of those nodes, in either network mode."""
        if self.super_nodes:
            return self.node_ranges
        return self._networks(self.pod_subnets) if self.cluster is None else (self.cluster,)

    @property
    def inside(self) -> tuple[IPv4Network, ...]:
        """Everything that nodes and pods of this cluster may send from, each network once."""
        extra = self._networks(self.pod_subnets) if self.pod_subnets else ()
        return tuple(dict.fromkeys((*self.node_ranges, *self.pod_ranges, *extra)))

    def _networks(self, subnets: tuple[SubnetSettings, ...]) -> tuple[IPv4Network, ...]:
        found = dict.fromkeys(
            network for subnet in subnets for network in ([subnet.network] if subnet.network else self.vpc_ranges)
        )
        return tuple(found)


def shared_subnets(settings: Settings) -> list[tuple[int, SubnetSettings, SubnetSettings]]:
    """Existing subnets that pods share with nodes: the place among network.podSubnets, and what either list says of it.

    TKE recommends a subnet for pods alone and does not ask for one (TKE 50355).
    """
    nodes = {subnet.id: subnet for subnet in settings.network.nodes if subnet.id is not None}
    pods = settings.network.pod_subnets or ()
    return [
        (index, subnet, nodes[subnet.id])
        for index, subnet in enumerate(pods)
        if subnet.id is not None and subnet.id in nodes
    ]


def zone_inside(settings: Settings, said: str | None) -> str:
    """The zone of what sits inside the VPC, an endpoint or an internal load balancer: as said, else one of those with nodes.

    Zones that a stack has without naming any come first, then the lowest number: no order of a list has a say in it.
    """
    zones = {subnet.zone for subnet in settings.network.nodes}
    return said or min(zones, key=lambda zone: (zone not in defaults.ZONES, rules.zone_number(zone), zone))


def address_plan(settings: Settings) -> AddressPlan:
    """The networks of a stack, defaults filled in for its scenario."""
    network, cluster, row = settings.network, settings.cluster, settings.scenario.row
    auxiliary = tuple(map(IPv4Network, network.auxiliary_cidrs))
    if row.network_mode is NetworkMode.VPC_CNI:
        own_services = IPv4Network(cluster.service_cidr or defaults.SERVICE_CIDR)
        return AddressPlan(
            vpc=IPv4Network(network.cidr),
            auxiliary=auxiliary,
            node_subnets=network.nodes,
            pod_subnets=network.pods,
            cluster=None,
            pods_per_node=None,
            own_services=own_services,
            service_number=rules.service_numbers(own_services),
            super_nodes=row.super_nodes,
        )
    services = None if cluster.service_cidr is None else IPv4Network(cluster.service_cidr)
    return AddressPlan(
        vpc=IPv4Network(network.cidr),
        auxiliary=auxiliary,
        node_subnets=network.nodes,
        pod_subnets=(),
        cluster=IPv4Network(cluster.cluster_cidr or defaults.CLUSTER_CIDR),
        pods_per_node=cluster.pods_per_node or defaults.PODS_PER_NODE,
        own_services=services,
        service_number=cluster.services or (defaults.SERVICES if services is None else rules.service_numbers(services)),
        super_nodes=row.super_nodes,
    )
