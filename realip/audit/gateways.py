"""Gateways behind a load balancer of TKE's: whose address they see, and whose they pass on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import collapse_addresses, ip_network
from typing import Any

from realip import tke
from realip.audit.charts import CHART_SERVICE
from realip.audit.gateway_services import (
    controller_services,
    gateway_service,
    host_gateways,
    own_service,
)
from realip.audit.helm_values import NGINX_KEYS, VALUES, nginx_data
from realip.audit.objects import Found, as_map, as_maps
from realip.audit.world import World
from realip.behaviour import (
    FORWARDED,
    SOCKET,
    Binding,
    Exposure,
    Sees,
    ingress_exposure,
    node_port_exposure,
    service_exposure,
)
from realip.messages import message
from realip.tke_objects import EXPOSED_TYPES, annotations_of

__all__ = [
    "NGINX_KEYS",
    "gateway_exposure",
    "nginx_settings",
    "other_ingress",
    "policies_of",
    "sends_proxy_protocol",
    "trusted_hops",
    "trusts_everyone",
    "values_behind",
    "wants_proxy_protocol",
]

# --- Controllers of Ingresses ------------------------------------------------------------------------------------------


def other_ingress(world: World, ingress: Found, name: str) -> Exposure:
    """The exposure that an Ingress of another controller is: what that controller's own exposure makes of it."""
    about = ("Ingress", ingress.namespace, ingress.name)
    services = controller_services(world, name)
    if not services:
        return _without_service(world, about, name)
    made = [_behind(world, service, about) for service in services]
    if len({(each.sees, each.reads, each.forgeable) for each in made}) > 1:
        names = ", ".join(f"{service.namespace}/{service.name}" for service in services)
        why, tells = message("exposure_several_controllers", name=name, services=names), message("tells_verify")
        return Exposure(*about, Binding.UNKNOWN, Sees.UNKNOWN, None, None, why, tells)
    return made[0]


def _without_service(world: World, about: tuple[str, str, str], name: str) -> Exposure:
    hosts = host_gateways(world, name)
    if hosts:
        why = message("exposure_host_gateway", name=name, workload=str(hosts[0].found))
        return Exposure(*about, Binding.UNKNOWN, Sees.UNKNOWN, None, None, why, message("tells_verify"))
    why, tells = message("exposure_other_controller", name=name), message("tells_controller", name=name)
    return Exposure(*about, Binding.UNKNOWN, Sees.UNKNOWN, None, None, why, tells)


def _behind(world: World, service: Found, about: tuple[str, str, str]) -> Exposure:
    """The exposure of apps behind an ingress controller that a Service leads to."""
    front = _front(world, service.body, service)
    said = f"{service.namespace}/{service.name}"
    settings = nginx_settings(world, service)
    if settings is not None and settings.get("use-proxy-protocol") == "true" and misses_proxy_protocol(world, service):
        why = message("exposure_proxy_protocol", service=said)
        return Exposure(*about, front.binding, Sees.NOBODY, None, None, why)
    if front.sees is not Sees.CLIENT:
        why = message("exposure_gateway_lost", service=said, why=front.why)
        reads = None if front.sees is Sees.NOBODY else FORWARDED
        return Exposure(*about, front.binding, front.sees, reads, None, why, front.tells)
    if front.reads == FORWARDED:
        if settings is None and not world.facts.complete:
            why, tells = message("exposure_header_unread", service=said), message("tells_verify_header")
            return Exposure(*about, front.binding, Sees.UNKNOWN, FORWARDED, None, why, tells)
        if not _believes_header(settings or {}):
            why = message("exposure_header_replaced", service=said)
            return Exposure(*about, front.binding, Sees.PROXY, FORWARDED, forgeable=False, why=why)
        return Exposure(*about, front.binding, Sees.CLIENT, FORWARDED, None, message("exposure_gateway", service=said))
    forged = _forged(world, service, settings)
    why = message("exposure_gateway_forged" if forged else "exposure_gateway", service=said)
    return Exposure(*about, front.binding, Sees.CLIENT, FORWARDED, forged, why)


def _forged(world: World, service: Found, settings: Mapping[str, Any] | None) -> bool | None:
    """An ingress controller at layer 4 believes the header of whoever asks; None where its settings are not in the input."""
    if settings is not None:
        return _believes_header(settings) and trusts_everyone(settings)
    # ingress-nginx without settings believes no header.
    return False if world.facts.complete and "nginx" in service.name else None


