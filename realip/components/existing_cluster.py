"""ExistingCluster: the way from Pulumi to a cluster that somebody else made."""

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud

from realip import rules
from realip.components._arguments import Arguments, Known, Shape
from realip.components._component import Component
from realip.components.kubeconfig import reachable
from realip.problems import MISSING, Problem

__all__ = ["EXISTING_CLUSTER", "ExistingCluster", "ExistingClusterArgs", "KubeconfigUnknown", "kubeconfig_of"]


class ExistingClusterArgs(TypedDict):
    """Arguments of `ExistingCluster`."""

    cluster_id: pulumi.Input[str]
    """The cluster, `cls-...`. Another one makes everything on it anew."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """A kubeconfig of the cluster, which stays a secret. Asked of TKE if unset, at an update: a preview asks nothing."""
    intranet: NotRequired[bool]
    """Ask TKE for the kubeconfig of the intranet endpoint, and not of the public one."""


def _one_source(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A kubeconfig that is given is not asked for."""
    if "kubeconfig" in args.said and "intranet" in args.said:
        message = "is for a kubeconfig that TKE is asked for; remove it, or kubeconfig"
        yield arguments.refuse("intranet", args.get("intranet", MISSING), message)


EXISTING_CLUSTER = Shape(ExistingClusterArgs, {"cluster_id": lambda value: rules.cloud_id(value, "cls")}, _one_source)


class ExistingCluster(Component):
    """Kubernetes provider of a cluster that exists. `provider` is what the components of an app take in their `opts`."""

    kubeconfig: pulumi.Output[str]
    """The kubeconfig; a secret."""

    def __init__(self, name: str, args: ExistingClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Connect to the cluster; ArgumentError for arguments that cannot be."""
        super().__init__(name, opts, EXISTING_CLUSTER.problems(args))
        self.kubeconfig = pulumi.Output.secret(args["kubeconfig"] if "kubeconfig" in args else self._asked(args))
        self.provider = kubernetes.Provider(
            f"{name}-provider",
            kubeconfig=self.kubeconfig,
            cluster_identifier=args["cluster_id"],
            enable_server_side_apply=True,
            opts=self._children.options(),
        )
        self.register_outputs({"kubeconfig": self.kubeconfig})

    def _asked(self, args: ExistingClusterArgs) -> "pulumi.Input[str]":
        if pulumi.runtime.is_dry_run():
            unknown: Any = pulumi.output.UNKNOWN
            return pulumi.Output[str].from_input(unknown)
        intranet = args.get("intranet") or False
        return pulumi.Output.all(args["cluster_id"]).apply(lambda ids: kubeconfig_of(ids[0], intranet=intranet))


class KubeconfigUnknown(pulumi.RunError):
    """TKE did not hand a kubeconfig out."""


def kubeconfig_of(cluster_id: str, *, intranet: bool) -> str:
    """The administrator's kubeconfig of a cluster (provider data source kubernetes_clusters); KubeconfigUnknown if there is none.

    One read call, with the credentials of the default provider. The answer for a closed endpoint is not documented.
    """
    try:
        found = tencentcloud.kubernetes.get_clusters(cluster_id=cluster_id).lists or ()
    except Exception as error:
        raise KubeconfigUnknown(f"TKE did not say how to reach {cluster_id}: {error}") from error
    if not found:
        raise KubeconfigUnknown(f"TKE knows no cluster {cluster_id} in the provider's region")
    endpoint, kubeconfig = (
        (found[0].pgw_endpoint, found[0].kube_config_intranet)
        if intranet
        else (found[0].cluster_external_endpoint, found[0].kube_config)
    )
    if not kubeconfig:
        which = "intranet" if intranet else "public"
        raise KubeconfigUnknown(
            f"TKE has no kubeconfig for the {which} endpoint of {cluster_id}; open the endpoint, or give a kubeconfig"
        )
    return reachable(kubeconfig, endpoint or "")
