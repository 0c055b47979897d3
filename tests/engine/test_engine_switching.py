"""A stack that goes another way: what is replaced, what stays, and that the old entry goes after the new one is there."""

from typing import Any

import pytest

from tests.engine.conftest import Live
from tests.engine.driver import Project
from tests.engine.standins.calls import Call

APP: dict[str, Any] = {
    "realip:app": {
        "namespace": "shop",
        "deployment": "web",
        "container": "web",
        "service": "web",
        "image": "nginx:1.29.3",
        "replicas": 3,
    }
}
"""An app with names and an image of its own: those of the guide differ from way to way."""


def order(calls: list[Call]) -> list[str]:
    """What was made, changed and taken away of an exposure and what stands under it."""
    signs = {"Create": "+", "Update": "~", "Delete": "-"}
    return [
        signs[call.method] + call.type.rpartition(":")[2] for call in calls if call.method in signs and not call.preview
    ]


def turned(project: Project, slug: str) -> tuple[list[str], list[str]]:
    """What a preview announces as replaced, and what an update then does, in its order."""
    project.configure({"realip:scenario": slug})
    announced = project.preview().succeeded().replaced()
    mark = project.world.log.mark()
    project.up().succeeded()
    assert project.preview("--expect-no-changes").succeeded().changes == []
    return announced, order(project.world.log.since(mark))


@pytest.mark.parametrize(
    ("before", "after", "reads"),
    [
        ("vpc-cni-nondirect-native", "vpc-cni-direct-native", "socket peer"),
        ("vpc-cni-direct-native", "vpc-cni-nondirect-native-local", "socket peer"),
        ("globalrouter-direct-native", "globalrouter-nondirect-native", "X-Forwarded-For"),
    ],
)
def test_an_app_goes_another_way_without_a_new_cluster_or_a_new_app(
    live: Live, before: str, after: str, reads: str
) -> None:
    project = live(before)
    project.configure(APP)
    project.up().succeeded()
    cluster, made = project.outputs()["clusterId"], dict(project.world.cloud.inventory())
    announced, done = turned(project, after)
    assert not {"Cluster", "NativeNodePool", "Deployment", "Namespace", "Instance"} & set(announced)
    assert not {"+Deployment", "-Deployment", "+Namespace", "-Namespace"} & set(done)
    assert ("~Deployment" in done) is after.endswith("-local"), "pods are rolled once, to have one on every node"
    outputs = project.outputs()
    assert (outputs["clusterId"], outputs["scenario"], outputs["reads"]) == (cluster, after, reads)
    assert project.world.cloud.inventory()["Deployment"] == made["Deployment"] == 1
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


def test_the_old_entry_goes_when_the_new_one_has_its_address(live: Live) -> None:
    """Clients who still have the old address, as a name server may hand it out, are served meanwhile."""
    project = live("vpc-cni-nondirect-native")
    project.configure(APP)
    project.up().succeeded()
    old = project.outputs()["address"]
    _, done = turned(project, "vpc-cni-direct-native")
    steps = [step for step in done if step.endswith(("Service", "Ingress"))]
    assert steps[-1] == "-Ingress"
    assert project.outputs()["address"] not in ("", old)
    (server,) = project.world.cloud.servers.values()
    assert len(server.exposures()) == 1


@pytest.mark.parametrize(
    ("before", "after", "closes"),
    [
        ("vpc-cni-direct-native", "vpc-cni-nondirect-native-local", "TCP 5000"),
        ("globalrouter-direct-native", "globalrouter-nondirect-native", "TCP 5000"),
        ("vpc-cni-nondirect-native", "vpc-cni-direct-native", None),
    ],
)
def test_whoever_closes_the_pods_before_the_load_balancer_has_left_them_is_told(
    live: Live, before: str, after: str, closes: str | None
) -> None:
    """Rules come before nodes, and so before the Service: nothing but a word can be had in time."""
    project = live(before)
    project.configure({**APP, "realip:access": {"clientCidrs": ["0.0.0.0/0"]}})
    project.up().succeeded()
    project.configure({"realip:scenario": after})
    mark = project.world.log.mark()
    for operation in (project.preview(), project.up()):
        told = [text for text in operation.succeeded().messages if "closes to clients" in text]
        assert len(told) == bool(closes)
        assert (
            closes is None or f"security group rules realip-network-node-rules: {closes} of nodes and pods" in told[0]
        )
    done = order(project.world.log.since(mark))
    if closes:
        assert done.index("~GroupRuleSet") < done.index("~Service")
    project.configure({"realip:access": {"clientCidrs": ["198.19.0.0/16"]}})
    assert [text for text in project.up().succeeded().messages if "closes to clients" in text] == []
