"""The HorizontalPodAutoscaler of a workload: how many pods there are, by what they use."""

from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from realip import defaults, pod_numbers, rules
from realip.components._arguments import Arguments, Known, Shape, as_integer
from realip.components._component import Children
from realip.problems import MISSING, Problem

__all__ = ["POD_AUTOSCALING", "PodAutoscalerArgs", "PodAutoscaling", "autoscaling_problems", "make_pod_autoscaler"]


class PodAutoscaling(TypedDict):
    """A HorizontalPodAutoscaler: how far the number of pods goes, and by what. Needs Kubernetes 1.23 and metrics of pods."""

    min_replicas: pulumi.Input[int]
    """Fewest pods."""
    max_replicas: pulumi.Input[int]
    """Most pods."""
    cpu_utilization: NotRequired[pulumi.Input[int]]
    """Percent of their CPU request that pods are to use on average; 80 if nothing is said of memory either."""
    memory_utilization: NotRequired[pulumi.Input[int]]
    """Percent of their memory request that pods are to use on average. Beside `cpu_utilization`, whichever asks for more pods."""


class PodAutoscalerArgs(TypedDict):
    """An autoscaler of one Deployment."""

    name: pulumi.Input[str]
    """The Deployment's name, and the autoscaler's."""
    namespace: pulumi.Input[str]
    """Their namespace."""
    bounds: PodAutoscaling
    """How far the number of pods goes, and by what."""


def autoscaling_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """One number of pods or bounds for it, and a use of resources that pods can come to."""
    if {"replicas", "autoscaling"} <= args.said:
        message = "has two owners: autoscaling says the number of pods; remove one of the two"
        yield arguments.refuse("replicas", args.get("replicas", MISSING), message)
    bounds, resources = args.get("autoscaling"), args.get("resources")
    if not isinstance(bounds, Known) or not isinstance(resources, Known):
        return
    percents = {resource: bounds.number(f"{resource}_utilization") for resource in ("cpu", "memory")}
    for resource, most in pod_numbers.out_of_reach(percents, resources):
        message = f"is never reached: a pod may use {most}% of its request, up to resources.{resource}_limit; lower it"
        yield arguments.at("autoscaling").refuse(f"{resource}_utilization", percents[resource], message)


def _bounds(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Bounds the right way round."""
    fewest, most = args.number("min_replicas"), args.number("max_replicas")
    if fewest is not None and most is not None and fewest > most:
        yield arguments.refuse("min_replicas", fewest, f"is more than max_replicas, {most}; swap them")


POD_AUTOSCALING = Shape(
    PodAutoscaling,
    {
        "min_replicas": lambda value: rules.within(value, rules.PODS),
        "max_replicas": lambda value: rules.within(value, rules.PODS),
        "cpu_utilization": lambda value: rules.within(value, pod_numbers.UTILIZATIONS),
        "memory_utilization": lambda value: rules.within(value, pod_numbers.UTILIZATIONS),
    },
    _bounds,
)


def make_pod_autoscaler(
    children: Children, name: str, args: PodAutoscalerArgs
) -> "kubernetes.autoscaling.v2.HorizontalPodAutoscaler":
    """An autoscaler, made beside its Deployment: it is what brings that to its fewest pods."""
    timeout, bounds = f"{defaults.API_SERVER_TIMEOUT}s", args["bounds"]
    percents: Mapping[str, Any] = pod_numbers.utilization(
        bounds.get("cpu_utilization"), bounds.get("memory_utilization")
    )
    # With keys as a manifest has them, which the SDK hands on as they are.
    spec: Any = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": args["name"]},
        "minReplicas": as_integer(bounds["min_replicas"]),
        "maxReplicas": as_integer(bounds["max_replicas"]),
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": resource,
                    "target": {"type": "Utilization", "averageUtilization": as_integer(percent)},
                },
            }
            for resource, percent in percents.items()
        ],
    }
    return kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
        f"{name}-autoscaler",
        metadata={"name": args["name"], "namespace": args["namespace"]},
        spec=spec,
        opts=children.options(custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout, delete=timeout)),
    )
