"""The section `app`: the application."""

from typing import Annotated

from pydantic import Field

from realip import defaults, rules
from realip.settings.sections.section import Section
from realip.settings.values import (
    AppNamespace,
    Capability,
    Cpu,
    EnvName,
    Image,
    LabelValue,
    MayBeSecret,
    Memory,
    Name,
    Port,
    Seconds,
    ServiceName,
    Subdomain,
    keeps,
)

__all__ = ["AppSettings"]


class AppSettings(Section):
    """The application: what runs, how often, and how it is called. Names and image default to the scenario's."""

    image: Image | None = Field(None, description="Container image; the scenario's default image if unset.")
    replicas: Annotated[int, Field(ge=rules.PODS.start, le=rules.PODS[-1])] | None = Field(
        None, description="Number of pods; 3 direct, 2 non-direct if unset."
    )
    autoscaled: bool = Field(
        default=False,
        description="An autoscaler owns the number of pods: leave it out of the Deployment. Let the autoscaler set it first, or the app drops to one pod until it does.",
    )
    port: Port = Field(5000, description="Where the container listens.")
    service_port: Port = Field(
        defaults.HTTP_PORT,
        description="Where clients connect. Non-direct: the Service's port; clients connect to the Ingress at 80.",
    )
    namespace: AppNamespace | None = Field(None, description="Namespace; made unless it is `default`.")
    deployment: Subdomain | None = Field(None, description="The Deployment's name.")
    container: Name | None = Field(None, description="The container's name.")
    service: ServiceName | None = Field(None, description="The Service's name.")
    ingress: Subdomain | None = Field(None, description="Non-direct: the Ingress's name.")
    label: LabelValue = Field("real-ip-app", min_length=1, description="Value of the pods' `app` label.")
    cpu_request: Cpu = Field("250m", description="CPU request of each pod; a super node bills it.")
    cpu_limit: Cpu = Field("1", description="CPU limit of each pod.")
    memory_request: Memory = Field("256Mi", description="Memory request of each pod; a super node bills it.")
    memory_limit: Memory = Field("512Mi", description="Memory limit of each pod, at which it is stopped.")
    env: dict[EnvName, Annotated[str, MayBeSecret()]] = Field(
        default_factory=dict,
        description="Environment variables of the container; set with --secret, the values stay secret.",
    )
    readiness_path: Annotated[str, keeps(rules.url_path)] | None = Field(
        None,
        description="HTTP path that answers when the app is ready; a TCP connection if unset, so that no node shows up in its log.",
    )
    drain_seconds: Annotated[int, Field(ge=rules.DRAIN_SECONDS.start, le=rules.DRAIN_SECONDS[-1])] = Field(
        10,
        description="Kubernetes 1.30 and later: seconds a pod goes on serving while the load balancer lets go of it.",
    )
    capabilities: tuple[Capability, ...] = Field(
        (),
        description="Linux capabilities that the image needs, such as CHOWN; all are dropped but the one for a port below 1024.",
    )
    timeout_seconds: Seconds = Field(
        defaults.TIMEOUT, description="How long a rollout may take, on create and on update."
    )
