"""An existing cluster: settings of what is there already, and what has to be said in their place."""

from collections.abc import Iterator

from realip.problems import MISSING, Problem
from realip.settings.models import Settings

__all__ = ["existing_cluster_problems"]

_OWN = {"cluster": {"id"}, "access": {"endpoint", "kubeconfig", "client_cidrs", "client_cidrs_at"}}
"""Settings that an existing cluster leaves to say, of sections that describe a new one."""
_FOREIGN = ("network", "cluster", "nodes", "access", "adopt")
_WHY = "is for a new cluster, and cluster.id names one that exists: nothing of its network, control plane or nodes is made; remove it"


def existing_cluster_problems(settings: Settings) -> Iterator[Problem]:
    """Settings that would say something of a cluster that somebody else made."""
    for name in _FOREIGN:
        section = getattr(settings, name)
        said = section.model_dump(mode="json", by_alias=True)
        for field in sorted(section.model_fields_set - _OWN.get(name, set())):
            alias = type(section).model_fields[field].alias or field
            yield Problem(f"{name}.{alias}", said[alias], _WHY, ("cluster.id",))
    if settings.tags:
        message = "are for resources of Tencent Cloud, and none is made on an existing cluster; remove them"
        yield Problem("tags", settings.tags, message, ("cluster.id",))
    access, balancer = settings.access, settings.load_balancer
    if access.kubeconfig is not None and "endpoint" in access.model_fields_set:
        message = (
            "is for a kubeconfig that TKE is asked for, and access.kubeconfig has its own server; remove one of the two"
        )
        yield Problem("access.endpoint", access.endpoint.value, message, ("access.kubeconfig",))
    if balancer.zone is not None:
        message = (
            "is for subnets of this stack, and the cluster's are not; name the subnet in loadBalancer.internalSubnetId"
        )
        yield Problem("loadBalancer.zone", balancer.zone, message, ("cluster.id",))
    elif balancer.internal and balancer.internal_subnet_id is None:
        message = (
            "is missing; an internal load balancer needs a subnet, and those of an existing cluster are not known here"
        )
        yield Problem("loadBalancer.internalSubnetId", MISSING, message, ("cluster.id", "loadBalancer.internal"))
