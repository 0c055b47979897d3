"""NodePortIngress: an Ingress of class qcloud in front of a NodePort Service."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from realip import defaults, rules, tke
from realip.components._another_load_balancer import warning_of_another_load_balancer
from realip.components._arguments import Arguments, Known, Shape, as_integer
from realip.components._component import Children, KubernetesComponent
from realip.components._ports import PortOrName
from realip.components._service import (
    SERVICE_RULES,
    ServiceParts,
    annotation_problems,
    make_service,
    one_port,
    service_problems,
)
from realip.components.load_balancer import (
    INGRESS,
    IngressExposure,
    LoadBalancer,
    address_in,
    annotations,
    pass_to_target_problems,
    timeouts,
    url,
)
from realip.problems import Problem

if TYPE_CHECKING:
    from pulumi_kubernetes.networking import v1 as networking  # loaded only where there is an Ingress

__all__ = ["NODE_PORT_INGRESS", "NodePortIngress", "NodePortIngressArgs", "ingress_problems", "make_node_port_ingress"]


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


def ingress_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Arguments that go with a load balancer that TKE makes alone, and annotations that an Ingress cannot have."""
    yield from pass_to_target_problems(arguments, args)
    yield from annotation_problems(arguments, args, ingress=True)


def _problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    yield from service_problems(arguments, args)
    yield from ingress_problems(arguments, args)


NODE_PORT_INGRESS = Shape(NodePortIngressArgs, {**SERVICE_RULES, "ingress": rules.dns_subdomain}, _problems)


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
    balancer = args.get("load_balancer") or LoadBalancer()
    ports = one_port(args["port"], args["target_port"])
    direct = {tke.SERVICE_DIRECT_ACCESS: "false"}
    service = make_service(children, name, args, ServiceParts("NodePort", ports, direct)).metadata.name
    labels = args.get("labels")
    ingress = kubernetes.networking.v1.Ingress(
        f"{name}-ingress",
        metadata={
            "name": args["ingress"],
            "namespace": args.get("namespace") or defaults.NAMESPACE,
            **({"labels": dict(labels)} if labels else {}),
            "annotations": {
                **(args.get("annotations") or {}),
                tke.CLASS_ANNOTATION: tke.CLASS_QCLOUD,
                tke.INGRESS_DIRECT_ACCESS: "false",
                **({tke.INGRESS_PASS_TO_TARGET: "true"} if args.get("pass_to_target") else {}),
                **annotations(INGRESS, balancer),
            },
        },
        spec=_everything_to(service, args["port"]),
        opts=children.options(custom_timeouts=timeouts(balancer), hooks=warning_of_another_load_balancer()),
    )
    address = ingress.status.apply(address_in)
    return IngressExposure(service, address, url(address, defaults.HTTP_PORT), ingress.metadata.name)


def _everything_to(service: "pulumi.Input[str]", port: "pulumi.Input[int]") -> "networking.IngressSpecArgsDict":
    return {
        "rules": [
            {
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "path_type": "Prefix",
                            "backend": {"service": {"name": service, "port": {"number": as_integer(port)}}},
                        }
                    ]
                }
            }
        ]
    }
