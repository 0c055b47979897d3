"""Addresses as applications and people write them, and the networks that tell one kind from another."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from realip.documentation_ranges import DOCUMENTATION
from realip.errors import InputError

__all__ = [
    "SHARED",
    "Address",
    "Network",
    "Ranges",
    "contains",
    "parse_address",
    "public",
    "routed_private",
]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SHARED = ip_network("100.64.0.0/10")
"""RFC 6598: shared by carriers' NATs; some clouds' load balancers ask and forward from it too."""

_ROUTED_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""RFC 1918 and RFC 4193: addresses that a private network routes without translating them."""

_LONGEST = 100
"""Characters; an address with its zone, brackets and port is shorter, so longer text is not looked at."""

_BRACKETED = re.compile(r"\[(?P<host>[^\[\]]*)\](?::[0-9]{1,5})?")
_IPV4_WITH_PORT = re.compile(r"(?P<host>[0-9.]+):[0-9]{1,5}")


def parse_address(text: str) -> Address | None:
    """The address in a piece of text that is nothing but one address, or None.

    Understands surrounding blanks and quotes, a port (`192.0.2.1:80`, `[2001:db8::1]:80`), an IPv6 zone (dropped: it
    means something on one host only), and gives an IPv4-mapped address as the IPv4 address that it is.
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip().strip("\"'")
    wrapped = _BRACKETED.fullmatch(text) or _IPV4_WITH_PORT.fullmatch(text)
    host, percent, zone = (wrapped["host"] if wrapped else text).partition("%")
    if percent and (not zone or ":" not in host):
        return None
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def contains(networks: Iterable[Network], address: Address | None) -> bool:
    """Whether the address lies in one of the networks; no address lies in none."""
    return address is not None and any(address in network for network in networks)


@dataclass(frozen=True)
class Ranges:
    """The networks of a stack, by what lives in them; empty where nothing is known."""

    vpc: tuple[Network, ...] = ()
    nodes: tuple[Network, ...] = ()
    pods: tuple[Network, ...] = ()
    services: tuple[Network, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the ranges tell where a cluster's own callers would come from."""
        return bool(self.nodes or self.pods)

    @classmethod
    def parse(cls, values: Mapping[str, Sequence[str]], where: str) -> "Ranges":
        """Ranges out of text: `{"vpc": ["10.0.0.0/16"], ...}`.

        Raises InputError, which names `where` the text came from.
        """
        names = [field.name for field in fields(cls)]
        unknown = sorted(set(values) - set(names))
        if unknown:
            raise InputError(f"{where}: `{unknown[0]}` is no kind of network; write one of {', '.join(names)}")
        return cls(**{name: tuple(_network(text, where) for text in values.get(name, ())) for name in names})

    def inside_cluster(self, address: Address | None) -> str | None:
        """What the address belongs to if it is one of the cluster's own (`node range`, ...), else None."""
        for name, networks in (("node", self.nodes), ("pod", self.pods), ("service", self.services)):
            if contains(networks, address):
                return f"{name} range"
        return None


def _network(text: str, where: str) -> Network:
    try:
        return ip_network(str(text))
    except ValueError:
        raise InputError(f"{where}: {text!r} is not a network; write it as 10.0.0.0/16") from None


def public(address: Address) -> bool:
    """Whether the address is one that a single machine in the world has."""
    return address.is_global or contains(DOCUMENTATION, address)


def routed_private(address: Address, ranges: Ranges) -> bool:
    """Whether the address is one that a private network routes: RFC 1918, RFC 4193, or in the stack's VPC."""
    return contains(_ROUTED_PRIVATE, address) or contains(ranges.vpc, address)
