"""Cluster: a managed TKE cluster whose pods take their addresses from the VPC (VPC-CNI) or from a network of their own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip import defaults, rules, tke
from realip.components._arguments import Arguments, Items, Known, Shape, as_integer, is_later, kept_later
from realip.components._component import Children, Component, named
from realip.components._tags import TAGS
from realip.problems import MISSING, Problem
from realip.scenarios import NetworkMode

__all__ = ["CLUSTER", "Cluster", "ClusterArgs"]

_NEEDED_AND_FOREIGN: Mapping[NetworkMode, tuple[Sequence[str], Sequence[str]]] = {
    NetworkMode.VPC_CNI: (("pod_subnet_ids", "service_cidr"), ("cluster_cidr", "pods_per_node")),
    NetworkMode.GLOBAL_ROUTER: (("cluster_cidr",), ("pod_subnet_ids", "exclusive_eni", "static_pod_ips")),
}
"""Arguments that a network mode needs, and those that belong to the other one."""


_FILLED_BY_TKE = (
    "auth_options",
    "cluster_audit",
    "cluster_extra_args",
    "cluster_os",
    "cluster_subnet_id",
    "event_persistence",
    "kube_proxy_mode",
    "log_agent",
    "runtime_version",
)
"""Inputs that are left to TKE and that the provider reads when a cluster is imported: a plan would take them away, with a new
cluster for some (provider v1.82.42, `resource_tc_kubernetes_cluster_extension.go`, `importClsFlag`)."""


class ClusterArgs(TypedDict):
    """Arguments of `Cluster`."""

    vpc_id: pulumi.Input[str]
    """The VPC, `vpc-...`. Another one makes a new cluster."""
    network_mode: NetworkMode
    """VPC-CNI or GlobalRouter. Another one makes a new cluster."""
    version: pulumi.Input[str]
    """Kubernetes version such as `1.32.2`; a later one upgrades in place."""
    pod_subnet_ids: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """VPC-CNI: subnets of pods. More can be added, none removed."""
    service_cidr: NotRequired[pulumi.Input[str]]
    """Network of Services, /17 to /27. VPC-CNI needs it; GlobalRouter takes the end of `cluster_cidr` without."""
    cluster_cidr: NotRequired[pulumi.Input[str]]
    """GlobalRouter: network of pods, /10 to /24."""
    pods_per_node: NotRequired[pulumi.Input[int]]
    """GlobalRouter: addresses of each node, a power of two from 16 to 256; 64 if unset."""
    service_number: NotRequired[pulumi.Input[int]]
    """How many Services, a power of two from 32 to 32768; it has to agree with `service_cidr`."""
    exclusive_eni: NotRequired[bool]
    """VPC-CNI: an ENI for each pod instead of shared ones; Tencent has to approve the account."""
    static_pod_ips: NotRequired[bool]
    """VPC-CNI: pods keep their addresses."""
    level: NotRequired[pulumi.Input[str]]
    """Size of the control plane, L5 to L5000; L5 if unset."""
    deletion_protection: NotRequired[pulumi.Input[bool]]
    """TKE refuses to delete the cluster; false if unset."""
    display_name: NotRequired[str]
    """Name in the console; the component's name if unset."""
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Tags of the cluster."""


def cluster_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Arguments that do not go together; an argument of the other network mode is told as that alone."""
    mode = args.text("network_mode") or ""
    needed, foreign = _NEEDED_AND_FOREIGN[NetworkMode(mode)] if mode else ((), ())
    for argument in needed:
        if argument not in args.said:
            yield arguments.lacks(argument, f"is missing; {NetworkMode(mode).value} needs it")
    for argument in foreign:
        if argument in args.said:
            message = f"does not belong to {NetworkMode(mode).value}; remove it"
            yield arguments.refuse(argument, args.get(argument, MISSING), message)
    if not {"cluster_cidr", *foreign} & args.wrong and "cluster_cidr" not in foreign:
        yield from _problems_of_room(arguments, args)
    yield from _problems_of_services(arguments, args)


