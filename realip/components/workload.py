"""Workload: the application's namespace and Deployment. The application itself is not changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from realip import defaults, rules, tke
from realip.components._arguments import Arguments, Entries, Items, Known, Shape, TextOrNumber, as_integer, is_later
from realip.components._component import Children, KubernetesComponent
from realip.components._taints import EFFECTS
from realip.problems import MISSING, Problem

__all__ = ["WORKLOAD", "ContainerPort", "EnvFrom", "Resources", "Toleration", "Workload", "WorkloadArgs"]

_STOP_SECONDS = 30
"""Seconds that a container has for stopping after it has drained; Kubernetes' own default."""


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


class EnvFrom(TypedDict):
    """A Secret or a ConfigMap of the namespace, one of the two, whose entries become environment variables."""

    secret: NotRequired[pulumi.Input[str]]
    """The Secret's name."""
    config_map: NotRequired[pulumi.Input[str]]
    """The ConfigMap's name."""


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
    image: pulumi.Input[str]
    """Container image."""
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
    super_nodes: NotRequired[bool]
    """Pods run on super nodes."""
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
    env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables of the container; a secret value stays one."""
    env_from: NotRequired[Sequence[EnvFrom]]
    """Secrets and ConfigMaps that exist in the namespace, all of whose entries become environment variables."""
    image_pull_secrets: NotRequired[Sequence[pulumi.Input[str]]]
    """Secrets that exist in the namespace, with which nodes pull the image from a registry that asks who they are."""
    service_account: NotRequired[pulumi.Input[str]]
    """A service account that exists in the namespace. Pods get its token then, and none otherwise."""
    command: NotRequired[Sequence[pulumi.Input[str]]]
    """The command of the container, instead of the image's entry point."""
    args: NotRequired[Sequence[pulumi.Input[str]]]
    """Arguments of that command, instead of the image's."""
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
    places = [
        (arguments, args),
        *((arguments.at("ports").entry(i), port) for i, port in enumerate(args.entries("ports"))),
    ]
    for place, known in places:
        if args.get("super_nodes") is True and known.number("port") == tke.SUPER_NODE_OWN_PORT:
            message = "is taken on super nodes; let the container listen on another one"
            yield place.refuse("port", tke.SUPER_NODE_OWN_PORT, message)
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
    deployment = args.text("deployment")
    if deployment is not None and "container" not in args.said and len(deployment) > 63:
        message = "is missing; the Deployment's name is longer than the 63 characters that a container's may have"
        yield arguments.lacks("container", message)


