"""The application: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import rules, tke
from realip.problems import Problem
from realip.settings.models import Settings

__all__ = ["app_problems"]


def app_problems(settings: Settings) -> Iterator[Problem]:
    """Requests within limits, one owner of the number of pods, names that the scenario has."""
    app, row = settings.app, settings.scenario.row
    if rules.cpu(app.cpu_request) > rules.cpu(app.cpu_limit):
        yield Problem(
            "app.cpuRequest",
            app.cpu_request,
            f"is more than app.cpuLimit, {app.cpu_limit}; lower it",
            ("app.cpuLimit",),
        )
    if rules.memory(app.memory_request) > rules.memory(app.memory_limit):
        message = f"is more than app.memoryLimit, {app.memory_limit}; lower it"
        yield Problem("app.memoryRequest", app.memory_request, message, ("app.memoryLimit",))
    service, namespace = app.service or row.names.service, app.namespace or row.names.namespace
    if (namespace, service) == ("default", "kubernetes"):
        message = "is the API server's own Service in that namespace; choose another name"
        yield Problem("app.service", service, message, ("app.namespace", "scenario"))
    if row.super_nodes and app.port == tke.SUPER_NODE_OWN_PORT:
        yield Problem(
            "app.port", app.port, "is taken on super nodes; let the container listen on another one", ("scenario",)
        )
    if app.autoscaled and app.replicas is not None:
        message = "has two owners: app.autoscaled leaves the number of pods to an autoscaler; remove one of the two"
        yield Problem("app.replicas", app.replicas, message, ("app.autoscaled",))
    if app.ingress is not None and not row.exposure.has_ingress:
        message = f"names an Ingress, and `{row.slug}` has none; remove it"
        yield Problem("app.ingress", app.ingress, message, ("scenario",))
    if "drain_seconds" in app.model_fields_set and app.drain_seconds and not _drains(settings):
        oldest = ".".join(map(str, tke.PRE_STOP_SLEEP_VERSION))
        yield Problem(
            "app.drainSeconds", app.drain_seconds, f"needs Kubernetes {oldest}; remove it", ("cluster.version",)
        )


def _drains(settings: Settings) -> bool:
    return rules.kubernetes_version(settings.cluster.version)[:2] >= tke.PRE_STOP_SLEEP_VERSION
