"""What a short stack file means: every default, and the address plan that follows from it."""

from typing import Any

import pytest
from pydantic import ValidationError

from realip import SettingsError, parse_settings
from realip.settings.address_plan import address_plan
from realip.settings.models import Settings
from realip.settings.sections.network import SubnetSettings
from tests.support.guide import FACTS, Facts

ACCESS = {"adminCidrs": ["198.18.0.0/24"]}


def _settings(slug: str = "vpc-cni-direct-native", **sections: Any) -> Settings:
    return parse_settings({"scenario": slug, "access": ACCESS} | sections)


def _plan(slug: str = "vpc-cni-direct-native", **sections: Any) -> dict[str, Any]:
    plan = address_plan(_settings(slug, **sections))
    return {
        "nodes": [(subnet.zone, subnet.cidr) for subnet in plan.node_subnets],
        "pods": [(subnet.zone, subnet.cidr) for subnet in plan.pod_subnets],
        "services": str(plan.services),
        "ranges": [str(network) for network in plan.pod_ranges],
        "inside": [str(network) for network in plan.inside],
        "number": plan.service_number,
    }


def test_what_nobody_says_is_this() -> None:
    made = _settings().model_dump(mode="json")
    assert made["network"] == {
        "cidr": "10.0.0.0/16",
        "auxiliary_cidrs": [],
        "zones": ["ap-guangzhou-6", "ap-guangzhou-7"],
        "vpc_id": None,
        "nat": True,
        "nat_bandwidth": 100,
        "account_type": None,
        "node_subnets": None,
        "pod_subnets": None,
    }
    assert made["cluster"] == {
        "id": None,
        "name": "realip",
        "version": "1.34.1",
        "level": "L5",
        "deletion_protection": False,
        "service_cidr": None,
        "cluster_cidr": None,
        "pods_per_node": None,
        "services": None,
        "exclusive_eni": None,
        "static_pod_ips": None,
    }
    assert made["nodes"] == {
        "instance_types": ["S5.MEDIUM4"],
        "system_disk_type": "CLOUD_PREMIUM",
        "system_disk_size": 50,
        "replicas": 2,
        "autoscaling": None,
        "labels": {},
        "taints": [],
        "data_disks": [],
        "key_ids": [],
        "additional_security_group_ids": [],
        "kubelet_args": [],
        "kernel_args": [],
        "instance_charge_prepaid": None,
        "internet_accessible": None,
        "pools": [],
    }
    assert made["access"] == {
        "endpoint": "public",
        "endpoint_zone": None,
        "kubeconfig": None,
        "admin_cidrs": ["198.18.0.0/24"],
        "allow_everyone": False,
        "client_cidrs": [],
        "client_cidrs_at": None,
    }
    assert (made["load_balancer"]["internal"], made["load_balancer"]["timeout_seconds"], made["tags"]) == (
        False,
        600,
        {},
    )


def test_nothing_by_default_lets_the_whole_internet_in() -> None:
    assert "0.0.0.0/0" not in repr(_settings())


def test_the_three_choices_mean_the_same_as_the_slug() -> None:
    choices = {"networkMode": "GlobalRouter", "nodeType": "native", "connection": "non-direct"}
    assert _settings(scenario=choices) == _settings("globalrouter-nondirect-native")


@pytest.mark.parametrize(("slug", "facts"), FACTS.items())
def test_the_choices_with_the_layer_mean_the_same_as_the_slug(slug: str, facts: Facts) -> None:
    choices = {"networkMode": facts.mode, "nodeType": facts.nodes, "connection": facts.connection, "layer": facts.layer}
    assert _settings(scenario=choices) == _settings(slug)


def test_the_default_scenario_is_the_first() -> None:
    assert parse_settings({"access": ACCESS}).row.number == 1


def test_settings_cannot_be_changed_afterwards() -> None:
    made = _settings()
    with pytest.raises(ValidationError, match="frozen"):
        made.app.port = 1  # type: ignore[misc]


