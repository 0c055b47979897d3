"""Network: what a VPC holds, who may reach its nodes, and what is left alone in somebody else's VPC."""

from typing import Any

import pulumi
import pytest

from realip import ArgumentError, Network, NetworkArgs
from realip.errors import InputError
from tests.support.recording import Recording, run
from tests.support.stacks import up

_INSIDE = "nodes and pods among themselves"


def _network(**more: Any) -> Recording:
    args = NetworkArgs(
        cidr="10.0.0.0/16",
        node_subnets=[
            {"zone": "ap-guangzhou-6", "cidr": "10.0.0.0/20"},
            {"zone": "ap-guangzhou-7", "cidr": "10.0.16.0/20"},
        ],
        pod_subnets=[{"zone": "ap-guangzhou-6", "cidr": "10.0.128.0/19"}],
    )

    def program() -> None:
        network = Network("net", args | more)  # type: ignore[arg-type]
        for output in ("vpc_id", "node_subnet_ids", "pod_subnet_ids", "security_group_id"):
            pulumi.export(output, getattr(network, output))

    return run(program)


def _rules(recording: Recording) -> list[tuple[str, str, str, str]]:
    """(who, protocol, port, why) of everyone who is let in to nodes and pods."""
    return [
        (rule.get("cidrBlock") or rule["ipv6CidrBlock"], rule["protocol"], rule["port"], rule["description"])
        for rule in recording.named("net-node-rules").inputs["ingresses"]
    ]


def test_cloud_resources_are_exactly_these() -> None:
    found = _network(tags={"team": "edge"}, display_name="shop")
    tags = {"team": "edge"}
    subnet = {"vpcId": "vpc-netvpc", "routeTableId": "rtb-netroutes", "tags": tags}
    assert {resource.name: resource.inputs for resource in found.cloud} == {
        "net-vpc": {"name": "shop", "cidrBlock": "10.0.0.0/16", "tags": tags},
        "net-nat-address": {
            "name": "shop-nat",
            "internetChargeType": "TRAFFIC_POSTPAID_BY_HOUR",
            "internetMaxBandwidthOut": 100,
            "tags": tags,
        },
        "net-nat": {
            "name": "shop",
            "vpcId": "vpc-netvpc",
            "assignedEipSets": ["198.18.0.1"],
            "bandwidth": 100,
            "maxConcurrent": 1_000_000,
            "tags": tags,
        },
        "net-routes": {"name": "shop", "vpcId": "vpc-netvpc", "tags": tags},
        "net-nat-route": {
            "routeTableId": "rtb-netroutes",
            "destinationCidrBlock": "0.0.0.0/0",
            "nextType": "NAT",
            "nextHub": "nat-netnat",
            "description": "to the internet",
        },
        "net-nodes-ap-guangzhou-6": subnet
        | {"name": "shop-nodes-ap-guangzhou-6", "cidrBlock": "10.0.0.0/20", "availabilityZone": "ap-guangzhou-6"},
        "net-nodes-ap-guangzhou-7": subnet
        | {"name": "shop-nodes-ap-guangzhou-7", "cidrBlock": "10.0.16.0/20", "availabilityZone": "ap-guangzhou-7"},
        "net-pods-ap-guangzhou-6": subnet
        | {"name": "shop-pods-ap-guangzhou-6", "cidrBlock": "10.0.128.0/19", "availabilityZone": "ap-guangzhou-6"},
        "net-nodes": {"name": "shop-nodes", "description": "Nodes and pods", "tags": tags},
        "net-node-rules": {
            "securityGroupId": "sg-netnodes",
            "ingresses": [
                {
                    "action": "ACCEPT",
                    "protocol": "ALL",
                    "port": "ALL",
                    "description": _INSIDE,
                    "cidrBlock": "10.0.0.0/16",
                }
            ],
            "egresses": [
                {
                    "action": "ACCEPT",
                    "protocol": "ALL",
                    "port": "ALL",
                    "description": "images and answers",
                    "cidrBlock": "0.0.0.0/0",
                }
            ],
        },
    }


