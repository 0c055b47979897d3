"""Rules about gateways behind a load balancer: whom they believe about a client's address."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from realip import tke
from realip.audit import gateways
from realip.audit.charts import CHART_SERVICE
from realip.audit.gateway_services import gateway_service
from realip.audit.helm_values import VALUES, nginx_data
from realip.audit.objects import WORKLOADS, Found, as_map, as_maps
from realip.audit.routes import gateways_of
from realip.audit.rule import REMOVED, Change, Cost, Match, Part, Severity
from realip.audit.scene import Scene
from realip.audit.yaml_text import map_in
from realip.behaviour import Binding, PodNetwork, Sees
from realip.tke_objects import EXPOSED_TYPES, annotations_of, is_local, is_true, layer_7_ports

__all__ = ["MORE", "OTHERS", "PARTS", "fronts_of", "istio_fronts", "nginx_data_of", "set_in_data", "topologies"]

_DATA = ("data",)
_PROXIES = "numTrustedProxies"
_CDN_HEADERS = {
    "eo-connecting-ip",
    "eo-client-ip",
    "cf-connecting-ip",
    "true-client-ip",
    "x-real-ip",
    "x-client-ip",
    "ali-cdn-real-ip",
    "fastly-client-ip",
}
"""Headers that a CDN, EdgeOne among them, writes, and that anybody can send who gets past it (1552/87654)."""
_WRAPPED_LINE = re.compile(r"#[^\n]*")
_TRUSTED = re.compile(r"set_real_ip_from\s+([^\s;]+)\s*;")
_HEADER = re.compile(r"real_ip_header\s+([^\s;]+)\s*;")
_SNIPPETS = ("nginx.ingress.kubernetes.io/server-snippet", "nginx.ingress.kubernetes.io/configuration-snippet")


def nginx_data_of(found: Found) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """The settings of ingress-nginx that an object has, and where; none for another object."""
    if found.kind == VALUES:
        yield from nginx_data(found.body)
    elif gateways.NGINX_KEYS & (data := as_map(found.body.get("data"))).keys():
        yield _DATA, data


def fronts_of(scene: Scene, found: Found) -> list[Found]:
    """The load balancers' Services in a controller's namespace that lead to it."""
    if found.kind == VALUES:
        return [
            service
            for service in scene.world.by_kind[CHART_SERVICE]
            if service.spec.get("type") == "LoadBalancer" and found in gateways.values_behind(scene.world, service)
        ]
    services = [
        service
        for service in scene.world.services.get(found.namespace, {}).values()
        if service.spec.get("type") == "LoadBalancer"
    ]
    named = [service for service in services if "nginx" in service.name or "ingress" in service.name]
    return named or services


def _believes_all(scene: Scene, found: Found) -> Iterator[Match]:
    for path, data in nginx_data_of(found):
        if data.get("use-proxy-protocol") == "true":  # the header is not read then
            continue
        for key in ("use-forwarded-headers", "enable-real-ip"):
            if data.get(key) == "true" and gateways.trusts_everyone(data):
                fronts = [str(service) for service in fronts_of(scene, found)]
                yield Match((*path, key), {"key": key, "front": ", ".join(fronts[:2]) or "-"})
                break


def _appends(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    for path, data in nginx_data_of(found):
        if data.get("compute-full-forwarded-for") == "true":
            yield Match((*path, "compute-full-forwarded-for"))


def _real_ip_from(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    data = as_map(found.body.get("data"))
    for key, value in data.items():
        if isinstance(value, str) and (networks := _trusts_all(value) or _apisix_trusts_all(value)):
            yield Match((*_DATA, key), {"networks": networks})
    said = data.get("set-real-ip-from")  # NGINX Ingress Controller of F5
    if (
        isinstance(said, str)
        and gateways.everyone(said.split(","))
        and str(data.get("real-ip-header")) != "proxy_protocol"
    ):
        yield Match((*_DATA, "set-real-ip-from"), {"networks": said})


def _trusts_all(text: str) -> str:
    """The networks of an nginx configuration that let every peer choose the address; empty where they do not."""
    plain = _WRAPPED_LINE.sub("", text)
    networks = _TRUSTED.findall(plain)
    headers = {header.casefold() for header in _HEADER.findall(plain)}
    return ", ".join(networks) if gateways.everyone(networks) and headers != {"proxy_protocol"} else ""


def _apisix_trusts_all(text: str) -> str:
    """The same of APISIX's configuration, which is made into one of nginx."""
    if "real_ip_from" not in text or "nginx_config" not in text:
        return ""
    about = as_map(as_map(map_in(text).get("nginx_config")).get("http"))
    networks = about.get("real_ip_from")
    said = [str(network) for network in networks] if isinstance(networks, list) else []
    return ", ".join(said) if gateways.everyone(said) and about.get("real_ip_header") != "proxy_protocol" else ""


