"""Pods with an ENI each, in a GlobalRouter cluster to which VPC-CNI was added: direct access without a switch of the whole cluster."""

import contextlib
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from realip import ArgumentError, RealIpStack, SettingsError, parse_settings
from realip.cluster_facts import ClusterFacts
from realip.messages import ENGLISH
from realip.offline.journey import journey
from realip.offline.program import record_program
from realip.scenarios import SCENARIOS, Connection, NetworkMode
from tests.components.test_workload import _workload
from tests.support.recording import Recording, run
from tests.support.stacks import settings

HYBRID = ClusterFacts(version=(1, 30), nodes=2, super_nodes=0, routed_nodes=2, eni_nodes=2, controller=None)
ROUTED = [row.slug for row in SCENARIOS if row.global_route_direct_access]
INDIRECT = [
    row.slug
    for row in SCENARIOS
    if row.network_mode is NetworkMode.GLOBAL_ROUTER and row.choices.connection is Connection.NON_DIRECT
]
OTHERS = [row.slug for row in SCENARIOS if row.slug not in (*ROUTED, *INDIRECT)]
NETWORK, ENI = "tke.cloud.tencent.com/networks", "tke.cloud.tencent.com/eni-ip"


def _values(slug: str, **app: Any) -> dict[str, Any]:
    access = {"kubeconfig": "kind: Config", "clientCidrs": ["0.0.0.0/0"]}
    return {"scenario": slug, "cluster": {"id": "cls-12345678"}, "access": access, "app": app}


def _up(monkeypatch: pytest.MonkeyPatch, facts: ClusterFacts, slug: str, **app: Any) -> Recording:
    monkeypatch.setattr("realip.reached_cluster.read_kubeconfig", lambda _: None)
    monkeypatch.setattr("realip.reached_cluster.connected", lambda _: contextlib.nullcontext())
    monkeypatch.setattr("realip.reached_cluster.look", lambda _: facts)
    values = _values(slug, **app)
    return run(lambda: pulumi.export("url", RealIpStack("realip", values).stack_outputs["url"]))


@pytest.mark.parametrize("slug", ROUTED)
def test_each_pod_asks_for_an_address_of_the_vpc(monkeypatch: pytest.MonkeyPatch, slug: str) -> None:
    found = _up(monkeypatch, HYBRID, slug, eniPods=True)
    template = found.one("Deployment").inputs["spec"]["template"]
    assert template["metadata"]["annotations"] == {NETWORK: "tke-route-eni"}
    (container,) = template["spec"]["containers"]
    assert container["resources"] == {
        "requests": {"cpu": "250m", "memory": "256Mi", ENI: "1"},
        "limits": {"cpu": "1", "memory": "512Mi", ENI: "1"},
    }


def test_nothing_of_the_whole_cluster_is_switched(monkeypatch: pytest.MonkeyPatch) -> None:
    slug = "globalrouter-direct-native"
    found = _up(monkeypatch, HYBRID, slug, eniPods=True)
    assert found.of("ConfigMapPatch") == found.of("ConfigMap") == []
    annotations = found.one("core/v1:Service").inputs["metadata"]["annotations"]
    assert annotations["service.cloud.tencent.com/direct-access"] == "true"
    assert not [told for _, told in found.messages if "tke-service-controller-config" in told]
    without = _up(monkeypatch, HYBRID, slug)
    assert "annotations" not in without.one("Deployment").inputs["spec"]["template"]["metadata"]
    assert ENI not in str(without.one("Deployment").inputs)
    assert without.of("ConfigMapPatch") or without.of("ConfigMap"), "routed pods need the switch"
    assert [told for _, told in without.messages if "shows no ConfigMap" in told]


def test_an_old_controller_and_no_switch_are_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    old = replace(HYBRID, controller={"VERSION": "v1.5.0"})
    assert _up(monkeypatch, old, "globalrouter-direct-native", eniPods=True).one("core/v1:Service")
    with pytest.raises(ArgumentError, match=r"has version 1\.5\.0 of TKE's Service controller"):
        _up(monkeypatch, old, "globalrouter-direct-native")


def test_the_pods_of_an_app_that_runs_already_may_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    app = {"deploy": False, "selector": {"app": "web"}, "eniPods": True}
    found = _up(monkeypatch, HYBRID, "globalrouter-direct-native", **app)
    assert found.of("ConfigMapPatch") == found.of("ConfigMap") == found.of("Deployment") == []
    assert found.one("core/v1:Service")


