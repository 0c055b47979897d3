"""The pod of an application: what is asked of it, and the pod template that Kubernetes is given.

Plain data as a manifest has it. Values that are known only while the program runs are handed on as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from realip import echo, tke
from realip.rules import BASELINE, RESTRICTED, UNPRIVILEGED_PORT

__all__ = [
    "ECHO_VOLUME",
    "Echo",
    "File",
    "Pod",
    "Port",
    "Source",
    "template",
]

_CONTAINER_STOP_SECONDS = 30
"""Seconds that a container has for stopping after it has drained; Kubernetes' own default."""
ECHO_VOLUME = "echo"
"""The volume with the echo app's program."""


@dataclass(frozen=True)
class Source:
    """A ConfigMap or a Secret."""

    name: Any
    secret: bool = False


@dataclass(frozen=True)
class File:
    """Entries of a ConfigMap or a Secret as files of a folder, which the container cannot write."""

    path: str
    """The folder."""
    source: Source
    items: Sequence[tuple[str, str]] = ()
    """Keys that become files, each with its path in the folder; all of them, by their own names, if empty."""


@dataclass(frozen=True)
class Port:
    """A port on which the container listens."""

    number: Any
    protocol: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Echo:
    """The echo app, as a pod finds it."""

    config_map: Any
    """The ConfigMap that holds the program."""
    port: Any
    """The port, as text."""


@dataclass(frozen=True)
class Pod:
    """A pod, as it is asked for."""

    container: Any
    """The container's name."""
    image: Any
    labels: Mapping[str, Any]
    """Labels by which Services find it."""
    port: Any
    """Where the container listens, by TCP."""
    requests: Mapping[str, Any]
    limits: Mapping[str, Any]
    ports: Sequence[Port] = ()
    """All ports of the container, where `port` is not the only one."""
    probed: bool = True
    """It listens on `port` by TCP, so that a connection tells whether it is ready."""
    capabilities: Any = None
    """Linux capabilities that are added."""
    security: str = BASELINE
    """The Pod Security level that it keeps."""
    run_as_user: int | None = None
    """The user that its containers run as; the image's if unset."""
    sysctls: Any = None
    """Kernel parameters of the pod."""
    readiness_path: str | None = None
    drain_seconds: int = 0
    super_nodes: bool = False
    eni: bool = False
    """It asks for an address of the VPC, by an elastic network interface."""
    tolerations: Sequence[Mapping[str, Any]] = ()
    env: Mapping[str, Any] = field(default_factory=dict)
    env_from: Sequence[Source] = ()
    files: Sequence[File] = ()
    image_pull_secrets: Sequence[Any] = ()
    service_account: Any = None
    command: Sequence[Any] = ()
    args: Sequence[Any] = ()
    echo: "Echo | None" = None
    """The echo app, where that is what runs on the image."""
    required_spread: bool = False
    """Pods have to be level over the nodes; if unset, where there is room."""


def level_of(said: str | None, *, is_echo: bool) -> str:
    """The Pod Security level of an app's pods: as said, else what its image is known to keep."""
    return said or (RESTRICTED if is_echo else BASELINE)


def user_of(said: int | None, level: str, *, is_echo: bool) -> int | None:
    """The user that an app's pods run as: as said, else the echo app's own where its level wants one; None for the image's."""
    return echo.USER if said is None and is_echo and level == RESTRICTED else said


def is_root(security: str, user: int | None) -> bool:
    """A container may run as root, as far as a Pod Security level and a user say it."""
    return security != RESTRICTED and not user


def added_capabilities(wanted: Iterable[str], ports: Iterable[int], *, root: bool) -> list[str] | None:
    """Linux capabilities that a container is given: what its image needs, and the one with which root listens on a low port."""
    low = root and min(ports) < UNPRIVILEGED_PORT
    return sorted({*wanted, *(["NET_BIND_SERVICE"] if low else [])}) or None


def low_port_sysctls(ports: Iterable[int], *, root: bool) -> list[dict[str, str]] | None:
    """Kernel parameters with which others than root listen on a low port: a capability of theirs ends where the program starts."""
    first = min(ports, default=UNPRIVILEGED_PORT)
    if root or first >= UNPRIVILEGED_PORT:
        return None
    return [{"name": "net.ipv4.ip_unprivileged_port_start", "value": str(first)}]


