"""Existing clusters as a real API server shows them: what is read of them, what is refused, and that nothing is written then."""

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from realip import ArgumentError, RealIpStack
from realip.cluster_facts import look
from realip.kubeconfig import read_kubeconfig
from realip.kubernetes_api import connected
from realip.scenarios import NetworkMode
from tests.cluster.live import Cluster
from tests.support.recording import Recording, run
from tools.controlplane import ControlPlane

ENI = {"tke.cloud.tencent.com/eni-ip": "10"}
SUPER = {"node.kubernetes.io/instance-type": "eklet"}


@pytest.fixture
def kubeconfig(control_plane: ControlPlane) -> str:
    return control_plane.kubectl("config", "view", "--flatten", "--raw")


@pytest.fixture
def node(cluster: Cluster) -> Iterator[Any]:
    def make(
        name: str,
        *,
        labels: dict[str, str] | None = None,
        pod_cidr: str | None = None,
        offers: dict[str, str] | None = None,
    ) -> None:
        cluster.create(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": labels or {}},
                "spec": {"podCIDR": pod_cidr, "podCIDRs": [pod_cidr]} if pod_cidr else {},
            }
        )
        if offers:
            status = {"capacity": offers, "allocatable": offers}
            cluster.write({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}, status=status)

    yield make
    cluster.plane.kubectl("delete", "nodes", "--all", "--wait=true")


def seen(kubeconfig: str) -> Any:
    with connected(read_kubeconfig(kubeconfig)) as server:
        return look(server)


def up(kubeconfig: str, slug: str, **sections: Any) -> Recording:
    values = {
        "scenario": slug,
        "cluster": {"id": "cls-12345678"},
        "access": {"kubeconfig": kubeconfig, "clientCidrs": ["0.0.0.0/0"]},
        **sections,
    }
    return run(lambda: pulumi.export("url", RealIpStack("realip", values).stack_outputs["url"]))


def test_a_cluster_is_told_by_its_nodes_and_the_controllers_map(kubeconfig: str, cluster: Cluster, node: Any) -> None:
    node("routed", pod_cidr="172.20.0.0/26")
    node("eklet-a", labels=SUPER)
    cluster.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "tke-service-controller-config", "namespace": "kube-system"},
            "data": {"VERSION": "v2.11.4", "GlobalRouteDirectAccess": "true"},
        }
    )
    facts = seen(kubeconfig)
    assert (facts.nodes, facts.super_nodes, facts.routed_nodes, facts.eni_nodes) == (1, 1, 1, 0)
    assert facts.network_modes == {NetworkMode.GLOBAL_ROUTER}
    assert facts.controller == {"VERSION": "v2.11.4", "GlobalRouteDirectAccess": "true"}
    assert facts.version is not None
    assert facts.version >= (1, 30)


def test_vpc_cni_added_to_global_router_is_seen_as_both(kubeconfig: str, node: Any) -> None:
    node("both", pod_cidr="172.20.0.0/26", offers=ENI)
    assert seen(kubeconfig).is_hybrid


def test_an_app_is_exposed_on_a_cluster_that_somebody_else_made(kubeconfig: str, node: Any) -> None:
    node("eni", offers=ENI)
    found = up(kubeconfig, "vpc-cni-direct-native")
    assert (
        found.one("core/v1:Service").inputs["metadata"]["annotations"]["service.cloud.tencent.com/direct-access"]
        == "true"
    )
    assert found.one("Deployment")
    assert not [made for made in found.resources if made.type.startswith("tencentcloud:")]
    provider = found.one("pulumi:providers:kubernetes")
    assert provider.inputs["clusterIdentifier"] == "cls-12345678"
    assert "kubeconfig" in provider.secrets


def test_pods_with_an_eni_are_taken_where_vpc_cni_was_added(kubeconfig: str, cluster: Cluster, node: Any) -> None:
    node("both", pod_cidr="172.20.0.0/26", offers=ENI)
    found = up(kubeconfig, "globalrouter-direct-native", app={"eniPods": True})
    assert not found.of("ConfigMapPatch"), "no switch of the whole cluster is needed"
    deployment = found.one("Deployment").inputs
    answer = cluster.plane.try_kubectl(
        *("create", "--dry-run=server", "--validate=strict", "--output=json", "--filename=-"),
        stdin=json.dumps({"apiVersion": "apps/v1", "kind": "Deployment"} | deployment),
    )
    assert answer.returncode == 0, answer.stderr
    template = json.loads(answer.stdout)["spec"]["template"]
    assert template["metadata"]["annotations"] == {"tke.cloud.tencent.com/networks": "tke-route-eni"}
    resources = template["spec"]["containers"][0]["resources"]
    assert {resources[kind]["tke.cloud.tencent.com/eni-ip"] for kind in ("requests", "limits")} == {"1"}


def test_pods_without_an_eni_to_have_are_not_written(kubeconfig: str, node: Any) -> None:
    node("routed", pod_cidr="172.20.0.0/26")
    with pytest.raises(ArgumentError, match=r"of which no node offers tke\.cloud\.tencent\.com/eni-ip"):
        up(kubeconfig, "globalrouter-direct-native", app={"eniPods": True})


def test_a_way_that_the_cluster_cannot_have_is_refused_before_anything_is_registered(
    kubeconfig: str, node: Any
) -> None:
    node("eni", offers=ENI)
    with pytest.raises(ArgumentError) as caught:
        up(kubeconfig, "globalrouter-direct-native")
    assert (
        "cannot be on cls-12345678, which is VPC-CNI by its nodes, and `globalrouter-direct-native` is GlobalRouter; "
        "take `vpc-cni-direct-native`" in str(caught.value)
    )


def test_a_cluster_that_cannot_be_reached_is_written_nothing_to(kubeconfig: str) -> None:
    lines = [
        "    server: https://127.0.0.1:1" if line.lstrip().startswith("server:") else line
        for line in kubeconfig.splitlines()
    ]
    with pytest.raises(ArgumentError) as caught:
        up("\n".join(lines), "vpc-cni-direct-native")
    told = str(caught.value)
    assert (
        "access.kubeconfig: leads to no cluster that could be looked at: https://127.0.0.1:1 cannot be reached" in told
    )
    assert "-data" not in told
