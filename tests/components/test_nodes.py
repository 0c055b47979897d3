"""NativeNodes and SuperNodes: pools as TKE takes them, and what an autoscaler owns."""

from typing import Any

import pulumi
import pytest

from realip import ArgumentError, NativeNodes, SuperNodes
from tests.support.recording import Recording, run
from tests.support.stacks import up

POOL: dict[str, Any] = {"cluster_id": "cls-1", "subnet_ids": ["subnet-1", "subnet-2"], "security_group_id": "sg-1"}


def _native(**more: Any) -> Recording:
    return run(lambda: pulumi.export("id", NativeNodes("pool", POOL | more).node_pool_id))  # type: ignore[arg-type]


def _super(**more: Any) -> Recording:
    return run(lambda: pulumi.export("id", SuperNodes("pool", POOL | more).node_pool_id))  # type: ignore[arg-type]


def test_a_native_pool_is_exactly_this() -> None:
    found = _native().one("NativeNodePool")
    assert found.inputs == {
        "name": "pool",
        "clusterId": "cls-1",
        "type": "Native",
        "native": {
            "instanceChargeType": "POSTPAID_BY_HOUR",
            "instanceTypes": ["S5.MEDIUM4"],
            "subnetIds": ["subnet-1", "subnet-2"],
            "securityGroupIds": ["sg-1"],
            "systemDisk": {"diskType": "CLOUD_PREMIUM", "diskSize": 50},
            "replicas": 2,
            "enableAutoscaling": False,
            "autoRepair": True,
        },
        "labels": [],
        "taints": [],
        "tags": [],
        "deletionProtection": False,
    }
    assert list(found.options.ignoreChanges) == []


def test_what_is_asked_of_a_native_pool_is_what_it_gets() -> None:
    found = _native(
        replicas=3.0,
        instance_types=["SA5.MEDIUM4", "S5.MEDIUM4"],
        system_disk_type="CLOUD_BSSD",
        system_disk_size=80.0,
        labels={"role": "web"},
        taints=[{"key": "web", "value": "only", "effect": "NoSchedule"}, {"key": "k", "effect": "NoExecute"}],
        display_name="shop",
        tags={"team": "edge"},
    ).one("NativeNodePool")
    native = found.inputs["native"]
    assert found.inputs["name"] == "shop"
    assert native["replicas"] == 3
    assert native["instanceTypes"] == ["SA5.MEDIUM4", "S5.MEDIUM4"]
    assert native["systemDisk"] == {"diskType": "CLOUD_BSSD", "diskSize": 80}
    assert found.inputs["labels"] == [{"name": "role", "value": "web"}]
    assert found.inputs["taints"] == [
        {"key": "web", "value": "only", "effect": "NoSchedule"},
        {"key": "k", "value": "", "effect": "NoExecute"},
    ]
    assert found.inputs["tags"] == [{"resourceType": "machine", "tags": [{"key": "team", "value": "edge"}]}]


def test_a_pool_of_no_nodes_is_not_silently_two() -> None:
    assert _native(replicas=0).one("NativeNodePool").inputs["native"]["replicas"] == 0


def test_an_autoscaler_owns_the_number_of_nodes() -> None:
    """Or each update would throw away what it scaled."""
    found = _native(autoscaling={"min": 1.0, "max": 9.0}).one("NativeNodePool")
    assert found.inputs["native"]["enableAutoscaling"] is True
    assert found.inputs["native"]["scaling"] == {"minReplicas": 1, "maxReplicas": 9, "createPolicy": "ZoneEquality"}
    assert list(found.options.ignoreChanges) == ["native.replicas"]


def test_a_super_pool_is_exactly_this() -> None:
    found = _super(labels={"role": "web"}, taints=[{"key": "k", "effect": "NoSchedule"}], display_name="shop")
    assert found.one("ServerlessNodePool").inputs == {
        "name": "shop",
        "clusterId": "cls-1",
        "serverlessNodes": [
            {"displayName": "shop-1", "subnetId": "subnet-1"},
            {"displayName": "shop-2", "subnetId": "subnet-2"},
        ],
        "securityGroupIds": ["sg-1"],
        "labels": {"role": "web"},
        "taints": [{"key": "k", "value": "", "effect": "NoSchedule"}],
    }


def test_a_super_pool_without_a_subnet_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"SuperNodes 'pool': subnet_ids = \[\]: is empty; give at least one subnet"
    ):
        _super(subnet_ids=[])


@pytest.mark.parametrize("make", [_native, _super])
def test_a_replaced_pool_comes_before_the_old_one_goes(make: Any) -> None:
    """Or pods would have nowhere to go in between."""
    pool = make().custom[0]
    assert pool.options.deleteBeforeReplaceDefined
    assert not pool.options.deleteBeforeReplace


