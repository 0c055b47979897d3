"""TKE's rules for load balancers: plain functions from the objects on the API server to listeners and their backends.

Written from TKE's documents and apart from the library, which it has to judge. What is assumed of TKE is listed in
`lab.report.content.ASSUMED` and docs/lab.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.rig.tke_keys import (
    DEFAULT_DIRECT_ACCESS,
    GLOBAL_ROUTE_DIRECT_ACCESS,
    INGRESS_CLASS,
    INGRESS_DIRECT_ACCESS,
    ONLY_NODES_WITH_PODS,
    QCLOUD,
    SERVICE_DIRECT_ACCESS,
    SUPER_NODE_LABEL,
)

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Backend:
    """A target of the load balancer's connections."""

    address: str
    port: int
    target: str
    """`pod NAME` or `node port of NAME`."""


@dataclass(frozen=True)
class Route:
    """Layer 7: requests for a host (empty: any) and path."""

    host: str
    path: str
    exact: bool
    backends: tuple[Backend, ...]


@dataclass(frozen=True)
class Listener:
    """One port of a load balancer."""

    port: int
    layer: int
    routes: tuple[Route, ...]
    """Layer 4 has one route, for everything."""

    @property
    def backends(self) -> tuple[Backend, ...]:
        """Every backend behind this port, each once."""
        return tuple(dict.fromkeys(backend for route in self.routes for backend in route.backends))


@dataclass(frozen=True)
class LoadBalancer:
    """A load balancer that some object asks for."""

    kind: str
    namespace: str
    name: str
    direct: bool
    why: str
    """The rule that decided between pods and node ports, in words."""
    listeners: tuple[Listener, ...]
    problem: str = ""
    """Why TKE does not synchronise it, with the code of its event. One bad listener stops all of the object's (457/81004)."""

    @property
    def key(self) -> str:
        """`Service default/name`."""
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True)
class Cluster:
    """Everything that the rules look at."""

    global_router: bool
    services: tuple[Object, ...]
    ingresses: tuple[Object, ...]
    slices: tuple[Object, ...]
    nodes: tuple[Object, ...]
    controller_config: Mapping[str, str]
    """Data of the service controller's ConfigMap (457/131136)."""

    def service(self, namespace: str, name: str) -> Object | None:
        """The Service of that name."""
        for service in self.services:
            if service["metadata"]["namespace"] == namespace and service["metadata"]["name"] == name:
                return service
        return None

    def endpoints(self, service: Object) -> list[tuple[Object, Object]]:
        """The ready endpoints of a Service, each with the slice that it is in."""
        metadata = service["metadata"]
        return [
            (endpoint, piece)
            for piece in self.slices
            if piece["metadata"]["namespace"] == metadata["namespace"]
            and piece["metadata"].get("labels", {}).get("kubernetes.io/service-name") == metadata["name"]
            for endpoint in piece.get("endpoints") or ()
            if endpoint.get("conditions", {}).get("ready")
        ]


def load_balancers(cluster: Cluster) -> list[LoadBalancer]:
    """The load balancers that the cluster's objects ask for."""
    found = [
        _for_service(cluster, service) for service in cluster.services if service["spec"].get("type") == "LoadBalancer"
    ]
    found += [_for_ingress(cluster, ingress) for ingress in cluster.ingresses if is_ours(ingress)]
    return found


def is_ours(ingress: Object) -> bool:
    """True for an Ingress of TKE's controller: class `qcloud` by annotation or field, or no class at all (457/56112)."""
    annotated = ingress["metadata"].get("annotations", {}).get(INGRESS_CLASS)
    named = ingress["spec"].get("ingressClassName")
    return (annotated or named or QCLOUD) == QCLOUD


@dataclass(frozen=True)
class Access:
    """How a load balancer reaches pods."""

    direct: bool
    why: str
    """The rule that decided, in words."""
    problem: str = ""
    """Why neither way is taken, without an event's code: Services and Ingresses have codes of their own."""


def decide(cluster: Cluster, annotations: Mapping[str, str], key: str, nodes: Iterable[str]) -> Access:
    """Direct or not, by the annotation called `key`. `nodes`: where the pods run."""
    on = list(nodes)
    if on and all(is_super(cluster, name) for name in on):
        return Access(direct=True, why="pods on super nodes are always reached straight")
    wanted = annotations.get(key)
    if wanted is None:
        wanted = cluster.controller_config.get(DEFAULT_DIRECT_ACCESS, "false")
        said = f"no {key} annotation, and the cluster's {DEFAULT_DIRECT_ACCESS} is "
        said += f'"{wanted}"' if DEFAULT_DIRECT_ACCESS in cluster.controller_config else "not set"
    else:
        said = f'{key}: "{wanted}"'
    if wanted != "true":
        return Access(direct=False, why=said)
    if cluster.global_router and cluster.controller_config.get(GLOBAL_ROUTE_DIRECT_ACCESS) != "true":
        # That nothing falls back to node ports is not verified against TKE.
        refused = f'{GLOBAL_ROUTE_DIRECT_ACCESS} is not "true" on this GlobalRouter cluster, so no pod can be reached directly'
        return Access(direct=True, why=said, problem=refused)
    return Access(direct=True, why=said)


