"""Previews tell the truth: before anything exists, when nothing changed, and when credentials did."""

import pytest

from tests.engine.conftest import CLUSTERS, SOME, Live, stands
from tests.engine.standins.values import UNKNOWN_ON_THE_WIRE

PROVIDER = "pulumi:providers:kubernetes"


@pytest.mark.parametrize("stack", SOME)
def test_a_preview_without_a_cluster_succeeds_and_says_what_it_cannot_know(live: Live, stack: str) -> None:
    project = live(stack)
    planned = project.preview().succeeded()
    assert {step.op for step in planned.changes} == {"create"}
    assert planned.messages == []
    provider = planned.planned(PROVIDER)
    assert provider["clusterIdentifier"] == UNKNOWN_ON_THE_WIRE
    assert "ciphertext" in provider["kubeconfig"], "the kubeconfig is no secret before it exists"
    promised = planned.outputs()
    for name in ("address", "url", "clusterId"):
        assert promised[name] == UNKNOWN_ON_THE_WIRE, name
    assert promised["scenario"] == stack
    assert [c for c in project.world.log if c.package == "kubernetes" and c.method != "DiffConfig"] == []
    assert not project.world.cloud.made


@pytest.mark.parametrize("stack", [pytest.param(stack, marks=stands(stack)) for stack in CLUSTERS])
def test_a_rotated_kubeconfig_updates_the_provider_in_place_and_touches_nothing_on_the_cluster(
    standing_to_change: Live, stack: str
) -> None:
    project = standing_to_change(stack)
    project.world.cloud.rotate()
    assert project.preview().succeeded().changes == [], "nobody has read the new kubeconfig yet"
    project.refresh().succeeded()
    for operation in (project.preview(), project.up()):
        steps = operation.succeeded().changes
        assert [(step.op, step.type) for step in steps] == [("update", PROVIDER)]
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@stands("vpc-cni-direct-native")
def test_a_preview_that_cannot_know_the_kubeconfig_plans_no_replacement(standing_to_change: Live) -> None:
    """A new administrator group makes the endpoint's kubeconfig unknown again, and the cluster stays the same one."""
    project = standing_to_change("vpc-cni-direct-native")
    project.configure({"realip:access": {"adminCidrs": ["198.18.0.0/24", "198.19.0.0/24"]}})
    planned = project.preview().succeeded()
    assert [(step.op, step.kind) for step in planned.changes] == [("update", "GroupRuleSet")]
    project.configure({"realip:access": {"endpoint": "intranet", "adminCidrs": []}})
    planned = project.preview().succeeded()
    assert "Deployment" not in planned.replaced()
    assert PROVIDER not in [step.type for step in planned.steps if step.op == "replace"]
    project.up().succeeded()
    assert project.preview("--expect-no-changes").succeeded().changes == []
    assert project.world.cloud.inventory()["Group"] == 1, "the administrators' group is not needed any more"
