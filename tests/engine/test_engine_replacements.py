"""What cannot change in place is replaced in an order in which nobody is left without nodes, a cluster or an exposure."""

import pytest

from tests.engine.conftest import Live, stands
from tests.engine.standins.calls import Call


def order(calls: list[Call]) -> list[str]:
    """Creates and deletes as `+Kind` and `-Kind`."""
    signs = {"Create": "+", "Delete": "-"}
    return [signs[call.method] + call.type.rpartition(":")[2] for call in calls if call.method in signs]


@stands("vpc-cni-direct-native")
def test_other_machines_mean_new_nodes_before_the_old_ones_go_and_nothing_else(standing_to_change: Live) -> None:
    project = standing_to_change("vpc-cni-direct-native")
    project.configure({"realip:nodes": {"instanceTypes": ["SA5.LARGE8"]}})
    assert project.preview().succeeded().replaced() == ["NativeNodePool"]
    mark = project.world.log.mark()
    project.up().succeeded()
    assert order(project.world.log.since(mark)) == ["+NativeNodePool", "-NativeNodePool"]
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@stands("vpc-cni-direct-super")
def test_super_nodes_in_fewer_zones_are_new_ones_before_the_old_ones_go(standing_to_change: Live) -> None:
    project = standing_to_change("vpc-cni-direct-super")
    project.configure({"realip:network": {"zones": ["ap-guangzhou-6"]}})
    mark = project.world.log.mark()
    project.up().failed()  # TKE lets no pod subnet of a cluster go
    assert "-ServerlessNodePool" not in order(project.world.log.since(mark))


@pytest.mark.parametrize(
    ("stack", "changes"),
    [
        pytest.param(stack, {"realip:cluster": settings}, marks=stands(stack))
        for stack, settings in (
            ("vpc-cni-direct-native", {"serviceCidr": "10.201.0.0/22"}),
            ("globalrouter-direct-native", {"clusterCidr": "172.20.0.0/16"}),
        )
    ],
)
def test_another_cluster_is_complete_before_the_old_one_is_taken_down(
    standing_to_change: Live, stack: str, changes: dict[str, object]
) -> None:
    project = standing_to_change(stack)
    old = project.outputs()["clusterId"]
    project.configure(changes)
    replaced = project.preview().succeeded().replaced()
    assert replaced[0] == "Cluster"
    assert {"NativeNodePool", "ClusterEndpoint", "kubernetes", "Deployment", "Service"} <= set(replaced)
    assert not {"Instance", "Gateway", "TableEntry", "Group"} & set(replaced)
    mark = project.world.log.mark()
    project.up().succeeded()
    done = order(project.world.log.since(mark))
    last_made = max(i for i, step in enumerate(done) if step.startswith("+"))
    first_gone = min(i for i, step in enumerate(done) if step.startswith("-"))
    assert last_made < first_gone
    assert done[-3:] == ["-ClusterEndpoint", "-NativeNodePool", "-Cluster"]
    assert project.outputs()["clusterId"] != old
    assert project.world.cloud.servers[old].leftovers() == [], "a load balancer of the old cluster is left"
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@stands("globalrouter-nondirect-native")
def test_a_cluster_that_cannot_stand_beside_the_old_one_is_refused_before_anything_is_lost(
    standing_to_change: Live,
) -> None:
    project = standing_to_change("globalrouter-nondirect-native")
    before = project.world.cloud.inventory()
    project.configure({"realip:cluster": {"podsPerNode": 32}})
    refused = project.up().failed()
    assert "CidrConflictWithOtherCluster" in refused.text
    assert "realip-cluster" in refused.text
    assert project.world.cloud.inventory() == before
    project.configure({"realip:cluster": {"podsPerNode": 64}})
    assert project.up().succeeded().changes == []


@stands("vpc-cni-direct-native")
def test_an_app_with_another_name_and_label_is_there_before_the_old_one_goes(standing_to_change: Live) -> None:
    project = standing_to_change("vpc-cni-direct-native")
    project.configure({"realip:app": {"deployment": "other-app", "label": "other-app"}})
    mark = project.world.log.mark()
    project.up().succeeded()
    seen = order(project.world.log.since(mark))
    assert sorted(seen[:2]) == ["+Deployment", "+PodDisruptionBudget"]
    assert sorted(seen[2:]) == ["-Deployment", "-PodDisruptionBudget"]
    assert project.world.cloud.inventory()["Deployment"] == 1
