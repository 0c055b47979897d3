"""NativeNodes: a pool of native nodes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip import defaults, machine_rules, rules, tke
from realip.components._arguments import Arguments, Entries, Items, Known, Shape, as_integer
from realip.components._component import Children, Component, named
from realip.components._machines import (
    DATA_DISK,
    INTERNET_ACCESSIBLE,
    PREPAID,
    DataDisk,
    InternetAccessible,
    Prepaid,
    data_disks,
    internet_accessible,
    mounted_twice,
    prepaid,
)
from realip.components._tags import TAGS
from realip.components._taints import TAINTS, Taint, taint_problems, taints
from realip.problems import Problem

__all__ = ["NATIVE_NODES", "Autoscaling", "NativeNodes", "NativeNodesArgs", "make_native_nodes"]


class Autoscaling(TypedDict):
    """How far a node pool may shrink and grow."""

    min: pulumi.Input[int]
    """Fewest nodes."""
    max: pulumi.Input[int]
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
    """CLOUD_PREMIUM, CLOUD_SSD, CLOUD_BSSD or CLOUD_HSSD; CLOUD_PREMIUM if unset."""
    system_disk_size: NotRequired[pulumi.Input[int]]
    """Size of the system disk in GB; 50 if unset."""
    data_disks: NotRequired[Sequence[DataDisk]]
    """Data disks of each node."""
    key_ids: NotRequired[Sequence[pulumi.Input[str]]]
    """SSH keys, `skey-...`, with which somebody may log in to the nodes; none if unset."""
    additional_security_group_ids: NotRequired[Sequence[pulumi.Input[str]]]
    """Security groups of the nodes beside security_group_id. What one lets in, no other keeps out."""
    kubelet_args: NotRequired[Sequence[pulumi.Input[str]]]
    """Arguments of each node's kubelet, such as `max-pods=64`."""
    kernel_args: NotRequired[Sequence[pulumi.Input[str]]]
    """Kernel parameters of each node, such as `net.core.somaxconn=32768`."""
    instance_charge_prepaid: NotRequired[Prepaid]
    """Payment in advance; by the hour if unset."""
    internet_accessible: NotRequired[InternetAccessible]
    """A public address of each node; none if unset."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Node labels."""
    taints: NotRequired[Sequence[Taint]]
    """Node taints."""
    display_name: NotRequired[str]
    """Name in the console; the component's name if unset."""
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of the nodes."""


def _ends(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Bounds the right way round."""
    fewest, most = args.number("min"), args.number("max")
    if fewest is not None and most is not None and fewest > most:
        yield arguments.refuse("min", fewest, f"is more than max, {most}; swap them")


