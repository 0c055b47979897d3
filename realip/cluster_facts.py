"""An existing cluster: its network mode, nodes and versions as its API server shows them, and which scenarios it can have."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from realip import tke
from realip.kubernetes_api import ApiServer, Forbidden
from realip.scenarios import SCENARIOS, NetworkMode, Scenario

__all__ = ["ClusterFacts", "is_super_node", "look", "offers_eni", "unfit"]


@dataclass(frozen=True)
class ClusterFacts:
    """An existing cluster, as far as its objects show it; None is not known."""

    version: tuple[int, int] | None
    """Kubernetes' major and minor version."""
    nodes: int
    """Native and CVM nodes: all that are no super nodes, and have node ports."""
    super_nodes: int
    routed_nodes: int
    """Of `nodes`, those with a network of their own for pods (`spec.podCIDR`): GlobalRouter."""
    eni_nodes: int
    """Of `nodes`, those that offer addresses of the VPC to pods: VPC-CNI."""
    controller: Mapping[str, str] | None
    """TKE's ConfigMap of its Service controller."""

    @property
    def network_modes(self) -> frozenset[NetworkMode]:
        """Network modes that pods of its nodes may have: both where VPC-CNI was added to GlobalRouter; none is not known."""
        routed = {NetworkMode.GLOBAL_ROUTER} if self.routed_nodes else set()
        return frozenset(routed | ({NetworkMode.VPC_CNI} if self.eni_nodes else set()))

    @property
    def is_hybrid(self) -> bool:
        """VPC-CNI was added to a GlobalRouter cluster: a pod has a routed address unless it asks for an ENI."""
        return len(self.network_modes) > 1

    @property
    def controller_version(self) -> tuple[int, ...] | None:
        """The version of TKE's Service controller."""
        return _numbers(str((self.controller or {}).get(tke.CONTROLLER_VERSION, "")))


def look(server: ApiServer) -> ClusterFacts:
    """The facts of a cluster; KubernetesError where it cannot be reached, or nodes may not be listed."""
    version = server.get("/version") or {}
    nodes = list(server.list("/api/v1/nodes"))
    ordinary = [node for node in nodes if not is_super_node(_labels(node))]
    namespace, name = tke.SERVICE_CONTROLLER_CONFIG
    try:
        config_map = server.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}")
    except Forbidden:
        config_map = None
    numbers = _numbers(str(version.get("gitVersion", "")))
    return ClusterFacts(
        version=(numbers[0], numbers[1]) if numbers and len(numbers) > 1 else None,
        nodes=len(ordinary),
        super_nodes=len(nodes) - len(ordinary),
        routed_nodes=sum(bool((node.get("spec") or {}).get("podCIDR")) for node in ordinary),
        eni_nodes=sum(offers_eni(_allocatable(node)) for node in ordinary),
        controller=None if config_map is None else dict(config_map.get("data") or {}),
    )


def is_super_node(labels: Mapping[str, Any]) -> bool:
    """Labels of a super node, or a selector of such nodes."""
    return all(labels.get(key) == value for key, value in tke.SUPER_NODE_SELECTOR.items())


def offers_eni(allocatable: Mapping[str, Any]) -> bool:
    """A node that can allocate this has addresses of the VPC to give, shared (`eni-ip`) or one ENI a pod (`direct-eni`)."""
    return any(str(allocatable.get(resource, "0")) not in {"0", ""} for resource in tke.ENI_RESOURCES)


def _labels(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return (node.get("metadata") or {}).get("labels") or {}


def _allocatable(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return (node.get("status") or {}).get("allocatable") or {}


def _numbers(version: str) -> tuple[int, ...] | None:
    """The numbers of a version such as `v2.11.4` or `v1.30.0-tke.5`."""
    found = re.match(r"v?(\d{1,9}(?:\.\d{1,9})*)", version)
    return tuple(map(int, found[1].split("."))) if found else None


def unfit(facts: ClusterFacts, row: Scenario, *, eni_pods: bool = False) -> Iterator[str]:
    """Reasons why a scenario cannot be on a cluster, with the nearest that can; nothing where it can, or nobody can tell.

    `eni_pods`: the app's pods ask for an ENI each, as they may where VPC-CNI was added to GlobalRouter.
    """
    reasons = list(_reasons(facts, row, eni_pods=eni_pods))
    if not reasons:
        return
    nearest = _nearest(facts, row, eni_pods=eni_pods)
    advice = f"; take `{nearest.slug}`" if nearest else "; none of the scenarios fits it"
    for reason in reasons:
        yield f"{reason}{advice}"


def _reasons(facts: ClusterFacts, row: Scenario, *, eni_pods: bool) -> Iterator[str]:
    if row.super_nodes and not facts.super_nodes:
        yield "has no super node"
    if not row.super_nodes and not facts.nodes and facts.super_nodes:
        yield "has super nodes alone, and this needs nodes with node ports or pods of their own: native or CVM nodes"
    if not facts.nodes and not facts.super_nodes:
        yield "has no node that could be listed"
    modes = facts.network_modes
    mode = NetworkMode.VPC_CNI if eni_pods and facts.is_hybrid else row.network_mode
    if not row.super_nodes and modes and mode not in modes:
        has = " and ".join(sorted(known.value for known in modes))
        yield f"is {has} by its nodes, and `{row.slug}` is {row.network_mode.value}"
    elif not row.super_nodes and facts.is_hybrid and row.network_mode is NetworkMode.VPC_CNI and not eni_pods:
        yield (
            "is GlobalRouter with VPC-CNI added, where a pod has a routed address unless it asks for an ENI, and "
            f"`{row.slug}` counts on ENIs, which app.eniPods asks for in GlobalRouter"
        )
    if facts.version is not None and facts.version < row.minimum_version:
        has, oldest = (".".join(map(str, version)) for version in (facts.version, row.minimum_version))
        yield f"runs Kubernetes {has}, and `{row.slug}` needs {oldest}"
    if row.global_route_direct_access and not eni_pods:
        needed, found = tke.GLOBAL_ROUTE_DIRECT_ACCESS_VERSION, facts.controller_version
        if found is not None and found < needed:
            yield (
                f"has version {'.'.join(map(str, found))} of TKE's Service controller, and direct access in GlobalRouter needs "
                f"{'.'.join(map(str, needed))} (TKE 131136)"
            )


def _nearest(facts: ClusterFacts, row: Scenario, *, eni_pods: bool) -> Scenario | None:
    """The scenario that the cluster can have and that shares most with the one asked for: what the app reads first."""

    def shared(other: Scenario) -> tuple[bool, bool, bool, bool]:
        return (
            other.reads is row.reads,
            other.choices.connection is row.choices.connection,
            other.choices.node_type is row.choices.node_type,
            other.network_mode is row.network_mode,
        )

    fitting: Iterable[Scenario] = (other for other in SCENARIOS if not any(_reasons(facts, other, eni_pods=eni_pods)))
    return max(fitting, key=shared, default=None)
