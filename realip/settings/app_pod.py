"""The pod that settings ask for, and how many of it, before anything of it is made."""

from collections.abc import Callable
from typing import Any

from realip import defaults, echo, pod_numbers, tke
from realip.pod import Echo, File, Pod, Port, Source, added_capabilities, is_root, level_of, low_port_sysctls, user_of
from realip.scenarios import ExposureKind
from realip.settings.exposure_plan import container_ports, drain_seconds, main_port
from realip.settings.models import Settings

__all__ = [
    "app_budget",
    "app_labels",
    "app_pod",
    "app_replicas",
    "drains",
    "makes_namespace",
    "most_pods",
    "pod_security",
]


def app_pod(settings: Settings, kept: Callable[[str], Any] = str, version: tuple[int, int] | None = None) -> Pod:
    """The pod of the stack's app; `kept` is what becomes of values that may be secret, `version` an existing cluster's."""
    app, row, main = settings.app, settings.row, main_port(settings)
    security = pod_security(settings)
    user = user_of(app.run_as_user, security, is_echo=app.echo)
    root = is_root(security, user)
    ports = [Port(port, protocol) for port, protocol in container_ports(settings)]
    numbers = [port.number for port in ports] or [main]
    return Pod(
        container=app.container or row.names.container,
        image=app.image or (echo.IMAGE if app.echo else row.image),
        echo=Echo(f"{app.deployment or row.names.deployment}{echo.name_behind()}", str(main)) if app.echo else None,
        labels=app_labels(settings),
        port=main,
        ports=ports,
        probed=not ports or any(port.number == main and port.protocol == "TCP" for port in ports),
        requests={"cpu": app.cpu_request, "memory": app.memory_request},
        limits={"cpu": app.cpu_limit, "memory": app.memory_limit},
        capabilities=added_capabilities(app.capabilities, numbers, root=root),
        security=security,
        run_as_user=user,
        sysctls=low_port_sysctls(numbers, root=root),
        readiness_path=app.readiness_path,
        drain_seconds=drain_seconds(settings) if drains(settings, version) else 0,
        super_nodes=row.super_nodes,
        eni=app.eni_pods,
        required_spread=row.exposure is ExposureKind.LOCAL_SERVICE,
        tolerations=[
            {"key": taint.key, "value": taint.value, "effect": taint.effect.value} for taint in settings.nodes.taints
        ],
        env={name: kept(value) for name, value in app.env.items()},
        env_from=[Source(one.secret or one.config_map, secret=one.secret is not None) for one in app.env_from],
        files=[
            File(
                one.path,
                Source(one.secret or one.config_map, secret=one.secret is not None),
                [(item.key, item.path) for item in one.items or ()],
            )
            for one in app.files
        ],
        image_pull_secrets=app.image_pull_secrets,
        service_account=app.service_account,
        command=[kept(word) for word in app.command],
        args=[kept(word) for word in app.args],
    )


def pod_security(settings: Settings) -> str:
    """The Pod Security level of the app."""
    return level_of(settings.app.pod_security, is_echo=settings.app.echo)


def makes_namespace(settings: Settings) -> bool:
    """The stack makes the app's namespace, which then enforces the app's Pod Security level; `default` is there."""
    return settings.app.deploy and settings.namespace != defaults.NAMESPACE


def app_labels(settings: Settings) -> dict[str, str]:
    """The labels by which the app's pods are found."""
    app = settings.app
    return dict(app.selector) if app.selector is not None else {"app": app.label}


def app_replicas(settings: Settings) -> int | None:
    """The number of pods that the Deployment says; None where an autoscaler does."""
    app = settings.app
    return None if app.autoscaled or app.autoscaling else app.replicas or settings.row.replicas


def most_pods(settings: Settings) -> int | None:
    """The most pods that there may be but for a rollout; None where an autoscaler that is not this stack's says it."""
    bounds = settings.app.autoscaling
    return bounds.max_replicas if bounds else app_replicas(settings)


def app_budget(settings: Settings, version: tuple[int, int] | None = None) -> int | str | None:
    """How many pods a drain may take at a time, None where no budget says it; `version` is an existing cluster's."""
    if (version or settings.kubernetes_version) < tke.EVICTION_POLICY_VERSION:
        return None
    budget = settings.app.disruption_budget
    return pod_numbers.disruption_budget(budget.max_unavailable if budget else None, most_pods(settings))


def drains(settings: Settings, version: tuple[int, int] | None = None) -> bool:
    """The cluster's kubelets can let a pod sleep before it stops; `version` is an existing cluster's, where it is known."""
    return (version or settings.kubernetes_version) >= tke.PRE_STOP_SLEEP_VERSION
