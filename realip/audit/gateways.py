"""Gateways behind a load balancer of TKE's: which Service they are reached by, and whose address they pass on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import collapse_addresses, ip_network
from typing import Any

from realip.audit.objects import Found, as_map, as_maps
from realip.audit.world import World, selector_of
from realip.behaviour import FORWARDED, SOCKET, Binding, Exposure, Sees, service_exposure
from realip.messages import message

__all__ = [
    "ENVOY_GATEWAY",
    "ISTIO",
    "controller_of",
    "controller_services",
    "envoy_proxy",
    "gateway_exposure",
    "gateway_service",
    "nginx_settings",
    "other_ingress",
    "policies_of",
    "trusted_hops",
    "trusts_everyone",
]

ENVOY_GATEWAY = "gateway.envoyproxy.io/gatewayclass-controller"
ISTIO = "istio.io/gateway-controller"
_FAMILIES = ("nginx", "traefik", "kong", "apisix", "haproxy", "contour", "envoy", "istio", "higress", "cilium")
NGINX_KEYS = frozenset(
    {
        "use-forwarded-headers",
        "compute-full-forwarded-for",
        "proxy-real-ip-cidr",
        "use-proxy-protocol",
        "enable-real-ip",
        "forwarded-for-header",
    }
)
"""Keys of ingress-nginx's ConfigMap about clients' addresses."""


# --- Controllers of Ingresses ------------------------------------------------------------------------------------------


def controller_services(world: World, name: str) -> list[Found]:
    """The exposed Services of the controller that an Ingress class belongs to."""
    controller = next(
        (str(found.spec.get("controller")) for found in world.by_kind["IngressClass"] if found.name == name), ""
    )
    family = next((word for word in _FAMILIES if word in controller or word in name), name)
    exposed = [found for found in world.by_kind["Service"] if found.spec.get("type") in ("LoadBalancer", "NodePort")]
    return [found for found in exposed if _belongs(found, family)]


def _belongs(service: Found, family: str) -> bool:
    labels = as_map(as_map(service.body.get("metadata")).get("labels"))
    chart = {str(labels.get(key, "")) for key in ("app.kubernetes.io/name", "app", "helm.sh/chart")}
    selected = {str(value) for value in selector_of(service).values()}
    words = {service.name, *chart, *selected}
    marks = ("ingress", "gateway", "controller", "proxy")
    # An app that is called nginx is none: its Service has to look like a controller's.
    return any(family in word for word in words) and (
        family in {"traefik", "kong", "apisix", "contour", "higress"}
        or any(mark in word for word in words for mark in marks)
    )


def other_ingress(world: World, ingress: Found, name: str) -> Exposure:
    """The exposure that an Ingress of another controller is: what that controller's own exposure makes of it."""
    about = ("Ingress", ingress.namespace, ingress.name)
    found = [
        (service, service_exposure(service.body, world.facts, world.pods_of([service])))
        for service in controller_services(world, name)
        if service.spec.get("type") == "LoadBalancer"
    ]
    if not found:
        why, tells = message("exposure_other_controller", name=name), message("tells_controller", name=name)
        return Exposure(*about, Binding.UNKNOWN, Sees.UNKNOWN, None, None, why, tells)
    service, front = found[0]
    said = f"{service.namespace}/{service.name}"
    if front.sees is Sees.CLIENT and front.reads == FORWARDED:
        settings = nginx_settings(world, service)
        if settings is not None and not _believes_header(settings):
            why = message("exposure_header_replaced", service=said)
            return Exposure(*about, front.binding, Sees.PROXY, FORWARDED, forgeable=False, why=why)
        return Exposure(*about, front.binding, Sees.CLIENT, FORWARDED, None, message("exposure_gateway", service=said))
    if front.sees is Sees.CLIENT:
        settings = nginx_settings(world, service)
        forged = settings is not None and _believes_header(settings) and trusts_everyone(settings)
        why = message("exposure_gateway_forged" if forged else "exposure_gateway", service=said)
        return Exposure(*about, front.binding, Sees.CLIENT, FORWARDED, forged, why)
    why = message("exposure_gateway_lost", service=said, why=front.why)
    return Exposure(
        *about, front.binding, front.sees, None if front.sees is Sees.NOBODY else FORWARDED, None, why, front.tells
    )


def nginx_settings(world: World, service: Found) -> Mapping[str, Any] | None:
    """The ConfigMap of the ingress-nginx controller behind a Service; None where it is not among the objects."""
    for found in world.by_kind["ConfigMap"]:
        data = as_map(found.body.get("data"))
        if found.namespace == service.namespace and (NGINX_KEYS & data.keys() or "ingress-nginx" in found.name):
            return data
    return None


def _believes_header(settings: Mapping[str, Any]) -> bool:
    return settings.get("use-forwarded-headers") == "true" or settings.get("enable-real-ip") == "true"


def trusts_everyone(settings: Mapping[str, Any]) -> bool:
    """ingress-nginx takes the header from any peer: by its default, or by what is set."""
    said = settings.get("proxy-real-ip-cidr")
    return not isinstance(said, str) or not said.strip() or everyone(part for part in said.split(","))


def everyone(networks: Iterable[object]) -> bool:
    """Networks that hold every IPv4 or every IPv6 address, together or one by itself."""
    by_version: dict[int, list[Any]] = {4: [], 6: []}
    for text in networks:
        try:
            network = ip_network(str(text).strip(), strict=False)
        except ValueError:
            continue
        by_version[network.version].append(network)
    return any(network.prefixlen == 0 for found in by_version.values() for network in collapse_addresses(found))


