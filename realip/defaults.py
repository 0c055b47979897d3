"""Defaults that a stack file and a component used alone share: each value once."""

__all__ = [
    "API_SERVER_TIMEOUT",
    "CLUSTER_CIDR",
    "CLUSTER_LEVEL",
    "HTTPS_PORT",
    "HTTP_PORT",
    "INSTANCE_TYPES",
    "KUBERNETES_VERSION",
    "NAMESPACE",
    "NAT_BANDWIDTH",
    "NODES",
    "PODS_PER_NODE",
    "SERVICES",
    "SERVICE_CIDR",
    "SUBNET_CIDR",
    "SYSTEM_DISK_SIZE",
    "SYSTEM_DISK_TYPE",
    "TIMEOUT",
    "VPC_CIDR",
    "ZONES",
]

KUBERNETES_VERSION = "1.34.1"
"""TKE takes new clusters of a version for 18 months after it offers it (TKE 47894): 1.32 is about to end, 1.34 is there (TKE 38179)."""
CLUSTER_LEVEL = "L5"
ZONES = ("ap-guangzhou-6", "ap-guangzhou-7")
VPC_CIDR = "10.0.0.0/16"
SUBNET_CIDR = "10.0.0.0/20"
"""The first of the networks that subnets are carved from in a VPC that nothing is said of."""
SERVICE_CIDR = "10.200.0.0/22"
"""VPC-CNI: network of Services."""
CLUSTER_CIDR = "172.16.0.0/16"
"""GlobalRouter: network of pods, and at its end of Services."""
PODS_PER_NODE = 64
"""GlobalRouter: addresses of a node."""
SERVICES = 1024
"""GlobalRouter: how many Services."""

NODES = 2
INSTANCE_TYPES = ("S5.MEDIUM4",)
SYSTEM_DISK_TYPE = "CLOUD_PREMIUM"
SYSTEM_DISK_SIZE = 50
"""GB."""
NAT_BANDWIDTH = 100
"""Mbit/s of the NAT gateway and its address."""

NAMESPACE = "default"
HTTP_PORT = 80
"""Where clients connect."""
HTTPS_PORT = 443
"""Where clients expect TLS (RFC 9110, 4.2.2)."""
TIMEOUT = 600
"""Seconds that a rollout, or a load balancer's address, may take."""
API_SERVER_TIMEOUT = 300
"""Seconds that the API server may take to answer a patch."""
