"""The stand-ins refuse what TKE refuses, and plan as the real providers plan: else the engine's tests prove nothing."""

from typing import Any

import pytest

from tests.engine.standins.calls import Call, CallLog
from tests.engine.standins.cloud import Cloud
from tests.engine.standins.faults import Faults, Refusal
from tests.engine.standins.kubernetes import Kubernetes
from tests.engine.standins.server import Difference
from tests.engine.standins.tencent import TencentCloud, differences
from tests.engine.standins.tencent_schema import SCHEMA
from tests.engine.standins.values import UNKNOWN, Secret, decode, encode

VPC = "tencentcloud:Vpc/instance:Instance"
SUBNET = "tencentcloud:Subnet/instance:Instance"
TABLE = "tencentcloud:Route/table:Table"
GROUP = "tencentcloud:Security/group:Group"
RULES = "tencentcloud:Security/groupRuleSet:GroupRuleSet"
CLUSTER = "tencentcloud:Kubernetes/cluster:Cluster"
POOL = "tencentcloud:Kubernetes/nativeNodePool:NativeNodePool"
ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"


class Account:
    """A cloud that is asked without an engine."""

    def __init__(self, **choices: Any) -> None:
        self.cloud = Cloud(**choices)
        self.provider = TencentCloud(self.cloud, CallLog(), Faults())
        self.number = 0

    def call(self, kind: str, method: str, identifier: str = "") -> Call:
        self.number += 1
        return Call(self.number, "tencentcloud", method, f"urn:pulumi:s::p::{kind}::r{self.number}", identifier)

    def make(self, kind: str, **inputs: Any) -> str:
        return self.provider.create("", self.call(kind, "Create"), inputs, 0)[0]

    def remove(self, kind: str, identifier: str) -> None:
        self.provider.delete("", self.call(kind, "Delete", identifier), {})

    def update(self, kind: str, identifier: str, **inputs: Any) -> dict[str, Any]:
        return self.provider.update("", self.call(kind, "Update", identifier), {}, inputs, 0)


@pytest.fixture
def account() -> Account:
    """An account where nothing is watched but what the real API refuses."""
    return Account(strict=False)


def cluster(account: Account, **changes: Any) -> tuple[str, str]:
    """A GlobalRouter cluster in a VPC of its own: their ids."""
    vpc = account.make(VPC, name="a", cidrBlock="10.0.0.0/16")
    return vpc, account.make(CLUSTER, **{"vpcId": vpc, "networkType": "GR", "clusterCidr": "172.16.0.0/16", **changes})


def pool(account: Account, vpc: str, cluster_id: str) -> tuple[str, str, str]:
    """A node pool with its subnet and security group."""
    subnet = account.make(SUBNET, vpcId=vpc, name="a", cidrBlock="10.0.0.0/20", availabilityZone="z")
    group = account.make(GROUP, name="a")
    native = {"subnetIds": [subnet], "securityGroupIds": [group], "instanceTypes": ["S5.MEDIUM4"]}
    return account.make(POOL, clusterId=cluster_id, name="a", type="Native", native=native), subnet, group


def test_what_is_in_use_cannot_be_deleted(account: Account) -> None:
    vpc, cluster_id = cluster(account)
    pool_id, subnet, group = pool(account, vpc, cluster_id)
    for kind, identifier in ((VPC, vpc), (SUBNET, subnet), (GROUP, group)):
        with pytest.raises(Refusal, match="ResourceInUse"):
            account.remove(kind, identifier)
    for kind, identifier in ((POOL, pool_id), (CLUSTER, cluster_id), (GROUP, group), (SUBNET, subnet), (VPC, vpc)):
        account.remove(kind, identifier)
    assert account.cloud.leftovers() == []


@pytest.mark.parametrize(
    ("cidr", "code"),
    [
        ("10.0.128.0/17", "CidrConflictWithVpcCidr"),
        ("172.16.128.0/17", "CidrConflictWithOtherCluster"),
        ("172.20.0.0/25", "CIDRMaskSizeOutOfRange"),
    ],
)
def test_a_clusters_range_meets_nothing_in_its_vpc(account: Account, cidr: str, code: str) -> None:
    vpc, _ = cluster(account)
    with pytest.raises(Refusal, match=code):
        account.make(CLUSTER, vpcId=vpc, networkType="GR", clusterCidr=cidr)


def test_an_endpoint_needs_a_node(account: Account) -> None:
    vpc, cluster_id = cluster(account)
    group = account.make(GROUP, name="admins")
    settings = {"clusterId": cluster_id, "clusterInternet": True, "clusterInternetSecurityGroup": group}
    with pytest.raises(Refusal, match=r"ResourceUnavailable\.ClusterState"):
        account.make(ENDPOINT, **settings)
    pool(account, vpc, cluster_id)
    assert account.make(ENDPOINT, **settings) == cluster_id


