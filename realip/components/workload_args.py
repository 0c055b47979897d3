"""The arguments of a Workload: the application's Deployment, its pods and their surroundings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi

from realip.components._sources import EnvFrom, FileItem, MountedFiles
from realip.components.pod_autoscaler import PodAutoscaling
from realip.components.pod_disruption_budget import DisruptionBudget

__all__ = [
    "ContainerPort",
    "EnvFrom",
    "FileItem",
    "MountedFiles",
    "Quantity",
    "Resources",
    "Toleration",
    "WorkloadArgs",
]

if TYPE_CHECKING:
    Quantity = str | int | float
else:
    Quantity = str  # other languages have no unions, and write quantities as text


class Resources(TypedDict):
    """Resource requests and limits of the container, as Kubernetes quantities."""

    cpu_request: pulumi.Input[Quantity]
    """Such as `250m`. A super node sizes and bills a pod by its requests."""
    cpu_limit: pulumi.Input[Quantity]
    """Such as `1`."""
    memory_request: pulumi.Input[Quantity]
    """Such as `256Mi`."""
    memory_limit: pulumi.Input[Quantity]
    """Such as `512Mi`."""


class Toleration(TypedDict):
    """A toleration of pods for a taint of nodes."""

    key: str
    """The taint's key."""
    value: NotRequired[str]
    """The taint's value; any value if unset."""
    effect: str
    """NoSchedule, PreferNoSchedule or NoExecute."""


class ContainerPort(TypedDict):
    """A port on which the container listens."""

    port: pulumi.Input[int]
    """Its number."""
    protocol: NotRequired[str]
    """TCP or UDP; TCP if unset."""
    name: NotRequired[str]
    """Its name, which a Service may lead to."""


class WorkloadArgs(TypedDict):
    """Arguments of `Workload`."""

    deployment: pulumi.Input[str]
    """The Deployment's name."""
    image: NotRequired[pulumi.Input[str]]
    """Container image; of `echo` a plain Python image if unset."""
    echo: NotRequired[bool]
    """Run the echo app, which answers with the address that its socket saw and the headers that came, as `realip verify` reads
    them. Its program comes from a ConfigMap; `image` is any with Python 3.9 or later."""
    labels: Mapping[str, pulumi.Input[str]]
    """Labels of the pods, by which Services find them."""
    port: pulumi.Input[int]
    """Where the container listens, by TCP."""
    ports: NotRequired[Sequence[ContainerPort]]
    """All ports of the container, where `port` is not the only one. Without `port` by TCP among them nothing asks there whether the
    app is ready, but a `readiness_path`."""
    resources: Resources
    """Requests and limits."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace; `default` if unset."""
    create_namespace: NotRequired[bool]
    """Make the namespace; if unset, yes unless it is `default`. False for one that exists or another app made."""
    container: NotRequired[pulumi.Input[str]]
    """The container's name; the Deployment's if unset, with '-' for each '.' of it."""
    replicas: NotRequired[pulumi.Input[int]]
    """Number of pods; left to an autoscaler if unset."""
    autoscaling: NotRequired[PodAutoscaling]
    """Let an autoscaler say the number of pods, instead of `replicas`."""
    disruption_budget: NotRequired[DisruptionBudget]
    """If unset, with two `replicas` or `max_replicas` or more a drain takes one pod at a time, the next when that is ready elsewhere. Needs
    Kubernetes 1.27."""
    super_nodes: NotRequired[bool]
    """Pods run on super nodes."""
    eni_pods: NotRequired[bool]
    """Give each pod an address of the VPC by an elastic network interface, in a GlobalRouter cluster to which VPC-CNI was added;
    the pods of other clusters have one without it, or cannot."""
    tolerations: NotRequired[Sequence[Toleration]]
    """Tolerations of the pods."""
    required_spread: NotRequired[bool]
    """Keep the pods of a rollout level over the nodes, at most one more on a node than on another, rather than only try to. With
    two or more a lost node is never the last one with a pod, and no node that has pods is without one while they are
    replaced, as `LocalService` needs it. Needs Kubernetes 1.27."""
    readiness_path: NotRequired[str]
    """HTTP path that answers when the app is ready; a TCP connection if unset, so that no node shows up in the app's log."""
    drain_seconds: NotRequired[int]
    """How long a pod goes on serving while the load balancer lets go of it. Needs Kubernetes 1.30; none if unset."""
    capabilities: NotRequired[Sequence[str]]
    """Linux capabilities that the image needs, of those that the `baseline` level allows, such as `CHOWN`. All others are dropped."""
    pod_security: NotRequired[str]
    """The Pod Security level that the pods keep, and a namespace that is made enforces: `baseline`, or `restricted` for an image
    that needs no root. `baseline` if unset, `restricted` of `echo`."""
    run_as_user: NotRequired[int]
    """The number of the user that the pods run as; the image's if unset. `restricted` asks for one where the image's is root, or
    a name."""
    env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables of the container; a secret value stays one."""
    env_from: NotRequired[Sequence[EnvFrom]]
    """Secrets and ConfigMaps that exist in the namespace, all of whose entries become environment variables."""
    files: NotRequired[Sequence[MountedFiles]]
    """Secrets and ConfigMaps that exist in the namespace, whose entries the container finds as files."""
    image_pull_secrets: NotRequired[Sequence[pulumi.Input[str]]]
    """Secrets that exist in the namespace, with which nodes pull the image from a registry that asks who they are."""
    service_account: NotRequired[pulumi.Input[str]]
    """A service account that exists in the namespace. Pods get its token then, and none otherwise."""
    command: NotRequired[Sequence[pulumi.Input[str]]]
    """The command of the container, instead of the image's entry point."""
    args: NotRequired[Sequence[pulumi.Input[str]]]
    """Arguments of that command, instead of the image's."""
    pod_template: NotRequired[Mapping[str, Any]]
    """A part of a Kubernetes PodTemplateSpec, spelt as in a manifest, for what no argument says. It is merged into the template by
    Kubernetes' own rules (strategic merge); what other arguments say is refused here by name."""
    timeout_seconds: NotRequired[int]
    """How long a rollout may take, on create and on update; 600 if unset."""