# --- Gateways ----------------------------------------------------------------------------------------------------------


def controller_of(world: World, gateway: Found) -> str | None:
    """The controller of a Gateway's class; None where the class is not among the objects and its name says nothing."""
    name = gateway.spec.get("gatewayClassName")
    for found in world.by_kind["GatewayClass"]:
        if found.name == name:
            return str(found.spec.get("controllerName"))
    return (
        ISTIO if name == "istio" else ENVOY_GATEWAY if world.by_kind["EnvoyProxy"] and name in ("eg", "envoy") else None
    )


def envoy_proxy(world: World, gateway: Found) -> Found | None:
    """The EnvoyProxy that a Gateway or its class refers to."""
    classes = [found for found in world.by_kind["GatewayClass"] if found.name == gateway.spec.get("gatewayClassName")]
    references = [(as_map(as_map(gateway.spec.get("infrastructure")).get("parametersRef")), gateway.namespace)]
    references += [(as_map(found.spec.get("parametersRef")), "") for found in classes]
    for reference, space in references:
        for found in world.by_kind["EnvoyProxy"]:
            if found.name == reference.get("name") and found.namespace == (space or reference.get("namespace")):
                return found
    return None


def gateway_service(world: World, gateway: Found) -> Mapping[str, Any] | None:
    """The Service that a Gateway's controller makes for it; None where that is not known."""
    controller = controller_of(world, gateway)
    metadata = {"name": gateway.name, "namespace": gateway.namespace}
    if controller == ENVOY_GATEWAY:
        proxy = envoy_proxy(world, gateway)
        kubernetes = as_map(as_map(proxy.spec.get("provider") if proxy else None).get("kubernetes"))
        service = as_map(kubernetes.get("envoyService"))
        said = {
            **as_map(as_map(gateway.spec.get("infrastructure")).get("annotations")),
            **as_map(service.get("annotations")),
        }
        spec = {
            "type": service.get("type", "LoadBalancer"),
            "externalTrafficPolicy": service.get("externalTrafficPolicy", "Local"),
        }
        return {"metadata": {**metadata, "annotations": said}, "spec": spec}
    if controller == ISTIO:
        infrastructure = as_map(gateway.spec.get("infrastructure"))
        own = as_map(infrastructure.get("annotations")) or gateway.annotations
        kind = own.get("networking.istio.io/service-type", "LoadBalancer")
        return {"metadata": {**metadata, "annotations": own}, "spec": {"type": kind}}
    return None


def gateway_exposure(world: World, gateway: Found) -> Exposure:
    """The exposure that a Gateway is: what arrives at the apps behind it."""
    about = ("Gateway", gateway.namespace, gateway.name)
    service = gateway_service(world, gateway)
    if service is None or service["spec"]["type"] != "LoadBalancer":
        name = str(gateway.spec.get("gatewayClassName"))
        why, tells = message("exposure_other_controller", name=name), message("tells_controller", name=name)
        return Exposure(*about, Binding.UNKNOWN, Sees.UNKNOWN, None, None, why, tells)
    front = replace(service_exposure(service, world.facts), kind="Gateway")
    if front.sees is not Sees.CLIENT:
        return front
    if _passes_through(gateway):
        return replace(front, sees=Sees.PROXY, reads=SOCKET, why=message("exposure_passthrough"))
    policies = list(policies_of(world, gateway))
    if front.reads == FORWARDED and not any(map(trusted_hops, policies)):
        return replace(front, sees=Sees.PROXY, why=message("exposure_hops_missing"))
    hops = front.reads != FORWARDED and any(map(trusted_hops, policies))
    forged = hops or any(map(trusts_in_policy, policies))
    why = message(
        "exposure_gateway_forged" if forged else "exposure_gateway", service=f"{gateway.namespace}/{gateway.name}"
    )
    return replace(front, reads=FORWARDED, forgeable=forged, why=why)


def _passes_through(gateway: Found) -> bool:
    """All of a Gateway's listeners hand connections on without looking into them."""
    listeners = as_maps(gateway.spec.get("listeners"))
    return bool(listeners) and all(map(is_passthrough, listeners))


def is_passthrough(listener: Mapping[str, Any]) -> bool:
    """A listener that hands TCP on as it comes."""
    if listener.get("protocol") == "TLS":
        return as_map(listener.get("tls")).get("mode") == "Passthrough"
    return listener.get("protocol") in ("TCP", "UDP")


def policies_of(world: World, gateway: Found) -> Iterator[Found]:
    """The ClientTrafficPolicies of a Gateway."""
    for policy in world.by_kind["ClientTrafficPolicy"]:
        spec = policy.spec
        for target in [as_map(spec.get("targetRef")), *as_maps(spec.get("targetRefs"))]:
            if policy.namespace == gateway.namespace and target.get("name") == gateway.name:
                yield policy


def detection(policy: Found) -> Mapping[str, Any]:
    """How a policy has clients' addresses found."""
    return as_map(policy.spec.get("clientIPDetection"))


def trusted_hops(policy: Found) -> int:
    """The proxies in front that a policy believes in."""
    hops = as_map(detection(policy).get("xForwardedFor")).get("numTrustedHops")
    return hops if isinstance(hops, int) and not isinstance(hops, bool) and hops > 0 else 0


def trusts_in_policy(policy: Found) -> bool:
    """A policy that takes the address from a header that anybody can send."""
    networks = as_map(detection(policy).get("xForwardedFor")).get("trustedCIDRs")
    return bool(as_map(detection(policy).get("customHeader")).get("name")) or (
        isinstance(networks, list) and everyone(networks)
    )
