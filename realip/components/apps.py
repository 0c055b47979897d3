"""Apps: many applications on one cluster, each with an exposure of its own, as one component."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import pulumi

from realip import defaults, rules
from realip.components._arguments import Arguments, Entries, Known, Shape, is_later
from realip.components._component import Children, KubernetesComponent
from realip.components._deployment import AppDeployment, make_deployment, make_namespace
from realip.components._service import API_SERVER, API_SERVERS_OWN
from realip.components.direct_service import DirectServiceArgs, make_direct_service
from realip.components.load_balancer import LOAD_BALANCER, Exposure, LoadBalancer, pass_to_target_problems
from realip.components.node_port_ingress import NodePortIngressArgs, make_node_port_ingress
from realip.components.workload import WORKLOAD, WorkloadArgs, app_of
from realip.escapes import as_json
from realip.problems import Problem

__all__ = ["APPS", "App", "Apps", "AppsArgs"]


class App(TypedDict):
    """One application: what runs, and how clients reach it."""

    workload: WorkloadArgs
    """Namespace and Deployment."""
    port: NotRequired[pulumi.Input[int]]
    """The Service's port; 80 if unset."""
    service: NotRequired[str | None]
    """The Service's name; the Deployment's if unset."""
    ingress: NotRequired[str | None]
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


def app_problems(arguments: Arguments, app: Known) -> Iterator[Problem]:
    """Problems of one application that Kubernetes or TKE would refuse."""
    yield from _unknown(arguments, app)
    workload, ingress = _workload(app), app.text("ingress")
    deployment, namespace = workload.text("deployment"), _namespace(workload)
    service = app.text("service")
    if deployment is not None and app.get("service") is None and "service" not in app.wrong:
        try:
            service = rules.service_name(deployment)
        except ValueError as error:
            message = f"{error}, or name the Service in `service`"
            yield arguments.refuse("workload.deployment", deployment, message)
    if service == API_SERVER and namespace == defaults.NAMESPACE:
        yield arguments.refuse("service", service, API_SERVERS_OWN)
    if ingress is not None:
        yield from pass_to_target_problems(arguments, app)
    elif app.get("pass_to_target") and "ingress" not in app.wrong:
        yield arguments.refuse("pass_to_target", value=True, message="goes with an Ingress; name one or remove it")


def _workload(app: Known) -> Known:
    workload = app.get("workload")
    return workload if isinstance(workload, Known) else Known(WORKLOAD.kinds)


def _namespace(workload: Known) -> str | None:
    return workload.text("namespace") if "namespace" in workload.said else defaults.NAMESPACE


def _unknown(arguments: Arguments, app: Known) -> Iterator[Problem]:
    """Values that tell applications apart have to be known when they are compared."""
    workload = _workload(app)
    named: dict[str, object] = {
        f"workload.{argument}": workload.get(argument) for argument in ("deployment", "namespace")
    }
    named |= {argument: app.get(argument) for argument in ("service", "ingress")}
    named |= {f"workload.labels[{as_json(key)}]": value for key, value in (workload.get("labels") or {}).items()}
    for argument, value in named.items():
        if is_later(value):
            yield arguments.lacks(argument, "is not known yet; write it out")


@dataclass(frozen=True)
class _Claim:
    """Something that only one application can have."""

    argument: str
    value: str
    where: str
    remedy: str = "take another name"


def _claims(app: Known) -> Iterator[_Claim]:
    workload, ingress = _workload(app), app.text("ingress")
    if (namespace := _namespace(workload)) is None:
        return
    there = f"in namespace {namespace!r}"
    deployment = workload.text("deployment")
    service = app.text("service") or ("" if "service" in app.wrong else deployment)
    for argument, value in (("workload.deployment", deployment), ("service", service), ("ingress", ingress)):
        if value:
            yield _Claim(argument, value, there)
    balancer = app.get("load_balancer")
    existing = balancer.text("existing_id") if isinstance(balancer, Known) else None
    port = defaults.HTTP_PORT if ingress is not None else app.number("port", defaults.HTTP_PORT)
    if existing is not None and port is not None:
        yield _Claim("load_balancer.existing_id", existing, f"on port {port}", "take another port or load balancer")


def _claimed_twice(arguments: Arguments, apps: Mapping[str, Known]) -> Iterator[Problem]:
    """Things that two applications both have: the later one would take the earlier one's object, port or place in the state."""
    owners: dict[_Claim, str] = {}
    for key, app in apps.items():
        for claim in _claims(app):
            owner = owners.setdefault(claim, key)
            if owner != key:
                message = f"belongs to apps[{as_json(owner)}] {claim.where}; {claim.remedy}"
                yield arguments.at("apps").entry(key).refuse(claim.argument, claim.value, message)


def _shared_pods(arguments: Arguments, apps: Mapping[str, Known]) -> Iterator[Problem]:
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


def apps_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """The things that two applications both claim."""
    apps: dict[str, Known] = args.get("apps") or {}
    yield from _claimed_twice(arguments, apps)
    yield from _shared_pods(arguments, apps)


def _labels(app: Known) -> set[tuple[str, str, str]]:
    """The key by which a Service finds the app's pods: a namespace and labels in it; nothing where they are not known."""
    workload = _workload(app)
    namespace, labels = _namespace(workload), workload.get("labels") or {}
    if namespace is None or "labels" in workload.wrong or any(is_later(value) for value in labels.values()):
        return set()
    return {(namespace, key, value) for key, value in labels.items()}


APP = Shape(
    App,
    {
        "workload": WORKLOAD,
        "port": rules.port,
        "service": rules.service_name,
        "ingress": rules.dns_subdomain,
        "load_balancer": LOAD_BALANCER,
    },
    app_problems,
)
APPS = Shape(AppsArgs, {"apps": Entries(value=APP)}, apps_problems)


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
        super().__init__(name, opts, APPS.problems(args))
        apps = args["apps"]
        deployed = {key: app_of(app["workload"]) for key, app in apps.items()}
        namespaces = _make_namespaces(self._children, name, deployed.values())
        exposures: dict[str, Exposure] = {}
        self.resources: dict[str, Mapping[str, pulumi.Resource]] = {}
        """The resources of each application, by the application and by what they are: `resources["cart"]["deployment"]`."""
        for key, app in apps.items():
            there = str(deployed[key].namespace)
            namespace = namespaces.get(there, there)
            self.resources[key] = make_deployment(self._children, f"{name}-{key}", deployed[key], namespace)
            exposures[key] = _make_exposure(self._children, f"{name}-{key}", app, namespace)
        self.addresses = _by_app({key: made.address for key, made in exposures.items()})
        self.urls = _by_app({key: made.url for key, made in exposures.items()})
        self.register_outputs({"addresses": self.addresses, "urls": self.urls})


def _make_namespaces(children: Children, name: str, apps: Iterable[AppDeployment]) -> Mapping[str, pulumi.Output[str]]:
    """The namespaces that applications make, each once."""
    made = sorted({str(app.namespace) for app in apps if app.makes_namespace})
    return {
        namespace: make_namespace(children, f"{name}-namespace-{namespace}", namespace).metadata.name
        for namespace in made
    }


def _by_app(values: Mapping[str, "pulumi.Input[str]"]) -> pulumi.Output[Mapping[str, str]]:
    together: pulumi.Input[Any] = dict(values)
    return pulumi.Output.from_input(together)


def _service_name(app: App) -> "pulumi.Input[str]":
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
