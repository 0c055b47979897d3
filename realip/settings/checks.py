"""Rules that look at more than one setting: each yields every problem that it finds, with the paths that it concerns."""

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network

from realip import rules, tke
from realip.problems import MISSING, Problem
from realip.scenarios import SCENARIOS, NetworkMode
from realip.settings.address_plan import address_plan
from realip.settings.models import Settings, SubnetSettings

__all__ = ["account_problems", "problems"]


def problems(settings: Settings, region: str | None = None) -> Iterator[Problem]:
    """Everything in which the settings do not agree with each other, with the scenario or with TKE.

    `region` is the Tencent provider's, where it is known.
    """
    yield from _mode(settings)
    yield from account_problems(settings, settings.network.account_type)
    yield from _subnets(settings)
    yield from _inside(settings)
    yield from _region(settings, region)
    if settings.network.vpc_id is None or settings.network.node_subnets is not None:
        yield from _overlaps(settings)
        yield from _capacity(settings)
    yield from _names(settings)
    yield from _nodes(settings)
    yield from _app(settings)
    yield from _load_balancer(settings)
    yield from _access(settings)
    yield from _adoption(settings)


def _mode(settings: Settings) -> Iterator[Problem]:
    """Settings that belong to the other network mode, and a Kubernetes too old for the scenario."""
    row, network, cluster = settings.scenario.row, settings.network, settings.cluster
    if row.network_mode is NetworkMode.VPC_CNI:
        mine, other = "VPC-CNI", "GlobalRouter"
        foreign: dict[str, object] = {
            "cluster.clusterCidr": cluster.cluster_cidr,
            "cluster.podsPerNode": cluster.pods_per_node,
            "cluster.services": cluster.services,
        }
        instead = "in VPC-CNI pods take addresses from network.podSubnets, and cluster.serviceCidr says how many Services there are"
    else:
        mine, other = "GlobalRouter", "VPC-CNI"
        foreign = {
            "network.podSubnets": network.pod_subnets and [subnet.id or subnet.cidr for subnet in network.pod_subnets],
            "cluster.exclusiveEni": cluster.exclusive_eni,
            "cluster.staticPodIps": cluster.static_pod_ips,
        }
        instead = "in GlobalRouter pods take addresses from cluster.clusterCidr"
    for path, value in foreign.items():
        if value is not None:
            yield Problem(
                path, value, f"belongs to {other}, and `{row.slug}` is {mine}; remove it: {instead}", ("scenario",)
            )
    if rules.kubernetes_version(cluster.version)[:2] < row.minimum_version:
        oldest = ".".join(map(str, row.minimum_version))
        yield Problem(
            "cluster.version", cluster.version, f"is too old for `{row.slug}`; take {oldest} or later", ("scenario",)
        )


def account_problems(settings: Settings, account_type: str | None) -> Iterator[Problem]:
    """A scenario that an account of that type cannot have (TKE 41897)."""
    row = settings.scenario.row
    if row.billed_by_ip and account_type == tke.ACCOUNT_BILLED_BY_CVM:
        instead = next(
            other.slug for other in SCENARIOS if not other.billed_by_ip and other.network_mode is row.network_mode
        )
        message = (
            f"is billed by CVM, and `{row.slug}` needs an account that is billed by IP (TKE 41897); take `{instead}`, "
            "or have the account changed by a ticket"
        )
        yield Problem("network.accountType", account_type, message, ("scenario",))