def test_a_cluster_whose_nodes_offer_none_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pods would wait for a node for ever."""
    with pytest.raises(ArgumentError) as caught:
        _up(monkeypatch, replace(HYBRID, eni_nodes=0), "globalrouter-direct-native", eniPods=True)
    (told,) = map(str, caught.value.problems)
    assert told.startswith(
        "app.eniPods = true: cannot be on cls-12345678, of which no node offers tke.cloud.tencent.com/eni-ip"
    )


def test_a_cluster_in_vpc_cni_mode_gets_the_scenario_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError) as caught:
        _up(monkeypatch, replace(HYBRID, routed_nodes=0), "globalrouter-direct-native", eniPods=True)
    (told,) = map(str, caught.value.problems)
    assert "is VPC-CNI by its nodes" in told
    assert "take `vpc-cni-direct-native`" in told


@pytest.mark.parametrize("slug", OTHERS)
def test_pods_that_have_such_an_address_anyway_ask_for_none(slug: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(_values(slug, eniPods=True))
    (told,) = map(str, caught.value.problems)
    assert told.startswith("app.eniPods = true: is for ")
    assert "has an address of the VPC" in told or "have an address of the VPC each" in told
    assert "; remove it" in told


@pytest.mark.parametrize("app", [{}, {"deploy": False, "selector": {"app": "web"}}], ids=["deployed", "runs already"])
@pytest.mark.parametrize("slug", INDIRECT)
def test_where_the_load_balancer_goes_through_nodes_it_makes_nothing(slug: str, app: dict[str, Any]) -> None:
    """It would take an interface of a node for every pod, and the picture would call it what makes the scenario."""
    assert len(INDIRECT) == 2
    with pytest.raises(SettingsError) as caught:
        parse_settings(_values(slug, eniPods=True, **app))
    (told,) = map(str, caught.value.problems)
    assert told.startswith("app.eniPods = true: is for a load balancer that reaches pods straight")
    assert "; remove it, or take `globalrouter-direct-native" in told
    parse_settings(_values(slug, **app))


@pytest.mark.parametrize("slug", ROUTED)
def test_a_new_globalrouter_cluster_has_none_to_give(slug: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(slug, app={"eniPods": True}))
    (told,) = map(str, caught.value.problems)
    assert told.startswith("app.eniPods = true: is for a cluster to which VPC-CNI was added")
    assert "cluster.id" in told


def test_the_picture_shows_pods_of_the_vpc() -> None:
    def node(**app: Any) -> str:
        values = _values(ROUTED[0], **app)
        recording = record_program(
            lambda: RealIpStack("realip", values), project="realip", stack="shop", configuration={}
        )
        hops = journey(parse_settings(values), recording, ENGLISH).hops
        (found,) = (hop.detail for hop in hops if hop.place == "node")
        return found

    assert node(eniPods=True).startswith("no node port: the pod has an address of the VPC")
    assert node().startswith("no node port: routed on to the pod")


def test_a_component_gives_its_pods_one_and_a_super_node_none() -> None:
    template = _workload(eni_pods=True).one("Deployment").inputs["spec"]["template"]
    assert template["metadata"]["annotations"] == {NETWORK: "tke-route-eni"}
    resources = template["spec"]["containers"][0]["resources"]
    assert (resources["requests"][ENI], resources["limits"][ENI]) == ("1", "1")
    with pytest.raises(ArgumentError, match="eni_pods = true: is for nodes, and pods of super nodes"):
        _workload(eni_pods=True, super_nodes=True)
    without = _workload().one("Deployment").inputs["spec"]["template"]
    assert "annotations" not in without["metadata"]


@pytest.mark.parametrize(
    "part",
    [
        {"metadata": {"annotations": {NETWORK: "tke-direct-eni"}}},
        {"metadata": {"annotations": None}},
        {"spec": {"containers": [{"name": "real-ip-container", "resources": {"limits": {ENI: "2"}}}]}},
    ],
)
def test_a_pod_template_takes_it_from_no_pod(part: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"is what app\.eniPods says; say it there"):
        parse_settings(_values("globalrouter-direct-native", eniPods=True, podTemplate=part))
    more = {"metadata": {"annotations": {"example.com/team": "edge"}}}
    parse_settings(_values("globalrouter-direct-native", eniPods=True, podTemplate=more))
