"""The application: rules that look at more than one setting."""

from collections.abc import Iterator

from realip import echo, pod_numbers, pod_rules, rules, tke
from realip.pod_template import Words, faults
from realip.problems import MISSING, Problem, path_of
from realip.scenarios import SCENARIOS, NetworkMode
from realip.settings.app_pod import app_pod, drains, makes_namespace, pod_security
from realip.settings.models import Settings
from realip.settings.sections.app import PodAutoscalingSettings

__all__ = ["app_problems"]


def app_problems(settings: Settings) -> Iterator[Problem]:
    """Requests within limits, one owner of the number of pods, names that the scenario has."""
    app, row = settings.app, settings.scenario.row
    yield from _deployed_once(settings)
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
    service = app.service or row.names.service
    if (settings.namespace, service) == ("default", "kubernetes"):
        message = "is the API server's own Service in that namespace; choose another name"
        yield Problem("app.service", service, message, ("app.namespace", "scenario"))
    if row.super_nodes and app.port == tke.SUPER_NODE_OWN_PORT:
        yield Problem("app.port", app.port, pod_rules.TAKEN_ON_SUPER_NODES, ("scenario",))
    yield from _owner_problems(settings)
    if app.ingress is not None and not row.exposure.has_ingress:
        message = f"names an Ingress, and `{row.slug}` has none; remove it"
        yield Problem("app.ingress", app.ingress, message, ("scenario",))
    if "drain_seconds" in app.model_fields_set and app.drain_seconds and not drains(settings):
        oldest = ".".join(map(str, tke.PRE_STOP_SLEEP_VERSION))
        yield Problem(
            "app.drainSeconds", app.drain_seconds, f"needs Kubernetes {oldest}; remove it", ("cluster.version",)
        )
    if app.disruption_budget is not None and settings.kubernetes_version < tke.EVICTION_POLICY_VERSION:
        oldest = ".".join(map(str, tke.EVICTION_POLICY_VERSION))
        said = app.disruption_budget.model_dump(by_alias=True)
        message = f"needs Kubernetes {oldest}; remove it, or take a later version"
        yield Problem("app.disruptionBudget", said, message, ("cluster.version",))
    yield from _started_with(settings)
    yield from _eni_problems(settings)
    yield from _security_problems(settings)
    yield from _file_problems(settings)
    yield from _template_problems(settings)


def _started_with(settings: Settings) -> Iterator[Problem]:
    """A command of the app's own, and environment variables whose names the cluster's version takes."""
    app = settings.app
    if settings.cluster.id is None and settings.kubernetes_version < tke.ANY_ENVIRONMENT_NAME_VERSION:
        for name in app.env:
            try:
                rules.environment_identifier(name)
            except ValueError as error:
                yield Problem(path_of(("app", "env", name)), app.env[name], str(error), ("cluster.version",))
    if app.echo:
        for name, value in (("command", app.command), ("args", app.args)):
            if value:
                message = "is for another program than the echo app; remove it, or app.echo"
                yield Problem(f"app.{name}", list(value), message, ("app.echo",))
        for name in (echo.PORT, echo.POD):
            if name in app.env:
                message = "is what app.port and the pod's own name tell the echo app; remove it"
                yield Problem(f"app.env.{name}", app.env[name], message, ("app.echo",))


def _eni_problems(settings: Settings) -> Iterator[Problem]:
    """ENIs for pods that have none, and of use: with direct access in a GlobalRouter cluster to which VPC-CNI was added, which a new one is not."""
    app, row = settings.app, settings.scenario.row
    if not app.eni_pods:
        return
    involved = ("scenario", "cluster.id")
    if row.super_nodes:
        message = pod_rules.NO_ENI_ON_SUPER_NODES
    elif row.network_mode is NetworkMode.VPC_CNI:
        message = (
            f"is for GlobalRouter, and in `{row.slug}` every pod has an address of the VPC without it; remove it, or on a "
            "GlobalRouter cluster to which VPC-CNI was added take the scenario for GlobalRouter"
        )
    elif not row.global_route_direct_access:
        straight = next(other for other in SCENARIOS if other.global_route_direct_access and other.reads is row.reads)
        message = (
            f"is for a load balancer that reaches pods straight, and in `{row.slug}` it goes through ports of nodes, to which an "
            f"address of the pod's own adds nothing; remove it, or take `{straight.slug}`"
        )
    elif settings.cluster.id is None:
        message = (
            "is for a cluster to which VPC-CNI was added, and a new GlobalRouter cluster of this stack has none; remove it, name "
            "such a cluster in cluster.id, or take a VPC-CNI scenario, whose pods all have an address of the VPC"
        )
    else:
        return
    yield Problem("app.eniPods", value=True, message=message, involves=involved)


def _security_problems(settings: Settings) -> Iterator[Problem]:
    """Settings that the `restricted` Pod Security level forbids, and an image that cannot keep it."""
    app, involved = settings.app, ("app.podSecurity", "app.echo")
    if pod_security(settings) != rules.RESTRICTED:
        return
    if app.image is None and not app.echo and app.deploy:
        message = (
            f"is nothing for the scenario's image, {settings.row.image}, which runs as root and writes beside its program; set "
            "app.image to one that needs neither, or app.echo"
        )
        yield Problem("app.podSecurity", app.pod_security, message, ("app.image", "app.echo", "scenario"))
    if app.run_as_user == 0:
        yield Problem("app.runAsUser", app.run_as_user, pod_rules.ROOT_FORBIDDEN, involved)
    for index, capability in enumerate(app.capabilities):
        if capability not in rules.RESTRICTED_CAPABILITIES:
            message = pod_rules.capability_forbidden("app.podSecurity")
            yield Problem(f"app.capabilities[{index}]", capability, message, involved)