def test_the_settings_of_nodes_reach_the_pool_and_the_app_tolerates_their_taints() -> None:
    nodes = {
        "instanceTypes": ["SA5.LARGE8"],
        "systemDiskType": "CLOUD_SSD",
        "systemDiskSize": 100,
        "replicas": 4,
        "autoscaling": {"min": 2, "max": 5},
        "labels": {"role": "web"},
        "taints": [
            {"key": "web", "value": "only", "effect": "NoSchedule"},
            {"key": "example.com/slow", "effect": "PreferNoSchedule"},
        ],
    }
    found = up("globalrouter-direct-native", nodes=nodes)
    pool = found.one("NativeNodePool").inputs
    assert pool["native"] == {
        "instanceChargeType": "POSTPAID_BY_HOUR",
        "instanceTypes": ["SA5.LARGE8"],
        "subnetIds": ["subnet-realipnetworknodesapguangzhou6", "subnet-realipnetworknodesapguangzhou7"],
        "securityGroupIds": ["sg-realipnetworknodes"],
        "systemDisk": {"diskType": "CLOUD_SSD", "diskSize": 100},
        "replicas": 4,
        "enableAutoscaling": True,
        "autoRepair": True,
        "scaling": {"minReplicas": 2, "maxReplicas": 5, "createPolicy": "ZoneEquality"},
    }
    assert pool["labels"] == [{"name": "role", "value": "web"}]
    assert pool["taints"] == [
        {"key": "web", "value": "only", "effect": "NoSchedule"},
        {"key": "example.com/slow", "value": "", "effect": "PreferNoSchedule"},
    ]
    pod = found.one("Deployment").inputs["spec"]["template"]["spec"]
    assert pod["tolerations"] == [
        {"key": "web", "value": "only", "operator": "Equal", "effect": "NoSchedule"},
        {"key": "example.com/slow", "operator": "Exists", "effect": "PreferNoSchedule"},
    ]


def test_super_nodes_take_labels_and_taints_from_the_settings() -> None:
    nodes = {"labels": {"role": "web"}, "taints": [{"key": "web", "effect": "NoSchedule"}]}
    found = up("vpc-cni-direct-super", nodes=nodes)
    pool = found.one("ServerlessNodePool").inputs
    assert (pool["labels"], pool["taints"]) == (
        {"role": "web"},
        [{"key": "web", "value": "", "effect": "NoSchedule"}],
    )
    assert pool["securityGroupIds"] == ["sg-realipnetworknodes"]
    pod = found.one("Deployment").inputs["spec"]["template"]["spec"]
    assert pod["tolerations"] == [
        {"key": "eks.tke.cloud.tencent.com/eklet", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "web", "operator": "Exists", "effect": "NoSchedule"},
    ]


def test_the_subnets_of_another_component_can_be_handed_to_super_nodes_whole() -> None:
    def program() -> None:
        subnet_ids = pulumi.Output.from_input(["subnet-1", "subnet-2"])
        SuperNodes("pool", {"cluster_id": "cls-1", "subnet_ids": subnet_ids, "security_group_id": "sg-1"})

    found = run(program).one("ServerlessNodePool")
    assert [node["subnetId"] for node in found.inputs["serverlessNodes"]] == ["subnet-1", "subnet-2"]


def _node_subnets(*zones: str) -> dict[str, Any]:
    cidrs = {"ap-guangzhou-6": "10.0.0.0/20", "ap-guangzhou-7": "10.0.16.0/20"}
    return {"nodeSubnets": [{"zone": zone, "cidr": cidrs[zone]} for zone in zones]}


def test_listing_the_same_subnets_in_another_order_moves_no_pod_and_no_address() -> None:
    """Super nodes are replaced when their list changes, and an exposure inside the VPC gets another address with its subnet."""
    internal: dict[str, Any] = {"loadBalancer": {"internal": True}, "access": {"endpoint": "intranet"}}
    there, back = (
        up("vpc-cni-direct-super", network=_node_subnets(*zones), **internal)
        for zones in (("ap-guangzhou-6", "ap-guangzhou-7"), ("ap-guangzhou-7", "ap-guangzhou-6"))
    )
    for kind in ("ServerlessNodePool", "ClusterEndpoint", "core/v1:Service"):
        assert there.one(kind).inputs == back.one(kind).inputs


_DISKS = [
    {"diskType": "CLOUD_SSD", "diskSize": 100, "mountTarget": "/data"},
    {"diskType": "CLOUD_HSSD", "diskSize": 200, "mountTarget": "/logs", "fileSystem": "xfs"},
    {"diskType": "CLOUD_PREMIUM", "diskSize": 50},
]