def _one_source(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Either a Secret or a ConfigMap."""
    if args.said.isdisjoint(EnvFrom.__annotations__):
        yield arguments.lacks("secret", "is missing; name a Secret here, or a ConfigMap as config_map")
    elif args.said >= EnvFrom.__annotations__.keys():
        message = "stands beside config_map; an entry names one of the two, so give each an entry of its own"
        yield arguments.refuse("secret", args.get("secret", MISSING), message)


_CPU, _MEMORY = TextOrNumber(rules.cpu, rules.cpu), TextOrNumber(rules.memory, rules.memory)
RESOURCES = Shape(
    Resources,
    {"cpu_request": _CPU, "cpu_limit": _CPU, "memory_request": _MEMORY, "memory_limit": _MEMORY},
    _requests,
)
TOLERATION = Shape(
    Toleration,
    {"key": rules.label_key, "value": rules.label_value, "effect": lambda value: rules.one_of(value, EFFECTS)},
)
ENV_FROM = Shape(EnvFrom, {"secret": rules.dns_subdomain, "config_map": rules.dns_subdomain}, _one_source)
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
        "tolerations": Items(TOLERATION),
        "readiness_path": rules.url_path,
        "drain_seconds": lambda value: rules.within(value, rules.DRAIN_SECONDS),
        "capabilities": Items(lambda value: rules.one_of(value, rules.BASELINE_CAPABILITIES), unique=True),
        "env": Entries(rules.environment_name),
        "env_from": Items(ENV_FROM),
        "image_pull_secrets": Items(rules.dns_subdomain, unique=True),
        "service_account": rules.dns_subdomain,
        "command": Items(at_least_one="word"),
        "timeout_seconds": lambda value: rules.within(value, rules.TIMEOUTS),
    },
    workload_problems,
)


class Workload(KubernetesComponent):
    """Namespace and Deployment, spread over zones and nodes, within the `baseline` Pod Security level."""

    namespace: pulumi.Output[str]
    """The namespace. What is named by it comes after the namespace is made, and not after the Deployment."""
    deployment: pulumi.Output[str]
    """The Deployment's name."""

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make namespace and Deployment; ArgumentError for what Kubernetes would refuse."""
        super().__init__(name, opts, WORKLOAD.problems(args))
        self.namespace, self.deployment = make_workload(self._children, name, args)
        self.register_outputs({"namespace": self.namespace, "deployment": self.deployment})


def namespace_of(args: WorkloadArgs) -> "pulumi.Input[str]":
    """The namespace that a workload is in."""
    return args.get("namespace") or defaults.NAMESPACE


def makes_namespace(args: WorkloadArgs) -> bool:
    """A workload's namespace is made along with it."""
    namespace = namespace_of(args)
    return args.get("create_namespace", is_later(namespace) or namespace != defaults.NAMESPACE)


def make_workload(children: Children, name: str, args: WorkloadArgs) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Namespace and Deployment of a workload, and their names."""
    if makes_namespace(args):
        namespace = make_namespace(children, f"{name}-namespace", namespace_of(args))
    else:
        namespace = pulumi.Output.from_input(namespace_of(args))
    return namespace, make_deployment(children, name, args, namespace).metadata.name


def make_namespace(children: Children, name: str, namespace: "pulumi.Input[str]") -> pulumi.Output[str]:
    """The namespace of workloads, and its name, which comes after it."""
    made = core.Namespace(
        name,
        metadata={"name": namespace, "labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
        opts=children.options(),
    )
    return made.metadata.name


def make_deployment(
    children: Children, name: str, args: WorkloadArgs, namespace: "pulumi.Input[str]"
) -> "apps.Deployment":
    """The Deployment of a workload."""
    timeout = f"{int(args.get('timeout_seconds') or defaults.TIMEOUT)}s"
    return apps.Deployment(
        f"{name}-deployment",
        metadata={"name": args["deployment"], "namespace": namespace, "labels": dict(args["labels"])},
        spec=_deployment(args),
        opts=children.options(custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout, delete=timeout)),
    )


def _deployment(args: WorkloadArgs) -> apps.DeploymentSpecArgs:
    labels = dict(args["labels"])
    return apps.DeploymentSpecArgs(
        replicas=as_integer(args["replicas"]) if "replicas" in args else None,
        selector=meta.LabelSelectorArgs(match_labels=labels),
        # Never fewer pods than asked for, also while a load balancer takes its time with the new ones.
        strategy=apps.DeploymentStrategyArgs(
            type="RollingUpdate", rolling_update=apps.RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0)
        ),
        template=core.PodTemplateSpecArgs(metadata=meta.ObjectMetaArgs(labels=labels), spec=_pod(args)),
    )


def _pod(args: WorkloadArgs) -> core.PodSpecArgs:
    return core.PodSpecArgs(
        containers=[_container(args)],
        service_account_name=args.get("service_account"),
        automount_service_account_token="service_account" in args,
        image_pull_secrets=[core.LocalObjectReferenceArgs(name=name) for name in args.get("image_pull_secrets") or ()]
        or None,
        security_context=core.PodSecurityContextArgs(seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault")),
        termination_grace_period_seconds=_STOP_SECONDS + int(args.get("drain_seconds") or 0),
        topology_spread_constraints=_spread(args),
        node_selector=dict(tke.SUPER_NODE_SELECTOR) if args.get("super_nodes") else None,
        tolerations=_tolerations(args) or None,
    )


def _spread(args: WorkloadArgs) -> list[core.TopologySpreadConstraintArgs]:
    """Pods over zones, and over nodes."""
    labels = meta.LabelSelectorArgs(match_labels=dict(args["labels"]))
    zones, nodes = (
        core.TopologySpreadConstraintArgs(
            max_skew=1, topology_key=key, when_unsatisfiable="ScheduleAnyway", label_selector=labels
        )
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    )
    if args.get("required_spread"):
        # Old pods do not count, or new ones could end up on one node; nor do nodes that are drained, or pods would wait for them.
        nodes = core.TopologySpreadConstraintArgs(
            max_skew=1,
            topology_key="kubernetes.io/hostname",
            when_unsatisfiable="DoNotSchedule",
            label_selector=labels,
            match_label_keys=["pod-template-hash"],
            node_taints_policy="Honor",
        )
    return [zones, nodes]


def _container(args: WorkloadArgs) -> core.ContainerArgs:
    resources = args["resources"]
    drain = int(args.get("drain_seconds") or 0)
    pre_stop = core.LifecycleHandlerArgs(sleep=core.SleepActionArgs(seconds=drain))
    return core.ContainerArgs(
        name=args.get("container") or _container_name(args["deployment"]),
        image=args["image"],
        command=list(args.get("command") or ()) or None,
        args=list(args.get("args") or ()) or None,
        env_from=[_env_from(source) for source in args.get("env_from") or ()] or None,
        env=[core.EnvVarArgs(name=name, value=value) for name, value in (args.get("env") or {}).items()] or None,
        ports=_ports(args),
        resources=core.ResourceRequirementsArgs(
            requests={"cpu": _text(resources["cpu_request"]), "memory": _text(resources["memory_request"])},
            limits={"cpu": _text(resources["cpu_limit"]), "memory": _text(resources["memory_limit"])},
        ),
        readiness_probe=_readiness(args),
        # The guide's images run as root and write their log beside the program, so neither is forbidden.
        security_context=core.SecurityContextArgs(
            allow_privilege_escalation=False,
            capabilities=core.CapabilitiesArgs(add=_capabilities(args), drop=["ALL"]),
        ),
        lifecycle=core.LifecycleArgs(pre_stop=pre_stop) if drain else None,
    )


def _env_from(source: EnvFrom) -> core.EnvFromSourceArgs:
    if "secret" in source:
        return core.EnvFromSourceArgs(secret_ref=core.SecretEnvSourceArgs(name=source["secret"]))
    return core.EnvFromSourceArgs(config_map_ref=core.ConfigMapEnvSourceArgs(name=source["config_map"]))


def _ports(args: WorkloadArgs) -> list[core.ContainerPortArgs]:
    """The container's ports; Kubernetes takes TCP where none says a protocol."""
    listed = args.get("ports")
    if listed is None:
        return [core.ContainerPortArgs(container_port=as_integer(args["port"]))]
    return [
        core.ContainerPortArgs(
            container_port=as_integer(port["port"]), protocol=port.get("protocol"), name=port.get("name")
        )
        for port in listed
    ]


def _readiness(args: WorkloadArgs) -> core.ProbeArgs | None:
    """The question whether the app is ready; none where it listens by UDP alone, which no probe can ask."""
    port, path, listed = as_integer(args["port"]), args.get("readiness_path"), args.get("ports")
    if path:
        return core.ProbeArgs(period_seconds=5, http_get=core.HTTPGetActionArgs(path=path, port=port))
    if listed is not None and not any(
        (entry.get("protocol") or "TCP") == "TCP" and (is_later(port) or as_integer(entry["port"]) == port)
        for entry in listed
    ):
        return None
    return core.ProbeArgs(period_seconds=5, tcp_socket=core.TCPSocketActionArgs(port=port))


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


def _capabilities(args: WorkloadArgs) -> "pulumi.Input[Sequence[pulumi.Input[str]]] | None":
    """Capabilities that the image needs, and the one for listening on a low port; none in most cases."""
    wanted = set(args.get("capabilities") or ())
    ports = [as_integer(port["port"]) for port in args.get("ports") or ()] or [as_integer(args["port"])]

    def on(numbers: Sequence[int]) -> list[str]:
        low = any(number < rules.UNPRIVILEGED_PORT for number in numbers)
        return sorted(wanted | ({"NET_BIND_SERVICE"} if low else set()))

    known = [port for port in ports if isinstance(port, int)]
    if len(known) == len(ports):
        return on(known) or None
    later: pulumi.Output[Any] = pulumi.Output.all(*ports).apply(lambda numbers: on(numbers) or None)
    return later


def _tolerations(args: WorkloadArgs) -> list[core.TolerationArgs]:
    of_super_nodes = core.TolerationArgs(key=tke.SUPER_NODE_TAINT, operator="Exists", effect="NoSchedule")
    return [
        *([of_super_nodes] if args.get("super_nodes") else []),
        *(
            core.TolerationArgs(
                key=toleration["key"],
                effect=toleration["effect"],
                operator="Equal" if toleration.get("value") else "Exists",
                value=toleration.get("value") or None,
            )
            for toleration in args.get("tolerations") or ()
        ),
    ]