def _front(world: World, service: Mapping[str, Any], found: Found | None) -> Exposure:
    """The exposure of the gateway itself."""
    pods = world.pods_of([found] if found else [])
    if found is not None and found in world.behind_qcloud and service["spec"].get("type") != "LoadBalancer":
        outer = world.behind_qcloud[found][0]
        return ingress_exposure(outer.body, world.bodies.get(outer.namespace, {}), world.facts, pods)
    made = node_port_exposure if service["spec"].get("type") == "NodePort" else service_exposure
    return made(service, world.facts, pods)


def sends_proxy_protocol(world: World, service: Mapping[str, Any], namespace: str) -> bool:
    """A listener of a Service is set to send PROXY protocol, by the TkeServiceConfig that it names."""
    named = annotations_of(service).get(tke.SERVICE_CONFIG)
    for config in world.by_kind["TkeServiceConfig"]:
        if (config.namespace, config.name) == (namespace, named):
            listeners = as_maps(as_map(config.spec.get("loadBalancer")).get("l4Listeners"))
            return any(as_map(listener.get("proxyProtocol")).get("enable") is True for listener in listeners)
    return False


def misses_proxy_protocol(world: World, service: Found) -> bool:
    """A load balancer of TKE's that is known to send none."""
    return service.spec.get("type") == "LoadBalancer" and not sends_proxy_protocol(
        world, service.body, service.namespace
    )


def nginx_settings(world: World, service: Found) -> Mapping[str, Any] | None:
    """The ConfigMap of the ingress-nginx controller behind a Service; None where it is not among the objects."""
    if service.kind == CHART_SERVICE:
        return next((data for values in values_behind(world, service) for _, data in nginx_data(values.body)), {})
    for found in world.by_kind["ConfigMap"]:
        data = as_map(found.body.get("data"))
        if found.namespace == service.namespace and (NGINX_KEYS & data.keys() or "ingress-nginx" in found.name):
            return data
    return None


def values_behind(world: World, service: Found) -> list[Found]:
    """The values of which a chart makes a Service."""
    name = service.name.partition(":")[0]
    return [
        found
        for found in world.by_kind[VALUES]
        if (found.namespace or "default", found.name) == (service.namespace, name)
    ]


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


def gateway_exposure(world: World, gateway: Found) -> Exposure:
    """The exposure that a Gateway is: what arrives at the apps behind it."""
    about = ("Gateway", gateway.namespace, gateway.name)
    service = gateway_service(world, gateway)
    if service is None or service["spec"].get("type") not in EXPOSED_TYPES:
        name = str(gateway.spec.get("gatewayClassName"))
        if service is None:
            return _without_service(world, about, name)
        why, tells = message("exposure_inner_gateway", type=service["spec"].get("type")), message("tells_verify")
        return Exposure(*about, Binding.UNKNOWN, Sees.UNKNOWN, None, None, why, tells)
    own = own_service(world, gateway)
    front = replace(
        _front(world, service, own), kind="Gateway", namespace=gateway.namespace, name=gateway.name, services=()
    )
    if wrong := [key for key, value in annotations_of(service).items() if not isinstance(value, str)]:
        why = message("exposure_refused", key=wrong[0])
        return replace(front, binding=Binding.NOTHING, sees=Sees.NOBODY, reads=None, forgeable=None, why=why)
    if front.sees is not Sees.CLIENT:
        return front
    if _passes_through(gateway):
        return replace(front, sees=Sees.PROXY, reads=SOCKET, why=message("exposure_passthrough"))
    policies = list(policies_of(world, gateway))
    name = str(own) if own else f"{gateway.namespace}/{gateway.name}"
    space = own.namespace if own else gateway.namespace
    balanced = service["spec"].get("type") == "LoadBalancer"
    if balanced and any(map(wants_proxy_protocol, policies)) and not sends_proxy_protocol(world, service, space):
        why = message("exposure_proxy_protocol", service=name)
        return replace(front, sees=Sees.NOBODY, reads=None, forgeable=None, why=why)
    if front.reads == FORWARDED and not any(map(trusted_hops, policies)):
        return replace(front, sees=Sees.PROXY, why=message("exposure_hops_missing"))
    hops = front.reads != FORWARDED and any(map(trusted_hops, policies))
    forged = hops or any(map(trusts_in_policy, policies))
    why = message("exposure_gateway_forged" if forged else "exposure_gateway", service=name)
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


def wants_proxy_protocol(policy: Found) -> bool:
    """A policy by which a gateway takes no connection without PROXY protocol (Envoy Gateway, ClientTrafficPolicy)."""
    said = policy.spec.get("proxyProtocol")
    newer = isinstance(said, Mapping) and said.get("optional") is not True
    return newer or policy.spec.get("enableProxyProtocol") is True


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
