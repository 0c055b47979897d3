"""The PodDisruptionBudget of a workload: how many of its pods a drain of nodes may take at a time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from realip import defaults, pod_numbers
from realip.components._arguments import Arguments, Shape, TextOrNumber, is_later, kept_later
from realip.components._component import Children

__all__ = [
    "DISRUPTION_BUDGET",
    "DisruptionBudget",
    "PodDisruptionBudgetArgs",
    "make_pod_disruption_budget",
    "max_unavailable",
]

if TYPE_CHECKING:
    NumberOrShare = str | int
else:
    NumberOrShare = str  # other languages have no unions, and write numbers as text


class DisruptionBudget(TypedDict):
    """A PodDisruptionBudget: the pods that a drain of nodes may take at a time."""

    max_unavailable: pulumi.Input[NumberOrShare]
    """Pods that it may take at a time: a number, or a share such as `25%`, rounded up. `100%` is all of them, without a budget."""


_MAX_UNAVAILABLE = TextOrNumber(pod_numbers.max_unavailable, pod_numbers.max_unavailable, pod_numbers.A_NUMBER_OF_PODS)
DISRUPTION_BUDGET = Shape(DisruptionBudget, {"max_unavailable": _MAX_UNAVAILABLE})


class PodDisruptionBudgetArgs(TypedDict):
    """A budget for the pods of one workload."""

    name: pulumi.Input[str]
    """The object's name."""
    namespace: pulumi.Input[str]
    """Namespace of the pods."""
    selector: Mapping[str, pulumi.Input[str]]
    """Labels of the pods."""
    max_unavailable: pulumi.Input[int | str]
    """Pods that may be missing at a time, a number or a share such as `25%`."""


def make_pod_disruption_budget(
    children: Children, name: str, args: PodDisruptionBudgetArgs
) -> "kubernetes.policy.v1.PodDisruptionBudget":
    """A budget by which a drain takes so many pods at a time, and more when those are ready elsewhere."""
    timeout = f"{defaults.API_SERVER_TIMEOUT}s"
    return kubernetes.policy.v1.PodDisruptionBudget(
        f"{name}-disruption-budget",
        metadata={"name": args["name"], "namespace": args["namespace"]},
        spec={
            "max_unavailable": args["max_unavailable"],
            "selector": {"match_labels": dict(args["selector"])},
            "unhealthy_pod_eviction_policy": "AlwaysAllow",  # a pod that never gets ready keeps no node from being drained
        },
        opts=children.options(custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout, delete=timeout)),
    )


def max_unavailable(
    budget: DisruptionBudget | None, most: object, component: str, at: Arguments
) -> "pulumi.Input[int | str] | None":
    """Pods that a drain may take at a time, where a budget says it; what is known later gets one, also with all of them.

    `component` and `at` are whose budget it is, and where, for what turns out wrong only later.
    """
    said: Any = budget and budget["max_unavailable"]
    if is_later(said):
        later = pulumi.Output.from_input(said)
        return kept_later(later, _MAX_UNAVAILABLE.keep, component, at.at("max_unavailable"))
    return pod_numbers.disruption_budget(said, most)