def _subnets(settings: Settings) -> Iterator[Problem]:
    """Subnets by CIDR for a new VPC and by id for an existing one, in every zone that nodes are in."""
    network = settings.network
    vpc_cni = settings.scenario.row.network_mode is NetworkMode.VPC_CNI
    existing = network.vpc_id is not None
    groups = {
        "network.nodeSubnets": network.node_subnets,
        "network.podSubnets": network.pod_subnets if vpc_cni else None,
    }
    if existing:
        if "cidr" not in network.model_fields_set:
            yield Problem(
                "network.cidr",
                MISSING,
                "is missing; say the existing VPC's network, rules and checks are made from it",
                ("network.vpcId",),
            )
        for path, subnets in groups.items():
            if subnets is None and (path == "network.nodeSubnets" or vpc_cni):
                message = "is missing; an existing VPC needs its subnets, each as {zone: ..., id: subnet-...}"
                yield Problem(path, MISSING, message, ("network.vpcId",))
    for path, subnets in groups.items():
        yield from _subnet_entries(path, subnets, existing=existing)
    if not existing:
        yield from _carving(settings, vpc_cni=vpc_cni)
    yield from _zones(settings, vpc_cni=vpc_cni)


def _subnet_entries(path: str, subnets: tuple[SubnetSettings, ...] | None, *, existing: bool) -> Iterator[Problem]:
    if subnets is not None and not subnets:
        carved = "" if existing else ", or remove the key to have them carved"
        yield Problem(path, [], f"is empty; give at least one subnet{carved}", ("network.vpcId",))
    for identifier, count in Counter(subnet.id for subnet in subnets or () if subnet.id is not None).items():
        if count > 1:
            yield Problem(path, identifier, f"is named {count} times; a subnet lies in one zone; name it once")
    for index, subnet in enumerate(subnets or ()):
        entry = f"{path}[{index}]"
        if existing and subnet.id is None:
            message = "is missing; network.vpcId names an existing VPC, so give its subnets by id"
            yield Problem(f"{entry}.id", MISSING, message, ("network.vpcId",))
        if not existing and subnet.id is not None:
            message = "names an existing subnet, but the VPC is new; set network.vpcId, or give a cidr instead"
            yield Problem(f"{entry}.id", subnet.id, message, ("network.vpcId",))
        if not existing and subnet.cidr is None:
            message = "is missing; a new subnet needs a network inside network.cidr"
            yield Problem(f"{entry}.cidr", MISSING, message, ("network.vpcId",))


def _carving(settings: Settings, *, vpc_cni: bool) -> Iterator[Problem]:
    """The VPC is large enough to carve the subnets that were not given out of it, for every zone."""
    network = settings.network
    carves_pods = vpc_cni and network.pod_subnets is None
    if network.node_subnets is not None and not carves_pods:
        return
    if IPv4Network(network.cidr).prefixlen + 4 not in tke.SUBNET_MASKS:
        message = f"is too small to carve subnets from; take /{tke.SUBNET_MASKS.stop - 5} or larger, or give the subnets yourself"
        yield Problem("network.cidr", network.cidr, message)
    zones = list(dict.fromkeys(subnet.zone for subnet in network.node_subnets or ())) or list(network.zones)
    owners: dict[int, str] = {}
    for zone in dict.fromkeys(zones):
        owner = owners.setdefault(rules.zone_place(zone), zone)
        if owner != zone:
            message = f"would have the carved subnets of {owner}, {rules.ZONE_PLACES} numbers before it; give network.nodeSubnets and network.podSubnets"
            yield Problem("network.zones", zone, message, ("network.nodeSubnets", "network.podSubnets"))


def _zones(settings: Settings, *, vpc_cni: bool) -> Iterator[Problem]:
    """A node subnet in every zone that was asked for, and a pod subnet in every zone that has nodes (TKE 50355)."""
    network = settings.network
    said = "zones" in network.model_fields_set or network.node_subnets is None
    zones = list(network.zones) if said else []
    if said and not zones:
        yield Problem("network.zones", [], "is empty; name at least one availability zone")
    for zone, count in Counter(zones).items():
        if count > 1:
            yield Problem("network.zones", zones, f"names {zone} {count} times; name each zone once")
    node_zones = list(dict.fromkeys(subnet.zone for subnet in network.nodes))
    for zone in dict.fromkeys(zones):
        if network.node_subnets and zone not in node_zones:
            yield Problem(
                "network.nodeSubnets",
                node_zones,
                f"has no subnet in {zone}, which network.zones names; add one",
                ("network.zones",),
            )
    carved_elsewhere = network.vpc_id is not None and network.node_subnets is None  # which is a problem of its own
    if vpc_cni and network.pod_subnets and not carved_elsewhere:
        pod_zones = {subnet.zone for subnet in network.pod_subnets}
        for zone in (zone for zone in node_zones if zone not in pod_zones):
            message = f"has no subnet in {zone}, where nodes are: a pod takes its address in its node's zone; add one"
            yield Problem("network.podSubnets", sorted(pod_zones), message, ("network.zones", "network.nodeSubnets"))


