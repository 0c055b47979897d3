"""Drains of nodes on a real API server with the real controller of budgets: evictions, which `kubectl drain` asks for."""

import json

import pytest

from tests.cluster import live
from tests.cluster.conftest import Renderer
from tests.support.stacks import EXPOSURES
from tools.waiting import wait_for

BUDGET = "PodDisruptionBudget"


def evict(cluster: live.Cluster, pod: live.Object) -> str:
    """Ask for a pod as a drain does; the refusal, empty where it went."""
    metadata = {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]}
    asked = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/eviction"
    return cluster.plane.try_kubectl("create", "--raw", path, "--filename=-", stdin=json.dumps(asked)).stderr


def counted(cluster: live.Cluster, rendered: live.Render, healthy: int) -> None:
    """Wait until the controller has seen so many healthy pods."""

    def seen() -> bool:
        budget = cluster.one(rendered.only(BUDGET))
        status = budget.get("status", {})
        seen_last: bool = status.get("observedGeneration") == budget["metadata"]["generation"]
        return seen_last and int(status.get("currentHealthy", -1)) == healthy

    wait_for(f"a budget that counts {healthy} healthy pods", seen, live.SETTLE_SECONDS)


def fall_ill(cluster: live.Cluster, pods: list[live.Object]) -> None:
    """Pods that run and are not ready, as with a broken image."""
    status = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
    for pod in pods:
        cluster.plane.kubectl(
            *("patch", *live.reference({"apiVersion": "v1", "kind": "Pod", "metadata": pod["metadata"]})),
            *("--subresource=status", "--type=strategic", "--patch", json.dumps(status)),
        )


@pytest.mark.parametrize("stack", EXPOSURES)
def test_a_drain_takes_the_next_pod_when_the_one_before_is_ready_elsewhere(
    cluster: live.Cluster, render: Renderer, stack: str
) -> None:
    rendered = render(stack)
    cluster.apply(rendered)
    cluster.settle(rendered)
    replicas = rendered.only("Deployment")["spec"]["replicas"]
    counted(cluster, rendered, replicas)
    first, second, *_ = cluster.pods(rendered)

    assert evict(cluster, first) == ""
    assert "violate the pod's disruption budget" in evict(cluster, second)

    cluster.settle(rendered)  # the pod that came for the first one is ready
    counted(cluster, rendered, replicas)
    assert evict(cluster, second) == ""


def test_a_broken_app_keeps_no_node_from_being_drained(cluster: live.Cluster, render: Renderer) -> None:
    """Kubernetes' own policy would: it is tried first, or the test would prove nothing."""
    rendered = render(live.STACKS[0])
    cluster.apply(rendered)
    cluster.settle(rendered)
    pods = cluster.pods(rendered)
    fall_ill(cluster, pods)
    policy = {"spec": {"unhealthyPodEvictionPolicy": "IfHealthyBudget"}}
    cluster.plane.kubectl(
        "patch", *live.reference(rendered.only(BUDGET)), "--type=merge", "--patch", json.dumps(policy)
    )
    counted(cluster, rendered, 0)
    assert "violate the pod's disruption budget" in evict(cluster, pods[0])

    cluster.apply(rendered, force=True)

    counted(cluster, rendered, 0)
    assert [evict(cluster, pod) for pod in pods] == [""] * len(pods)


def test_a_second_budget_for_the_same_pods_stops_every_drain_so_ours_can_be_left_out(
    cluster: live.Cluster, render: Renderer
) -> None:
    rendered = render(live.STACKS[0])
    theirs = {**rendered.only(BUDGET), "metadata": {"name": "theirs", "namespace": rendered.namespace}}
    cluster.apply(rendered)
    cluster.create(theirs, "an-operator")
    cluster.settle(rendered)
    counted(cluster, rendered, 3)
    pod, *_ = cluster.pods(rendered)
    assert "more than one PodDisruptionBudget" in evict(cluster, pod)

    without = render(live.STACKS[0], "app.disruptionBudget={maxUnavailable: 100%}")
    assert not without.has(BUDGET)
    cluster.plane.kubectl("delete", *live.reference(rendered.only(BUDGET)))
    cluster.plane.kubectl("annotate", *live.reference(theirs), "example.com/look=again")  # it counts when it changes
    wait_for("the first eviction", lambda: evict(cluster, pod) == "", live.SETTLE_SECONDS)
