"""Apps: many applications on one cluster, each with an exposure of its own, as one component."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from realip import defaults, rules
from realip.components._apps_apart import claimed_twice, namespace_of, shared_pods, unknown, workload_of
from realip.components._arguments import Arguments, Entries, Known, Shape
from realip.components._component import Children, KubernetesComponent
from realip.components._deployment import AppDeployment, make_deployment, make_namespace
from realip.components._exposure import exposure_kind, exposure_problems, make_exposure
from realip.components._hosts import HOST_RULES, IngressHost, ListenPorts
from realip.components._ports import PORTS, ServicePort
from realip.components._service import ANNOTATION_RULES
from realip.components._workload_pod import app_of, makes_namespace
from realip.components.load_balancer import LOAD_BALANCER, Exposure, LoadBalancer
from realip.components.workload import WORKLOAD, level_problems
from realip.components.workload_args import WorkloadArgs
from realip.problems import Problem
from realip.scenarios import Connection

__all__ = ["APPS", "App", "Apps", "AppsArgs"]


class App(TypedDict):
    """One application: what runs, and how clients reach it."""

    workload: WorkloadArgs
    """Namespace and Deployment."""
    port: NotRequired[pulumi.Input[int]]
    """The Service's port; 80 if unset. It leads to the workload's port."""
    ports: NotRequired[Sequence[ServicePort]]
    """All ports of a load balancer at layer 4, instead of `port`."""
    service: NotRequired[str | None]
    """The Service's name; the Deployment's if unset."""
    ingress: NotRequired[str | None]
    """Name of an Ingress in front of the Service: the app reads X-Forwarded-For. If unset, the load balancer works at layer 4,
    and the socket peer is the client."""
    connection: NotRequired[Connection]
    """How the load balancer reaches pods: straight, or through a port of the node. If unset, straight without an Ingress, and
    through node ports behind one."""
    load_balancer: NotRequired[LoadBalancer]
    """The app's load balancer, where it is not a public one that TKE makes."""
    pass_to_target: NotRequired[bool]
    """Let what the load balancer accepts reach pods and nodes whatever their security group says. Not with an existing load
    balancer."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """More annotations of the Ingress, or of the Service where there is none; not those that follow from other arguments."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the same object."""
    hosts: NotRequired[Sequence[IngressHost]]
    """With an Ingress: hosts with paths and certificates; every request to the app, by HTTP, if unset."""
    redirect: NotRequired[bool]
    """With an Ingress: HTTP leads to HTTPS, for which every host needs a certificate. False turns it off; unset leaves redirections
    that are there."""
    listen_ports: NotRequired[ListenPorts]
    """With an Ingress: ports of the listeners, where they are not 80 and 443."""
    shared: NotRequired[bool]
    """With an Ingress: several Ingresses share the existing load balancer; read when the Ingress is made."""


class AppsArgs(TypedDict):
    """Arguments of `Apps`."""

    apps: Mapping[str, App]
    """The applications; what each is called here names its resources in the stack."""


def app_problems(arguments: Arguments, app: Known) -> Iterator[Problem]:
    """Problems of one application that Kubernetes or TKE would refuse."""
    yield from unknown(arguments, app)
    workload = workload_of(app)
    deployment, service = workload.text("deployment"), app.text("service")
    if deployment is not None and app.get("service") is None and "service" not in app.wrong:
        try:
            service = rules.service_name(deployment)
        except ValueError as error:
            message = f"{error}, or name the Service in `service`"
            yield arguments.refuse("workload.deployment", deployment, message)
    if not {"ingress", "connection"} & app.wrong:
        kind = exposure_kind(app.get("connection"), has_ingress=app.text("ingress") is not None)
        yield from exposure_problems(arguments, _exposure(app, service), kind)


def _exposure(app: Known, service: str | None) -> Known:
    """The arguments that the component of the app's exposure would be given."""
    filled = {"service", "namespace", *(() if "ports" in app.said else ("port", "target_port"))}
    known = Known(app.said | filled)
    known.update(app | {"service": service, "namespace": namespace_of(workload_of(app))})
    known.wrong = app.wrong
    return known


