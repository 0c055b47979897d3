"""A component that somebody uses alone tells everything that is wrong with its arguments at once, and each thing once."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

import realip
from realip import (
    Apps,
    ArgumentError,
    ClientAccess,
    Cluster,
    ClusterAccess,
    DirectIngress,
    DirectService,
    ExistingCluster,
    GlobalRouteDirectAccess,
    LocalService,
    NativeNodes,
    Network,
    NodePortIngress,
    SuperNodes,
    TkeServiceConfig,
    Workload,
)
from realip.scenarios import NetworkMode
from tests.support.recording import run

SERVICE: dict[str, Any] = {
    "service": "1st",
    "namespace": "_",
    "selector": {"app": "web"},
    "port": 80,
    "target_port": 80,
}
CASES: dict[Any, tuple[dict[str, Any], list[str]]] = {
    Network: (
        {
            "cidr": "10.0.0.1/16",
            "node_subnets": [{"zone": "a"}, {"zone": "ap-tokyo-1"}, "ap-tokyo-2"],
            "pod_subnets": [{"zone": "ap-tokyo-1"}],
            "client_cidr": ["198.18.0.0/15"],
            "client_ports": "http",
            "client_cidrs": ["198.18.0.0/15", "198.18.0.0/15"],
            "tags": {"team": 5, "project": "shop"},
        },
        [
            "client_cidr",
            "cidr",
            "node_subnets[0].zone",
            "node_subnets[2]",
            "client_ports",
            "client_cidrs[1]",
            'tags["team"]',
            'tags["project"]',
            "node_subnets[0].cidr",
            "node_subnets[1].cidr",
            "pod_subnets[0].cidr",
        ],
    ),
    Cluster: (
        {
            "vpc_id": "vpc-1",
            "network_mode": NetworkMode.VPC_CNI,
            "version": "1.x",
            "cluster_cidr": "172.16.0.1/16",
            "pods_per_node": 100,
            "service_number": 1000,
            "deletionProtection": True,
        },
        [
            "deletionProtection",
            "version",
            "service_number",
            "pod_subnet_ids",
            "service_cidr",
            "cluster_cidr",
            "pods_per_node",
        ],
    ),
    ClusterAccess: (
        {"cluster_id": "cls-1", "admin_cidrs": ["everyone", "198.18.0.0/24", "198.18.0.1/24"]},
        ["admin_cidrs[0]", "admin_cidrs[2]"],
    ),
    NativeNodes: (
        {
            "subnet_ids": "subnet-1",
            "security_group_id": None,
            "replicas": 1,
            "autoscaling": {"min": 5, "max": 2},
            "system_disk_type": "FLOPPY",
            "system_disk_size": 10,
            "labels": {"role": "a b", "kubernetes.io/hostname": "a"},
            "kubelet_args": ["max-pods=64", "max-pods=128", "--v=2"],
            "data_disks": [{"disk_type": "CLOUD_SSD", "disk_size": 55}],
            "taints": [
                {"key": "a", "effect": "No", "valeu": "b"},
                {"key": "b", "effect": "NoSchedule"},
                {"key": "b", "effect": "NoSchedule", "value": "c"},
            ],
        },
        [
            "cluster_id",
            "subnet_ids",
            "security_group_id",
            "autoscaling.min",
            "system_disk_type",
            "system_disk_size",
            "data_disks[0].disk_size",
            "kubelet_args[2]",
            'labels["role"]',
            'labels["kubernetes.io/hostname"]',
            "taints[0].valeu",
            "taints[0].effect",
            "taints[2].key",
            "kubelet_args[1]",
        ],
    ),
    SuperNodes: (
        {
            "cluster_id": "c-1",
            "subnet_ids": [],
            "securityGroupId": "sg-1",
            "taints": [{"key": "a", "effect": "NoExecute"}] * 2,
        },
        ["securityGroupId", "cluster_id", "subnet_ids", "security_group_id", "taints[1].key"],
    ),
    Workload: (
        {
            "deployment": "Web",
            "image": "a b",
            "container": "_",
            "namespace": "Shop",
            "labels": {"app": "web"},
            "port": 80,
            "capabilities": ["NET_ADMIN", "CHOWN", "SYS_TIME"],
            "resources": {"cpu_request": "2", "cpu_limit": 1, "memory_request": "1Gi", "memory_limit": "1G"},
            "envs": {"A": "b"},
            "env": {"A": "a\0"},
            "args": ["a\0"],
        },
        [
            "envs",
            "deployment",
            "image",
            "resources.cpu_request",
            "resources.memory_request",
            "namespace",
            "container",
            "capabilities[0]",
            "capabilities[2]",
            'env["A"]',
            "args[0]",
        ],
    ),
    DirectService: (
        SERVICE | {"port": "80", "load_balancer": {"internal": True, "existing_id": None, "bandwidth": 5000}},
        [
            "service",
            "port",
            "namespace",
            "load_balancer.internal",
            "load_balancer.existing_id",
            "load_balancer.bandwidth",
        ],
    ),
    DirectIngress: (
        SERVICE | {"ingress": "Door", "pass_to_target": True, "load_balancer": {"existing_id": "lb-1"}},
        ["service", "ingress", "namespace", "pass_to_target"],
    ),
    LocalService: (
        SERVICE
        | {
            "ingress": "door",
            "pass_to_target": True,
            "load_balancer": {"existing_id": "lb-1", "security_group_ids": ["sg-1"]},
        },
        ["ingress", "service", "namespace", "load_balancer.security_group_ids", "pass_to_target"],
    ),
    NodePortIngress: (
        SERVICE | {"ingress": "Door", "pass_to_target": True, "load_balancer": {"existing_id": "lb-1"}},
        ["service", "ingress", "namespace", "pass_to_target"],
    ),
    ExistingCluster: (
        {"cluster_id": "c-1", "kubeConfig": "{}", "intranet": "yes"},
        ["kubeConfig", "cluster_id", "intranet"],
    ),
    ClientAccess: (
        {"client_cidrs": ["198.18.0.7", "me"], "ports": "http", "clientCidrs": []},
        ["clientCidrs", "client_cidrs[0]", "client_cidrs[1]", "ports"],
    ),
    TkeServiceConfig: (
        {"name": "Web", "namespace": "_", "l4_listeners": [{"protocol": "SCTP", "port": 0}], "l4Listeners": []},
        ["l4Listeners", "name", "namespace", "l4_listeners[0].protocol", "l4_listeners[0].port"],
    ),
    GlobalRouteDirectAccess: ({"timeout_seconds": 5, "timeoutSeconds": 50}, ["timeoutSeconds", "timeout_seconds"]),
    Apps: (
        {"apps": {"cart": {"workload": {"port": 99999, "labels": {}}, "target_port": 8080}, "web": None, 5: {}}},
        [
            'apps["cart"].target_port',
            'apps["cart"].workload.deployment',
            'apps["cart"].workload.labels',
            'apps["cart"].workload.port',
            'apps["cart"].workload.resources',
            'apps["cart"].workload.image',
            'apps["web"]',
            "apps",
        ],
    ),
}


def test_every_component_is_tried() -> None:
    public = {name for name in realip.__all__ if isinstance(getattr(realip, name), type(Network))}
    assert {name for name in public if issubclass(getattr(realip, name), pulumi.ComponentResource)} == {
        component.__name__ for component in CASES
    } | {"RealIpStack"}


@pytest.mark.parametrize("component", CASES, ids=lambda component: component.__name__)
def test_all_that_is_wrong_is_told_at_once_and_nothing_is_made(component: Any) -> None:
    args, wrong = CASES[component]
    made: list[str] = []

    def note(resource: pulumi.ResourceTransformationArgs) -> None:
        made.append(resource.type_)

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        pulumi.runtime.register_stack_transformation(note)
        component("mine", args, pulumi.ResourceOptions(providers=[provider]))

    with pytest.raises(ArgumentError) as told:
        run(program)
    assert [problem.path for problem in told.value.problems] == wrong
    assert str(told.value).splitlines() == [
        f"{component.__name__} 'mine': {problem}" for problem in told.value.problems
    ]
    assert made == [], "something of it is registered, and stands half made"
