"""Workload: the application's namespace and Deployment. The application itself is not changed."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pulumi

from realip import defaults, echo, pod_rules, rules, tke
from realip.components._arguments import Arguments, Entries, Items, Known, Shape, TextOrNumber, is_later, shown
from realip.components._component import KubernetesComponent
from realip.components._deployment import make_app
from realip.components._privileges import security_of, security_problems
from realip.components._sources import ENV_FROM, FILES
from realip.components._taints import EFFECTS
from realip.components._workload_pod import app_of, makes_namespace, namespace_and_name, pod_of
from realip.components.pod_autoscaler import POD_AUTOSCALING, autoscaling_problems
from realip.components.pod_disruption_budget import DISRUPTION_BUDGET
from realip.components.workload_args import ContainerPort, Resources, Toleration, WorkloadArgs
from realip.pod_template import Words, beyond_level, faults
from realip.pod_template_form import Fault, form_faults
from realip.problems import Problem
from realip.quantities import A_CPU, A_MEMORY

__all__ = ["WORKLOAD", "Workload", "level_problems", "workload_problems"]


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
