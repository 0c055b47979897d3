"""Rules of security groups."""

from collections.abc import Iterator

from realip import rules
from realip.components._arguments import Arguments, Known
from realip.problems import Problem

__all__ = ["FOR_CLIENTS", "nobodys_clients", "security_rule"]

FOR_CLIENTS = "clients"
"""The description of a rule that lets clients in."""


def security_rule(cidr: str, protocol: str, port: str, description: str) -> dict[str, str]:
    """A rule of a security group that accepts `cidr`, of either address family (provider security_group_rule_set)."""
    source = {"ipv6_cidr_block" if ":" in cidr else "cidr_block": cidr}
    return {"action": "ACCEPT", "protocol": protocol, "port": port, "description": description, **source}


def nobodys_clients(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Clients whose networks are nobody's."""
    for index, cidr in enumerate(args.entries("client_cidrs")):
        if rules.documentation_range(cidr):
            message = f"{rules.NOBODYS_NETWORK}; name your clients' networks"
            yield arguments.at("client_cidrs").refuse_entry(index, cidr, message)
