"""Annotations and labels that people add to an exposure's object: which are refused, and what to say instead.

A key that the library writes itself would be one too many, and a key that TKE writes says nothing to it. What is left is theirs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from realip import rules, tke

__all__ = ["argument_annotation", "foreign", "label_key", "setting_annotation", "value_problem"]


_OF_TKE = (*tke.SERVICE_PREFIXES, *tke.INGRESS_PREFIXES)
_ALMOST = 0.95
"""How much alike two keys are of which one is a slip; TKE has keys of its own that are less alike than that."""


@dataclass(frozen=True)
class _Owner:
    """Where a key that the library writes is decided."""

    setting: str
    """In a stack file."""
    argument: str
    """In a component's arguments."""


_OWNED: Mapping[str, _Owner] = {
    tke.SERVICE_DIRECT_ACCESS: _Owner("scenario", "the component itself"),
    tke.INGRESS_DIRECT_ACCESS: _Owner("scenario", "the component itself"),
    tke.SERVICE_GRACE_DELETION: _Owner("scenario", "the component itself"),
    tke.INGRESS_GRACE_DELETION: _Owner("scenario", "the component itself"),
    tke.SERVICE_LOCAL_ONLY_WITH_POD: _Owner("scenario", "the component itself"),
    tke.SERVICE_LOCAL_WEIGHTED: _Owner("scenario", "the component itself"),
    tke.CLASS_ANNOTATION: _Owner("scenario", "the component itself"),
    tke.SERVICE_LOAD_BALANCER_TYPE: _Owner("loadBalancer.internal", "load_balancer.internal_subnet_id"),
    tke.SERVICE_INTERNAL_SUBNET: _Owner("loadBalancer.internalSubnetId", "load_balancer.internal_subnet_id"),
    tke.INGRESS_INTERNAL_SUBNET: _Owner("loadBalancer.internalSubnetId", "load_balancer.internal_subnet_id"),
    tke.SERVICE_EXISTING_LOAD_BALANCER: _Owner("loadBalancer.existingId", "load_balancer.existing_id"),
    tke.INGRESS_EXISTING_LOAD_BALANCER: _Owner("loadBalancer.existingId", "load_balancer.existing_id"),
    tke.SERVICE_INTERNET_BANDWIDTH: _Owner("loadBalancer.bandwidth", "load_balancer.bandwidth"),
    tke.INGRESS_INTERNET_BANDWIDTH: _Owner("loadBalancer.bandwidth", "load_balancer.bandwidth"),
    tke.SERVICE_INTERNET_CHARGE_TYPE: _Owner("loadBalancer.chargeType", "load_balancer.charge_type"),
    tke.INGRESS_INTERNET_CHARGE_TYPE: _Owner("loadBalancer.chargeType", "load_balancer.charge_type"),
    tke.SERVICE_SECURITY_GROUPS: _Owner("loadBalancer.securityGroupIds", "load_balancer.security_group_ids"),
    tke.INGRESS_SECURITY_GROUPS: _Owner("loadBalancer.securityGroupIds", "load_balancer.security_group_ids"),
    tke.SERVICE_PASS_TO_TARGET: _Owner("access.clientCidrs", "pass_to_target"),
    tke.INGRESS_PASS_TO_TARGET: _Owner("access.clientCidrs", "pass_to_target"),
    tke.SERVICE_PROTOCOLS: _Owner("loadBalancer.ports", "ports"),
    tke.SERVICE_CONFIG: _Owner("loadBalancer.healthCheck", "load_balancer.service_config"),
    tke.SERVICE_CONFIG_AUTO: _Owner("loadBalancer.healthCheck", "load_balancer.service_config"),
    tke.INGRESS_CONFIG: _Owner("loadBalancer.healthCheck", "load_balancer.service_config"),
    tke.INGRESS_CONFIG_AUTO: _Owner("loadBalancer.healthCheck", "load_balancer.service_config"),
    tke.INGRESS_AUTO_REWRITE: _Owner("loadBalancer.redirect", "redirect"),
    tke.INGRESS_REWRITE_SUPPORT: _Owner("loadBalancer.redirect", "redirect"),
    tke.INGRESS_LISTEN_PORTS: _Owner("loadBalancer.listenPorts", "listen_ports"),
    tke.INGRESS_RULE_MIX: _Owner("loadBalancer.hosts", "hosts"),
    tke.INGRESS_HTTP_RULES: _Owner("loadBalancer.hosts", "hosts"),
    tke.INGRESS_HTTPS_RULES: _Owner("loadBalancer.hosts", "hosts"),
    tke.INGRESS_CERTIFICATE: _Owner("loadBalancer.hosts", "hosts"),
    tke.INGRESS_GROUP: _Owner("loadBalancer.shared", "shared"),
    "pulumi.com/waitFor": _Owner("loadBalancer.timeoutSeconds", "load_balancer.timeout_seconds"),
    "pulumi.com/skipAwait": _Owner("loadBalancer.timeoutSeconds", "load_balancer.timeout_seconds"),
}


