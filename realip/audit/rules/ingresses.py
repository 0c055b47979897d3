"""Rules about Ingresses of TKE's controller, and of others."""

from collections.abc import Iterator

from realip import tke
from realip.audit import cel
from realip.audit.gateway_services import gateway_service
from realip.audit.objects import Found, as_map, as_maps
from realip.audit.rule import REMOVED, Change, Cost, Match, Part, Severity
from realip.audit.scene import READS, Scene
from realip.behaviour import Binding, PodNetwork, Sees
from realip.messages import message
from realip.tke_objects import EXPOSED_TYPES, has_node_port, ingress_services, is_nat64, is_qcloud, is_true

__all__ = ["PARTS"]

_ANNOTATIONS = ("metadata", "annotations")
_DIRECT = (*_ANNOTATIONS, tke.INGRESS_DIRECT_ACCESS)
_ANNOTATE = "kubectl annotate --overwrite ingress -n {namespace} {name} "


def _ours(scene: Scene, found: Found) -> bool:
    """An Ingress of TKE's that the API server takes."""
    return is_qcloud(found.body, scene.world.default_class) and not Scene.refused_keys(found)


def _default(scene: Scene, found: Found) -> Iterator[Match]:
    """Where the header has the client either way, the missing annotation decides only what security groups have to open."""
    if not _ours(scene, found) or tke.INGRESS_DIRECT_ACCESS in found.annotations or scene.world.states_default:
        return
    if scene.pods(found).on_super:
        return
    # A ClusterIP is reached by direct access only, a socket has the client by direct access only.
    behind = scene.backends(found)
    if any(not has_node_port(service.body) for service in behind) or _reads_socket(scene, found):
        known = scene.world.facts.default_direct_access is not None
        yield Match(_ANNOTATIONS, severity=Severity.WARNING if known else None)


def _route(scene: Scene, found: Found) -> Iterator[Match]:
    facts = scene.world.facts
    if not _ours(scene, found) or facts.network is not PodNetwork.GLOBAL_ROUTER or facts.global_route_direct_access:
        return
    binding = scene.access(found).binding
    asked = is_true(found.annotations.get(tke.INGRESS_DIRECT_ACCESS))
    if binding is Binding.NOTHING:
        yield Match(_DIRECT)
    elif asked and binding is Binding.UNKNOWN:
        yield Match(_DIRECT, severity=Severity.UNKNOWN)


def _overlay(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        _ours(scene, found)
        and scene.world.facts.network is PodNetwork.CILIUM_OVERLAY
        and scene.access(found).binding is Binding.NOTHING
    ):
        yield Match(_DIRECT)


def _host_network(scene: Scene, found: Found) -> Iterator[Match]:
    if _ours(scene, found) and scene.access(found).binding is Binding.PODS and scene.pods(found).host_network:
        yield Match(_DIRECT)


def _reads_socket(scene: Scene, found: Found) -> bool:
    """The app behind an Ingress is declared to read its socket: on the Ingress, a Service, or a pod template."""
    return any(said == "socket" for said in scene.declared(found))


def _socket(scene: Scene, found: Found) -> Iterator[Match]:
    if _ours(scene, found) and scene.exposures[found].sees is not Sees.NOBODY and _reads_socket(scene, found):
        # Direct access with short connections would do (CLB 214/3728); nothing in an object says that they are short.
        direct = scene.access(found).binding is Binding.PODS
        yield Match((*_ANNOTATIONS, READS), severity=Severity.WARNING if direct else None)


def _cluster_ip(scene: Scene, found: Found) -> Iterator[Match]:
    if not _ours(scene, found) or scene.access(found).binding is not Binding.NODE_PORTS:
        return
    for service in scene.backends(found):
        if not has_node_port(service.body):
            kind = service.spec.get("type", "ClusterIP")
            yield Match(("spec", "rules"), {"service": service.name, "type": kind})


def _no_selector(scene: Scene, found: Found) -> Iterator[Match]:
    asked = is_true(found.annotations.get(tke.INGRESS_DIRECT_ACCESS))
    if not _ours(scene, found) or not (asked or scene.access(found).binding is Binding.PODS):
        return
    for service in scene.backends(found):
        if not service.spec.get("selector"):
            yield Match(("spec", "rules"), {"service": service.name, "so": message("so_refused")})


