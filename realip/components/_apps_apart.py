"""The things by which applications on one cluster are told apart: names, pods, and places at a load balancer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from realip import defaults
from realip.components._arguments import KNOWN_TOO_LATE, Arguments, Known, is_later
from realip.components._hosts import certificate_name, known_forwarding
from realip.components._ports import known_listeners
from realip.components.workload import WORKLOAD
from realip.escapes import as_json
from realip.forwarding import Host
from realip.listeners import UDP, Listener
from realip.problems import Problem

__all__ = ["claimed_twice", "namespace_of", "shared_pods", "unknown", "workload_of"]


def workload_of(app: Known) -> Known:
    """The workload of an application; an empty one where it is wrong."""
    workload = app.get("workload")
    return workload if isinstance(workload, Known) else Known(WORKLOAD.kinds)


def namespace_of(workload: Known) -> str | None:
    """The namespace that a workload is in, if it is known."""
    return workload.text("namespace") if "namespace" in workload.said else defaults.NAMESPACE


def unknown(arguments: Arguments, app: Known) -> Iterator[Problem]:
    """Values that tell applications apart have to be known when they are compared."""
    workload = workload_of(app)
    named: dict[str, object] = {
        f"workload.{argument}": workload.get(argument) for argument in ("deployment", "namespace")
    }
    named |= {argument: app.get(argument) for argument in ("service", "ingress")}
    named |= {f"workload.labels[{as_json(key)}]": value for key, value in (workload.get("labels") or {}).items()}
    for argument, value in named.items():
        if is_later(value):
            yield arguments.lacks(argument, KNOWN_TOO_LATE)


@dataclass(frozen=True)
class _Claim:
    """Something that only one application can have."""

    kind: str
    value: str
    where: str
    argument: str = field(compare=False)
    remedy: str = field(default="take another name", compare=False)
    shared: bool = field(default=False, compare=False)
    """Applications that all say so have it together."""


def _claims(app: Known) -> Iterator[_Claim]:
    workload, ingress = workload_of(app), app.text("ingress")
    if (namespace := namespace_of(workload)) is None:
        return
    there = f"in namespace {namespace!r}"
    deployment = workload.text("deployment")
    service = app.text("service") or ("" if "service" in app.wrong else deployment)
    for argument, value in (("workload.deployment", deployment), ("service", service), ("ingress", ingress)):
        if value:
            yield _Claim(argument, value, there, argument)
    if ingress is not None and "hosts" not in app.wrong:
        for index, host in enumerate(app.entries("hosts")):
            if "certificate_id" in host.said:
                # Made of two names, it may come out the same for two applications.
                secret = certificate_name(ingress, host.text("host") or "")
                argument = f"hosts[{index}].certificate_id"
                yield _Claim("Secret", secret, there, argument, "name a Secret of another name in certificate_secret")
    balancer = app.get("load_balancer")
    existing = balancer.text("existing_id") if isinstance(balancer, Known) else None
    if existing is not None and "ingress" not in app.wrong:
        shared = ingress is not None and app.get("shared") is True
        remedy = "take another port or load balancer"
        argument = "load_balancer.existing_id"
        for place in _listening(app, has_ingress=ingress is not None):
            yield _Claim(argument, existing, place, argument, remedy, shared)
        for place in _forwarded(app) if shared else ():
            yield _Claim(argument, existing, place, argument, "take another host or path")


def _listening(app: Known, *, has_ingress: bool) -> Iterator[str]:
    """The ports that an application takes of an existing load balancer."""
    if has_ingress:
        forwarding = known_forwarding(app)
        listeners = [] if forwarding is None else [Listener(port) for port in forwarding.listeners.values()]
    elif "ports" in app.said:
        listeners = known_listeners(app) or []
    else:
        port = app.number("port", defaults.HTTP_PORT)
        listeners = [] if port is None else [Listener(port)]
    for listener in listeners:
        yield f"on {'UDP ' if listener.transport == UDP else ''}port {listener.port}"


def _forwarded(app: Known) -> Iterator[str]:
    """The rules that an Ingress adds to a load balancer which it shares with others."""
    forwarding = known_forwarding(app)
    if forwarding is not None:
        for protocol, port in forwarding.listeners.items():
            for host in forwarding.served(protocol) if forwarding.hosts else (Host(""),):
                for path in host.paths:
                    yield f"for {host.host}{path} on port {port}"


def claimed_twice(arguments: Arguments, apps: Mapping[str, Known]) -> Iterator[Problem]:
    """Things that two applications both have: the later one would take the earlier one's object, port or place in the state."""
    owners: dict[_Claim, tuple[str, bool]] = {}
    for key, app in apps.items():
        for claim in _claims(app):
            owner, shares = owners.setdefault(claim, (key, claim.shared))
            if owner != key and not (claim.shared and shares):
                message = f"belongs to apps[{as_json(owner)}] {claim.where}; {claim.remedy}"
                yield arguments.at("apps").entry(key).refuse(claim.argument, claim.value, message)


def shared_pods(arguments: Arguments, apps: Mapping[str, Known]) -> Iterator[Problem]:
    """Labels that the pods of another application carry too: clients of one would end up at the other."""
    carriers: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    found = {key: _labels(app) for key, app in apps.items()}
    for key, labels in found.items():
        for label in labels:
            carriers[label].append(key)
    for key, labels in found.items():
        for other in min((carriers[label] for label in labels), key=len, default=[]):
            if other != key and labels <= found[other]:
                message = f"are carried by the pods of apps[{as_json(other)}] too; add a label that tells them apart"
                carried = {name: value for _, name, value in sorted(labels)}
                yield arguments.at("apps").entry(key).refuse("workload.labels", carried, message)


def _labels(app: Known) -> set[tuple[str, str, str]]:
    """The key by which a Service finds the app's pods: a namespace and labels in it; nothing where they are not known."""
    workload = workload_of(app)
    namespace, labels = namespace_of(workload), workload.get("labels") or {}
    if namespace is None or "labels" in workload.wrong or any(is_later(value) for value in labels.values()):
        return set()
    return {(namespace, key, value) for key, value in labels.items()}