_NOT_OFFERED: Mapping[str, str] = {
    tke.SERVICE_MODE: "makes TKE leave the Service alone, so that it gets no load balancer",
    tke.SERVICE_TARGET_GROUPS: "sends to target groups that somebody else made, whose settings decide what the app sees",
    **{
        f"{kind}.cloud.tencent.com/cross-{what}-id": "asks for a load balancer in another region or VPC, through which nothing is known of the address that arrives"
        for kind in ("service", "ingress")
        for what in ("region", "vpc")
    },
}
"""Keys that make something else of the exposure, and what."""


def setting_annotation(key: str) -> str:
    """The key of an annotation in a stack file."""
    if owner := _OWNED.get(_key(key)):
        raise ValueError(f"is written by the stack; say it in {owner.setting}")
    return key


def argument_annotation(key: str) -> str:
    """The key of an annotation in a component's arguments."""
    if owner := _OWNED.get(_key(key)):
        raise ValueError(f"is written by the component; say it by {owner.argument}")
    return key


def _key(key: str) -> str:
    try:
        rules.label_key(key)
    except ValueError as error:
        raise ValueError(str(error).replace("a label key", "an annotation's key")) from None
    if key in tke.WRITTEN_BY_TKE:
        raise ValueError("is TKE's own answer and says nothing to it (TKE 51258, 56112); remove it")
    if what := _NOT_OFFERED.get(key):
        raise ValueError(f"{what}; that is not offered here: remove it")
    if meant := _misspelt(key):
        raise ValueError(f"is no key that TKE knows, and it would be passed over; did you mean {meant}?")
    return key


def _misspelt(key: str) -> str | None:
    """The key of TKE's that somebody means by one that is almost it."""
    if key in _OWNED or not key.startswith(_OF_TKE):
        return None
    near = get_close_matches(key.lower(), (one for one in _OWNED if one.startswith(_OF_TKE)), n=1, cutoff=_ALMOST)
    return near[0] if near else None


def label_key(key: str) -> str:
    """The key of a label."""
    rules.label_key(key)
    if key == tke.SERVICE_LOAD_BALANCER_TYPE:
        raise ValueError("is a label that TKE puts there itself; remove it")
    return key


def value_problem(key: str, value: object) -> str | None:
    """The problem with an annotation's value, where its key gives it a form; None if there is none or it is not known yet."""
    if key not in (tke.SERVICE_PARAMETERS, tke.INGRESS_PARAMETERS) or not isinstance(value, str):
        return None
    try:
        parameters = json.loads(value)
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        return 'is no JSON object; write the parameters of CreateLoadBalancer, such as {"VipIsp":"CTCC"}'
    if str(parameters.get(tke.ADDRESS_IP_VERSION, "IPV4")).upper() != "IPV4":
        return (
            f"asks for IPv6 ({tke.ADDRESS_IP_VERSION}), which is not offered: behind NAT64 the client's address is lost, and "
            "IPv6FullChain needs a VPC, nodes and pods with IPv6, which are not made here; remove it"
        )
    return None


def foreign(key: str, *, ingress: bool) -> str | None:
    """The problem with an annotation that TKE reads from the other kind of object; None if there is none."""
    prefixes, mine, other = (
        (tke.SERVICE_PREFIXES, "an Ingress", "a Service")
        if ingress
        else (tke.INGRESS_PREFIXES, "a Service", "an Ingress")
    )
    if key.startswith(prefixes):
        return f"is read from {other}, and the load balancer here is {mine}'s; remove it"
    return None
