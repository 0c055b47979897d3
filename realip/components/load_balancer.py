"""The load balancer (CLB) of an exposure: its arguments, its annotations, its address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any, TypedDict

import pulumi

from realip import defaults, exposure_rules, rules, tke
from realip.components._arguments import Arguments, Items, Known, Shape, as_integer
from realip.problems import MISSING, Problem

__all__ = [
    "INGRESS",
    "LOAD_BALANCER",
    "SERVICE",
    "Exposure",
    "IngressExposure",
    "LoadBalancer",
    "address_in",
    "annotations",
    "of_the_api_server",
    "pass_to_target_problems",
    "timeouts",
    "url",
]

WAIT_FOR_ADDRESS = {"pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}"}
"""An exposure is done when it has its address, an IP or a hostname, and not when its pods are: they wait for it."""


class LoadBalancer(TypedDict, total=False):
    """The CLB of an exposure: public and made by TKE, unless said otherwise."""

    internal_subnet_id: pulumi.Input[str]
    """An internal load balancer in that subnet. A change makes a new load balancer."""
    existing_id: pulumi.Input[str]
    """An existing load balancer, `lb-...`, that TKE did not make."""
    bandwidth: pulumi.Input[int]
    """Mbit/s of a public load balancer; read when it is made."""
    charge_type: pulumi.Input[str]
    """How its traffic is paid, with `bandwidth`: TRAFFIC_POSTPAID_BY_HOUR if unset, or BANDWIDTH_POSTPAID_BY_HOUR."""
    security_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Security groups of the load balancer itself, up to five."""
    service_config: pulumi.Input[str]
    """Name of a TkeServiceConfig in the same namespace: health checks, scheduling, session persistence."""
    timeout_seconds: int
    """How long to wait for the address, on create and on update; 600 if unset."""


