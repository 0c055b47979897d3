"""The rules that values keep: capacity, names, versions; those of networks stand in `realip.networks`. Plain functions that raise ValueError.

The settings' validators call them for a whole stack file; components that someone uses alone call them for the values
that are known already. The limits themselves are TKE's and stand in `realip.tke`.
"""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import TypeVar

from realip import defaults, tke
from realip.networks import (
    EVERYONE,
    NOBODYS_NETWORK,
    canonical_cidr,
    cluster_cidr,
    documentation_range,
    is_ipv4,
    outside,
    overlaps,
    private,
    service_cidr,
    subnet_cidr,
    vpc_cidr,
    whole_internet,
)
from realip.problems import MUST_BE
from realip.quantities import cpu, memory, quantity_text

__all__ = [
    "BASELINE",
    "BASELINE_CAPABILITIES",
    "DRAIN_SECONDS",
    "EVERYONE",
    "NOBODYS_NETWORK",
    "NODES",
    "PODS",
    "POD_SECURITY",
    "PORTS",
    "RESTRICTED",
    "RESTRICTED_CAPABILITIES",
    "TIMEOUTS",
    "UNPRIVILEGED_PORT",
    "USERS",
    "ZONE_PLACES",
    "app_namespace",
    "availability_zone",
    "canonical_cidr",
    "cloud_id",
    "cloud_name",
    "cluster_cidr",
    "cpu",
    "dns_label",
    "dns_subdomain",
    "documentation_range",
    "environment_identifier",
    "environment_name",
    "global_router_nodes",
    "image_reference",
    "instance_type",
    "is_ipv4",
    "kubernetes_version",
    "label_key",
    "label_value",
    "memory",
    "one_of",
    "outside",
    "overlaps",
    "port",
    "port_name",
    "ports",
    "private",
    "process_text",
    "quantity_text",
    "region_of",
    "service_cidr",
    "service_name",
    "service_numbers",
    "subnet_addresses",
    "subnet_cidr",
    "subnets_of",
    "url_path",
    "vpc_cidr",
    "whole_internet",
    "within",
    "zone_number",
    "zone_place",
]

BASELINE, RESTRICTED = POD_SECURITY = ("baseline", "restricted")
"""Pod Security levels that an app may have, the stricter one last (kubernetes.io, "Pod Security Standards")."""
USERS = range(2**31)
"""Users that a container may run as; 0 is root."""
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
"""Capabilities that the `baseline` Pod Security level lets a container have."""
RESTRICTED_CAPABILITIES = ("NET_BIND_SERVICE",)
"""Capabilities that the `restricted` one does."""
UNPRIVILEGED_PORT = 1024
"""The first port on which a container can listen without NET_BIND_SERVICE."""
PORTS = range(1, 65536)
"""Ports that something can listen on."""
NODES = range(1, max(tke.CLUSTER_LEVELS.values()) + 1)
PODS = range(1, 10001)
TIMEOUTS = range(30, 3601)
"""Seconds that a rollout, or a load balancer's address, may take."""
DRAIN_SECONDS = range(301)
"""Seconds that a pod may go on serving while the load balancer lets go of it."""

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_VERSION = re.compile(r"(1)\.([0-9]{1,3})\.([0-9]{1,3})")
_PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_INSTANCE_TYPE = re.compile(r"[A-Z][A-Za-z0-9]*\.[A-Z0-9]+")
_URL_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1023}")
_ZONE = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[1-9][0-9]?")
_IMAGE_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?P<name>(?:(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::(?P<port>[0-9]{{1,5}}))?)/)?"
    rf"{_IMAGE_COMPONENT}(?:/{_IMAGE_COMPONENT})*)"
    rf"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[a-f0-9]{{64}})?"
)
_LONGEST_IMAGE_NAME = 255
_IMAGE_ID = re.compile(r"[a-f0-9]{64}")


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


def dns_label(value: str) -> str:
    """A name that Kubernetes takes for a namespace, Service or container (RFC 1123 label)."""
    if len(value) > 63 or not _DNS_LABEL.fullmatch(value):
        raise ValueError(
            "is not a name that Kubernetes takes; use at most 63 lower-case letters, digits and '-', with a letter or digit at both ends"
        )
    return value


