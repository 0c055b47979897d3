"""The Deployment of an application: namespace and Deployment, and what keeps its pods as many as they should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core

from realip import echo
from realip.components._component import Children
from realip.components.pod_autoscaler import PodAutoscalerArgs, PodAutoscaling, make_pod_autoscaler
from realip.components.pod_disruption_budget import PodDisruptionBudgetArgs, make_pod_disruption_budget
from realip.pod import Pod, template
from realip.strategic_merge import merged

__all__ = ["AppDeployment", "make_app", "make_deployment", "make_namespace"]


@dataclass(frozen=True)
class AppDeployment:
    """A Deployment, as arguments or settings ask for it."""

    name: "pulumi.Input[str]"
    namespace: "pulumi.Input[str]"
    makes_namespace: bool
    pod: Pod
    timeout: int
    """Seconds that a rollout may take."""
    replicas: "pulumi.Input[int] | None" = None
    """Number of pods; None where an autoscaler says it."""
    autoscaling: PodAutoscaling | None = None
    """The autoscaler that says the number of pods, where it is not somebody else's."""
    max_unavailable: "pulumi.Input[int | str] | None" = None
    """Pods that a drain of nodes may take at a time; None where no budget says it."""
    pod_template: Mapping[str, Any] = field(default_factory=dict)
    """A part of a PodTemplateSpec that is merged into theirs."""


def make_app(children: Children, name: str, app: AppDeployment) -> dict[str, pulumi.Resource]:
    """The resources of an app, by what they are; its namespace first, where it is made."""
    found: dict[str, pulumi.Resource] = {}
    namespace = app.namespace
    if app.makes_namespace:
        made = make_namespace(children, f"{name}-namespace", namespace, app.pod.security)
        found["namespace"], namespace = made, made.metadata.name
    return found | make_deployment(children, name, app, namespace)


def make_namespace(children: Children, name: str, namespace: "pulumi.Input[str]", security: str) -> core.Namespace:
    """The namespace of apps, in which nothing beyond a Pod Security level runs."""
    labels = {"pod-security.kubernetes.io/enforce": security}
    return core.Namespace(name, metadata={"name": namespace, "labels": labels}, opts=children.options())


def make_deployment(
    children: Children, name: str, app: AppDeployment, namespace: "pulumi.Input[str]"
) -> dict[str, pulumi.Resource]:
    """The Deployment of an app in a namespace, its autoscaler and its budget beside it."""
    timeout, labels = f"{app.timeout}s", dict(app.pod.labels)
    # With keys as a manifest has them, which the SDK hands on as they are.
    spec: Any = {
        "selector": {"matchLabels": labels},
        # Never fewer pods than asked for, also while a load balancer takes its time with the new ones.
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": merged(template(app.pod), app.pod_template),
    }
    if app.replicas is not None:
        spec["replicas"] = app.replicas
    found: dict[str, pulumi.Resource] = {}
    if app.pod.echo is not None:
        found["program"] = core.ConfigMap(
            f"{name}-echo",
            metadata={"name": app.pod.echo.config_map, "namespace": namespace, "labels": labels},
            data={echo.FILE: echo.source()},
            immutable=True,
            opts=children.options(),
        )
    deployment = apps.Deployment(
        f"{name}-deployment",
        metadata={"name": app.name, "namespace": namespace, "labels": labels},
        spec=spec,
        opts=children.options(
            *found.values(),
            custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout, delete=timeout),
            # A number that the stack has said before stays with the object until the autoscaler says another. Taken away, it
            # would be Kubernetes' default: one pod, until the autoscaler looks again.
            ignore_changes=["spec.replicas"] if app.replicas is None else None,
        ),
    )
    found["deployment"] = deployment
    if app.autoscaling is not None:
        autoscaler = PodAutoscalerArgs(name=app.name, namespace=namespace, bounds=app.autoscaling)
        found["autoscaler"] = make_pod_autoscaler(children, name, autoscaler)
    if app.max_unavailable is not None:
        budget = PodDisruptionBudgetArgs(
            name=app.name, namespace=namespace, selector=labels, max_unavailable=app.max_unavailable
        )
        found["disruption_budget"] = make_pod_disruption_budget(children, name, budget)
    return found
