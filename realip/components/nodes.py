"""NativeNodes and SuperNodes: what pods run on."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip.components._component import Component, Parts, whole

__all__ = ["Autoscaling", "NativeNodes", "NativeNodesArgs", "SuperNodes", "SuperNodesArgs", "Taint"]

_DEFAULT_INSTANCE_TYPES = ("S5.MEDIUM4",)
_DEFAULT_DISK = ("CLOUD_PREMIUM", 50)


class Taint(TypedDict):
    """A taint of nodes."""

    key: str
    """The taint's key."""
    value: NotRequired[str]
    """The taint's value; empty if unset."""
    effect: str
    """NoSchedule, PreferNoSchedule or NoExecute."""


class Autoscaling(TypedDict):
    """How far a node pool may shrink and grow."""

    min: int
    """Fewest nodes."""
    max: int
    """Most nodes."""


class NativeNodesArgs(TypedDict):
    """Arguments of `NativeNodes`."""

    cluster_id: pulumi.Input[str]
    """The cluster, `cls-...`."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Subnets of the nodes."""
    security_group_id: pulumi.Input[str]
    """Security group of the nodes."""
    replicas: NotRequired[pulumi.Input[int]]
    """Number of nodes, and with autoscaling where to start; 2 if unset."""
    autoscaling: NotRequired[Autoscaling]
    """Bounds for the cluster autoscaler; off if unset."""
    instance_types: NotRequired[Sequence[pulumi.Input[str]]]
    """Instance types in order of preference; S5.MEDIUM4 if unset."""
    system_disk_type: NotRequired[pulumi.Input[str]]
    """CLOUD_PREMIUM, CLOUD_SSD, CLOUD_BSSD or CLOUD_HSSD."""
    system_disk_size: NotRequired[pulumi.Input[int]]
    """Size of the system disk in GB."""
    labels: NotRequired[Mapping[str, str]]
    """Node labels."""
    taints: NotRequired[Sequence[Taint]]
    """Node taints."""
    display_name: NotRequired[str]
    """Name in the console; the component's name if unset."""
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of the nodes."""


class NativeNodes(Component):
    """A pool of native nodes without public addresses (provider resource kubernetes_native_node_pool)."""

    node_pool_id: pulumi.Output[str]
    """Id of the pool, `cls-...#np-...`."""

    def __init__(self, name: str, args: NativeNodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the pool."""
        super().__init__(name, opts)
        self.node_pool_id = make_native_nodes(self._parts, name, args).id
        self.register_outputs({"node_pool_id": self.node_pool_id})


def make_native_nodes(parts: Parts, name: str, args: NativeNodesArgs) -> tencentcloud.kubernetes.NativeNodePool:
    """The pool of native nodes."""
    disk_type, disk_size = _DEFAULT_DISK
    autoscaling = args.get("autoscaling")
    scaling: dict[str, object] = {}
    if autoscaling is not None:
        bounds = {"min_replicas": int(autoscaling["min"]), "max_replicas": int(autoscaling["max"])}
        scaling["scaling"] = {**bounds, "create_policy": "ZoneEquality"}
    return tencentcloud.kubernetes.NativeNodePool(
        name,
        name=args.get("display_name") or name,
        cluster_id=args["cluster_id"],
        type="Native",
        native={
            "instance_charge_type": "POSTPAID_BY_HOUR",
            "instance_types": list(args.get("instance_types") or _DEFAULT_INSTANCE_TYPES),
            "subnet_ids": args["subnet_ids"],
            "security_group_ids": [args["security_group_id"]],
            "system_disk": {
                "disk_type": args.get("system_disk_type") or disk_type,
                "disk_size": whole(args.get("system_disk_size") or disk_size),
            },
            "replicas": whole(args.get("replicas", 2)),
            "enable_autoscaling": autoscaling is not None,
            "auto_repair": True,
            **scaling,
        },
        labels=[{"name": key, "value": value} for key, value in (args.get("labels") or {}).items()],
        taints=_taints(args.get("taints") or ()),
        tags=_machine_tags(args.get("tags") or {}),
        deletion_protection=False,
        # With an autoscaler the number of nodes is its business. A new pool is made before the old one goes, or pods
        # had nowhere to go: pools of one name may stand side by side.
        opts=parts.options(
            delete_before_replace=False, ignore_changes=["native.replicas"] if autoscaling is not None else None
        ),
    )


class SuperNodesArgs(TypedDict):
    """Arguments of `SuperNodes`."""

    cluster_id: pulumi.Input[str]
    """The cluster, `cls-...`."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """A super node is made in each; its pods take their addresses there, and need a way out for images (a NAT gateway)."""
    security_group_id: pulumi.Input[str]
    """Security group of the pods; TKE asks for one."""
    labels: NotRequired[Mapping[str, str]]
    """Node labels."""
    taints: NotRequired[Sequence[Taint]]
    """Node taints."""
    display_name: NotRequired[str]
    """Name in the console; the component's name if unset."""


class SuperNodes(Component):
    """A pool of super nodes, which bill pods instead of machines (provider resource kubernetes_serverless_node_pool, no tags)."""

    node_pool_id: pulumi.Output[str]
    """Id of the pool."""

    def __init__(self, name: str, args: SuperNodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the pool; ArgumentError without a subnet."""
        super().__init__(name, opts)
        self.node_pool_id = make_super_nodes(self._parts, name, args).id
        self.register_outputs({"node_pool_id": self.node_pool_id})


def make_super_nodes(parts: Parts, name: str, args: SuperNodesArgs) -> tencentcloud.kubernetes.ServerlessNodePool:
    """The pool of super nodes; ArgumentError without a subnet."""
    display_name = args.get("display_name") or name
    subnet_ids = args["subnet_ids"]
    if not isinstance(subnet_ids, Sequence):
        nodes: Any = pulumi.Output.all(subnet_ids).apply(lambda lists: _super_nodes(display_name, lists[0]))
    elif subnet_ids:
        nodes = _super_nodes(display_name, subnet_ids)
    else:
        raise parts.refuse("subnet_ids", [], "is empty; give at least one subnet")
    return tencentcloud.kubernetes.ServerlessNodePool(
        name,
        name=display_name,
        cluster_id=args["cluster_id"],
        serverless_nodes=nodes,
        security_group_ids=[args["security_group_id"]],
        labels=dict(args.get("labels") or {}),
        taints=_taints(args.get("taints") or ()),
        # As with native nodes: pods move to the new pool before the old one goes.
        opts=parts.options(delete_before_replace=False),
    )


def _super_nodes(
    display_name: str, subnet_ids: Sequence["pulumi.Input[str]"]
) -> "list[tencentcloud.kubernetes.ServerlessNodePoolServerlessNodeArgsDict]":
    return [
        {"display_name": f"{display_name}-{number}", "subnet_id": subnet_id}
        for number, subnet_id in enumerate(subnet_ids, start=1)
    ]


def _taints(taints: Sequence[Taint]) -> list[dict[str, str]]:
    return [{"key": taint["key"], "value": taint.get("value", ""), "effect": taint["effect"]} for taint in taints]


def _machine_tags(tags: Mapping[str, "pulumi.Input[str]"]) -> list[dict[str, object]]:
    """Tags in the shape of a native node pool, whose machines carry them."""
    if not tags:
        return []
    return [{"resource_type": "machine", "tags": [{"key": key, "value": value} for key, value in tags.items()]}]
