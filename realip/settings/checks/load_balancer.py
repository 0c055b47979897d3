"""The load balancer: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import annotations, exposure_rules, pod_rules, rules, tke
from realip.listeners import listener_problems
from realip.problems import MISSING, Problem, path_of
from realip.rules import EVERYONE
from realip.settings.checks.layer_7 import layer_7_problems
from realip.settings.checks.service_config import service_config_problems
from realip.settings.exposure_plan import listeners, named_clients
from realip.settings.models import Settings
from realip.settings.sections.access import Gate

__all__ = ["load_balancer_problems"]

_PLACES = {"target": "targetPort", "certificate": "certificateId"}
"""Keys of the stack file where they are not the listener's own words."""


def load_balancer_problems(settings: Settings) -> Iterator[Problem]:
    """One kind of load balancer at a time, with ports and annotations that go with the scenario."""
    yield from _kind(settings)
    yield from _gate(settings)
    yield from _ports(settings)
    yield from layer_7_problems(settings)
    yield from _annotations(settings)
    yield from service_config_problems(settings)


def _kind(settings: Settings) -> Iterator[Problem]:
    chosen = settings.load_balancer
    if chosen.internal_subnet_id is not None and not chosen.internal:
        message = "is for an internal load balancer; set loadBalancer.internal to true, or remove it"
        yield Problem("loadBalancer.internalSubnetId", chosen.internal_subnet_id, message, ("loadBalancer.internal",))
    if chosen.existing_id is not None and chosen.internal:
        message = "cannot go with loadBalancer.internal: an existing load balancer is what it is; remove one of the two"
        yield Problem("loadBalancer.existingId", chosen.existing_id, message, ("loadBalancer.internal",))
    if chosen.security_group_ids and chosen.existing_id is not None:
        message = "are for a load balancer that TKE makes: an existing one keeps its own security groups (TKE 51258, 56112); remove them, and set them there"
        yield Problem(
            "loadBalancer.securityGroupIds", list(chosen.security_group_ids), message, ("loadBalancer.existingId",)
        )
    for path, value in (("bandwidth", chosen.bandwidth), ("chargeType", chosen.charge_type)):
        if value is not None and (chosen.internal or chosen.existing_id is not None):
            involved = ("loadBalancer.internal", "loadBalancer.existingId")
            yield Problem(f"loadBalancer.{path}", value, exposure_rules.FOR_A_PUBLIC_ONE, involved)
    if chosen.charge_type is not None and chosen.bandwidth is None:
        message = "goes with a bandwidth; set loadBalancer.bandwidth too, or remove it"
        yield Problem("loadBalancer.chargeType", chosen.charge_type, message, ("loadBalancer.bandwidth",))


def _gate(settings: Settings) -> Iterator[Problem]:
    """Clients who are let in where that can be kept."""
    access, balancer = settings.access, settings.load_balancer
    said = access.client_cidrs_at
    if said is not None and not access.client_cidrs:
        message = "says where access.clientCidrs are let in, and there are none; name networks there, or remove it"
        yield Problem("access.clientCidrsAt", said.value, message, ("access.clientCidrs",))
    elif said is Gate.LOAD_BALANCER and balancer.existing_id is not None:
        message = "goes with a load balancer that TKE makes: an existing one takes no pass-to-target (TKE 51258, 56112); remove it"
        yield Problem("access.clientCidrsAt", said.value, message, ("loadBalancer.existingId",))
    elif said is Gate.NODES and settings.cluster.id is not None:
        message = "would be rules of nodes that this stack does not make; remove it"
        yield Problem("access.clientCidrsAt", said.value, message, ("cluster.id",))
    cidrs = access.client_cidrs
    if cidrs and balancer.existing_id is None and not any(map(rules.is_ipv4, cidrs)):
        message = f"are IPv6 alone, and the load balancer has an IPv4 address, so that nobody could come; name IPv4 networks too, or {EVERYONE[0]} for everyone"
        yield Problem("access.clientCidrs", list(cidrs), message, ("loadBalancer.existingId",))
    if settings.cluster.id is not None and balancer.existing_id is not None and cidrs and EVERYONE[0] not in cidrs:
        message = (
            "would be kept by nobody: an existing load balancer takes no security group from TKE, and the nodes are not this stack's; "
            "remove it, and let clients in at the load balancer's own security group"
        )
        yield Problem("access.clientCidrs", list(cidrs), message, ("cluster.id", "loadBalancer.existingId"))
    groups, most = balancer.security_group_ids, tke.MAX_LOAD_BALANCER_SECURITY_GROUPS
    if named_clients(settings) and len(groups) == most:
        message = f"leaves no room for the group that lets access.clientCidrs in, and a load balancer takes {most}; give at most {most - 1}, or set access.clientCidrsAt to nodes"
        yield Problem(
            "loadBalancer.securityGroupIds", list(groups), message, ("access.clientCidrs", "access.clientCidrsAt")
        )


def _ports(settings: Settings) -> Iterator[Problem]:
    """Ports that Kubernetes, TKE and the scenario take together."""
    app, ports, row = settings.app, settings.load_balancer.ports, settings.row
    if not ports:
        return
    if row.exposure.has_ingress:
        message = f"are for layer 4, and `{row.slug}` listens at layer 7; remove them"
        yield Problem("loadBalancer.ports", [port.port for port in ports], message, ("scenario",))
        return
    if "service_port" in app.model_fields_set:
        message = "is one port, and loadBalancer.ports lists all of them; remove one of the two"
        yield Problem("app.servicePort", app.service_port, message, ("loadBalancer.ports",))
    for problem in listener_problems(listeners(settings), direct=row.exposure.direct_access == "true"):
        path = f"loadBalancer.ports[{problem.index}].{_PLACES.get(problem.field, problem.field)}"
        value = MISSING if problem.value is None else problem.value
        yield Problem(path, value, problem.message, ("loadBalancer.ports", "app.port", "scenario"))
    for index, port in enumerate(ports):
        if port.certificate_id is not None and port.certificate_secret is not None:
            message = exposure_rules.one_certificate("certificateId")
            yield Problem(f"loadBalancer.ports[{index}].certificateSecret", port.certificate_secret, message)
        if row.super_nodes and port.target_port == tke.SUPER_NODE_OWN_PORT:
            path = f"loadBalancer.ports[{index}].targetPort"
            yield Problem(path, port.target_port, pod_rules.TAKEN_ON_SUPER_NODES, ("scenario",))


def _annotations(settings: Settings) -> Iterator[Problem]:
    """Annotations that TKE reads from the object that the scenario has."""
    for key, value in settings.load_balancer.annotations.items():
        ingress = settings.row.exposure.has_ingress
        message = annotations.foreign(key, ingress=ingress) or annotations.value_problem(key, value)
        if message is not None:
            yield Problem(path_of(("loadBalancer", "annotations", key)), value, message, ("scenario",))
