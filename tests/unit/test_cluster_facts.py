"""An existing cluster by its objects: what it can have, and what it is refused with which way out."""

from dataclasses import replace
from typing import Any

import pytest

from realip.cluster_facts import ClusterFacts, unfit
from realip.scenarios import SCENARIOS, Scenario, by_slug

VPC_CNI = ClusterFacts(
    version=(1, 30), nodes=3, super_nodes=0, routed_nodes=0, eni_nodes=3, controller={"VERSION": "v2.11.4"}
)
GLOBAL_ROUTER = replace(VPC_CNI, routed_nodes=3, eni_nodes=0)
HYBRID = replace(VPC_CNI, routed_nodes=3)
SUPER = replace(VPC_CNI, nodes=0, super_nodes=2, eni_nodes=0)


def scenario(slug: str) -> Scenario:
    found = by_slug(slug)
    assert found is not None
    return found


def offered(facts: ClusterFacts) -> set[str]:
    return {row.slug for row in SCENARIOS if not list(unfit(facts, row))}


def test_a_cluster_is_offered_the_ways_of_its_network_mode_and_nodes() -> None:
    native = {row.slug for row in SCENARIOS if not row.super_nodes}
    assert offered(VPC_CNI) == {slug for slug in native if slug.startswith("vpc-cni")}
    assert offered(GLOBAL_ROUTER) == {slug for slug in native if slug.startswith("globalrouter")}
    assert offered(SUPER) == {row.slug for row in SCENARIOS if row.super_nodes}


def test_a_pod_of_a_hybrid_cluster_is_routed_unless_it_asks_for_an_eni() -> None:
    row = scenario("vpc-cni-direct-native")
    (reason,) = unfit(HYBRID, row)
    assert "is GlobalRouter with VPC-CNI added" in reason
    assert "take `globalrouter-direct-native`" in reason
    assert list(unfit(HYBRID, row, eni_pods=True)) == []
    assert list(unfit(HYBRID, scenario("globalrouter-direct-native"))) == []


def test_super_nodes_beside_others_offer_both() -> None:
    both = replace(VPC_CNI, super_nodes=1)
    assert {"vpc-cni-direct-native", "vpc-cni-direct-super"} <= offered(both)


@pytest.mark.parametrize(
    ("facts", "slug", "reason"),
    [
        (GLOBAL_ROUTER, "vpc-cni-direct-native", "is GlobalRouter by its nodes, and `vpc-cni-direct-native` is VPC-CNI; take `globalrouter-direct-native`"),
        (VPC_CNI, "globalrouter-nondirect-native", "is VPC-CNI by its nodes, and `globalrouter-nondirect-native` is GlobalRouter; take `vpc-cni-nondirect-native`"),
        (VPC_CNI, "vpc-cni-direct-super", "has no super node; take `vpc-cni-direct-native`"),
        (SUPER, "vpc-cni-nondirect-native", "has super nodes alone"),
        (replace(VPC_CNI, version=(1, 18)), "vpc-cni-direct-native", "runs Kubernetes 1.18, and `vpc-cni-direct-native` needs 1.20"),
        (
            replace(GLOBAL_ROUTER, controller={"VERSION": "v1.5.2"}),
            "globalrouter-direct-native",
            "has version 1.5.2 of TKE's Service controller, and direct access in GlobalRouter needs 1.6.0",
        ),
        (replace(VPC_CNI, nodes=0, eni_nodes=0), "vpc-cni-direct-native", "has no node that could be listed; none of the scenarios fits it"),
    ],
)  # fmt: skip
def test_a_scenario_that_a_cluster_cannot_have_is_refused_with_the_nearest(
    facts: ClusterFacts, slug: str, reason: str
) -> None:
    assert any(reason in told for told in unfit(facts, scenario(slug))), list(unfit(facts, scenario(slug)))


@pytest.mark.parametrize(
    "unknown",
    [{"version": None}, {"controller": None}, {"controller": {}}, {"controller": {"VERSION": "unknown"}}, {"routed_nodes": 0, "eni_nodes": 0}],
)  # fmt: skip
def test_nothing_is_refused_for_what_the_objects_do_not_tell(unknown: dict[str, Any]) -> None:
    for facts, slug in ((VPC_CNI, "vpc-cni-direct-native"), (GLOBAL_ROUTER, "globalrouter-direct-native")):
        assert list(unfit(replace(facts, **unknown), scenario(slug))) == []
