"""The real IP address of every client, for applications on Tencent Kubernetes Engine (TKE).

Names are imported when they are first used, so that asking for a table of scenarios does not wait for Pulumi's SDKs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realip.components.access import ClusterAccess as ClusterAccess
    from realip.components.apps import Apps as Apps
    from realip.components.cluster import Cluster as Cluster
    from realip.components.exposure import DirectService as DirectService
    from realip.components.exposure import GlobalRouteDirectAccess as GlobalRouteDirectAccess
    from realip.components.exposure import NodePortIngress as NodePortIngress
    from realip.components.network import Network as Network
    from realip.components.nodes import NativeNodes as NativeNodes
    from realip.components.nodes import SuperNodes as SuperNodes
    from realip.components.workload import Workload as Workload
    from realip.errors import InputError as InputError
    from realip.loading import load as load
    from realip.loading import parse as parse
    from realip.problems import SettingsError as SettingsError
    from realip.scenarios import SCENARIOS as SCENARIOS
    from realip.scenarios import Scenario as Scenario
    from realip.scenarios import resolve as resolve
    from realip.settings import Settings as Settings
    from realip.stack import RealIpStack as RealIpStack

_HOMES = {
    "Apps": "components.apps",
    "Cluster": "components.cluster",
    "ClusterAccess": "components.access",
    "DirectService": "components.exposure",
    "GlobalRouteDirectAccess": "components.exposure",
    "InputError": "errors",
    "NativeNodes": "components.nodes",
    "Network": "components.network",
    "NodePortIngress": "components.exposure",
    "RealIpStack": "stack",
    "SCENARIOS": "scenarios",
    "Scenario": "scenarios",
    "Settings": "settings",
    "SettingsError": "problems",
    "SuperNodes": "components.nodes",
    "Workload": "components.workload",
    "load": "loading",
    "parse": "loading",
    "resolve": "scenarios",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    """Import a public name from where it lives."""
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(f"realip.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