def _around(scene: Scene, found: Found) -> Iterator[Match]:
    if scene.exposures[found].sees is Sees.CLIENT:
        for service in scene.ways_around(found)[:1]:
            path = ("spec", "listeners" if found.kind == "Gateway" else "rules")
            yield Match(path, {"kind": found.kind, "service": str(service), "type": service.spec.get("type")})


def _open_to_everyone(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        _ours(scene, found)
        and is_true(found.annotations.get(tke.INGRESS_PASS_TO_TARGET))
        and not str(found.annotations.get(tke.INGRESS_SECURITY_GROUPS, "")).strip()
        and tke.INGRESS_EXISTING_LOAD_BALANCER not in found.annotations
    ):
        yield Match((*_ANNOTATIONS, tke.INGRESS_PASS_TO_TARGET))


def _pass_ignored(scene: Scene, found: Found) -> Iterator[Match]:
    if (
        _ours(scene, found)
        and is_true(found.annotations.get(tke.INGRESS_PASS_TO_TARGET))
        and tke.INGRESS_EXISTING_LOAD_BALANCER in found.annotations
    ):
        yield Match((*_ANNOTATIONS, tke.INGRESS_PASS_TO_TARGET))


def _nat64(scene: Scene, found: Found) -> Iterator[Match]:
    if _ours(scene, found) and is_nat64(found.annotations, tke.INGRESS_PARAMETERS):
        yield Match((*_ANNOTATIONS, tke.INGRESS_PARAMETERS))


