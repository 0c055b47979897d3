"""The VPC, its subnets and zones: rules that look at more than one setting."""

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network

from realip import machine_rules, rules, tke
from realip.problems import MISSING, Problem
from realip.scenarios import NetworkMode
from realip.settings.address_plan import address_plan, shared_subnets
from realip.settings.models import Settings
from realip.settings.sections.network import SubnetSettings

__all__ = [
    "inside_problems",
    "name_problems",
    "overlap_problems",
    "region_problems",
    "subnet_problems",
    "way_out_problems",
]


def subnet_problems(settings: Settings) -> Iterator[Problem]:
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


def way_out_problems(settings: Settings) -> Iterator[Problem]:
    """A NAT gateway where the VPC is new, with bandwidth that its address carries, and what adopts one."""
    network, adopt = settings.network, settings.adopt
    for key in ("nat", "nat_bandwidth"):
        if network.vpc_id is not None and key in network.model_fields_set:
            alias = type(network).model_fields[key].alias or key
            message = "is for a new VPC, and network.vpcId names one that exists; remove it"
            yield Problem(f"network.{alias}", getattr(network, key), message, ("network.vpcId",))
    if network.vpc_id is not None:
        return
    if not network.nat:
        if "nat_bandwidth" in network.model_fields_set:
            message = "is for a NAT gateway, and network.nat is false; remove one of the two"
            yield Problem("network.natBandwidth", network.nat_bandwidth, message, ("network.nat",))
        for key, value in (("eip", adopt.eip), ("natGateway", adopt.nat_gateway), ("route", adopt.route)):
            if value is not None:
                message = "is not made here, since network.nat is false; remove it"
                yield Problem(f"adopt.{key}", value, message, ("network.nat",))
    try:
        machine_rules.nat_bandwidth(
            network.nat_bandwidth, billed_by_cvm=network.account_type == tke.ACCOUNT_BILLED_BY_CVM
        )
    except ValueError as error:
        yield Problem("network.natBandwidth", network.nat_bandwidth, str(error), ("network.accountType",))


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


def inside_problems(settings: Settings) -> Iterator[Problem]:
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


def region_problems(settings: Settings, region: str | None) -> Iterator[Problem]:
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


def overlap_problems(settings: Settings) -> Iterator[Problem]:
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
    paths = ("network.cidr", "network.auxiliaryCidrs", "network.nodeSubnets", "network.podSubnets")
    for name, subnet in subnets:
        if not any(subnet.subnet_of(network) for network in plan.vpc_ranges):
            yield Problem(name, str(subnet), rules.outside(plan.vpc_ranges), paths[:2])
    shared = shared_subnets(settings)
    for index, of_pods, of_nodes in shared:
        if of_pods.network and of_nodes.network and of_pods.network != of_nodes.network:
            message = f"is another network than network.nodeSubnets has for {of_pods.id}, {of_nodes.cidr}; write the same in both, since a subnet has one"
            yield Problem(f"network.podSubnets[{index}].cidr", of_pods.cidr, message, paths)
    both = {f"network.podSubnets[{index}]" for index, _, _ in shared}
    for name, subnet, message in rules.overlaps([one for one in subnets if one[0] not in both]):
        yield Problem(name, str(subnet), message, paths)
    wide = [("network.cidr", plan.vpc)]
    wide += [(f"network.auxiliaryCidrs[{index}]", network) for index, network in enumerate(plan.auxiliary)]
    if plan.cluster is not None:
        wide.append(("cluster.clusterCidr", plan.cluster))
    if plan.own_services is not None:
        wide.append(("cluster.serviceCidr", plan.own_services))
    for name, taken, message in rules.overlaps(wide):
        yield Problem(name, str(taken), message, tuple(path for path, _ in wide))


def name_problems(settings: Settings) -> Iterator[Problem]:
    """Names of cloud resources start with the cluster's and go on with a purpose and, for subnets, a zone."""
    zones = [subnet.zone for subnet in (*settings.network.nodes, *settings.network.pods)]
    endings = [
        "-nat-address",
        *(f"-nodes-{zone}" for zone in zones),
        *(f"-{pool.name}" for pool in settings.nodes.pools),
    ]
    room = tke.MAX_NAME_LENGTH - max(map(len, endings))
    if len(settings.cluster.name) > room:
        message = f"is too long: with {max(endings, key=len)} behind it a name has to keep to {tke.MAX_NAME_LENGTH}; use at most {max(room, 1)} letters"
        yield Problem(
            "cluster.name", settings.cluster.name, message, ("network.zones", "network.nodeSubnets", "nodes.pools")
        )
