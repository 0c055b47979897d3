"""Rules of security groups."""

__all__ = ["FOR_CLIENTS", "security_rule"]

FOR_CLIENTS = "clients"
"""The description of a rule that lets clients in."""


def security_rule(cidr: str, protocol: str, port: str, description: str) -> dict[str, str]:
    """A rule of a security group that accepts `cidr`, of either address family (provider security_group_rule_set)."""
    source = {"ipv6_cidr_block" if ":" in cidr else "cidr_block": cidr}
    return {"action": "ACCEPT", "protocol": protocol, "port": port, "description": description, **source}
