"""The section `access`: who may reach the API server, and who the app."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from realip.settings.sections.section import Section
from realip.settings.values import (
    Cidr,
    MayBeSecret,
    Zone,
)

__all__ = ["AccessSettings", "Endpoint", "Gate"]


class Endpoint(StrEnum):
    """Which endpoint of the API server is opened."""

    PUBLIC = "public"
    INTRANET = "intranet"


class Gate(StrEnum):
    """Where clients are let in."""

    LOAD_BALANCER = "load-balancer"
    NODES = "nodes"


class AccessSettings(Section):
    """Who may reach the API server, and who the app."""

    endpoint: Endpoint = Field(
        Endpoint.PUBLIC, description="public, or intranet: run Pulumi inside the VPC then, and leave adminCidrs out."
    )
    endpoint_zone: Zone | None = Field(
        None, description="Zone of the intranet endpoint, which sits in that zone's node subnet."
    )
    admin_cidrs: tuple[Cidr, ...] = Field((), description="Who may reach the public endpoint of the API server.")
    allow_everyone: bool = Field(default=False, description="Accept 0.0.0.0/0 in adminCidrs.")
    kubeconfig: Annotated[str, MayBeSecret()] | None = Field(
        None,
        description="An existing cluster's kubeconfig, set with --secret. Without it TKE is asked, for the endpoint that `endpoint` says.",
    )
    client_cidrs: tuple[Cidr, ...] = Field(
        (),
        description="Who may reach the app; 0.0.0.0/0 for everyone. If unset, only clients inside the VPC; on an existing cluster an update asks for it.",
    )
    client_cidrs_at: Gate | None = Field(
        None,
        description="Where clientCidrs are let in: load-balancer, by a security group of its own, so that no port of nodes or pods stands open to clients; or nodes, by rules of their security group. If unset, a Service straight to pods and an existing load balancer take nodes, all others the load balancer.",
    )
