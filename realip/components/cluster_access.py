"""ClusterAccess: the way from Pulumi to a cluster's API server."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud

from realip import rules, tke
from realip.components._arguments import Arguments, Items, Known, Shape
from realip.components._component import Component, named
from realip.components._security_rule import security_rule
from realip.components._tags import TAGS
from realip.components.kubeconfig import reachable
from realip.problems import MISSING, Problem

__all__ = ["CLUSTER_ACCESS", "ClusterAccess", "ClusterAccessArgs"]


class ClusterAccessArgs(TypedDict):
    """Arguments of `ClusterAccess`."""

    cluster_id: pulumi.Input[str]
    """The cluster, `cls-...`."""
    admin_cidrs: NotRequired[Sequence[str]]
    """Who may reach the public endpoint. Without `intranet_subnet_id`, at least one is needed."""
    allow_everyone: NotRequired[bool]
    """Accept the whole internet, or networks that are as good as that, in `admin_cidrs`."""
    intranet_subnet_id: NotRequired[pulumi.Input[str]]
    """Open the intranet endpoint, in that subnet, instead of the public one."""
    display_name: NotRequired[str]
    """Prefix of the names in the console; the component's name if unset."""
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of everything that is made."""


def _who(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Administrators who are nobody, or everybody."""
    cidrs: list[str] = [cidr for cidr in args.entries("admin_cidrs") if isinstance(cidr, str)]
    said = "admin_cidrs" in args.wrong or bool(args.get("admin_cidrs"))
    if "intranet_subnet_id" in args.said:
        if said:
            message = "are for the public endpoint; remove them, or intranet_subnet_id"
            yield arguments.refuse("admin_cidrs", cidrs or MISSING, message)
    elif not said:
        message = "is empty; say who may reach the API server, or give intranet_subnet_id"
        yield arguments.refuse("admin_cidrs", [], message)
    elif rules.whole_internet(cidrs) and not args.get("allow_everyone"):
        message = (
            "open the API server to the whole internet, or as good as that; name your own network, or set allow_everyone "
            "to true if you mean it"
        )
        yield arguments.refuse("admin_cidrs", cidrs, message)


def _nobody(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Administrators whose networks are nobody's."""
    for index, cidr in enumerate(args.entries("admin_cidrs")):
        if rules.documentation_range(cidr):
            message = f"{rules.NOBODYS_NETWORK}; set your own address"
            yield arguments.at("admin_cidrs").refuse_entry(index, cidr, message)


CLUSTER_ACCESS = Shape(
    ClusterAccessArgs,
    {
        "cluster_id": lambda value: rules.cloud_id(value, "cls"),
        "admin_cidrs": Items(rules.canonical_cidr, unique=True),
        "intranet_subnet_id": lambda value: rules.cloud_id(value, "subnet"),
        "display_name": lambda value: rules.cloud_name(value, "-admins"),
        "tags": TAGS,
    },
    _who,
    _nobody,
)


class ClusterAccess(Component):
    """Endpoint of the API server, kubeconfig and Kubernetes provider (provider resource kubernetes_cluster_endpoint).

    TKE opens an endpoint only once a node is ready: pass the nodes in `opts.depends_on`. `provider`, a Kubernetes provider
    with server-side apply, is what the components of an app take in their `opts`.
    """

    kubeconfig: pulumi.Output[str]
    """Administrator's kubeconfig; a secret."""

    def __init__(self, name: str, args: ClusterAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Open the endpoint; ArgumentError if nobody is said to reach it."""
        super().__init__(name, opts, CLUSTER_ACCESS.problems(named(args, name)), CLUSTER_ACCESS.refusals(args))
        subnet_id = args.get("intranet_subnet_id")
        if subnet_id is None:
            endpoint = tencentcloud.kubernetes.ClusterEndpoint(
                f"{name}-endpoint",
                cluster_id=args["cluster_id"],
                cluster_internet=True,
                cluster_internet_security_group=self._security_group(args),
                opts=self._children.options(),
            )
            kubeconfig, server = endpoint.kube_config, endpoint.cluster_external_endpoint
        else:
            endpoint = tencentcloud.kubernetes.ClusterEndpoint(
                f"{name}-endpoint",
                cluster_id=args["cluster_id"],
                cluster_intranet=True,
                cluster_intranet_subnet_id=subnet_id,
                opts=self._children.options(),
            )
            kubeconfig, server = endpoint.kube_config_intranet, endpoint.pgw_endpoint
        self.kubeconfig = pulumi.Output.secret(
            pulumi.Output.all(kubeconfig, server).apply(lambda both: reachable(both[0], both[1] or ""))
        )
        self.provider = kubernetes.Provider(
            f"{name}-provider",
            kubeconfig=self.kubeconfig,
            # What the engine compares: without it a kubeconfig that is not known yet replaces everything on the cluster.
            cluster_identifier=args["cluster_id"],
            enable_server_side_apply=True,
            opts=self._children.options(),
        )
        self.register_outputs({"kubeconfig": self.kubeconfig})

    def _security_group(self, args: ClusterAccessArgs) -> pulumi.Output[str]:
        """The security group of the public endpoint, whose id comes after its rules."""
        cidrs = args.get("admin_cidrs") or ()
        group = tencentcloud.security.Group(
            f"{self._name}-admins",
            name=f"{args.get('display_name') or self._name}-admins",
            description="API server",
            tags=dict(args.get("tags") or {}),
            opts=self._children.options(),
        )
        return tencentcloud.security.GroupRuleSet(
            f"{self._name}-admin-rules",
            security_group_id=group.id,
            ingresses=[security_rule(cidr, "TCP", str(tke.API_SERVER_PORT), "administrators") for cidr in cidrs],
            egresses=[security_rule("0.0.0.0/0", "ALL", "ALL", "answers")],
            opts=self._children.options(),
        ).security_group_id