def _inside(settings: Settings) -> Iterator[Problem]:
    """The zone of an endpoint or load balancer inside the VPC is one with nodes, and is only said where there is one."""
    zones = list(dict.fromkeys(subnet.zone for subnet in settings.network.nodes))
    balancer, access = settings.load_balancer, settings.access
    for path, zone, used, instead in (
        (
            "loadBalancer.zone",
            balancer.zone,
            balancer.internal and balancer.internal_subnet_id is None,
            "is for an internal load balancer in a subnet of this stack; remove it, or set loadBalancer.internal",
        ),
        (
            "access.endpointZone",
            access.endpoint_zone,
            access.endpoint == "intranet",
            "is for the intranet endpoint; remove it, or set access.endpoint to intranet",
        ),
    ):
        if zone is not None and not used:
            yield Problem(path, zone, instead, ("loadBalancer", "access.endpoint"))
        elif zone is not None and zone not in zones:
            message = f"has no node subnet; take one of {', '.join(zones)}"
            yield Problem(path, zone, message, ("network.zones", "network.nodeSubnets"))


def _region(settings: Settings, region: str | None) -> Iterator[Problem]:
    """Zones of one region: the one that the provider works in, where that is known."""
    network = settings.network
    zones = [
        (f"network.zones[{index}]", zone)
        for index, zone in enumerate(network.zones if network.node_subnets is None else ())
    ]
    for path, subnets in (("network.nodeSubnets", network.node_subnets), ("network.podSubnets", network.pod_subnets)):
        zones += [(f"{path}[{index}].zone", subnet.zone) for index, subnet in enumerate(subnets or ())]
    first = zones[0] if zones else ("", "")
    for path, zone in zones:
        here = rules.region_of(zone)
        if region and here != region:
            yield Problem(path, zone, f"lies outside the provider's region, {region}; name a zone such as {region}-1")
        elif not region and here != rules.region_of(first[1]):
            message = f"lies in another region than {first[0]}, {first[1]}; a VPC has one region"
            yield Problem(path, zone, message, (first[0],))


def _overlaps(settings: Settings) -> Iterator[Problem]:
    """Subnets inside the VPC, and no address used twice."""
    network, plan = settings.network, address_plan(settings)
    subnets = [
        (f"{path}[{index}]" if given is not None else f"{path} (carved for {subnet.zone})", subnet.network)
        for path, given, planned in (
            ("network.nodeSubnets", network.node_subnets, plan.node_subnets),
            ("network.podSubnets", network.pod_subnets, plan.pod_subnets),
        )
        for index, subnet in enumerate(planned)
        if subnet.network is not None
    ]
    for name, subnet in subnets:
        if not subnet.subnet_of(plan.vpc):
            yield Problem(
                name, str(subnet), f"lies outside the VPC's {plan.vpc}; choose a network inside it", ("network.cidr",)
            )
    for name, subnet, message in rules.overlaps(subnets):
        yield Problem(name, str(subnet), message, ("network.cidr", "network.nodeSubnets", "network.podSubnets"))
    wide = [("network.cidr", plan.vpc)]
    if plan.cluster is not None:
        wide.append(("cluster.clusterCidr", plan.cluster))
    if plan.own_services is not None:
        wide.append(("cluster.serviceCidr", plan.own_services))
    for name, taken, message in rules.overlaps(wide):
        yield Problem(name, str(taken), message, tuple(path for path, _ in wide))


