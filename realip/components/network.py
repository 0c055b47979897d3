"""Network: the VPC that a cluster lives in, or an existing one, and who may reach its nodes and pods."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from typing import NotRequired, TypedDict

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip import defaults, machine_rules, rules, tke
from realip.components._arguments import Arguments, Items, Known, Shape, as_integer
from realip.components._component import Component, after, named
from realip.components._hooks import client_rule_hooks
from realip.components._security_rule import FOR_CLIENTS, nobodys_clients, security_rule
from realip.components._tags import TAGS
from realip.problems import Problem

__all__ = ["NETWORK", "Network", "NetworkArgs", "Subnet"]

_NAT_CONNECTIONS = 1_000_000


class Subnet(TypedDict):
    """A subnet in one availability zone: a new one has a `cidr`, an existing one an `id`."""

    zone: str
    """Availability zone, such as `ap-guangzhou-6`."""
    cidr: NotRequired[pulumi.Input[str]]
    """Network of a new subnet, inside the VPC's."""
    id: NotRequired[pulumi.Input[str]]
    """Id of an existing subnet, `subnet-...`."""


class NetworkArgs(TypedDict):
    """Arguments of `Network`."""

    cidr: str
    """The VPC's network, for a new one and for an existing one."""
    node_subnets: Sequence[Subnet]
    """Subnets of nodes (and of super nodes' pods)."""
    pod_subnets: NotRequired[Sequence[Subnet]]
    """Subnets of pods; VPC-CNI only."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """An existing VPC, `vpc-...`: nothing is made in it but the security group."""
    auxiliary_cidrs: NotRequired[Sequence[str]]
    """Auxiliary networks of the VPC, in which subnets may lie too; a new VPC gets them."""
    inside_cidrs: NotRequired[Sequence[str]]
    """Networks that nodes and pods send from, and so may reach each other from. The VPC's networks if unset."""
    client_ports: NotRequired[str]
    """Port, ports or range that clients reach by TCP on nodes or pods, such as `5000`, `80,443` or `30000-32768`. None if unset."""
    client_udp_ports: NotRequired[str]
    """The same by UDP."""
    client_cidrs: NotRequired[Sequence[str]]
    """Who may reach those ports."""
    nat: NotRequired[bool]
    """A NAT gateway as the subnets' way out, with an address; true if unset. Without one nodes need public addresses, or nothing
    from outside the VPC: images neither."""
    nat_bandwidth: NotRequired[pulumi.Input[int]]
    """Mbit/s of the NAT gateway: 20, 50, 100, and above that for an account of type LEGACY; 100 if unset."""
    account_type: NotRequired[str]
    """LEGACY for an account that is billed by CVM, whose EIPs take no bandwidth of their own; STANDARD if unset."""
    display_name: NotRequired[str]
    """Prefix of the names in the console; the component's name if unset."""
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of everything that is made."""


_GROUPS = ("node_subnets", "pod_subnets")
_Ids = Sequence["pulumi.Input[str]"]


def network_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Subnets by CIDR for a new VPC and by id for an existing one, in one region, apart from each other and inside the VPC."""
    existing = "vpc_id" in args.said
    placed = [
        (arguments.at(group).entry(index), subnet)
        for group in _GROUPS
        for index, subnet in enumerate(args.entries(group))
    ]
    for place, subnet in placed:
        yield from _of_subnet(place, subnet, existing=existing)
    for group in _GROUPS:
        yield from _named_twice(arguments, group, args.entries(group))
    yield from _regions([(place, zone) for place, subnet in placed if (zone := subnet.text("zone")) is not None])
    yield from _overlaps(arguments, args, placed, existing=existing)
    yield from _names(arguments, args, placed, existing=existing)
    yield from _way_out(arguments, args, existing=existing)
    if args.get("client_cidrs") and not {"client_ports", "client_udp_ports"} & args.said:
        message = (
            "says who may come, and not to which port; name it in client_ports or client_udp_ports, or remove this"
        )
        yield arguments.refuse("client_cidrs", args["client_cidrs"], message)
    inside = [cidr for cidr in args.entries("inside_cidrs") if isinstance(cidr, str)]
    if rules.whole_internet(inside):
        message = "let the whole internet reach every port, or as good as that; name the networks of nodes and pods"
        yield arguments.refuse("inside_cidrs", inside, message)


