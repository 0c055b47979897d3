"""The section `loadBalancer`: the CLB in front of the app."""

from enum import StrEnum

from pydantic import Field

from realip import defaults, tke
from realip.settings.sections.section import Section
from realip.settings.values import (
    Annotation,
    Bandwidth,
    CertificateId,
    ChargeType,
    Label,
    LabelValue,
    LoadBalancerId,
    Name,
    Port,
    Seconds,
    SecurityGroupId,
    Subdomain,
    SubnetId,
    Zone,
)

__all__ = ["LoadBalancerSettings", "PortSettings", "Protocol"]


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
        description="Layer 4: all ports, instead of app.servicePort. TCP and UDP together are for direct scenarios; on one port they share name and targetPort.",
    )
    annotations: dict[Annotation, str] = Field(
        default_factory=dict,
        description="More annotations of the object that has the load balancer, the Service or the Ingress; not those that other settings write.",
    )
    labels: dict[Label, LabelValue] = Field(default_factory=dict, description="Labels of that object.")
    timeout_seconds: Seconds = Field(
        defaults.TIMEOUT, description="How long to wait for the address, on create and on update."
    )
