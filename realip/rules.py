"""The rules that values keep: CIDRs, capacity, names, versions. Plain functions that raise ValueError.

The settings' validators call them for a whole stack file; components that someone uses alone call them for the values
that are known already. The limits themselves are TKE's and stand in `realip.tke`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from itertools import combinations
from typing import TypeVar

from realip import tke
from realip.documentation_ranges import DOCUMENTATION

__all__ = [
    "BASELINE_CAPABILITIES",
    "EVERYONE",
    "UNPRIVILEGED_PORT",
    "ZONE_PLACES",
    "availability_zone",
    "canonical_cidr",
    "cloud_id",
    "cluster_cidr",
    "dns_label",
    "documentation_range",
    "environment_name",
    "everyone_together",
    "global_router_nodes",
    "image_reference",
    "instance_type",
    "kubernetes_version",
    "label_key",
    "label_value",
    "memory",
    "one_of",
    "overlaps",
    "private",
    "private_cidr",
    "region_of",
    "service_cidr",
    "service_name",
    "service_numbers",
    "subnet_addresses",
    "subnets_of",
    "tag_key",
    "tag_value",
    "url_path",
    "vpc_cidr",
    "zone_number",
    "zone_place",
]

BASELINE_CAPABILITIES = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
"""What the `baseline` Pod Security level lets a container have."""
UNPRIVILEGED_PORT = 1024
"""The first port on which a container can listen without NET_BIND_SERVICE."""
EVERYONE = ("0.0.0.0/0", "::/0")
"""The whole internet, in both address families."""

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_CPU = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(m?)")
_MEMORY = re.compile(r"([0-9]{1,9})(Ki|Mi|Gi)")
_INSTANCE_TYPE = re.compile(r"[A-Z][A-Za-z0-9]*\.[A-Z0-9]+")
_URL_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1023}")
_ZONE = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+")
_IMAGE_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{{1,5}})?)/)?"
    rf"{_IMAGE_COMPONENT}(?:/{_IMAGE_COMPONENT})*"
    rf"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[a-f0-9]{{64}})?"
)


def canonical_cidr(value: str) -> IPv4Network | IPv6Network:
    """The network that `value` names; host bits must be zero, as the provider asks (`ValidateCIDRNetworkAddress`)."""
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise ValueError("is not a CIDR; write a network such as 10.0.0.0/16") from None
    if "%" in value:
        raise ValueError("names an interface of one machine; write the network without it")
    if "/" not in value:
        raise ValueError(f"has no mask; write {network} for one address")
    if str(network) != value:
        raise ValueError(f"is not canonical; write {network}")
    return network


def private_cidr(value: str, ranges: Sequence[str], masks: range) -> IPv4Network:
    """The IPv4 network that `value` names, inside one of `ranges`, with a mask in `masks`."""
    network = canonical_cidr(value)
    if not isinstance(network, IPv4Network):
        raise ValueError("is an IPv6 network; TKE takes IPv4 here")
    if not any(network.subnet_of(IPv4Network(allowed)) for allowed in ranges):
        raise ValueError(f"lies outside {', '.join(ranges)}; choose a network inside one of them")
    if network.prefixlen not in masks:
        raise ValueError(f"has mask /{network.prefixlen}; TKE takes /{masks.start} to /{masks.stop - 1} here")
    return network


def vpc_cidr(value: str) -> IPv4Network:
    """A VPC's network."""
    return private_cidr(value, tke.VPC_CIDR_RANGES, tke.VPC_CIDR_MASKS)


def service_cidr(value: str) -> IPv4Network:
    """A cluster's network of Service addresses."""
    return private_cidr(value, tke.SERVICE_CIDR_RANGES, tke.SERVICE_CIDR_MASKS)


def cluster_cidr(value: str) -> IPv4Network:
    """A GlobalRouter cluster's network of pod (and, at its end, Service) addresses."""
    return private_cidr(value, tke.CLUSTER_CIDR_RANGES, tke.CLUSTER_CIDR_MASKS)


def service_numbers(network: IPv4Network) -> int:
    """How many Services a service network holds: TKE wants the number and the network to agree."""
    return network.num_addresses


def global_router_nodes(network: IPv4Network, pods_per_node: int, services: int) -> int:
    """How many nodes a GlobalRouter cluster has room for: each takes a block of `pods_per_node` addresses.

    `services` is how many addresses at the end of the network Services take, 0 when they have a network of their own.
    """
    return max(0, network.num_addresses - services) // pods_per_node


