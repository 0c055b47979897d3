"""GlobalRouteDirectAccess: the key of TKE's ConfigMap that lets a GlobalRouter cluster have direct access."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_kubernetes.core import v1 as core

from realip import defaults, rules, tke
from realip.components._arguments import Shape
from realip.components._component import Children, KubernetesComponent

__all__ = [
    "GLOBAL_ROUTE_DIRECT_ACCESS",
    "GlobalRouteDirectAccess",
    "GlobalRouteDirectAccessArgs",
    "make_global_route_direct_access",
]

_FIELD_MANAGER = "realip"
"""One name for good: another one at every update would leave the old ones behind as owners of the key."""


class GlobalRouteDirectAccessArgs(TypedDict):
    """Arguments of `GlobalRouteDirectAccess`."""

    timeout_seconds: NotRequired[int]
    """How long the API server may take to answer; 300 if unset."""


GLOBAL_ROUTE_DIRECT_ACCESS = Shape(
    GlobalRouteDirectAccessArgs, {"timeout_seconds": lambda value: rules.within(value, rules.TIMEOUTS)}
)


class GlobalRouteDirectAccess(KubernetesComponent):
    """The cluster-wide key that lets a GlobalRouter cluster have direct access (TKE 41897, 131136).

    TKE owns the map: one key of it is set, and only where the map exists. It stays set on destroy, since other workloads of
    the cluster may rely on it by then. The account has to be one that is billed by IP ("bandwidth-upshifted").
    """

    def __init__(
        self, name: str, args: GlobalRouteDirectAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Turn direct access on; ArgumentError for a deadline that is none."""
        super().__init__(name, opts, GLOBAL_ROUTE_DIRECT_ACCESS.problems(args))
        make_global_route_direct_access(self._children, name, args)
        self.register_outputs({})


def make_global_route_direct_access(
    children: Children, name: str, args: GlobalRouteDirectAccessArgs
) -> core.ConfigMapPatch:
    """The patch of TKE's ConfigMap that turns direct access on."""
    namespace, config_map = tke.SERVICE_CONTROLLER_CONFIG
    timeout = f"{int(args.get('timeout_seconds') or defaults.API_SERVER_TIMEOUT)}s"
    # Server-side apply would make the ConfigMap, with our key alone in it, on a cluster where TKE has not made it yet.
    made_by_tke = core.ConfigMap.get(f"{name}-config-map", f"{namespace}/{config_map}", opts=children.options())
    return core.ConfigMapPatch(
        f"{name}-patch",
        metadata={
            "name": config_map,
            "namespace": namespace,
            "annotations": {"pulumi.com/patchForce": "true", "pulumi.com/patchFieldManager": _FIELD_MANAGER},
        },
        data={tke.GLOBAL_ROUTE_DIRECT_ACCESS: "true"},
        opts=children.options(
            made_by_tke,
            retain_on_delete=True,
            custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout),
        ),
    )
