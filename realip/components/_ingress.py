"""The Ingress of an exposure."""

from collections.abc import Iterator, Sequence
from typing import NotRequired

import pulumi
import pulumi_kubernetes as kubernetes

from realip import defaults, rules, tke
from realip.components._arguments import Arguments, Known, Rules
from realip.components._component import Children
from realip.components._hooks import exposure_hooks
from realip.components._hosts import HOST_RULES, IngressHost, ListenPorts, host_problems, layer_7
from realip.components._ports import PortOrName
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
    INGRESS,
    IngressExposure,
    LoadBalancer,
    address_in,
    annotations,
    pass_to_target_problems,
    timeouts,
)
from realip.problems import Problem
from realip.scenarios import Connection, ExposureKind

__all__ = ["INGRESS_RULES", "IngressArgs", "ingress_problems", "make_ingress"]


class IngressArgs(ServiceArgs):
    """The arguments that every exposure with an Ingress has."""

    ingress: pulumi.Input[str]
    port: pulumi.Input[int]
    target_port: pulumi.Input[PortOrName]
    hosts: NotRequired[Sequence[IngressHost]]
    redirect: NotRequired[bool]
    listen_ports: NotRequired[ListenPorts]
    shared: NotRequired[bool]


INGRESS_RULES: Rules = {**SERVICE_RULES, **HOST_RULES, "ingress": rules.dns_subdomain}
"""Rules of the arguments that every exposure with an Ingress has."""


def ingress_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Arguments of Service, Ingress and load balancer that have to agree."""
    yield from service_problems(arguments, args)
    yield from pass_to_target_problems(arguments, args)
    yield from annotation_problems(arguments, args, ingress=True)
    yield from host_problems(arguments, args)


def make_ingress(children: Children, name: str, args: IngressArgs, kind: ExposureKind) -> IngressExposure:
    """An Ingress of class qcloud and the Service behind it, straight to pods or through node ports.

    Straight, the Service only names the pods: of type ClusterIP, it has no node port that could stand open.
    """
    balancer = args.get("load_balancer") or LoadBalancer()
    ports, labels = one_port(args["port"], args["target_port"]), args.get("labels")
    parts = ServiceParts(kind.service_type, ports, kind.direct_access)
    service, namespace = make_service(children, name, args, parts).metadata.name, args.get("namespace")
    asked = layer_7(children, name, args, service, namespace or defaults.NAMESPACE)
    ingress = kubernetes.networking.v1.Ingress(
        f"{name}-ingress",
        metadata={
            "name": args["ingress"],
            "namespace": namespace or defaults.NAMESPACE,
            **({"labels": dict(labels)} if labels else {}),
            "annotations": {
                **(args.get("annotations") or {}),
                tke.CLASS_ANNOTATION: tke.CLASS_QCLOUD,
                tke.INGRESS_DIRECT_ACCESS: kind.direct_access,
                **({tke.INGRESS_GRACE_DELETION: "true"} if kind.connection is Connection.DIRECT else {}),
                **({tke.INGRESS_PASS_TO_TARGET: "true"} if args.get("pass_to_target") else {}),
                **asked.annotations,
                **annotations(INGRESS, balancer),
            },
        },
        spec=asked.spec,
        opts=children.options(custom_timeouts=timeouts(balancer), hooks=exposure_hooks(kind.direct_access)),
    )
    address = ingress.status.apply(address_in)
    return IngressExposure(service, address, asked.url(address), ingress.metadata.name)
