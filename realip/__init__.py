"""The real IP address of every client, for applications on Tencent Kubernetes Engine (TKE).

Everything that a program types is here; `realip.verify` is the one other public module. Names are imported when they are
first used, so that asking for a table of scenarios does not wait for Pulumi's SDKs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"
__homepage__ = ""
"""Where the project lives; empty until it is published somewhere. Every address that names the project comes from it."""

if TYPE_CHECKING:
    from realip.components._arguments import ArgumentError as ArgumentError
    from realip.components._hosts import IngressHost as IngressHost
    from realip.components._hosts import IngressPath as IngressPath
    from realip.components._hosts import ListenPorts as ListenPorts
    from realip.components._ports import ServicePort as ServicePort
    from realip.components._taints import Taint as Taint
    from realip.components.apps import App as App
    from realip.components.apps import Apps as Apps
    from realip.components.apps import AppsArgs as AppsArgs
    from realip.components.client_access import ClientAccess as ClientAccess
    from realip.components.client_access import ClientAccessArgs as ClientAccessArgs
    from realip.components.cluster import Cluster as Cluster
    from realip.components.cluster import ClusterArgs as ClusterArgs
    from realip.components.cluster_access import ClusterAccess as ClusterAccess
    from realip.components.cluster_access import ClusterAccessArgs as ClusterAccessArgs
    from realip.components.direct_ingress import DirectIngress as DirectIngress
    from realip.components.direct_ingress import DirectIngressArgs as DirectIngressArgs
    from realip.components.direct_service import DirectService as DirectService
    from realip.components.direct_service import DirectServiceArgs as DirectServiceArgs
    from realip.components.existing_cluster import ExistingCluster as ExistingCluster
    from realip.components.existing_cluster import ExistingClusterArgs as ExistingClusterArgs
    from realip.components.global_route_direct_access import GlobalRouteDirectAccess as GlobalRouteDirectAccess
    from realip.components.global_route_direct_access import GlobalRouteDirectAccessArgs as GlobalRouteDirectAccessArgs
    from realip.components.load_balancer import LoadBalancer as LoadBalancer
    from realip.components.local_service import LocalService as LocalService
    from realip.components.local_service import LocalServiceArgs as LocalServiceArgs
    from realip.components.native_nodes import Autoscaling as Autoscaling
    from realip.components.native_nodes import NativeNodes as NativeNodes
    from realip.components.native_nodes import NativeNodesArgs as NativeNodesArgs
    from realip.components.network import Network as Network
    from realip.components.network import NetworkArgs as NetworkArgs
    from realip.components.network import Subnet as Subnet
    from realip.components.node_port_ingress import NodePortIngress as NodePortIngress
    from realip.components.node_port_ingress import NodePortIngressArgs as NodePortIngressArgs
    from realip.components.pod_autoscaler import PodAutoscaling as PodAutoscaling
    from realip.components.pod_disruption_budget import DisruptionBudget as DisruptionBudget
    from realip.components.super_nodes import SuperNodes as SuperNodes
    from realip.components.super_nodes import SuperNodesArgs as SuperNodesArgs
    from realip.components.tke_service_config import HealthCheck as HealthCheck
    from realip.components.tke_service_config import L4Listener as L4Listener
    from realip.components.tke_service_config import L7Domain as L7Domain
    from realip.components.tke_service_config import L7Listener as L7Listener
    from realip.components.tke_service_config import L7Rule as L7Rule
    from realip.components.tke_service_config import TkeServiceConfig as TkeServiceConfig
    from realip.components.tke_service_config import TkeServiceConfigArgs as TkeServiceConfigArgs
    from realip.components.workload import Workload as Workload
    from realip.components.workload_args import ContainerPort as ContainerPort
    from realip.components.workload_args import EnvFrom as EnvFrom
    from realip.components.workload_args import FileItem as FileItem
    from realip.components.workload_args import MountedFiles as MountedFiles
    from realip.components.workload_args import Resources as Resources
    from realip.components.workload_args import Toleration as Toleration
    from realip.components.workload_args import WorkloadArgs as WorkloadArgs
    from realip.errors import InputError as InputError
    from realip.reads import Reads as Reads
    from realip.scenarios import SCENARIOS as SCENARIOS
    from realip.scenarios import Choices as Choices
    from realip.scenarios import Connection as Connection
    from realip.scenarios import ExposureKind as ExposureKind
    from realip.scenarios import Layer as Layer
    from realip.scenarios import NetworkMode as NetworkMode
    from realip.scenarios import NodeType as NodeType
    from realip.scenarios import NotOffered as NotOffered
    from realip.scenarios import Scenario as Scenario
    from realip.scenarios import resolve as resolve
    from realip.settings.loading import load_settings as load_settings
    from realip.settings.loading import parse_settings as parse_settings
    from realip.settings.models import Settings as Settings
    from realip.settings.problems import SettingsError as SettingsError
    from realip.stack import RealIpStack as RealIpStack

_MODULES = {
    "components._arguments": ("ArgumentError",),
    "components._hosts": (
        "IngressHost",
        "IngressPath",
        "ListenPorts",
    ),
    "components._ports": ("ServicePort",),
    "components._taints": ("Taint",),
    "components.apps": (
        "App",
        "Apps",
        "AppsArgs",
    ),
    "components.client_access": (
        "ClientAccess",
        "ClientAccessArgs",
    ),
    "components.cluster": (
        "Cluster",
        "ClusterArgs",
    ),
    "components.cluster_access": (
        "ClusterAccess",
        "ClusterAccessArgs",
    ),
    "components.direct_ingress": (
        "DirectIngress",
        "DirectIngressArgs",
    ),
    "components.direct_service": (
        "DirectService",
        "DirectServiceArgs",
    ),
    "components.existing_cluster": (
        "ExistingCluster",
        "ExistingClusterArgs",
    ),
    "components.global_route_direct_access": (
        "GlobalRouteDirectAccess",
        "GlobalRouteDirectAccessArgs",
    ),
    "components.load_balancer": ("LoadBalancer",),
    "components.local_service": (
        "LocalService",
        "LocalServiceArgs",
    ),
    "components.native_nodes": (
        "Autoscaling",
        "NativeNodes",
        "NativeNodesArgs",
    ),
    "components.network": (
        "Network",
        "NetworkArgs",
        "Subnet",
    ),
    "components.node_port_ingress": (
        "NodePortIngress",
        "NodePortIngressArgs",
    ),
    "components.pod_autoscaler": ("PodAutoscaling",),
    "components.pod_disruption_budget": ("DisruptionBudget",),
    "components.super_nodes": (
        "SuperNodes",
        "SuperNodesArgs",
    ),
    "components.tke_service_config": (
        "HealthCheck",
        "L4Listener",
        "L7Domain",
        "L7Listener",
        "L7Rule",
        "TkeServiceConfig",
        "TkeServiceConfigArgs",
    ),
    "components.workload": ("Workload",),
    "components.workload_args": (
        "ContainerPort",
        "EnvFrom",
        "FileItem",
        "MountedFiles",
        "Resources",
        "Toleration",
        "WorkloadArgs",
    ),
    "errors": ("InputError",),
    "reads": ("Reads",),
    "scenarios": (
        "SCENARIOS",
        "Choices",
        "Connection",
        "ExposureKind",
        "Layer",
        "NetworkMode",
        "NodeType",
        "NotOffered",
        "Scenario",
        "resolve",
    ),
    "settings.loading": (
        "load_settings",
        "parse_settings",
    ),
    "settings.models": ("Settings",),
    "settings.problems": ("SettingsError",),
    "stack": ("RealIpStack",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(["__version__", *_HOMES])  # noqa: PLE0605


def __getattr__(name: str) -> object:
    """Import a public name from where it lives."""
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(f"realip.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
