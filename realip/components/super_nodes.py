"""SuperNodes: a pool of super nodes."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip import machine_rules, rules
from realip.components._arguments import Entries, Items, Shape
from realip.components._component import Children, Component, named
from realip.components._taints import TAINTS, Taint, taint_problems, taints

__all__ = ["SUPER_NODES", "SuperNodes", "SuperNodesArgs", "make_super_nodes"]


class SuperNodesArgs(TypedDict):
    """Arguments of `SuperNodes`."""

    cluster_id: pulumi.Input[str]
    """The cluster, `cls-...`."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """A super node is made in each; its pods take their addresses there, and need a way out for images (a NAT gateway)."""
    security_group_id: pulumi.Input[str]
    """Security group of the pods; TKE asks for one."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Node labels."""
    taints: NotRequired[Sequence[Taint]]
    """Node taints."""
    display_name: NotRequired[str]
    """Name in the console; the component's name if unset."""


SUPER_NODES = Shape(
    SuperNodesArgs,
    {
        "cluster_id": lambda value: rules.cloud_id(value, "cls"),
        "subnet_ids": Items(lambda value: rules.cloud_id(value, "subnet"), at_least_one="subnet", unique=True),
        "security_group_id": lambda value: rules.cloud_id(value, "sg"),
        "labels": Entries(machine_rules.node_label, rules.label_value),
        "taints": TAINTS,
        "display_name": rules.cloud_name,
    },
    taint_problems,
)


class SuperNodes(Component):
    """A pool of super nodes, which bill pods instead of machines (provider resource kubernetes_serverless_node_pool, no tags)."""

    node_pool_id: pulumi.Output[str]
    """Id of the pool."""

    def __init__(self, name: str, args: SuperNodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the pool; ArgumentError for what TKE would refuse."""
        super().__init__(name, opts, SUPER_NODES.problems(named(args, name)))
        self.node_pool_id = make_super_nodes(self._children, name, args).id
        self.register_outputs({"node_pool_id": self.node_pool_id})


def make_super_nodes(children: Children, name: str, args: SuperNodesArgs) -> tencentcloud.kubernetes.ServerlessNodePool:
    """The pool of super nodes."""
    display_name = args.get("display_name") or name
    subnet_ids = args["subnet_ids"]
    if isinstance(subnet_ids, Sequence):
        nodes: Any = _super_nodes(display_name, subnet_ids)
    else:
        nodes = pulumi.Output.all(subnet_ids).apply(lambda lists: _super_nodes(display_name, lists[0]))
    return tencentcloud.kubernetes.ServerlessNodePool(
        name,
        name=display_name,
        cluster_id=args["cluster_id"],
        serverless_nodes=nodes,
        security_group_ids=[args["security_group_id"]],
        labels=dict(args.get("labels") or {}),
        taints=taints(args.get("taints") or ()),
        # As with native nodes: pods move to the new pool before the old one goes.
        opts=children.options(delete_before_replace=False),
    )


def _super_nodes(
    display_name: str, subnet_ids: Sequence["pulumi.Input[str]"]
) -> "list[tencentcloud.kubernetes.ServerlessNodePoolServerlessNodeArgsDict]":
    return [
        {"display_name": f"{display_name}-{number}", "subnet_id": subnet_id}
        for number, subnet_id in enumerate(subnet_ids, start=1)
    ]
