"""Apps: many applications on one cluster, each with an exposure of its own, as one component."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import pulumi

from realip import defaults, rules
from realip.components._arguments import ArgumentError, Arguments, raise_all
from realip.components._component import Children, KubernetesComponent
from realip.components.direct_service import DirectServiceArgs, make_direct_service
from realip.components.load_balancer import Exposure, LoadBalancer
from realip.components.node_port_ingress import NodePortIngressArgs, ingress_problems, make_node_port_ingress
from realip.components.workload import (
    WorkloadArgs,
    make_deployment,
    make_namespace,
    makes_namespace,
    namespace_of,
    workload_problems,
)

__all__ = ["App", "Apps", "AppsArgs"]


class App(TypedDict):
    """One application: what runs, and how clients reach it."""

    workload: WorkloadArgs
    """Namespace and Deployment."""
    port: NotRequired[pulumi.Input[int]]
    """The Service's port; 80 if unset."""
    service: NotRequired[str]
    """The Service's name; the Deployment's if unset."""
    ingress: NotRequired[str]
    """Name of an Ingress in front of a NodePort Service: the app reads X-Forwarded-For. If unset, the load balancer reaches
    the pods straight, and the socket peer is the client."""
    load_balancer: NotRequired[LoadBalancer]
    """The app's load balancer, where it is not a public one that TKE makes."""
    pass_to_target: NotRequired[bool]
    """With an Ingress: let what the load balancer accepts reach the nodes whatever their security group says."""


class AppsArgs(TypedDict):
    """Arguments of `Apps`."""

    apps: Mapping[str, App]
    """The applications; what each is called here names its resources in the stack."""


