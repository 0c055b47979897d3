"""Arguments that were once taken, dropped or answered with a traceback: each is refused, by its path and with what to do."""

from typing import Any

import pytest

from realip import (
    Apps,
    Cluster,
    ClusterAccess,
    DirectService,
    NativeNodes,
    Network,
    NodePortIngress,
    SuperNodes,
    Workload,
)
from tests.components.argument_trees import SHAPES, TREES

TREE: dict[Any, dict[str, Any]] = {}
for _component, _tree in TREES:
    TREE.setdefault(_component, _tree)
TREE[DirectService] = {key: value for key, value in TREE[DirectService].items() if key != "load_balancer"}
TREE[ClusterAccess] = {"cluster_id": "cls-1"}


def _balancer(**said: Any) -> dict[str, Any]:
    return {"load_balancer": said}


def _resources(**said: Any) -> dict[str, Any]:
    return {"resources": TREE[Workload]["resources"] | said}


IN_DEFAULT = {key: value for key, value in TREE[Workload].items() if key not in {"namespace", "create_namespace"}}
CASES: list[tuple[Any, dict[str, Any], str, str]] = [
    (DirectService, _balancer(internal_subnetid="subnet-1"), "load_balancer.internal_subnetid", "did you mean internal_subnet_id?"),
    (DirectService, _balancer(internalSubnetId="subnet-1"), "load_balancer.internalSubnetId", "did you mean internal_subnet_id?"),
    (DirectService, _balancer(internal=True), "load_balancer.internal", "did you mean internal_subnet_id?"),
    (DirectService, _balancer(existing_lb_id="lb-1"), "load_balancer.existing_lb_id", "did you mean existing_id?"),
    (DirectService, {"loadBalancer": {"internal_subnet_id": "subnet-1"}}, "loadBalancer", "did you mean load_balancer?"),
    (DirectService, {"targetPort": 8443}, "targetPort", "did you mean target_port?"),
    (DirectService, {"port": "80"}, "port", "must be a whole number; take the quotes off"),
    (DirectService, {"port": 80.7}, "port", "must be a whole number"),
    (DirectService, {"port": True}, "port", "must be a whole number"),
    (DirectService, {"port": 99999}, "port", "must be at most 65535"),
    (DirectService, {"target_port": 0}, "target_port", "must be at least 1"),
    (DirectService, {"target_port": "HTTP"}, "target_port", "is not a port's name"),
    (DirectService, {"selector": {}}, "selector", "give at least one label"),
    (DirectService, {"selector": {"app": "my app!"}}, 'selector["app"]', "is not a label value"),
    (DirectService, {"namespace": "kube-system"}, "namespace", "give the app a namespace of its own"),
    (DirectService, {"namespace": "default", "service": "kubernetes"}, "service", "take another name"),
    (DirectService, _balancer(existing_id=None), "load_balancer.existing_id", "leave the key out"),
    (DirectService, _balancer(internal_subnet_id=None), "load_balancer.internal_subnet_id", "leave the key out"),
    (DirectService, _balancer(existing_id="lb-1", internal_subnet_id="subnet-1"), "load_balancer.existing_id", "remove one of the two"),
    (DirectService, _balancer(existing_id="lb-1", bandwidth=5), "load_balancer.bandwidth", "remove it"),
    (DirectService, _balancer(bandwidth=5000), "load_balancer.bandwidth", "must be at most 2048"),
    (DirectService, _balancer(security_group_ids="sg-1"), "load_balancer.security_group_ids", "must be a list"),
    (DirectService, _balancer(security_group_ids=["sg-a", "sg-a"]), "load_balancer.security_group_ids[1]", "name it once"),
    (DirectService, _balancer(security_group_ids=[f"sg-{n}" for n in range(6)]), "load_balancer.security_group_ids", "give at most 5"),
    (NodePortIngress, {"passToTarget": True}, "passToTarget", "did you mean pass_to_target?"),
    (NodePortIngress, {"ingress": "Shop.Example.com"}, "ingress", "is not a name that Kubernetes takes"),
    (Workload, {"image_pull_secret": "q"}, "image_pull_secret", "is not a known argument"),
    (Workload, {"replias": 5}, "replias", "did you mean replicas?"),
    (Workload, {"drain_secs": 30}, "drain_secs", "did you mean drain_seconds?"),
    (Workload, {"labels": {}}, "labels", "give at least one label"),
    (Workload, {"replicas": -3}, "replicas", "must be at least 0"),
    (Workload, {"image": "registry.example.com:99999/a/b:v1"}, "image", "use one from 1 to 65535"),
    (Workload, {"port": 9100}, "port", "is taken on super nodes"),
    (Workload, {"namespace": "default"}, "create_namespace", "is on every cluster already"),
    (Workload, _resources(cpu_limit="100m"), "resources.cpu_request", "is more than cpu_limit, 100m; lower it"),
    (Workload, _resources(memory_limit="256m"), "resources.memory_limit", "is not a memory quantity"),
    (Cluster, {"deletionProtection": True}, "deletionProtection", "did you mean deletion_protection?"),
    (Cluster, {"level": "L7"}, "level", "is not one of L5, L20"),
    (Cluster, {"version": 1.30}, "version", "must be text; put it in quotes"),
    (Cluster, {"pod_subnet_ids": []}, "pod_subnet_ids", "give at least one subnet"),
    (Cluster, {"service_number": 512}, "service_number", "does not agree with service_cidr, which holds 1024"),
    (NativeNodes, {"autoscale": {"min": 1, "max": 2}}, "autoscale", "did you mean autoscaling?"),
    (NativeNodes, {"autoscaling": {"min": 5, "max": 2}}, "autoscaling.min", "is more than max, 2; swap them"),
    (NativeNodes, {"replicas": 9}, "replicas", "lies outside autoscaling, 2 to 5"),
    (NativeNodes, {"system_disk_type": "FLOPPY"}, "system_disk_type", "is not one of CLOUD_PREMIUM"),
    (NativeNodes, {"system_disk_size": 10}, "system_disk_size", "must be at least 50"),
    (NativeNodes, {"data_disks": [{"disk_type": "CLOUD_SSD", "disk_size": 100, "file_system": "xfs"}]}, "data_disks[0].file_system", "is for a disk that is mounted"),
    (NativeNodes, {"data_disks": [{"disk_type": "CLOUD_SSD", "disk_size": 100, "mount_target": "/a"}] * 2}, "data_disks[1].mount_target", "choose another folder"),
    (NativeNodes, {"instance_charge_prepaid": {"period": 13}}, "instance_charge_prepaid.period", "is not one of 1, 2"),
    (NativeNodes, {"internet_accessible": {"max_bandwidth_out": 101}}, "internet_accessible.max_bandwidth_out", "must be at most 100"),
    (NativeNodes, {"internet_accessible": {"max_bandwidth_out": 9, "bandwidth_package_id": "bwp-1"}}, "internet_accessible.charge_type", "set the charge type"),
    (Network, {"nat": False}, "nat_bandwidth", "remove one of the two"),
    (Network, {"nat_bandwidth": 200}, "nat_bandwidth", "take one of 20, 50, 100"),
    (NativeNodes, {"key_id": ["skey-1"]}, "key_id", "did you mean key_ids?"),
    (SuperNodes, {"subnet_ids": "subnet-1"}, "subnet_ids", "must be a list"),
    (Network, {"client_cidr": ["198.18.0.0/15"]}, "client_cidr", "did you mean client_cidrs?"),
    (Network, {"client_ports": "http"}, "client_ports", "write one such as 5000"),
    (Network, {"client_cidrs": ["10.1.2.3/16", "example.com"]}, "client_cidrs[1]", "is not a CIDR"),
    (Network, {"inside_cidrs": ["0.0.0.0/1"]}, "inside_cidrs", "name the networks of nodes and pods"),
    (Network, {"pod_subnets": [{"zone": "guangzhou6", "cidr": "10.0.128.0/19"}]}, "pod_subnets[0].zone", "is not an availability zone"),
    (Network, {"pod_subnets": [{"zone": "ap-guangzhou-6", "cidr": "10.2.0.0/20"}]}, "pod_subnets[0].cidr", "lies outside the VPC's 10.0.0.0/16"),
    (Network, {"pod_subnets": [{"zone": "ap-guangzhou-6", "cidr": "10.0.0.0/21"}]}, "pod_subnets[0].cidr", "overlaps node_subnets[0].cidr"),
    (Network, {"pod_subnets": [{"zone": "ap-tokyo-1", "cidr": "10.0.128.0/19"}]}, "pod_subnets[0].zone", "a VPC has one region"),
    (ClusterAccess, {"admin_cidrs": "198.18.0.7/32"}, "admin_cidrs", "must be a list"),
    (ClusterAccess, {"admin_cidrs": ["0.0.0.0/0"]}, "admin_cidrs", "set allow_everyone to true"),
    (ClusterAccess, {"admin_cidrs": ["0.0.0.0/1"]}, "admin_cidrs", "set allow_everyone to true"),
    (ClusterAccess, {"admin_cidrs": ["::/1"]}, "admin_cidrs", "set allow_everyone to true"),
    (ClusterAccess, {"admin_cidrs": ["198.18.0.0/24"], "intranet_subnet_id": "subnet-1"}, "admin_cidrs", "are for the public endpoint"),
    (Apps, {"apps": {"web": {"workload": TREE[Workload], "ports": 8080}}}, 'apps["web"].ports', "must be a list"),
    (Apps, {"apps": {"web": {"workload": TREE[Workload] | {"port": 0}}}}, 'apps["web"].workload.port', "must be at least 1"),
    (Apps, {"apps": [TREE[Workload]]}, "apps", "must be a map"),
    (Apps, {"apps": {" ": {"workload": TREE[Workload]}}}, 'apps[" "]', "is empty; give the application a name"),
    (Apps, {"apps": {"a": {"workload": IN_DEFAULT | {"deployment": "kubernetes"}}}}, 'apps["a"].service', "API server's own Service"),
    (Apps, {"apps": {"a": {"workload": IN_DEFAULT, "service": "kubernetes"}}}, 'apps["a"].service', "take another name"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("component", "said", "path", "words"), CASES, ids=[f"{case[0].__name__} {case[2]}" for case in CASES]
)
def test_what_was_once_taken_is_refused_where_it_is(
    component: Any, said: dict[str, Any], path: str, words: str
) -> None:
    told = {problem.path: str(problem) for problem in SHAPES[component].problems(TREE[component] | said)}
    assert words in told.get(path, f"nothing at {path}, but {told}")


@pytest.mark.parametrize("quantity", ["512M", "1T", "2Ti", "1.5Gi", "1e9", "1073741824", 10**9])
def test_quantities_that_kubernetes_takes_are_taken(quantity: Any) -> None:
    said = _resources(cpu_request=1, cpu_limit=2, memory_request="1Mi", memory_limit=quantity)
    assert SHAPES[Workload].problems(TREE[Workload] | said) == []


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (Workload, {"deployment": "shop.v2"}),
        (NodePortIngress, {"ingress": "shop.example.com"}),
        (DirectService, {"target_port": "http-alt"}),
    ],
)
def test_names_that_kubernetes_takes_are_taken(component: Any, said: dict[str, Any]) -> None:
    assert SHAPES[component].problems(TREE[component] | said) == []


@pytest.mark.parametrize(
    ("component", "argument"), [(ClusterAccess, "admin_cidrs"), (Network, "client_cidrs")], ids=["access", "network"]
)
def test_a_documentation_range_is_for_previews_only(component: Any, argument: str) -> None:
    args = TREE[component] | {argument: ["203.0.113.0/24", "198.18.7.0/24", "192.0.2.7/32"]}
    assert SHAPES[component].problems(args) == []
    assert [problem.path for problem in SHAPES[component].refusals(args)] == [f"{argument}[0]", f"{argument}[2]"]