def _keeps_alive(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    listeners = as_maps(as_map(found.spec.get("loadBalancer")).get("l7Listeners"))
    for number, listener in enumerate(listeners):
        if listener.get("keepaliveEnable") in (1, True):
            yield Match(
                ("spec", "loadBalancer", "l7Listeners", number, "keepaliveEnable"), {"port": listener.get("port")}
            )


def _other_controller(scene: Scene, found: Found) -> Iterator[Match]:
    if found.kind == "Ingress" and is_qcloud(found.body, scene.world.default_class):
        return
    if found.kind == "Service" and (found.spec.get("type") != "LoadBalancer" or scene.balanced(found)):
        return
    exposure = scene.exposures[found]
    if found.kind == "Gateway":
        service = gateway_service(scene.world, found)
        if service is not None and service["spec"].get("type") in EXPOSED_TYPES:
            return  # the load balancer is known, and what is not known of it RIP030 says
    if exposure.sees is Sees.UNKNOWN and not Scene.refused_keys(found):
        yield Match(("spec",), {"why": exposure.why})


def _lost_before(scene: Scene, found: Found) -> Iterator[Match]:
    """An Ingress of another controller, whose own load balancer has lost the address already."""
    if is_qcloud(found.body, scene.world.default_class) or Scene.refused_keys(found):
        return
    exposure = scene.exposures[found]
    if exposure.sees in {Sees.NODE, Sees.PROXY}:
        yield Match(("spec",), {"why": exposure.why})


def _no_service(scene: Scene, found: Found) -> Iterator[Match]:
    """An Ingress that TKE does not synchronise for a Service or a port that is not there."""
    if not _ours(scene, found) or scene.exposures[found].sees is not Sees.NOBODY:
        return
    known = scene.world.services.get(found.namespace, {})
    for backend in ingress_services(found.body):
        service = known.get(backend.service)
        if service is None and scene.world.facts.complete:
            yield Match(("spec", "rules"), {"service": backend.service, "port": backend.port})
        elif service is not None and backend.port is not None:
            ports = as_maps(service.spec.get("ports"))
            if ports and not any(backend.port in (port.get("port"), port.get("name")) for port in ports):
                yield Match(("spec", "rules"), {"service": backend.service, "port": backend.port})


# --- Fixes -------------------------------------------------------------------------------------------------------------


def _make_direct(scene: Scene, found: Found) -> Iterator[Change]:
    facts = scene.world.facts
    indirect = facts.network is PodNetwork.CILIUM_OVERLAY or (
        facts.network is PodNetwork.GLOBAL_ROUTER and not facts.global_route_direct_access
    )
    if indirect:
        yield from _make_indirect(scene, found)
    else:
        yield Change(found, _DIRECT, "true")


def _make_indirect(scene: Scene, found: Found) -> Iterator[Change]:
    yield Change(found, _DIRECT, "false")
    yield from _node_ports(scene, found)


def _node_ports(scene: Scene, found: Found) -> Iterator[Change]:
    for service in scene.backends(found):
        if service.spec.get("type", "ClusterIP") == "ClusterIP" and service.spec.get("clusterIP") != _HEADLESS:
            yield Change(service, ("spec", "type"), "NodePort")


def _reachable(scene: Scene, found: Found) -> Iterator[Change]:
    """Node ports; a Service that can have none is reached directly."""
    if any(service.spec.get("clusterIP") == _HEADLESS for service in scene.backends(found)):
        yield Change(found, _DIRECT, "true")
    else:
        yield from _node_ports(scene, found)


_HEADLESS = "None"


def _close(scene: Scene, found: Found) -> Iterator[Change]:
    """A Service behind the Ingress loses its own way in; another Service of the same pods is somebody's decision."""
    foreign = found.kind == "Gateway" or not _ours(scene, found)
    direct = foreign or scene.access(found).binding is Binding.PODS
    for service in scene.backends(found):
        if service in scene.ways_around(found):
            yield Change(service, ("spec", "type"), "ClusterIP" if direct else "NodePort")
            for key in ("externalTrafficPolicy", "allocateLoadBalancerNodePorts"):
                if key in service.spec and (direct or key == "allocateLoadBalancerNodePorts"):
                    yield Change(service, ("spec", key), REMOVED)
            if direct:
                for number, port in enumerate(as_maps(service.spec.get("ports"))):
                    if "nodePort" in port:
                        yield Change(service, ("spec", "ports", number, "nodePort"), REMOVED)


def _no_pass(scene: Scene, found: Found) -> Iterator[Change]:
    del scene
    yield Change(found, (*_ANNOTATIONS, tke.INGRESS_PASS_TO_TARGET), REMOVED)


def _no_keep_alive(scene: Scene, found: Found) -> Iterator[Change]:
    del scene
    for number, listener in enumerate(as_maps(as_map(found.spec.get("loadBalancer")).get("l7Listeners"))):
        if listener.get("keepaliveEnable") in (1, True):
            yield Change(found, ("spec", "loadBalancer", "l7Listeners", number, "keepaliveEnable"), 0)


_INGRESS = ("Ingress",)
_MAKE_DIRECT = f"{_ANNOTATE}{tke.INGRESS_DIRECT_ACCESS}=true"
_INDIRECT = f"{_ANNOTATE}{tke.INGRESS_DIRECT_ACCESS}=false"
_GROUPS = f"{_ANNOTATE}{tke.INGRESS_SECURITY_GROUPS}=sg-xxxxxxxx"
_WITHOUT_PASS = f"{_ANNOTATE}{tke.INGRESS_PASS_TO_TARGET}-"
_PASSES = cel.is_true(tke.INGRESS_PASS_TO_TARGET)
_EXISTING = cel.has(tke.INGRESS_EXISTING_LOAD_BALANCER)
_NO_GROUPS = cel.is_blank(tke.INGRESS_SECURITY_GROUPS)

PARTS = {
    "RIP002": Part(_INGRESS, _default, _MAKE_DIRECT, fix=_make_direct, cost=Cost.REBIND),
    "RIP003": Part(_INGRESS, _route, _INDIRECT, fix=_make_indirect, cost=Cost.REBIND),
    "RIP004": Part(_INGRESS, _overlay, _INDIRECT, fix=_make_indirect, cost=Cost.REBIND),
    "RIP005": Part(_INGRESS, _host_network),
    "RIP007": Part(_INGRESS, _socket),
    "RIP008": Part(_INGRESS, _cluster_ip, _MAKE_DIRECT, fix=_reachable, cost=Cost.REBIND),
    "RIP009": Part(_INGRESS, _no_selector),
    "RIP010": Part(("Ingress", "Gateway"), _around, fix=_close),
    "RIP011": Part(
        _INGRESS, _open_to_everyone, _GROUPS, cel=f"variables.qcloud && {_PASSES} && {_NO_GROUPS} && !{_EXISTING}"
    ),
    "RIP012": Part(
        _INGRESS, _pass_ignored, _WITHOUT_PASS, fix=_no_pass, cel=f"variables.qcloud && {_PASSES} && {_EXISTING}"
    ),
    "RIP013": Part(_INGRESS, _nat64, cel=f"variables.qcloud && {cel.asks_nat64(tke.INGRESS_PARAMETERS)}"),
    "RIP014": Part(("TkeServiceConfig",), _keeps_alive, fix=_no_keep_alive),
    "RIP038": Part(_INGRESS, _lost_before),
    "RIP039": Part(("Ingress", "Gateway", "Service"), _other_controller),
    "RIP041": Part(_INGRESS, _no_service),
}
