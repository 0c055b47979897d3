"""Every wrong value gets one message with path, value, problem and remedy; several come together; nothing else is raised."""

import sys
from typing import Any

import pytest

from realip import InputError, SettingsError, parse_settings
from realip.errors import nearest
from realip.problems import MISSING, Problem, path_of
from realip.settings.advice import refusals
from realip.settings.loading import decode

VPC_CNI = "vpc-cni-direct-native"
GLOBAL_ROUTER = "globalrouter-direct-native"
SUPER = "vpc-cni-direct-super"
INGRESS = "vpc-cni-nondirect-native"
ZONE, OTHER = "ap-guangzhou-6", "ap-guangzhou-7"


def _problems(slug: str = VPC_CNI, *, region: str | None = None, **sections: Any) -> list[Problem]:
    plain = {"scenario": slug, "access": {"adminCidrs": ["198.18.0.0/24"]}} | sections
    with pytest.raises(SettingsError) as caught:
        parse_settings(plain, region=region)
    assert isinstance(caught.value, InputError)
    assert all(str(problem) in str(caught.value) for problem in caught.value.problems)
    return list(caught.value.problems)


def _subnets(*cidrs: str, zone: str = ZONE) -> list[dict[str, str]]:
    return [{"zone": zone, "cidr": cidr} for cidr in cidrs]


def _existing(**more: Any) -> dict[str, Any]:
    subnets = [{"zone": ZONE, "id": "subnet-1"}]
    return {"vpcId": "vpc-1", "cidr": "10.0.0.0/16", "nodeSubnets": subnets, "podSubnets": subnets} | more


