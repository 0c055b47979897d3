"""DirectService: a Service whose load balancer reaches pods straight."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from realip import defaults, tke
from realip.components._arguments import Arguments, Known, Shape
from realip.components._component import Children, KubernetesComponent
from realip.components._ports import (
    PORTS,
    PortOrName,
    ServicePort,
    port_problems,
    protocol_annotation,
    service_ports,
    url_of_ports,
)
from realip.components._service import (
    SERVICE_RULES,
    ServiceParts,
    annotation_problems,
    make_service,
    one_port,
    service_problems,
)
from realip.components.load_balancer import (
    SERVICE,
    Exposure,
    LoadBalancer,
    address_in,
    annotations,
    pass_to_target_problems,
    url,
)
from realip.problems import Problem

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
    yield from service_problems(arguments, args)
    yield from port_problems(arguments, args, direct=True)
    yield from annotation_problems(arguments, args, ingress=False)
    yield from pass_to_target_problems(arguments, args)


DIRECT_SERVICE = Shape(DirectServiceArgs, {**SERVICE_RULES, "ports": PORTS}, _problems)


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
    written = {tke.SERVICE_LOAD_BALANCER_TYPE: tke.SERVICE_LOAD_BALANCER_TYPE_PUBLIC}
    namespace, ports = args.get("namespace") or defaults.NAMESPACE, args.get("ports")
    service = make_service(
        children,
        name,
        args,
        ServiceParts(
            "LoadBalancer",
            service_ports(ports) if ports else one_port(args["port"], args["target_port"]),
            {
                **(args.get("annotations") or {}),
                tke.SERVICE_DIRECT_ACCESS: "true",
                tke.SERVICE_GRACE_DELETION: "true",
                **(written if public and args.get("explicit_public") else {}),
                **({tke.SERVICE_PASS_TO_TARGET: "true"} if args.get("pass_to_target") else {}),
                **(protocol_annotation(children, name, args["service"], namespace, ports) if ports else {}),
                **annotations(SERVICE, balancer),
            },
            args.get("labels"),
        ),
    )
    address = service.status.apply(address_in)
    there = url_of_ports(address, ports) if ports else url(address, args["port"])
    return Exposure(service.metadata.name, address, there)
