"""The app's pods run in a namespace that enforces the baseline Pod Security level, as many clusters do everywhere."""

import pytest
import yaml

from tests.cluster import live
from tests.cluster.conftest import Renderer
from tools.waiting import wait_for


def enforce_baseline(cluster: live.Cluster, namespace: str) -> None:
    if namespace not in live.SYSTEM_NAMESPACES:
        cluster.plane.kubectl("create", "namespace", namespace)
    cluster.plane.kubectl("label", "namespace", namespace, *(f"{label}=baseline" for label in live.POD_SECURITY))


@pytest.mark.parametrize("stack", live.STACKS)
def test_the_pods_are_admitted_under_baseline(cluster: live.Cluster, render: Renderer, stack: str) -> None:
    rendered = render(stack)
    enforce_baseline(cluster, rendered.namespace)

    warnings = cluster.apply(rendered)
    cluster.settle(rendered)

    assert not [warning for warning in warnings if "PodSecurity" in warning]
    assert len(cluster.pods(rendered)) == rendered.only("Deployment")["spec"]["replicas"]
    assert cluster.refusal(rendered) == ""
    labels = cluster.plane.get("namespace", rendered.namespace)["metadata"]["labels"]
    assert [labels[label] for label in live.POD_SECURITY] == ["baseline", "baseline"], "the apply took the level away"


def test_pods_that_baseline_forbids_would_not_have_come(cluster: live.Cluster, render: Renderer) -> None:
    """The test above proves something only if the level is enforced and a refusal shows."""
    rendered = render(live.STACKS[0])
    enforce_baseline(cluster, rendered.namespace)
    deployment = rendered.only("Deployment")
    deployment["spec"]["template"]["spec"]["hostNetwork"] = True
    answer = cluster.plane.try_kubectl("apply", "--server-side", "--filename=-", stdin=yaml.safe_dump(deployment))
    assert answer.returncode == 0
    assert "would violate PodSecurity" in answer.stderr
    refusal = wait_for("the refusal of the pods", lambda: cluster.refusal(rendered), live.SETTLE_SECONDS)
    assert 'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)' in refusal
    assert cluster.pods(rendered) == []