# (slug, sections, path, value, words of the problem and of the remedy)
CASES: list[tuple[str, dict[str, Any], str, Any, list[str]]] = [
    # --- what cannot be adopted
    (VPC_CNI, {"adopt": {"clustr": "cls-1"}}, "adopt.clustr", MISSING, ["not a known setting", "cluster"]),
    (VPC_CNI, {"adopt": {"cluster": "vpc-1"}}, "adopt.cluster", "vpc-1", ["cls-1a2b3c4d"]),
    (VPC_CNI, {"adopt": {"nodePool": "np-1"}}, "adopt.nodePool", "np-1", ["cls-1a2b3c4d#np-1a2b3c4d"]),
    (VPC_CNI, {"adopt": {"route": "rtb-1"}}, "adopt.route", "rtb-1", ["3065857.rtb-1a2b3c4d"]),
    (SUPER, {"adopt": {"nodePool": "cls-1#np-1"}}, "adopt.nodePool", "cls-1#np-1", ["native", "delete it in the console"]),
    (VPC_CNI, {"network": _existing(), "adopt": {"vpc": "vpc-1"}}, "adopt.vpc", "vpc-1", ["the VPC exists", "remove it"]),
    (GLOBAL_ROUTER, {"adopt": {"podSubnets": {ZONE: "subnet-1"}}}, f"adopt.podSubnets.{ZONE}", "subnet-1", ["no zone"]),
    (VPC_CNI, {"adopt": {"nodeSubnets": {"ap-guangzhou-3": "subnet-1"}}}, "adopt.nodeSubnets.ap-guangzhou-3", "subnet-1", [ZONE]),
    # --- what the platform keeps for itself
    (SUPER, {"app": {"port": 9100}}, "app.port", 9100, ["is taken on super nodes", "another one"]),
    (VPC_CNI, {"app": {"capabilities": ["SYS_ADMIN"]}}, "app.capabilities[0]", "SYS_ADMIN", ["is not one of", "NET_BIND_SERVICE"]),
    (
        VPC_CNI,
        {"network": _existing(nodeSubnets=[{"zone": ZONE, "id": "subnet-1"}, {"zone": ZONE, "id": "subnet-1"}])},
        "network.nodeSubnets",
        "subnet-1",
        ["is named 2 times", "name it once"],
    ),
    (
        VPC_CNI,
        {"access": {"adminCidrs": ["0.0.0.0/1", "128.0.0.0/1"]}},
        "access.adminCidrs",
        ["0.0.0.0/1", "128.0.0.0/1"],
        ["whole internet together", "access.allowEveryone"],
    ),
    # --- scenario
    ("vpc-cni-direct-nativ", {}, "scenario", "vpc-cni-direct-nativ", ["is not a scenario", "did you mean vpc-cni-direct-native?"]),
    ("zzzz", {}, "scenario", "zzzz", ["is not a scenario", "known are", *[VPC_CNI, GLOBAL_ROUTER, SUPER, INGRESS]]),
    (
        VPC_CNI,
        {"scenario": {"networkMode": "VPC-CNI", "nodeType": "super", "connection": "non-direct"}},
        "scenario",
        {"networkMode": "VPC-CNI", "nodeType": "super", "connection": "non-direct"},
        ["is not offered", "no node port", "Nearest scenario: `vpc-cni-direct-super-ingress`"],
    ),
    (
        VPC_CNI,
        {"scenario": {"networkMode": "GlobalRouter", "nodeType": "super", "connection": "non-direct", "layer": 4}},
        "scenario",
        {"networkMode": "GlobalRouter", "nodeType": "super", "connection": "non-direct", "layer": 4},
        ["is not offered", "no node port", "Nearest scenario: `globalrouter-direct-super`"],
    ),
    (
        VPC_CNI,
        {"scenario": {"networkMode": "VPC-CNI", "nodeType": "native", "connection": "direct", "layer": 5}},
        "scenario.layer",
        5,
        ["is not one of 4, 7"],
    ),
    (
        VPC_CNI,
        {"scenario": {"networkMode": "VPC-CNI", "nodeType": "native", "connection": "direct", "layer": "L7"}},
        "scenario.layer",
        "L7",
        ["is not one of 4, 7"],
    ),
    (
        VPC_CNI,
        {"scenario": {"networkMode": "VPC-CNI", "nodeType": "native", "connection": "direct", "layer": "7"}},
        "scenario.layer",
        "7",
        ["is not one of 4, 7; take the quotes off"],
    ),
    (
        VPC_CNI,
        {"scenario": {"networkMode": "VPC-CNI", "nodeType": "superb", "connection": "direct"}},
        "scenario.nodeType",
        "superb",
        ["is not one of native, super", "did you mean super?"],
    ),
    (
        VPC_CNI,
        {"scenario": {"networkMode": "vpc-cni", "nodeType": "super", "connection": "direct"}},
        "scenario.networkMode",
        "vpc-cni",
        ["is not one of VPC-CNI, GlobalRouter", "did you mean VPC-CNI?"],
    ),
    (VPC_CNI, {"scenario": {"networkMode": "VPC-CNI", "nodeType": "super"}}, "scenario.connection", MISSING, ["is missing; add it"]),
    (VPC_CNI, {"scenario": 3}, "scenario", 3, ["must be a scenario's slug"]),
    (VPC_CNI, {"scenario": None}, "scenario", MISSING, ["is null", "give it a value, or remove the key"]),
    # --- keys
    (VPC_CNI, {"netwrk": {}}, "netwrk", {}, ["is not a known setting", "did you mean network?"]),
    (VPC_CNI, {"zzz": 1}, "zzz", 1, ["is not a known setting", "known are access, adopt, app, cluster, loadBalancer"]),
    (VPC_CNI, {"network": {"zone": [ZONE]}}, "network.zone", MISSING, ["did you mean zones?"]),
    (VPC_CNI, {"network": {"node_subnets": []}}, "network.node_subnets", [], ["did you mean nodeSubnets?"]),
    (VPC_CNI, {"load_balancer": {}}, "load_balancer", {}, ["did you mean loadBalancer?"]),
    (
        VPC_CNI,
        {"network": {"nodeSubnets": [{"zone": ZONE, "cdir": "10.0.0.0/20"}]}},
        "network.nodeSubnets[0].cdir",
        MISSING,
        ["is not a known setting", "did you mean cidr?"],
    ),
    (VPC_CNI, {"nodes": {"autoscaling": {"min": 1, "max": 2, "mx": 3}}}, "nodes.autoscaling.mx", 3, ["did you mean max?"]),
    (VPC_CNI, {"nodes": {"taints": [{"key": "a", "efect": "b", "effect": "NoSchedule"}]}}, "nodes.taints[0].efect", MISSING, ["did you mean effect?"]),
    # --- wrong kinds of values
    (VPC_CNI, {"network": []}, "network", [], ["must be a map of names to values"]),
    (VPC_CNI, {"network": None}, "network", MISSING, ["is null", "give it a value, or remove the key"]),
    (VPC_CNI, {"loadBalancer": {"internalSubnetId": None}}, "loadBalancer.internalSubnetId", MISSING, ["is null"]),
    (VPC_CNI, {"app": {"port": None}}, "app.port", MISSING, ["is null"]),
    (VPC_CNI, {"tags": ["a"]}, "tags", ["a"], ["must be a map"]),
    (VPC_CNI, {"network": {"zones": ZONE}}, "network.zones", ZONE, ["must be a list"]),
    (VPC_CNI, {"app": {"port": "5000"}}, "app.port", "5000", ["must be a whole number; take the quotes off"]),
    (VPC_CNI, {"app": {"port": 5000.5}}, "app.port", 5000.5, ["must be a whole number"]),
    (VPC_CNI, {"app": {"port": True}}, "app.port", True, ["must be a whole number"]),
    (VPC_CNI, {"app": {"autoscaled": "yes"}}, "app.autoscaled", "yes", ["must be true or false"]),
    (VPC_CNI, {"tags": {"cost": 42}}, "tags.cost", 42, ["must be text; put it in quotes"]),
    (VPC_CNI, {"cluster": {"name": 7}}, "cluster.name", 7, ["must be text; put it in quotes"]),
    # --- networks
    (VPC_CNI, {"network": {"cidr": "10.0.1.0/16"}}, "network.cidr", "10.0.1.0/16", ["is not canonical", "write 10.0.0.0/16"]),
    (VPC_CNI, {"network": {"cidr": "10.0.0.0/33"}}, "network.cidr", "10.0.0.0/33", ["is not a CIDR", "write a network such as"]),
    (VPC_CNI, {"network": {"cidr": "8.8.0.0/16"}}, "network.cidr", "8.8.0.0/16", ["lies outside", "choose a network inside"]),
    (VPC_CNI, {"network": {"cidr": "10.0.0.0/8"}}, "network.cidr", "10.0.0.0/8", ["has mask /8", "/12 to /28"]),
    (VPC_CNI, {"network": {"cidr": "10.0.0.0/27"}}, "network.cidr", "10.0.0.0/27", ["too small to carve", "/25 or larger"]),
    (VPC_CNI, {"network": {"cidr": "fd00::/16"}}, "network.cidr", "fd00::/16", ["is an IPv6 network"]),
    (VPC_CNI, {"cluster": {"serviceCidr": "10.200.0.0/16"}}, "cluster.serviceCidr", "10.200.0.0/16", ["has mask /16", "/17 to /27"]),
    (VPC_CNI, {"cluster": {"serviceCidr": "10.200.0.0/28"}}, "cluster.serviceCidr", "10.200.0.0/28", ["has mask /28", "/17 to /27"]),
    (GLOBAL_ROUTER, {"cluster": {"clusterCidr": "172.16.0.0/25"}}, "cluster.clusterCidr", "172.16.0.0/25", ["has mask /25", "/10 to /24"]),
    (VPC_CNI, {"cluster": {"serviceCidr": "10.0.4.0/22"}}, "cluster.serviceCidr", "10.0.4.0/22", ["overlaps network.cidr, 10.0.0.0/16", "share no address"]),
    (GLOBAL_ROUTER, {"cluster": {"clusterCidr": "10.0.0.0/14"}}, "cluster.clusterCidr", "10.0.0.0/14", ["overlaps network.cidr"]),
    (GLOBAL_ROUTER, {"cluster": {"serviceCidr": "172.16.4.0/24"}}, "cluster.serviceCidr", "172.16.4.0/24", ["overlaps cluster.clusterCidr"]),
    (
        VPC_CNI,
        {"network": {"nodeSubnets": _subnets("10.0.0.0/20", "10.0.8.0/21"), "zones": [ZONE]}},
        "network.nodeSubnets[1]",
        "10.0.8.0/21",
        ["overlaps network.nodeSubnets[0], 10.0.0.0/20"],
    ),
    (
        VPC_CNI,
        {"network": {"nodeSubnets": _subnets("10.0.0.0/20"), "podSubnets": _subnets("10.0.0.0/19"), "zones": [ZONE]}},
        "network.podSubnets[0]",
        "10.0.0.0/19",
        ["overlaps network.nodeSubnets[0], 10.0.0.0/20"],
    ),
    (VPC_CNI, {"network": {"natBandwidth": 300}}, "network.natBandwidth", 300, ["is not one of 20, 50, 100"]),
    (VPC_CNI, {"network": {"natBandwidth": 200}}, "network.natBandwidth", 200, ["is more than", "take one of 20, 50, 100"]),
    (VPC_CNI, {"network": {"nat": False, "natBandwidth": 50}}, "network.natBandwidth", 50, ["network.nat is false", "remove"]),
    (VPC_CNI, {"network": {"nat": False}, "adopt": {"eip": "eip-1"}}, "adopt.eip", "eip-1", ["network.nat is false", "remove it"]),
    (VPC_CNI, {"network": _existing(nat=False)}, "network.nat", False, ["is for a new VPC", "remove it"]),
    (
        VPC_CNI,
        {"nodes": {"dataDisks": [{"diskType": "FLOPPY", "diskSize": 100}]}},
        "nodes.dataDisks[0].diskType",
        "FLOPPY",
        ["is not one of CLOUD_PREMIUM"],
    ),
    (
        VPC_CNI,
        {"nodes": {"dataDisks": [{"diskType": "CLOUD_SSD", "diskSize": 100, "mountTarget": "/etc/x"}]}},
        "nodes.dataDisks[0].mountTarget",
        "/etc/x",
        ["system lives in", "/var/lib/container"],
    ),
    (
        VPC_CNI,
        {"nodes": {"dataDisks": [{"diskType": "CLOUD_SSD", "diskSize": 100, "mountTarget": "/a"}] * 2}},
        "nodes.dataDisks[1].mountTarget",
        "/a",
        ["another disk's too", "choose another folder"],
    ),
    (VPC_CNI, {"nodes": {"instanceChargePrepaid": {"period": 13}}}, "nodes.instanceChargePrepaid.period", 13, ["is not one of 1, 2"]),
    (
        VPC_CNI,
        {"nodes": {"internetAccessible": {"maxBandwidthOut": 101}}},
        "nodes.internetAccessible",
        {"maxBandwidthOut": 101},
        ["must be at most 100"],
    ),
    (
        VPC_CNI,
        {"nodes": {"internetAccessible": {"maxBandwidthOut": 5, "chargeType": "BANDWIDTH_PACKAGE"}}},
        "nodes.internetAccessible",
        {"maxBandwidthOut": 5, "chargeType": "BANDWIDTH_PACKAGE"},
        ["without a package", "add its id"],
    ),
    (VPC_CNI, {"nodes": {"keyIds": ["skey-1", "skey-1"]}}, "nodes.keyIds[1]", "skey-1", ["in the list already", "name it once"]),
    (VPC_CNI, {"cluster": {"level": "L20"}, "nodes": {"pools": [{"name": "a"}, {"name": "a"}]}}, "nodes.pools[1].name", "a", ["another pool's name", "take another"]),
    (VPC_CNI, {"nodes": {"pools": [{"name": "a", "typo": 1}]}}, "nodes.pools[0].typo", 1, ["is not a known setting"]),
    (
        VPC_CNI,
        {"nodes": {"pools": [{"name": "a", "replicas": 9, "autoscaling": {"min": 1, "max": 2}}]}},
        "nodes.pools[0].replicas",
        9,
        ["lies outside nodes.pools[0].autoscaling, 1 to 2"],
    ),
    (VPC_CNI, {"nodes": {"pools": [{"name": "a", "replicas": 4}]}}, "cluster.level", "L5", ["holds 5 nodes", "nodes.replicas and nodes.pools ask for 6"]),
    (SUPER, {"nodes": {"pools": [{"name": "a"}]}}, "nodes.pools", [{"name": "a"}], ["belongs to native nodes", "remove it"]),
    (
        VPC_CNI,
        {"network": {"auxiliaryCidrs": ["10.1.0.0/16"], "podSubnets": _subnets("10.2.0.0/20"), "zones": [ZONE]}},
        "network.podSubnets[0]",
        "10.2.0.0/20",
        ["lies outside the VPC's 10.0.0.0/16, 10.1.0.0/16", "inside one of them"],
    ),
    (VPC_CNI, {"network": {"auxiliaryCidrs": ["10.0.4.0/22"]}}, "network.auxiliaryCidrs[0]", "10.0.4.0/22", ["overlaps network.cidr"]),
    (
        VPC_CNI,
        {"network": {"auxiliaryCidrs": ["10.200.0.0/16"]}},
        "cluster.serviceCidr",
        "10.200.0.0/22",
        ["overlaps network.auxiliaryCidrs[0], 10.200.0.0/16"],
    ),
    (
        VPC_CNI,
        {
            "network": _existing(
                nodeSubnets=[{"zone": ZONE, "id": "subnet-1", "cidr": "10.0.0.0/20"}],
                podSubnets=[{"zone": ZONE, "id": "subnet-1", "cidr": "10.0.16.0/20"}],
            )
        },
        "network.podSubnets[0].cidr",
        "10.0.16.0/20",
        ["is another network than network.nodeSubnets has for subnet-1, 10.0.0.0/20"],
    ),
    (
        VPC_CNI,
        {
            "network": _existing(
                nodeSubnets=[{"zone": ZONE, "id": "subnet-1", "cidr": "10.0.0.0/29"}],
                podSubnets=[{"zone": ZONE, "id": "subnet-1", "cidr": "10.0.0.0/29"}],
            )
        },
        "network.podSubnets",
        ["10.0.0.0/29"],
        ["have room for 5 addresses", "6 nodes and pods are asked for", "take larger networks"],
    ),
    (
        VPC_CNI,
        {"network": {"nodeSubnets": _subnets("10.1.0.0/20"), "zones": [ZONE]}},
        "network.nodeSubnets[0]",
        "10.1.0.0/20",
        ["lies outside the VPC's 10.0.0.0/16"],
    ),
    (VPC_CNI, {"network": {"podSubnets": _subnets("10.0.128.0/30")}}, "network.podSubnets[0].cidr", "10.0.128.0/30", ["has mask /30", "/29"]),
    # --- zones
    (VPC_CNI, {"network": {"zones": []}}, "network.zones", [], ["is empty", "name at least one availability zone"]),
    (VPC_CNI, {"network": {"zones": ["guangzhou"]}}, "network.zones[0]", "guangzhou", ["is not an availability zone", "ap-guangzhou-6"]),
    (VPC_CNI, {"network": {"zones": [ZONE, ZONE]}}, "network.zones", [ZONE, ZONE], ["names ap-guangzhou-6 2 times"]),
    (
        VPC_CNI,
        {"network": {"podSubnets": _subnets("10.0.128.0/19")}},
        "network.podSubnets",
        [ZONE],
        ["has no subnet in ap-guangzhou-7, where nodes are", "add one"],
    ),
    (
        VPC_CNI,
        {"network": {"zones": [ZONE, OTHER], "nodeSubnets": _subnets("10.0.0.0/20")}},
        "network.nodeSubnets",
        [ZONE],
        ["has no subnet in ap-guangzhou-7, which network.zones names"],
    ),
    (
        VPC_CNI,
        {"network": {"zones": [f"ap-guangzhou-{number}" for number in range(1, 10)]}},
        "network.zones",
        "ap-guangzhou-9",
        ["would have the carved subnets of ap-guangzhou-1", "nodeSubnets"],
    ),
    (
        VPC_CNI,
        {"network": {"zones": [ZONE, "ap-shanghai-2"]}},
        "network.zones[1]",
        "ap-shanghai-2",
        ["lies in another region than network.zones[0]", "one region"],
    ),
    (
        VPC_CNI,
        {"loadBalancer": {"internal": True, "zone": "ap-guangzhou-3"}},
        "loadBalancer.zone",
        "ap-guangzhou-3",
        ["has no node subnet", "take one of ap-guangzhou-6, ap-guangzhou-7"],
    ),
    (VPC_CNI, {"loadBalancer": {"zone": ZONE}}, "loadBalancer.zone", ZONE, ["is for an internal load balancer"]),
    (
        VPC_CNI,
        {"access": {"adminCidrs": ["198.18.0.0/24"], "endpointZone": ZONE}},
        "access.endpointZone",
        ZONE,
        ["is for the intranet endpoint"],
    ),
    (VPC_CNI, {"network": {"nodeSubnets": []}}, "network.nodeSubnets", [], ["is empty", "give at least one subnet"]),
    (VPC_CNI, {"network": {"podSubnets": []}}, "network.podSubnets", [], ["is empty", "give at least one subnet"]),
    # --- an existing VPC
    (VPC_CNI, {"network": {"cidr": "10.0.0.0/16", "vpcId": "vpc-1", "podSubnets": [{"zone": ZONE, "id": "subnet-1"}]}}, "network.nodeSubnets", MISSING, ["is missing", "an existing VPC needs its subnets"]),
    (VPC_CNI, {"network": {"cidr": "10.0.0.0/16", "vpcId": "vpc-1", "nodeSubnets": [{"zone": ZONE, "id": "subnet-1"}]}}, "network.podSubnets", MISSING, ["is missing", "an existing VPC needs its subnets"]),
    (VPC_CNI, {"network": {key: value for key, value in _existing().items() if key != "cidr"}}, "network.cidr", MISSING, ["is missing", "say the existing VPC's network"]),
    (VPC_CNI, {"network": _existing(nodeSubnets=_subnets("10.0.0.0/20"))}, "network.nodeSubnets[0].id", MISSING, ["is missing", "by id"]),
    (VPC_CNI, {"network": _existing(vpcId="sg-1")}, "network.vpcId", "sg-1", ["is not an id of this kind", "vpc-1a2b3c4d"]),
    (VPC_CNI, {"network": {"nodeSubnets": [{"zone": ZONE, "id": "subnet-1", "cidr": "10.0.0.0/20"}], "zones": [ZONE]}}, "network.nodeSubnets[0].id", "subnet-1", ["the VPC is new", "set network.vpcId"]),
    (VPC_CNI, {"network": {"nodeSubnets": [{"zone": ZONE}], "zones": [ZONE]}}, "network.nodeSubnets[0].cidr", MISSING, ["is missing", "a new subnet needs a network"]),
    # --- the other network mode's
    (GLOBAL_ROUTER, {"network": {"podSubnets": _subnets("10.0.128.0/19")}}, "network.podSubnets", ["10.0.128.0/19"], ["belongs to VPC-CNI", "remove it", "cluster.clusterCidr"]),
    (GLOBAL_ROUTER, {"cluster": {"exclusiveEni": False}}, "cluster.exclusiveEni", False, ["belongs to VPC-CNI", "remove it"]),
    (GLOBAL_ROUTER, {"cluster": {"staticPodIps": True}}, "cluster.staticPodIps", True, ["belongs to VPC-CNI", "remove it"]),
    (VPC_CNI, {"cluster": {"clusterCidr": "172.16.0.0/16"}}, "cluster.clusterCidr", "172.16.0.0/16", ["belongs to GlobalRouter", "remove it", "network.podSubnets"]),
    (VPC_CNI, {"cluster": {"podsPerNode": 64}}, "cluster.podsPerNode", 64, ["belongs to GlobalRouter", "remove it"]),
    (VPC_CNI, {"cluster": {"services": 1024}}, "cluster.services", 1024, ["belongs to GlobalRouter", "remove it"]),
    # --- capacity
    (GLOBAL_ROUTER, {"cluster": {"podsPerNode": 100}}, "cluster.podsPerNode", 100, ["is not one of 16, 32, 64, 128, 256"]),
    (GLOBAL_ROUTER, {"cluster": {"services": 1000}}, "cluster.services", 1000, ["is not one of 32, 64", "1024"]),
    (GLOBAL_ROUTER, {"cluster": {"services": 512, "serviceCidr": "10.201.0.0/24"}}, "cluster.services", 512, ["does not agree with cluster.serviceCidr, which holds 256"]),
    (GLOBAL_ROUTER, {"cluster": {"clusterCidr": "172.16.0.0/22"}}, "cluster.clusterCidr", "172.16.0.0/22", ["has room for 0 nodes", "2 are asked for", "take a larger network"]),
    (
        GLOBAL_ROUTER,
        {"cluster": {"level": "L5000"}, "nodes": {"replicas": 1009}, "network": {"cidr": "10.0.0.0/14", "zones": [ZONE]}},
        "cluster.clusterCidr",
        "172.16.0.0/16",
        ["has room for 1008 nodes (65536 addresses less 1024 for Services, 64 for each node)", "1009 are asked for"],
    ),
    (VPC_CNI, {"nodes": {"replicas": 6}}, "cluster.level", "L5", ["holds 5 nodes", "nodes.replicas asks for 6", "take a higher level"]),
    (VPC_CNI, {"nodes": {"autoscaling": {"min": 1, "max": 9}}}, "cluster.level", "L5", ["nodes.autoscaling.max asks for 9"]),
    (VPC_CNI, {"cluster": {"level": "L7"}}, "cluster.level", "L7", ["is not one of L5, L20"]),
    (
        VPC_CNI,
        {"network": {"nodeSubnets": _subnets("10.0.0.0/29"), "zones": [ZONE]}, "nodes": {"replicas": 20}, "cluster": {"level": "L20"}},
        "network.nodeSubnets",
        ["10.0.0.0/29"],
        ["have room for 5 addresses, and 20 nodes are asked for"],
    ),
    (
        VPC_CNI,
        {"network": {"podSubnets": _subnets("10.0.128.0/29"), "nodeSubnets": _subnets("10.0.0.0/20"), "zones": [ZONE]}, "app": {"replicas": 5}},
        "network.podSubnets",
        ["10.0.128.0/29"],
        ["have room for 5 addresses, and 6 pods are asked for"],
    ),
    (
        SUPER,
        {"network": {"nodeSubnets": _subnets("10.0.0.0/29"), "zones": [ZONE]}, "app": {"replicas": 5}},
        "network.nodeSubnets",
        ["10.0.0.0/29"],
        ["have room for 5 addresses, and 6 pods are asked for"],
    ),
    # --- nodes
    (VPC_CNI, {"nodes": {"replicas": 0}}, "nodes.replicas", 0, ["must be at least 1"]),
    (VPC_CNI, {"nodes": {"replicas": 5001}}, "nodes.replicas", 5001, ["must be at most 5000"]),
    (VPC_CNI, {"nodes": {"instanceTypes": []}}, "nodes.instanceTypes", [], ["has too few entries; give at least 1"]),
    (VPC_CNI, {"nodes": {"instanceTypes": ["medium"]}}, "nodes.instanceTypes[0]", "medium", ["is not an instance type", "S5.MEDIUM4"]),
    (VPC_CNI, {"nodes": {"systemDiskType": "SSD"}}, "nodes.systemDiskType", "SSD", ["is not one of CLOUD_PREMIUM"]),
    (VPC_CNI, {"nodes": {"systemDiskSize": 20}}, "nodes.systemDiskSize", 20, ["must be at least 50"]),
    (VPC_CNI, {"nodes": {"systemDiskSize": 2000}}, "nodes.systemDiskSize", 2000, ["must be at most 1024"]),
    (VPC_CNI, {"nodes": {"autoscaling": {"min": 3, "max": 2}}}, "nodes.autoscaling.min", 3, ["is more than max, 2", "swap them"]),
    (VPC_CNI, {"nodes": {"autoscaling": {"min": 3, "max": 5}}}, "nodes.replicas", 2, ["lies outside nodes.autoscaling, 3 to 5"]),
    (VPC_CNI, {"nodes": {"autoscaling": {"min": 1}}}, "nodes.autoscaling.max", MISSING, ["is missing; add it"]),
    (VPC_CNI, {"nodes": {"taints": [{"key": "a", "effect": "NoSchedul"}]}}, "nodes.taints[0].effect", "NoSchedul", ["is not one of NoSchedule", "did you mean NoSchedule?"]),
    (VPC_CNI, {"nodes": {"labels": {"-a": "b"}}}, 'nodes.labels["-a"]', "-a", ["is not a label key"]),
    (VPC_CNI, {"nodes": {"labels": {"a": "-b"}}}, "nodes.labels.a", "-b", ["is not a label value"]),
    (SUPER, {"nodes": {"replicas": 2}}, "nodes.replicas", 2, ["belongs to native nodes", "remove it"]),
    (SUPER, {"nodes": {"instanceTypes": ["S5.MEDIUM4"]}}, "nodes.instanceTypes", ["S5.MEDIUM4"], ["belongs to native nodes"]),
    # --- app
    (VPC_CNI, {"app": {"replicas": 0}}, "app.replicas", 0, ["must be at least 1"]),
    (VPC_CNI, {"app": {"port": 0}}, "app.port", 0, ["must be at least 1"]),
    (VPC_CNI, {"app": {"port": 70000}}, "app.port", 70000, ["must be at most 65535"]),
    (VPC_CNI, {"app": {"servicePort": -1}}, "app.servicePort", -1, ["must be at least 1"]),
    *[
        (INGRESS, {"app": {field: "Bad_Name"}}, f"app.{field}", "Bad_Name", ["is not a name that Kubernetes takes", "use at most"])
        for field in ("namespace", "deployment", "container", "service", "ingress")
    ],
    (VPC_CNI, {"app": {"service": "1app"}}, "app.service", "1app", ["for a Service", "a letter first"]),
    (VPC_CNI, {"app": {"label": "a b"}}, "app.label", "a b", ["is not a label value"]),
    (VPC_CNI, {"app": {"namespace": "kube-system"}}, "app.namespace", "kube-system", ["is one of Kubernetes' own", "give the app"]),
    (VPC_CNI, {"app": {"label": ""}}, "app.label", "", ["is empty", "give it a value"]),
    (VPC_CNI, {"app": {"image": "Nginx latest"}}, "app.image", "Nginx latest", ["is not an image reference", "write [host[:port]/]path"]),
    (VPC_CNI, {"app": {"cpuRequest": "1 core"}}, "app.cpuRequest", "1 core", ["is not a CPU quantity", "250m"]),
    (VPC_CNI, {"app": {"memoryLimit": "1GB"}}, "app.memoryLimit", "1GB", ["is not a memory quantity", "256Mi"]),
    (VPC_CNI, {"app": {"cpuRequest": "2"}}, "app.cpuRequest", "2", ["is more than app.cpuLimit, 1", "lower it"]),
    (VPC_CNI, {"app": {"memoryRequest": "1Gi"}}, "app.memoryRequest", "1Gi", ["is more than app.memoryLimit, 512Mi"]),
    (VPC_CNI, {"app": {"autoscaled": True, "replicas": 3}}, "app.replicas", 3, ["has two owners", "remove one of the two"]),
    *(
        (VPC_CNI, {"app": {"disruptionBudget": {"maxUnavailable": said}}}, "app.disruptionBudget.maxUnavailable", value, words)
        for said, value, words in [
            (0, 0, ["would keep every node from being drained", "write at least 1"]),
            ("0%", "0%", ["would keep every node from being drained", "write at least 1"]),
            ("101%", "101%", ["is more than all pods", "100%"]),
            (10001, 10001, ["is more than an app has", "10000"]),
            ("a third", "a third", ["is neither a number of pods nor a share of them", "25%"]),
            (1.5, 1.5, ["is neither a number of pods nor a share of them"]),
            (True, True, ["is neither text nor a number", "write a number of pods, or a share such as 25%"]),
        ]
    ),
    (VPC_CNI, {"app": {"disruptionBudget": {}}}, "app.disruptionBudget.maxUnavailable", MISSING, ["is missing"]),
    (VPC_CNI, {"app": {"disruptionBudget": {"maxUnavailable": 2}}, "cluster": {"version": "1.26.1"}}, "app.disruptionBudget", {"maxUnavailable": 2}, ["needs Kubernetes 1.27", "remove it"]),
    (VPC_CNI, {"app": {"ingress": "door"}}, "app.ingress", "door", ["names an Ingress", "has none", "remove it"]),
    (VPC_CNI, {"app": {"readinessPath": "healthz"}}, "app.readinessPath", "healthz", ["is not a URL path", "/healthz"]),
    (VPC_CNI, {"app": {"timeoutSeconds": 5}}, "app.timeoutSeconds", 5, ["must be at least 30"]),
    (VPC_CNI, {"app": {"drainSeconds": 5}, "cluster": {"version": "1.29.0"}}, "app.drainSeconds", 5, ["needs Kubernetes 1.30", "remove it"]),
    # --- version
    (VPC_CNI, {"cluster": {"version": 1.30}}, "cluster.version", 1.3, ["is a number", "YAML has dropped digits", 'quote it: "1.30.0"']),
    (VPC_CNI, {"cluster": {"version": 1}}, "cluster.version", 1, ["is a number", "quote it"]),
    (VPC_CNI, {"cluster": {"version": "1.32"}}, "cluster.version", "1.32", ["is not a Kubernetes version", '"1.34.1"']),
    (VPC_CNI, {"cluster": {"version": "1.19.9"}}, "cluster.version", "1.19.9", ["is too old", "take 1.20 or later"]),
    (INGRESS, {"cluster": {"version": "1.18.4"}}, "cluster.version", "1.18.4", ["is too old", "take 1.19 or later"]),
    # --- load balancer
    (VPC_CNI, {"loadBalancer": {"internalSubnetId": "subnet-1"}}, "loadBalancer.internalSubnetId", "subnet-1", ["set loadBalancer.internal to true"]),
    (VPC_CNI, {"loadBalancer": {"internal": True, "existingId": "lb-1"}}, "loadBalancer.existingId", "lb-1", ["cannot go with loadBalancer.internal", "remove one of the two"]),
    (VPC_CNI, {"loadBalancer": {"internal": True, "bandwidth": 5}}, "loadBalancer.bandwidth", 5, ["is for a public load balancer", "remove it"]),
    (VPC_CNI, {"loadBalancer": {"existingId": "lb-1", "bandwidth": 5}}, "loadBalancer.bandwidth", 5, ["that TKE makes", "remove it"]),
    (VPC_CNI, {"loadBalancer": {"existingId": "vpc-1"}}, "loadBalancer.existingId", "vpc-1", ["is not an id of this kind", "lb-1a2b3c4d"]),
    (VPC_CNI, {"loadBalancer": {"bandwidth": 4096}}, "loadBalancer.bandwidth", 4096, ["must be at most 2048"]),
    (
        VPC_CNI,
        {"loadBalancer": {"securityGroupIds": [f"sg-{number}" for number in range(6)]}},
        "loadBalancer.securityGroupIds",
        [f"sg-{number}" for number in range(6)],
        ["has too many entries; give at most 5"],
    ),
    # --- ports, annotations
    (VPC_CNI, {"loadBalancer": {"ports": [{"port": 80}]}, "app": {"servicePort": 80}}, "app.servicePort", 80, ["lists all of them", "remove one of the two"]),
    (INGRESS, {"loadBalancer": {"ports": [{"port": 80}]}}, "loadBalancer.ports", [80], ["are for layer 4", "listens at layer 7", "remove them"]),
    (VPC_CNI, {"loadBalancer": {"ports": [{"port": 53, "protocol": "QUIC"}]}}, "loadBalancer.ports[0].protocol", "QUIC", ["is not one of TCP, UDP, TCP_SSL"]),
    (VPC_CNI, {"loadBalancer": {"ports": [{"port": 443, "protocol": "TCP_SSL"}]}}, "loadBalancer.ports[0].certificateId", MISSING, ["the load balancer speaks TLS"]),
    (VPC_CNI, {"loadBalancer": {"ports": [{"port": 80, "name": "a"}, {"port": 81}]}}, "loadBalancer.ports[1].name", MISSING, ["Kubernetes wants a name"]),
    (VPC_CNI, {"loadBalancer": {"ports": [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]}}, "loadBalancer.ports[1].port", 80, ["already with TCP"]),
    (VPC_CNI, {"loadBalancer": {"ports": [{"port": 80, "targetPort": 1}, {"port": 80, "targetPort": 2, "protocol": "UDP"}]}}, "loadBalancer.ports[1].targetPort", 2, ["are one port of the Service", "write 1"]),
    (VPC_CNI, {"loadBalancer": {"ports": [{"port": 443, "protocol": "TCP_SSL", "certificateId": "1a2B3c4D", "certificateSecret": "tls"}]}}, "loadBalancer.ports[0].certificateSecret", "tls", ["certificateId makes one"]),
    (SUPER, {"loadBalancer": {"ports": [{"port": 80, "targetPort": 9100}]}}, "loadBalancer.ports[0].targetPort", 9100, ["is taken on super nodes"]),
    (VPC_CNI, {"loadBalancer": {"annotations": {"service.cloud.tencent.com/security-groups": "sg-1"}}}, 'loadBalancer.annotations["service.cloud.tencent.com/security-groups"]', "service.cloud.tencent.com/security-groups", ["say it in loadBalancer.securityGroupIds"]),
    (VPC_CNI, {"loadBalancer": {"annotations": {"service.kubernetes.io/loadbalance-id": "lb-1"}}}, 'loadBalancer.annotations["service.kubernetes.io/loadbalance-id"]', "service.kubernetes.io/loadbalance-id", ["TKE's own answer", "remove it"]),
    (VPC_CNI, {"loadBalancer": {"annotations": {"ingress.cloud.tencent.com/mode": "skip"}}}, 'loadBalancer.annotations["ingress.cloud.tencent.com/mode"]', "skip", ["is read from an Ingress", "remove it"]),
    (INGRESS, {"loadBalancer": {"annotations": {"kubernetes.io/ingress.extensiveParameters": '{"AddressIPVersion":"IPv6FullChain"}'}}}, 'loadBalancer.annotations["kubernetes.io/ingress.extensiveParameters"]', '{"AddressIPVersion":"IPv6FullChain"}', ["asks for IPv6", "is not offered"]),
    (VPC_CNI, {"loadBalancer": {"labels": {"service.cloud.tencent.com/loadbalance-type": "OPEN"}}}, 'loadBalancer.labels["service.cloud.tencent.com/loadbalance-type"]', "service.cloud.tencent.com/loadbalance-type", ["TKE puts there itself"]),
    # --- hosts, redirections, listeners
    (VPC_CNI, {"loadBalancer": {"hosts": [{"host": "shop.example.com"}]}}, "loadBalancer.hosts", ["shop.example.com"], ["is for layer 7", "remove it"]),
    (VPC_CNI, {"loadBalancer": {"redirect": False}}, "loadBalancer.redirect", False, ["is for layer 7"]),
    (VPC_CNI, {"loadBalancer": {"listenPorts": {"http": 81}}}, "loadBalancer.listenPorts", {"http": 81}, ["is for layer 7"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "Shop.example.com"}]}}, "loadBalancer.hosts[0].host", "Shop.example.com", ["upper-case", "E4052", "write shop.example.com"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "shop"}]}}, "loadBalancer.hosts[0].host", "shop", ["has no dot"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "a.example.com", "paths": ["~* x"]}]}}, "loadBalancer.hosts[0].paths[0].path", "~* x", ["is a regular expression", "E4031"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "a.example.com", "paths": [3]}]}}, "loadBalancer.hosts[0].paths[0]", 3, ["must be a map"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "a.example.com", "certificateId": "a b"}]}}, "loadBalancer.hosts[0].certificateId", "a b", ["is not a certificate's id"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "a.example.com"}, {"host": "a.example.com"}]}}, "loadBalancer.hosts[1].host", "a.example.com", ["is in the list already", "E4049"]),
    (INGRESS, {"loadBalancer": {"redirect": True}}, "loadBalancer.redirect", True, ["there are no hosts", "give each one"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "a.example.com"}], "redirect": True}}, "loadBalancer.redirect", True, ["a.example.com has none"]),
    (INGRESS, {"loadBalancer": {"listenPorts": {"https": 443}}}, "loadBalancer.listenPorts.https", 443, ["nobody listens on"]),
    (INGRESS, {"loadBalancer": {"shared": True}}, "loadBalancer.shared", True, ["goes with loadBalancer.existingId"]),
    (INGRESS, {"loadBalancer": {"hosts": [{"host": "a.example.com", "paths": [{"path": "/", "service": "b"}]}]}}, "loadBalancer.hosts[0].paths[0].port", MISSING, ["which port of the Service"]),
    (
        INGRESS,
        {"loadBalancer": {"hosts": [{"host": "*.example.com"}], "healthCheck": {"httpCheckPath": "/"}}},
        "loadBalancer.healthCheck.httpCheckDomain",
        MISSING,
        ["is a wildcard", "name one under it"],
    ),
    # --- health checks, scheduling, sessions
    (VPC_CNI, {"loadBalancer": {"healthCheck": {"intervalTime": 4}}}, "loadBalancer.healthCheck.intervalTime", 4, ["must be at least 5"]),
    (VPC_CNI, {"loadBalancer": {"healthCheck": {"timeout": 5}}}, "loadBalancer.healthCheck.timeout", 5, ["is not less than intervalTime, 5", "take a longer interval"]),
    (VPC_CNI, {"loadBalancer": {"healthCheck": {"unhealthNum": 3}}}, "loadBalancer.healthCheck.unhealthNum", 3, ["did you mean unHealthNum?"]),
    (VPC_CNI, {"loadBalancer": {"healthCheck": {"enable": False, "healthNum": 3}}}, "loadBalancer.healthCheck.healthNum", 3, ["enable is false", "remove one of the two"]),
    (VPC_CNI, {"loadBalancer": {"healthCheck": {"httpCheckPath": "/"}}}, "loadBalancer.healthCheck.httpCheckPath", "/", ["is for layer 7", "remove it"]),
    (INGRESS, {"loadBalancer": {"healthCheck": {"httpCheckDomain": "*.example.com"}}}, "loadBalancer.healthCheck.httpCheckDomain", "*.example.com", ["is a wildcard"]),
    (VPC_CNI, {"loadBalancer": {"healthCheck": {}}, "app": {"drainSeconds": 14}}, "app.drainSeconds", 14, ["is shorter than the 15 s", "set it to 15"]),
    (VPC_CNI, {"loadBalancer": {"healthCheck": {"intervalTime": 101}}}, "loadBalancer.healthCheck.intervalTime", 101, ["for 303 s", "at most 300 s", "lower one of them"]),
    (VPC_CNI, {"loadBalancer": {"healthCheck": {"intervalTime": 30, "unHealthNum": 2, "healthNum": 10}}, "app": {"timeoutSeconds": 300}}, "app.timeoutSeconds", 300, ["after 300 s", "set it higher"]),
    (VPC_CNI, {"loadBalancer": {"scheduler": "IP_HASH"}}, "loadBalancer.scheduler", "IP_HASH", ["is not one of WRR, LEAST_CONN"]),
    (VPC_CNI, {"loadBalancer": {"sessionExpireTime": 5}}, "loadBalancer.sessionExpireTime", 5, ["must be at least 30"]),
    (VPC_CNI, {"loadBalancer": {"scheduler": "WRR", "ports": [{"port": 443, "protocol": "TCP_SSL", "certificateId": "1a2B3c4D"}]}}, "loadBalancer.ports[0].protocol", "TCP_SSL", ["speaks of TCP and UDP listeners", "take TCP"]),
    (VPC_CNI, {"loadBalancer": {"scheduler": "WRR"}, "app": {"service": "web-auto-service"}}, "app.service", "web-auto-service", ["web-auto-service-config", "E4051", "take another name"]),
    # --- access
    (VPC_CNI, {"access": {}}, "access.adminCidrs", MISSING, ["is missing", "pulumi config set --path"]),
    (VPC_CNI, {"access": {"adminCidrs": []}}, "access.adminCidrs", MISSING, ["is missing", "pulumi config set --path"]),
    (VPC_CNI, {"access": {"adminCidrs": ["0.0.0.0/0"]}}, "access.adminCidrs[0]", "0.0.0.0/0", ["the whole internet", "allowEveryone"]),
    (VPC_CNI, {"access": {"adminCidrs": ["198.18.0.0/24", "::/0"]}}, "access.adminCidrs[1]", "::/0", ["the whole internet", "allowEveryone"]),
    (VPC_CNI, {"access": {"adminCidrs": ["198.18.0.7"]}}, "access.adminCidrs[0]", "198.18.0.7", ["has no mask", "write 198.18.0.7/32"]),
    (VPC_CNI, {"access": {"endpoint": "intranet", "adminCidrs": ["198.18.0.0/24"]}}, "access.adminCidrs", ["198.18.0.0/24"], ["are for the public endpoint", "remove them"]),
    (VPC_CNI, {"access": {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["everyone"]}}, "access.clientCidrs[0]", "everyone", ["is not a CIDR"]),
    (VPC_CNI, {"access": {"endpoint": "privat", "adminCidrs": ["198.18.0.0/24"]}}, "access.endpoint", "privat", ["is not one of public, intranet"]),
    (VPC_CNI, {"access": {"adminCidrs": ["198.18.0.0/24"], "clientCidrsAt": "nodes"}}, "access.clientCidrsAt", "nodes", ["there are none", "name networks"]),
    (VPC_CNI, {"access": {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["198.19.0.0/24"], "clientCidrsAt": "clb"}}, "access.clientCidrsAt", "clb", ["is not one of load-balancer, nodes"]),
    (
        VPC_CNI,
        {
            "access": {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["198.19.0.0/24"], "clientCidrsAt": "load-balancer"},
            "loadBalancer": {"existingId": "lb-1"},
        },
        "access.clientCidrsAt",
        "load-balancer",
        ["takes no pass-to-target", "remove it"],
    ),
    (
        INGRESS,
        {
            "access": {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["198.19.0.0/24"]},
            "loadBalancer": {"securityGroupIds": [f"sg-{number}" for number in range(5)]},
        },
        "loadBalancer.securityGroupIds",
        [f"sg-{number}" for number in range(5)],
        ["leaves no room", "give at most 4"],
    ),
    (VPC_CNI, {"adopt": {"loadBalancerSecurityGroup": "sg-1"}}, "adopt.loadBalancerSecurityGroup", "sg-1", ["here it does not", "remove it"]),
    # --- tags
    (VPC_CNI, {"tags": {"": "x"}}, 'tags[""]', "", ["is not a tag key"]),
    (VPC_CNI, {"tags": {"a b": "x" * 256}}, 'tags["a b"]', "x" * 256, ["is not a tag value", "1 to 255"]),
    (VPC_CNI, {"tags": {"project": "shop"}}, "tags.project", "project", ["starts with project", "Tencent Cloud keeps", "another key"]),
    (VPC_CNI, {"tags": {f"k{number}": "v" for number in range(51)}}, "tags", {f"k{number}": "v" for number in range(51)}, ["at most 50"]),
    (VPC_CNI, {"nodes": {"kubeletArgs": ["max-pods=64", "max-pods=128"]}}, "nodes.kubeletArgs[1]", "max-pods=128", ["said before as max-pods=64"]),
    (VPC_CNI, {"nodes": {"kernelArgs": ["vm.swappiness=0"] * 2}}, "nodes.kernelArgs[1]", "vm.swappiness=0", ["already"]),
    (VPC_CNI, {"nodes": {"kubeletArgs": ["--max-pods=64"]}}, "nodes.kubeletArgs[0]", "--max-pods=64", ["without dashes", "max-pods=64"]),
    (SUPER, {"nodes": {"kubeletArgs": ["max-pods=64"]}}, "nodes.kubeletArgs", ["max-pods=64"], ["belongs to native nodes"]),
    (VPC_CNI, {"app.port": 81}, '["app.port"]', 81, ["write it into the map app"]),
    # --- a number stays one, however large, and is no name
    (VPC_CNI, {"app": {"image": 10**30}}, "app.image", 1e30, ["must be text"]),
    (VPC_CNI, {"cluster": {"name": 10**400}}, "cluster.name", sys.float_info.max, ["must be text"]),
    # --- the same thing twice
    (VPC_CNI, {"nodes": {"instanceTypes": ["S5.MEDIUM4", "S5.MEDIUM4"]}}, "nodes.instanceTypes[1]", "S5.MEDIUM4", ["already", "once"]),
    (VPC_CNI, {"app": {"imagePullSecrets": ["a", "b", "a"]}}, "app.imagePullSecrets[2]", "a", ["already", "once"]),
    (VPC_CNI, {"app": {"capabilities": ["CHOWN", "CHOWN"]}}, "app.capabilities[1]", "CHOWN", ["already", "once"]),
    (VPC_CNI, {"access": {"adminCidrs": ["198.18.0.0/24", "198.18.0.0/24"]}}, "access.adminCidrs[1]", "198.18.0.0/24", ["already"]),
    (VPC_CNI, {"access": {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["43.1.0.0/24"] * 2}}, "access.clientCidrs[1]", "43.1.0.0/24", ["already"]),
    (VPC_CNI, {"loadBalancer": {"securityGroupIds": ["sg-1", "sg-1"]}}, "loadBalancer.securityGroupIds[1]", "sg-1", ["already"]),
    (VPC_CNI, {"nodes": {"pools": [{"name": "a", "instanceTypes": ["S5.MEDIUM4", "S5.MEDIUM4"]}]}}, "nodes.pools[0].instanceTypes[1]", "S5.MEDIUM4", ["already"]),
    (
        VPC_CNI,
        {"nodes": {"pools": [{"name": "a", "taints": [{"key": "k", "value": v, "effect": "NoSchedule"} for v in "xy"]}]}},
        "nodes.pools[0].taints[1].key",
        "k",
        ["already with NoSchedule", "remove one"],
    ),
    # --- what Tencent Cloud or Kubernetes would refuse, or pass over
    (VPC_CNI, {"nodes": {"labels": {"kubernetes.io/hostname": "x"}}}, 'nodes.labels["kubernetes.io/hostname"]', "kubernetes.io/hostname", ["key of your own"]),
    (VPC_CNI, {"nodes": {"dataDisks": [{"diskType": "CLOUD_SSD", "diskSize": 55}]}}, "nodes.dataDisks[0].diskSize", 55, ["multiple of 10", "60"]),
    (VPC_CNI, {"app": {"env": {"A": "a\0b"}}}, "app.env.A", "a\0b", ["NUL", "base64"]),
    (VPC_CNI, {"app": {"args": ["a", "a\0b"]}}, "app.args[1]", "a\0b", ["NUL", "base64"]),
    (
        VPC_CNI,
        {"app": {"env": {"MY VAR": "x"}, "drainSeconds": 0}, "cluster": {"version": "1.30.1"}},
        'app.env["MY VAR"]',
        "x",
        ["before Kubernetes 1.32"],
    ),
    (
        GLOBAL_ROUTER,
        {"app": {"replicas": 26}, "cluster": {"podsPerNode": 16}},
        "cluster.podsPerNode",
        16,
        ["13 pods on a node", "26 on 2", "has 27", "more nodes"],
    ),
    (
        GLOBAL_ROUTER,
        {
            "app": {"replicas": 26},
            "cluster": {"podsPerNode": 16},
            "nodes": {"pools": [{"name": "a", "taints": [{"key": "k", "effect": "NoExecute"}]}]},
        },
        "cluster.podsPerNode",
        16,
        ["26 on 2"],
    ),
    (
        VPC_CNI,
        {"loadBalancer": {"scheduler": "LEAST_CONN", "sessionExpireTime": 60}},
        "loadBalancer.sessionExpireTime",
        60,
        ["goes with WRR alone", "loadBalancer.scheduler"],
    ),
    (
        VPC_CNI,
        {"loadBalancer": {"existingId": "lb-1", "securityGroupIds": ["sg-1"]}},
        "loadBalancer.securityGroupIds",
        ["sg-1"],
        ["that TKE makes", "set them there"],
    ),
    (
        VPC_CNI,
        {"loadBalancer": {"ports": [{"name": f"p{port}", "port": port} for port in range(1, 52)]}},
        "loadBalancer.ports[50].port",
        51,
        ["listens on, 50", "another Service"],
    ),
    (
        VPC_CNI,
        {"access": {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["2402:4e00::/32", "::/0"]}},
        "access.clientCidrs",
        ["2402:4e00::/32", "::/0"],
        ["IPv6 alone", "nobody could come"],
    ),
    (
        INGRESS,
        {"loadBalancer": {"hosts": [{"host": f"{'a' * 64}.com"}]}},
        "loadBalancer.hosts[0].host",
        f"{'a' * 64}.com",
        ["64 characters between two dots"],
    ),
    *[
        (VPC_CNI, {"loadBalancer": {"annotations": {key: "x"}}}, f'loadBalancer.annotations["{key}"]', key, words)
        for key, words in (
            ("service.cloud.tencent.com/direct-acces", ["passed over", "did you mean service.cloud.tencent.com/direct-access?"]),
            ("service.cloud.tencent.com/directAccess", ["did you mean service.cloud.tencent.com/direct-access?"]),
            ("service.cloud.tencent.com/security-group", ["did you mean service.cloud.tencent.com/security-groups?"]),
            ("service.cloud.tencent.com/mode", ["gets no load balancer", "not offered", "remove it"]),
            ("service.cloud.tencent.com/target-groups", ["not offered"]),
            ("service.cloud.tencent.com/cross-region-id", ["another region", "not offered"]),
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "sections", "path", "value", "words"),
    CASES,
    ids=[f"{case[2]}-{number}" for number, case in enumerate(CASES)],
)
def test_a_wrong_value_gets_one_message_with_path_value_problem_and_remedy(
    slug: str, sections: dict[str, Any], path: str, value: Any, words: list[str]
) -> None:
    problems = _problems(slug, **sections)
    assert [problem.path for problem in problems] == [path], [str(problem) for problem in problems]
    (problem,) = problems
    assert problem.value == value
    for word in words:
        assert word in problem.message