def _capacity(settings: Settings) -> Iterator[Problem]:
    """Room for the nodes and pods that were asked for."""
    plan, row, nodes = address_plan(settings), settings.scenario.row, _most_nodes(settings)
    pods = (settings.app.replicas or row.replicas) + 1  # a rollout starts one pod before it stops one
    replicas = "nodes.autoscaling.max" if settings.nodes.autoscaling else "nodes.replicas"
    if plan.cluster is not None and plan.pods_per_node is not None:
        services = 0 if plan.own_services else plan.service_number
        room = rules.global_router_nodes(plan.cluster, plan.pods_per_node, services)
        if room < nodes:
            shown = f"{plan.cluster.num_addresses} addresses less {services} for Services, {plan.pods_per_node} for each node"
            message = f"has room for {room} nodes ({shown}), and {nodes} are asked for; take a larger network, or fewer cluster.podsPerNode"
            involved = ("cluster.podsPerNode", "cluster.services", "cluster.serviceCidr", replicas, "scenario")
            yield Problem("cluster.clusterCidr", str(plan.cluster), message, involved)
        if plan.own_services and plan.service_number != rules.service_numbers(plan.own_services):
            message = f"does not agree with cluster.serviceCidr, which holds {rules.service_numbers(plan.own_services)}; remove it"
            yield Problem("cluster.services", plan.service_number, message, ("cluster.serviceCidr",))
    yield from _room(
        "network.nodeSubnets",
        plan.node_subnets,
        pods if row.super_nodes else nodes,
        "pods" if row.super_nodes else "nodes",
    )
    if not row.super_nodes:
        yield from _room("network.podSubnets", plan.pod_subnets, pods, "pods")
    holds = tke.CLUSTER_LEVELS[settings.cluster.level]
    if not row.super_nodes and nodes > holds:
        message = f"holds {holds} nodes, and {replicas} asks for {nodes}; take a higher level"
        yield Problem("cluster.level", settings.cluster.level, message, (replicas, "scenario"))


def _room(path: str, subnets: tuple[SubnetSettings, ...], wanted: int, what: str) -> Iterator[Problem]:
    """Subnets whose networks are known hold so many addresses."""
    networks = [subnet.network for subnet in subnets]
    known = [network for network in networks if network is not None]
    room = sum(map(rules.subnet_addresses, known))
    if known and len(known) == len(networks) and room < wanted:
        message = f"have room for {room} addresses, and {wanted} {what} are asked for; take larger networks"
        yield Problem(path, list(map(str, known)), message, ("network", "nodes", "app.replicas", "scenario"))


def _most_nodes(settings: Settings) -> int:
    nodes = settings.nodes
    return nodes.autoscaling.max if nodes.autoscaling else nodes.replicas


def _names(settings: Settings) -> Iterator[Problem]:
    """Names of cloud resources start with the cluster's and go on with a purpose and, for subnets, a zone."""
    zones = [subnet.zone for subnet in (*settings.network.nodes, *settings.network.pods)]
    endings = ["-nat-address", *(f"-nodes-{zone}" for zone in zones)]
    room = tke.MAX_NAME - max(map(len, endings))
    if len(settings.cluster.name) > room:
        message = f"is too long: with {max(endings, key=len)} behind it a name has to keep to {tke.MAX_NAME}; use at most {room} letters"
        yield Problem("cluster.name", settings.cluster.name, message, ("network.zones", "network.nodeSubnets"))