def _start(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A number to start with that the autoscaler would leave alone, and a folder for each disk."""
    yield from taint_problems(arguments, args)
    for argument in ("kubelet_args", "kernel_args"):
        for index, message in machine_rules.repeated_arguments(args.entries(argument)):
            yield arguments.at(argument).refuse_entry(index, args[argument][index], message)
    yield from mounted_twice(arguments.at("data_disks"), args.entries("data_disks"))
    bounds, replicas = args.get("autoscaling"), args.number("replicas", defaults.NODES)
    if not isinstance(bounds, Known) or replicas is None:
        return
    fewest, most = bounds.number("min"), bounds.number("max")
    if fewest is not None and most is not None and fewest <= most and not fewest <= replicas <= most:
        message = f"lies outside autoscaling, {fewest} to {most}; choose a number to start with inside it"
        yield arguments.refuse("replicas", replicas, message)


def _nodes(value: int) -> object:
    return rules.within(value, rules.NODES)


AUTOSCALING = Shape(Autoscaling, {"min": _nodes, "max": _nodes}, _ends)
NATIVE_NODES = Shape(
    NativeNodesArgs,
    {
        "cluster_id": lambda value: rules.cloud_id(value, "cls"),
        "subnet_ids": Items(lambda value: rules.cloud_id(value, "subnet"), at_least_one="subnet", unique=True),
        "security_group_id": lambda value: rules.cloud_id(value, "sg"),
        "replicas": lambda value: rules.within(value, range(rules.NODES.stop)),
        "autoscaling": AUTOSCALING,
        "instance_types": Items(rules.instance_type, at_least_one="instance type", unique=True),
        "system_disk_type": lambda value: rules.one_of(value, tke.SYSTEM_DISK_TYPES),
        "system_disk_size": lambda value: rules.within(value, tke.SYSTEM_DISK_SIZES),
        "data_disks": Items(DATA_DISK),
        "key_ids": Items(lambda value: rules.cloud_id(value, "skey"), unique=True),
        "additional_security_group_ids": Items(lambda value: rules.cloud_id(value, "sg"), unique=True),
        "kubelet_args": Items(machine_rules.kubelet_argument, unique=True),
        "kernel_args": Items(machine_rules.kernel_argument, unique=True),
        "instance_charge_prepaid": PREPAID,
        "internet_accessible": INTERNET_ACCESSIBLE,
        "labels": Entries(machine_rules.node_label, rules.label_value),
        "taints": TAINTS,
        "display_name": rules.cloud_name,
        "tags": TAGS,
    },
    _start,
)


class NativeNodes(Component):
    """A pool of native nodes, without public addresses unless asked for (provider resource kubernetes_native_node_pool)."""

    node_pool_id: pulumi.Output[str]
    """Id of the pool, `cls-...#np-...`."""

    def __init__(self, name: str, args: NativeNodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the pool; ArgumentError for what TKE would refuse."""
        super().__init__(name, opts, NATIVE_NODES.problems(named(args, name)))
        self.node_pool_id = make_native_nodes(self._children, name, args).id
        self.register_outputs({"node_pool_id": self.node_pool_id})


def make_native_nodes(children: Children, name: str, args: NativeNodesArgs) -> tencentcloud.kubernetes.NativeNodePool:
    """The pool of native nodes."""
    autoscaling = args.get("autoscaling")
    more = _machines(args)
    if autoscaling is not None:
        bounds = {"min_replicas": as_integer(autoscaling["min"]), "max_replicas": as_integer(autoscaling["max"])}
        more["scaling"] = {**bounds, "create_policy": "ZoneEquality"}
    return tencentcloud.kubernetes.NativeNodePool(
        name,
        name=args.get("display_name") or name,
        cluster_id=args["cluster_id"],
        type="Native",
        native={
            "instance_charge_type": "PREPAID" if "instance_charge_prepaid" in args else "POSTPAID_BY_HOUR",
            "instance_types": list(args.get("instance_types") or defaults.INSTANCE_TYPES),
            "subnet_ids": args["subnet_ids"],
            "security_group_ids": [args["security_group_id"], *args.get("additional_security_group_ids", ())],
            "system_disk": {
                "disk_type": args.get("system_disk_type") or defaults.SYSTEM_DISK_TYPE,
                "disk_size": as_integer(args.get("system_disk_size") or defaults.SYSTEM_DISK_SIZE),
            },
            "replicas": as_integer(args.get("replicas", defaults.NODES)),
            "enable_autoscaling": autoscaling is not None,
            "auto_repair": True,
            **more,
        },
        labels=[{"name": key, "value": value} for key, value in (args.get("labels") or {}).items()],
        taints=taints(args.get("taints") or ()),
        tags=_machine_tags(args.get("tags") or {}),
        deletion_protection=False,
        # With an autoscaler the number of nodes is its business. A new pool is made before the old one goes, or pods
        # had nowhere to go: pools of one name may stand side by side.
        opts=children.options(
            delete_before_replace=False, ignore_changes=["native.replicas"] if autoscaling is not None else None
        ),
    )


def _machines(args: NativeNodesArgs) -> dict[str, object]:
    """Fields of machines that are left out unless somebody asks for them."""
    made: dict[str, object] = {}
    if disks := args.get("data_disks"):
        made["data_disks"] = data_disks(disks)
    if keys := args.get("key_ids"):
        made["key_ids"] = list(keys)
    if arguments := args.get("kubelet_args"):
        made["kubelet_args"] = list(arguments)
    if parameters := args.get("kernel_args"):
        made["management"] = {"kernel_args": list(parameters)}
    if "instance_charge_prepaid" in args:
        made["instance_charge_prepaid"] = prepaid(args["instance_charge_prepaid"])
    if "internet_accessible" in args:
        made["internet_accessible"] = internet_accessible(args["internet_accessible"])
    return made


def _machine_tags(tags: Mapping[str, "pulumi.Input[str]"]) -> list[dict[str, object]]:
    """Tags in the shape of a native node pool, whose machines carry them."""
    if not tags:
        return []
    return [{"resource_type": "machine", "tags": [{"key": key, "value": value} for key, value in tags.items()]}]
