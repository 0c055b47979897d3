"""A stack on an existing cluster: nothing of a new one is made or may be said, and its kubeconfig stays a secret."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from realip import ArgumentError, ExistingCluster, RealIpStack, SettingsError, load_settings, parse_settings
from realip.cluster_facts import ClusterFacts
from tests.support.recording import UNKNOWN, Recording, run

KUBECONFIG = "kind: Config # very secret"
FACTS = ClusterFacts(
    version=(1, 30), nodes=2, super_nodes=0, routed_nodes=0, eni_nodes=2, controller={"VERSION": "v2.11.4"}
)


def values(**sections: Any) -> dict[str, Any]:
    access = {"kubeconfig": KUBECONFIG, "clientCidrs": ["0.0.0.0/0"]}
    return {"scenario": "vpc-cni-direct-native", "cluster": {"id": "cls-12345678"}, "access": access} | sections


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[ClusterFacts]:
    """The facts of the cluster that is looked at; a test may put others in their place."""
    facts = [FACTS]
    monkeypatch.setattr("realip.reached_cluster.read_kubeconfig", lambda _: None)
    monkeypatch.setattr("realip.reached_cluster.connected", lambda _: contextlib.nullcontext())
    monkeypatch.setattr("realip.reached_cluster.look", lambda _: facts[0])
    return facts


def program(**sections: Any) -> Callable[[], None]:
    def body() -> None:
        for name, value in RealIpStack("realip", values(**sections)).stack_outputs.items():
            pulumi.export(name, value)

    return body


def up(**sections: Any) -> Recording:
    return run(program(**sections))


def test_nothing_but_the_app_and_its_exposure_is_made(looked: list[ClusterFacts]) -> None:
    found = up()
    assert [made.type for made in found.resources if made.type.startswith("tencentcloud:")] == []
    assert found.one("core/v1:Service")
    assert found.one("Deployment")
    assert found.stack.outputs["clusterId"] == "cls-12345678"
    assert "networkRanges" not in {key for key, value in found.stack.outputs.items() if value}


def test_the_kubeconfig_is_a_secret_wherever_it_goes(looked: list[ClusterFacts]) -> None:
    found = up()
    assert "kubeconfig" in found.stack.secret_outputs
    assert found.one("pulumi:providers:kubernetes").secrets == {"kubeconfig"}
    for made in found.resources:
        shown = {key: value for key, value in made.inputs.items() if key not in made.secrets}
        assert KUBECONFIG not in str(shown), made


def test_pods_of_an_old_cluster_have_no_sleep_that_its_api_server_would_drop(looked: list[ClusterFacts]) -> None:
    looked[0] = ClusterFacts(version=(1, 28), nodes=2, super_nodes=0, routed_nodes=0, eni_nodes=2, controller=None)
    found = up()
    (container,) = found.one("Deployment").inputs["spec"]["template"]["spec"]["containers"]
    assert "lifecycle" not in container
    assert any("runs Kubernetes 1.28, which has no preStop sleep before 1.30" in told for _, told in found.messages)


def test_an_app_on_an_old_cluster_is_told_that_a_drain_may_take_all_of_it(looked: list[ClusterFacts]) -> None:
    looked[0] = ClusterFacts(version=(1, 26), nodes=2, super_nodes=0, routed_nodes=0, eni_nodes=2, controller=None)
    found = up()
    assert found.of("PodDisruptionBudget") == []
    assert any("runs Kubernetes 1.26, before 1.27" in told for _, told in found.messages)
    looked[0] = ClusterFacts(version=(1, 27), nodes=2, super_nodes=0, routed_nodes=0, eni_nodes=2, controller=None)
    found = up()
    assert len(found.of("PodDisruptionBudget")) == 1
    assert not any("before 1.27" in told for _, told in found.messages)


def test_a_preview_asks_tke_for_no_kubeconfig_and_looks_at_nothing() -> None:
    found = run(program(access={"clientCidrs": ["0.0.0.0/0"]}), preview=True)
    assert found.one("pulumi:providers:kubernetes").inputs["kubeconfig"] == UNKNOWN


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"network": {"cidr": "10.0.0.0/16"}}, "network.cidr"),
        ({"network": {"accountType": "STANDARD"}}, "network.accountType"),
        ({"cluster": {"id": "cls-1", "version": "1.34.1"}}, "cluster.version"),
        ({"cluster": {"id": "cls-1", "name": "shop"}}, "cluster.name"),
        ({"nodes": {"replicas": 3}}, "nodes.replicas"),
        ({"access": {"adminCidrs": ["198.18.0.0/24"]}}, "access.adminCidrs"),
        ({"access": {"endpointZone": "ap-guangzhou-6", "endpoint": "intranet"}}, "access.endpointZone"),
        ({"access": {"endpoint": "intranet", "kubeconfig": KUBECONFIG}}, "access.endpoint"),
        ({"tags": {"team": "edge"}}, "tags"),
        ({"adopt": {"vpc": "vpc-1"}}, "adopt.vpc"),
        ({"loadBalancer": {"internal": True}}, "loadBalancer.internalSubnetId"),
        (
            {"loadBalancer": {"internal": True, "internalSubnetId": "subnet-1", "zone": "ap-guangzhou-6"}},
            "loadBalancer.zone",
        ),
    ],
)
def test_what_belongs_to_a_new_cluster_is_refused_by_name(sections: dict[str, Any], path: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({"cluster": {"id": "cls-1"}} | sections)
    assert [problem.path for problem in caught.value.problems] == [path]
    assert KUBECONFIG not in str(caught.value)


def test_a_kubeconfig_without_a_cluster_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"], "kubeconfig": KUBECONFIG}})
    assert "access.kubeconfig" in str(caught.value)
    assert "very secret" not in str(caught.value)


def test_a_kubeconfig_in_plain_text_in_the_stack_file_is_refused() -> None:
    config = {"realip:cluster": '{"id": "cls-1"}', "realip:access": json.dumps({"kubeconfig": KUBECONFIG})}
    with pytest.raises(pulumi.RunError) as caught:
        run(load_settings, config=config)
    assert 'access.kubeconfig = "[secret]": is a credential in plain text' in str(caught.value)


def test_a_component_takes_one_kubeconfig() -> None:
    args: Any = {"cluster_id": "cls-1", "kubeconfig": KUBECONFIG, "intranet": True}
    with pytest.raises(ArgumentError, match="intranet = true: is for a kubeconfig that TKE is asked for"):
        run(lambda: ExistingCluster("theirs", args))


NOBODY_NAMED = {"kubeconfig": KUBECONFIG}


def test_an_app_is_not_opened_to_the_internet_because_nobody_said_who_its_clients_are(
    looked: list[ClusterFacts],
) -> None:
    """A new cluster's nodes let in only the VPC then. Here they are not ours, and TKE's own security groups may let in everyone."""
    with pytest.raises(ArgumentError) as refused:
        up(access=NOBODY_NAMED)
    told = str(refused.value)
    assert "access.clientCidrs: is missing; the nodes of cls-12345678 are not this stack's" in told
    assert "access.clientCidrs[0]" in told
    assert run(program(access=NOBODY_NAMED), preview=True).one("core/v1:Service")


@pytest.mark.parametrize(
    "balancer",
    [
        {"internal": True, "internalSubnetId": "subnet-1"},
        {"existingId": "lb-1"},
        {"securityGroupIds": ["sg-1a2b3c4d"]},
    ],
)
def test_a_load_balancer_that_is_kept_from_the_internet_already_needs_no_list(
    looked: list[ClusterFacts], balancer: dict[str, Any]
) -> None:
    assert up(access=NOBODY_NAMED, loadBalancer=balancer).one("core/v1:Service")