def subnet_addresses(network: IPv4Network) -> int:
    """How many addresses of a subnet are left for nodes and pods."""
    return max(0, network.num_addresses - tke.SUBNET_RESERVED_ADDRESSES)


def subnets_of(network: IPv4Network, prefix: int, *, from_half: bool = False) -> Iterator[IPv4Network]:
    """The subnets with that prefix in one half of `network`: nodes take the first half, pods the second."""
    halves = list(network.subnets(prefixlen_diff=1))
    return halves[int(from_half)].subnets(new_prefix=prefix)


def region_of(zone: str) -> str:
    """The region of an availability zone: `ap-guangzhou` of `ap-guangzhou-6`."""
    return zone.rpartition("-")[0]


ZONE_PLACES = 8
"""Places for the carved subnets of zones, in each half of a VPC."""


def zone_place(zone: str) -> int:
    """The place of a zone's carved subnets, 0 to 7, by the number at its end alone: `ap-guangzhou-6` has 5."""
    return (zone_number(zone) - 1) % ZONE_PLACES


def zone_number(zone: str) -> int:
    """The number at the end of an availability zone."""
    return int(zone.rpartition("-")[2])


def overlaps(networks: Iterable[tuple[str, IPv4Network]]) -> Iterator[tuple[str, IPv4Network, str]]:
    """For each pair of named networks that share an address: the second's name and network, and what is wrong with it."""
    for (first_name, first), (second_name, second) in combinations(networks, 2):
        if first.overlaps(second):
            yield second_name, second, f"overlaps {first_name}, {first}; choose networks that share no address"


def private(cidr: str) -> bool:
    """Whether a network lies in the ranges that VPCs are made of, which nobody has on the internet."""
    network = ip_network(cidr)
    return isinstance(network, IPv4Network) and any(network.subnet_of(IPv4Network(r)) for r in tke.VPC_CIDR_RANGES)


def everyone_together(cidrs: Iterable[str]) -> bool:
    """Whether networks that each are less make up the whole internet of an address family."""
    parts = [network for network in map(ip_network, cidrs) if network.prefixlen]
    return any(
        not network.prefixlen
        for version in (4, 6)
        for network in collapse_addresses(part for part in parts if part.version == version)  # type: ignore[type-var]
    )


def documentation_range(value: str) -> bool:
    """Whether a CIDR lies in a range that RFC 5737 or RFC 3849 keeps for documents, so that it can reach nobody."""
    network = ip_network(value, strict=False)
    return any(network.version == kept.version and network.subnet_of(kept) for kept in DOCUMENTATION)  # type: ignore[arg-type]


def dns_label(value: str) -> str:
    """A name that Kubernetes takes for a namespace, Service or container (RFC 1123 label)."""
    if len(value) > 63 or not _DNS_LABEL.fullmatch(value):
        raise ValueError(
            "is not a name that Kubernetes takes; use at most 63 lower-case letters, digits and '-', with a letter or digit at both ends"
        )
    return value


def service_name(value: str) -> str:
    """A name that Kubernetes takes for a Service (RFC 1035 label), which DNS wants to start with a letter."""
    if len(value) > 63 or not _SERVICE_NAME.fullmatch(value):
        raise ValueError(
            "is not a name that Kubernetes takes for a Service; use at most 63 lower-case letters, digits and '-', with a letter first and a letter or digit last"
        )
    return value


def label_value(value: str) -> str:
    """A Kubernetes label value."""
    if value and (len(value) > 63 or not _QUALIFIED_NAME.fullmatch(value)):
        raise ValueError(
            "is not a label value that Kubernetes takes; use at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends"
        )
    return value


def label_key(value: str) -> str:
    """A Kubernetes label key, with or without a DNS prefix."""
    prefix, slash, name = value.rpartition("/")
    if slash and (len(prefix) > 253 or not _DNS_SUBDOMAIN.fullmatch(prefix)):
        raise ValueError("has a prefix that is no DNS name; write example.com/name")
    if not name or len(name) > 63 or not _QUALIFIED_NAME.fullmatch(name):
        raise ValueError("is not a label key that Kubernetes takes; write name or example.com/name")
    return value


