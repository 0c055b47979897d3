"""Advice on settings that somebody may not have wanted: warnings, and what an update refuses where a preview warns."""

from collections.abc import Iterator
from ipaddress import ip_network

from realip import defaults, rules, tke
from realip.instance_types import allocatable
from realip.problems import MISSING, Problem, path_of
from realip.scenarios import ExposureKind
from realip.settings.address_plan import address_plan, shared_subnets, zone_inside
from realip.settings.app_pod import most_pods
from realip.settings.checks.cluster import tainted
from realip.settings.exposure_plan import listeners, named_clients
from realip.settings.models import Settings

__all__ = ["advice", "refusals"]

_KEPT_RANGES = {
    ip_network("127.0.0.0/8"): "the range of one machine's own addresses",
    ip_network("169.254.0.0/16"): "link-local",
    ip_network("100.64.0.0/10"): "the range that carriers share behind a NAT",
    ip_network("224.0.0.0/4"): "multicast",
    ip_network("::1/128"): "one machine's own address",
    ip_network("fe80::/10"): "link-local",
    ip_network("fc00::/7"): "private",
    ip_network("ff00::/8"): "multicast",
}
"""Ranges that no client on the internet has (RFC 6890), but private ones of IPv4: those are `rules.private`."""


def refusals(settings: Settings) -> list[Problem]:
    """Problems that a preview may show and an update may not have: a documentation range lets nobody in."""
    remedy = "'pulumi config set --path \"access.adminCidrs[0]\" <your address>/32'"
    found = [
        Problem(
            f"access.adminCidrs[{index}]",
            cidr,
            f"{rules.NOBODYS_NETWORK}; set your own address: {remedy}",
        )
        for index, cidr in enumerate(settings.access.admin_cidrs)
        if rules.documentation_range(cidr)
    ]
    return [*found, *_open_to_whoever(settings)]


def _open_to_whoever(settings: Settings) -> Iterator[Problem]:
    """Clients that nobody named, where this stack has no security group of nodes that would keep them out."""
    balancer, cluster = settings.load_balancer, settings.cluster.id
    kept = balancer.internal or balancer.existing_id is not None or balancer.security_group_ids
    if cluster is not None and not kept and not settings.access.client_cidrs:
        message = (
            f"is missing; the nodes of {cluster} are not this stack's, so nothing here keeps the internet from the app. Name the networks that "
            "clients come from, or 0.0.0.0/0 for everyone: 'pulumi config set --path \"access.clientCidrs[0]\" <network>'"
        )
        yield Problem("access.clientCidrs", MISSING, message, ("cluster.id",))


def advice(settings: Settings) -> list[Problem]:
    """Settings that work, and may not be what somebody wanted."""
    if settings.cluster.id is not None:
        return list(_existing_cluster(settings))
    access, found = settings.access, []
    for index, cidr in enumerate(access.admin_cidrs):
        if rules.private(cidr):
            message = "is private, and nobody comes to the public endpoint from such an address; name the one you have on the internet"
            found.append(Problem(f"access.adminCidrs[{index}]", cidr, message))
        elif kept := _not_on_the_internet(cidr):
            message = f"is {kept}, and nobody comes to the public endpoint from such an address; name the one you have on the internet"
            found.append(Problem(f"access.adminCidrs[{index}]", cidr, message))
    if access.admin_cidrs and not any(map(rules.is_ipv4, access.admin_cidrs)):
        message = "are IPv6 alone, and the public endpoint is known to have an IPv4 address; name that one of yours too"
        found.append(Problem("access.adminCidrs", list(access.admin_cidrs), message))
    for index, cidr in enumerate(access.client_cidrs):
        if rules.documentation_range(cidr):
            message = (
                "is a documentation range (RFC 5737), which no client has; name the networks that clients come from"
            )
            found.append(Problem(f"access.clientCidrs[{index}]", cidr, message))
    found += _limits(settings)
    found += _port_of_the_service(settings)
    found += _pods_without_a_node(settings)
    found += _system_pods_without_a_node(settings)
    found += _pods_without_a_label(settings)
    found += _zones_not_said(settings)
    found += _no_way_out(settings)
    found += _adopted(settings)
    found += [
        Problem(
            f"network.podSubnets[{index}].id",
            subnet.id,
            "holds nodes too: pods and nodes take each other's addresses; TKE recommends a subnet for pods alone (TKE 50355)",
        )
        for index, subnet, _ in shared_subnets(settings)
    ]
    existing = settings.load_balancer.existing_id
    if existing is not None and settings.row.exposure.has_ingress and set(rules.EVERYONE) & set(access.client_cidrs):
        message = (
            "opens the node ports to the whole internet with loadBalancer.existingId, and whoever reaches one can forge "
            "X-Forwarded-For; name networks"
        )
        found.append(Problem("access.clientCidrs", list(access.client_cidrs), message))
    return found


