"""Objects as they are on a live cluster, where TKE's controllers, autoscalers and people have written to them."""

import pytest

from tests.cluster import live
from tests.cluster.conftest import Renderer
from tests.support.guide import FACTS
from tests.support.stacks import EXPOSURES
from tools.controlplane import KubectlFailed
from tools.waiting import wait_for

ADDRESS = "203.0.113.9"
STATUS = {"loadBalancer": {"ingress": [{"ip": ADDRESS}]}}
FINALIZER = "example.com/load-balancer-cleanup"
LOAD_BALANCER = "lb-1a2b3c4d"


def write_back(cluster: live.Cluster, rendered: live.Render) -> None:
    """What TKE's controllers and an operator leave on the objects of a stack."""
    service = rendered.only("Service")
    if service["spec"]["type"] == "LoadBalancer":
        # TKE 51258 lists the id as an output; the label is what its controller sets on its Services.
        cluster.write(
            service,
            annotations={"service.kubernetes.io/loadbalance-id": LOAD_BALANCER},
            labels={"service.cloud.tencent.com/loadbalance-type": "OPEN"},
            finalizers=[FINALIZER],
            status=STATUS,
        )
    if rendered.has("Ingress"):
        cluster.write(
            rendered.only("Ingress"),
            annotations={"kubernetes.io/ingress.qcloud-loadbalance-id": LOAD_BALANCER},
            finalizers=[FINALIZER],
            status=STATUS,
        )
    deployment = rendered.only("Deployment")
    cluster.plane.kubectl("rollout", "restart", "deployment", *live.reference(deployment)[1:])
    cluster.plane.kubectl("annotate", *live.reference(deployment), "kubernetes.io/change-cause=restart by an operator")


def exposure(rendered: live.Render) -> live.Object:
    return rendered.only("Ingress" if rendered.has("Ingress") else "Service")


@pytest.mark.parametrize("stack", EXPOSURES)
def test_an_apply_fights_none_of_the_controllers(cluster: live.Cluster, render: Renderer, stack: str) -> None:
    rendered = render(stack)
    cluster.apply(rendered)
    cluster.settle(rendered)
    write_back(cluster, rendered)
    cluster.settle(rendered)
    before = cluster.snapshot(rendered)
    live_exposure = cluster.one(exposure(rendered))
    assert LOAD_BALANCER in live_exposure["metadata"]["annotations"].values()
    assert (
        live_exposure["status"] == STATUS
        or live_exposure["status"]["loadBalancer"]["ingress"][0]["ip"] == "203.0.113.9"
    )
    service = cluster.one(rendered.only("Service"))["spec"]
    if service["type"] == "ClusterIP":
        assert "nodePort" not in service["ports"][0], "there is a way round the load balancer"
    else:
        assert service["ports"][0]["nodePort"] >= 30000
    local = FACTS[stack].local
    assert service.get("externalTrafficPolicy") == (
        "Local" if local else None if service["type"] == "ClusterIP" else "Cluster"
    )
    assert bool(service.get("healthCheckNodePort")) is local

    cluster.apply(rendered)

    assert cluster.snapshot(rendered) == before


@pytest.mark.parametrize("stack", EXPOSURES)
def test_an_update_of_the_app_keeps_the_load_balancer(cluster: live.Cluster, render: Renderer, stack: str) -> None:
    rendered = render(stack)
    cluster.apply(rendered)
    write_back(cluster, rendered)
    cluster.settle(rendered)
    before = cluster.one(exposure(rendered))
    service = cluster.one(rendered.only("Service"))

    changed = render(stack, "app.image=registry.example.com/app:2", "app.servicePort=8080")
    cluster.apply(changed)

    after = cluster.one(exposure(changed))
    for field in ("uid", "annotations", "finalizers"):
        assert after["metadata"][field] == before["metadata"][field]
    assert after["status"] == before["status"]
    updated = cluster.one(changed.only("Service"))
    assert updated["spec"]["clusterIP"] == service["spec"]["clusterIP"]
    assert [port["port"] for port in updated["spec"]["ports"]] == [8080], "the old port has to go"
    template = cluster.one(changed.only("Deployment"))["spec"]["template"]
    assert [container["image"] for container in template["spec"]["containers"]] == ["registry.example.com/app:2"]
    assert "kubectl.kubernetes.io/restartedAt" in template["metadata"]["annotations"]


# An autoscaler: a real one, which has to bring the Deployment to its minimum.

AUTOSCALED = 5


