"""A component that somebody uses alone tells everything that is wrong with its arguments at once, and each thing once."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, Cluster, ClusterAccess, DirectService, Network, NodePortIngress, Workload
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
        {"cidr": "10.0.0.1/16", "node_subnets": [{"zone": "a"}, {"zone": "b"}], "pod_subnets": [{"zone": "a"}]},
        ["cidr", "node_subnets[0]", "node_subnets[1]", "pod_subnets[0]"],
    ),
    Cluster: (
        {
            "vpc_id": "vpc-1",
            "network_mode": NetworkMode.VPC_CNI,
            "version": "1.x",
            "cluster_cidr": "172.16.0.1/16",
            "pods_per_node": 100,
            "service_number": 1000,
        },
        ["pod_subnet_ids", "service_cidr", "cluster_cidr", "pods_per_node", "version", "service_number"],
    ),
    ClusterAccess: (
        {"cluster_id": "cls-1", "admin_cidrs": ["everyone", "198.18.0.0/24", "198.18.0.1/24"]},
        ["admin_cidrs[0]", "admin_cidrs[2]"],
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
            "resources": {"cpu_request": "1", "cpu_limit": "1", "memory_request": "1Gi", "memory_limit": "1Gi"},
        },
        ["deployment", "container", "image", "namespace", "capabilities", "capabilities"],
    ),
    DirectService: (SERVICE, ["service", "namespace"]),
    NodePortIngress: (
        SERVICE | {"ingress": "Door", "pass_to_target": True, "load_balancer": {"existing_id": "lb-1"}},
        ["service", "namespace", "ingress", "pass_to_target"],
    ),
}


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
    prefix = f"{component.__name__} 'mine': "
    assert [line.removeprefix(prefix).partition(" = ")[0] for line in str(told.value).splitlines()] == wrong
    assert made == [f"realip:index:{component.__name__}"]
