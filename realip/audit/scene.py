"""The exposures of a world, and what stands before and beside them: all that rules ask for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from realip import tke
from realip.audit import gateways
from realip.audit.charts import CHART_SERVICE
from realip.audit.objects import Found
from realip.audit.refusals import refusal
from realip.audit.routes import routed_services, services_behind
from realip.audit.world import World, selector_of
from realip.behaviour import (
    SOCKET,
    Access,
    Binding,
    Exposure,
    Pods,
    Sees,
    direct_access,
    ingress_exposure,
    node_port_exposure,
    service_exposure,
)
from realip.messages import message
from realip.tke_objects import EXPOSED_TYPES, ingress_class, ingress_services, is_qcloud

__all__ = ["READS", "Scene"]

READS = "realip.audit/reads"
"""An annotation by which an object says where its app looks for the address: `socket`, or a header's name."""
_SERVICES = ("Service", CHART_SERVICE)


class Scene:
    """A world with its exposures."""

    def __init__(self, world: World) -> None:
        """Everything is found out when it is first asked for."""
        self.world = world
        self._accesses: dict[Found, Access] = {}
        self._pods: dict[Found, Pods] = {}
        self._balanced: dict[Found, bool] = {}
        self._of_class: dict[str, Exposure] = {}

    @cached_property
    def exposures(self) -> Mapping[Found, Exposure]:
        """Every exposure, by its object, in the order of the input."""
        return {
            found: self._exposure(found)
            for found in self.world.objects
            if found.kind in {"Ingress", "Gateway"}
            or (found.kind in _SERVICES and found.spec.get("type") in EXPOSED_TYPES)
        }

    def _exposure(self, found: Found) -> Exposure:
        if refused := self.refused_keys(found):
            why = message("exposure_refused", key=refused[0])
            return Exposure(found.kind, found.namespace, found.name, Binding.NOTHING, Sees.NOBODY, None, None, why)
        if refused_for := refusal(found):
            why = message("exposure_refused_word", key=refused_for.key, value=refused_for.value)
            return Exposure(found.kind, found.namespace, found.name, Binding.NOTHING, Sees.NOBODY, None, None, why)
        facts = self.world.facts
        if found.kind == "Gateway":
            return self._past(found, gateways.gateway_exposure(self.world, found))
        if found.kind == "Ingress":
            if is_qcloud(found.body, self.world.default_class):
                bodies = self.world.bodies.get(found.namespace, {})
                made = ingress_exposure(found.body, bodies, facts, self.pods(found))
                return replace(made, forgeable=True) if self.ways_around(found) and made.sees is Sees.CLIENT else made
            name = ingress_class(found.body, self.world.default_class)
            if name not in self._of_class:  # the same for all of a class, and dear: a cluster has thousands
                self._of_class[name] = gateways.other_ingress(self.world, found, name)
            return self._past(found, replace(self._of_class[name], namespace=found.namespace, name=found.name))
        pods = self.pods(found)
        made = (node_port_exposure if found.spec.get("type") == "NodePort" else service_exposure)(
            found.body, facts, pods
        )
        if made.reads == SOCKET and (header := self.header_read(found)) and found not in self.backed:
            why = message("exposure_header_believed", header=header)
            return replace(made, forgeable=True, why=why)
        return replace(made, kind=found.kind)

    def _past(self, found: Found, made: Exposure) -> Exposure:
        """An exposure of another controller, with the ways past it."""
        around = self.ways_around(found) if made.sees is Sees.CLIENT else []
        why = message("exposure_ingress_around", kind=found.kind, service=around[0].name) if around else made.why
        return replace(made, forgeable=True, why=why) if around else made

    def pods(self, found: Found) -> Pods:
        """The pods behind a Service or an Ingress."""
        if found not in self._pods:
            services = [found] if found.kind in _SERVICES else self.backends(found)
            self._pods[found] = self.world.pods_of(services)
        return self._pods[found]

    def balanced(self, found: Found) -> bool:
        """A Service whose load balancer is TKE's business, and which the API server takes."""
        known = self._balanced.get(found)
        if known is None:
            known = (
                found.spec.get("type") == "LoadBalancer"
                and not found.spec.get("loadBalancerClass")
                and found.annotations.get(tke.SERVICE_MODE) != tke.MODE_SKIP
                and not self.refused_keys(found)
                and refusal(found) is None
            )
            self._balanced[found] = known
        return known

    @staticmethod
    def refused_keys(found: Found) -> list[str]:
        """Annotations that are no text: the API server refuses the object for them."""
        return [str(key) for key, value in found.annotations.items() if not isinstance(value, str)]

    def access(self, found: Found) -> Access:
        """How the load balancer of a Service or an Ingress of TKE's reaches pods."""
        if found not in self._accesses:
            service = found.kind in _SERVICES
            key = tke.SERVICE_DIRECT_ACCESS if service else tke.INGRESS_DIRECT_ACCESS
            self._accesses[found] = direct_access(found.annotations, key, self.world.facts, self.pods(found))
        return self._accesses[found]

    @cached_property
    def _behind_gateways(self) -> Mapping[tuple[str, str], list[Found]]:
        return services_behind(self.world)

    def backends(self, found: Found) -> list[Found]:
        """The Services behind an Ingress or a Gateway that are among the objects."""
        if found.kind == "Gateway":
            return self._behind_gateways.get((found.namespace, found.name), [])
        named = self.world.services.get(found.namespace, {})
        return [named[each.service] for each in ingress_services(found.body) if each.service in named]

    # --- What else leads to the same pods ----------------------------------------------------------------------------

    @cached_property
    def _by_selector(self) -> Mapping[tuple[str, frozenset[tuple[str, str]]], list[Found]]:
        """Exposed Services by what they select."""
        made: dict[tuple[str, frozenset[tuple[str, str]]], list[Found]] = defaultdict(list)
        for found in self.world.by_kind["Service"]:
            if found.spec.get("type") in EXPOSED_TYPES and selector_of(found):
                made[_selected(found)].append(found)
        return made

    def same_pods(self, service: Found) -> Iterator[Found]:
        """The other exposed Services of the same pods: of the same selector, or of a pod template that both select."""
        seen = {service}
        for other in self._by_selector.get(_selected(service), ()):
            if other not in seen:
                seen.add(other)
                yield other
        for template in self.world.templates_of(service):
            for other in self._services_of_template(service.namespace, template.labels):
                if other not in seen:
                    seen.add(other)
                    yield other

    def _services_of_template(self, namespace: str, labels: Mapping[str, object]) -> Iterator[Found]:
        for key, value in labels.items():
            for other in self._by_first_label.get((namespace, key, str(value)), ()):
                if all(labels.get(name) == wanted for name, wanted in selector_of(other).items()):
                    yield other

    @cached_property
    def _by_first_label(self) -> Mapping[tuple[str, str, str], list[Found]]:
        made: dict[tuple[str, str, str], list[Found]] = defaultdict(list)
        for found in self.world.by_kind["Service"]:
            selector = selector_of(found)
            if found.spec.get("type") in EXPOSED_TYPES and selector:
                key = min(selector)
                made[found.namespace, key, str(selector[key])].append(found)
        return made

    def ways_around(self, found: Found) -> list[Found]:
        """Services by which clients reach the pods of an Ingress or a Gateway without it, header and all.

        The NodePort Service that a non-direct Ingress needs is none of them: who reaches that is up to security groups. Before
        another controller's only load balancers count: many write NodePort there that nobody reaches.
        """
        behind = self.backends(found)
        if found.kind == "Gateway" or not is_qcloud(found.body, self.world.default_class):
            return [service for service in behind if service.spec.get("type") == "LoadBalancer"]
        direct = self.access(found).binding is Binding.PODS
        around = [
            service
            for service in behind
            if service.spec.get("type") == "LoadBalancer" or (direct and service.spec.get("type") == "NodePort")
        ]
        for service in behind:
            around += [other for other in self.same_pods(service) if other not in behind and other not in around]
        return around

    @property
    def backed(self) -> Mapping[Found, list[Found]]:
        """The Ingresses of TKE's that each Service stands behind."""
        return self.world.behind_qcloud

    @cached_property
    def _fronted(self) -> set[tuple[str, str]]:
        """Services behind an Ingress of any controller, or a Gateway's route."""
        return routed_services(self.world) | {
            (found.namespace, backend.service)
            for found in self.world.by_kind["Ingress"]
            for backend in ingress_services(found.body)
        }

    def fronted(self, service: Found) -> bool:
        """A Service stands behind an Ingress, of TKE's controller or of another, or behind a Gateway."""
        return (service.namespace, service.name) in self._fronted

    def header_read(self, service: Found) -> str | None:
        """The header that the app behind a Service is said to read; None where it reads its socket, or nothing is said."""
        return next((place for place in self.declared(service) if place != SOCKET), None)

    def declared(self, found: Found) -> Iterator[str]:
        """The places where the app behind an Ingress or a Service is said to look: on these, or on the pods."""
        services = [found] if found.kind in _SERVICES else self.backends(found)
        said = [found.annotations.get(READS), *(service.annotations.get(READS) for service in services)]
        said += [template.annotations.get(READS) for each in services for template in self.world.templates_of(each)]
        yield from (place.strip().casefold() for place in said if isinstance(place, str))


def _selected(service: Found) -> tuple[str, frozenset[tuple[str, str]]]:
    return service.namespace, frozenset((key, str(value)) for key, value in selector_of(service).items())
