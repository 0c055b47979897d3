"""LocalService: a Service whose nodes keep traffic to pods of their own."""

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

__all__ = ["LOCAL_SERVICE", "LocalService", "LocalServiceArgs", "make_local_service"]


class LocalServiceArgs(TypedDict):
    """Arguments of `LocalService`."""

    service: pulumi.Input[str]
    """The Service's name."""
    selector: Mapping[str, pulumi.Input[str]]
    """Labels of the pods."""
    port: NotRequired[pulumi.Input[int]]
    """Where clients connect, by TCP. Several ports, or UDP: `ports` instead."""
    target_port: NotRequired[pulumi.Input[PortOrName]]
    """Where pods listen: a number, or the name of a container's port."""
    ports: NotRequired[Sequence[ServicePort]]
    """All ports, instead of `port` and `target_port`. TCP or UDP, since both in one Service need direct access."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace of Service and pods; `default` if unset."""
    load_balancer: NotRequired[LoadBalancer]
    """The load balancer, where it is not a public one that TKE makes."""
    pass_to_target: NotRequired[bool]
    """Let what the load balancer accepts reach the nodes whatever their security group says, so that no node port is open.
    Not with an existing load balancer: there the nodes' security group has to let clients in at node ports."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """More annotations of the Service; not those that follow from other arguments."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Service."""


def _problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    yield from load_balancer_service_problems(arguments, args, ExposureKind.LOCAL_SERVICE)


LOCAL_SERVICE = Shape(LocalServiceArgs, LOAD_BALANCER_SERVICE_RULES, _problems)


class LocalService(KubernetesComponent):
    """A Service of `externalTrafficPolicy: Local`: the socket peer is the client (TKE 45492).

    A node port hands on to pods of its own node alone, and leaves the source address. The load balancer takes the nodes that
    have pods, each as often as it has pods. It needs no direct access, so it works with any kind of account; super nodes have no
    node ports. A node without a pod drops connections until the load balancer lets go of it: spread the pods with `Workload`'s
    `required_spread`. A client inside the cluster is served without the load balancer: prove it from outside.
    """

    service: pulumi.Output[str]
    """The Service's name."""
    address: pulumi.Output[str]
    """Address of the exposure: an IP address or a hostname."""
    url: pulumi.Output[str]
    """Where to point a browser."""

    def __init__(self, name: str, args: LocalServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the Service and wait for its address; ArgumentError for what Kubernetes or TKE would refuse."""
        super().__init__(name, opts, LOCAL_SERVICE.problems(args))
        made = make_local_service(self._children, name, args)
        self.service, self.address, self.url = made.service, made.address, made.url
        self.register_outputs({"service": self.service, "address": self.address, "url": self.url})


def make_local_service(children: Children, name: str, args: LocalServiceArgs) -> Exposure:
    """The Service whose nodes keep traffic to pods of their own."""
    written = {tke.SERVICE_LOCAL_ONLY_WITH_POD: "true", tke.SERVICE_LOCAL_WEIGHTED: "true"}
    return make_load_balancer_service(children, name, args, ExposureKind.LOCAL_SERVICE, written)