def _port_of_the_service(settings: Settings) -> Iterator[Problem]:
    """A port at layer 7 that somebody may take for the one of clients."""
    app, row = settings.app, settings.row
    if row.exposure.has_ingress and "service_port" in app.model_fields_set:
        port = next(iter(listeners(settings))).port
        message = (
            f"is the port of the Service inside the cluster, and `{row.slug}` listens for clients at {port} all the same; for another "
            "port set loadBalancer.listenPorts, for HTTPS a certificate in loadBalancer.hosts"
        )
        if app.service_port != port:
            yield Problem("app.servicePort", app.service_port, message)


def _existing_cluster(settings: Settings) -> Iterator[Problem]:
    """Work left to do by hand on a cluster whose nodes are not this stack's."""
    if settings.row.exposure is ExposureKind.DIRECT_SERVICE:
        message = (
            f"has nodes whose security group is not this stack's; let clients reach TCP {settings.app.port} of its pods there, "
            f"and {tke.HEALTH_CHECK_RANGE}, from where load balancers check their health (CLB 214/53639)"
        )
        yield Problem("cluster.id", settings.cluster.id, message)


def _adopted(settings: Settings) -> Iterator[Problem]:
    """Ids that are to be adopted: what the state has already under another id is replaced by what they name."""
    ids = settings.adopt.model_dump(by_alias=True, exclude_defaults=True)
    if ids:
        message = (
            "is for one update: see that its preview says import, then remove it; where it says import-replacement, the state has "
            "that resource already, and the update deletes it and what depends on it in favour of the one named here"
        )
        yield Problem("adopt", ids, message)


def _zones_not_said(settings: Settings) -> Iterator[Problem]:
    """Things in a zone that nobody chose: they may move when zones come or go."""
    balancer, access = settings.load_balancer, settings.access
    several = len({subnet.zone for subnet in settings.network.nodes}) > 1
    if not several or zone_inside(settings, None) in defaults.ZONES:
        return  # those are taken before any other
    if balancer.internal and balancer.internal_subnet_id is None and balancer.zone is None:
        message = f"is not set: the load balancer goes to {zone_inside(settings, None)}, and to another subnet and address when a zone with a lower number comes; name the zone"
        yield Problem("loadBalancer.zone", MISSING, message)
    if access.endpoint == "intranet" and access.endpoint_zone is None:
        message = f"is not set: the endpoint goes to {zone_inside(settings, None)}, and cannot move when a zone with a lower number comes; name the zone"
        yield Problem("access.endpointZone", MISSING, message)


def _no_way_out(settings: Settings) -> Iterator[Problem]:
    """Nodes that reach nothing outside the VPC: images neither, but those of a registry inside it."""
    if settings.network.nat or settings.network.vpc_id is not None or settings.nodes.internet_accessible is not None:
        return
    message = (
        "leaves nodes and pods without a way out of the VPC, so that images come from a registry inside it alone; "
        "add a NAT gateway, or on native nodes nodes.internetAccessible"
    )
    yield Problem("network.nat", value=False, message=message)


def _limits(settings: Settings) -> Iterator[Problem]:
    """Settings that Tencent Cloud or Kubernetes would stop, or do without, minutes into an update."""
    app, access = settings.app, settings.access
    protocols = len({listener.transport for listener in listeners(settings)})
    # Rules of clients and those of nodes and pods among themselves are in one group, unless the load balancer has its own.
    inside = 0 if named_clients(settings) else len(address_plan(settings).inside)
    for path, cidrs, each, others in (
        ("access.clientCidrs", access.client_cidrs, protocols, inside),
        ("access.adminCidrs", access.admin_cidrs, 1, 0),
    ):
        if len(cidrs) * each + others > tke.MAX_SECURITY_GROUP_RULES:
            message = (
                f"make more rules than the {tke.MAX_SECURITY_GROUP_RULES} that a security group has room for (VPC 41428), "
                "unless your account has more; join networks that lie side by side"
            )
            yield Problem(path, f"{len(cidrs)} networks", message)
    version = settings.cluster.version
    major, minor, _ = rules.kubernetes_version(version)
    pods, holds = most_pods(settings), tke.PODS_OF_A_LEVEL * tke.CLUSTER_LEVELS[settings.cluster.level]
    if pods is not None and pods > holds:
        message = f"is more than the {holds} pods that TKE recommends at most for {settings.cluster.level} (TKE 45158); take a higher cluster.level"
        yield Problem("app.autoscaling.maxReplicas" if app.autoscaling else "app.replicas", pods, message)
    if minor % tke.MINOR_VERSION_STEP:
        message = (
            f"is one of an odd minor version, and TKE offers even ones alone (TKE 47894); take one of {major}.{minor - 1} "
            f"or {major}.{minor + 1}, as the console lists them"
        )
        yield Problem("cluster.version", version, message)
    if app.deploy and app.drain_seconds and (major, minor) < tke.PRE_STOP_SLEEP_VERSION:
        oldest = ".".join(map(str, tke.PRE_STOP_SLEEP_VERSION))
        message = (
            f"has no preStop sleep, so pods stop while the load balancer still sends to them; take {oldest} or later, "
            "or let the app itself go on serving after SIGTERM and set app.drainSeconds to 0"
        )
        yield Problem("cluster.version", version, message)


