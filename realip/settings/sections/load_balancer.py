"""The section `loadBalancer`: the CLB in front of the app."""

from enum import StrEnum

from pydantic import Field, model_validator

from realip import defaults, tke
from realip.settings.sections.section import Section
from realip.settings.values import (
    Annotation,
    Bandwidth,
    CertificateId,
    ChargeType,
    CheckHost,
    CheckInterval,
    CheckMethod,
    CheckNumber,
    CheckTimeout,
    Host,
    Label,
    LabelValue,
    LoadBalancerId,
    Name,
    Path,
    Port,
    Scheduler,
    Seconds,
    SecurityGroupId,
    ServiceName,
    SessionSeconds,
    Subdomain,
    SubnetId,
    Zone,
)

__all__ = [
    "HealthCheckSettings",
    "HostSettings",
    "ListenPortsSettings",
    "LoadBalancerSettings",
    "PathSettings",
    "PortSettings",
    "Protocol",
]


class Protocol(StrEnum):
    """The protocol of a layer 4 listener."""

    TCP = "TCP"
    UDP = "UDP"
    TCP_SSL = "TCP_SSL"
    """TLS with clients, TCP with pods."""


class PortSettings(Section):
    """A port on which the load balancer listens at layer 4."""

    name: Name | None = Field(None, description="Its name; there has to be one where there are several ports.")
    port: Port = Field(description="Where clients connect.")
    target_port: Port | None = Field(None, description="Where the container listens; app.port if unset.")
    protocol: Protocol = Field(
        Protocol.TCP,
        description="TCP, UDP, or TCP_SSL, with which the load balancer speaks TLS with clients and TCP with pods.",
    )
    certificate_id: CertificateId | None = Field(
        None, description="TCP_SSL: the certificate's id; a Secret that names it is made."
    )
    certificate_secret: Subdomain | None = Field(
        None, description="TCP_SSL: a Secret in the app's namespace that has the certificate's id as qcloud_cert_id."
    )


class PathSettings(Section):
    """A path of a host, and the Service that it leads to."""

    path: Path = Field(description="The start of a path: everything under it goes the same way.")
    service: ServiceName | None = Field(
        None,
        description="Another Service of the app's namespace; the app's if unset. Non-direct: it has to be of type NodePort.",
    )
    port: Port | None = Field(None, description="That Service's port.")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        """A path alone stands for one to the app."""
        return {"path": value} if isinstance(value, str) else value


class HostSettings(Section):
    """A host that the load balancer serves."""

    host: Host = Field(description="A domain name in lower case, or a wildcard such as *.example.com.")
    paths: tuple[PathSettings, ...] = Field(
        (),
        description="Its paths, each as text, or with the service and port that it leads to; everything to the app if unset.",
    )
    certificate_id: CertificateId | None = Field(
        None,
        description="Id of its certificate: it is served by HTTPS then. A Secret that names the certificate is made.",
    )
    certificate_secret: Subdomain | None = Field(
        None, description="A Secret in the app's namespace that has the certificate's id as qcloud_cert_id, instead."
    )


class ListenPortsSettings(Section):
    """Ports of the layer 7 listeners."""

    http: Port | None = Field(None, description="80 if unset.")
    https: Port | None = Field(None, description="443 if unset.")


class HealthCheckSettings(Section):
    """How the load balancer sees whether a pod or node is well; what is not said stays as TKE has it."""

    enable: bool = Field(
        default=True, description="Check at all. Without checks a pod that has died keeps its clients."
    )
    interval_time: CheckInterval | None = Field(
        None, description="Seconds between two checks, 5 to 300; TKE takes 5 if unset."
    )
    timeout: CheckTimeout | None = Field(
        None, description="Seconds that an answer may take, less than intervalTime; TKE takes 2 if unset."
    )
    health_num: CheckNumber | None = Field(
        None, description="Checks in a row that have to pass, 2 to 10; TKE takes 3 if unset."
    )
    un_health_num: CheckNumber | None = Field(
        None, description="Checks in a row that have to fail, 2 to 10; TKE takes 3 if unset."
    )
    http_check_path: Path | None = Field(None, description="Layer 7: path that is asked for; / if unset.")
    http_check_domain: CheckHost | None = Field(
        None, description="Layer 7: host that is asked for; the rule's own if unset. A wildcard host needs one."
    )
    http_check_method: CheckMethod | None = Field(None, description="Layer 7: HEAD or GET.")


class LoadBalancerSettings(Section):
    """The CLB in front of the app: public and made by TKE, unless said otherwise."""

    internal: bool = Field(
        default=False,
        description="Internal load balancer, in the node subnet of `zone` or in internalSubnetId.",
    )
    internal_subnet_id: SubnetId | None = Field(None, description="Subnet of the internal load balancer.")
    zone: Zone | None = Field(
        None, description="Zone of the internal load balancer, where its subnet is one of this stack's."
    )
    existing_id: LoadBalancerId | None = Field(
        None,
        description="An existing load balancer that TKE did not make. Non-direct: node ports are opened to clientCidrs then, so name networks there.",
    )
    bandwidth: Bandwidth | None = Field(None, description="Mbit/s of a public load balancer; read when it is made.")
    charge_type: ChargeType | None = Field(
        None,
        description="How the traffic of a public load balancer is paid, with bandwidth: TRAFFIC_POSTPAID_BY_HOUR if unset, or BANDWIDTH_POSTPAID_BY_HOUR.",
    )
    security_group_ids: tuple[SecurityGroupId, ...] = Field(
        (), max_length=tke.MAX_LOAD_BALANCER_SECURITY_GROUPS, description="Security groups of the load balancer itself."
    )
    ports: tuple[PortSettings, ...] = Field(
        (),
        description="Layer 4: all ports, instead of app.servicePort. TCP and UDP together are for direct scenarios; on one port they share the targetPort, and the Service has the first name.",
    )
    hosts: tuple[HostSettings, ...] = Field(
        (),
        description="Layer 7: hosts with paths and certificates; every request to the app, by HTTP, if unset. A host with a certificate is served by HTTPS alone, unless redirect is set.",
    )
    redirect: bool | None = Field(
        None,
        description="Layer 7: HTTP leads to HTTPS, for which every host needs a certificate. To turn it off, set it to false: without the key redirections stay.",
    )
    listen_ports: ListenPortsSettings | None = Field(
        None, description="Layer 7: ports of the listeners; read when the Ingress is made."
    )
    shared: bool = Field(
        default=False,
        description="Layer 7, with existingId: several Ingresses share the load balancer. Read when the Ingress is made; each pair of host and path belongs to one.",
    )
    health_check: HealthCheckSettings | None = Field(
        None, description="How the load balancer checks pods or nodes, in a TkeServiceConfig; as TKE does if unset."
    )
    scheduler: Scheduler | None = Field(
        None,
        description="WRR, by weights in turn, or LEAST_CONN, the fewest connections, in a TkeServiceConfig; WRR if unset.",
    )
    session_expire_time: SessionSeconds | None = Field(
        None,
        description="Seconds for which a client stays with its pod or node, 30 to 3600, in a TkeServiceConfig. Kubernetes' sessionAffinity is kube-proxy's, which direct access goes past.",
    )
    annotations: dict[Annotation, str] = Field(
        default_factory=dict,
        description="More annotations of the object that has the load balancer, the Service or the Ingress; not those that other settings write.",
    )
    labels: dict[Label, LabelValue] = Field(default_factory=dict, description="Labels of that object.")
    timeout_seconds: Seconds = Field(
        defaults.TIMEOUT, description="How long to wait for the address, on create and on update."
    )