def _nodes(settings: Settings) -> Iterator[Problem]:
    """Settings that native nodes have and super nodes have not, and bounds that hold the number to start with."""
    nodes, row = settings.nodes, settings.scenario.row
    if row.super_nodes:
        for field in sorted(nodes.model_fields_set - {"labels", "taints"}):
            alias = type(nodes).model_fields[field].alias or field
            value = nodes.model_dump(mode="json")[field]
            message = f"belongs to native nodes, and `{row.slug}` runs on super nodes; remove it"
            yield Problem(f"nodes.{alias}", value, message, ("scenario",))
    if (bounds := nodes.autoscaling) is None:
        return
    if bounds.min > bounds.max:
        yield Problem(
            "nodes.autoscaling.min",
            bounds.min,
            f"is more than max, {bounds.max}; swap them",
            ("nodes.autoscaling.max",),
        )
    elif not bounds.min <= nodes.replicas <= bounds.max:
        message = (
            f"lies outside nodes.autoscaling, {bounds.min} to {bounds.max}; choose a number to start with inside it"
        )
        yield Problem("nodes.replicas", nodes.replicas, message, ("nodes.autoscaling",))


def _app(settings: Settings) -> Iterator[Problem]:
    """Requests within limits, one owner of the number of pods, names that the scenario has."""
    app, row = settings.app, settings.scenario.row
    if rules.cpu(app.cpu_request) > rules.cpu(app.cpu_limit):
        yield Problem(
            "app.cpuRequest",
            app.cpu_request,
            f"is more than app.cpuLimit, {app.cpu_limit}; lower it",
            ("app.cpuLimit",),
        )
    if rules.memory(app.memory_request) > rules.memory(app.memory_limit):
        message = f"is more than app.memoryLimit, {app.memory_limit}; lower it"
        yield Problem("app.memoryRequest", app.memory_request, message, ("app.memoryLimit",))
    service, namespace = app.service or row.names.service, app.namespace or row.names.namespace
    if (namespace, service) == ("default", "kubernetes"):
        message = "is the API server's own Service in that namespace; choose another name"
        yield Problem("app.service", service, message, ("app.namespace", "scenario"))
    if row.super_nodes and app.port == tke.SUPER_NODE_OWN_PORT:
        yield Problem(
            "app.port", app.port, "is taken on super nodes; let the container listen on another one", ("scenario",)
        )
    if app.autoscaled and app.replicas is not None:
        message = "has two owners: app.autoscaled leaves the number of pods to an autoscaler; remove one of the two"
        yield Problem("app.replicas", app.replicas, message, ("app.autoscaled",))
    if app.ingress is not None and not row.exposure.has_ingress:
        message = f"names an Ingress, and `{row.slug}` has none; remove it"
        yield Problem("app.ingress", app.ingress, message, ("scenario",))
    if "drain_seconds" in app.model_fields_set and app.drain_seconds and not _drains(settings):
        oldest = ".".join(map(str, tke.PRE_STOP_SLEEP_VERSION))
        yield Problem(
            "app.drainSeconds", app.drain_seconds, f"needs Kubernetes {oldest}; remove it", ("cluster.version",)
        )


def _drains(settings: Settings) -> bool:
    return rules.kubernetes_version(settings.cluster.version)[:2] >= tke.PRE_STOP_SLEEP_VERSION


def _load_balancer(settings: Settings) -> Iterator[Problem]:
    """One kind of load balancer at a time."""
    chosen = settings.load_balancer
    if chosen.internal_subnet_id is not None and not chosen.internal:
        message = "is for an internal load balancer; set loadBalancer.internal to true, or remove it"
        yield Problem("loadBalancer.internalSubnetId", chosen.internal_subnet_id, message, ("loadBalancer.internal",))
    if chosen.existing_id is not None and chosen.internal:
        message = "cannot go with loadBalancer.internal: an existing load balancer is what it is; remove one of the two"
        yield Problem("loadBalancer.existingId", chosen.existing_id, message, ("loadBalancer.internal",))
    for path, value in (("bandwidth", chosen.bandwidth), ("chargeType", chosen.charge_type)):
        if value is not None and (chosen.internal or chosen.existing_id is not None):
            message = "is for a public load balancer that TKE makes; remove it"
            yield Problem(f"loadBalancer.{path}", value, message, ("loadBalancer.internal", "loadBalancer.existingId"))
    if chosen.charge_type is not None and chosen.bandwidth is None:
        message = "goes with a bandwidth; set loadBalancer.bandwidth too, or remove it"
        yield Problem("loadBalancer.chargeType", chosen.charge_type, message, ("loadBalancer.bandwidth",))


