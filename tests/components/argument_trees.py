"""Arguments that each component takes: whole trees, in which everything that can be said together is said."""

import json
from typing import Any

from realip import (
    Apps,
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
from realip.components._arguments import Shape
from realip.components.apps import APPS
from realip.components.client_access import CLIENT_ACCESS
from realip.components.cluster import CLUSTER
from realip.components.cluster_access import CLUSTER_ACCESS
from realip.components.direct_ingress import DIRECT_INGRESS
from realip.components.direct_service import DIRECT_SERVICE
from realip.components.existing_cluster import EXISTING_CLUSTER
from realip.components.global_route_direct_access import GLOBAL_ROUTE_DIRECT_ACCESS
from realip.components.local_service import LOCAL_SERVICE
from realip.components.native_nodes import NATIVE_NODES
from realip.components.network import NETWORK
from realip.components.node_port_ingress import NODE_PORT_INGRESS
from realip.components.super_nodes import SUPER_NODES
from realip.components.tke_service_config import TKE_SERVICE_CONFIG
from realip.components.workload import WORKLOAD

SHAPES: dict[Any, Shape] = {
    Apps: APPS,
    ClientAccess: CLIENT_ACCESS,
    Cluster: CLUSTER,
    ClusterAccess: CLUSTER_ACCESS,
    DirectIngress: DIRECT_INGRESS,
    DirectService: DIRECT_SERVICE,
    ExistingCluster: EXISTING_CLUSTER,
    GlobalRouteDirectAccess: GLOBAL_ROUTE_DIRECT_ACCESS,
    LocalService: LOCAL_SERVICE,
    NativeNodes: NATIVE_NODES,
    Network: NETWORK,
    NodePortIngress: NODE_PORT_INGRESS,
    SuperNodes: SUPER_NODES,
    TkeServiceConfig: TKE_SERVICE_CONFIG,
    Workload: WORKLOAD,
}

_WORKLOAD: dict[str, Any] = {
    "deployment": "web",
    "image": "registry.example.com:5000/team/web:v2",
    "labels": {"app": "web", "example.com/tier": "front"},
    "port": 8080,
    "resources": {"cpu_request": "250m", "cpu_limit": 2, "memory_request": "256Mi", "memory_limit": "1.5Gi"},
    "namespace": "shop",
    "create_namespace": True,
    "container": "main",
    "replicas": 3,
    "disruption_budget": {"max_unavailable": "25%"},
    "super_nodes": True,
    "tolerations": [{"key": "web", "value": "only", "effect": "NoSchedule"}, {"key": "slow", "effect": "NoExecute"}],
    "required_spread": True,
    "readiness_path": "/ready",
    "env": {"LOG_LEVEL": "debug"},
    "env_from": [{"secret": "database"}, {"config_map": "web.settings"}],
    "files": [
        {"config_map": "web.settings", "path": "/etc/app"},
        {"secret": "tls", "path": "/etc/tls", "items": [{"key": "tls.crt", "path": "web/cert.pem"}]},
    ],
    "image_pull_secrets": ["registry", "mirror"],
    "service_account": "web",
    "command": ["/app/run"],
    "args": ["--port", "8080"],
    "pod_template": {
        "metadata": {"annotations": {"example.com/team": "edge"}},
        "spec": {
            "priorityClassName": "high",
            "containers": [{"name": "main", "livenessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 20}}],
        },
    },
    "drain_seconds": 20,
    "capabilities": ["CHOWN", "SETUID"],
    "pod_security": "baseline",
    "run_as_user": 1000,
    "timeout_seconds": 120,
    "ports": [{"port": 8080, "protocol": "TCP", "name": "http"}, {"port": 8080, "protocol": "UDP"}],
}
_NEW_BALANCER: dict[str, Any] = {
    "bandwidth": 50,
    "charge_type": "BANDWIDTH_POSTPAID_BY_HOUR",
    "security_group_ids": ["sg-1", "sg-2"],
    "service_config": "web-config",
    "timeout_seconds": 45,
}
_CHECK: dict[str, Any] = {"interval_time": 10, "timeout": 5, "health_num": 2, "un_health_num": 4}
_HOSTS: list[dict[str, Any]] = [
    {
        "host": "shop.example.com",
        "paths": [{"path": "/"}, {"path": "/api", "service": "api", "port": 8000}],
        "certificate_id": "1a2B3c4D",
    },
    {"host": "*.example.com", "certificate_secret": "web-tls"},
]
_PORTS: list[dict[str, Any]] = [
    {"port": 53, "target_port": 5353, "protocol": "TCP", "name": "dns"},
    {"port": 53, "target_port": 5353, "protocol": "UDP", "name": "dns"},
    {"port": 853, "target_port": "tls", "protocol": "TCP_SSL", "name": "tls", "certificate_id": "1a2B3c4D"},
    {"port": 443, "target_port": 80, "protocol": "TCP_SSL", "name": "web", "certificate_secret": "web-tls"},
]
_ANNOTATED: dict[str, Any] = {
    "annotations": {"example.com/owner": "edge"},
    "labels": {"example.com/tier": "front"},
}
_SERVICE: dict[str, Any] = {
    "service": "web",
    "selector": {"app": "web"},
    "port": 8443,
    "target_port": 8080,
    "namespace": "shop",
}
_POOL: dict[str, Any] = {
    "cluster_id": "cls-1",
    "subnet_ids": ["subnet-1", "subnet-2"],
    "security_group_id": "sg-1",
    "labels": {"role": "web"},
    "taints": [{"key": "web", "value": "only", "effect": "NoSchedule"}],
    "display_name": "shop",
}
_NETWORK: dict[str, Any] = {
    "cidr": "10.0.0.0/16",
    "auxiliary_cidrs": ["10.1.0.0/16", "172.20.0.0/16"],
    "inside_cidrs": ["10.0.0.0/20"],
    "client_ports": "30000-32768",
    "client_udp_ports": "53,443",
    "client_cidrs": ["198.18.0.0/15", "2400::/16"],
    "account_type": "STANDARD",
    "display_name": "shop",
    "tags": {"team": "edge"},
}
_CLUSTER: dict[str, Any] = {
    "vpc_id": "vpc-1",
    "version": "1.32.2",
    "level": "L20",
    "deletion_protection": True,
    "display_name": "shop",
    "tags": {"team": "edge"},
}

_TREES: list[tuple[Any, dict[str, Any]]] = [
    (ExistingCluster, {"cluster_id": "cls-1", "kubeconfig": "apiVersion: v1"}),
    (ExistingCluster, {"cluster_id": "cls-1", "intranet": True}),
    (
        Network,
        _NETWORK
        | {
            "nat": True,
            "nat_bandwidth": 50,
            "node_subnets": [
                {"zone": "ap-guangzhou-6", "cidr": "10.0.0.0/20"},
                {"zone": "ap-guangzhou-7", "cidr": "10.0.16.0/20"},
            ],
            "pod_subnets": [{"zone": "ap-guangzhou-6", "cidr": "10.1.128.0/19"}],
        },
    ),
    (
        Network,
        _NETWORK
        | {
            "vpc_id": "vpc-1",
            "node_subnets": [{"zone": "ap-guangzhou-6", "id": "subnet-1", "cidr": "10.0.0.0/20"}],
            "pod_subnets": [{"zone": "ap-guangzhou-6", "id": "subnet-1", "cidr": "10.0.0.0/20"}],
        },
    ),
    (
        Cluster,
        _CLUSTER
        | {
            "network_mode": "VPC-CNI",
            "pod_subnet_ids": ["subnet-1", "subnet-2"],
            "service_cidr": "10.200.0.0/22",
            "service_number": 1024,
            "exclusive_eni": True,
            "static_pod_ips": True,
        },
    ),
    (
        Cluster,
        _CLUSTER
        | {
            "network_mode": "GlobalRouter",
            "cluster_cidr": "172.16.0.0/16",
            "pods_per_node": 64,
            "service_number": 2048,
        },
    ),
    (
        NativeNodes,
        _POOL
        | {
            "replicas": 3,
            "autoscaling": {"min": 2, "max": 5},
            "instance_types": ["SA5.MEDIUM4", "S5.MEDIUM4"],
            "system_disk_type": "CLOUD_BSSD",
            "system_disk_size": 80,
            "data_disks": [
                {"disk_type": "CLOUD_SSD", "disk_size": 100, "mount_target": "/data", "file_system": "xfs"},
                {"disk_type": "LOCAL_NVME", "disk_size": 50},
            ],
            "key_ids": ["skey-1", "skey-2"],
            "additional_security_group_ids": ["sg-2"],
            "kubelet_args": ["max-pods=64", "allowed-unsafe-sysctls=net.core.somaxconn"],
            "kernel_args": ["net.core.somaxconn=32768"],
            "instance_charge_prepaid": {"period": 12, "renew_flag": "NOTIFY_AND_AUTO_RENEW"},
            "internet_accessible": {
                "max_bandwidth_out": 500,
                "charge_type": "BANDWIDTH_PACKAGE",
                "bandwidth_package_id": "bwp-1",
            },
            "tags": {"team": "edge"},
        },
    ),
    (SuperNodes, _POOL),
    (
        ClusterAccess,
        {
            "cluster_id": "cls-1",
            "admin_cidrs": ["198.18.0.0/24", "2400::/16"],
            "allow_everyone": True,
            "display_name": "shop",
            "tags": {"team": "edge"},
        },
    ),
    (ClusterAccess, {"cluster_id": "cls-1", "intranet_subnet_id": "subnet-1"}),
    (
        ClientAccess,
        {
            "client_cidrs": ["198.18.0.0/15", "2400::/16"],
            "ports": "80,443",
            "udp_ports": "53",
            "display_name": "shop",
            "tags": {"team": "edge"},
        },
    ),
    (Workload, _WORKLOAD),
    (
        Workload,
        {name: _WORKLOAD[name] for name in ("deployment", "labels", "port", "resources")}
        | {"echo": True, "eni_pods": True},
    ),
    (
        Workload,
        {name: value for name, value in _WORKLOAD.items() if name != "replicas"}
        | {
            "autoscaling": {
                "min_replicas": 2,
                "max_replicas": 9,
                "cpu_utilization": 70,
                "memory_utilization": 80,
            }
        },
    ),
    (
        DirectService,
        _SERVICE | {"load_balancer": _NEW_BALANCER, "explicit_public": True, "pass_to_target": True} | _ANNOTATED,
    ),
    (
        DirectService,
        {
            "service": "web",
            "selector": {"app": "web"},
            "ports": _PORTS,
        },
    ),
    (DirectService, _SERVICE | {"load_balancer": {"internal_subnet_id": "subnet-1"}}),
    (DirectService, _SERVICE | {"target_port": "http", "load_balancer": {"existing_id": "lb-1"}}),
    (
        NodePortIngress,
        _SERVICE
        | {"ingress": "shop.example.com", "pass_to_target": True, "load_balancer": _NEW_BALANCER, "hosts": _HOSTS}
        | {"redirect": True, "listen_ports": {"http": 8080, "https": 8443}}
        | _ANNOTATED,
    ),
    (NodePortIngress, _SERVICE | {"ingress": "door", "shared": True, "load_balancer": {"existing_id": "lb-1"}}),
    (
        DirectIngress,
        _SERVICE
        | {"ingress": "door", "shared": True, "load_balancer": {"existing_id": "lb-1"}, "hosts": _HOSTS}
        | {"redirect": False, "listen_ports": {"https": 8443}},
    ),
    (
        TkeServiceConfig,
        {
            "name": "web-config",
            "namespace": "shop",
            "internet_max_bandwidth_out": 100,
            "l4_listeners": [
                {"protocol": "TCP", "port": 80, "health_check": _CHECK, "scheduler": "WRR", "session_expire_time": 60},
                {"protocol": "UDP", "port": 80, "health_check": {"enable": True}},
            ],
            "l7_listeners": [
                {
                    "protocol": "HTTPS",
                    "port": 443,
                    "domains": [
                        {
                            "domain": "*.example.com",
                            "rules": [
                                {
                                    "url": "/api",
                                    "health_check": {
                                        **_CHECK,
                                        "http_check_path": "/ready",
                                        "http_check_domain": "shop.example.com",
                                        "http_check_method": "HEAD",
                                    },
                                    "scheduler": "WRR",
                                    "session_expire_time": 3600,
                                }
                            ],
                        }
                    ],
                }
            ],
        },
    ),
    (
        DirectIngress,
        _SERVICE | {"ingress": "shop.example.com", "pass_to_target": True, "load_balancer": _NEW_BALANCER} | _ANNOTATED,
    ),
    (LocalService, _SERVICE | {"pass_to_target": True, "load_balancer": _NEW_BALANCER} | _ANNOTATED),
    (
        LocalService,
        {key: value for key, value in _SERVICE.items() if key not in {"port", "target_port"}}
        | {"ports": [{"port": 80, "target_port": 8080, "name": "web"}, {"port": 81, "target_port": "x", "name": "x"}]},
    ),
    (GlobalRouteDirectAccess, {"timeout_seconds": 40}),
    (
        Apps,
        {
            "apps": {
                "web": {
                    "workload": _WORKLOAD,
                    "port": 8000,
                    "service": "web-pods",
                    "ingress": "web-door",
                    "connection": "direct",
                    "load_balancer": _NEW_BALANCER,
                    "pass_to_target": True,
                    "hosts": _HOSTS,
                    "redirect": True,
                    "listen_ports": {"http": 8080, "https": 8443},
                    **_ANNOTATED,
                },
                "cart": {
                    "workload": _WORKLOAD | {"deployment": "cart", "labels": {"app": "cart"}},
                    "load_balancer": {"internal_subnet_id": "subnet-1"},
                    "ports": _PORTS,
                },
                "till": {
                    "workload": _WORKLOAD | {"deployment": "till", "labels": {"app": "till"}},
                    "ingress": "till",
                    "load_balancer": {"existing_id": "lb-1"},
                    "shared": True,
                },
            }
        },
    ),
]
TREES = [(component, json.loads(json.dumps(tree))) for component, tree in _TREES]  # no part of one is part of another
"""A component and arguments for it; between them they name every argument that there is."""