def _file_problems(settings: Settings) -> Iterator[Problem]:
    """Folders that get in each other's way, and files of one folder with the same name."""
    app = settings.app
    for index, message in pod_rules.mount_conflicts([file.path for file in app.files], is_echo=app.echo):
        yield Problem(f"app.files[{index}].path", app.files[index].path, message, ("app.files", "app.echo"))
    for index, file in enumerate(app.files):
        names = [item.path for item in file.items or ()]
        for at, message in pod_rules.name_conflicts(names):
            yield Problem(f"app.files[{index}].items[{at}].path", names[at], message, ("app.files",))


def _owner_problems(settings: Settings) -> Iterator[Problem]:
    """One owner of the number of pods, and an autoscaler that can be one."""
    app = settings.app
    if app.autoscaled and app.replicas is not None:
        message = "has two owners: app.autoscaled leaves the number of pods to an autoscaler; remove one of the two"
        yield Problem("app.replicas", app.replicas, message, ("app.autoscaled",))
    if app.autoscaling is not None:
        if app.replicas is not None and not app.autoscaled:
            message = "has two owners: app.autoscaling says the number of pods; remove one of the two"
            yield Problem("app.replicas", app.replicas, message, ("app.autoscaling",))
        yield from _autoscaling_problems(settings, app.autoscaling)


def _autoscaling_problems(settings: Settings, bounds: PodAutoscalingSettings) -> Iterator[Problem]:
    """Bounds the right way round, and a use of resources that pods can come to."""
    app, path = settings.app, "app.autoscaling"
    if app.autoscaled:
        message = "says that somebody else's autoscaler is there, and app.autoscaling makes one; remove one of the two"
        yield Problem("app.autoscaled", value=True, message=message, involves=(path,))
    if bounds.min_replicas > bounds.max_replicas:
        message = f"is more than {path}.maxReplicas, {bounds.max_replicas}; swap them"
        yield Problem(f"{path}.minReplicas", bounds.min_replicas, message, (f"{path}.maxReplicas",))
    percents = {"cpu": bounds.cpu_utilization, "memory": bounds.memory_utilization}
    for resource, most in pod_numbers.out_of_reach(percents, app.model_dump()):
        message = f"is never reached: a pod may use {most}% of its request, up to app.{resource}Limit; lower it"
        involved = (f"app.{resource}Request", f"app.{resource}Limit")
        yield Problem(f"{path}.{resource}Utilization", percents[resource], message, involved)
    if settings.kubernetes_version < tke.AUTOSCALING_VERSION:
        oldest = ".".join(map(str, tke.AUTOSCALING_VERSION))
        said = bounds.model_dump(by_alias=True, exclude_none=True)
        yield Problem(
            path, said, f"needs Kubernetes {oldest}; remove it, or take a later version", ("cluster.version",)
        )


_SAID_BY = Words(
    label="app.label",
    image="app.image",
    container="app.container",
    port="app.port",
    readiness_path="app.readinessPath",
    drain_seconds="app.drainSeconds",
    command="app.command",
    args="app.args",
    env="app.env",
    env_from="app.envFrom",
    files="app.files",
    image_pull_secrets="app.imagePullSecrets",
    service_account="app.serviceAccount",
    resources="app.cpuRequest, cpuLimit, memoryRequest or memoryLimit",
    capabilities="app.capabilities",
    security="app.podSecurity",
    run_as_user="app.runAsUser",
    echo="app.echo",
    super_nodes="scenario",
    eni_pods="app.eniPods",
    tolerations="the scenario or nodes.taints",
)


def _template_problems(settings: Settings) -> Iterator[Problem]:
    """A pod template that Kubernetes does not know, or that says what other settings say."""
    part = settings.app.pod_template
    if part and settings.app.deploy:
        for fault in faults(part, app_pod(settings), _SAID_BY, enforced=makes_namespace(settings)):
            yield Problem(path_of(("app", "podTemplate", *fault.steps)), fault.value, fault.message, ("app",))


_OF_THE_EXPOSURE = {"deploy", "selector", "port", "service_port", "namespace", "service", "ingress", "eni_pods"}
"""Settings of an app that hold whoever deploys it."""


def _deployed_once(settings: Settings) -> Iterator[Problem]:
    """An app is deployed by this stack, or is found by its labels."""
    app = settings.app
    if app.deploy:
        if app.selector is not None:
            message = "finds the pods of an app that runs already, and this stack deploys one; remove it, or set app.deploy to false"
            yield Problem("app.selector", app.selector, message, ("app.deploy",))
        return
    if not app.selector:
        message = "is missing; with app.deploy: false say by which labels the app's pods are found, such as {app: web}"
        yield Problem("app.selector", MISSING if app.selector is None else {}, message, ("app.deploy",))
    for field in type(app).model_fields:
        if field in app.model_fields_set and field not in _OF_THE_EXPOSURE:
            alias = type(app).model_fields[field].alias or field
            value = app.model_dump(mode="json", by_alias=True)[alias]
            message = "is for an app that this stack deploys, and app.deploy is false; remove it, and set it where the app comes from"
            yield Problem(f"app.{alias}", value, message, ("app.deploy",))
