"""ClientAccess: a security group for a load balancer, which lets named clients in and nobody else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip import rules
from realip.components._arguments import Arguments, Items, Known, Shape
from realip.components._component import Children, Component, named
from realip.components._security_rule import FOR_CLIENTS, nobodys_clients, security_rule
from realip.components._tags import TAGS
from realip.problems import Problem

__all__ = ["CLIENT_ACCESS", "ClientAccess", "ClientAccessArgs", "make_client_access"]

_SUFFIX = "-load-balancer"


class ClientAccessArgs(TypedDict):
    """Arguments of `ClientAccess`."""

    client_cidrs: Sequence[str]
    """Who may come."""
    ports: NotRequired[str]
    """Ports of the load balancer's listeners by TCP, such as `80,443`."""
    udp_ports: NotRequired[str]
    """The same by UDP."""
    display_name: NotRequired[str]
    """Prefix of the name in the console; the component's name if unset."""
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of the security group."""


def _some_port(arguments: Arguments, args: Known) -> Iterator[Problem]:
    if not {"ports", "udp_ports"} & args.said:
        yield arguments.lacks("ports", "is missing; name the ports that clients come to, here or in udp_ports")
    cidrs = args.entries("client_cidrs")
    if cidrs and "client_cidrs" not in args.wrong and not any(map(rules.is_ipv4, cidrs)):
        message = "are IPv6 alone, and the load balancer has an IPv4 address, so that nobody could come; name IPv4 networks too"
        yield arguments.refuse("client_cidrs", cidrs, message)


CLIENT_ACCESS = Shape(
    ClientAccessArgs,
    {
        "client_cidrs": Items(rules.canonical_cidr, at_least_one="network", unique=True),
        "ports": rules.ports,
        "udp_ports": rules.ports,
        "display_name": lambda value: rules.cloud_name(value, _SUFFIX),
        "tags": TAGS,
    },
    _some_port,
    nobodys_clients,
)


class ClientAccess(Component):
    """A security group for a load balancer itself, which lets named clients in and nobody else.

    Give its id to `load_balancer.security_group_ids`, and set `pass_to_target`: what the load balancer lets in then needs no rule
    on nodes or pods, and none of their ports stands open to clients (CLB 14733). Health checks come from the load balancer, and
    need no rule here. Provider resources: security_group, security_group_rule_set.
    """

    security_group_id: pulumi.Output[str]
    """Id of the security group, which comes after its rules."""

    def __init__(self, name: str, args: ClientAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the security group; ArgumentError for what Tencent Cloud would refuse."""
        super().__init__(name, opts, CLIENT_ACCESS.problems(named(args, name)), CLIENT_ACCESS.refusals(args))
        self.security_group_id = make_client_access(self._children, name, args)
        self.register_outputs({"security_group_id": self.security_group_id})


def make_client_access(children: Children, name: str, args: ClientAccessArgs) -> pulumi.Output[str]:
    """The security group and its rules, and its id, which comes after them."""
    group = tencentcloud.security.Group(
        name,
        name=f"{args.get('display_name') or name}{_SUFFIX}",
        description="Clients of a load balancer",
        tags=dict(args.get("tags") or {}),
        opts=children.options(),
    )
    reached = (("TCP", args.get("ports")), ("UDP", args.get("udp_ports")))
    rule_set = tencentcloud.security.GroupRuleSet(
        f"{name}-rules",
        security_group_id=group.id,
        ingresses=[
            security_rule(cidr, protocol, ports, FOR_CLIENTS)
            for protocol, ports in reached
            if ports
            for cidr in args["client_cidrs"]
        ],
        egresses=[security_rule("0.0.0.0/0", "ALL", "ALL", "answers")],
        opts=children.options(),
    )
    return rule_set.security_group_id