def dns_subdomain(value: str) -> str:
    """A name that Kubernetes takes for a Deployment or an Ingress (RFC 1123 subdomain): labels, with dots between them."""
    if len(value) > 253 or not _DNS_SUBDOMAIN.fullmatch(value):
        raise ValueError(
            "is not a name that Kubernetes takes; use at most 253 lower-case letters, digits, '-' and '.', with a letter or digit at both ends and around each dot"
        )
    return value


def app_namespace(value: str) -> str:
    """A namespace for applications, which is none of Kubernetes' own."""
    if dns_label(value).startswith("kube-"):
        raise ValueError("is one of Kubernetes' own; give the app a namespace of its own")
    return value


def port_name(value: str) -> str:
    """The name of a container's port (IANA service name, RFC 6335)."""
    if not _PORT_NAME.fullmatch(value):
        raise ValueError(
            "is not a port's name; use at most 15 lower-case letters, digits and single '-', with a letter among them"
        )
    return value


def ports(value: str) -> str:
    """Ports as a rule of a security group has them (provider security_group_rule_set): `80`, `80,443` or `30000-32768`."""
    parts = re.split("[,-]", value)
    one_kind = not ("," in value and "-" in value) and value.count("-") <= 1
    if not one_kind or not all(re.fullmatch("[0-9]{1,5}", part) and int(part) in PORTS for part in parts):
        raise ValueError(
            "is no port from 1 to 65535; write one such as 5000, several as 80,443, or a range as 30000-32768"
        )
    if "-" in value and int(parts[0]) > int(parts[1]):
        raise ValueError(f"is a range that ends before it starts; write {parts[1]}-{parts[0]}")
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
    matched = _IMAGE.fullmatch(value)
    if len(value) > 512 or matched is None or len(matched["name"]) > _LONGEST_IMAGE_NAME:
        raise ValueError(
            "is not an image reference; write [host[:port]/]path[:tag][@sha256:digest], the path in lower case"
        )
    if _IMAGE_ID.fullmatch(matched["name"]):
        raise ValueError("is an image's id, which no registry knows it by; write [host[:port]/]path[:tag]")
    if matched["port"] is not None and int(matched["port"]) not in PORTS:
        raise ValueError(f"names a registry at port {matched['port']}; use one from 1 to 65535")
    return value


def kubernetes_version(value: str) -> tuple[int, int, int]:
    """A Kubernetes version as TKE lists them, `1.32.2`, as three numbers."""
    matched = _VERSION.fullmatch(value)
    if matched is None:
        raise ValueError(
            f'is not a Kubernetes version; write three numbers in quotes, such as "{defaults.KUBERNETES_VERSION}"'
        )
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


def within(value: float, limits: range) -> float:
    """A number between two limits."""
    if not value >= limits.start:  # so put, a number that is none (NaN) is refused too
        raise ValueError(f"must be at least {limits.start}")
    if value > limits[-1]:
        raise ValueError(f"must be at most {limits[-1]}")
    return value


def port(value: float) -> float:
    """A port that something can listen on."""
    if value % 1:
        raise ValueError(MUST_BE["whole number"])
    return within(value, PORTS)


def instance_type(value: str) -> str:
    """An instance type such as `S5.MEDIUM4`: family, size, GB of memory."""
    if not _INSTANCE_TYPE.fullmatch(value):
        raise ValueError("is not an instance type; write one such as S5.MEDIUM4")
    return value


def cloud_name(value: str, suffix: str = "") -> str:
    """A name in the console, or the start of one that has `suffix` put behind it."""
    most = tke.MAX_NAME_LENGTH - len(suffix)
    if not 0 < len(value) <= most:
        behind = f", since {suffix} comes behind it" if suffix else ""
        raise ValueError(f"has {len(value)} characters; use 1 to {most}{behind}")
    return value


def environment_identifier(value: str) -> str:
    """The name of an environment variable, as every version of Kubernetes takes it."""
    if not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", value):
        newer = ".".join(map(str, tke.ANY_ENVIRONMENT_NAME_VERSION))
        raise ValueError(
            f"is not a name of an environment variable before Kubernetes {newer}; use letters, digits, '_', '-' and '.', none of the digits first"
        )
    return value


def process_text(value: str) -> str:
    """Text that a process is started with, an argument or the value of an environment variable: without NUL (execve)."""
    if "\0" in value:
        raise ValueError(
            "has a NUL character in it, with which no process can be started; write it encoded, such as base64"
        )
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
