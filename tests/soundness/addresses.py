"""Addresses as applications tell them apart, and one or two of every class that a client may claim."""

from functools import cache
from ipaddress import ip_address, ip_network

DOCUMENTATION = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
"""RFC 5737 and RFC 3849."""
SHARED = ip_network("100.64.0.0/10")
"""RFC 6598: carriers' NATs."""
PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""RFC 1918 and RFC 4193."""
RESERVED = (ip_network("240.0.0.0/4"),)
"""RFC 1112."""

CLAIMS = {
    "documentation": ("203.0.113.66", "198.51.100.66"),
    "private": ("10.66.6.6", "192.168.66.6"),
    "shared": ("100.66.6.6",),
    "reserved": ("245.66.6.6",),
    "public": ("192.31.196.66", "192.175.48.66"),
    "documentation 6": ("2001:db8:66::6",),
    "private 6": ("fd66::6",),
    "public 6": ("2620:4f:8000::66",),
}
"""What a client may claim to be, by class; nobody has the public ones (RFC 7534, RFC 7535)."""

ANY = frozenset(CLAIMS)
FOUR = frozenset(name for name in CLAIMS if not name.endswith("6"))
PUBLIC = frozenset({"public", "public 6"})
UNDOCUMENTED = frozenset({"public", "public 6", "private", "private 6"})
"""What python-ipware takes: neither documentation nor reserved nor shared addresses."""
PRIVATE_ONLY = frozenset({"private", "private 6"})


@cache
def kind(text: str) -> str | None:
    """The class of an address, None for a text that is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    family = " 6" if address.version == 6 else ""
    if any(address in network for network in DOCUMENTATION if network.version == address.version):
        return f"documentation{family}"
    if any(address in network for network in PRIVATE if network.version == address.version):
        return f"private{family}"
    if address.version == 4 and address in SHARED:
        return "shared"
    if any(address in network for network in RESERVED if network.version == address.version):
        return "reserved"
    return "loopback" if address.is_loopback else f"public{family}"


@cache
def bare(text: str) -> str:
    """An element of a header without blanks, quotes, brackets and port."""
    text = text.strip().strip('"')
    if text.startswith("["):
        return text[1:].partition("]")[0]
    host, colon, port = text.partition(":")
    return host if colon and port.isdigit() else text
