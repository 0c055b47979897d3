"""The real API server takes every stack's render, keeps what it says, and finds nothing to do the second time."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from realip import tke
from tests.cluster import live
from tests.cluster.conftest import Renderer
from tests.support.guide import GUIDE
from tools.controlplane import KubectlFailed

# The guide states the class as this annotation ("mandatory"), and TKE reads it.
EXPECTED_WARNINGS = {
    f"Warning: annotation \"{tke.CLASS_ANNOTATION}\" is deprecated, please use 'spec.ingressClassName' instead"
}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value of an object with its path; items of lists go by their place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


@pytest.mark.parametrize("stack", live.STACKS)
def test_a_stack_is_taken_and_held_as_rendered_and_the_second_apply_changes_nothing(
    cluster: live.Cluster, render: Renderer, stack: str
) -> None:
    """A value that the server rewrites (1000m into 1) is a difference for ever, to tools that compare the two."""
    rendered = render(stack)
    assert set(cluster.apply(rendered)) <= EXPECTED_WARNINGS
    cluster.settle(rendered)
    before = cluster.snapshot(rendered)
    assert len(before) == len(rendered.objects)
    for wanted in rendered.objects:
        held = dict(leaves(before[wanted["kind"], wanted["metadata"]["name"]]))
        for path, value in leaves(wanted):
            assert path in held, f"{wanted['kind']}{path} was dropped"
            assert held[path] == value, f"{wanted['kind']}{path}"

    assert set(cluster.apply(rendered)) <= EXPECTED_WARNINGS

    # Every field, resourceVersion, generation and managers included.
    assert cluster.snapshot(rendered) == before


def test_a_misspelt_field_would_have_been_refused(cluster: live.Cluster, render: Renderer, tmp_path: Any) -> None:
    """The tests above prove something only if this fails."""
    deployment = render(live.STACKS[0]).only("Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {"tcpSocket": {"port": 1}}
    file = tmp_path / "misspelt.yaml"
    file.write_text(yaml.safe_dump(deployment))
    answer = cluster.apply_files(file)
    assert answer.returncode != 0
    assert "readinesProbe" in answer.stderr


@pytest.mark.parametrize("stack", GUIDE)
def test_who_applied_the_manifests_of_the_guide_takes_them_over_with_force_once(
    cluster: live.Cluster, render: Renderer, stack: str
) -> None:
    """People come from there, with client-side apply, which owns the server's defaults too: hence the force.

    Same names, so nothing may be made anew, and from then on force is not needed.
    """
    rendered = render(stack)
    if rendered.patch:
        namespace, name = tke.SERVICE_CONTROLLER_CONFIG
        metadata = {"namespace": namespace, "name": name}
        cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"VERSION": "v2.11.0"}})
    for manifest in of_the_guide(rendered):
        cluster.plane.kubectl("apply", "--filename=-", stdin=yaml.safe_dump(manifest))
    uids = {kind: cluster.one(rendered.only(kind))["metadata"]["uid"] for kind in ("Deployment", "Service")}

    with pytest.raises(KubectlFailed, match=r'conflicts? with "kubectl-client-side-apply"'):
        cluster.apply(rendered)
    cluster.apply(rendered, force=True)

    for kind, uid in uids.items():
        assert cluster.one(rendered.only(kind))["metadata"]["uid"] == uid
    cluster.settle(rendered)
    before = cluster.snapshot(rendered)
    cluster.apply(rendered)
    assert cluster.snapshot(rendered) == before


def of_the_guide(rendered: live.Render) -> Iterator[live.Object]:
    """The objects that the guide's manifests and scripts make, spelt as they spell them."""
    direct = "nondirect" not in rendered.stack
    namespace = "default" if direct else "kestrel-catchip"
    if not direct:
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    labels = {"app": "real-ip-app"}
    container: live.Object = (
        {"name": "real-ip-container", "image": "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0"}
        if direct
        else {
            "name": "flask-container",
            "image": "test-angel01.tencentcloudcr.com/kestrelli/kestrel-seven-real-ip:v1.0",
        }
    )
    container["ports"] = [{"containerPort": 5000}]
    pod: live.Object = {"containers": [container]}
    if rendered.stack.endswith("super"):
        pod["nodeSelector"] = {"node.kubernetes.io/instance-type": "eklet"}
    yield {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "real-ip-demo" if direct else "real-ip-deployment", "namespace": namespace},
        "spec": {
            "replicas": 3 if direct else 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "clb-direct-pod" if direct else "real-ip-service",
            "namespace": namespace,
            "annotations": {"service.cloud.tencent.com/direct-access": "true"} if direct else {},
        },
        "spec": {
            "selector": labels,
            "type": "LoadBalancer" if direct else "NodePort",
            "ports": [{"protocol": "TCP", "port": 80, "targetPort": 5000}],
        },
    }
    if not direct:
        backend = {"service": {"name": "real-ip-service", "port": {"number": 80}}}
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {
                "name": "real-ip-ingress",
                "namespace": namespace,
                "annotations": {"kubernetes.io/ingress.class": "qcloud"},
            },
            "spec": {"rules": [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]},
        }