def _of_subnet(place: Arguments, subnet: Known, *, existing: bool) -> Iterator[Problem]:
    if existing and "id" not in subnet.said:
        yield place.lacks("id", "is missing; vpc_id names an existing VPC, so give its subnets by id")
    if not existing and "id" in subnet.said - subnet.wrong:
        message = "names an existing subnet, but the VPC is new; set vpc_id, or give a cidr instead"
        yield place.refuse("id", subnet.get("id"), message)
    if not existing and "cidr" not in subnet.said:
        yield place.lacks("cidr", "is missing; a new subnet needs a network inside the VPC's")


def _named_twice(arguments: Arguments, group: str, subnets: Sequence[Known]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, subnet in enumerate(subnets):
        if (identifier := subnet.text("id")) is not None:
            if identifier in seen:
                message = "is in the list already; a subnet lies in one zone; name it once"
                yield arguments.at(group).entry(index).refuse("id", identifier, message)
            seen.add(identifier)


def _regions(zones: Sequence[tuple[Arguments, str]]) -> Iterator[Problem]:
    for place, zone in zones[1:]:
        region = zones[0][1].rpartition("-")[0]
        if zone.rpartition("-")[0] != region:
            yield place.refuse("zone", zone, f"lies outside {region}, where the first zone is; a VPC has one region")


def _overlaps(
    arguments: Arguments, args: Known, placed: Sequence[tuple[Arguments, Known]], *, existing: bool
) -> Iterator[Problem]:
    """Subnets inside a new VPC, and no address in two; nodes and pods may share a subnet that is there already."""
    extra = args.entries("auxiliary_cidrs")
    own = [] if (cidr := args.text("cidr")) is None else [("cidr", IPv4Network(cidr))]
    own += [(arguments.at("auxiliary_cidrs").entry(i).path, IPv4Network(cidr)) for i, cidr in enumerate(extra)]
    for path, shared, message in rules.overlaps(own):
        yield Problem(path, str(shared), message)
    vpc = [network for _, network in own]
    complete = "cidr" in args and "auxiliary_cidrs" not in args.wrong
    networks: dict[str, tuple[str, IPv4Network]] = {}
    for place, subnet in placed:
        if (cidr := subnet.text("cidr")) is None or (existing and subnet.text("id") is None):
            continue
        network, path = IPv4Network(cidr), place.at("cidr").path
        if complete and not existing and not any(network.subnet_of(one) for one in vpc):
            yield Problem(path, cidr, rules.outside(vpc))
        networks.setdefault(subnet.text("id") or path, (path, network))
    for path, shared, message in rules.overlaps(networks.values()):
        yield Problem(path, str(shared), message)


def _way_out(arguments: Arguments, args: Known, *, existing: bool) -> Iterator[Problem]:
    """A NAT gateway where the VPC is new, with bandwidth that its address carries."""
    for argument in ("nat", "nat_bandwidth"):
        if existing and argument in args:
            message = "is for a new VPC, and vpc_id names one that exists; remove it"
            yield arguments.refuse(argument, args[argument], message)
    bandwidth = args.number("nat_bandwidth")
    if existing or bandwidth is None:
        return
    if args.get("nat") is False:
        yield arguments.refuse(
            "nat_bandwidth", bandwidth, "is for a NAT gateway, and nat is false; remove one of the two"
        )
    try:
        machine_rules.nat_bandwidth(bandwidth, billed_by_cvm=args.text("account_type") == tke.ACCOUNT_BILLED_BY_CVM)
    except ValueError as error:
        yield arguments.refuse("nat_bandwidth", bandwidth, str(error))


def _names(
    arguments: Arguments, args: Known, placed: Sequence[tuple[Arguments, Known]], *, existing: bool
) -> Iterator[Problem]:
    """A prefix that leaves room for what comes behind it in each name."""
    display_name = args.text("display_name")
    suffixes = ["-nodes"]
    if not existing:
        groups = Counter[str]()
        for place, subnet in placed:
            label = f"-{place.path.partition('_')[0]}s-{subnet.text('zone') or ''}"
            groups[label] += 1
            suffixes.append(label if groups[label] == 1 else f"{label}-{groups[label]}")
    if display_name is not None:
        try:
            rules.cloud_name(display_name, max(suffixes, key=len))
        except ValueError as error:
            yield arguments.refuse("display_name", display_name, str(error))


SUBNET = Shape(
    Subnet,
    {
        "zone": rules.availability_zone,
        "cidr": rules.subnet_cidr,
        "id": lambda value: rules.cloud_id(value, "subnet"),
    },
)
NETWORK = Shape(
    NetworkArgs,
    {
        "cidr": rules.vpc_cidr,
        "node_subnets": Items(SUBNET, at_least_one="subnet"),
        "pod_subnets": Items(SUBNET),
        "vpc_id": lambda value: rules.cloud_id(value, "vpc"),
        "auxiliary_cidrs": Items(rules.vpc_cidr, unique=True),
        "inside_cidrs": Items(rules.canonical_cidr, unique=True),
        "client_ports": rules.ports,
        "client_udp_ports": rules.ports,
        "client_cidrs": Items(rules.canonical_cidr, unique=True),
        "nat_bandwidth": lambda value: rules.one_of(value, tke.NAT_BANDWIDTHS),
        "account_type": lambda value: rules.one_of(value, (tke.ACCOUNT_BILLED_BY_IP, tke.ACCOUNT_BILLED_BY_CVM)),
        "display_name": rules.cloud_name,
        "tags": TAGS,
    },
    network_problems,
    nobodys_clients,
)


class Network(Component):
    """VPC, subnets of nodes and pods in each zone, NAT gateway with its route, and the nodes' security group.

    Private nodes and super nodes pull images through the NAT gateway. The ids that it hands out carry their dependencies:
    whatever uses a node subnet comes after the NAT route, and on destroy the route outlives it; whatever uses the security
    group comes after its rules. A cluster needs pod subnets alone, and does not wait for the gateway.
    Provider resources: vpc, subnet, eip, nat_gateway, route_table, route_table_entry, security_group, security_group_rule_set.
    """

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    node_subnet_ids: pulumi.Output[Sequence[str]]
    """Ids of the node subnets, in the order given."""
    pod_subnet_ids: pulumi.Output[Sequence[str]]
    """Ids of the pod subnets, in the order given."""
    security_group_id: pulumi.Output[str]
    """Id of the security group of nodes and pods."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the network; ArgumentError for what Tencent Cloud would refuse."""
        super().__init__(name, opts, NETWORK.problems(named(args, name)), NETWORK.refusals(args))
        if bool(args.get("client_cidrs")) != bool(args.get("client_ports") or args.get("client_udp_ports")):
            pulumi.log.warn(
                f"Network {name!r}: client_ports and client_cidrs let somebody in together, and one is not said"
            )
        self._display_name = args.get("display_name") or name
        self._tags = dict(args.get("tags") or {})
        self._legacy = args.get("account_type") == tke.ACCOUNT_BILLED_BY_CVM
        existing = args.get("vpc_id")
        nodes, pods = self._new_vpc(args) if existing is None else self._existing_vpc(existing, args)
        self.node_subnet_ids = pulumi.Output.all(*nodes)
        self.pod_subnet_ids = pulumi.Output.all(*pods)
        self.security_group_id = self._security_group(args)
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "node_subnet_ids": self.node_subnet_ids,
                "pod_subnet_ids": self.pod_subnet_ids,
                "security_group_id": self.security_group_id,
            }
        )

    def _existing_vpc(self, vpc_id: "pulumi.Input[str]", args: NetworkArgs) -> "tuple[_Ids, _Ids]":
        """The subnets of nodes and of pods of a VPC that exists."""
        self.vpc_id = pulumi.Output.from_input(vpc_id)
        return [subnet["id"] for subnet in args["node_subnets"]], [
            subnet["id"] for subnet in args.get("pod_subnets") or ()
        ]

    def _new_vpc(self, args: NetworkArgs) -> "tuple[_Ids, _Ids]":
        """The subnets of nodes and of pods of a VPC that is made, with its way out."""
        vpc = tencentcloud.vpc.Instance(
            f"{self._name}-vpc",
            name=self._display_name,
            cidr_block=args["cidr"],
            assistant_cidrs=list(args.get("auxiliary_cidrs") or ()) or None,
            tags=self._tags,
            opts=self._children.options(),
        )
        self.vpc_id = vpc.id
        table = tencentcloud.route.Table(
            f"{self._name}-routes",
            name=self._display_name,
            vpc_id=self.vpc_id,
            tags=self._tags,
            opts=self._children.options(),
        )
        route = (
            self._nat_route(table, args.get("nat_bandwidth", defaults.NAT_BANDWIDTH)) if args.get("nat", True) else None
        )
        nodes = self._subnets("nodes", args["node_subnets"], table)
        if route is not None:
            nodes = [after(identifier, route) for identifier in nodes]
        return nodes, self._subnets("pods", args.get("pod_subnets") or (), table)

    def _nat_route(
        self, table: tencentcloud.route.Table, bandwidth: "pulumi.Input[int]"
    ) -> tencentcloud.route.TableEntry:
        """The way out of the subnets."""
        name, display_name, bandwidth = self._name, self._display_name, as_integer(bandwidth)
        address = tencentcloud.eip.Instance(
            f"{name}-nat-address",
            name=f"{display_name}-nat",
            internet_charge_type=None if self._legacy else tke.TRAFFIC_POSTPAID_BY_HOUR,
            internet_max_bandwidth_out=None if self._legacy else bandwidth,
            tags=self._tags,
            opts=self._children.options(),
        )
        gateway = tencentcloud.nat.Gateway(
            f"{name}-nat",
            name=display_name,
            vpc_id=self.vpc_id,
            assigned_eip_sets=[address.public_ip],
            bandwidth=bandwidth,
            max_concurrent=_NAT_CONNECTIONS,
            tags=self._tags,
            opts=self._children.options(),
        )
        return tencentcloud.route.TableEntry(
            f"{name}-nat-route",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            next_type="NAT",
            next_hub=gateway.id,
            description="to the internet",
            opts=self._children.options(),
        )

    def _subnets(
        self, group: str, subnets: Sequence[Subnet], table: tencentcloud.route.Table
    ) -> list[pulumi.Output[str]]:
        made: list[pulumi.Output[str]] = []
        seen: Counter[str] = Counter()
        for subnet in subnets:
            zone = subnet["zone"]
            seen[zone] += 1
            label = f"{group}-{zone}" if seen[zone] == 1 else f"{group}-{zone}-{seen[zone]}"
            made.append(
                tencentcloud.subnet.Instance(
                    f"{self._name}-{label}",
                    name=f"{self._display_name}-{label}",
                    vpc_id=self.vpc_id,
                    cidr_block=subnet["cidr"],
                    availability_zone=zone,
                    route_table_id=table.id,
                    tags=self._tags,
                    opts=self._children.options(),
                ).id
            )
        return made

    def _security_group(self, args: NetworkArgs) -> pulumi.Output[str]:
        group = tencentcloud.security.Group(
            f"{self._name}-nodes",
            name=f"{self._display_name}-nodes",
            description="Nodes and pods",
            tags=self._tags,
            opts=self._children.options(),
        )
        reached = (("TCP", args.get("client_ports")), ("UDP", args.get("client_udp_ports")))
        inside = list(args.get("inside_cidrs") or [args["cidr"], *(args.get("auxiliary_cidrs") or ())])
        rule_set = tencentcloud.security.GroupRuleSet(
            f"{self._name}-node-rules",
            security_group_id=group.id,
            ingresses=[
                *(security_rule(cidr, "ALL", "ALL", "nodes and pods among themselves") for cidr in inside),
                *(
                    security_rule(cidr, protocol, ports, FOR_CLIENTS)
                    for protocol, ports in reached
                    if ports
                    for cidr in args.get("client_cidrs") or ()
                ),
            ],
            egresses=[security_rule("0.0.0.0/0", "ALL", "ALL", "images and answers")],
            opts=self._children.options(hooks=client_rule_hooks()),
        )
        return rule_set.security_group_id
