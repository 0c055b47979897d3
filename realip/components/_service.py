"""The Service of an exposure."""

from collections.abc import Iterator, Mapping
from typing import NotRequired, TypedDict

import pulumi
from pulumi_kubernetes.core import v1 as core

from realip import defaults, rules
from realip.components._another_load_balancer import warning_of_another_load_balancer
from realip.components._arguments import ArgumentError, Arguments, as_integer
from realip.components._component import Children
from realip.components.load_balancer import LoadBalancer, timeouts

__all__ = ["make_service", "service_problems"]


class _ServiceArgs(TypedDict):
    """The arguments that every exposure has for its Service."""

    service: str
    selector: Mapping[str, str]
    port: pulumi.Input[int]
    target_port: pulumi.Input[int]
    namespace: NotRequired[pulumi.Input[str]]
    load_balancer: NotRequired[LoadBalancer]


def service_problems(arguments: Arguments, args: _ServiceArgs) -> Iterator[ArgumentError]:
    """Names that Kubernetes would refuse."""
    yield from arguments.check("service", args["service"], rules.service_name)
    yield from arguments.check("namespace", args.get("namespace"), rules.dns_label)


def make_service(
    children: Children, name: str, args: _ServiceArgs, kind: str, annotations: Mapping[str, "pulumi.Input[str]"]
) -> core.Service:
    """The Service in front of the pods, of type `kind`."""
    return core.Service(
        f"{name}-service",
        metadata={
            "name": args["service"],
            "namespace": args.get("namespace") or defaults.NAMESPACE,
            "annotations": dict(annotations),
        },
        spec={
            "type": kind,
            "selector": dict(args["selector"]),
            "ports": [
                {"protocol": "TCP", "port": as_integer(args["port"]), "target_port": as_integer(args["target_port"])}
            ],
        },
        opts=children.options(
            custom_timeouts=timeouts(args.get("load_balancer") or LoadBalancer()),
            hooks=warning_of_another_load_balancer() if kind == "LoadBalancer" else None,
        ),
    )
