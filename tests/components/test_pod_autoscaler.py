"""An app whose number of pods follows its load: one owner of the number, and an autoscaler that can do its work."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, SettingsError, Workload, parse_settings
from realip.settings.advice import advice
from tests.components.test_workload import APP
from tests.support.recording import Recording, run
from tests.support.stacks import up

AUTOSCALER = "autoscaling/v2:HorizontalPodAutoscaler"
BUDGET = "policy/v1:PodDisruptionBudget"
ACCESS = {"adminCidrs": ["198.18.0.0/24"]}


def _workload(**more: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        Workload("app", APP | more, pulumi.ResourceOptions(provider=provider))  # type: ignore[arg-type]

    return run(program)


def _metric(resource: str, percent: int) -> dict[str, Any]:
    """As autoscaling/v2 has it: a share of the request of all containers."""
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": resource, "target": target}}


@pytest.mark.parametrize(
    ("said", "metrics"),
    [
        ({}, [_metric("cpu", 80)]),
        ({"cpu_utilization": 60}, [_metric("cpu", 60)]),
        ({"memory_utilization": 75}, [_metric("memory", 75)]),
        ({"cpu_utilization": 60, "memory_utilization": 75}, [_metric("cpu", 60), _metric("memory", 75)]),
    ],
)
def test_an_autoscaler_follows_what_pods_use(said: dict[str, int], metrics: list[dict[str, Any]]) -> None:
    """With nothing said it is CPU at 80 %, Kubernetes' own default; with memory alone CPU has no say."""
    found = _workload(namespace="shop", autoscaling={"min_replicas": 2.0, "max_replicas": 9, **said})
    autoscaler = found.one(AUTOSCALER)
    assert autoscaler.inputs["metadata"] == {"name": "web", "namespace": "shop"}
    assert autoscaler.inputs["spec"] == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "minReplicas": 2,
        "maxReplicas": 9,
        "metrics": metrics,
    }
    assert "app-namespace" in found.waits_for(autoscaler)
    assert found.one("Deployment").name not in found.waits_for(autoscaler), "it is what brings the app to two pods"


def test_the_engine_does_not_fight_the_autoscaler() -> None:
    found = up(app={"autoscaling": {"minReplicas": 3, "maxReplicas": 9}})
    deployment = found.one("Deployment")
    assert "replicas" not in deployment.inputs["spec"]
    assert list(deployment.options.ignoreChanges) == ["spec.replicas"]
    assert found.one(AUTOSCALER).inputs["metadata"] == {"name": "real-ip-demo", "namespace": "default"}
    assert list(up().one("Deployment").options.ignoreChanges) == [], "a number that is said has to be written"
    assert up().of(AUTOSCALER) == []


def test_an_autoscaler_of_somebody_else_is_left_alone() -> None:
    assert up(app={"autoscaled": True}).of(AUTOSCALER) == []


@pytest.mark.parametrize(("fewest", "most", "budgets"), [(1, 1, 0), (1, 9, 1), (2, 9, 1)])
def test_an_app_that_may_grow_to_two_pods_has_a_budget(fewest: int, most: int, budgets: int) -> None:
    """It keeps no node from being drained while there is one: one pod may always be missing."""
    assert len(_workload(autoscaling={"min_replicas": fewest, "max_replicas": most}).of(BUDGET)) == budgets
    assert len(up(app={"autoscaling": {"minReplicas": fewest, "maxReplicas": most}}).of(BUDGET)) == budgets