def image_reference(value: str) -> str:
    """A container image: host/path:tag@digest, host, tag and digest as needed."""
    if len(value) > 512 or not _IMAGE.fullmatch(value):
        raise ValueError(
            "is not an image reference; write [host[:port]/]path[:tag][@sha256:digest], the path in lower case"
        )
    return value


def kubernetes_version(value: str) -> tuple[int, int, int]:
    """A Kubernetes version as TKE lists them, `1.32.2`, as three numbers."""
    matched = _VERSION.fullmatch(value)
    if matched is None:
        raise ValueError('is not a Kubernetes version; write three numbers in quotes, such as "1.32.2"')
    major, minor, patch = (int(part) for part in matched.groups())
    return major, minor, patch


def availability_zone(value: str) -> str:
    """An availability zone such as `ap-guangzhou-6`."""
    if not _ZONE.fullmatch(value):
        raise ValueError("is not an availability zone; write one such as ap-guangzhou-6")
    return value


def cloud_id(value: str, prefix: str) -> str:
    """The id of a Tencent Cloud resource, which starts with what it is: `vpc-`, `subnet-`, `lb-`, `sg-`."""
    if not re.fullmatch(rf"{prefix}-[a-z0-9]+", value):
        raise ValueError(f"is not an id of this kind; write one such as {prefix}-1a2b3c4d")
    return value


def route_id(value: str) -> str:
    """The id of a route as the provider spells it: its number and its route table (route_table_entry, Import)."""
    if not re.fullmatch(r"[0-9]+\.rtb-[a-z0-9]+", value):
        raise ValueError("is not a route's id; write its number and its route table, such as 3065857.rtb-1a2b3c4d")
    return value


def node_pool_id(value: str) -> str:
    """The id of a node pool as the provider spells it: its cluster and its own (kubernetes_native_node_pool, Import)."""
    if not re.fullmatch(r"cls-[a-z0-9]+#np-[a-z0-9]+", value):
        raise ValueError("is not a node pool's id; write its cluster and its own, such as cls-1a2b3c4d#np-1a2b3c4d")
    return value


_Value = TypeVar("_Value")


def one_of(value: _Value, known: Iterable[_Value]) -> _Value:
    """A value of a short list."""
    if value not in known:
        raise ValueError(f"is not one of {', '.join(map(str, known))}")
    return value


def cpu(value: str) -> Decimal:
    """A Kubernetes CPU quantity, in cores: `250m`, `1`, `0.5`."""
    matched = _CPU.fullmatch(value)
    if matched is None or (cores := Decimal(matched[1]).scaleb(-3 if matched[2] else 0)) <= 0:
        raise ValueError("is not a CPU quantity; write thousandths of a core such as 250m, or cores such as 1")
    return cores


def memory(value: str) -> int:
    """A Kubernetes memory quantity, in bytes: `256Mi`, `1Gi`."""
    matched = _MEMORY.fullmatch(value)
    if matched is None or (size := int(matched[1])) == 0:
        raise ValueError("is not a memory quantity; write one such as 256Mi or 1Gi")
    return size << {"Ki": 10, "Mi": 20, "Gi": 30}[matched[2]]


def instance_type(value: str) -> str:
    """An instance type such as `S5.MEDIUM4`: family, size, GB of memory."""
    if not _INSTANCE_TYPE.fullmatch(value):
        raise ValueError("is not an instance type; write one such as S5.MEDIUM4")
    return value


def tag_key(value: str) -> str:
    """A tag's key, 1 to 127 characters."""
    if not value.strip() or len(value) > 127:
        raise ValueError("is not a tag key; use 1 to 127 characters")
    return value


def tag_value(value: str) -> str:
    """A tag's value, up to 255 characters."""
    if len(value) > 255:
        raise ValueError("is too long for a tag value; use at most 255 characters")
    return value


def environment_name(value: str) -> str:
    """The name of an environment variable, as Kubernetes takes it: printable ASCII but `=` (core/v1 EnvVar)."""
    if not value or "=" in value or not all(" " <= character <= "~" for character in value):
        raise ValueError("is not a name of an environment variable; write one such as LOG_LEVEL")
    return value


def url_path(value: str) -> str:
    """The path of a URL, from its first slash on."""
    if not _URL_PATH.fullmatch(value):
        raise ValueError("is not a URL path; write one that starts with /, such as /healthz")
    return value
