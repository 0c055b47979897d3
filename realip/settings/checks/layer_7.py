"""Hosts, redirections and listeners of layer 7: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import exposure_rules
from realip.forwarding import forwarding_problems
from realip.problems import MISSING, Problem, path_of
from realip.settings.exposure_plan import forwarding
from realip.settings.models import Settings

__all__ = ["layer_7_problems"]

_PLACES = {"http_port": ("listenPorts", "http"), "https_port": ("listenPorts", "https")}
_BALANCER = ("loadBalancer",)


def layer_7_problems(settings: Settings) -> Iterator[Problem]:
    """The wishes of an Ingress to its load balancer; nothing of it goes with a Service."""
    balancer, row = settings.load_balancer, settings.row
    if balancer.shared and balancer.existing_id is None:
        message = (
            "goes with loadBalancer.existingId, the load balancer that several Ingresses share; name it, or remove this"
        )
        yield Problem("loadBalancer.shared", True, message, ("loadBalancer.existingId",))  # noqa: FBT003
    if not row.exposure.has_ingress:
        said = {
            "hosts": [host.host for host in balancer.hosts] or None,
            "redirect": balancer.redirect,
            "listenPorts": balancer.listen_ports and balancer.listen_ports.model_dump(exclude_none=True),
            "shared": balancer.shared or None,
        }
        for key, value in said.items():
            if value is not None:
                message = f"is for layer 7, and `{row.slug}` listens at layer 4, where requests are not looked into; remove it"
                yield Problem(f"loadBalancer.{key}", value, message, ("scenario",))
        return
    for problem in forwarding_problems(forwarding(settings)):
        first = problem.place[0]
        steps = (*_PLACES.get(str(first), (first,)), *problem.place[1:])
        involved = ("loadBalancer.hosts", "loadBalancer.redirect", "loadBalancer.listenPorts", "scenario")
        yield Problem(path_of((*_BALANCER, *steps)), problem.value, problem.message, involved)
    yield from _hosts(settings)


def _hosts(settings: Settings) -> Iterator[Problem]:
    """Certificates and Services said once, and hosts that a health check can ask for."""
    balancer = settings.load_balancer
    check = balancer.health_check
    for index, host in enumerate(balancer.hosts):
        path = f"loadBalancer.hosts[{index}]"
        if host.certificate_id is not None and host.certificate_secret is not None:
            message = exposure_rules.one_certificate("certificateId")
            yield Problem(f"{path}.certificateSecret", host.certificate_secret, message)
        for number, one in enumerate(host.paths):
            place = f"{path}.paths[{number}]"
            if one.service is not None and one.port is None:
                yield Problem(f"{place}.port", MISSING, exposure_rules.NO_PORT_OF_THE_SERVICE)
            if one.port is not None and one.service is None:
                yield Problem(f"{place}.port", one.port, exposure_rules.ANOTHER_SERVICES_PORT)
        if host.host.startswith("*") and check is not None and check.enable and check.http_check_domain is None:
            message = (
                f"is missing; {host.host} is a wildcard, and a check asks for one host; name one under it (TKE 45700)"
            )
            yield Problem("loadBalancer.healthCheck.httpCheckDomain", MISSING, message, ("loadBalancer.hosts",))
            return
