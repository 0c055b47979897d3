"""DirectService: a Service whose load balancer reaches pods straight."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from realip import tke
from realip.components._arguments import Arguments, Known, Shape
from realip.components._component import Children, KubernetesComponent
from realip.components._load_balancer_service import (
    LOAD_BALANCER_SERVICE_RULES,
    load_balancer_service_problems,
    make_load_balancer_service,
)
from realip.components._ports import PortOrName, ServicePort
from realip.components.load_balancer import Exposure, LoadBalancer
from realip.problems import Problem
from realip.scenarios import ExposureKind

__all__ = ["DIRECT_SERVICE", "DirectService", "DirectServiceArgs", "make_direct_service"]


class DirectServiceArgs(TypedDict):
    """Arguments of `DirectService`."""

    service: pulumi.Input[str]
    """The Service's name."""
    selector: Mapping[str, pulumi.Input[str]]
    """Labels of the pods."""
    port: NotRequired[pulumi.Input[int]]
    """Where clients connect, by TCP. Several ports, or UDP: `ports` instead."""
    target_port: NotRequired[pulumi.Input[PortOrName]]
    """Where pods listen: a number, or the name of a container's port. Their security group has to let clients in there."""
    ports: NotRequired[Sequence[ServicePort]]
    """All ports, instead of `port` and `target_port`."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace of Service and pods; `default` if unset."""
    load_balancer: NotRequired[LoadBalancer]
    """The load balancer, where it is not a public one that TKE makes."""
    pass_to_target: NotRequired[bool]
    """Let what the load balancer accepts reach the pods whatever their security group says. Not with an existing load balancer."""
    explicit_public: NotRequired[bool]
    """Write the public load balancer type out, as the guide does in scenario 1."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """More annotations of the Service; not those that follow from other arguments."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Service."""


def _problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    yield from load_balancer_service_problems(arguments, args, ExposureKind.DIRECT_SERVICE)


DIRECT_SERVICE = Shape(DirectServiceArgs, LOAD_BALANCER_SERVICE_RULES, _problems)


class DirectService(KubernetesComponent):
    """A Service whose load balancer reaches pods straight, so that the socket peer is the client (TKE 41897).

    In a GlobalRouter cluster `GlobalRouteDirectAccess` has to come first: pass it in `opts.depends_on`.
    """

    service: pulumi.Output[str]
    """The Service's name."""
    address: pulumi.Output[str]
    """Address of the exposure: an IP address or a hostname."""
    url: pulumi.Output[str]
    """Where to point a browser."""

    def __init__(self, name: str, args: DirectServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the Service and wait for its address; ArgumentError for what Kubernetes or TKE would refuse."""
        super().__init__(name, opts, DIRECT_SERVICE.problems(args))
        made = make_direct_service(self._children, name, args)
        self.service, self.address, self.url = made.service, made.address, made.url
        self.register_outputs({"service": self.service, "address": self.address, "url": self.url})


def make_direct_service(children: Children, name: str, args: DirectServiceArgs) -> Exposure:
    """The Service whose load balancer reaches pods straight."""
    balancer = args.get("load_balancer") or LoadBalancer()
    public = "internal_subnet_id" not in balancer and "existing_id" not in balancer
    written = {tke.SERVICE_GRACE_DELETION: "true"}
    if public and args.get("explicit_public"):
        written[tke.SERVICE_LOAD_BALANCER_TYPE] = tke.SERVICE_LOAD_BALANCER_TYPE_PUBLIC
    return make_load_balancer_service(children, name, args, ExposureKind.DIRECT_SERVICE, written)
