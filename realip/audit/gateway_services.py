"""The Services by which gateways are reached: of a controller of Ingresses, and of a Gateway."""

from collections.abc import Mapping
from typing import Any

from realip.audit.charts import CHART_SERVICE
from realip.audit.objects import Found, as_map, as_maps
from realip.audit.world import Template, World, selector_of
from realip.tke_objects import EXPOSED_TYPES

__all__ = [
    "ENVOY_GATEWAY",
    "ISTIO",
    "controller_services",
    "gateway_service",
    "host_gateways",
    "own_service",
]

ENVOY_GATEWAY = "gateway.envoyproxy.io/gatewayclass-controller"
ISTIO = "istio.io/gateway-controller"
_FAMILIES = ("nginx", "traefik", "kong", "apisix", "haproxy", "contour", "envoy", "istio", "higress", "cilium")
_ONLY_GATEWAYS = frozenset({"traefik", "kong", "apisix", "contour", "higress"})
"""Programs that are nothing but gateways; an app that is called nginx is none."""
_MARKS = ("ingress", "gateway", "controller", "proxy")
_NAME_LABELS = ("app.kubernetes.io/name", "app", "helm.sh/chart")
_GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
"""The label of what a controller makes for a Gateway (Gateway API, GEP-1762)."""
_PASSED_ON = ("type", "externalTrafficPolicy", "loadBalancerClass", "allocateLoadBalancerNodePorts")
"""Fields of an EnvoyProxy's envoyService that become the Service's."""
_SELECTS = {"selector": {_GATEWAY_NAME: "*"}}
"""The selector of what a controller makes."""
_OWNING = "gateway.envoyproxy.io/owning-gateway-"


# --- Controllers of Ingresses ------------------------------------------------------------------------------------------


def controller_services(world: World, name: str) -> list[Found]:
    """The Services by which a class's controller is reached: load balancers, else node ports and what TKE's Ingresses lead to."""
    family = _family(world, name)
    exposed = [
        found
        for found in world.by_kind["Service"]
        if found.spec.get("type") in EXPOSED_TYPES or found in world.behind_qcloud
    ]
    charted = [found for found in world.by_kind[CHART_SERVICE] if found.spec.get("type") in EXPOSED_TYPES]
    mine = [found for found in exposed if _belongs(_words_of(found), family)]
    mine = mine or [found for found in charted if _belongs(_words_of(found), family)]
    balanced = [found for found in mine if found.spec.get("type") == "LoadBalancer"]
    return _of_class(balanced or mine, name)


def host_gateways(world: World, name: str) -> list[Template]:
    """The pods of a class's controller that take connections on ports of their nodes, without any Service."""
    family = _family(world, name)
    templates = [template for found in world.templates.values() for template in found]
    return [
        template
        for template in templates
        if _on_host(template.spec) and _belongs({template.found.name, *_named(template.labels)}, family)
    ]


def _family(world: World, name: str) -> str:
    """The program behind a class, as its names are spelt."""
    controllers = [found for found in world.by_kind["IngressClass"] if found.name == name]
    said = " ".join(str(found.spec.get("controller")) for found in controllers)
    said += " ".join(
        str(found.spec.get("controllerName")) for found in world.by_kind["GatewayClass"] if found.name == name
    )
    return next((word for word in _FAMILIES if word in said or word in name), name)


def _of_class(services: list[Found], name: str) -> list[Found]:
    """Of several controllers of one family those whose Service carries the class in its name."""
    named = [found for found in services if name in found.name]
    return named if len(services) > 1 and named else services


def _words_of(service: Found) -> set[str]:
    labels = as_map(as_map(service.body.get("metadata")).get("labels"))
    return {service.name, *_named(labels), *(str(value) for value in selector_of(service).values())}


def _named(labels: Mapping[str, Any]) -> set[str]:
    return {str(labels.get(key, "")) for key in _NAME_LABELS}