def test_a_vpc_is_carved_into_a_sixteenth_for_nodes_and_one_for_pods_of_each_zone() -> None:
    assert _plan() == {
        "nodes": [("ap-guangzhou-6", "10.0.80.0/20"), ("ap-guangzhou-7", "10.0.96.0/20")],
        "pods": [("ap-guangzhou-6", "10.0.208.0/20"), ("ap-guangzhou-7", "10.0.224.0/20")],
        "services": "10.200.0.0/22",
        "ranges": ["10.0.208.0/20", "10.0.224.0/20"],
        "inside": ["10.0.80.0/20", "10.0.96.0/20", "10.0.208.0/20", "10.0.224.0/20"],
        "number": 1024,
    }


def test_pods_of_super_nodes_sit_where_the_nodes_do() -> None:
    plan = _plan("vpc-cni-direct-super")
    assert plan["ranges"] == ["10.0.80.0/20", "10.0.96.0/20"]
    assert plan["inside"] == ["10.0.80.0/20", "10.0.96.0/20", "10.0.208.0/20", "10.0.224.0/20"]


def test_a_globalrouter_cluster_brings_its_own_network_with_services_at_its_end() -> None:
    assert _plan("globalrouter-direct-native") == {
        "nodes": [("ap-guangzhou-6", "10.0.80.0/20"), ("ap-guangzhou-7", "10.0.96.0/20")],
        "pods": [],
        "services": "172.16.252.0/22",
        "ranges": ["172.16.0.0/16"],
        "inside": ["10.0.80.0/20", "10.0.96.0/20", "172.16.0.0/16"],
        "number": 1024,
    }


@pytest.mark.parametrize(
    ("cluster", "services", "number"),
    [
        ({"services": 256}, "172.16.255.0/24", 256),
        ({"serviceCidr": "10.201.0.0/20"}, "10.201.0.0/20", 4096),
        ({"serviceCidr": "10.201.0.0/20", "services": 4096}, "10.201.0.0/20", 4096),
        ({"clusterCidr": "172.20.0.0/18", "services": 32}, "172.20.63.224/27", 32),
    ],
)
def test_where_services_are(cluster: dict[str, Any], services: str, number: int) -> None:
    plan = _plan("globalrouter-direct-native", cluster=cluster)
    assert (plan["services"], plan["number"]) == (services, number)


@pytest.mark.parametrize(("replicas", "fits"), [(1008, True), (1009, False)])
def test_the_documents_example_of_capacity_holds_at_its_edge(replicas: int, fits: bool) -> None:
    """/16, 64 pods on each node, 1024 Services: 1008 nodes."""
    sections: dict[str, Any] = {
        "network": {"cidr": "10.0.0.0/14", "zones": ["ap-guangzhou-6"]},
        "cluster": {"clusterCidr": "172.16.0.0/16", "podsPerNode": 64, "services": 1024, "level": "L5000"},
        "nodes": {"replicas": replicas},
    }
    if fits:
        assert _settings("globalrouter-direct-native", **sections).nodes.replicas == replicas
    else:
        with pytest.raises(SettingsError, match="has room for 1008 nodes"):
            _settings("globalrouter-direct-native", **sections)


def test_pods_are_carved_where_the_nodes_are() -> None:
    subnets = [{"zone": "ap-guangzhou-3", "cidr": "10.0.0.0/20"}]
    assert _plan(network={"nodeSubnets": subnets})["pods"] == [("ap-guangzhou-3", "10.0.160.0/20")]


def test_the_whole_vpc_stands_in_for_a_subnet_that_nobody_described() -> None:
    subnets = [{"zone": "ap-guangzhou-3", "id": "subnet-1"}]
    network = {"cidr": "10.0.0.0/16", "vpcId": "vpc-1", "nodeSubnets": subnets, "podSubnets": subnets}
    plan = _plan(network=network)
    assert (plan["ranges"], plan["inside"]) == (["10.0.0.0/16"], ["10.0.0.0/16"])
    assert SubnetSettings(zone="ap-guangzhou-3", id="subnet-1").network is None


@pytest.mark.parametrize("zones", [1, 2, 4])
def test_up_to_four_zones_are_carved_for_vpc_cni(zones: int) -> None:
    plan = _plan(network={"zones": [f"ap-guangzhou-{number}" for number in range(1, zones + 1)]})
    assert len(plan["nodes"]) == len(plan["pods"]) == zones


def test_up_to_eight_zones_are_carved_for_globalrouter() -> None:
    zones = [f"ap-guangzhou-{number}" for number in range(1, 9)]
    assert len(_plan("globalrouter-direct-native", network={"zones": zones})["nodes"]) == 8
