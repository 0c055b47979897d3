"""The load balancer: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import annotations, tke
from realip.listeners import listener_problems
from realip.problems import MISSING, Problem, path_of
from realip.settings.checks.service_config import service_config_problems
from realip.settings.exposure_plan import listeners
from realip.settings.models import Settings

__all__ = ["load_balancer_problems"]

_PLACES = {"target": "targetPort", "certificate": "certificateId"}
"""Keys of the stack file where they are not the listener's own words."""


def load_balancer_problems(settings: Settings) -> Iterator[Problem]:
    """One kind of load balancer at a time, with ports and annotations that go with the scenario."""
    yield from _kind(settings)
    yield from _ports(settings)
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
    for path, value in (("bandwidth", chosen.bandwidth), ("chargeType", chosen.charge_type)):
        if value is not None and (chosen.internal or chosen.existing_id is not None):
            message = "is for a public load balancer that TKE makes; remove it"
            yield Problem(f"loadBalancer.{path}", value, message, ("loadBalancer.internal", "loadBalancer.existingId"))
    if chosen.charge_type is not None and chosen.bandwidth is None:
        message = "goes with a bandwidth; set loadBalancer.bandwidth too, or remove it"
        yield Problem("loadBalancer.chargeType", chosen.charge_type, message, ("loadBalancer.bandwidth",))


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
            message = "names a Secret, and certificateId makes one; remove one of the two"
            yield Problem(f"loadBalancer.ports[{index}].certificateSecret", port.certificate_secret, message)
        if row.super_nodes and port.target_port == tke.SUPER_NODE_OWN_PORT:
            message = "is taken on super nodes; let the container listen on another one"
            yield Problem(f"loadBalancer.ports[{index}].targetPort", port.target_port, message, ("scenario",))


def _annotations(settings: Settings) -> Iterator[Problem]:
    """Annotations that TKE reads from the object that the scenario has."""
    for key, value in settings.load_balancer.annotations.items():
        ingress = settings.row.exposure.has_ingress
        message = annotations.foreign(key, ingress=ingress) or annotations.value_problem(key, value)
        if message is not None:
            yield Problem(path_of(("loadBalancer", "annotations", key)), value, message, ("scenario",))
