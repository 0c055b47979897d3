"""The app's pods run in a namespace that enforces a Pod Security level, as many clusters do everywhere."""

import json
from typing import Any

import pytest
import yaml

from realip import parse_settings
from realip.pod import template
from realip.settings.app_pod import app_pod
from realip.strategic_merge import merged
from tests.cluster import live
from tests.cluster.conftest import Renderer
from tests.components.test_pod_security import BEYOND, BEYOND_BASELINE, OWN, WITHIN, WITHIN_BASELINE
from tests.components.test_pod_template import REFUSED_ANYWHERE, TAKEN_ANYWHERE
from tests.support.stacks import EXPOSURES, settings
from tools.waiting import wait_for


def enforce(cluster: live.Cluster, namespace: str, level: str) -> None:
    if namespace not in live.SYSTEM_NAMESPACES:
        cluster.plane.kubectl("create", "namespace", namespace)
    cluster.plane.kubectl("label", "namespace", namespace, *(f"{label}={level}" for label in live.POD_SECURITY))


def admitted(cluster: live.Cluster, rendered: live.Render) -> None:
    warnings = cluster.apply(rendered)
    cluster.settle(rendered)
    assert not [warning for warning in warnings if "PodSecurity" in warning]
    assert len(cluster.pods(rendered)) == rendered.only("Deployment")["spec"]["replicas"]
    assert cluster.refusal(rendered) == ""


@pytest.mark.parametrize("stack", EXPOSURES)
def test_the_pods_are_admitted_under_baseline(cluster: live.Cluster, render: Renderer, stack: str) -> None:
    rendered = render(stack)
    enforce(cluster, rendered.namespace, "baseline")

    admitted(cluster, rendered)

    labels = cluster.plane.get("namespace", rendered.namespace)["metadata"]["labels"]
    assert [labels[label] for label in live.POD_SECURITY] == ["baseline", "baseline"], "the apply took the level away"


def test_pods_that_baseline_forbids_would_not_have_come(cluster: live.Cluster, render: Renderer) -> None:
    """The test above proves something only if the level is enforced and a refusal shows."""
    rendered = render(live.STACKS[0])
    enforce(cluster, rendered.namespace, "baseline")
    deployment = rendered.only("Deployment")
    deployment["spec"]["template"]["spec"]["hostNetwork"] = True
    answer = cluster.plane.try_kubectl("apply", "--server-side", "--filename=-", stdin=yaml.safe_dump(deployment))
    assert answer.returncode == 0
    assert "would violate PodSecurity" in answer.stderr
    refusal = wait_for("the refusal of the pods", lambda: cluster.refusal(rendered), live.SETTLE_SECONDS)
    assert 'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)' in refusal
    assert cluster.pods(rendered) == []


RESTRICTED = {
    "an image that can": (
        "app.image=registry.example.com/team/web:v1",
        "app.podSecurity=restricted",
        "app.runAsUser=1000",
        "app.files[0].configMap=settings",
        "app.files[0].path=/etc/app",
        "app.files[1].secret=tls",
        "app.files[1].path=/etc/tls",
        "app.files[1].items[0].key=tls.crt",
        "app.files[1].items[0].path=web/cert.pem",
    ),
    "the echo app": ("app.echo=true",),
    "a port below 1024": ("app.echo=true", "app.port=80"),
}


@pytest.mark.parametrize("settings", RESTRICTED.values(), ids=RESTRICTED)
@pytest.mark.parametrize("stack", [live.STACKS[0], "globalrouter-direct-super", "vpc-cni-nondirect-native-local"])
def test_pods_without_root_are_admitted_under_restricted(
    cluster: live.Cluster, render: Renderer, stack: str, settings: tuple[str, ...]
) -> None:
    rendered = render(stack, *settings)
    enforce(cluster, rendered.namespace, "restricted")
    admitted(cluster, rendered)


def test_a_namespace_of_the_stack_enforces_the_level_itself(cluster: live.Cluster, render: Renderer) -> None:
    rendered = render(live.STACKS[0], "app.echo=true", "app.namespace=shop")
    admitted(cluster, rendered)
    labels = cluster.plane.get("namespace", "shop")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_pods_of_the_guides_image_are_refused_under_restricted(cluster: live.Cluster, render: Renderer) -> None:
    """Or the tests above would prove nothing; and these images do run as root."""
    rendered = render(live.STACKS[0])
    enforce(cluster, rendered.namespace, "restricted")
    cluster.apply(rendered)
    refusal = wait_for("the refusal of the pods", lambda: cluster.refusal(rendered), live.SETTLE_SECONDS)
    assert 'violates PodSecurity "restricted:latest": runAsNonRoot != true' in refusal
    assert cluster.pods(rendered) == []


@pytest.mark.parametrize(
    ("level", "within", "beyond"),
    [("restricted", WITHIN, BEYOND), ("baseline", WITHIN_BASELINE, BEYOND_BASELINE)],
    ids=["restricted", "baseline"],
)
def test_the_server_draws_the_line_where_the_settings_do(
    cluster: live.Cluster, level: str, within: list[dict[str, Any]], beyond: list[tuple[str, dict[str, Any]]]
) -> None:
    """Every part that the settings refuse at this level is one that the server refuses, and the other way round."""
    enforce(cluster, "default", level)
    pod = template(app_pod(parse_settings(settings(app=OWN | {"podSecurity": level}))))

    def refusal(part: dict[str, Any]) -> str:
        return _refusal(cluster, "Pod", pod, {"spec": part})

    assert [refusal(part) for part in within] == [""] * len(within)
    wrong = [
        (path, said) for path, part in beyond if f'violates PodSecurity "{level}:latest"' not in (said := refusal(part))
    ]
    assert wrong == []


def test_the_server_refuses_what_the_settings_call_refused_anywhere(cluster: live.Cluster) -> None:
    """A namespace that lets everything in takes none of these pods, and takes the parts beside them."""
    enforce(cluster, "default", "privileged")
    pod = template(app_pod(parse_settings(settings())))
    taken = [path for part, path, _ in REFUSED_ANYWHERE if not _refusal(cluster, "Deployment", pod, part)]
    assert taken == []
    assert [_refusal(cluster, "Deployment", pod, part) for part in TAKEN_ANYWHERE] == [""] * len(TAKEN_ANYWHERE)


def _refusal(cluster: live.Cluster, kind: str, pod: dict[str, Any], part: dict[str, Any]) -> str:
    """The server's words on an object with a pod's template into which a part was merged; nothing where it takes it."""
    after = merged(pod, part)
    selector = {"matchLabels": pod["metadata"]["labels"]}
    made = {
        "apiVersion": "v1" if kind == "Pod" else "apps/v1",
        "kind": kind,
        **(after if kind == "Pod" else {"spec": {"selector": selector, "template": after}}),
    }
    made["metadata"] = {**(after["metadata"] if kind == "Pod" else {}), "name": "tried", "namespace": "default"}
    answer = cluster.plane.try_kubectl("create", "--dry-run=server", "--filename=-", stdin=json.dumps(made))
    return answer.stderr