def _kong_trusts_all(scene: Scene, found: Found) -> Iterator[Match]:
    """Kong, which makes set_real_ip_from of its trusted_ips."""
    del scene
    containers = as_maps(as_map(as_map(found.spec.get("template")).get("spec")).get("containers"))
    for number, container in enumerate(containers):
        variables = as_maps(container.get("env"))
        said = {str(each.get("name")): str(each.get("value")) for each in variables}
        networks = said.get("KONG_TRUSTED_IPS", "")
        if gateways.everyone(networks.split(",")) and said.get("KONG_REAL_IP_HEADER") != "proxy_protocol":
            index = next(at for at, each in enumerate(variables) if each.get("name") == "KONG_TRUSTED_IPS")
            path = ("spec", "template", "spec", "containers", number, "env", index)
            yield Match(path, {"networks": networks})


def _snippet(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    for key in _SNIPPETS:
        value = found.annotations.get(key)
        if isinstance(value, str) and (networks := _trusts_all(value)):
            yield Match(("metadata", "annotations", key), {"networks": networks})


# --- Envoy Gateway -----------------------------------------------------------------------------------------------------


def _hops(scene: Scene, found: Found) -> Iterator[Match]:
    if not (count := gateways.trusted_hops(found)):
        return
    for gateway in scene.world.by_kind["Gateway"]:
        service = gateway_service(scene.world, gateway)
        mine = any(policy is found for policy in gateways.policies_of(scene.world, gateway))
        if mine and service and layer_7_ports(service):
            return  # the load balancer is the proxy that is counted
    yield Match(("spec", "clientIPDetection", "xForwardedFor", "numTrustedHops"), {"count": count})


def _headers(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    if gateways.trusts_in_policy(found):
        about = gateways.detection(found)
        header = as_map(about.get("customHeader")).get("name")
        path = ("customHeader", "name") if header else ("xForwardedFor", "trustedCIDRs")
        yield Match(("spec", "clientIPDetection", *path), {"header": header or "X-Forwarded-For"})


def _annotations_no_text(scene: Scene, found: Found) -> Iterator[Match]:
    """Annotations of the Service that an EnvoyProxy describes."""
    del scene
    path = ("spec", "provider", "kubernetes", "envoyService", "annotations")
    inner: Mapping[str, Any] = found.body
    for step in path:
        inner = as_map(inner.get(step))
    for key, value in inner.items():
        if not isinstance(value, str):
            yield Match((*path, key), {"key": key, "value": json.dumps(value, default=str)[:60]})


def _data_no_text(scene: Scene, found: Found) -> Iterator[Match]:
    """Settings without quotes, which the API server refuses like an annotation: the old ones go on to count."""
    del scene
    data = as_map(found.body.get("data"))
    if gateways.NGINX_KEYS & data.keys() or (found.namespace, found.name) == tke.SERVICE_CONTROLLER_CONFIG:
        for key, value in data.items():
            if not isinstance(value, str):
                yield Match((*_DATA, key), {"key": key, "value": json.dumps(value, default=str)[:60]})


def _quote_data(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _data_no_text(scene, found):
        value = as_map(found.body.get("data"))[match.values["key"]]
        yield Change(found, match.path, "" if value is None else json.dumps(value, default=str))


def _passthrough(scene: Scene, found: Found) -> Iterator[Match]:
    if found.kind == "Gateway":
        for number, listener in enumerate(as_maps(found.spec.get("listeners"))):
            passthrough = listener.get("protocol") == "TLS" and gateways.is_passthrough(listener)
            if passthrough and not _proxied(scene, found.namespace, found.name):
                yield Match(("spec", "listeners", number), {"what": str(listener.get("name"))})
        return
    if as_maps(found.spec.get("parentRefs")) and not any(gateways_of(found)):
        return  # inside a mesh: no client comes this way
    if not _proxied(scene, found.namespace, found.name):
        yield Match(("spec", "rules"), {"what": found.name})


def _proxied(scene: Scene, namespace: str, name: str) -> bool:
    """A policy has the gateway send PROXY protocol to the backends of a route or a Gateway."""
    for policy in scene.world.by_kind["BackendTrafficPolicy"]:
        targets = [as_map(policy.spec.get("targetRef")), *as_maps(policy.spec.get("targetRefs"))]
        named = any(target.get("name") == name for target in targets)
        if policy.namespace == namespace and named and as_map(policy.spec.get("proxyProtocol")).get("version"):
            return True
    return False


def _sidecar(scene: Scene, found: Found) -> Iterator[Match]:
    """A proxy inside the pods of a load balancer's Service."""
    if found.spec.get("type") == "LoadBalancer" and not scene.refused_keys(found):
        exposure = scene.exposures[found]
        if exposure.sees is Sees.PROXY and scene.pods(found).sidecar:
            yield Match(("spec", "selector"), {"what": found.name})


def _through_service(scene: Scene, found: Found) -> Iterator[Match]:
    """Findings that the rules about Services would have in the Service that a Gateway's controller makes."""
    if scene.refused_keys(found):
        return
    service = gateway_service(scene.world, found)
    if service is None or service["spec"].get("type") not in EXPOSED_TYPES:
        return
    yield from _as_of_service(scene, found, service)


def _of_chart(scene: Scene, found: Found) -> Iterator[Match]:
    """The same of a Service that a chart makes."""
    if found in scene.exposures and not scene.refused_keys(found):
        yield from _as_of_service(scene, found, found.body, tuple(found.name.partition(":")[2].split(".")))


def _as_of_service(
    scene: Scene, found: Found, service: Mapping[str, Any], path: tuple[str, ...] = ("spec",)
) -> Iterator[Match]:
    exposure = scene.exposures[found]
    facts, said = scene.world.facts, annotations_of(service)
    asked = is_true(said.get(tke.SERVICE_DIRECT_ACCESS))
    values = {"why": exposure.why}
    if exposure.sees is Sees.NODE:
        like = "RIP034" if service["spec"].get("type") == "NodePort" else "RIP001"
        yield Match(path, {"like": like, **values})
    elif exposure.sees is Sees.NOBODY:
        # What else keeps clients out, another rule says: PROXY protocol, an annotation that is no text.
        if exposure.binding is Binding.NOTHING and all(isinstance(value, str) for value in said.values()):
            overlay = facts.network is PodNetwork.CILIUM_OVERLAY
            yield Match(path, {"like": "RIP004" if overlay else "RIP003" if asked else "RIP001", **values})
    elif exposure.sees is Sees.UNKNOWN:
        yield Match(path, {"like": "RIP003" if asked else "RIP002", **values}, severity=Severity.UNKNOWN)
    elif (
        is_local(service)
        and exposure.binding is Binding.NODE_PORTS
        and not is_true(said.get(tke.SERVICE_LOCAL_ONLY_WITH_POD))
    ):
        yield Match(path, {"like": "RIP017", **values}, severity=Severity.WARNING)


# --- Istio, CDNs ----------------------------------------------------------------------------------------------


def _trusted_proxies(scene: Scene, found: Found) -> Iterator[Match]:
    """Istio counts proxies that are not there: the load balancer of layer 4 is none."""
    counted = [
        ((*path, _PROXIES) if found.kind == "IstioOperator" else path, topology.get(_PROXIES))
        for path, topology in topologies(found)
    ]
    for path, count in [*counted, *_hops_of_filters(found)]:
        if isinstance(count, int) and count > 0 and not _istio_behind_layer_7(scene):
            yield Match(path, {"count": count})


def topologies(found: Found) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """The word of an object to Istio's gateways of the proxies in front of them, and where."""
    if found.kind == "IstioOperator":
        config = as_map(as_map(as_map(found.spec.get("meshConfig")).get("defaultConfig")).get("gatewayTopology"))
        yield ("spec", "meshConfig", "defaultConfig", "gatewayTopology"), config
    elif found.kind == "ConfigMap":
        mesh = as_map(found.body.get("data")).get("mesh")
        if isinstance(mesh, str) and "gatewayTopology" in mesh:
            yield ("data", "mesh"), as_map(as_map(map_in(mesh).get("defaultConfig")).get("gatewayTopology"))
    else:
        template = as_map(as_map(as_map(found.spec.get("template")).get("metadata")).get("annotations"))
        said = template.get("proxy.istio.io/config")
        if isinstance(said, str):
            path = ("spec", "template", "metadata", "annotations", "proxy.istio.io/config")
            yield path, as_map(map_in(said).get("gatewayTopology"))


def _hops_of_filters(found: Found) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """The proxies that an EnvoyFilter has the listeners of gateways count, and where."""
    for number, each in enumerate(as_maps(found.spec.get("configPatches"))):
        if as_map(each.get("match")).get("context", "ANY") in ("ANY", "GATEWAY"):
            config = as_map(as_map(as_map(each.get("patch")).get("value")).get("typed_config"))
            for key in ("xff_num_trusted_hops", "xffNumTrustedHops"):
                if key in config:
                    yield ("spec", "configPatches", number, "patch", "value", "typed_config", key), config[key]


def istio_fronts(scene: Scene) -> list[Found]:
    """The load balancers' Services that lead to Istio's gateways, by their names."""
    return [
        service
        for service in scene.world.by_kind["Service"]
        if service.spec.get("type") == "LoadBalancer" and ("istio" in service.name or "gateway" in service.name)
    ]


def _istio_behind_layer_7(scene: Scene) -> bool:
    return any(layer_7_ports(service.body) for service in istio_fronts(scene)) or any(
        "istio" in service.name or "gateway" in service.name for service in scene.backed
    )


def _cdn_header(scene: Scene, found: Found) -> Iterator[Match]:
    """A gateway that takes the address from a CDN's header, of whoever sends it."""
    del scene
    for path, data in nginx_data_of(found):
        said = data.get("forwarded-for-header")
        believed = isinstance(said, str) and said.casefold() in _CDN_HEADERS and _believed(data)
        if believed and gateways.trusts_everyone(data):
            yield Match((*path, "forwarded-for-header"), {"header": said})


def _believed(data: Mapping[str, Any]) -> bool:
    return data.get("use-forwarded-headers") == "true" or data.get("enable-real-ip") == "true"


# --- Fixes -------------------------------------------------------------------------------------------------------------


def _believe_none(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _believes_all(scene, found):
        yield Change(found, match.path, "false")


def _replace_header(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _appends(scene, found):
        yield Change(found, match.path, "false")


def _no_hops(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _hops(scene, found):
        yield Change(found, match.path[:-1], REMOVED)


def _no_proxies(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _trusted_proxies(scene, found):
        if found.kind in ("IstioOperator", "EnvoyFilter"):
            yield Change(found, match.path, 0)


_CONFIG = "kubectl patch configmap -n {namespace} {name} --type merge -p "


def set_in_data(key: str, value: str) -> str:
    """A command that sets a key of a ConfigMap."""
    return _CONFIG + "'" + json.dumps({"data": {key: value}}).replace("{", "{{").replace("}", "}}") + "'"


_HONEST = set_in_data("use-forwarded-headers", "false")
_REPLACED = set_in_data("compute-full-forwarded-for", "false")
PARTS = {
    "RIP022": Part(("ConfigMap",), _believes_all, _HONEST, fix=_believe_none),
    "RIP023": Part(("ConfigMap",), _appends, _REPLACED, fix=_replace_header),
    "RIP025": Part(("ConfigMap",), _real_ip_from),
    "RIP026": Part(("ClientTrafficPolicy",), _hops, fix=_no_hops),
    "RIP027": Part(("ClientTrafficPolicy",), _headers),
    "RIP028": Part(("TLSRoute", "TCPRoute", "Gateway"), _passthrough),
    "RIP030": Part(("Gateway",), _through_service),
    "RIP036": Part(
        ("IstioOperator", "EnvoyFilter", "ConfigMap", *WORKLOADS), _trusted_proxies, fix=_no_proxies, cost=Cost.ROLLOUT
    ),
    "RIP037": Part(("ConfigMap",), _cdn_header),
}
MORE = {
    "RIP022": Part((VALUES,), _believes_all),
    "RIP023": Part((VALUES,), _appends),
    "RIP037": Part((VALUES,), _cdn_header),
    "RIP031": Part(("EnvoyProxy",), _annotations_no_text),
    "RIP025": Part(("Ingress",), _snippet),
    "RIP028": Part(("Service",), _sidecar),
}
"""The same rules on other kinds."""
OTHERS = {
    "RIP031": Part(("ConfigMap",), _data_no_text, fix=_quote_data),
    "RIP030": Part((CHART_SERVICE,), _of_chart),
    "RIP025": Part(WORKLOADS, _kong_trusts_all),
}