def _problems_of_room(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A cluster's network that holds no node beside its Services."""
    cidr, pods = args.text("cluster_cidr"), args.number("pods_per_node", defaults.PODS_PER_NODE)
    services = args.number("service_number", defaults.SERVICES)
    if cidr is None or pods is None or services is None:
        return
    taken = 0 if "service_cidr" in args.said else services
    if rules.global_router_nodes(rules.cluster_cidr(cidr), pods, taken) < 1:
        message = (
            f"has no room for a node: {taken} addresses are for Services, {pods} for each node; take a larger network"
        )
        yield arguments.refuse("cluster_cidr", cidr, message)


def _problems_of_services(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A number of Services that their network does not hold, or a network that pods have too."""
    cidr, number = args.text("service_cidr"), args.number("service_number")
    if cidr is None:
        return
    network = rules.service_cidr(cidr)
    if number is not None and number != rules.service_numbers(network):
        message = f"does not agree with service_cidr, which holds {rules.service_numbers(network)}; remove it"
        yield arguments.refuse("service_number", number, message)
    if (pods := args.text("cluster_cidr")) is not None:
        for _, _, message in rules.overlaps([("cluster_cidr", rules.cluster_cidr(pods)), ("service_cidr", network)]):
            yield arguments.refuse("service_cidr", cidr, message)


CLUSTER = Shape(
    ClusterArgs,
    {
        "vpc_id": lambda value: rules.cloud_id(value, "vpc"),
        "version": rules.kubernetes_version,
        "pod_subnet_ids": Items(lambda value: rules.cloud_id(value, "subnet"), at_least_one="subnet", unique=True),
        "service_cidr": rules.service_cidr,
        "cluster_cidr": rules.cluster_cidr,
        "pods_per_node": lambda value: rules.one_of(value, tke.CLUSTER_POD_NUMBERS),
        "service_number": lambda value: rules.one_of(value, tke.CLUSTER_SERVICE_NUMBERS),
        "level": lambda value: rules.one_of(value, tke.CLUSTER_LEVELS),
        "display_name": rules.cloud_name,
        "tags": TAGS,
    },
    cluster_problems,
)


class Cluster(Component):
    """A managed TKE cluster with containerd (provider resource kubernetes_cluster). It has no nodes and no open endpoint yet."""

    cluster_id: pulumi.Output[str]
    """Id of the cluster, `cls-...`."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the cluster; ArgumentError for networks that TKE would refuse."""
        super().__init__(name, opts, CLUSTER.problems(named(args, name)))
        self.cluster_id = make_cluster(self._children, name, args).id
        self.register_outputs({"cluster_id": self.cluster_id})


def make_cluster(children: Children, name: str, args: ClusterArgs) -> tencentcloud.kubernetes.Cluster:
    """The cluster."""
    vpc_cni = NetworkMode(args["network_mode"]) is NetworkMode.VPC_CNI
    return tencentcloud.kubernetes.Cluster(
        name,
        cluster_name=args.get("display_name") or name,
        vpc_id=args["vpc_id"],
        cluster_version=args["version"],
        cluster_os=tke.CLUSTER_OS,
        cluster_level=args.get("level") or defaults.CLUSTER_LEVEL,
        cluster_deploy_type=tke.MANAGED_CLUSTER,
        container_runtime="containerd",
        deletion_protection=args.get("deletion_protection") or False,
        tags=dict(args.get("tags") or {}),
        network_type=tke.NETWORK_TYPE_VPC_CNI if vpc_cni else tke.NETWORK_TYPE_GLOBAL_ROUTER,
        vpc_cni_type=_eni(args) if vpc_cni else None,
        is_non_static_ip_mode=not args.get("static_pod_ips") if vpc_cni else None,
        eni_subnet_ids=args.get("pod_subnet_ids"),
        cluster_cidr=args.get("cluster_cidr"),
        cluster_max_pod_num=None if vpc_cni else as_integer(args.get("pods_per_node") or defaults.PODS_PER_NODE),
        service_cidr=args.get("service_cidr"),
        cluster_max_service_num=_service_number(args, f"Cluster {name!r}"),
        # The provider leaves this administrator's password in plain text.
        opts=children.options(
            additional_secret_outputs=["password"], ignore_changes=[*_FILLED_BY_TKE, *_service_network(args)]
        ),
    )


def _service_network(args: ClusterArgs) -> tuple[str, ...]:
    """GlobalRouter: TKE takes the network of Services out of the pods' one, and an import reads which it took."""
    return ("service_cidr",) if args.get("service_cidr") is None else ()


def _eni(args: ClusterArgs) -> str:
    return tke.VPC_CNI_EXCLUSIVE_ENI if args.get("exclusive_eni") else tke.VPC_CNI_SHARED_ENI


def _service_number(args: ClusterArgs, component: str) -> "pulumi.Input[int]":
    """How many Services: as said, else as many as their network holds, which TKE wants to agree."""
    number, service_cidr = args.get("service_number"), args.get("service_cidr")
    if number is not None:
        return as_integer(number)
    if service_cidr is None:
        return defaults.SERVICES
    if is_later(service_cidr):
        return kept_later(service_cidr, _services_in, component, Arguments().at("service_cidr"))
    return _services_in(str(service_cidr))


def _services_in(service_cidr: str) -> int:
    return rules.service_numbers(rules.service_cidr(service_cidr))
