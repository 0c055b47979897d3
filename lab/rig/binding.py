"""TKE's rules for load balancers: plain functions from the objects on the API server to listeners and their backends.

Written from TKE's documents and apart from the library, which it has to judge. What is assumed of TKE is listed in
`lab.report.content.ASSUMED` and docs/lab.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab.rig.cluster import Cluster, Endpoint, Object, annotation, is_leaving, selects, waits_for_gate
from lab.rig.health import Check, check_of
from lab.rig.routes import Backend, Listener, Route, listeners_of
from lab.rig.tke_keys import (
    DEFAULT_DIRECT_ACCESS,
    GLOBAL_ROUTE_DIRECT_ACCESS,
    GRACE_DELETION,
    INGRESS_CLASS,
    INGRESS_CONFIG,
    INGRESS_DIRECT_ACCESS,
    INGRESS_PASS_TO_TARGET,
    INGRESS_SECURITY_GROUPS,
    ONLY_NODES_WITH_PODS,
    POD_GRACE_DELETION,
    QCLOUD,
    SERVICE_CONFIG,
    SERVICE_DIRECT_ACCESS,
    SERVICE_PASS_TO_TARGET,
    SERVICE_SECURITY_GROUPS,
    WEIGHTED_BALANCE,
)


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
    graceful: bool = False
    """A pod is stopped only when its weight is zero here (457/109977)."""
    groups: tuple[str, ...] = ()
    """Security groups of the load balancer itself; none lets everybody in."""
    pass_to_target: bool = False
    """What it lets in reaches its targets whatever the nodes' security group says."""

    @property
    def key(self) -> str:
        """`Service default/name`."""
        return f"{self.kind} {self.namespace}/{self.name}"


def load_balancers(cluster: Cluster) -> list[LoadBalancer]:
    """The load balancers that the cluster's objects ask for."""
    found = [_for_service(cluster, service) for service in cluster.services if _is_exposed(service)]
    found += [_for_ingress(cluster, ingress) for ingress in cluster.ingresses if is_ours(ingress)]
    return found


def _is_exposed(service: Object) -> bool:
    return bool(service["spec"].get("type") == "LoadBalancer")


def is_ours(ingress: Object) -> bool:
    """True for an Ingress of TKE's controller: class `qcloud` by annotation or field, or no class at all (457/56112)."""
    named = ingress["spec"].get("ingressClassName")
    return (annotation(ingress, INGRESS_CLASS) or named or QCLOUD) == QCLOUD


@dataclass(frozen=True)
class Access:
    """How a load balancer reaches pods."""

    direct: bool
    why: str
    """The rule that decided, in words."""
    problem: str = ""
    """Why neither way is taken, without an event's code: Services and Ingresses have codes of their own."""


def decide(cluster: Cluster, owner: Object, key: str, endpoints: Sequence[Endpoint]) -> Access:
    """Direct or not, by the annotation called `key` of a Service or Ingress in front of these endpoints."""
    if endpoints and all(cluster.is_super(each.node) for each in endpoints):
        return Access(direct=True, why="pods on super nodes are always reached straight")
    wanted = annotation(owner, key)
    if wanted is None:
        wanted = cluster.controller_config.get(DEFAULT_DIRECT_ACCESS, "false")
        said = f"no {key} annotation, and the cluster's {DEFAULT_DIRECT_ACCESS} is "
        said += f'"{wanted}"' if DEFAULT_DIRECT_ACCESS in cluster.controller_config else "not set"
    else:
        said = f'{key}: "{wanted}"'
    if wanted != "true":
        return Access(direct=False, why=said)
    in_vpc = bool(endpoints) and all(cluster.is_in_vpc(owner["metadata"]["namespace"], each) for each in endpoints)
    if in_vpc and cluster.global_router:
        return Access(direct=True, why=f"{said}, and the pods have addresses of the VPC")
    if cluster.global_router and cluster.controller_config.get(GLOBAL_ROUTE_DIRECT_ACCESS) != "true":
        # That nothing falls back to node ports is not verified against TKE.
        refused = f'{GLOBAL_ROUTE_DIRECT_ACCESS} is not "true" on this GlobalRouter cluster, so no pod can be reached directly'
        return Access(direct=True, why=said, problem=refused)
    return Access(direct=True, why=said)


def is_gated(cluster: Cluster, pod: Object) -> bool:
    """True where a pod that is made now gets TKE's readiness gate: something reaches it straight (457/41897)."""
    for owner, service in _exposed(cluster):
        if selects(service, pod):
            key = INGRESS_DIRECT_ACCESS if "rules" in owner["spec"] else SERVICE_DIRECT_ACCESS
            access = decide(cluster, owner, key, cluster.endpoints(service))
            if access.direct and not access.problem:
                return True
    return False


def _exposed(cluster: Cluster) -> Iterator[tuple[Object, Object]]:
    """Each Service or Ingress that has a load balancer, with the Services behind it."""
    for service in cluster.services:
        if _is_exposed(service):
            yield service, service
    for ingress in cluster.ingresses:
        if is_ours(ingress):
            yield from ((ingress, service) for service in _behind(cluster, ingress).values() if service)


def _behind(cluster: Cluster, ingress: Object) -> dict[str, Object | None]:
    namespace = ingress["metadata"]["namespace"]
    names = [wanted["name"] for _, _, wanted in _paths(ingress)]
    return {name: cluster.service(namespace, name) for name in names}