def test_ids_are_handed_out_in_the_order_given() -> None:
    outputs = _network().stack.outputs
    assert outputs == {
        "vpc_id": "vpc-netvpc",
        "node_subnet_ids": ["subnet-netnodesapguangzhou6", "subnet-netnodesapguangzhou7"],
        "pod_subnet_ids": ["subnet-netpodsapguangzhou6"],
        "security_group_id": "sg-netnodes",
    }


def test_whoever_uses_a_subnet_waits_for_the_way_out_and_whoever_uses_the_group_for_its_rules() -> None:
    """Without it a node cannot pull images, and on destroy the route goes while nodes still need it."""

    def program() -> None:
        network = Network(
            "net", {"cidr": "10.0.0.0/16", "node_subnets": [{"zone": "ap-guangzhou-6", "cidr": "10.0.0.0/20"}]}
        )
        Network(
            "user",
            {
                "cidr": "10.0.0.0/16",
                "vpc_id": network.security_group_id,
                "node_subnets": [{"zone": "ap-guangzhou-6", "id": "subnet-1"}],
                "tags": {"subnet": network.node_subnet_ids[0], "group": network.security_group_id},
            },
        )

    found = run(program)
    waits = found.waits_for(found.named("user-nodes"))
    assert {"net-nat-route", "net-nat", "net-node-rules"} <= waits


def test_several_subnets_of_a_zone_get_names_of_their_own() -> None:
    zone = "ap-guangzhou-6"
    found = _network(
        node_subnets=[{"zone": zone, "cidr": "10.0.0.0/20"}, {"zone": zone, "cidr": "10.0.16.0/20"}], pod_subnets=[]
    )
    names = [resource.name for resource in found.of("Subnet/instance:Instance")]
    assert names == ["net-nodes-ap-guangzhou-6", "net-nodes-ap-guangzhou-6-2"]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, [("10.0.0.0/16", "ALL", "ALL", _INSIDE)]),
        ({"inside_cidrs": ["10.0.0.0/20"]}, [("10.0.0.0/20", "ALL", "ALL", _INSIDE)]),
        (
            {"client_ports": "5000", "client_cidrs": ["198.18.0.0/15", "2400::/16"]},
            [
                ("10.0.0.0/16", "ALL", "ALL", _INSIDE),
                ("198.18.0.0/15", "TCP", "5000", "clients"),
                ("2400::/16", "TCP", "5000", "clients"),
            ],
        ),
        ({"client_ports": "5000"}, [("10.0.0.0/16", "ALL", "ALL", _INSIDE)]),
    ],
    ids=["nobody from outside", "inside said", "clients of both families", "no clients"],
)
def test_nobody_is_let_in_who_was_not_named(more: dict[str, Any], wanted: list[tuple[str, ...]]) -> None:
    assert _rules(_network(**more)) == wanted


def test_an_existing_vpc_gets_a_security_group_and_nothing_else() -> None:
    found = _network(
        vpc_id="vpc-theirs",
        node_subnets=[{"zone": "ap-guangzhou-6", "id": "subnet-theirs"}],
        pod_subnets=[{"zone": "ap-guangzhou-6", "id": "subnet-pods"}],
    )
    assert [resource.name for resource in found.cloud] == ["net-nodes", "net-node-rules"]
    assert found.stack.outputs == {
        "vpc_id": "vpc-theirs",
        "node_subnet_ids": ["subnet-theirs"],
        "pod_subnet_ids": ["subnet-pods"],
        "security_group_id": "sg-netnodes",
    }


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"cidr": "10.0.1.0/16"}, ["Network 'net'", 'cidr = "10.0.1.0/16"', "write 10.0.0.0/16"]),
        ({"cidr": "8.8.8.0/24"}, ["cidr", "lies outside", "10.0.0.0/8"]),
        ({"cidr": "10.0.0.0/8"}, ["cidr", "/8", "/12 to /28"]),
        ({"node_subnets": []}, ["node_subnets = []", "give at least one subnet"]),
        ({"node_subnets": [{"zone": "ap-guangzhou-6"}]}, ["node_subnets[0].cidr", "is missing"]),
        ({"vpc_id": "vpc-theirs"}, ["node_subnets[0].id", "is missing", "existing VPC"]),
        (
            {"client_cidrs": ["198.18.0.0/15"]},
            ['client_cidrs = ["198.18.0.0/15"]', "not to which port", "client_ports"],
        ),
        ({"pod_subnets": [{"zone": "ap-guangzhou-6", "id": "subnet-1"}]}, ["pod_subnets[0].cidr", "is missing"]),
    ],
)
def test_a_network_that_the_cloud_would_refuse_is_refused_before_anything_is_made(
    more: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ArgumentError) as caught:
        _network(**more)
    assert isinstance(caught.value, InputError)
    assert isinstance(caught.value, pulumi.RunError), "the engine would print a traceback"
    for word in words:
        assert word in str(caught.value)