def _belongs(words: set[str], family: str) -> bool:
    return any(family in word for word in words) and (
        family in _ONLY_GATEWAYS or any(mark in word for word in words for mark in _MARKS)
    )


def _on_host(spec: Mapping[str, Any]) -> bool:
    ports = [port for container in as_maps(spec.get("containers")) for port in as_maps(container.get("ports"))]
    return spec.get("hostNetwork") is True or any(port.get("hostPort") for port in ports)


# --- Gateways ----------------------------------------------------------------------------------------------------------


def gateway_service(world: World, gateway: Found) -> Mapping[str, Any] | None:
    """The Service of a Gateway: the one that is there, or the one that its controller makes; None where that is not known."""
    own = own_service(world, gateway)
    if own is not None:
        return own.body
    controller = _controller_of(world, gateway)
    metadata = {"name": gateway.name, "namespace": gateway.namespace}
    infrastructure = as_map(gateway.spec.get("infrastructure"))
    if controller == ENVOY_GATEWAY:
        proxy = _envoy_proxy(world, gateway)
        kubernetes = as_map(as_map(proxy.spec.get("provider") if proxy else None).get("kubernetes"))
        service = as_map(kubernetes.get("envoyService"))
        said = {**as_map(infrastructure.get("annotations")), **as_map(service.get("annotations"))}
        spec = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
        spec |= {key: service[key] for key in _PASSED_ON if key in service}
        patch = as_map(as_map(service.get("patch")).get("value"))
        said |= as_map(as_map(patch.get("metadata")).get("annotations"))
        return {
            "metadata": {**metadata, "annotations": said},
            "spec": {**_SELECTS, **spec, **as_map(patch.get("spec"))},
        }
    if controller == ISTIO:
        own_annotations = as_map(infrastructure.get("annotations")) or gateway.annotations
        kind = own_annotations.get("networking.istio.io/service-type", "LoadBalancer")
        return {"metadata": {**metadata, "annotations": own_annotations}, "spec": {**_SELECTS, "type": kind}}
    return None


def own_service(world: World, gateway: Found) -> Found | None:
    """The Service that was made for a Gateway, or that its controller is reached by; None where none is among the objects."""
    for found in world.by_kind["Service"]:
        labels = as_map(as_map(found.body.get("metadata")).get("labels"))
        by_envoy = (labels.get(f"{_OWNING}namespace"), labels.get(f"{_OWNING}name")) == (
            gateway.namespace,
            gateway.name,
        )
        by_api = found.namespace == gateway.namespace and labels.get(_GATEWAY_NAME) == gateway.name
        if (by_envoy or by_api) and selector_of(found):
            return found
    if _controller_of(world, gateway) in {ENVOY_GATEWAY, ISTIO}:
        return None  # these make a Service for each Gateway
    shared = controller_services(world, str(gateway.spec.get("gatewayClassName")))
    return shared[0] if len(shared) == 1 else None


def _controller_of(world: World, gateway: Found) -> str | None:
    """The controller of a Gateway's class; None where the class is not among the objects and its name says nothing."""
    name = gateway.spec.get("gatewayClassName")
    for found in world.by_kind["GatewayClass"]:
        if found.name == name:
            return str(found.spec.get("controllerName"))
    if name == "istio":
        return ISTIO
    return ENVOY_GATEWAY if world.by_kind["EnvoyProxy"] and name in ("eg", "envoy") else None


def _envoy_proxy(world: World, gateway: Found) -> Found | None:
    """The EnvoyProxy that a Gateway or its class refers to."""
    classes = [found for found in world.by_kind["GatewayClass"] if found.name == gateway.spec.get("gatewayClassName")]
    references = [(as_map(as_map(gateway.spec.get("infrastructure")).get("parametersRef")), gateway.namespace)]
    references += [(as_map(found.spec.get("parametersRef")), "") for found in classes]
    for reference, space in references:
        for found in world.by_kind["EnvoyProxy"]:
            if found.name == reference.get("name") and found.namespace == (space or reference.get("namespace")):
                return found
    return None