def autoscale(cluster: live.Cluster, rendered: live.Render) -> None:
    deployment = rendered.only("Deployment")["metadata"]
    cluster.create(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "autoscaler", "namespace": deployment["namespace"]},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment["name"]},
                "minReplicas": AUTOSCALED,
                "maxReplicas": 9,
            },
        },
        "an-operator",
    )
    cluster.settle(rendered, AUTOSCALED)


def replicas(cluster: live.Cluster, rendered: live.Render) -> int:
    number: int = cluster.one(rendered.only("Deployment"))["spec"]["replicas"]
    return number


@pytest.mark.parametrize("stack", EXPOSURES)
def test_an_autoscaled_app_keeps_the_autoscalers_number(cluster: live.Cluster, render: Renderer, stack: str) -> None:
    rendered = render(stack, "app.autoscaled=true")
    cluster.apply(rendered)
    autoscale(cluster, rendered)
    before = cluster.snapshot(rendered)

    cluster.apply(rendered)

    assert cluster.snapshot(rendered) == before
    assert replicas(cluster, rendered) == AUTOSCALED


def test_a_stack_that_owns_the_number_is_told_about_the_autoscaler_and_changes_nothing(
    cluster: live.Cluster, render: Renderer
) -> None:
    """Two owners of one number: the server refuses, and the refusal names the field and the other owner."""
    rendered = render(live.STACKS[0])
    cluster.apply(rendered)
    autoscale(cluster, rendered)
    with pytest.raises(
        KubectlFailed, match=r'conflict with "kube-controller-manager" with subresource "scale".*\.spec\.replicas'
    ):
        cluster.apply(rendered)
    assert replicas(cluster, rendered) == AUTOSCALED


def test_an_app_is_handed_to_the_autoscaler_that_scales_it_already(cluster: live.Cluster, render: Renderer) -> None:
    """The remedy for the refusal above: `app.autoscaled`, without a pod lost on the way."""
    rendered = render(live.STACKS[0])
    cluster.apply(rendered)
    autoscale(cluster, rendered)

    cluster.apply(render(live.STACKS[0], "app.autoscaled=true"))

    assert replicas(cluster, rendered) == AUTOSCALED
    cluster.apply(render(live.STACKS[0], "app.autoscaled=true", "app.image=registry.example.com/app:2"))
    assert replicas(cluster, rendered) == AUTOSCALED


def test_an_app_with_an_autoscaler_of_its_own_comes_to_its_fewest_pods_and_is_left_there(
    cluster: live.Cluster, render: Renderer
) -> None:
    """Applied with strict validation, which knows every field of both; metrics are missing here, and the bounds hold without them."""
    settings = "app.autoscaling={minReplicas: 4, maxReplicas: 9, cpuUtilization: 70, memoryUtilization: 80}"
    rendered = render(live.STACKS[0], settings)
    cluster.apply(rendered)
    cluster.settle(rendered, 4)
    autoscaler = cluster.one(rendered.only("HorizontalPodAutoscaler"))
    assert autoscaler["spec"]["scaleTargetRef"]["name"] == rendered.only("Deployment")["metadata"]["name"]
    assert [metric["resource"]["target"] for metric in autoscaler["spec"]["metrics"]] == [
        {"type": "Utilization", "averageUtilization": 70},
        {"type": "Utilization", "averageUtilization": 80},
    ]
    changed = render(live.STACKS[0], settings, "app.image=registry.example.com/app:2")
    cluster.apply(changed)
    assert replicas(cluster, changed) == 4
    assert cluster.plane.kubectl("get", "deployment", "--all-namespaces", "--output=name").count("deployment") == 1


def test_an_app_without_its_autoscaler_yet_falls_to_one_pod_until_that_comes(
    cluster: live.Cluster, render: Renderer
) -> None:
    """What documentation has to warn of: put the autoscaler there first, then set `app.autoscaled`."""
    rendered = render(live.STACKS[0])
    cluster.apply(rendered)
    cluster.settle(rendered)
    cluster.apply(render(live.STACKS[0], "app.autoscaled=true"))
    assert replicas(cluster, rendered) == 1


def test_a_person_who_scales_by_hand_is_not_overruled_silently(cluster: live.Cluster, render: Renderer) -> None:
    rendered = render(live.STACKS[0])
    cluster.apply(rendered)
    cluster.plane.kubectl("scale", "deployment", *live.reference(rendered.only("Deployment"))[1:], "--replicas=7")
    wait_for("the scale of 7", lambda: replicas(cluster, rendered) == 7, live.SETTLE_SECONDS)
    with pytest.raises(KubectlFailed, match=r"\.spec\.replicas"):
        cluster.apply(rendered)
    assert replicas(cluster, rendered) == 7
