"""The components that are hosted: every public one."""

import pulumi

from realip.components.apps import Apps
from realip.components.client_access import ClientAccess
from realip.components.cluster import Cluster
from realip.components.cluster_access import ClusterAccess
from realip.components.direct_ingress import DirectIngress
from realip.components.direct_service import DirectService
from realip.components.existing_cluster import ExistingCluster
from realip.components.global_route_direct_access import GlobalRouteDirectAccess
from realip.components.local_service import LocalService
from realip.components.native_nodes import NativeNodes
from realip.components.network import Network
from realip.components.node_port_ingress import NodePortIngress
from realip.components.super_nodes import SuperNodes
from realip.components.tke_service_config import TkeServiceConfig
from realip.components.workload import Workload
from realip.hosting.stack import RealIpStack

__all__ = ["COMPONENTS"]

COMPONENTS: list[type[pulumi.ComponentResource]] = [
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
    RealIpStack,
    SuperNodes,
    TkeServiceConfig,
    Workload,
]
