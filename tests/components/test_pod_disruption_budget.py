"""The budget that keeps a drain of nodes from taking an app down, and that never keeps a node from being drained."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, SettingsError, Workload, parse_settings
from tests.components.test_workload import APP, RUNS_ALREADY
from tests.support.recording import Recording, run
from tests.support.stacks import up

BUDGET = "policy/v1:PodDisruptionBudget"
ONE_AT_A_TIME = {
    "maxUnavailable": 1,
    "selector": {"matchLabels": {"app": "web"}},
    "unhealthyPodEvictionPolicy": "AlwaysAllow",
}


def _workload(**more: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        Workload("app", APP | more, pulumi.ResourceOptions(provider=provider))  # type: ignore[arg-type]

    return run(program)


def _specs(found: Recording) -> list[dict[str, Any]]:
    return [made.inputs["spec"] for made in found.of(BUDGET)]


def test_a_drain_takes_one_pod_of_several_at_a_time() -> None:
    found = _workload(replicas=2, namespace="shop")
    assert _specs(found) == [ONE_AT_A_TIME]
    budget = found.one(BUDGET)
    assert budget.inputs["metadata"] == {"name": "web", "namespace": "shop"}
    assert "app-namespace" in found.waits_for(budget), "the namespace is not there yet"
    assert found.one("Deployment").name not in found.waits_for(budget), "a rollout that hangs is one that needs it"


@pytest.mark.parametrize("more", [{}, {"replicas": 1}])
def test_a_single_pod_has_no_budget(more: dict[str, Any]) -> None:
    assert _specs(_workload(**more)) == []


@pytest.mark.parametrize(("said", "written"), [(2, 2), (2.0, 2), ("2", 2), ("25%", "25%")])
def test_a_large_app_lets_a_drain_take_several_at_a_time(said: Any, written: object) -> None:
    """A quoted "2" is no number to Kubernetes, which would refuse the object."""
    found = _specs(_workload(replicas=9, disruption_budget={"max_unavailable": said}))
    assert found == [{**ONE_AT_A_TIME, "maxUnavailable": written}]


def test_a_budget_that_somebody_else_has_is_left_alone_with_100_percent() -> None:
    """With two budgets for one pod the API server evicts it never."""
    assert up(app={"disruptionBudget": {"maxUnavailable": "100%"}}).of(BUDGET) == []


def test_what_is_known_later_has_a_budget() -> None:
    def program() -> None:
        options = pulumi.ResourceOptions(provider=kubernetes.Provider("their-cluster", kubeconfig="{}"))
        number, share = pulumi.Output.from_input(3), pulumi.Output.from_input("50%")
        Workload("app", APP | {"replicas": number}, options)  # type: ignore[arg-type]
        more = {"replicas": number, "disruption_budget": {"max_unavailable": share}}
        Workload("large", APP | {"deployment": "large"} | more, options)  # type: ignore[arg-type]

    assert _specs(run(program)) == [ONE_AT_A_TIME, {**ONE_AT_A_TIME, "maxUnavailable": "50%"}]


@pytest.mark.parametrize("said", [0, "0%"])
def test_a_budget_that_keeps_nodes_from_being_drained_is_refused(said: Any) -> None:
    with pytest.raises(ArgumentError, match=r"disruption_budget\.max_unavailable = .* would keep every node"):
        _workload(replicas=3, disruption_budget={"max_unavailable": said})


@pytest.mark.parametrize(
    ("app", "written"),
    [
        ({}, [1]),
        ({"replicas": 2}, [1]),
        ({"replicas": 1}, []),
        ({"autoscaled": True}, [1]),
        ({"autoscaling": {"minReplicas": 1, "maxReplicas": 4}}, [1]),
        ({"autoscaling": {"minReplicas": 1, "maxReplicas": 1}}, []),
        ({"replicas": 9, "disruptionBudget": {"maxUnavailable": "25%"}}, ["25%"]),
        ({"replicas": 9, "disruptionBudget": {"maxUnavailable": 3}}, [3]),
        (RUNS_ALREADY, []),
    ],
)
@pytest.mark.parametrize("slug", ["vpc-cni-direct-native", "vpc-cni-nondirect-native-local"])
def test_the_settings_of_the_app_decide_on_the_budget(slug: str, app: dict[str, Any], written: list[object]) -> None:
    assert [spec["maxUnavailable"] for spec in _specs(up(slug, app=app))] == written


@pytest.mark.parametrize(("version", "budgets"), [("1.26.1", 0), ("1.27.0", 1)])
def test_where_a_budget_would_keep_broken_pods_on_their_node_there_is_none(version: str, budgets: int) -> None:
    assert len(_specs(up(cluster={"version": version}))) == budgets


def test_the_budget_of_an_app_that_runs_already_is_whoever_deploys_its() -> None:
    app = RUNS_ALREADY | {"disruptionBudget": {"maxUnavailable": 1}}
    with pytest.raises(SettingsError, match=r"app\.disruptionBudget = .* is for an app that this stack deploys"):
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}, "app": app})