def _paths(ingress: Object) -> list[tuple[str, Object, Object]]:
    """Host, path and Service of every rule."""
    return [
        (rule.get("host", ""), path, path["backend"]["service"])
        for rule in ingress["spec"].get("rules") or ()
        for path in rule.get("http", {}).get("paths", ())
        if "service" in path["backend"]
    ]


def _for_service(cluster: Cluster, service: Object) -> LoadBalancer:
    metadata = service["metadata"]
    access = decide(cluster, service, SERVICE_DIRECT_ACCESS, cluster.endpoints(service))
    listeners = tuple(
        Listener(
            port["port"],
            4,
            (
                Route(
                    "",
                    "/",
                    exact=False,
                    backends=_backends(cluster, service, port, direct=access.direct),
                    check=_check(cluster, service, SERVICE_CONFIG, port["port"]),
                ),
            ),
            protocol=port.get("protocol", "TCP"),
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
        graceful=access.direct and _is_graceful(cluster, service, GRACE_DELETION["Service"]),
        groups=_groups(service, SERVICE_SECURITY_GROUPS),
        pass_to_target=annotation(service, SERVICE_PASS_TO_TARGET) == "true",
    )


def _check(cluster: Cluster, owner: Object, key: str, port: int) -> Check:
    name = annotation(owner, key)
    return check_of(cluster.config(owner["metadata"]["namespace"], name) if name else None, port)


def _groups(owner: Object, key: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in (annotation(owner, key) or "").split(",") if part.strip())


def _is_graceful(cluster: Cluster, owner: Object, key: str) -> bool:
    return (annotation(owner, key) or cluster.controller_config.get(POD_GRACE_DELETION)) == "true"


def _for_ingress(cluster: Cluster, ingress: Object) -> LoadBalancer:
    metadata = ingress["metadata"]
    namespace = metadata["namespace"]
    services = _behind(cluster, ingress)
    endpoints = [endpoint for service in services.values() if service for endpoint in cluster.endpoints(service)]
    access = decide(cluster, ingress, INGRESS_DIRECT_ACCESS, endpoints)
    routes = []
    # No document has a code of an Ingress for it: its E4033 is another thing.
    problems = [f"Refused: {access.problem}"] if access.problem else []
    check = _check(cluster, ingress, INGRESS_CONFIG, 0)
    for host, path, wanted in _paths(ingress):
        service = services[wanted["name"]]
        port = _service_port(service, wanted["port"]) if service else None
        if service is None:
            problems.append(f"E4041: Service {wanted['name']} does not exist")
        elif not access.direct and service["spec"].get("type") == "ClusterIP":
            problems.append(f"E4047: Service {wanted['name']} is a ClusterIP, which non-direct access cannot reach")
        elif access.direct and not service["spec"].get("selector"):
            problems.append(f"E4082: Service {wanted['name']} has no selector, which direct access needs")
        elif port is None:
            problems.append(f"E4042: Service {wanted['name']} has no port {wanted['port']}")
        else:
            exact, backends = path.get("pathType") == "Exact", _backends(cluster, service, port, direct=access.direct)
            routes.append(Route(host, path.get("path", "/"), exact, backends, check))
    listeners, wrong = listeners_of(cluster, ingress, routes)
    problem = next(iter([*problems, wrong]))
    return LoadBalancer(
        "Ingress",
        namespace,
        metadata["name"],
        access.direct,
        access.why,
        () if problem else listeners,
        problem,
        graceful=access.direct and _is_graceful(cluster, ingress, GRACE_DELETION["Ingress"]),
        groups=_groups(ingress, INGRESS_SECURITY_GROUPS),
        pass_to_target=annotation(ingress, INGRESS_PASS_TO_TARGET) == "true",
    )


def _service_port(service: Object, wanted: Mapping[str, object]) -> Object | None:
    for port in service["spec"]["ports"]:
        if port["port"] == wanted.get("number") or (wanted.get("name") and port.get("name") == wanted["name"]):
            found: Object = port
            return found
    return None


def _backends(cluster: Cluster, service: Object, port: Object, *, direct: bool) -> tuple[Backend, ...]:
    return tuple(_pods(cluster, service, port) if direct else _node_ports(cluster, service, port))


def _pods(cluster: Cluster, service: Object, port: Object) -> Iterator[Backend]:
    """A Service's pods: also those that wait for the load balancer to find them healthy, and with weight 0 those that end."""
    namespace = service["metadata"]["namespace"]
    for endpoint in cluster.endpoints(service):
        pod = cluster.pod(namespace, endpoint.pod)
        leaving = pod is not None and is_leaving(pod)
        waiting = pod is not None and waits_for_gate(pod)
        number = endpoint.port(port.get("name") or "")
        if number and (endpoint.ready or waiting or leaving):
            yield Backend(endpoint.address, number, f"pod {endpoint.pod}", 0 if leaving else 1)


def _node_ports(cluster: Cluster, service: Object, port: Object) -> Iterator[Backend]:
    """A Service's node port on every node; with policy Local, if it says so, on those with a pod, by the number of pods."""
    local = service["spec"].get("externalTrafficPolicy") == "Local"
    only = local and annotation(service, ONLY_NODES_WITH_PODS) == "true"
    weighted = only and annotation(service, WEIGHTED_BALANCE) == "true"
    on = [endpoint.node for endpoint in cluster.ready(service)]
    for name, address in cluster.nodes_with_ports():
        if port.get("nodePort") and (not only or name in on):
            yield Backend(address, port["nodePort"], f"node port of {name}", on.count(name) if weighted else 1)