def _access(settings: Settings) -> Iterator[Problem]:
    """Who may reach the API server is always said, and the whole internet only on purpose."""
    access = settings.access
    if access.endpoint == "intranet":
        if access.admin_cidrs:
            message = "are for the public endpoint; remove them, or set access.endpoint to public"
            yield Problem("access.adminCidrs", list(access.admin_cidrs), message, ("access.endpoint",))
        return
    if not access.admin_cidrs:
        message = "is missing; say who may reach the API server, such as your own address: 'pulumi config set --path \"realip:access.adminCidrs[0]\" <address>/32'"
        yield Problem("access.adminCidrs", MISSING, message, ("access.endpoint",))
    networks = [cidr for cidr in access.admin_cidrs if cidr not in rules.EVERYONE]
    if not access.allow_everyone and rules.everyone_together(networks):
        message = (
            "are as good as the whole internet together: a 64th of it or more, four /8 networks of IPv4, is nobody's own; "
            "name your own network, or set access.allowEveryone to true if you mean it"
        )
        yield Problem("access.adminCidrs", list(access.admin_cidrs), message, ("access.allowEveryone",))
    for index, cidr in enumerate(access.admin_cidrs):
        if cidr in rules.EVERYONE and not access.allow_everyone:
            message = "opens the API server to the whole internet; name your own network, or set access.allowEveryone to true if you mean it"
            yield Problem(f"access.adminCidrs[{index}]", cidr, message, ("access.allowEveryone",))


def _adoption(settings: Settings) -> Iterator[Problem]:
    """Resources that are to be adopted and are not made by this stack at all."""
    adopt, network, row = settings.adopt, settings.network, settings.row
    vpc_cni = row.network_mode is NetworkMode.VPC_CNI
    pods = network.pod_subnets if vpc_cni else ()
    subnets = {
        "adopt.nodeSubnets": (adopt.node_subnets, network.node_subnets),
        "adopt.podSubnets": (adopt.pod_subnets, pods),
    }
    if network.vpc_id is not None:
        made_elsewhere = {
            "vpc": adopt.vpc,
            "nodeSubnets": adopt.node_subnets or None,
            "podSubnets": adopt.pod_subnets or None,
            "eip": adopt.eip,
            "natGateway": adopt.nat_gateway,
            "routeTable": adopt.route_table,
            "route": adopt.route,
        }
        for key, value in made_elsewhere.items():
            if value is not None:
                yield Problem(
                    f"adopt.{key}", value, "is not made here, since the VPC exists; remove it", ("network.vpcId",)
                )
    else:
        for path, (adopted, given) in subnets.items():
            zones = network.zones if given is None else [subnet.zone for subnet in given]
            for zone, identifier in adopted.items():
                if zone not in zones:
                    known = f"; zones are {', '.join(zones)}" if zones else ""
                    yield Problem(f"{path}.{zone}", identifier, f"is in no zone of this stack's{known}")
    if row.super_nodes and adopt.node_pool is not None:
        message = "belongs to native nodes; the provider cannot adopt a super node pool: delete it in the console"
        yield Problem("adopt.nodePool", adopt.node_pool, message, ("scenario",))
    if settings.access.endpoint == "intranet" and adopt.admin_security_group is not None:
        message = "belongs to a public endpoint; remove it"
        yield Problem("adopt.adminSecurityGroup", adopt.admin_security_group, message, ("access.endpoint",))