@pytest.mark.parametrize("text", ["TOKEN-SECRET", {"users": ["TOKEN-SECRET"]}, ["TOKEN-SECRET"]])
def test_a_kubeconfig_in_a_wrong_section_is_refused_and_not_printed(text: object) -> None:
    """Beside `cluster.id` is where one would put it, and what is refused ends in the log of a CI."""
    (problem,) = _problems(VPC_CNI, cluster={"kubeconfig": text})
    assert str(problem).startswith("cluster.kubeconfig: is not a known setting")
    assert "TOKEN" not in str(problem)


def test_several_problems_come_together_those_of_single_values_and_those_between_values() -> None:
    problems = _problems(
        GLOBAL_ROUTER,
        app={"port": 0, "cpuRequest": "4"},
        cluster={"version": 1.30, "exclusiveEni": True},
        nodes={"replicas": 9},
        nope=1,
    )
    assert {problem.path for problem in problems} == {
        "nope",
        "app.port",
        "app.cpuRequest",
        "cluster.version",
        "cluster.exclusiveEni",
        "cluster.level",
    }


def test_a_wrong_value_is_not_reported_again_by_rules_that_would_have_used_it() -> None:
    problems = _problems(network={"cidr": "10.0.1.0/16", "nodeSubnets": _subnets("10.99.0.0/20"), "zones": [ZONE]})
    assert [problem.path for problem in problems] == ["network.cidr"]


