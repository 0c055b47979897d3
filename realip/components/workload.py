"""Workload: the application's namespace and Deployment. The application itself is not changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi

from realip import defaults, echo, pod_rules, rules, tke
from realip.components._arguments import (
    Arguments,
    Entries,
    Items,
    Known,
    Shape,
    TextOrNumber,
    as_integer,
    is_later,
    shown,
)
from realip.components._component import KubernetesComponent
from realip.components._deployment import AppDeployment, make_app
from realip.components._privileges import capabilities_of, known_ports, security_of, security_problems, user_of
from realip.components._sources import ENV_FROM, FILES, EnvFrom, FileItem, MountedFiles, files_of, source_of
from realip.components._taints import EFFECTS
from realip.components.pod_autoscaler import POD_AUTOSCALING, PodAutoscaling, autoscaling_problems
from realip.components.pod_disruption_budget import DISRUPTION_BUDGET, DisruptionBudget, max_unavailable
from realip.pod import Echo, Pod, Port, is_root, low_port_sysctls
from realip.pod_template import Words, beyond_level, faults
from realip.pod_template_form import Fault, form_faults
from realip.problems import Problem
from realip.quantities import A_CPU, A_MEMORY

__all__ = [
    "WORKLOAD",
    "ContainerPort",
    "EnvFrom",
    "FileItem",
    "MountedFiles",
    "Resources",
    "Toleration",
    "Workload",
    "WorkloadArgs",
]


if TYPE_CHECKING:
    Quantity = str | int | float
else:
    Quantity = str  # other languages have no unions, and write quantities as text


class Resources(TypedDict):
    """Resource requests and limits of the container, as Kubernetes quantities."""

    cpu_request: pulumi.Input[Quantity]
    """Such as `250m`. A super node sizes and bills a pod by its requests."""
    cpu_limit: pulumi.Input[Quantity]
    """Such as `1`."""
    memory_request: pulumi.Input[Quantity]
    """Such as `256Mi`."""
    memory_limit: pulumi.Input[Quantity]
    """Such as `512Mi`."""


class Toleration(TypedDict):
    """A toleration of pods for a taint of nodes."""

    key: str
    """The taint's key."""
    value: NotRequired[str]
    """The taint's value; any value if unset."""
    effect: str
    """NoSchedule, PreferNoSchedule or NoExecute."""


class ContainerPort(TypedDict):
    """A port on which the container listens."""

    port: pulumi.Input[int]
    """Its number."""
    protocol: NotRequired[str]
    """TCP or UDP; TCP if unset."""
    name: NotRequired[str]
    """Its name, which a Service may lead to."""


