"""NodePortIngress: an Ingress of class qcloud in front of a NodePort Service."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from realip.components._arguments import Shape
from realip.components._component import Children, KubernetesComponent
from realip.components._hosts import IngressHost, ListenPorts
from realip.components._ingress import INGRESS_RULES, ingress_problems, make_ingress
from realip.components._ports import PortOrName
from realip.components.load_balancer import IngressExposure, LoadBalancer
from realip.scenarios import ExposureKind

__all__ = ["NODE_PORT_INGRESS", "NodePortIngress", "NodePortIngressArgs", "make_node_port_ingress"]


class NodePortIngressArgs(TypedDict):
    """Arguments of `NodePortIngress`."""

    service: pulumi.Input[str]
    """The Service's name."""
    ingress: pulumi.Input[str]
    """The Ingress's name."""
    selector: Mapping[str, pulumi.Input[str]]
    """Labels of the pods."""
    port: pulumi.Input[int]
    """The Service's port, to which the Ingress sends."""
    target_port: pulumi.Input[PortOrName]
    """Where pods listen: a number, or the name of a container's port."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace of all three; `default` if unset."""
    load_balancer: NotRequired[LoadBalancer]
    """The load balancer, where it is not a public one that TKE makes."""
    pass_to_target: NotRequired[bool]
    """Let what the load balancer accepts reach the nodes whatever their security group says, so that no node port is open
    to clients, who could forge X-Forwarded-For there. Not with an existing load balancer."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """More annotations of the Ingress; not those that follow from other arguments."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Ingress."""
    hosts: NotRequired[Sequence[IngressHost]]
    """Hosts with paths and certificates; every request to the app, by HTTP, if unset."""
    redirect: NotRequired[bool]
    """HTTP leads to HTTPS, for which every host needs a certificate. False turns it off; unset leaves redirections that are there."""
    listen_ports: NotRequired[ListenPorts]
    """Ports of the listeners, where they are not 80 and 443."""
    shared: NotRequired[bool]
    """Several Ingresses share the existing load balancer; read when the Ingress is made."""


NODE_PORT_INGRESS = Shape(NodePortIngressArgs, INGRESS_RULES, ingress_problems)


class NodePortIngress(KubernetesComponent):
    """An Ingress of class qcloud in front of a NodePort Service: the client is in X-Forwarded-For (TKE 56112).

    The load balancer appends the address that it sees, so an application may believe the last entry, and only that.
    """

    service: pulumi.Output[str]
    """The Service's name."""
    ingress: pulumi.Output[str]
    """The Ingress's name."""
    address: pulumi.Output[str]
    """Address of the exposure: an IP address or a hostname."""
    url: pulumi.Output[str]
    """Where to point a browser."""

    def __init__(self, name: str, args: NodePortIngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make Service and Ingress and wait for the address; ArgumentError for what Kubernetes or TKE would refuse."""
        super().__init__(name, opts, NODE_PORT_INGRESS.problems(args))
        made = make_node_port_ingress(self._children, name, args)
        self.service, self.ingress, self.address, self.url = made.service, made.ingress, made.address, made.url
        self.register_outputs(
            {"service": self.service, "ingress": self.ingress, "address": self.address, "url": self.url}
        )


def make_node_port_ingress(children: Children, name: str, args: NodePortIngressArgs) -> IngressExposure:
    """The Ingress, and the NodePort Service behind it."""
    return make_ingress(children, name, args, ExposureKind.NODE_PORT_INGRESS)