def _one_kind(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """One kind of load balancer at a time."""
    existing, internal = "existing_id" in args.said, "internal_subnet_id" in args.said
    if existing and internal:
        message = "cannot go with internal_subnet_id: an existing load balancer is what it is; remove one of the two"
        yield arguments.refuse("existing_id", args.get("existing_id", MISSING), message)
    if existing and "security_group_ids" in args.said:
        message = "are for a load balancer that TKE makes: an existing one keeps its own security groups; remove them, and set them there"
        yield arguments.refuse("security_group_ids", args.get("security_group_ids", MISSING), message)
    for argument in ("bandwidth", "charge_type"):
        if argument in args.said and (existing or internal):
            yield arguments.refuse(argument, args.get(argument, MISSING), exposure_rules.FOR_A_PUBLIC_ONE)
    if "charge_type" in args.said and "bandwidth" not in args.said:
        message = "goes with a bandwidth; set that too, or remove it"
        yield arguments.refuse("charge_type", args.get("charge_type", MISSING), message)


def pass_to_target_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A load balancer that TKE did not make, which does not take the annotation."""
    if args.get("pass_to_target") and "existing_id" in getattr(args.get("load_balancer"), "said", ()):
        message = "goes with a load balancer that TKE makes; remove it or load_balancer.existing_id"
        yield arguments.refuse("pass_to_target", value=True, message=message)


LOAD_BALANCER = Shape(
    LoadBalancer,
    {
        "internal_subnet_id": lambda value: rules.cloud_id(value, "subnet"),
        "existing_id": lambda value: rules.cloud_id(value, "lb"),
        "bandwidth": lambda value: rules.within(value, tke.INTERNET_BANDWIDTH),
        "charge_type": lambda value: rules.one_of(value, tke.INTERNET_CHARGE_TYPES),
        "security_group_ids": Items(
            lambda value: rules.cloud_id(value, "sg"), most=tke.MAX_LOAD_BALANCER_SECURITY_GROUPS, unique=True
        ),
        "service_config": exposure_rules.service_config_name,
        "timeout_seconds": lambda value: rules.within(value, rules.TIMEOUTS),
    },
    _one_kind,
)


@dataclass(frozen=True)
class Exposure:
    """An exposure that is made: its objects' names, and where clients connect."""

    service: pulumi.Output[str]
    """The Service's name."""
    address: pulumi.Output[str]
    """An IP address or a hostname."""
    url: pulumi.Output[str]
    """Where to point a browser."""
    ingress: pulumi.Output[str] | None = None
    """The Ingress's name, where there is one."""


@dataclass(frozen=True)
class IngressExposure(Exposure):
    """An exposure with an Ingress in front of its Service."""

    ingress: pulumi.Output[str]


@dataclass(frozen=True)
class Keys:
    """How one kind of object spells the annotations of its load balancer."""

    internal_subnet: str
    existing: str
    bandwidth: str
    charge_type: str
    security_groups: str
    config: str


SERVICE = Keys(
    internal_subnet=tke.SERVICE_INTERNAL_SUBNET,
    existing=tke.SERVICE_EXISTING_LOAD_BALANCER,
    bandwidth=tke.SERVICE_INTERNET_BANDWIDTH,
    charge_type=tke.SERVICE_INTERNET_CHARGE_TYPE,
    security_groups=tke.SERVICE_SECURITY_GROUPS,
    config=tke.SERVICE_CONFIG,
)
INGRESS = Keys(
    internal_subnet=tke.INGRESS_INTERNAL_SUBNET,
    existing=tke.INGRESS_EXISTING_LOAD_BALANCER,
    bandwidth=tke.INGRESS_INTERNET_BANDWIDTH,
    charge_type=tke.INGRESS_INTERNET_CHARGE_TYPE,
    security_groups=tke.INGRESS_SECURITY_GROUPS,
    config=tke.INGRESS_CONFIG,
)


def annotations(keys: Keys, balancer: LoadBalancer) -> dict[str, "pulumi.Input[str]"]:
    """The annotations of a load balancer, and what Pulumi waits for."""
    found: dict[str, pulumi.Input[str]] = {}
    if "internal_subnet_id" in balancer:
        found[keys.internal_subnet] = balancer["internal_subnet_id"]
    if "existing_id" in balancer:
        found[keys.existing] = balancer["existing_id"]
    if "bandwidth" in balancer:
        found[keys.bandwidth] = pulumi.Output.format("{0}", as_integer(balancer["bandwidth"]))
        # TKE documents the two as a pair (51258, 56112); what it does with one alone is not known.
        found[keys.charge_type] = balancer.get("charge_type") or tke.TRAFFIC_POSTPAID_BY_HOUR
    if groups := balancer.get("security_group_ids"):
        found[keys.security_groups] = pulumi.Output.all(groups).apply(lambda lists: ",".join(lists[0]))
    if "service_config" in balancer:
        found[keys.config] = balancer["service_config"]
    return found | WAIT_FOR_ADDRESS


def timeouts(balancer: LoadBalancer) -> pulumi.CustomTimeouts:
    """How long an exposure may take."""
    seconds = f"{int(balancer.get('timeout_seconds') or defaults.TIMEOUT)}s"
    return pulumi.CustomTimeouts(create=seconds, update=seconds, delete=seconds)


def of_the_api_server() -> pulumi.CustomTimeouts:
    """How long an object may take that is done once the API server has it."""
    seconds = f"{defaults.API_SERVER_TIMEOUT}s"
    return pulumi.CustomTimeouts(create=seconds, update=seconds, delete=seconds)


def address_in(status: Any) -> "pulumi.Input[str]":
    """The address in a status: newer load balancers publish a hostname and no IP (TKE intl 30673)."""
    entries = status and status.load_balancer and status.load_balancer.ingress
    if entries:
        return str(entries[0].ip or entries[0].hostname)
    unknown: Any = pulumi.output.UNKNOWN  # in a preview of an object that is not there yet
    return pulumi.Output[str].from_input(unknown)


def url(address: pulumi.Output[str], port: "pulumi.Input[int]", scheme: str | None = None) -> pulumi.Output[str]:
    """The URL of an address and a port. Without a scheme: the application behind port 443 speaks TLS, behind any other plain HTTP."""
    return pulumi.Output.all(address, as_integer(port)).apply(lambda both: _url(both[0], both[1], scheme))


def _url(address: str, port: int, scheme: str | None) -> str:
    try:
        host = f"[{IPv6Address(address)}]"
    except ValueError:
        host = address
    usual = {"http": defaults.HTTP_PORT, "https": defaults.HTTPS_PORT}
    scheme = scheme or ("https" if port == defaults.HTTPS_PORT else "http")
    return f"{scheme}://{host}/" if usual.get(scheme) == port else f"{scheme}://{host}:{port}/"