def _pods_without_a_node(settings: Settings) -> Iterator[Problem]:
    """Pods that stay pending, since the nodes asked for are too small or too few, where the names of these tell their size."""
    app, nodes, row = settings.app, settings.nodes, settings.row
    sizes = [allocatable(name) for name in nodes.instance_types]
    known = [size for size in sizes if size is not None]
    # A pool beside the first one has room of its own, unless it keeps the app away.
    others = any(not tainted(pool) for pool in nodes.pools)
    if row.super_nodes or len(known) < len(sizes) or not app.deploy or others:
        return
    cores, memory, names = (
        rules.cpu(app.cpu_request),
        rules.memory(app.memory_request),
        " or ".join(nodes.instance_types),
    )
    most_cores, most_memory = max(size.cores for size in known), max(size.memory for size in known)
    fits = max(size.pods(cores, memory) for size in known)
    if not fits:
        if cores > most_cores:
            message = f"is more than a node of {names} leaves to pods, {most_cores.normalize():f} cores (TKE 76057); lower it, or take a larger instance type"
            yield Problem("app.cpuRequest", app.cpu_request, message)
        if memory > most_memory or cores <= most_cores:
            message = f"is more than a node of {names} leaves to pods, {most_memory // 2**20} MiB (TKE 76057); lower it, or take a larger instance type"
            yield Problem("app.memoryRequest", app.memory_request, message)
        return
    most = nodes.autoscaling.max if nodes.autoscaling else nodes.replicas
    pods = most_pods(settings)
    if pods is not None and most * fits < pods + 1:
        message = (
            f"and one more while a rollout goes on do not fit: {most} x {names} have room for {most * fits} pods "
            f"of {app.cpu_request} CPU and {app.memory_request} (TKE 76057); have more nodes or larger ones, or ask for less"
        )
        yield Problem("app.autoscaling.maxReplicas" if app.autoscaling else "app.replicas", pods, message)


def _pods_without_a_label(settings: Settings) -> Iterator[Problem]:
    """Pods that ask for nodes with a label that no node of this stack is given, where Kubernetes and TKE write none of that name."""
    nodes = settings.nodes
    wanted = (settings.app.pod_template.get("spec") or {}).get("nodeSelector") or {}
    given = [nodes.labels, *(pool.labels for pool in nodes.pools if not tainted(pool))]
    own = {
        key: value
        for key, value in wanted.items()
        if not key.startswith("$") and not key.rpartition("/")[0].endswith(_LABELLED_BY_OTHERS)
    }
    if own and not any(own.items() <= labels.items() for labels in given):
        message = "is a label of no node that the app may run on, so that its pods stay pending; set it in nodes.labels, or on a pool without taints"
        yield Problem(path_of(("app", "podTemplate", "spec", "nodeSelector")), own, message)


_LABELLED_BY_OTHERS = ("kubernetes.io", "k8s.io", "tencent.com", "tencentcloudapi.com")


def _system_pods_without_a_node(settings: Settings) -> Iterator[Problem]:
    """Taints on every node, which keep away what TKE and everybody else runs in the cluster: the app alone tolerates them."""
    nodes = settings.nodes
    if tainted(nodes) and all(map(tainted, nodes.pools)):
        said = [taint.model_dump(mode="json") for taint in nodes.taints]
        message = (
            "keep the cluster's own pods away too, such as CoreDNS, without which the app finds no name: no node is without them; add a pool "
            "without taints in nodes.pools"
            + ("" if not settings.row.super_nodes else ", or on super nodes remove them")
        )
        yield Problem("nodes.taints", said, message)


def _not_on_the_internet(cidr: str) -> str | None:
    """The name of the range that a network lies in, if it is one that no client on the internet has."""
    network = ip_network(cidr)
    for kept, name in _KEPT_RANGES.items():
        if network.version == kept.version and network.subnet_of(kept):  # type: ignore[arg-type]
            return name
    return None