# --- in a stack -------------------------------------------------------------------------------------------------------


def _stack_rules(slug: str, **sections: Any) -> dict[tuple[str, str], str]:
    rules = up(slug, **sections).named("realip-network-node-rules").inputs["ingresses"]
    return {(rule.get("cidrBlock") or rule["ipv6CidrBlock"], rule["port"]): rule["description"] for rule in rules}


_SOME = {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["198.19.0.0/24"]}
_NOBODY = {"adminCidrs": ["198.18.0.0/24"]}
_NODES = {("10.0.80.0/20", "ALL"): _INSIDE, ("10.0.96.0/20", "ALL"): _INSIDE}
_PODS = {("10.0.208.0/20", "ALL"): _INSIDE, ("10.0.224.0/20", "ALL"): _INSIDE}
_CLUSTER = {("172.16.0.0/16", "ALL"): _INSIDE}


@pytest.mark.parametrize(
    ("slug", "sections", "wanted"),
    [
        ("vpc-cni-direct-native", {}, _NODES | _PODS | {("0.0.0.0/0", "5000"): "clients"}),
        ("globalrouter-direct-native", {}, _NODES | _CLUSTER | {("0.0.0.0/0", "5000"): "clients"}),
        ("vpc-cni-direct-super", {}, _NODES | _PODS | {("0.0.0.0/0", "5000"): "clients"}),
        ("vpc-cni-nondirect-native", {}, _NODES | _PODS),
        ("globalrouter-nondirect-native", {}, _NODES | _CLUSTER),
        ("vpc-cni-direct-native", {"access": _SOME}, _NODES | _PODS | {("198.19.0.0/24", "5000"): "clients"}),
        ("vpc-cni-direct-native", {"access": _NOBODY}, _NODES | _PODS | {("10.0.0.0/16", "5000"): "clients"}),
        ("vpc-cni-direct-native", {"app": {"port": 8080}}, _NODES | _PODS | {("0.0.0.0/0", "8080"): "clients"}),
        ("vpc-cni-nondirect-native", {"access": _SOME}, _NODES | _PODS),
        (
            "vpc-cni-nondirect-native",
            {"access": {**_SOME, "clientCidrsAt": "nodes"}},
            _NODES | _PODS | {("198.19.0.0/24", "30000-32768"): "clients"},
        ),
        (
            "vpc-cni-nondirect-native",
            {"access": {**_SOME, "clientCidrs": ["198.19.0.0/24", "::/0"], "clientCidrsAt": "nodes"}},
            _NODES | _PODS | {("198.19.0.0/24", "30000-32768"): "clients", ("::/0", "30000-32768"): "clients"},
        ),
        (
            "globalrouter-nondirect-native",
            {"access": _NOBODY},
            _NODES | _CLUSTER | {("10.0.0.0/16", "30000-32768"): "clients"},
        ),
        (
            "globalrouter-nondirect-native",
            {"loadBalancer": {"existingId": "lb-theirs"}},
            _NODES | _CLUSTER | {("0.0.0.0/0", "30000-32768"): "clients"},
        ),
    ],
)
def test_a_stack_lets_in_who_the_scenario_needs_and_no_more(
    slug: str, sections: dict[str, Any], wanted: dict[tuple[str, str], str]
) -> None:
    """A node port open to everyone lets a client forge X-Forwarded-For; a closed pod port times out."""
    assert _stack_rules(slug, **sections) == wanted


