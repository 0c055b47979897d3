"""Addresses as applications and people write them, and the networks that tell one kind from another."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from realip.documentation_ranges import DOCUMENTATION
from realip.errors import InputError, nearest
from realip.verify.text import printable

__all__ = [
    "BRIDGES",
    "KINDS",
    "NAT64",
    "SHARED",
    "Address",
    "Network",
    "Ranges",
    "contains",
    "known_kind",
    "networks",
    "parse_address",
    "parse_endpoint",
    "public",
    "routed_private",
    "shortened",
]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def networks(*texts: str) -> tuple[Network, ...]:
    """Networks out of text that is known to be right."""
    return tuple(map(ip_network, texts))


SHARED = ip_network("100.64.0.0/10")
"""RFC 6598: shared by carriers' NATs; some clouds' load balancers ask and forward from it too."""
NAT64 = networks("64:ff9b::/96", "64:ff9b:1::/48")
"""RFC 6052 and RFC 8215: what a NAT64 makes of an IPv4 address."""
BRIDGES = networks("172.17.0.0/16", "192.168.65.0/24", "192.168.122.0/24")
"""The bridges of Docker, Docker Desktop and libvirt as they come: what leaves them carries the host's address."""

_ROUTED_PRIVATE = networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""RFC 1918 and RFC 4193: addresses that a private network routes without translating them."""
_USED_IN_PRIVATE = networks(*(f"{first}.0.0.0/8" for first in (6, 7, 9, 11, 21, 22, 26, 28, 29, 30, 33, 55, 214, 215)))
"""Blocks whose owners announce little of them, so that clusters give them to pods (TKE takes 9/8 and 11/8, GKE calls them
privately used public addresses): no machine is known by such an address."""

_LONGEST = 100
"""Characters; an address with its zone, brackets and port is shorter, so longer text is not looked at."""

_BRACKETED = re.compile(r"\[(?P<host>[^\[\]]*)\](?::(?P<port>[0-9]{1,5}))?")
_IPV4_WITH_PORT = re.compile(r"(?P<host>[0-9.]+):(?P<port>[0-9]{1,5})")
_SCHEME = re.compile(r"(?:tcp[46]?|ipv[46]|inet)(?:://|:/?)(?=[^:])", re.IGNORECASE)
"""The beginning of gRPC's addresses (`ipv4:192.0.2.1:80`) and of sockets' URLs."""
_JAVA = re.compile(r"[^\s/]*/(?P<rest>[^/]+)")
"""`InetSocketAddress.toString()`: a name or nothing, '/', the address and a port."""
_JAVA_IPV6_WITH_PORT = re.compile(r"(?P<host>(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}):(?P<port>[0-9]{1,5})")


def parse_endpoint(text: str) -> tuple[Address, int | None] | None:
    """The address in a piece of text that is nothing but one address, and its port if it has one, or None.

    Understands surrounding blanks and quotes, a port (`192.0.2.1:80`, `[2001:db8::1]:80`, Java's `/192.0.2.1:80`), an
    IPv6 zone (dropped: it means something on one host only), and gives an IPv4-mapped address as the IPv4 address that it is.
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip().strip("\"'")
    scheme = _SCHEME.match(text)
    if scheme:
        text = text[scheme.end() :].replace("%5B", "[").replace("%5D", "]")
    java = _JAVA.fullmatch(text)
    if java:
        text = java["rest"]
    wrapped = (
        _BRACKETED.fullmatch(text)
        or _IPV4_WITH_PORT.fullmatch(text)
        or (_JAVA_IPV6_WITH_PORT.fullmatch(text) if java else None)
    )
    host, percent, zone = (wrapped["host"] if wrapped else text).partition("%")
    if percent and (not zone or ":" not in host):
        return None
    if java and not wrapped and host.isdecimal():
        return None
    try:
        address = ip_address(host)
    except ValueError:
        return None
    port = int(wrapped["port"]) if wrapped and wrapped["port"] else None
    return getattr(address, "ipv4_mapped", None) or address, port


def parse_address(text: str) -> Address | None:
    """The address of `parse_endpoint` without its port."""
    found = parse_endpoint(text)
    return found[0] if found else None


def shortened(address: Address) -> frozenset[Address]:
    """The address without its end, as programs keep it that keep none whole."""
    lengths = (24, 16) if address.version == 4 else (96, 80, 64, 56, 48, 32)
    found = {ip_network((address, length), strict=False).network_address for length in lengths}
    return frozenset(found - {address})


def contains(networks: Iterable[Network], address: Address | None) -> bool:
    """The address lies in one of the networks; no address lies in none."""
    return address is not None and any(address in network for network in networks)


KINDS = ("vpc", "nodes", "pods", "services")
"""The networks of a cluster that change a verdict; those of other names only tell whose an address is."""


@dataclass(frozen=True)
class Ranges:
    """The networks around a target, by what lives in them; empty where nothing is known."""

    vpc: tuple[Network, ...] = ()
    nodes: tuple[Network, ...] = ()
    pods: tuple[Network, ...] = ()
    services: tuple[Network, ...] = ()
    others: Mapping[str, tuple[Network, ...]] = field(default_factory=dict)
    """Networks of further names."""

    @property
    def known(self) -> bool:
        """The ranges tell where a cluster's own callers would come from."""
        return bool(self.nodes or self.pods)

    @property
    def all(self) -> tuple[Network, ...]:
        """Every network."""
        others = (network for networks in self.others.values() for network in networks)
        return (*self.vpc, *self.nodes, *self.pods, *self.services, *others)

    @classmethod
    def parse(cls, values: Mapping[str, Sequence[str]], where: str) -> "Ranges":
        """Ranges out of text: `{"vpc": ["10.0.0.0/16"], ...}`; names that are not known are kept.

        Raises InputError, which names `where` the text came from.
        """
        parsed = {name: tuple(_network(text, where) for text in texts) for name, texts in values.items()}
        others = {name: found for name, found in parsed.items() if name not in KINDS}
        return cls(**{name: parsed.get(name, ()) for name in KINDS}, others=others)

    def inside_cluster(self, address: Address | None) -> str | None:
        """`nodes`, `pods` or `services` if the address is one of the cluster's own, else None."""
        for name in ("nodes", "pods", "services"):
            if contains(getattr(self, name), address):
                return name
        return None

    def other(self, address: Address) -> str | None:
        """The further name under which the address is known, None if there is none."""
        return next((name for name, networks in self.others.items() if contains(networks, address)), None)


def known_kind(kind: str, where: str) -> str:
    """A name of a network that a person wrote. Raises InputError, for a slip would be a network that nothing asks for."""
    if kind not in KINDS:
        raise InputError(f"{where}: `{printable(kind)}` is no kind of network; {nearest(kind, KINDS)}")
    return kind


def _network(text: str, where: str) -> Network:
    try:
        return ip_network(str(text))
    except ValueError:
        raise InputError(f"{where}: {printable(str(text))!r} is not a network; write it as 10.0.0.0/16") from None


def public(address: Address) -> bool:
    """The address is one that a single machine in the world has."""
    return (address.is_global and not contains(_USED_IN_PRIVATE, address)) or contains(DOCUMENTATION, address)


def routed_private(address: Address, ranges: Ranges) -> bool:
    """The address is one that a private network routes: RFC 1918, RFC 4193, or in the VPC."""
    return contains(_ROUTED_PRIVATE, address) or contains(ranges.vpc, address)