def is_super(cluster: Cluster, name: str) -> bool:
    """True for a super node."""
    label, value = SUPER_NODE_LABEL
    return any(
        node["metadata"]["name"] == name and node["metadata"].get("labels", {}).get(label) == value
        for node in cluster.nodes
    )


def _for_service(cluster: Cluster, service: Object) -> LoadBalancer:
    metadata = service["metadata"]
    on = [endpoint.get("nodeName", "") for endpoint, _ in cluster.endpoints(service)]
    access = decide(cluster, metadata.get("annotations", {}), SERVICE_DIRECT_ACCESS, on)
    listeners = tuple(
        Listener(
            port["port"],
            4,
            (Route("", "/", exact=False, backends=_backends(cluster, service, port, direct=access.direct)),),
        )
        for port in service["spec"]["ports"]
    )
    return LoadBalancer(
        "Service",
        metadata["namespace"],
        metadata["name"],
        access.direct,
        access.why,
        () if access.problem else listeners,
        # The documents have E4033 for a Service without a pod that can be reached directly; that it is this one is assumed.
        f"E4033: {access.problem}" if access.problem else "",
    )


def _for_ingress(cluster: Cluster, ingress: Object) -> LoadBalancer:
    metadata = ingress["metadata"]
    namespace = metadata["namespace"]
    paths = [
        (rule.get("host", ""), path)
        for rule in ingress["spec"].get("rules", ())
        for path in rule.get("http", {}).get("paths", ())
    ]
    named = [(host, path, path["backend"]["service"]) for host, path in paths if "service" in path["backend"]]
    services = {wanted["name"]: cluster.service(namespace, wanted["name"]) for _, _, wanted in named}
    on = [
        endpoint.get("nodeName", "")
        for service in services.values()
        if service
        for endpoint, _ in cluster.endpoints(service)
    ]
    access = decide(cluster, metadata.get("annotations", {}), INGRESS_DIRECT_ACCESS, on)
    routes = []
    # No document has a code of an Ingress for it: its E4033 is another thing.
    problem = f"Refused: {access.problem}" if access.problem else ""
    for host, path, wanted in named:
        service = services[wanted["name"]]
        if service is None:
            problem = f"E4041: Service {wanted['name']} does not exist"
            continue
        if not access.direct and service["spec"].get("type") == "ClusterIP":
            problem = f"E4047: Service {wanted['name']} is a ClusterIP, which non-direct access cannot reach"
            continue
        port = _service_port(service, wanted["port"])
        if port is None:
            problem = f"E4042: Service {wanted['name']} has no port {wanted['port']}"
            continue
        exact = path.get("pathType") == "Exact"
        routes.append(
            Route(host, path.get("path", "/"), exact, _backends(cluster, service, port, direct=access.direct))
        )
    return LoadBalancer(
        "Ingress",
        namespace,
        metadata["name"],
        access.direct,
        access.why,
        (Listener(80, 7, tuple(routes)),) if routes and not problem else (),
        problem,
    )


def _service_port(service: Object, wanted: Object) -> Object | None:
    for port in service["spec"]["ports"]:
        if port["port"] == wanted.get("number") or (wanted.get("name") and port.get("name") == wanted["name"]):
            found: Object = port
            return found
    return None


def _backends(cluster: Cluster, service: Object, port: Object, *, direct: bool) -> tuple[Backend, ...]:
    ready = cluster.endpoints(service)
    if direct:
        return tuple(
            Backend(endpoint["addresses"][0], number, f"pod {endpoint.get('targetRef', {}).get('name', '?')}")
            for endpoint, piece in ready
            for number in [_slice_port(piece, port.get("name", ""))]
            if number
        )
    only = None
    if (
        service["spec"].get("externalTrafficPolicy") == "Local"
        and service["metadata"].get("annotations", {}).get(ONLY_NODES_WITH_PODS) == "true"
    ):
        only = {endpoint.get("nodeName") for endpoint, _ in ready}
    return tuple(
        Backend(address, port["nodePort"], f"node port of {name}")
        for name, address in native_nodes(cluster)
        if port.get("nodePort") and (only is None or name in only)
    )


def _slice_port(piece: Object, name: str) -> int | None:
    for port in piece.get("ports") or ():
        if port.get("name", "") == name:
            return int(port["port"])
    return None


def native_nodes(cluster: Cluster) -> list[tuple[str, str]]:
    """Name and address of every ready node that can have node ports."""
    found = []
    for node in cluster.nodes:
        name = node["metadata"]["name"]
        status = node.get("status", {})
        ready = any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", ()))
        address = next((each["address"] for each in status.get("addresses", ()) if each["type"] == "InternalIP"), None)
        if ready and address and not is_super(cluster, name):
            found.append((name, address))
    return found
