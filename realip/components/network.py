"""Network: the VPC that a cluster lives in, or an existing one, and who may reach its nodes and pods."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip import rules, tke
from realip.components._arguments import ArgumentError, raise_all
from realip.components._component import Component, after
from realip.components._security_rule import security_rule

__all__ = ["Network", "NetworkArgs", "Subnet"]

_NAT_BANDWIDTH = 100
_NAT_CONNECTIONS = 1_000_000
_NAT_ADDRESS_BANDWIDTH = 100


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
    inside_cidrs: NotRequired[Sequence[str]]
    """What nodes and pods send from, and so may reach each other from. The VPC's network if unset."""
    client_ports: NotRequired[str]
    """Port or range that clients reach on nodes or pods, such as `5000` or `30000-32768`. None if unset."""
    client_cidrs: NotRequired[Sequence[str]]
    """Who may reach those ports."""
    account_type: NotRequired[str]
    """LEGACY for an account that is billed by CVM, whose EIPs take no bandwidth of their own; STANDARD if unset."""
    display_name: NotRequired[str]
    """Prefix of the names in the console; the component's name if unset."""
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of everything that is made."""


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
        """Make the network; ArgumentError for a VPC network that Tencent Cloud would refuse."""
        super().__init__(name, opts)
        raise_all(self._problems(args))
        self._display_name = args.get("display_name") or name
        self._tags = dict(args.get("tags") or {})
        self._legacy = args.get("account_type") == tke.ACCOUNT_BILLED_BY_CVM
        existing = args.get("vpc_id")
        nodes: Sequence[pulumi.Input[str]]
        pods: Sequence[pulumi.Input[str]]
        node_subnets, pod_subnets = args["node_subnets"], args.get("pod_subnets") or ()
        if existing is not None:
            self.vpc_id = pulumi.Output.from_input(existing)
            nodes = [subnet["id"] for subnet in node_subnets]
            pods = [subnet["id"] for subnet in pod_subnets]
        else:
            vpc = tencentcloud.vpc.Instance(
                f"{name}-vpc",
                name=self._display_name,
                cidr_block=args["cidr"],
                tags=self._tags,
                opts=self._children.options(),
            )
            self.vpc_id = vpc.id
            table = tencentcloud.route.Table(
                f"{name}-routes",
                name=self._display_name,
                vpc_id=self.vpc_id,
                tags=self._tags,
                opts=self._children.options(),
            )
            route = self._nat_route(table)
            nodes = [after(identifier, route) for identifier in self._subnets("nodes", node_subnets, table)]
            pods = self._subnets("pods", pod_subnets, table)
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

    def _problems(self, args: NetworkArgs) -> Iterator[ArgumentError]:
        """What Tencent Cloud would refuse, and what does not say enough."""
        yield from self._arguments.check("cidr", args["cidr"], rules.vpc_cidr)
        if not args["node_subnets"]:
            yield self._arguments.refuse("node_subnets", [], "is empty; give at least one subnet")
        existing = args.get("vpc_id") is not None
        needed = "id" if existing else "cidr"
        for argument, subnets in (
            ("node_subnets", args["node_subnets"]),
            ("pod_subnets", args.get("pod_subnets") or ()),
        ):
            for index, subnet in enumerate(subnets):
                if needed not in subnet:
                    problem = f"has no {needed}; {self._why(existing=existing)}"
                    yield self._arguments.refuse(f"{argument}[{index}]", dict(subnet), problem)

    @staticmethod
    def _why(*, existing: bool) -> str:
        return "vpc_id names an existing VPC" if existing else "a new VPC needs the network of each subnet"

    def _nat_route(self, table: tencentcloud.route.Table) -> tencentcloud.route.TableEntry:
        """The way out of the subnets."""
        name, display_name = self._name, self._display_name
        address = tencentcloud.eip.Instance(
            f"{name}-nat-address",
            name=f"{display_name}-nat",
            internet_charge_type=None if self._legacy else tke.TRAFFIC_POSTPAID_BY_HOUR,
            internet_max_bandwidth_out=None if self._legacy else _NAT_ADDRESS_BANDWIDTH,
            tags=self._tags,
            opts=self._children.options(),
        )
        gateway = tencentcloud.nat.Gateway(
            f"{name}-nat",
            name=display_name,
            vpc_id=self.vpc_id,
            assigned_eip_sets=[address.public_ip],
            bandwidth=_NAT_BANDWIDTH,
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
        ports = args.get("client_ports")
        inside = list(args.get("inside_cidrs") or [args["cidr"]])
        clients = list(args.get("client_cidrs") or []) if ports else []
        rule_set = tencentcloud.security.GroupRuleSet(
            f"{self._name}-node-rules",
            security_group_id=group.id,
            ingresses=[
                *(security_rule(cidr, "ALL", "ALL", "nodes and pods among themselves") for cidr in inside),
                *(security_rule(cidr, "TCP", str(ports), "clients") for cidr in clients),
            ],
            egresses=[security_rule("0.0.0.0/0", "ALL", "ALL", "images and answers")],
            opts=self._children.options(),
        )
        return rule_set.security_group_id
