"""Apps: many applications on one cluster, each with an entrance of its own, as one component."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict

import pulumi

from realip.components._component import ArgumentError, KubernetesComponent, Parts
from realip.components.exposure import (
    DirectServiceArgs,
    Entrance,
    LoadBalancer,
    NodePortIngressArgs,
    check_direct_service,
    check_node_port_ingress,
    make_direct_service,
    make_node_port_ingress,
)
from realip.components.workload import (
    WorkloadArgs,
    check_workload,
    make_deployment,
    make_namespace,
    makes_namespace,
    namespace_of,
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
    """The Deployments and entrances of many applications on one cluster, which share no pod and no name.

    The same as a `Workload` and a `DirectService` or a `NodePortIngress` for each, without a component for each: the engine
    writes its state down at every resource, so half of them is less than half of the time. A namespace that several
    applications are in is made once. Apps whose load balancer reaches pods straight in a GlobalRouter cluster come after
    `GlobalRouteDirectAccess`: pass it in `opts.depends_on`.
    """

    addresses: pulumi.Output[Mapping[str, str]]
    """Address of each entrance, an IP address or a hostname, by the application."""
    urls: pulumi.Output[Mapping[str, str]]
    """Where to point a browser, by the application."""

    def __init__(self, name: str, args: AppsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make everything; ArgumentError with all that Kubernetes would refuse and all that two applications both claim."""
        super().__init__(name, opts)
        apps = args["apps"]
        problems = [str(problem) for problem in self._problems(apps)]
        if problems:
            raise ArgumentError("\n".join(problems))
        namespaces = {
            namespace: make_namespace(self._parts, f"{name}-namespace-{namespace}", namespace)
            for namespace in sorted(
                {namespace_of(app["workload"]) for app in apps.values() if makes_namespace(app["workload"])}
            )
        }
        entrances: dict[str, Entrance] = {}
        for key, app in apps.items():
            there = namespace_of(app["workload"])
            namespace = namespaces.get(there, there)
            make_deployment(self._parts, f"{name}-{key}", app["workload"], namespace)
            entrances[key] = _make_entrance(self._parts, f"{name}-{key}", app, namespace)
        self.addresses = _by_app({key: made.address for key, made in entrances.items()})
        self.urls = _by_app({key: made.url for key, made in entrances.items()})
        self.register_outputs({"addresses": self.addresses, "urls": self.urls})

    def _problems(self, apps: Mapping[str, App]) -> Iterator[ArgumentError]:
        for key, app in apps.items():
            parts = self._app(key)
            try:
                check_workload(parts.at("workload."), app["workload"])
                _check_entrance(parts, app)
            except ArgumentError as problem:
                yield problem
        yield from self._claimed_twice(apps)
        yield from self._shared_pods(apps)

    def _app(self, key: str) -> Parts:
        return self._parts.at(f'apps["{key}"].')

    def _claimed_twice(self, apps: Mapping[str, App]) -> Iterator[ArgumentError]:
        """Names that two applications of one namespace both have: the later one would take the earlier one's object."""
        claimed: dict[tuple[str, str, str], str] = {}
        for key, app in apps.items():
            namespace = namespace_of(app["workload"])
            names = {"workload.deployment": app["workload"]["deployment"], "service": _service_name(app)}
            if "ingress" in app:
                names["ingress"] = app["ingress"]
            for argument, value in names.items():
                owner = claimed.setdefault((namespace, argument, value), key)
                if owner != key:
                    problem = f'belongs to apps["{owner}"] in namespace {namespace!r}; take another name'
                    yield self._app(key).refuse(argument, value, problem)

    def _shared_pods(self, apps: Mapping[str, App]) -> Iterator[ArgumentError]:
        """Labels that the pods of another application carry too: clients of one would end up at the other."""
        carriers: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for key, app in apps.items():
            for label in _labels(app):
                carriers[label].append(key)
        for key, app in apps.items():
            labels = _labels(app)
            if not labels:
                yield self._app(key).refuse("workload.labels", {}, "is empty; say which pods are this app's")
                continue
            for other in min((carriers[label] for label in labels), key=len):
                if other != key and labels <= _labels(apps[other]):
                    problem = f'are carried by the pods of apps["{other}"] too; add a label that tells them apart'
                    yield self._app(key).refuse("workload.labels", dict(app["workload"]["labels"]), problem)


def _by_app(values: Mapping[str, "pulumi.Input[str]"]) -> pulumi.Output[Mapping[str, str]]:
    together: pulumi.Input[Any] = dict(values)
    return pulumi.Output.from_input(together)


def _labels(app: App) -> set[tuple[str, str, str]]:
    """What a Service finds the app's pods by: a namespace and labels in it."""
    namespace = namespace_of(app["workload"])
    return {(namespace, key, value) for key, value in app["workload"]["labels"].items()}


def _service_name(app: App) -> str:
    return app.get("service") or app["workload"]["deployment"]


def _check_entrance(parts: Parts, app: App) -> None:
    namespace = namespace_of(app["workload"])
    if "ingress" in app:
        check_node_port_ingress(parts, _ingress_args(app, app["ingress"], namespace))
    elif app.get("pass_to_target"):
        raise parts.refuse("pass_to_target", value=True, problem="goes with an Ingress; name one or remove it")
    else:
        check_direct_service(parts, _service_args(app, namespace))


def _make_entrance(parts: Parts, name: str, app: App, namespace: "pulumi.Input[str]") -> Entrance:
    if "ingress" in app:
        return make_node_port_ingress(parts, name, _ingress_args(app, app["ingress"], namespace))
    return make_direct_service(parts, name, _service_args(app, namespace))


def _service_args(app: App, namespace: "pulumi.Input[str]") -> DirectServiceArgs:
    return DirectServiceArgs(
        service=_service_name(app),
        selector=app["workload"]["labels"],
        port=app.get("port") or 80,
        target_port=app["workload"]["port"],
        namespace=namespace,
        load_balancer=app.get("load_balancer") or LoadBalancer(),
    )


def _ingress_args(app: App, ingress: str, namespace: "pulumi.Input[str]") -> NodePortIngressArgs:
    service = _service_args(app, namespace)
    return NodePortIngressArgs(
        service=service["service"],
        ingress=ingress,
        selector=service["selector"],
        port=service["port"],
        target_port=service["target_port"],
        namespace=namespace,
        load_balancer=app.get("load_balancer") or LoadBalancer(),
        pass_to_target=app.get("pass_to_target") or False,
    )