def test_super_nodes_need_no_network_of_their_own_beside_their_subnets() -> None:
    found = up("vpc-cni-direct-super")
    pool = found.one("ServerlessNodePool")
    assert [node["subnetId"] for node in pool.inputs["serverlessNodes"]] == [
        "subnet-realipnetworknodesapguangzhou6",
        "subnet-realipnetworknodesapguangzhou7",
    ]


def test_a_stack_in_somebody_elses_vpc_makes_no_network() -> None:
    subnets = [{"zone": "ap-guangzhou-6", "id": "subnet-nodes", "cidr": "10.1.0.0/20"}]
    pods = [{"zone": "ap-guangzhou-6", "id": "subnet-pods", "cidr": "10.1.128.0/19"}]
    network = {"cidr": "10.1.0.0/16", "vpcId": "vpc-theirs", "nodeSubnets": subnets, "podSubnets": pods}
    found = up("vpc-cni-direct-native", network=network)
    for kind in (
        "Vpc/instance:Instance",
        "Subnet/instance:Instance",
        "Gateway",
        "Table",
        "TableEntry",
        "Eip/instance:Instance",
    ):
        assert found.of(kind) == []
    assert found.one("cluster:Cluster").inputs["vpcId"] == "vpc-theirs"
    assert found.one("cluster:Cluster").inputs["eniSubnetIds"] == ["subnet-pods"]
    assert found.one("NativeNodePool").inputs["native"]["subnetIds"] == ["subnet-nodes"]
    assert found.stack.outputs["networkRanges"] == {
        "vpc": ["10.1.0.0/16"],
        "nodes": ["10.1.0.0/20"],
        "pods": ["10.1.128.0/19"],
        "services": ["10.200.0.0/22"],
    }


def test_an_existing_subnet_whose_network_nobody_said_counts_as_the_whole_vpc() -> None:
    """Rules made from less would cut nodes off from each other."""
    network = {
        "cidr": "10.1.0.0/16",
        "vpcId": "vpc-theirs",
        "nodeSubnets": [{"zone": "ap-guangzhou-6", "id": "subnet-nodes"}],
    }
    rules = _stack_rules("globalrouter-direct-native", network=network)
    assert rules == {
        ("10.1.0.0/16", "ALL"): _INSIDE,
        ("172.16.0.0/16", "ALL"): _INSIDE,
        ("0.0.0.0/0", "5000"): "clients",
    }


def test_pods_may_share_an_existing_subnet_with_nodes() -> None:
    """A cluster that somebody made by TKE's own demo has one subnet for both."""
    subnets = [{"zone": "ap-guangzhou-6", "id": "subnet-both", "cidr": "10.1.0.0/20"}]
    network = {"cidr": "10.1.0.0/16", "vpcId": "vpc-theirs", "nodeSubnets": subnets, "podSubnets": subnets}
    found = up("vpc-cni-direct-native", network=network)
    assert found.one("cluster:Cluster").inputs["eniSubnetIds"] == ["subnet-both"]
    assert found.one("NativeNodePool").inputs["native"]["subnetIds"] == ["subnet-both"]
    assert (
        found.stack.outputs["networkRanges"]["nodes"] == found.stack.outputs["networkRanges"]["pods"] == ["10.1.0.0/20"]
    )


_AUXILIARY = {
    "auxiliaryCidrs": ["172.20.0.0/16"],
    "podSubnets": [{"zone": "ap-guangzhou-6", "cidr": "172.20.0.0/19"}],
    "zones": ["ap-guangzhou-6"],
}


