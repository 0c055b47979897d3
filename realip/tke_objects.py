"""A Service or an Ingress as TKE reads it: what its fields and annotations say, whatever else somebody wrote into them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from realip import tke

__all__ = [
    "EXPOSED_TYPES",
    "LAYER_7_PROTOCOLS",
    "Backend",
    "Object",
    "annotations_of",
    "has_node_port",
    "has_node_ports",
    "ingress_class",
    "ingress_services",
    "is_local",
    "is_nat64",
    "is_qcloud",
    "is_true",
    "json_map",
    "layer_7_ports",
    "maps_of",
    "other_ports",
    "selects_pods",
    "spec_of",
]

Object = Mapping[str, Any]

EXPOSED_TYPES = ("LoadBalancer", "NodePort")
"""Types of a Service that clients reach from outside the cluster."""
LAYER_7_PROTOCOLS = frozenset({"HTTP", "HTTPS"})
"""Protocols of a listener that end a client's connection at the load balancer (TKE 51259)."""
_MOST_DIGITS = 5
"""Digits of the highest port."""


def annotations_of(body: Object) -> Mapping[str, Any]:
    """An object's annotations; none where there is something else in their place."""
    metadata = body.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def spec_of(body: Object) -> Mapping[str, Any]:
    """An object's spec; none where there is something else in its place."""
    found = body.get("spec")
    return found if isinstance(found, Mapping) else {}


def is_true(value: object) -> bool:
    """A value that switches a TKE feature on: the text `true`, which the documents write."""
    return value == "true"


def json_map(said: object) -> Mapping[str, Any]:
    """The map that an annotation has as JSON; empty where it is something else."""
    found = _json(said)
    return found if isinstance(found, dict) else {}


def _json(said: object) -> object:
    """The value that an annotation has as JSON; None where it has none."""
    try:
        return json.loads(said) if isinstance(said, str) else None
    except (ValueError, RecursionError):
        return None


def _listed(value: object) -> set[str]:
    words = value if isinstance(value, list) else [value]
    return {word.upper() for word in words if isinstance(word, str)}


def maps_of(value: object) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def has_node_port(service: Object) -> bool:
    """A Service of a type that has node ports; ClusterIP, the default, and ExternalName have none."""
    return spec_of(service).get("type") in EXPOSED_TYPES


def has_node_ports(service: Object) -> bool:
    """A Service that has node ports unless its spec says that none are allocated (core/v1, Service)."""
    spec = spec_of(service)
    return spec.get("allocateLoadBalancerNodePorts") is not False or any(
        port.get("nodePort") for port in maps_of(spec.get("ports"))
    )


def is_local(service: Object) -> bool:
    """`externalTrafficPolicy: Local`, which has no meaning on a ClusterIP."""
    return spec_of(service).get("externalTrafficPolicy") == "Local"


def selects_pods(service: Object) -> bool:
    """A Service with a selector, or whose backends TKE fills in itself, as it does for a cluster's endpoint."""
    return bool(spec_of(service).get("selector")) or tke.SERVICE_SOURCE_ENDPOINTS in annotations_of(service)


def layer_7_ports(service: Object) -> list[str]:
    """The ports of a Service whose listeners end connections at the load balancer, by its annotation (TKE 51259).

    The annotation is ignored for a port that the Service has not. One whose ports are not known has those of the annotation.
    """
    listeners, ports = json_map(annotations_of(service).get(tke.SERVICE_PROTOCOLS)), _ports(service)
    return [
        str(port)
        for port, about in listeners.items()
        if isinstance(about, Mapping)
        and _listed(about.get("protocol")) & LAYER_7_PROTOCOLS
        and (port in ports or not ports)
    ]


def other_ports(service: Object) -> list[str]:
    """The ports of a Service whose listeners hand connections on."""
    ends = layer_7_ports(service)
    return [port for port in _ports(service) if port not in ends]


def _ports(service: Object) -> list[str]:
    return [str(port.get("port")) for port in maps_of(spec_of(service).get("ports"))]


def is_nat64(annotations: Mapping[str, Any], key: str) -> bool:
    """A load balancer of IP version `IPV6`, which turns a client's IPv6 address into an IPv4 one (CLB 214/68105)."""
    version = json_map(annotations.get(key)).get("AddressIPVersion")
    return isinstance(version, str) and version.upper() == "IPV6"


def is_qcloud(ingress: Object, default_class: str | None = None) -> bool:
    """An Ingress of TKE's controller: class `qcloud` by annotation or field, or no class at all (TKE 56112)."""
    return ingress_class(ingress, default_class) == tke.CLASS_QCLOUD


def ingress_class(ingress: Object, default_class: str | None = None) -> str:
    """The class of an Ingress; without one the cluster's default class, else TKE's."""
    said = annotations_of(ingress).get(tke.CLASS_ANNOTATION) or spec_of(ingress).get("ingressClassName")
    return str(said or default_class or tke.CLASS_QCLOUD)


@dataclass(frozen=True)
class Backend:
    """A Service that an Ingress names, and the port that it wants of it."""

    service: str
    port: object


def ingress_services(ingress: Object) -> list[Backend]:
    """The Services that an Ingress names, each port once, in order."""
    spec = spec_of(ingress)
    found = [_backend(spec.get("defaultBackend") or spec.get("backend"))]
    for rule in maps_of(spec.get("rules")):
        http = rule.get("http")
        paths = maps_of(http.get("paths") if isinstance(http, Mapping) else None)
        found += [_backend(path.get("backend")) for path in paths]
    annotations = annotations_of(ingress)
    if is_true(annotations.get(tke.INGRESS_RULE_MIX)):
        # TKE's own form of rules, for HTTP and HTTPS apart, beside or in place of the spec's.
        for key in (tke.INGRESS_HTTP_RULES, tke.INGRESS_HTTPS_RULES):
            found += [_backend(_plain(rule.get("backend"))) for rule in maps_of(_json(annotations.get(key)))]
    unique: list[Backend] = []
    for backend in found:
        if backend is not None and backend not in unique:
            unique.append(backend)
    return unique


def _plain(backend: object) -> object:
    """A backend of TKE's own rules, whose port is a number as text (TKE 56112)."""
    if not isinstance(backend, Mapping):
        return backend
    port = backend.get("servicePort")
    if isinstance(port, str) and port.isdecimal() and len(port) <= _MOST_DIGITS:
        port = int(port)
    return {**backend, "servicePort": port}


def _backend(value: object) -> Backend | None:
    if not isinstance(value, Mapping):
        return None
    service = value.get("service")
    if isinstance(service, Mapping) and service.get("name"):
        port = service.get("port")
        return Backend(
            str(service["name"]), port.get("number") or port.get("name") if isinstance(port, Mapping) else port
        )
    if value.get("serviceName"):  # extensions/v1beta1 and networking.k8s.io/v1beta1
        return Backend(str(value["serviceName"]), value.get("servicePort"))
    return None
