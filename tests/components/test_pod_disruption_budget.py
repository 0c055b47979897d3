"""The budget that keeps a drain of nodes from taking an app down, and that never keeps a node from being drained."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import Apps, ArgumentError, SettingsError, Workload, parse_settings
from tests.components.test_workload import APP, RUNS_ALREADY
from tests.support.recording import Recording, run
from tests.support.stacks import settings, up

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


def test_what_is_shown_is_what_somebody_wrote() -> None:
    """Not a default beside it, and not the text that a number becomes."""
    bounds = {"minReplicas": 1, "maxReplicas": 2}
    app = RUNS_ALREADY | {"disruptionBudget": {"maxUnavailable": 1}, "autoscaling": bounds, "cpuRequest": 2}
    with pytest.raises(SettingsError) as caught:
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}, "app": app})
    told = {problem.path: problem.value for problem in caught.value.problems}
    assert told["app.disruptionBudget"] == {"maxUnavailable": 1}
    assert told["app.autoscaling"] == bounds
    assert told["app.cpuRequest"] == 2
    old = {"cluster": {"version": "1.22.5"}, "app": {"autoscaling": bounds}}
    with pytest.raises(SettingsError) as caught:
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}} | old)
    assert {problem.path: problem.value for problem in caught.value.problems}["app.autoscaling"] == bounds


@pytest.mark.parametrize("said", [True, [1], 1.5])
def test_a_budget_of_another_kind_is_told_what_to_write(said: Any) -> None:
    """`put it in quotes` made "true" of it, which is no number of pods either."""
    remedy = "write a number of pods, or a share such as 25%" if said != 1.5 else "write one such as 1 or 25%"
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app={"disruptionBudget": {"maxUnavailable": said}}))
    (told,) = map(str, caught.value.problems)
    assert told.startswith("app.disruptionBudget.maxUnavailable = ")
    assert remedy in told
    assert "quotes" not in told
    with pytest.raises(ArgumentError) as refused:
        _workload(replicas=3, disruption_budget={"max_unavailable": said})
    (told,) = map(str, refused.value.problems)
    assert told.startswith("disruption_budget.max_unavailable = ")
    assert remedy in told
    assert "quotes" not in told


@pytest.mark.parametrize("said", [True, [1]])
@pytest.mark.parametrize(("setting", "argument"), [("cpuRequest", "cpu_request"), ("memoryLimit", "memory_limit")])
def test_a_quantity_of_another_kind_is_told_what_to_write(setting: str, argument: str, said: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app={setting: said}))
    (told,) = map(str, caught.value.problems)
    assert "; write an amount such as " in told
    assert "quotes" not in told
    with pytest.raises(ArgumentError) as refused:
        _workload(resources=APP["resources"] | {argument: said})
    (told,) = map(str, refused.value.problems)
    assert told.startswith(f"resources.{argument} = ")
    assert "; write an amount such as " in told
    assert "quotes" not in told


@pytest.mark.parametrize(
    ("said", "words"), [(0, "would keep every node from being drained"), (True, "write a number of pods")]
)
@pytest.mark.parametrize(
    ("program", "path"),
    [
        (lambda args, opts: Workload("shop", args, opts), "Workload 'shop': disruption_budget.max_unavailable"),
        (
            lambda args, opts: Apps("shop", {"apps": {"web": {"workload": args}}}, opts),
            "Apps 'shop': apps[\"web\"].workload.disruption_budget.max_unavailable",
        ),
    ],
)
def test_a_budget_that_is_known_later_is_refused_by_its_name(program: Any, path: str, said: Any, words: str) -> None:
    def made() -> None:
        args = APP | {"replicas": 3, "disruption_budget": {"max_unavailable": pulumi.Output.from_input(said)}}
        program(args, pulumi.ResourceOptions(provider=kubernetes.Provider("theirs", kubeconfig="{}")))

    with pytest.raises(ArgumentError) as refused:
        run(made)
    assert str(refused.value).startswith(f"{path}: ")
    assert words in str(refused.value)
