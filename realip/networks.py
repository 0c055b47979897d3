"""The rules that networks keep: how a CIDR is written, where it may lie, what it takes in. Plain functions that raise ValueError.

What an error tells to write is taken as it stands: a remedy that leads into the next error is none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from itertools import combinations

from realip import defaults, tke
from realip.documentation_ranges import DOCUMENTATION

__all__ = [
    "EVERYONE",
    "NOBODYS_NETWORK",
    "canonical_cidr",
    "cluster_cidr",
    "documentation_range",
    "is_ipv4",
    "outside",
    "overlaps",
    "private",
    "service_cidr",
    "subnet_cidr",
    "vpc_cidr",
    "whole_internet",
]

EVERYONE = ("0.0.0.0/0", "::/0")
"""The whole internet, in both address families."""
NOBODYS_NETWORK = "is a documentation range (RFC 5737), which lets nobody in"
"""The words for one of those among who is let in; what to write instead depends on whom."""


def canonical_cidr(value: str) -> IPv4Network | IPv6Network:
    """The network that `value` names; host bits must be zero, as the provider asks (`ValidateCIDRNetworkAddress`)."""
    network = _network(value)
    if network is None:
        raise ValueError("is not a CIDR; write a network with its mask, <address>/32 for one address")
    if "%" in value:
        raise ValueError(f"names an interface of one machine; write {network}")
    if "/" not in value:
        raise ValueError(f"has no mask; write {network} for one address")
    if str(network) != value:
        alone = ip_network(value.partition("/")[0])
        if network == alone or network.network_address == alone.network_address:
            raise ValueError(f"is not canonical; write {network}")
        if whole_internet([str(network)]):
            raise ValueError(f"is not canonical; write {alone} for one address")
        raise ValueError(f"is not canonical; write {network}, or {alone} for one address")
    return network


def _network(value: str) -> IPv4Network | IPv6Network | None:
    """The network that somebody means, with its host bits taken off, and without an interface's name."""
    try:
        return ip_network(re.sub("%[^/]*", "", value), strict=False)
    except ValueError:
        return None


def _private_cidr(value: str, ranges: Sequence[str], masks: range, example: str) -> IPv4Network:
    """The IPv4 network that `value` names, inside one of `ranges`, with a mask in `masks`; `example` is one such."""
    network = _network(value)
    if network is None:
        raise ValueError(f"is not a CIDR; write a network such as {example}")
    if not isinstance(network, IPv4Network):
        raise ValueError(f"is an IPv6 network, and TKE takes IPv4 here; write one such as {example}")
    if not any(network.subnet_of(IPv4Network(allowed)) for allowed in ranges):
        raise ValueError(f"lies outside {', '.join(ranges)}; choose a network inside one of them, such as {example}")
    if "/" not in value or network.prefixlen not in masks:
        wrong = f"has mask /{network.prefixlen}" if "/" in value else "has no mask"
        usual = masks.start if network.prefixlen < masks.start else IPv4Network(example).prefixlen
        fitting = IPv4Network((network.network_address, usual), strict=False)
        raise ValueError(f"{wrong}; TKE takes /{masks.start} to /{masks.stop - 1} here, so write one such as {fitting}")
    if str(network) != value:
        raise ValueError(f"is not canonical; write {network}")
    return network


def vpc_cidr(value: str) -> IPv4Network:
    """A VPC's network."""
    return _private_cidr(value, tke.VPC_CIDR_RANGES, tke.VPC_CIDR_MASKS, defaults.VPC_CIDR)


def subnet_cidr(value: str) -> IPv4Network:
    """A subnet's network."""
    return _private_cidr(value, tke.VPC_CIDR_RANGES, tke.SUBNET_MASKS, defaults.SUBNET_CIDR)


def service_cidr(value: str) -> IPv4Network:
    """A cluster's network of Service addresses."""
    return _private_cidr(value, tke.SERVICE_CIDR_RANGES, tke.SERVICE_CIDR_MASKS, defaults.SERVICE_CIDR)


def cluster_cidr(value: str) -> IPv4Network:
    """A GlobalRouter cluster's network of pod (and, at its end, Service) addresses."""
    return _private_cidr(value, tke.CLUSTER_CIDR_RANGES, tke.CLUSTER_CIDR_MASKS, defaults.CLUSTER_CIDR)


def overlaps(networks: Iterable[tuple[str, IPv4Network]]) -> Iterator[tuple[str, IPv4Network, str]]:
    """For each pair of named networks that share an address: the second's name and network, and what is wrong with it."""
    for (first_name, first), (second_name, second) in combinations(networks, 2):
        if first.overlaps(second):
            yield second_name, second, f"overlaps {first_name}, {first}; choose networks that share no address"


def outside(vpc: Sequence[IPv4Network]) -> str:
    """The sentence about a subnet in none of a VPC's networks: its own, and auxiliary ones."""
    if len(vpc) == 1:
        return f"lies outside the VPC's {vpc[0]}; choose a network inside it"
    return f"lies outside the VPC's {', '.join(map(str, vpc))}; choose a network inside one of them"


def private(cidr: str) -> bool:
    """A network lies in the ranges that VPCs are made of, which nobody has on the internet."""
    network = ip_network(cidr)
    return isinstance(network, IPv4Network) and any(network.subnet_of(IPv4Network(r)) for r in tke.VPC_CIDR_RANGES)


def whole_internet(cidrs: Iterable[str]) -> bool:
    """Networks cover more of the internet than anybody has who could be named: a 64th, four IPv4 /8 networks.

    The largest holders have less. What counts as the internet is all of IPv4, and of IPv6 what is given out, 2000::/3.
    """
    networks = [ip_network(cidr) for cidr in cidrs]
    for space in _INTERNET:
        parts = [
            part if part.prefixlen >= space.prefixlen else space
            for part in networks
            if part.version == space.version and part.overlaps(space)
        ]
        covered = sum(part.num_addresses for part in collapse_addresses(parts))  # type: ignore[type-var, misc]
        if Fraction(covered, space.num_addresses) >= _MORE_THAN_ANYBODY_HAS:
            return True
    return False


_INTERNET: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("2000::/3"))
_MORE_THAN_ANYBODY_HAS = Fraction(1, 64)


def is_ipv4(cidr: str) -> bool:
    """A CIDR is one of IPv4, which endpoints and load balancers of a stack have."""
    return ":" not in cidr


def documentation_range(value: str) -> bool:
    """A CIDR lies in a range that RFC 5737 or RFC 3849 keeps for documents, so that it can reach nobody."""
    network = ip_network(value, strict=False)
    return any(network.version == kept.version and network.subnet_of(kept) for kept in DOCUMENTATION)  # type: ignore[arg-type]