def apps_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """The things that two applications both claim."""
    apps: dict[str, Known] = args.get("apps") or {}
    yield from claimed_twice(arguments, apps)
    yield from shared_pods(arguments, apps)
    yield from _beside_the_maker(arguments, apps)


def _beside_the_maker(arguments: Arguments, apps: Mapping[str, Known]) -> Iterator[Problem]:
    """Apps in a namespace that another app makes, which enforces a level on their pods too."""
    workloads = {key: workload_of(app) for key, app in apps.items()}
    made = {namespace_of(workload) for workload in workloads.values() if makes_namespace(workload)}
    for key, workload in workloads.items():
        if namespace_of(workload) in made and not makes_namespace(workload):
            yield from level_problems(arguments.at("apps").entry(key).at("workload"), workload)


APP = Shape(
    App,
    {
        "workload": WORKLOAD,
        "port": rules.port,
        "ports": PORTS,
        "service": rules.service_name,
        "ingress": rules.dns_subdomain,
        "load_balancer": LOAD_BALANCER,
        **ANNOTATION_RULES,
        **HOST_RULES,
    },
    app_problems,
)


def _called(name: str) -> None:
    """Something, since resources of the stack are called after it."""
    if not name.strip():
        raise ValueError("is empty; give the application a name")


APPS = Shape(AppsArgs, {"apps": Entries(_called, APP)}, apps_problems)


class Apps(KubernetesComponent):
    """The Deployments and exposures of many applications on one cluster, which share no pod and no name.

    The same as a `Workload` and an exposure for each, `DirectService` or `NodePortIngress` unless `connection` says otherwise, without
    a component for each: the engine writes its state down at every resource, so half of them is less than half of the time. A
    namespace that several applications are in is made once. Apps whose load balancer reaches pods straight in a GlobalRouter cluster come after
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
        places = {key: Arguments().at("apps").entry(key).at("workload") for key in apps}
        deployed = {key: app_of(app["workload"], self._called, places[key]) for key, app in apps.items()}
        namespaces = _make_namespaces(self._children, name, deployed.values())
        exposures: dict[str, Exposure] = {}
        for key, app in apps.items():
            there = str(deployed[key].namespace)
            namespace = namespaces.get(there, there)
            make_deployment(self._children, f"{name}-{key}", deployed[key], namespace)
            exposures[key] = _make_exposure(self._children, f"{name}-{key}", app, namespace)
        self.addresses = _by_app({key: made.address for key, made in exposures.items()})
        self.urls = _by_app({key: made.url for key, made in exposures.items()})
        self.register_outputs({"addresses": self.addresses, "urls": self.urls})


def _make_namespaces(children: Children, name: str, apps: Iterable[AppDeployment]) -> Mapping[str, pulumi.Output[str]]:
    """The namespaces that applications make, each once, with the strictest Pod Security level that all in it keep."""
    levels: dict[str, set[str]] = defaultdict(set)
    made = set()
    for app in apps:
        levels[str(app.namespace)].add(app.pod.security)
        if app.makes_namespace:
            made.add(str(app.namespace))
    return {
        namespace: make_namespace(
            children, f"{name}-namespace-{namespace}", namespace, min(found, key=rules.POD_SECURITY.index)
        ).metadata.name
        for namespace, found in sorted(levels.items())
        if namespace in made
    }


def _by_app(values: Mapping[str, "pulumi.Input[str]"]) -> pulumi.Output[Mapping[str, str]]:
    together: pulumi.Input[Any] = dict(values)
    return pulumi.Output.from_input(together)


_ARRANGED = frozenset({"workload", "port", "service", "connection"})
"""Arguments of an app that lead to others of its exposure; the rest are the exposure's own."""


def _make_exposure(children: Children, name: str, app: App, namespace: "pulumi.Input[str]") -> Exposure:
    workload = app["workload"]
    args: dict[str, Any] = {key: value for key, value in app.items() if key not in _ARRANGED and value is not None}
    args["service"] = app.get("service") or workload["deployment"]
    args["namespace"], args["selector"] = namespace, workload["labels"]
    if "ports" not in app:
        args["port"], args["target_port"] = app.get("port") or defaults.HTTP_PORT, workload["port"]
    kind = exposure_kind(app.get("connection"), has_ingress=app.get("ingress") is not None)
    return make_exposure(children, name, kind, args)
