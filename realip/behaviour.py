"""The behaviour of TKE with a Service or an Ingress: what its load balancer is bound to, and whose address the app sees.

Pure functions over plain objects, as a manifest or the API server has them, and a description of the cluster. What is not
known about a cluster is None, and makes an answer `unknown` only where it decides. The sources stand beside the rules; what
they leave open is said in docs/audit.md.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from realip import tke
from realip.messages import Message, message

__all__ = [
    "EXPOSED_TYPES",
    "LAYER_7_PROTOCOLS",
    "Access",
    "Binding",
    "ClusterFacts",
    "Exposure",
    "PodNetwork",
    "Pods",
    "Sees",
    "annotations_of",
    "direct_access",
    "has_node_port",
    "ingress_exposure",
    "ingress_services",
    "is_qcloud",
    "is_true",
    "layer_7_ports",
    "node_port_exposure",
    "service_exposure",
]

Object = Mapping[str, Any]

SOCKET = "socket"
FORWARDED = "x-forwarded-for"
"""The places as `realip verify --reads` names them; of the header the last entry."""
EXPOSED_TYPES = ("LoadBalancer", "NodePort")
"""Types of a Service that clients reach from outside the cluster."""
LAYER_7_PROTOCOLS = frozenset({"HTTP", "HTTPS"})
"""Protocols of a listener that end a client's connection at the load balancer (TKE 51259)."""
_MOST_DIGITS = 5
"""Digits of the highest port."""


class PodNetwork(StrEnum):
    """How pods get their addresses."""

    VPC_CNI = "VPC-CNI"
    GLOBAL_ROUTER = "GlobalRouter"
    CILIUM_OVERLAY = "CiliumOverlay"


class Binding(StrEnum):
    """The backends of a load balancer."""

    PODS = "pods"
    NODE_PORTS = "node ports"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


class Sees(StrEnum):
    """Whose address an app gets."""

    CLIENT = "client"
    NODE = "node"
    PROXY = "proxy"
    NOBODY = "nobody"
    """It never becomes reachable."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ClusterFacts:
    """A cluster, as far as it is known; None: not known."""

    network: PodNetwork | None = None
    global_route_direct_access: bool | None = None
    """`GlobalRouteDirectAccess` of TKE's ConfigMap; False where the ConfigMap lacks it."""
    default_direct_access: bool | None = None
    """`EnableDefaultDirectAccess` of TKE's ConfigMap; False where the ConfigMap lacks it (TKE 131136: an upgrade does not add it)."""
    complete: bool = False
    """Everything of the cluster is known: an object that is not there does not exist."""


@dataclass(frozen=True)
class Pods:
    """The pods behind a Service, as far as they are known; None: not known."""

    on_super: bool | None = None
    """All of them run on super nodes."""
    mixed: bool = False
    """Some run on super nodes, some do not."""
    host_network: bool | None = None
    own_interface: bool | None = None
    """Each has an address of the VPC by an elastic network interface, whatever the cluster's network (TKE 48793)."""
    sidecar: bool = False
    """A proxy in each pod takes connections before the app does."""


UNKNOWN_PODS = Pods()


@dataclass(frozen=True)
class Access:
    """How a load balancer reaches pods, and the rule that decides."""

    binding: Binding
    why: Message
    tells: Message | None = None
    """A command that would tell, where the binding is unknown."""
    if_made: bool = False
    """Direct access was asked for and the pods' network is not known: where it has none, nothing gets reachable."""


@dataclass(frozen=True)
class Exposure:
    """A way for clients to an app, and whose address arrives on it."""

    kind: str
    namespace: str
    name: str
    binding: Binding
    sees: Sees
    reads: str | None
    """`socket`, or the header whose last entry is meant; None where nothing arrives."""
    forgeable: bool | None
    """A client can choose the address; None: not decided by what is known."""
    why: Message
    tells: Message | None = None
    services: tuple[str, ...] = field(default=(), compare=False)
    """The Services behind it, in its namespace."""


def annotations_of(body: Object) -> Mapping[str, Any]:
    """An object's annotations; none where there is something else in their place."""
    metadata = body.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def is_true(value: object) -> bool:
    """A value that switches a TKE feature on: the text `true`, which the documents write."""
    return value == "true"


def spec_of(body: Object) -> Mapping[str, Any]:
    """An object's spec; none where there is something else in its place."""
    found = body.get("spec")
    return found if isinstance(found, Mapping) else {}


def direct_access(annotations: Mapping[str, Any], key: str, cluster: ClusterFacts, pods: Pods = UNKNOWN_PODS) -> Access:
    """Direct or not, by the annotation called `key` (TKE 41897)."""
    if pods.on_super:
        return Access(Binding.PODS, message("access_super"))
    wanted = annotations.get(key)
    if wanted is None:
        return _by_default(key, cluster, pods)
    if not is_true(wanted):
        return Access(Binding.NODE_PORTS, message("access_said", key=key, value=wanted))
    return _directly(message("access_said", key=key, value=wanted), cluster, pods)


