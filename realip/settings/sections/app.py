"""The section `app`: the application."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from realip import defaults, rules
from realip.settings.sections.section import Section
from realip.settings.values import (
    AppNamespace,
    Capability,
    ConfigKey,
    Cpu,
    EnvName,
    FileName,
    Image,
    LabelKey,
    LabelValue,
    MaxUnavailable,
    MayBeSecret,
    Memory,
    MountPath,
    Name,
    Percent,
    Pods,
    PodSecurity,
    Port,
    ProcessText,
    Seconds,
    ServiceName,
    Subdomain,
    User,
    keeps,
)

__all__ = [
    "AppSettings",
    "DisruptionBudgetSettings",
    "EnvFromSettings",
    "FileItemSettings",
    "FileSettings",
    "PodAutoscalingSettings",
]


class _SourceSettings(Section):
    """A Secret or a ConfigMap of the namespace, one of the two."""

    secret: Subdomain | None = Field(None, description="The Secret's name.")
    config_map: Subdomain | None = Field(None, description="The ConfigMap's name.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.secret is None) is (self.config_map is None):
            raise ValueError(
                "names not one of the two, a Secret or a ConfigMap; write {secret: name} or {configMap: name}, and give each an entry of its own"
            )
        return self


class EnvFromSettings(_SourceSettings):
    """A Secret or a ConfigMap of the namespace, one of the two, whose entries become environment variables."""


class FileItemSettings(Section):
    """An entry of a ConfigMap or a Secret that becomes a file."""

    key: ConfigKey = Field(description="The entry's key.")
    path: FileName = Field(description="The file's path in the folder.")


class FileSettings(_SourceSettings):
    """A Secret or a ConfigMap of the namespace, one of the two, whose entries become files."""

    path: MountPath = Field(description="The container's folder in which the files are, such as /etc/app.")
    items: Annotated[tuple[FileItemSettings, ...], Field(min_length=1)] | None = Field(
        None, description="Entries that become files; all, by their keys, if unset."
    )


class DisruptionBudgetSettings(Section):
    """The pods that a drain of nodes may take at a time."""

    max_unavailable: MaxUnavailable = Field(
        description="Pods that it may take at a time, a number or a share such as 25%; 100%: all of them, and no PodDisruptionBudget is made."
    )


class PodAutoscalingSettings(Section):
    """How far the number of pods goes, and by what."""

    min_replicas: Pods = Field(description="Fewest pods.")
    max_replicas: Pods = Field(description="Most pods.")
    cpu_utilization: Percent | None = Field(
        None, description="Percent of cpuRequest that pods use on average; 80 if memoryUtilization is unset too."
    )
    memory_utilization: Percent | None = Field(
        None,
        description="Percent of memoryRequest that pods use on average. Beside cpuUtilization, whichever asks for more pods.",
    )


class AppSettings(Section):
    """The application: what runs, how often, and how it is called. Names and image default to the scenario's."""

    deploy: bool = Field(
        default=True,
        description="Run the app. false: it runs already, made by a chart or by other hands; expose the pods of `selector`.",
    )
    selector: dict[LabelKey, LabelValue] | None = Field(
        None, description="Labels of the pods of an app that runs already; only where deploy is false."
    )
    image: Image | None = Field(
        None,
        description="Container image; the scenario's default image if unset. Of the echo app: any with Python 3.9 or later.",
    )
    echo: bool = Field(
        default=False,
        description="Run the echo app, which needs no image of its own: it answers with the address that it saw and the headers that came.",
    )
    replicas: Pods | None = Field(None, description="Number of pods; 3 direct, 2 non-direct if unset.")
    autoscaling: PodAutoscalingSettings | None = Field(
        None,
        description="Kubernetes 1.23 and later: a HorizontalPodAutoscaler, instead of replicas. It needs metrics of pods in the cluster.",
    )
    autoscaled: bool = Field(
        default=False,
        description="An autoscaler that is not this stack's owns the number of pods: leave it out of the Deployment. With `realip render` and kubectl, let the autoscaler set it first, or the app drops to one pod until it does.",
    )
    disruption_budget: DisruptionBudgetSettings | None = Field(
        None,
        description="Kubernetes 1.27 and later: a PodDisruptionBudget. If unset, with two pods or more a drain of nodes takes one at a time, the next when that is ready elsewhere.",
    )
    port: Port = Field(5000, description="Where the container listens.")
    service_port: Port = Field(
        defaults.HTTP_PORT,
        description="Where clients connect. Layer 7: the Service's port; clients connect to the Ingress at 80.",
    )
    namespace: AppNamespace | None = Field(
        None, description="Namespace; made unless it is `default`. Of an app that runs already: `default` if unset."
    )
    deployment: Subdomain | None = Field(None, description="The Deployment's name.")
    container: Name | None = Field(None, description="The container's name.")
    service: ServiceName | None = Field(None, description="The Service's name.")
    ingress: Subdomain | None = Field(None, description="Layer 7: the Ingress's name.")
    label: LabelValue = Field("real-ip-app", min_length=1, description="Value of the pods' `app` label.")
    cpu_request: Cpu = Field("250m", description="CPU request of each pod; a super node bills it.")
    cpu_limit: Cpu = Field("1", description="CPU limit of each pod.")
    memory_request: Memory = Field("256Mi", description="Memory request of each pod; a super node bills it.")
    memory_limit: Memory = Field("512Mi", description="Memory limit of each pod, at which it is stopped.")
    env: dict[EnvName, Annotated[ProcessText, MayBeSecret()]] = Field(
        default_factory=dict,
        description="Environment variables of the container; set with --secret, the values stay secret.",
    )
    env_from: tuple[EnvFromSettings, ...] = Field(
        (), description="Secrets and ConfigMaps of the namespace whose entries become environment variables."
    )
    files: tuple[FileSettings, ...] = Field(
        (),
        description="Secrets and ConfigMaps of the namespace whose entries the container finds as files, which it cannot write.",
    )
    image_pull_secrets: tuple[Subdomain, ...] = Field(
        (), description="Secrets of the namespace with which nodes pull the image from a private registry."
    )
    service_account: Subdomain | None = Field(
        None, description="A service account of the namespace, whose token pods get then; none if unset."
    )
    command: tuple[Annotated[ProcessText, MayBeSecret()], ...] = Field(
        (), description="What the container runs; the image's entry point if unset. Set with --secret, it stays secret."
    )
    args: tuple[Annotated[ProcessText, MayBeSecret()], ...] = Field(
        (),
        description="Arguments of what the container runs; the image's if unset. Set with --secret, they stay secret.",
    )
    pod_template: Annotated[dict[str, Any], MayBeSecret()] = Field(
        default_factory=dict,
        description="A part of a Kubernetes PodTemplateSpec for what no setting says, merged by Kubernetes' own rules; what settings say is refused.",
    )
    readiness_path: Annotated[str, keeps(rules.url_path)] | None = Field(
        None,
        description="HTTP path that answers when the app is ready; a TCP connection if unset, so that no node shows up in its log.",
    )
    drain_seconds: Annotated[int, Field(ge=rules.DRAIN_SECONDS.start, le=rules.DRAIN_SECONDS[-1])] = Field(
        10,
        description="Kubernetes 1.30 and later: seconds a pod goes on serving while the load balancer lets go of it. If unset, at least as long as loadBalancer.healthCheck takes to see that a pod is gone: unHealthNum x intervalTime.",
    )
    capabilities: tuple[Capability, ...] = Field(
        (),
        description="Linux capabilities that the image needs, such as CHOWN; all are dropped but the one for a port below 1024.",
    )
    pod_security: PodSecurity | None = Field(
        None,
        description="Pod Security level that the pods keep, and a namespace that is made enforces: baseline, or restricted for an image that needs no root. baseline if unset, restricted with echo.",
    )
    run_as_user: User | None = Field(
        None,
        description="Number of the user that the pods run as; the image's if unset. restricted asks for one where the image's is root, or a name.",
    )
    eni_pods: bool = Field(
        default=False,
        description="GlobalRouter, on a cluster that you have and to which VPC-CNI was added: give each pod an address of the VPC by an elastic network interface, so that direct access needs neither GlobalRouteDirectAccess nor an account billed by IP. Of an app that runs already: its pods have one.",
    )
    timeout_seconds: Seconds = Field(
        defaults.TIMEOUT, description="How long a rollout may take, on create and on update."
    )
