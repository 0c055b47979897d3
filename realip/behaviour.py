"""The behaviour of TKE with a Service or an Ingress: what its load balancer is bound to, and whose address the app sees.

Pure functions over plain objects, as a manifest or the API server has them, and a description of the cluster. What is not
known about a cluster is None, and makes an answer `unknown` only where it decides. The sources stand beside the rules; what
they leave open is said in docs/audit.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from realip import tke
from realip.messages import Message, message
from realip.tke_objects import (
    Backend,
    Object,
    annotations_of,
    has_node_port,
    has_node_ports,
    ingress_services,
    is_local,
    is_nat64,
    is_true,
    layer_7_ports,
    maps_of,
    other_ports,
    selects_pods,
    spec_of,
)

__all__ = [
    "Access",
    "Binding",
    "ClusterFacts",
    "Exposure",
    "PodNetwork",
    "Pods",
    "Sees",
    "direct_access",
    "ingress_exposure",
    "node_port_exposure",
    "service_exposure",
]

SOCKET = "socket"
FORWARDED = "x-forwarded-for"
"""The places as `realip verify --reads` names them; of the header the last entry."""


_MAY_TRANSLATE = (tke.SERVICE_TARGET_GROUPS, tke.SERVICE_SNAT)
"""Annotations by which a load balancer may put an address of its own in place of the client's, which no object shows."""


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
    if access.binding is Binding.NODE_PORTS and not has_node_ports(service):
        return _service(service, Binding.NOTHING, Sees.NOBODY, message("exposure_no_node_ports", access=access.why))
    if not selects_pods(service) and (access.binding is Binding.PODS or is_local(service)):
        why, tells = message("exposure_no_selector"), message("tells_verify")
        return _service(service, Binding.UNKNOWN, Sees.UNKNOWN, why, SOCKET, tells=tells)
    ends = layer_7_ports(service)
    if ends and not other_ports(service):
        return _behind_layer_7(service, access, cluster)
    if is_nat64(annotations, tke.SERVICE_PARAMETERS):
        return _service(service, access.binding, Sees.PROXY, message("exposure_nat64"), SOCKET)
    made = _layer_4(service, access, pods)
    if made.sees is Sees.CLIENT and (key := next((key for key in _MAY_TRANSLATE if key in annotations), None)):
        why, tells = message("exposure_may_translate", key=key), message("tells_verify")
        return _service(service, access.binding, Sees.UNKNOWN, why, SOCKET, tells=tells)
    if ends and made.sees is Sees.CLIENT:
        why = message("exposure_listeners_mixed", ends=", ".join(ends), others=", ".join(other_ports(service)))
        return replace(made, reads=FORWARDED, forgeable=None, why=why)
    return made


def _layer_4(service: Object, access: Access, pods: Pods) -> Exposure:
    local = is_local(service) and has_node_ports(service)
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
        why = message("exposure_ingress_around", kind="Ingress", service=around[0]["metadata"]["name"])
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
    ports = list(maps_of(spec_of(service).get("ports")))
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
