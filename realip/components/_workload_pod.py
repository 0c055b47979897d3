"""The Deployment and the pod that a Workload's arguments ask for."""

from collections.abc import Mapping
from typing import Any

import pulumi

from realip import defaults, echo, rules
from realip.components._arguments import Arguments, as_integer, is_later
from realip.components._deployment import AppDeployment
from realip.components._privileges import capabilities_of, known_ports, security_of, user_of
from realip.components._sources import files_of, source_of
from realip.components.pod_disruption_budget import max_unavailable
from realip.components.workload_args import Quantity, WorkloadArgs
from realip.pod import Echo, Pod, Port, is_root, low_port_sysctls

__all__ = ["app_of", "makes_namespace", "namespace_and_name", "pod_of"]

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
