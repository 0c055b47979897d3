"""An existing cluster, looked at before anything is written to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pulumi

from realip import tke
from realip.cluster_facts import ClusterFacts, look, unfit
from realip.components.existing_cluster import KubeconfigUnknown, kubeconfig_of
from realip.kubeconfig import KubernetesError, read_kubeconfig
from realip.kubernetes_api import connected
from realip.online import may_ask
from realip.problems import MISSING, Problem
from realip.settings.app_pod import app_budget
from realip.settings.exposure_plan import needs_route_direct_access
from realip.settings.models import Settings

__all__ = ["Reached", "reach"]


@dataclass(frozen=True)
class Reached:
    """An existing cluster as it was found; nothing of a new one."""

    kubeconfig: str | None = field(default=None, repr=False)
    version: tuple[int, int] | None = None
    """Kubernetes' major and minor version, where it was looked at."""
    problems: Sequence[Problem] = ()
    """Reasons why the scenario cannot be on it."""


def reach(settings: Settings) -> Reached:
    """Look at the existing cluster of these settings.

    A preview looks where it has a kubeconfig and warns of what it cannot reach; it asks TKE for none, since it works without
    credentials. An update refuses to write to what it has not seen.
    """
    preview, kubeconfig = pulumi.runtime.is_dry_run(), settings.access.kubeconfig
    if not may_ask() or (preview and kubeconfig is None):
        return Reached(kubeconfig)
    path = "access.kubeconfig"
    try:
        if kubeconfig is None:
            path = "cluster.id"
            kubeconfig = kubeconfig_of(str(settings.cluster.id), intranet=settings.access.endpoint == "intranet")
        with connected(read_kubeconfig(kubeconfig)) as server:
            facts = look(server)
    except (KubernetesError, KubeconfigUnknown) as error:
        problem = Problem(path, MISSING, f"leads to no cluster that could be looked at: {error}")
        if not preview:
            return Reached(kubeconfig, problems=[problem])
        pulumi.log.warn(f"{problem}. An update refuses to go on from here")
        return Reached(kubeconfig)
    for warning in _warnings(settings, facts):
        pulumi.log.warn(str(warning))
    return Reached(kubeconfig, facts.version, list(_problems(settings, facts)))


def _problems(settings: Settings, facts: ClusterFacts) -> Iterator[Problem]:
    eni_pods = settings.app.eni_pods
    for reason in unfit(facts, settings.row, eni_pods=eni_pods):
        yield Problem("scenario", settings.row.slug, f"cannot be on {settings.cluster.id}, which {reason}")
    if eni_pods and facts.nodes and not facts.eni_nodes:
        message = (
            f"cannot be on {settings.cluster.id}, of which no node offers {next(iter(tke.POD_ENI))}; add VPC-CNI to the cluster "
            "in TKE's console, or remove it"
        )
        yield Problem("app.eniPods", value=True, message=message)


def _warnings(settings: Settings, facts: ClusterFacts) -> Iterator[Problem]:
    """Things that the app may have to do without on this cluster."""
    app, version = settings.app, facts.version
    if app.deploy and app.drain_seconds and version is not None and version < tke.PRE_STOP_SLEEP_VERSION:
        has, oldest = (".".join(map(str, found)) for found in (version, tke.PRE_STOP_SLEEP_VERSION))
        message = (
            f"runs Kubernetes {has}, which has no preStop sleep before {oldest}, so pods stop while the load balancer still sends "
            "to them; let the app itself go on serving after SIGTERM"
        )
        yield Problem("cluster.id", settings.cluster.id, message)
    budget_missing = app_budget(settings) is not None and app_budget(settings, version) is None
    if app.deploy and version is not None and budget_missing:
        has, oldest = (".".join(map(str, found)) for found in (version, tke.EVICTION_POLICY_VERSION))
        message = (
            f"runs Kubernetes {has}, before {oldest}, where a PodDisruptionBudget would keep a node with a broken pod from being "
            "drained, so none is made: a drain may take all pods of the app at once"
        )
        yield Problem("cluster.id", settings.cluster.id, message)
    if needs_route_direct_access(settings) and facts.controller is None:
        namespace, name = tke.SERVICE_CONTROLLER_CONFIG
        message = f"shows no ConfigMap {namespace}/{name}, in which direct access is turned on; without it the update ends there"
        yield Problem("cluster.id", settings.cluster.id, message)
