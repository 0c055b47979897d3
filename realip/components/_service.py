"""The Service of an exposure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi
from pulumi_kubernetes.core import v1 as core

from realip import annotations, defaults, rules, tke
from realip.components._arguments import Arguments, Entries, Known, Rules, TextOrNumber, as_integer
from realip.components._component import Children
from realip.components._hooks import exposure_hooks
from realip.components._ports import PortOrName, number_or_name
from realip.components.load_balancer import LOAD_BALANCER, LoadBalancer, timeouts
from realip.problems import Problem

if TYPE_CHECKING:
    from pulumi_kubernetes.meta import v1 as meta

__all__ = [
    "ANNOTATION_RULES",
    "SERVICE_RULES",
    "ServiceArgs",
    "ServiceParts",
    "annotation_problems",
    "make_service",
    "one_port",
    "service_problems",
]


class ServiceArgs(TypedDict):
    """The arguments that every exposure has."""

    service: pulumi.Input[str]
    selector: Mapping[str, pulumi.Input[str]]
    namespace: NotRequired[pulumi.Input[str]]
    load_balancer: NotRequired[LoadBalancer]
    pass_to_target: NotRequired[bool]
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]


ANNOTATION_RULES: Rules = {
    "annotations": Entries(annotations.argument_annotation),
    "labels": Entries(annotations.label_key, rules.label_value),
}
"""Rules of what people add to the object that carries the load balancer."""
SERVICE_RULES: Rules = {
    "service": rules.service_name,
    "selector": Entries(rules.label_key, rules.label_value, at_least_one="label"),
    "port": rules.port,
    "target_port": TextOrNumber(rules.port_name, rules.port, "a port's number, or its name"),
    "namespace": rules.app_namespace,
    "load_balancer": LOAD_BALANCER,
    **ANNOTATION_RULES,
}
"""Rules of the arguments that every exposure has for its Service."""


def service_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A name that the cluster has taken itself."""
    namespace = args.text("namespace") if "namespace" in args.said else defaults.NAMESPACE
    if args.text("service") == API_SERVER and namespace == defaults.NAMESPACE:
        yield arguments.refuse("service", API_SERVER, API_SERVERS_OWN)


def annotation_problems(arguments: Arguments, args: Known, *, ingress: bool) -> Iterator[Problem]:
    """Annotations that TKE reads from the other kind of object, and values that it cannot read."""
    for key, value in (args.get("annotations") or {}).items():
        message = annotations.foreign(key, ingress=ingress) or annotations.value_problem(key, value)
        if message is not None:
            yield arguments.at("annotations").refuse_entry(key, value, message)


API_SERVER = "kubernetes"
"""Name of the Service in `default` that every cluster has for its API server."""
API_SERVERS_OWN = f"is the API server's own Service in `{defaults.NAMESPACE}`; take another name, or another namespace"


def one_port(port: "pulumi.Input[int]", target_port: "pulumi.Input[PortOrName]") -> list["core.ServicePortArgsDict"]:
    """The only port of a Service, as it has it."""
    return [{"protocol": "TCP", "port": as_integer(port), "target_port": number_or_name(target_port)}]


@dataclass(frozen=True)
class ServiceParts:
    """The parts of a Service in which exposures differ."""

    kind: str
    """LoadBalancer, NodePort or ClusterIP."""
    ports: "Sequence[core.ServicePortArgsDict]"
    direct_access: str
    """The value of TKE's annotation, which is always written."""
    annotations: Mapping[str, "pulumi.Input[str]"] = field(default_factory=dict)
    """The others."""
    labels: Mapping[str, "pulumi.Input[str]"] | None = None
    external_traffic_policy: str | None = None
    """Kubernetes' own, Cluster, if unset."""


def make_service(children: Children, name: str, args: ServiceArgs, parts: ServiceParts) -> core.Service:
    """The Service in front of the pods."""
    metadata: meta.ObjectMetaArgsDict = {
        "name": args["service"],
        "namespace": args.get("namespace") or defaults.NAMESPACE,
        "annotations": {tke.SERVICE_DIRECT_ACCESS: parts.direct_access, **parts.annotations},
    }
    if parts.labels:
        metadata["labels"] = dict(parts.labels)
    spec: core.ServiceSpecArgsDict = {
        "type": parts.kind,
        "selector": dict(args["selector"]),
        "ports": [*parts.ports],
    }
    if parts.external_traffic_policy:
        spec["external_traffic_policy"] = parts.external_traffic_policy
    return core.Service(
        f"{name}-service",
        metadata=metadata,
        spec=spec,
        opts=children.options(
            custom_timeouts=timeouts(args.get("load_balancer") or LoadBalancer()),
            hooks=exposure_hooks(parts.direct_access, external_traffic_policy=parts.external_traffic_policy),
        ),
    )