def test_the_whole_message_counts_and_lists() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}, "app": {"port": 70000, "replicas": 0}})
    assert str(caught.value).splitlines() == [
        "2 problems in the settings:",
        "  app.replicas = 0: must be at least 1",
        "  app.port = 70000: must be at most 65535",
    ]


def test_zones_have_to_lie_in_the_providers_region() -> None:
    (first, second) = _problems(region="ap-tokyo")
    assert (first.path, first.value, second.path) == ("network.zones[0]", ZONE, "network.zones[1]")
    assert "lies outside the provider's region, ap-tokyo" in first.message
    (subnet,) = _problems(region="ap-shanghai", network={"zones": [ZONE], "nodeSubnets": _subnets("10.0.0.0/20")})
    assert subnet.path == "network.nodeSubnets[0].zone"


@pytest.mark.parametrize("region", ["ap-guangzhou", None, ""])
def test_zones_of_the_region_or_of_one_that_nobody_said_are_fine(region: str | None) -> None:
    parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}}, region=region)


def test_the_range_of_examples_is_refused_by_updates_with_the_command_that_mends_it() -> None:
    settings = parse_settings({"access": {"adminCidrs": ["198.18.0.0/24", "203.0.113.0/24"]}})
    (problem,) = refusals(settings)
    assert (problem.path, problem.value) == ("access.adminCidrs[1]", "203.0.113.0/24")
    assert 'pulumi config set --path "access.adminCidrs[0]" <your address>/32' in problem.message
    assert refusals(parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}})) == []