def _by_default(key: str, cluster: ClusterFacts, pods: Pods) -> Access:
    default = cluster.default_direct_access
    if default is None:
        return Access(Binding.UNKNOWN, message("access_default_unknown", key=key), message("tells_config_map"))
    if not default:
        return Access(Binding.NODE_PORTS, message("access_default_off", key=key))
    return _directly(message("access_default_on", key=key), cluster, pods)


def _directly(why: Message, cluster: ClusterFacts, pods: Pods) -> Access:
    """Direct access that is asked for: whether the pods' network has it."""
    if pods.own_interface:
        return Access(Binding.PODS, why)
    if cluster.network is PodNetwork.CILIUM_OVERLAY:
        return Access(Binding.NOTHING, message("access_overlay"))
    allowed = cluster.global_route_direct_access
    if cluster.network is PodNetwork.GLOBAL_ROUTER:
        if allowed is None:
            return Access(Binding.UNKNOWN, message("access_route_unknown"), message("tells_config_map"))
        if not allowed:
            return Access(Binding.NOTHING, message("access_route_off"))
    return Access(Binding.PODS, why, if_made=cluster.network is None)


def service_exposure(service: Object, cluster: ClusterFacts, pods: Pods = UNKNOWN_PODS) -> Exposure:
    """The exposure that a Service of type LoadBalancer is."""
    annotations, spec = annotations_of(service), spec_of(service)
    if spec.get("loadBalancerClass"):
        why = message("exposure_other_class", name=spec["loadBalancerClass"])
        return _service(service, Binding.UNKNOWN, Sees.UNKNOWN, why, tells=message("tells_verify"))
    if annotations.get(tke.SERVICE_MODE) == tke.MODE_SKIP:
        return _service(
            service, Binding.UNKNOWN, Sees.UNKNOWN, message("exposure_skipped"), tells=message("tells_verify")
        )
    access = direct_access(annotations, tke.SERVICE_DIRECT_ACCESS, cluster, pods)
    if access.binding is Binding.NOTHING:
        return _service(service, access.binding, Sees.NOBODY, access.why)
    if layer_7_ports(annotations):
        return _behind_layer_7(service, access, cluster)
    if is_nat64(annotations, tke.SERVICE_PARAMETERS):
        return _service(service, access.binding, Sees.PROXY, message("exposure_nat64"), SOCKET)
    return _layer_4(service, access, pods)


def _layer_4(service: Object, access: Access, pods: Pods) -> Exposure:
    local = is_local(service)
    if pods.sidecar:
        return _service(service, access.binding, Sees.PROXY, message("exposure_sidecar"), SOCKET)
    if access.binding is Binding.PODS:
        why = message("exposure_direct_if_made" if access.if_made else "exposure_direct", access=access.why)
        return _service(service, access.binding, Sees.CLIENT, why, SOCKET)
    if local and access.binding in {Binding.NODE_PORTS, Binding.UNKNOWN}:
        # kube-proxy changes no source on a node that has a pod (TKE 45492); direct access would not either.
        either = "exposure_local" if access.binding is Binding.NODE_PORTS else "exposure_local_or_direct"
        return _service(service, access.binding, Sees.CLIENT, message(either), SOCKET)
    if access.binding is Binding.UNKNOWN:
        return _service(service, access.binding, Sees.UNKNOWN, access.why, SOCKET, tells=access.tells)
    return _service(service, access.binding, Sees.NODE, message("exposure_masqueraded", access=access.why), SOCKET)


def _behind_layer_7(service: Object, access: Access, cluster: ClusterFacts) -> Exposure:
    """Listeners that speak HTTP: the load balancer writes the client into a header (TKE 51259, CLB 214/3728)."""
    why = message("exposure_layer_7_listener")
    # The Service has node ports whatever its load balancer uses, unless it is told to have none.
    closed = access.binding is Binding.PODS and spec_of(service).get("allocateLoadBalancerNodePorts") is False
    return _service(
        service, access.binding, Sees.CLIENT, why, FORWARDED, forgeable=False if closed and cluster.network else None
    )


def node_port_exposure(service: Object, cluster: ClusterFacts, pods: Pods = UNKNOWN_PODS) -> Exposure:
    """The exposure that a Service of type NodePort is to whoever reaches a node."""
    del cluster
    if pods.sidecar:
        return _service(service, Binding.NODE_PORTS, Sees.PROXY, message("exposure_sidecar"), SOCKET)
    if is_local(service):
        return _service(service, Binding.NODE_PORTS, Sees.CLIENT, message("exposure_local"), SOCKET)
    return _service(service, Binding.NODE_PORTS, Sees.NODE, message("exposure_node_port"), SOCKET)


def _service(
    service: Object,
    binding: Binding,
    sees: Sees,
    why: Message,
    reads: str | None = None,
    *,
    forgeable: bool | None = False,
    tells: Message | None = None,
) -> Exposure:
    metadata = service["metadata"]
    if sees in {Sees.UNKNOWN, Sees.NOBODY} and reads is None:
        forgeable = None
    name = str(metadata["name"])
    return Exposure(
        "Service", _namespace(metadata), name, binding, sees, reads, forgeable, why, tells, services=(name,)
    )