class Apps(KubernetesComponent):
    """The Deployments and exposures of many applications on one cluster, which share no pod and no name.

    The same as a `Workload` and a `DirectService` or a `NodePortIngress` for each, without a component for each: the engine
    writes its state down at every resource, so half of them is less than half of the time. A namespace that several
    applications are in is made once. Apps whose load balancer reaches pods straight in a GlobalRouter cluster come after
    `GlobalRouteDirectAccess`: pass it in `opts.depends_on`.
    """

    addresses: pulumi.Output[Mapping[str, str]]
    """Address of each exposure, an IP address or a hostname, by the application: `addresses["cart"]` is known as soon as
    that one is."""
    urls: pulumi.Output[Mapping[str, str]]
    """Where to point a browser, by the application."""

    def __init__(self, name: str, args: AppsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make everything; ArgumentError with all that Kubernetes would refuse and all that two applications both claim."""
        super().__init__(name, opts)
        apps = args["apps"]
        raise_all(_problems(self._arguments, apps))
        namespaces = {
            namespace: make_namespace(self._children, f"{name}-namespace-{namespace}", namespace)
            for namespace in sorted(
                {namespace_of(app["workload"]) for app in apps.values() if makes_namespace(app["workload"])}
            )
        }
        exposures: dict[str, Exposure] = {}
        for key, app in apps.items():
            there = namespace_of(app["workload"])
            namespace = namespaces.get(there, there)
            make_deployment(self._children, f"{name}-{key}", app["workload"], namespace)
            exposures[key] = _make_exposure(self._children, f"{name}-{key}", app, namespace)
        self.addresses = _by_app({key: made.address for key, made in exposures.items()})
        self.urls = _by_app({key: made.url for key, made in exposures.items()})
        self.register_outputs({"addresses": self.addresses, "urls": self.urls})


def _problems(arguments: Arguments, apps: Mapping[str, App]) -> Iterator[ArgumentError]:
    """Everything that is wrong with each application, and then with all of them together."""
    unknown = [problem for key, app in apps.items() for problem in _unknown(_of(arguments, key), app)]
    yield from unknown
    if unknown:
        return
    for key, app in apps.items():
        yield from _app_problems(_of(arguments, key), app)
    yield from _claimed_twice(arguments, apps)
    yield from _shared_pods(arguments, apps)


def _of(arguments: Arguments, key: str) -> Arguments:
    return arguments.at(f'apps["{key}"].')


def _unknown(arguments: Arguments, app: App) -> Iterator[ArgumentError]:
    """What tells applications apart has to be known when they are compared."""
    workload = app["workload"]
    labels: object = workload["labels"]
    named: dict[str, object] = {
        f"workload.{argument}": workload.get(argument) for argument in ("deployment", "namespace")
    }
    named |= {argument: app.get(argument) for argument in ("service", "ingress")}
    if isinstance(labels, Mapping):
        named |= {f'workload.labels["{label}"]': value for label, value in labels.items()}
    else:
        named["workload.labels"] = labels
    for argument, value in named.items():
        if not isinstance(value, str | None):
            yield arguments.refuse(argument, type(value).__name__, "is not known yet; write it out")


def _app_problems(arguments: Arguments, app: App) -> Iterator[ArgumentError]:
    """What Kubernetes or TKE would refuse of one application."""
    workload = arguments.at("workload.")
    wrong = list(workload_problems(workload, app["workload"]))
    yield from wrong
    if not app["workload"]["labels"]:
        yield workload.refuse("labels", {}, "is empty; say which pods are this app's")
    if (service := app.get("service")) is not None:
        yield from arguments.check("service", service, rules.service_name)
    elif not wrong:  # the Service has the Deployment's name then, and may have fewer
        yield from workload.check("deployment", app["workload"]["deployment"], rules.service_name)
    if app.get("ingress") is not None:
        yield from ingress_problems(arguments, _ingress_args(app))
    elif app.get("pass_to_target"):
        yield arguments.refuse("pass_to_target", value=True, problem="goes with an Ingress; name one or remove it")


@dataclass(frozen=True)
class _Claim:
    """Something that only one application can have."""

    argument: str
    value: str
    where: str
    remedy: str = "take another name"


def _claims(app: App) -> Iterator[_Claim]:
    workload, ingress = app["workload"], app.get("ingress")
    there = f"in namespace {namespace_of(workload)!r}"
    yield _Claim("workload.deployment", workload["deployment"], there)
    yield _Claim("service", _service_name(app), there)
    if ingress is not None:
        yield _Claim("ingress", ingress, there)
    balancer = (app.get("load_balancer") or {}).get("existing_id")
    port = defaults.HTTP_PORT if ingress is not None else app.get("port") or defaults.HTTP_PORT
    if isinstance(balancer, str) and isinstance(port, int | float):
        yield _Claim("load_balancer.existing_id", balancer, f"on port {port:g}", "take another port or load balancer")


def _claimed_twice(arguments: Arguments, apps: Mapping[str, App]) -> Iterator[ArgumentError]:
    """What two applications both have: the later one would take the earlier one's object, port or place in the state."""
    owners: dict[_Claim, str] = {}
    for key, app in apps.items():
        for claim in _claims(app):
            owner = owners.setdefault(claim, key)
            if owner != key:
                problem = f'belongs to apps["{owner}"] {claim.where}; {claim.remedy}'
                yield _of(arguments, key).refuse(claim.argument, claim.value, problem)


def _shared_pods(arguments: Arguments, apps: Mapping[str, App]) -> Iterator[ArgumentError]:
    """Labels that the pods of another application carry too: clients of one would end up at the other."""
    carriers: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for key, app in apps.items():
        for label in _labels(app):
            carriers[label].append(key)
    for key, app in apps.items():
        labels = _labels(app)
        for other in min((carriers[label] for label in labels), key=len, default=[]):
            if other != key and labels <= _labels(apps[other]):
                problem = f'are carried by the pods of apps["{other}"] too; add a label that tells them apart'
                yield _of(arguments, key).refuse("workload.labels", dict(app["workload"]["labels"]), problem)


def _by_app(values: Mapping[str, "pulumi.Input[str]"]) -> pulumi.Output[Mapping[str, str]]:
    together: pulumi.Input[Any] = dict(values)
    return pulumi.Output.from_input(together)


def _labels(app: App) -> set[tuple[str, str, str]]:
    """What a Service finds the app's pods by: a namespace and labels in it."""
    namespace = namespace_of(app["workload"])
    return {(namespace, key, value) for key, value in app["workload"]["labels"].items()}


def _service_name(app: App) -> str:
    return app.get("service") or app["workload"]["deployment"]


def _make_exposure(children: Children, name: str, app: App, namespace: "pulumi.Input[str]") -> Exposure:
    if app.get("ingress") is not None:
        return make_node_port_ingress(children, name, _ingress_args(app) | {"namespace": namespace})
    return make_direct_service(children, name, _service_args(app) | {"namespace": namespace})


def _service_args(app: App) -> DirectServiceArgs:
    return DirectServiceArgs(
        service=_service_name(app),
        selector=app["workload"]["labels"],
        port=app.get("port") or defaults.HTTP_PORT,
        target_port=app["workload"]["port"],
        load_balancer=app.get("load_balancer") or LoadBalancer(),
    )


def _ingress_args(app: App) -> NodePortIngressArgs:
    service = _service_args(app)
    return NodePortIngressArgs(
        service=service["service"],
        ingress=app.get("ingress") or "",
        selector=service["selector"],
        port=service["port"],
        target_port=service["target_port"],
        load_balancer=app.get("load_balancer") or LoadBalancer(),
        pass_to_target=app.get("pass_to_target") or False,
    )