def test_everyone_is_let_in_where_that_is_said() -> None:
    parse_settings({"access": {"adminCidrs": ["0.0.0.0/0"], "allowEveryone": True}})


# --- stranger things ----------------------------------------------------------------------------------------------------


def _endless() -> list[Any]:
    values: list[Any] = []
    values.append(values)
    return values


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"network": {"zones": _endless()}}, "nested without end"),
        ({"app": {"port": 10**5000}}, "must be a whole number"),
        ({"app": {"port": 2**70}}, "app.port"),
        ({"app": {"port": float("nan")}}, "must be a whole number"),
        ({"app": {"port": float("inf")}}, "must be a whole number"),
        ({"network": {"cidr": "\ud800"}}, "is not a CIDR"),
        ({"tags": {"\udc00": 3}}, "must be text"),
        ({"tags": {None: 3}}, "tags.None = 3"),
        ({10**5000: 3}, "is not a known setting"),
        ({"app": {"image": b"nginx"}}, "app.image"),
    ],
)
def test_values_that_json_or_python_chokes_on_are_problems_like_any_other(sections: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=r"\A\d+ problems? in the settings:\n") as caught:
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}} | sections)
    assert words in str(caught.value)
    assert all(len(line) < 600 for line in str(caught.value).splitlines())