def _namespace(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("namespace") or "default")


def has_node_port(service: Object) -> bool:
    """A Service of a type that has node ports; ClusterIP, the default, and ExternalName have none."""
    return spec_of(service).get("type") in EXPOSED_TYPES


def is_local(service: Object) -> bool:
    """`externalTrafficPolicy: Local`, which has no meaning on a ClusterIP."""
    return spec_of(service).get("externalTrafficPolicy") == "Local"


def layer_7_ports(annotations: Mapping[str, Any]) -> list[str]:
    """The listeners of a Service that end connections at the load balancer, by its annotation (TKE 51259)."""
    said = annotations.get(tke.SERVICE_PROTOCOLS)
    listeners = json_map(said)
    return [
        str(port)
        for port, about in listeners.items()
        if isinstance(about, Mapping) and _listed(about.get("protocol")) & LAYER_7_PROTOCOLS
    ]


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
    for rule in _maps(spec.get("rules")):
        http = rule.get("http")
        paths = _maps(http.get("paths") if isinstance(http, Mapping) else None)
        found += [_backend(path.get("backend")) for path in paths]
    annotations = annotations_of(ingress)
    if is_true(annotations.get(tke.INGRESS_RULE_MIX)):
        # TKE's own form of rules, for HTTP and HTTPS apart, beside or in place of the spec's.
        for key in (tke.INGRESS_HTTP_RULES, tke.INGRESS_HTTPS_RULES):
            found += [_backend(_plain(rule.get("backend"))) for rule in _maps(_json(annotations.get(key)))]
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


def _maps(value: object) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def ingress_exposure(
    ingress: Object, services: Mapping[str, Object], cluster: ClusterFacts, pods: Pods = UNKNOWN_PODS
) -> Exposure:
    """The exposure that an Ingress of TKE's controller is; `services` are those of its namespace, by name."""
    annotations = annotations_of(ingress)
    access = direct_access(annotations, tke.INGRESS_DIRECT_ACCESS, cluster, pods)
    backends = ingress_services(ingress)
    if access.binding is Binding.NOTHING:
        return _ingress(ingress, access.binding, Sees.NOBODY, access.why, backends)
    if problem := _refusal(backends, services, access, cluster):
        return _ingress(ingress, Binding.NOTHING, Sees.NOBODY, problem, backends)
    if is_nat64(annotations, tke.INGRESS_PARAMETERS):
        return _ingress(ingress, access.binding, Sees.PROXY, message("exposure_nat64"), backends, reads=FORWARDED)
    named = [service for backend in backends if (service := services.get(backend.service)) is not None]
    around = [service for service in named if spec_of(service).get("type") == "LoadBalancer"]
    if around:
        why = message("exposure_ingress_around", service=around[0]["metadata"]["name"])
        return _ingress(ingress, access.binding, Sees.CLIENT, why, backends, reads=FORWARDED, forgeable=True)
    if access.binding is Binding.UNKNOWN:
        return _ingress(ingress, access.binding, Sees.CLIENT, message("exposure_ingress"), backends, reads=FORWARDED)
    if access.binding is Binding.NODE_PORTS:
        return _ingress(
            ingress, access.binding, Sees.CLIENT, message("exposure_ingress_nodes"), backends, reads=FORWARDED
        )
    hidden = bool(named) and all(spec_of(service).get("type", "ClusterIP") == "ClusterIP" for service in named)
    why = message("exposure_ingress_pods" if hidden else "exposure_ingress")
    return _ingress(
        ingress, access.binding, Sees.CLIENT, why, backends, reads=FORWARDED, forgeable=False if hidden else None
    )


def _refusal(
    backends: list[Backend], services: Mapping[str, Object], access: Access, cluster: ClusterFacts
) -> Message | None:
    """Why TKE synchronises nothing of an Ingress, with the event's code (TKE 81004); None where it does."""
    for backend in backends:
        service = services.get(backend.service)
        if service is None:
            if cluster.complete:
                return message("refused_no_service", service=backend.service)
            continue
        if access.binding is Binding.NODE_PORTS and not has_node_port(service):
            return message(
                "refused_cluster_ip", service=backend.service, type=spec_of(service).get("type", "ClusterIP")
            )
        if backend.port is not None and not _has_port(service, backend.port):
            return message("refused_no_port", service=backend.service, port=backend.port)
        if access.binding is Binding.PODS and not spec_of(service).get("selector"):
            return message("refused_no_selector", service=backend.service)
    return None


def _has_port(service: Object, wanted: object) -> bool:
    ports = list(_maps(spec_of(service).get("ports")))
    return not ports or any(wanted in (port.get("port"), port.get("name")) for port in ports)


def _ingress(
    ingress: Object,
    binding: Binding,
    sees: Sees,
    why: Message,
    backends: list[Backend],
    *,
    reads: str | None = None,
    forgeable: bool | None = None,
) -> Exposure:
    metadata = ingress["metadata"]
    names = tuple(dict.fromkeys(backend.service for backend in backends))
    return Exposure(
        "Ingress", _namespace(metadata), str(metadata["name"]), binding, sees, reads, forgeable, why, services=names
    )