def test_pods_in_an_auxiliary_network_reach_nodes_and_are_told_apart_from_clients() -> None:
    found = up("vpc-cni-direct-native", network=_AUXILIARY, access=_NOBODY)
    assert found.one("Vpc/instance:Instance").inputs["assistantCidrs"] == ["172.20.0.0/16"]
    assert found.named("realip-network-pods-ap-guangzhou-6").inputs["cidrBlock"] == "172.20.0.0/19"
    assert found.stack.outputs["networkRanges"] == {
        "vpc": ["10.0.0.0/16", "172.20.0.0/16"],
        "nodes": ["10.0.80.0/20"],
        "pods": ["172.20.0.0/19"],
        "services": ["10.200.0.0/22"],
    }
    assert _stack_rules("vpc-cni-direct-native", network=_AUXILIARY, access=_NOBODY) == {
        ("10.0.80.0/20", "ALL"): _INSIDE,
        ("172.20.0.0/19", "ALL"): _INSIDE,
        ("10.0.0.0/16", "5000"): "clients",
        ("172.20.0.0/16", "5000"): "clients",
    }


def test_an_existing_subnet_of_unknown_network_may_lie_in_an_auxiliary_one() -> None:
    """Rules made from the VPC's own network alone would cut its nodes off."""
    network = {
        "cidr": "10.1.0.0/16",
        "auxiliaryCidrs": ["10.9.0.0/16"],
        "vpcId": "vpc-theirs",
        "nodeSubnets": [{"zone": "ap-guangzhou-6", "id": "subnet-nodes"}],
    }
    rules = _stack_rules("globalrouter-nondirect-native", network=network)
    assert {("10.1.0.0/16", "ALL"), ("10.9.0.0/16", "ALL")} < rules.keys()


def test_a_vpc_without_auxiliary_networks_is_left_with_those_that_somebody_added() -> None:
    """An empty list would take them away (provider field assistant_cidrs is computed)."""
    assert "assistantCidrs" not in _network().named("net-vpc").inputs


def test_a_network_alone_lets_its_auxiliary_networks_reach_each_other() -> None:
    found = _network(auxiliary_cidrs=["10.3.0.0/16"], pod_subnets=[{"zone": "ap-guangzhou-6", "cidr": "10.3.128.0/19"}])
    assert [(who, port) for who, _, port, _ in _rules(found)] == [("10.0.0.0/16", "ALL"), ("10.3.0.0/16", "ALL")]
    with pytest.raises(ArgumentError, match=r'auxiliary_cidrs\[0\] = "10.0.0.0/24": overlaps cidr, 10.0.0.0/16'):
        _network(auxiliary_cidrs=["10.0.0.0/24"])
    elsewhere = r'pod_subnets\[0\].cidr = "10.0.128.0/19": lies outside the VPC\'s 10.8.0.0/16, 10.9.0.0/16'
    nodes = [{"zone": "ap-guangzhou-6", "cidr": "10.8.0.0/20"}]
    with pytest.raises(ArgumentError, match=elsewhere):
        _network(cidr="10.8.0.0/16", auxiliary_cidrs=["10.9.0.0/16"], node_subnets=nodes)


def test_a_vpc_without_a_nat_gateway_pays_for_none() -> None:
    found = up("vpc-cni-direct-native", network={"nat": False}, nodes={"internetAccessible": {"maxBandwidthOut": 5}})
    for kind in ("Gateway", "TableEntry", "Eip/instance:Instance"):
        assert found.of(kind) == []
    assert len(found.of("Subnet/instance:Instance")) == 4
    assert found.one("NativeNodePool").inputs["native"]["subnetIds"]


def test_a_nat_gateway_has_the_bandwidth_that_was_asked_for() -> None:
    found = up("vpc-cni-direct-native", network={"natBandwidth": 20})
    assert found.one("Gateway").inputs["bandwidth"] == 20
    assert found.one("Eip/instance:Instance").inputs["internetMaxBandwidthOut"] == 20
    legacy = up("vpc-cni-direct-native", network={"natBandwidth": 500, "accountType": "LEGACY"})
    assert legacy.one("Gateway").inputs["bandwidth"] == 500
    assert "internetMaxBandwidthOut" not in legacy.one("Eip/instance:Instance").inputs
