"""The Service of an exposure."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi
from pulumi_kubernetes.core import v1 as core

from realip import defaults, rules
from realip.components._another_load_balancer import warning_of_another_load_balancer
from realip.components._arguments import Arguments, Entries, Known, Rules, TextOrNumber, as_integer, is_later
from realip.components._component import Children
from realip.components.load_balancer import LOAD_BALANCER, LoadBalancer, timeouts
from realip.problems import Problem

__all__ = ["SERVICE_RULES", "PortOrName", "make_service", "service_problems"]

if TYPE_CHECKING:
    PortOrName = int | str
else:
    PortOrName = int  # other languages have no unions, and number their ports


class _ServiceArgs(TypedDict):
    """The arguments that every exposure has for its Service."""

    service: pulumi.Input[str]
    selector: Mapping[str, pulumi.Input[str]]
    port: pulumi.Input[int]
    target_port: pulumi.Input[PortOrName]
    namespace: NotRequired[pulumi.Input[str]]
    load_balancer: NotRequired[LoadBalancer]


SERVICE_RULES: Rules = {
    "service": rules.service_name,
    "selector": Entries(rules.label_key, rules.label_value, at_least_one="label"),
    "port": rules.port,
    "target_port": TextOrNumber(text=rules.port_name, number=rules.port),
    "namespace": rules.app_namespace,
    "load_balancer": LOAD_BALANCER,
}
"""Rules of the arguments that every exposure has for its Service."""


def service_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A name that the cluster has taken itself."""
    namespace = args.text("namespace") if "namespace" in args.said else defaults.NAMESPACE
    if args.text("service") == API_SERVER and namespace == defaults.NAMESPACE:
        yield arguments.refuse("service", API_SERVER, API_SERVERS_OWN)


API_SERVER = "kubernetes"
"""Name of the Service in `default` that every cluster has for its API server."""
API_SERVERS_OWN = f"is the API server's own Service in `{defaults.NAMESPACE}`; take another name, or another namespace"


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
                {
                    "protocol": "TCP",
                    "port": as_integer(args["port"]),
                    "target_port": _number_or_name(args["target_port"]),
                }
            ],
        },
        opts=children.options(
            custom_timeouts=timeouts(args.get("load_balancer") or LoadBalancer()),
            hooks=warning_of_another_load_balancer() if kind == "LoadBalancer" else None,
        ),
    )


def _number_or_name(port: "pulumi.Input[PortOrName]") -> "pulumi.Input[PortOrName]":
    """A port's number, whole, or its name."""
    if is_later(port):
        return pulumi.Output.all(port).apply(lambda ports: _number_or_name(ports[0]))
    return port if isinstance(port, str) else as_integer(port)  # type: ignore[arg-type]