class WorkloadArgs(TypedDict):
    """Arguments of `Workload`."""

    deployment: pulumi.Input[str]
    """The Deployment's name."""
    image: NotRequired[pulumi.Input[str]]
    """Container image; of `echo` a plain Python image if unset."""
    echo: NotRequired[bool]
    """Run the echo app, which answers with the address that its socket saw and the headers that came, as `realip verify` reads
    them. Its program comes from a ConfigMap; `image` is any with Python 3.9 or later."""
    labels: Mapping[str, pulumi.Input[str]]
    """Labels of the pods, by which Services find them."""
    port: pulumi.Input[int]
    """Where the container listens, by TCP."""
    ports: NotRequired[Sequence[ContainerPort]]
    """All ports of the container, where `port` is not the only one. Without `port` by TCP among them nothing asks there whether the
    app is ready, but a `readiness_path`."""
    resources: Resources
    """Requests and limits."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace; `default` if unset."""
    create_namespace: NotRequired[bool]
    """Make the namespace; if unset, yes unless it is `default`. False for one that exists or another app made."""
    container: NotRequired[pulumi.Input[str]]
    """The container's name; the Deployment's if unset, with '-' for each '.' of it."""
    replicas: NotRequired[pulumi.Input[int]]
    """Number of pods; left to an autoscaler if unset."""
    autoscaling: NotRequired[PodAutoscaling]
    """Let an autoscaler say the number of pods, instead of `replicas`."""
    disruption_budget: NotRequired[DisruptionBudget]
    """If unset, with two `replicas` or `max_replicas` or more a drain takes one pod at a time, the next when that is ready elsewhere. Needs
    Kubernetes 1.27."""
    super_nodes: NotRequired[bool]
    """Pods run on super nodes."""
    eni_pods: NotRequired[bool]
    """Give each pod an address of the VPC by an elastic network interface, in a GlobalRouter cluster to which VPC-CNI was added;
    the pods of other clusters have one without it, or cannot."""
    tolerations: NotRequired[Sequence[Toleration]]
    """Tolerations of the pods."""
    required_spread: NotRequired[bool]
    """Keep the pods of a rollout level over the nodes, at most one more on a node than on another, rather than only try to. With
    two or more a lost node is never the last one with a pod, and no node that has pods is without one while they are
    replaced, as `LocalService` needs it. Needs Kubernetes 1.27."""
    readiness_path: NotRequired[str]
    """HTTP path that answers when the app is ready; a TCP connection if unset, so that no node shows up in the app's log."""
    drain_seconds: NotRequired[int]
    """How long a pod goes on serving while the load balancer lets go of it. Needs Kubernetes 1.30; none if unset."""
    capabilities: NotRequired[Sequence[str]]
    """Linux capabilities that the image needs, of those that the `baseline` level allows, such as `CHOWN`. All others are dropped."""
    pod_security: NotRequired[str]
    """The Pod Security level that the pods keep, and a namespace that is made enforces: `baseline`, or `restricted` for an image
    that needs no root. `baseline` if unset, `restricted` of `echo`."""
    run_as_user: NotRequired[int]
    """The number of the user that the pods run as; the image's if unset. `restricted` asks for one where the image's is root, or
    a name."""
    env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables of the container; a secret value stays one."""
    env_from: NotRequired[Sequence[EnvFrom]]
    """Secrets and ConfigMaps that exist in the namespace, all of whose entries become environment variables."""
    files: NotRequired[Sequence[MountedFiles]]
    """Secrets and ConfigMaps that exist in the namespace, whose entries the container finds as files."""
    image_pull_secrets: NotRequired[Sequence[pulumi.Input[str]]]
    """Secrets that exist in the namespace, with which nodes pull the image from a registry that asks who they are."""
    service_account: NotRequired[pulumi.Input[str]]
    """A service account that exists in the namespace. Pods get its token then, and none otherwise."""
    command: NotRequired[Sequence[pulumi.Input[str]]]
    """The command of the container, instead of the image's entry point."""
    args: NotRequired[Sequence[pulumi.Input[str]]]
    """Arguments of that command, instead of the image's."""
    pod_template: NotRequired[Mapping[str, Any]]
    """A part of a Kubernetes PodTemplateSpec, spelt as in a manifest, for what no argument says. It is merged into the template by
    Kubernetes' own rules (strategic merge); what other arguments say is refused here by name."""
    timeout_seconds: NotRequired[int]
    """How long a rollout may take, on create and on update; 600 if unset."""


