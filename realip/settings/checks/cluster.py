"""The cluster, its nodes and the account: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import machine_rules, rules, tke
from realip.problems import Problem
from realip.scenarios import SCENARIOS, NetworkMode, Scenario
from realip.settings.address_plan import address_plan, shared_subnets
from realip.settings.app_pod import most_pods
from realip.settings.models import Settings
from realip.settings.sections.network import SubnetSettings
from realip.settings.sections.nodes import NodesSettings, PoolSettings, TaintEffect

__all__ = ["account_problems", "capacity_problems", "mode_problems", "node_problems", "tainted"]


def mode_problems(settings: Settings) -> Iterator[Problem]:
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
        message = (
            f"is billed by CVM, and `{row.slug}` needs an account that is billed by IP (TKE 41897); take `{_any_account(row)}`, "
            "or have the account changed by a ticket"
        )
        yield Problem("network.accountType", account_type, message, ("scenario",))


def _any_account(row: Scenario) -> str:
    """The scenario for every account, in the same network mode, that is nearest: the app reads the same there, if that can be."""
    offered = [other for other in SCENARIOS if not other.billed_by_ip and other.network_mode is row.network_mode]
    return max(
        offered, key=lambda other: (other.reads is row.reads, other.choices.connection is row.choices.connection)
    ).slug


def capacity_problems(settings: Settings) -> Iterator[Problem]:
    """Room for the nodes and pods that were asked for."""
    plan, row, nodes = address_plan(settings), settings.scenario.row, _most_nodes(settings)
    # A rollout starts one pod before it stops one; how many pods an app has that runs already is not known here.
    pods = (most_pods(settings) or row.replicas) + 1 if settings.app.deploy else 0
    replicas = "nodes.autoscaling.max" if settings.nodes.autoscaling else "nodes.replicas"
    if plan.cluster is not None and plan.pods_per_node is not None:
        services = 0 if plan.own_services else plan.service_number
        room = rules.global_router_nodes(plan.cluster, plan.pods_per_node, services)
        if room < nodes:
            shown = f"{plan.cluster.num_addresses} addresses less {services} for Services, {plan.pods_per_node} for each node"
            message = f"has room for {room} nodes ({shown}), and {nodes} are asked for; take a larger network, or fewer cluster.podsPerNode"
            involved = ("cluster.podsPerNode", "cluster.services", "cluster.serviceCidr", replicas, "scenario")
            yield Problem("cluster.clusterCidr", str(plan.cluster), message, involved)
        yield from _pod_blocks(settings, plan.pods_per_node, pods)
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
        if shared := [mate if subnet.cidr is None else subnet for _, subnet, mate in shared_subnets(settings)]:
            apart = [
                subnet
                for subnet in (*plan.node_subnets, *plan.pod_subnets)
                if subnet.id not in {one.id for one in shared}
            ]
            yield from _room("network.podSubnets", (*shared, *apart), nodes + pods, "nodes and pods")
        else:
            yield from _room("network.podSubnets", plan.pod_subnets, pods, "pods")
    holds = tke.CLUSTER_LEVELS[settings.cluster.level]
    if not row.super_nodes and nodes > holds:
        asked = f"{replicas} and nodes.pools ask" if settings.nodes.pools else f"{replicas} asks"
        message = f"holds {holds} nodes, and {asked} for {nodes}; take a higher level"
        yield Problem("cluster.level", settings.cluster.level, message, (replicas, "nodes.pools", "scenario"))


def _pod_blocks(settings: Settings, block: int, pods: int) -> Iterator[Problem]:
    """Room for the app's pods on the nodes that take them, in GlobalRouter, where each node has a block of addresses."""
    if settings.row.super_nodes:
        return
    taking: list[NodesSettings | PoolSettings] = [settings.nodes]
    taking += (pool for pool in settings.nodes.pools if not tainted(pool))
    nodes = sum(_most(pool) for pool in taking)
    each = block - tke.SUBNET_RESERVED_ADDRESSES
    if pods > nodes * each:
        message = (
            f"leaves room for {each} pods on a node (a network, a gateway and a broadcast address go off), {nodes * each} on {nodes}, and the app "
            f"has {pods} while a rollout goes on; take a larger number, or more nodes"
        )
        involved = ("nodes", "app.replicas", "app.autoscaling", "scenario")
        yield Problem("cluster.podsPerNode", block, message, involved)


