"""A Service of type LoadBalancer: what the components with one share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired

import pulumi

from realip import defaults, tke
from realip.components._arguments import Arguments, Known, Rules
from realip.components._component import Children
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
    ServiceArgs,
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
from realip.scenarios import Connection, ExposureKind

__all__ = [
    "LOAD_BALANCER_SERVICE_RULES",
    "LoadBalancerServiceArgs",
    "load_balancer_service_problems",
    "make_load_balancer_service",
]


class LoadBalancerServiceArgs(ServiceArgs):
    """The arguments that every exposure at layer 4 has."""

    port: NotRequired[pulumi.Input[int]]
    target_port: NotRequired[pulumi.Input[PortOrName]]
    ports: NotRequired[Sequence[ServicePort]]


LOAD_BALANCER_SERVICE_RULES: Rules = {**SERVICE_RULES, "ports": PORTS}
"""Rules of those arguments."""


def load_balancer_service_problems(arguments: Arguments, args: Known, kind: ExposureKind) -> Iterator[Problem]:
    """Names, ports, annotations and load balancer that have to agree."""
    yield from service_problems(arguments, args)
    yield from port_problems(arguments, args, direct=kind.connection is Connection.DIRECT)
    yield from annotation_problems(arguments, args, ingress=False)
    yield from pass_to_target_problems(arguments, args)


def make_load_balancer_service(
    children: Children, name: str, args: LoadBalancerServiceArgs, kind: ExposureKind, written: Mapping[str, str]
) -> Exposure:
    """The Service, with the annotations `written` that make its kind."""
    balancer, ports = args.get("load_balancer") or LoadBalancer(), args.get("ports")
    namespace = args.get("namespace") or defaults.NAMESPACE
    service = make_service(
        children,
        name,
        args,
        ServiceParts(
            kind.service_type,
            service_ports(ports) if ports else one_port(args["port"], args["target_port"]),
            kind.direct_access,
            {
                **(args.get("annotations") or {}),
                **written,
                **({tke.SERVICE_PASS_TO_TARGET: "true"} if args.get("pass_to_target") else {}),
                **(protocol_annotation(children, name, args["service"], namespace, ports) if ports else {}),
                **annotations(SERVICE, balancer),
            },
            args.get("labels"),
            external_traffic_policy=tke.LOCAL_POLICY if kind is ExposureKind.LOCAL_SERVICE else None,
        ),
    )
    address = service.status.apply(address_in)
    there = url_of_ports(address, ports) if ports else url(address, args["port"])
    return Exposure(service.metadata.name, address, there)