def test_a_long_value_is_cut_and_control_characters_are_escaped() -> None:
    (problem,) = _problems(app={"image": "a\x1b[31m" + "b" * 500})
    said = str(problem)
    assert "\x1b" not in said
    assert "..." in said
    assert len(said) < 300


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vpc-cni-direct-native", "vpc-cni-direct-native"),
        ('{"zones": []}', {"zones": []}),
        ("3", 3),
        ("{", "{"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_the_engines_text_becomes_the_value_that_it_stands_for(text: str, value: Any) -> None:
    assert decode(text) == value


def test_paths_are_written_as_pulumi_config_takes_them() -> None:
    assert path_of(("network", "zones", 0)) == "network.zones[0]"
    assert path_of(("tags", "a b")) == 'tags["a b"]'
    assert path_of(("nodes", "labels", "example.com/a", "[key]")) == 'nodes.labels["example.com/a"]'


def test_the_nearest_word_is_offered_only_when_it_is_near() -> None:
    assert nearest("Clustre", ["cluster", "nodes"]) == "did you mean cluster?"
    assert nearest("LOADBALANCER", ["loadBalancer"]) == "did you mean loadBalancer?"
    assert nearest("x", ["b", "a"]) == "known are a, b"
    assert repr(MISSING) == "MISSING"


def test_a_key_that_looks_like_a_mark_of_the_validators_is_still_named() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({"[key]": 1, "access": {"adminCidrs": ["198.18.0.0/24"]}})
    assert caught.value.problems[0].path == '["[key]"]'