def _requests(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Requests within limits."""
    for what, amount in (("cpu", rules.cpu), ("memory", rules.memory)):
        request, limit = args.get(f"{what}_request"), args.get(f"{what}_limit")
        if not isinstance(request, str | int | float) or not isinstance(limit, str | int | float):
            continue
        if amount(request) > amount(limit):
            yield arguments.refuse(f"{what}_request", request, f"is more than {what}_limit, {limit}; lower it")


def workload_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A namespace that is there already, and a port that super nodes have taken."""
    namespace = args.text("namespace") if "namespace" in args.said else defaults.NAMESPACE
    if args.get("create_namespace") is True and namespace == defaults.NAMESPACE:
        message = (
            f"cannot be, since `{defaults.NAMESPACE}` is on every cluster already; name another namespace, or remove it"
        )
        yield arguments.refuse("create_namespace", value=True, message=message)
    if args.get("super_nodes") is True and args.get("eni_pods") is True:
        yield arguments.refuse("eni_pods", value=True, message=pod_rules.NO_ENI_ON_SUPER_NODES)
    places = [
        (arguments, args),
        *((arguments.at("ports").entry(i), port) for i, port in enumerate(args.entries("ports"))),
    ]
    for place, known in places:
        if args.get("super_nodes") is True and known.number("port") == tke.SUPER_NODE_OWN_PORT:
            yield place.refuse("port", tke.SUPER_NODE_OWN_PORT, pod_rules.TAKEN_ON_SUPER_NODES)
    seen: set[tuple[object, str]] = set()
    names: set[str] = set()
    for place, known in places[1:]:
        listening, name = (known.number("port"), known.text("protocol") or "TCP"), known.text("name")
        if listening[0] is not None and "protocol" not in known.wrong and listening in seen:
            yield place.refuse("port", listening[0], f"is in the list already with {listening[1]}; name it once")
        seen.add(listening)
        if name is not None and name in names:
            yield place.refuse("name", name, "is another port's too; take another name")
        names.update({name} if name else ())
    yield from _mount_problems(arguments.at("files"), args)
    deployment = args.text("deployment")
    if deployment is not None and "container" not in args.said and len(deployment) > 63:
        message = "is missing; the Deployment's name is longer than the 63 characters that a container's may have"
        yield arguments.lacks("container", message)
    yield from security_problems(arguments, args)
    yield from autoscaling_problems(arguments, args)
    if args.get("echo"):
        yield from _echo_problems(arguments, args)
    elif "image" not in args.said and "echo" not in args.wrong:
        yield arguments.lacks("image", "is missing; add it, or take the echo app with `echo`")
    if args.get("pod_template"):
        yield from _template_problems(arguments, args)


def _mount_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Folders that get in each other's way."""
    paths = [file.text("path") for file in args.entries("files")]
    for index, message in pod_rules.mount_conflicts(paths, is_echo=bool(args.get("echo"))):
        yield arguments.entry(index).refuse("path", paths[index], message)


_SAID_BY = Words(
    **{word.name: word.name for word in fields(Words) if word.name not in ("label", "tolerations")},
    label="labels",
    tolerations="tolerations or super_nodes",
)


def _template_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A pod template that Kubernetes does not know, or that says what other arguments say."""
    if args.wrong or not args.keys() >= WorkloadArgs.__required_keys__:
        return
    if is_later(args.get("container", args.get("deployment"))):
        yield arguments.lacks("container", "is not known yet, and pod_template is merged by it; write it out")
        return
    told: Any = args
    for fault in faults(args["pod_template"], pod_of(told), _SAID_BY, is_later, enforced=makes_namespace(args)):
        yield _problem(arguments, fault)


def level_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A pod template beyond the level of a namespace that another app makes."""
    part: Any = args.get("pod_template") or {}
    told: Any = args
    if args.wrong or not args.keys() >= WorkloadArgs.__required_keys__ or any(form_faults(part, is_later)):
        return
    if security_of(args) == rules.BASELINE and not is_later(args.get("container", args.get("deployment"))):
        yield from (_problem(arguments, fault) for fault in beyond_level(part, pod_of(told)))


def _problem(arguments: Arguments, fault: Fault) -> Problem:
    """A fault of a pod template as a problem of the argument."""
    place = arguments.at("pod_template")
    for step in fault.steps:
        place = place.entry(step)
    return Problem(place.path, shown(fault.value), fault.message)


def _echo_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """The echo app is a program of its own."""
    for name in ("command", "args"):
        if name in args.said and name not in args.wrong:
            yield arguments.refuse(name, args.get(name), "is for another program than the echo app; remove it")
    for name in (echo.PORT, echo.POD):
        if name in (args.get("env") or {}):
            message = "is what `port` and the pod's own name tell the echo app; remove it"
            yield arguments.at("env").refuse_entry(name, args["env"][name], message)
    deployment = args.text("deployment")
    if deployment is not None and len(deployment) + len(echo.name_behind()) > 253:
        message = f"is too long with {echo.name_behind()} behind it, the name of the echo app's ConfigMap; shorten it"
        yield arguments.refuse("deployment", deployment, message)


_CPU = TextOrNumber(rules.cpu, rules.cpu, A_CPU)
_MEMORY = TextOrNumber(rules.memory, rules.memory, A_MEMORY)
RESOURCES = Shape(
    Resources,
    {"cpu_request": _CPU, "cpu_limit": _CPU, "memory_request": _MEMORY, "memory_limit": _MEMORY},
    _requests,
)
TOLERATION = Shape(
    Toleration,
    {"key": rules.label_key, "value": rules.label_value, "effect": lambda value: rules.one_of(value, EFFECTS)},
)
CONTAINER_PORT = Shape(
    ContainerPort,
    {
        "port": rules.port,
        "protocol": lambda value: rules.one_of(value, ("TCP", "UDP")),
        "name": rules.port_name,
    },
)
WORKLOAD = Shape(
    WorkloadArgs,
    {
        "deployment": rules.dns_subdomain,
        "image": rules.image_reference,
        "labels": Entries(rules.label_key, rules.label_value, at_least_one="label"),
        "port": rules.port,
        "ports": Items(CONTAINER_PORT, at_least_one="port"),
        "resources": RESOURCES,
        "namespace": rules.app_namespace,
        "container": rules.dns_label,
        "replicas": lambda value: rules.within(value, range(rules.PODS.stop)),
        "autoscaling": POD_AUTOSCALING,
        "disruption_budget": DISRUPTION_BUDGET,
        "tolerations": Items(TOLERATION),
        "readiness_path": rules.url_path,
        "drain_seconds": lambda value: rules.within(value, rules.DRAIN_SECONDS),
        "capabilities": Items(lambda value: rules.one_of(value, rules.BASELINE_CAPABILITIES), unique=True),
        "pod_security": lambda value: rules.one_of(value, rules.POD_SECURITY),
        "run_as_user": lambda value: rules.within(value, rules.USERS),
        "env": Entries(rules.environment_name, rules.process_text),
        "env_from": Items(ENV_FROM),
        "files": Items(FILES),
        "image_pull_secrets": Items(rules.dns_subdomain, unique=True),
        "service_account": rules.dns_subdomain,
        "command": Items(rules.process_text, at_least_one="word"),
        "args": Items(rules.process_text),
        "timeout_seconds": lambda value: rules.within(value, rules.TIMEOUTS),
    },
    workload_problems,
)


class Workload(KubernetesComponent):
    """Namespace, Deployment, its autoscaler and its PodDisruptionBudget, spread over zones and nodes, within the `baseline` Pod Security level."""

    namespace: pulumi.Output[str]
    """The namespace. What is named by it comes after the namespace is made, and not after the Deployment."""
    deployment: pulumi.Output[str]
    """The Deployment's name."""

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make namespace and Deployment; ArgumentError for what Kubernetes would refuse."""
        super().__init__(name, opts, WORKLOAD.problems(args))
        app = app_of(args, self._called)
        self.namespace, self.deployment = namespace_and_name(app, make_app(self._children, name, app))
        self.register_outputs({"namespace": self.namespace, "deployment": self.deployment})


_ALL = Arguments()


def namespace_and_name(
    app: AppDeployment, made: Mapping[str, pulumi.Resource]
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """The namespace of an app, which comes after it is made, and the name of its Deployment."""
    namespace: Any = made.get("namespace")
    deployment: Any = made["deployment"]
    return namespace.metadata.name if namespace else pulumi.Output.from_input(app.namespace), deployment.metadata.name


def app_of(args: WorkloadArgs, component: str, at: Arguments = _ALL) -> AppDeployment:
    """The Deployment that arguments ask for: those of a component such as `Workload 'shop'`, at a place in its own."""
    namespace = args.get("namespace") or defaults.NAMESPACE
    replicas = as_integer(args["replicas"]) if "replicas" in args else None
    autoscaling = args.get("autoscaling")
    # Of a Deployment that says no number of pods Kubernetes makes one.
    most = autoscaling["max_replicas"] if autoscaling else 1 if replicas is None else replicas
    return AppDeployment(
        name=args["deployment"],
        namespace=namespace,
        makes_namespace=makes_namespace(args),
        pod=pod_of(args),
        timeout=int(args.get("timeout_seconds") or defaults.TIMEOUT),
        replicas=replicas,
        autoscaling=autoscaling,
        max_unavailable=max_unavailable(args.get("disruption_budget"), most, component, at.at("disruption_budget")),
        pod_template=args.get("pod_template") or {},
    )


def makes_namespace(args: Mapping[str, Any]) -> bool:
    """The namespace is made for the app, and enforces its Pod Security level."""
    namespace = args.get("namespace") or defaults.NAMESPACE
    made: bool = args.get("create_namespace", is_later(namespace) or namespace != defaults.NAMESPACE)
    return made


def pod_of(args: WorkloadArgs) -> Pod:
    """The pod that arguments ask for."""
    resources, security, user = args["resources"], security_of(args), user_of(args)
    root = is_root(security, user)
    return Pod(
        container=args.get("container") or _container_name(args["deployment"]),
        image=args.get("image") or echo.IMAGE,
        echo=_echo(args),
        labels=args["labels"],
        port=as_integer(args["port"]),
        requests={"cpu": _text(resources["cpu_request"]), "memory": _text(resources["memory_request"])},
        limits={"cpu": _text(resources["cpu_limit"]), "memory": _text(resources["memory_limit"])},
        ports=[
            Port(as_integer(port["port"]), port.get("protocol"), port.get("name")) for port in args.get("ports") or ()
        ],
        probed=_listens_by_tcp(args),
        capabilities=capabilities_of(args, root=root),
        security=security,
        run_as_user=user,
        sysctls=low_port_sysctls(known_ports(args), root=root),
        readiness_path=args.get("readiness_path"),
        drain_seconds=int(args.get("drain_seconds") or 0),
        super_nodes=args.get("super_nodes") or False,
        eni=args.get("eni_pods") or False,
        required_spread=args.get("required_spread") or False,
        tolerations=args.get("tolerations") or (),
        env=args.get("env") or {},
        env_from=[source_of(one) for one in args.get("env_from") or ()],
        files=[files_of(one) for one in args.get("files") or ()],
        image_pull_secrets=args.get("image_pull_secrets") or (),
        service_account=args.get("service_account"),
        command=args.get("command") or (),
        args=args.get("args") or (),
    )


def _listens_by_tcp(args: WorkloadArgs) -> bool:
    """The container listens on its port by TCP: UDP is what no probe can ask."""
    port, listed = as_integer(args["port"]), args.get("ports")
    return listed is None or any(
        (entry.get("protocol") or "TCP") == "TCP" and (is_later(port) or as_integer(entry["port"]) == port)
        for entry in listed
    )


def _echo(args: WorkloadArgs) -> Echo | None:
    if not args.get("echo"):
        return None
    deployment, port = args["deployment"], as_integer(args["port"])
    end = echo.name_behind()
    return Echo(
        f"{deployment}{end}" if isinstance(deployment, str) else pulumi.Output.concat(deployment, end),
        str(port),
    )


def _text(quantity: "pulumi.Input[Quantity]") -> "pulumi.Input[str]":
    """A quantity as the API has it, where somebody wrote a number too."""
    if isinstance(quantity, str | int | float):
        return rules.quantity_text(quantity)
    return pulumi.Output.all(quantity).apply(lambda known: rules.quantity_text(known[0]))


def _container_name(deployment: "pulumi.Input[str]") -> "pulumi.Input[str]":
    """A Deployment's name as a container may have it, without dots."""
    if isinstance(deployment, str):
        return deployment.replace(".", "-")
    return pulumi.Output.all(deployment).apply(lambda known: str(known[0]).replace(".", "-"))