def tainted(pool: NodesSettings | PoolSettings) -> bool:
    """A pool whose taints keep pods away that do not tolerate them: the app tolerates those of `nodes`, and no others."""
    return any(taint.effect is not TaintEffect.PREFER_NO_SCHEDULE for taint in pool.taints)


def _room(path: str, subnets: tuple[SubnetSettings, ...], wanted: int, what: str) -> Iterator[Problem]:
    """Subnets whose networks are known hold so many addresses."""
    networks = [subnet.network for subnet in subnets]
    known = [network for network in networks if network is not None]
    room = sum(map(rules.subnet_addresses, known))
    if known and len(known) == len(networks) and room < wanted:
        message = f"have room for {room} addresses, and {wanted} {what} are asked for; take larger networks"
        yield Problem(
            path, list(map(str, known)), message, ("network", "nodes", "app.replicas", "app.autoscaling", "scenario")
        )


def _most_nodes(settings: Settings) -> int:
    pools: list[NodesSettings | PoolSettings] = [settings.nodes, *settings.nodes.pools]
    return sum(map(_most, pools))


def _most(pool: NodesSettings | PoolSettings) -> int:
    return pool.autoscaling.max if pool.autoscaling else pool.replicas


def node_problems(settings: Settings) -> Iterator[Problem]:
    """Settings that native nodes have and super nodes have not, and bounds that hold the number to start with."""
    nodes, row = settings.nodes, settings.scenario.row
    if row.super_nodes:
        for field in sorted(nodes.model_fields_set - {"labels", "taints"}):
            alias = type(nodes).model_fields[field].alias or field
            value = nodes.model_dump(mode="json", by_alias=True, exclude_unset=True)[alias]
            message = f"belongs to native nodes, and `{row.slug}` runs on super nodes; remove it"
            yield Problem(f"nodes.{alias}", value, message, ("scenario",))
    yield from _bounds("nodes", nodes)
    for index, pool in enumerate(nodes.pools):
        yield from _bounds(f"nodes.pools[{index}]", pool)
        if pool.name in {other.name for other in nodes.pools[:index]}:
            message = "is another pool's name too; take another one"
            yield Problem(f"nodes.pools[{index}].name", pool.name, message, ("nodes.pools",))
    for key, arguments in (("kubeletArgs", nodes.kubelet_args), ("kernelArgs", nodes.kernel_args)):
        for index, message in machine_rules.repeated_arguments(arguments):
            yield Problem(f"nodes.{key}[{index}]", arguments[index], message, (f"nodes.{key}",))
    mounted = [disk.mount_target for disk in nodes.data_disks]
    for index, target in enumerate(mounted):
        if target is not None and target in mounted[:index]:
            path = f"nodes.dataDisks[{index}].mountTarget"
            yield Problem(path, target, machine_rules.ANOTHER_DISKS_FOLDER, ("nodes.dataDisks",))


def _bounds(path: str, pool: NodesSettings | PoolSettings) -> Iterator[Problem]:
    """Bounds of an autoscaler the right way round, and a number to start with inside them."""
    if (bounds := pool.autoscaling) is None:
        return
    if bounds.min > bounds.max:
        yield Problem(
            f"{path}.autoscaling.min",
            bounds.min,
            f"is more than max, {bounds.max}; swap them",
            (f"{path}.autoscaling.max",),
        )
    elif not bounds.min <= pool.replicas <= bounds.max:
        message = (
            f"lies outside {path}.autoscaling, {bounds.min} to {bounds.max}; choose a number to start with inside it"
        )
        yield Problem(f"{path}.replicas", pool.replicas, message, (f"{path}.autoscaling",))
