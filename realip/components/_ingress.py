"""The Ingress of an exposure."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NotRequired

import pulumi
import pulumi_kubernetes as kubernetes

from realip import defaults, rules, tke
from realip.components._another_load_balancer import warning_of_another_load_balancer
from realip.components._arguments import Arguments, Known, Rules, as_integer
from realip.components._component import Children
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
    url,
)
from realip.problems import Problem
from realip.scenarios import Connection, ExposureKind

if TYPE_CHECKING:
    from pulumi_kubernetes.networking import v1 as networking  # loaded only where there is an Ingress

__all__ = ["INGRESS_RULES", "IngressArgs", "ingress_problems", "make_ingress"]


class IngressArgs(ServiceArgs):
    """The arguments that every exposure with an Ingress has."""

    ingress: pulumi.Input[str]
    port: pulumi.Input[int]
    target_port: pulumi.Input[PortOrName]
    pass_to_target: NotRequired[bool]
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]


INGRESS_RULES: Rules = {**SERVICE_RULES, "ingress": rules.dns_subdomain}
"""Rules of the arguments that every exposure with an Ingress has."""


def ingress_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Arguments of Service, Ingress and load balancer that have to agree."""
    yield from service_problems(arguments, args)
    yield from pass_to_target_problems(arguments, args)
    yield from annotation_problems(arguments, args, ingress=True)


def make_ingress(children: Children, name: str, args: IngressArgs, kind: ExposureKind) -> IngressExposure:
    """An Ingress of class qcloud and the Service behind it, straight to pods or through node ports.

    Straight, the Service only names the pods: of type ClusterIP, it has no node port that could stand open.
    """
    balancer = args.get("load_balancer") or LoadBalancer()
    ports, labels = one_port(args["port"], args["target_port"]), args.get("labels")
    parts = ServiceParts(kind.service_type, ports, {tke.SERVICE_DIRECT_ACCESS: kind.direct_access})
    service = make_service(children, name, args, parts).metadata.name
    ingress = kubernetes.networking.v1.Ingress(
        f"{name}-ingress",
        metadata={
            "name": args["ingress"],
            "namespace": args.get("namespace") or defaults.NAMESPACE,
            **({"labels": dict(labels)} if labels else {}),
            "annotations": {
                **(args.get("annotations") or {}),
                tke.CLASS_ANNOTATION: tke.CLASS_QCLOUD,
                tke.INGRESS_DIRECT_ACCESS: kind.direct_access,
                **({tke.INGRESS_GRACE_DELETION: "true"} if kind.connection is Connection.DIRECT else {}),
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