def test_machines_are_as_somebody_describes_them() -> None:
    nodes = {
        "dataDisks": _DISKS,
        "keyIds": ["skey-1"],
        "additionalSecurityGroupIds": ["sg-2"],
        "kubeletArgs": ["max-pods=64", "allowed-unsafe-sysctls=net.core.*"],
        "kernelArgs": ["net.ipv4.tcp_mem=1 2 3"],
        "instanceChargePrepaid": {"period": 12},
        "internetAccessible": {"maxBandwidthOut": 5},
    }
    native = up("vpc-cni-direct-native", nodes=nodes).one("NativeNodePool").inputs["native"]
    assert native["dataDisks"] == [
        {
            "diskType": "CLOUD_SSD",
            "diskSize": 100,
            "autoFormatAndMount": True,
            "mountTarget": "/data",
            "fileSystem": "ext4",
        },
        {
            "diskType": "CLOUD_HSSD",
            "diskSize": 200,
            "autoFormatAndMount": True,
            "mountTarget": "/logs",
            "fileSystem": "xfs",
        },
        {"diskType": "CLOUD_PREMIUM", "diskSize": 50, "autoFormatAndMount": False},
    ]
    assert native["keyIds"] == ["skey-1"]
    assert len(native["securityGroupIds"]) == 2
    assert native["securityGroupIds"][1] == "sg-2"
    assert native["kubeletArgs"] == ["max-pods=64", "allowed-unsafe-sysctls=net.core.*"]
    assert native["management"] == {"kernelArgs": ["net.ipv4.tcp_mem=1 2 3"]}
    assert native["instanceChargeType"] == "PREPAID"
    assert native["instanceChargePrepaid"] == {"period": 12, "renewFlag": "NOTIFY_AND_MANUAL_RENEW"}
    assert native["internetAccessible"] == {"maxBandwidthOut": 5, "chargeType": "TRAFFIC_POSTPAID_BY_HOUR"}


def test_a_bill_renews_itself_and_an_address_is_in_a_package_where_somebody_says_so() -> None:
    native = (
        _native(
            instance_charge_prepaid={"period": 1.0, "renew_flag": "NOTIFY_AND_AUTO_RENEW"},
            internet_accessible={
                "max_bandwidth_out": 2000.0,
                "charge_type": "BANDWIDTH_PACKAGE",
                "bandwidth_package_id": "bwp-1",
            },
        )
        .one("NativeNodePool")
        .inputs["native"]
    )
    assert native["instanceChargePrepaid"] == {"period": 1, "renewFlag": "NOTIFY_AND_AUTO_RENEW"}
    assert native["internetAccessible"] == {
        "maxBandwidthOut": 2000,
        "chargeType": "BANDWIDTH_PACKAGE",
        "bandwidthPackageId": "bwp-1",
    }


def test_pools_beside_the_first_one_have_its_machines_and_their_own_numbers() -> None:
    nodes = {
        "instanceTypes": ["SA5.LARGE8"],
        "systemDiskSize": 100,
        "labels": {"role": "web"},
        "taints": [{"key": "web", "effect": "NoSchedule"}],
        "autoscaling": {"min": 2, "max": 3},
        "keyIds": ["skey-1"],
        "pools": [
            {"name": "gpu", "instanceTypes": ["GN7.2XLARGE32"], "replicas": 1},
            {
                "name": "batch",
                "labels": {"role": "batch"},
                "taints": [{"key": "batch", "value": "only", "effect": "NoExecute"}],
                "autoscaling": {"min": 1, "max": 2},
            },
        ],
    }
    found = up("vpc-cni-direct-native", nodes=nodes, cluster={"level": "L20"})
    pools = {pool.name: pool for pool in found.of("NativeNodePool")}
    assert set(pools) == {"realip-nodes", "realip-nodes-gpu", "realip-nodes-batch"}
    first, gpu, batch = (pools[f"realip-nodes{end}"].inputs for end in ("", "-gpu", "-batch"))
    assert [pool["name"] for pool in (first, gpu, batch)] == ["realip", "realip-gpu", "realip-batch"]
    assert gpu["native"] == {
        **{key: value for key, value in first["native"].items() if key != "scaling"},
        "instanceTypes": ["GN7.2XLARGE32"],
        "replicas": 1,
        "enableAutoscaling": False,
    }
    assert (gpu["labels"], gpu["taints"]) == ([], [])
    assert batch["native"]["instanceTypes"] == ["SA5.LARGE8"]
    assert batch["native"]["scaling"] == {"minReplicas": 1, "maxReplicas": 2, "createPolicy": "ZoneEquality"}
    assert batch["labels"] == [{"name": "role", "value": "batch"}]
    assert batch["taints"] == [{"key": "batch", "value": "only", "effect": "NoExecute"}]
    # The app stays away from nodes that somebody keeps for something else.
    tolerations = found.one("Deployment").inputs["spec"]["template"]["spec"]["tolerations"]
    assert [toleration["key"] for toleration in tolerations] == ["web"]