def test_pods_on_super_nodes_are_autoscaled_as_any() -> None:
    found = up("vpc-cni-direct-super", app={"autoscaling": {"minReplicas": 2, "maxReplicas": 9}})
    assert len(found.of(AUTOSCALER)) == 1
    assert found.one("Deployment").inputs["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        (
            {"autoscaling": {"min_replicas": 5, "max_replicas": 2}},
            "autoscaling.min_replicas",
            "more than max_replicas, 2",
        ),
        ({"autoscaling": {"min_replicas": 0, "max_replicas": 2}}, "autoscaling.min_replicas", "at least 1"),
        ({"autoscaling": {"min_replicas": 1}}, "autoscaling.max_replicas", "is missing"),
        (
            {"autoscaling": {"min_replicas": 1, "max_replicas": 2, "cpu_utilization": 0}},
            "autoscaling.cpu_utilization",
            "at least 1",
        ),
        # The pod has 100m of CPU and may use 1, 64Mi of memory and may use 128Mi.
        (
            {"autoscaling": {"min_replicas": 1, "max_replicas": 2, "cpu_utilization": 1001}},
            "autoscaling.cpu_utilization",
            "is never reached: a pod may use 1000% of its request",
        ),
        (
            {"autoscaling": {"min_replicas": 1, "max_replicas": 2, "memory_utilization": 201}},
            "autoscaling.memory_utilization",
            "is never reached: a pod may use 200% of its request",
        ),
        ({"autoscaling": {"min_replicas": 1, "max_replicas": 2}, "replicas": 2}, "replicas", "has two owners"),
    ],
)
def test_an_autoscaler_that_could_not_work_is_refused(more: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        _workload(**more)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert words in problem.message


def test_the_limit_itself_can_be_reached() -> None:
    bounds = {"min_replicas": 1, "max_replicas": 2, "cpu_utilization": 1000, "memory_utilization": 200}
    assert len(_workload(autoscaling=bounds).of(AUTOSCALER)) == 1


BOUNDS = {"minReplicas": 2, "maxReplicas": 9}


@pytest.mark.parametrize(
    ("app", "version", "path", "words"),
    [
        ({"autoscaling": {"minReplicas": 9, "maxReplicas": 2}}, "1.34.1", "app.autoscaling.minReplicas", "swap them"),
        ({"autoscaling": BOUNDS, "replicas": 3}, "1.34.1", "app.replicas", "has two owners"),
        ({"autoscaling": BOUNDS, "autoscaled": True}, "1.34.1", "app.autoscaled", "somebody else's autoscaler"),
        ({"autoscaling": BOUNDS}, "1.22.5", "app.autoscaling", "needs Kubernetes 1.23"),
        (
            {"autoscaling": {**BOUNDS, "cpuUtilization": 401}},
            "1.34.1",
            "app.autoscaling.cpuUtilization",
            "a pod may use 400% of its request, up to app.cpuLimit",
        ),
        (
            {"autoscaling": {**BOUNDS, "memoryUtilization": 201}},
            "1.34.1",
            "app.autoscaling.memoryUtilization",
            "a pod may use 200% of its request, up to app.memoryLimit",
        ),
        ({"autoscaling": {"minReplicas": 0, "maxReplicas": 2}}, "1.34.1", "app.autoscaling.minReplicas", "at least 1"),
        ({"autoscaling": {"maxReplicas": 2}}, "1.34.1", "app.autoscaling.minReplicas", "is missing"),
        (
            {"autoscaling": BOUNDS, "deploy": False, "selector": {"app": "web"}},
            "1.34.1",
            "app.autoscaling",
            "is for an app that this stack deploys",
        ),
    ],
)
def test_settings_of_an_autoscaler_that_could_not_work_are_refused(
    app: dict[str, Any], version: str, path: str, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({"access": ACCESS, "cluster": {"version": version}, "app": app})
    (problem,) = caught.value.problems
    assert problem.path == path
    assert words in problem.message


def test_the_most_pods_have_to_find_an_address_and_a_node() -> None:
    small = {
        "cidr": "10.0.0.0/16",
        "zones": ["ap-guangzhou-6"],
        "podSubnets": [{"zone": "ap-guangzhou-6", "cidr": "10.0.1.0/29"}],
    }
    values = {"access": ACCESS, "network": small}
    with pytest.raises(SettingsError, match=r"network\.podSubnets"):
        parse_settings(values | {"app": {"autoscaling": {"minReplicas": 2, "maxReplicas": 9}}})
    parse_settings(values | {"app": {"autoscaling": {"minReplicas": 2, "maxReplicas": 3}}})
    many = parse_settings({"access": ACCESS, "app": {"autoscaling": {"minReplicas": 2, "maxReplicas": 99}}})
    assert [problem.path for problem in advice(many)] == ["app.autoscaling.maxReplicas"]