def template(pod: Pod) -> dict[str, Any]:
    """The pod template."""
    if pod.echo is not None:
        return _echoing(template(replace(pod, echo=None, command=_ECHO_COMMAND)), pod.echo)
    token = pod.service_account is not None
    spec = _said(
        containers=[_container(pod)],
        automountServiceAccountToken=token,
        serviceAccountName=pod.service_account,
        imagePullSecrets=[{"name": name} for name in pod.image_pull_secrets],
        securityContext=_said(
            seccompProfile={"type": "RuntimeDefault"},
            runAsNonRoot=True if pod.security == RESTRICTED else None,
            runAsUser=pod.run_as_user,
            sysctls=pod.sysctls,
        ),
        terminationGracePeriodSeconds=_CONTAINER_STOP_SECONDS + pod.drain_seconds,
        topologySpreadConstraints=_spread(pod),
        nodeSelector=dict(tke.SUPER_NODE_SELECTOR) if pod.super_nodes else None,
        tolerations=_tolerations(pod),
        volumes=[_volume(file) for file in pod.files],
    )
    annotations = dict(tke.POD_NETWORK) if pod.eni else None
    return {"metadata": _said(annotations=annotations, labels=dict(pod.labels)), "spec": spec}


_ECHO_COMMAND = ("python3", "-u", f"{echo.FOLDER}/{echo.FILE}")


def _echoing(made: dict[str, Any], app: Echo) -> dict[str, Any]:
    """A template whose container runs the echo app: its program, its port, and the pod's name."""
    spec = made["spec"]
    (container,) = spec["containers"]
    container.setdefault("volumeMounts", []).append({"name": ECHO_VOLUME, "mountPath": echo.FOLDER, "readOnly": True})
    spec.setdefault("volumes", []).append({"name": ECHO_VOLUME, "configMap": {"name": app.config_map}})
    container["env"] = [
        *container.get("env", ()),
        {"name": echo.PORT, "value": app.port},
        {"name": echo.POD, "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    return made


def _said(**fields: Any) -> dict[str, Any]:
    """Fields that say something."""
    return {name: value for name, value in fields.items() if value is not None and value not in ([], {})}


def _spread(pod: Pod) -> list[dict[str, Any]]:
    """Pods over zones, and over nodes."""
    zones, nodes = (_level(key, pod.labels) for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname"))
    if pod.required_spread:
        # Old pods do not count, or new ones could end up on one node; nor do nodes that are drained, or pods would wait for them.
        nodes |= {
            "whenUnsatisfiable": "DoNotSchedule",
            "matchLabelKeys": ["pod-template-hash"],
            "nodeTaintsPolicy": "Honor",
        }
    return [zones, nodes]


def _level(key: str, labels: Mapping[str, Any]) -> dict[str, Any]:
    selector = {"matchLabels": dict(labels)}
    return {"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector}


def _container(pod: Pod) -> dict[str, Any]:
    eni = tke.POD_ENI if pod.eni else {}
    sleep = {"preStop": {"sleep": {"seconds": pod.drain_seconds}}}
    return _said(
        name=pod.container,
        image=pod.image,
        command=list(pod.command),
        args=list(pod.args),
        env=[{"name": name, "value": value} for name, value in pod.env.items()],
        envFrom=[{"secretRef" if one.secret else "configMapRef": {"name": one.name}} for one in pod.env_from],
        ports=[
            _said(containerPort=port.number, protocol=port.protocol, name=port.name)
            for port in pod.ports or (Port(pod.port),)
        ],
        resources={"requests": {**pod.requests, **eni}, "limits": {**pod.limits, **eni}},
        readinessProbe=_readiness(pod),
        # The guide's images run as root and write their log beside the program, so neither is forbidden at `baseline`.
        securityContext={
            "allowPrivilegeEscalation": False,
            "capabilities": _said(add=pod.capabilities, drop=["ALL"]),
        },
        lifecycle=sleep if pod.drain_seconds else None,
        volumeMounts=[{"name": _volume_name(file), "mountPath": file.path, "readOnly": True} for file in pod.files],
    )


def _volume_name(file: File) -> str:
    """A volume's name, which stays the same whatever else is mounted."""
    return f"files-{sha256(file.path.encode()).hexdigest()[:10]}"


def _volume(file: File) -> dict[str, Any]:
    items = [{"key": key, "path": path} for key, path in file.items]
    if file.source.secret:
        return {"name": _volume_name(file), "secret": _said(secretName=file.source.name, items=items)}
    return {"name": _volume_name(file), "configMap": _said(name=file.source.name, items=items)}


def _readiness(pod: Pod) -> dict[str, Any] | None:
    """The question whether the app is ready: by default of TCP, so that no node shows up in the app's log."""
    if pod.readiness_path:
        return {"periodSeconds": 5, "httpGet": {"path": pod.readiness_path, "port": pod.port}}
    return {"periodSeconds": 5, "tcpSocket": {"port": pod.port}} if pod.probed else None


def _tolerations(pod: Pod) -> list[dict[str, Any]]:
    of_super_nodes = {"key": tke.SUPER_NODE_TAINT, "operator": "Exists", "effect": "NoSchedule"}
    return [
        *([of_super_nodes] if pod.super_nodes else []),
        *(
            _said(
                key=toleration["key"],
                effect=toleration["effect"],
                operator="Equal" if toleration.get("value") else "Exists",
                value=toleration.get("value") or None,
            )
            for toleration in pod.tolerations
        ),
    ]