def test_deletion_protection_protects(account: Account) -> None:
    _, cluster_id = cluster(account, deletionProtection=True)
    with pytest.raises(Refusal, match=r"OperationDenied\.ClusterInDeletionProtection"):
        account.remove(CLUSTER, cluster_id)


def test_pod_subnets_are_added_and_never_removed(account: Account) -> None:
    vpc = account.make(VPC, name="a", cidrBlock="10.0.0.0/16")
    one, two = (
        account.make(SUBNET, vpcId=vpc, name="a", cidrBlock=f"10.0.{third}.0/20", availabilityZone="z")
        for third in (0, 16)
    )
    settings = {"vpcId": vpc, "networkType": "VPC-CNI", "serviceCidr": "10.200.0.0/22"}
    identifier = account.make(CLUSTER, **settings, eniSubnetIds=[one])
    account.update(CLUSTER, identifier, **settings, eniSubnetIds=[one, two])
    with pytest.raises(Refusal, match="eni_subnet_ids"):
        account.update(CLUSTER, identifier, **settings, eniSubnetIds=[two])


def test_a_load_balancer_whose_nodes_go_is_noticed() -> None:
    account = Account(strict=False)
    vpc, cluster_id = cluster(account)
    pool_id, _, _ = pool(account, vpc, cluster_id)
    account.cloud.strict = True
    server = account.cloud.servers[cluster_id]
    server.create(("Service", "default", "s"), "urn", {"metadata": {"name": "s"}, "spec": {"type": "LoadBalancer"}})
    with pytest.raises(Refusal, match="it leaks"):
        account.remove(POOL, pool_id)


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        (
            VPC,
            {"name": "a", "cidrBlock": "10.0.0.0/16"},
            {"name": "b", "cidrBlock": "10.0.0.0/16"},
            Difference(["name"]),
        ),
        (
            VPC,
            {"name": "a", "cidrBlock": "10.0.0.0/16"},
            {"name": "a", "cidrBlock": "10.0.0.0/15"},
            Difference(["cidrBlock"], ["cidrBlock"], delete_first=True),
        ),
        (
            CLUSTER,
            {"vpcId": "v", "clusterName": "a", "clusterCidr": "172.16.0.0/16"},
            {"vpcId": "v", "clusterName": "a", "clusterCidr": UNKNOWN},
            Difference(["clusterCidr"], ["clusterCidr"]),
        ),
        (
            POOL,
            {"name": "a", "native": {"instanceTypes": ["x"], "replicas": 1, "machineType": "Native"}},
            {"name": "a", "native": {"instanceTypes": ["y"], "replicas": 2}},
            Difference(["native.instanceTypes", "native.replicas"], ["native.instanceTypes"], delete_first=True),
        ),
    ],
)
def test_a_change_is_planned_by_the_providers_schema(
    account: Account, kind: str, old: dict[str, Any], new: dict[str, Any], expected: Difference
) -> None:
    assert account.provider.diff(kind, old, old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "a"}, []),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ["clusterIdentifier"]),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": UNKNOWN}, ["clusterIdentifier"]),
        ({"clusterIdentifier": "a", "kubeconfig": "x"}, {"clusterIdentifier": "a", "kubeconfig": UNKNOWN}, []),
        ({"kubeconfig": "x"}, {"kubeconfig": UNKNOWN}, ["kubeconfig"]),
    ],
)
def test_a_kubernetes_provider_is_replaced_by_its_identifier(
    account: Account, old: dict[str, Any], new: dict[str, Any], replaces: list[str]
) -> None:
    kubernetes = Kubernetes(account.cloud, CallLog(), Faults())
    filled: dict[str, Any] = {"kubeconfig": account.cloud.kubeconfig("cls-1", "192.0.2.1")}
    assert kubernetes.diff_settings({**filled, **old}, {**filled, **new}).replaces == replaces


def test_values_survive_the_wire() -> None:
    values = {"a": [1, 2.5, "x", None, True], "b": {"c": Secret(UNKNOWN)}, "d": UNKNOWN, "e": Secret({"f": ""})}
    assert decode(encode(values)) == values


def test_what_comes_in_another_order_off_the_wire_is_no_change() -> None:
    """A message's fields have no order: a plan that depended on it would show a change now and then."""
    tag, turned = {"key": "team", "value": "edge"}, {"value": "edge", "key": "team"}
    new = {"tags": [{"resourceType": "machine", "tags": [tag]}, {"resourceType": "disk", "tags": []}]}
    old = {"tags": [{"tags": [], "resourceType": "disk"}, {"tags": [turned], "resourceType": "machine"}]}
    assert differences(SCHEMA[POOL], "", new, old) == []
    assert differences(SCHEMA[POOL], "", new, {"tags": old["tags"][:1]}) == ["tags"]
