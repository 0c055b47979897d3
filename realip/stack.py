"""RealIpStack: network, cluster, nodes, access, app and exposure of one scenario, composed from settings."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import pulumi

from realip.adoption import ids_by_name, importing
from realip.components._component import Component, after, names_kubernetes_provider
from realip.components._deployment import AppDeployment, make_app
from realip.components._exposure import make_exposure
from realip.components._ingress import IngressArgs
from realip.components._load_balancer_service import LoadBalancerServiceArgs
from realip.components._service import ServiceArgs
from realip.components._workload_pod import namespace_and_name
from realip.components.client_access import make_client_access
from realip.components.cluster import ClusterArgs, make_cluster
from realip.components.cluster_access import ClusterAccess, ClusterAccessArgs
from realip.components.existing_cluster import ExistingCluster, ExistingClusterArgs
from realip.components.global_route_direct_access import make_global_route_direct_access
from realip.components.load_balancer import Exposure, LoadBalancer
from realip.components.native_nodes import NativeNodesArgs, make_native_nodes
from realip.components.network import Network, NetworkArgs, Subnet
from realip.components.pod_autoscaler import PodAutoscaling
from realip.components.super_nodes import make_super_nodes
from realip.components.tke_service_config import make_tke_service_config
from realip.exposure_args import client_access_args, layer_7_args, load_balancer_args, port_args, service_config_args
from realip.node_pools import add_machines, pool_args, taints_of
from realip.pod_template_form import with_texts
from realip.problems import MISSING, Problem
from realip.reached_cluster import Reached, reach
from realip.settings.address_plan import AddressPlan, address_plan, zone_inside
from realip.settings.advice import refusals
from realip.settings.app_pod import app_budget, app_labels, app_pod, app_replicas, makes_namespace
from realip.settings.exposure_plan import NO_PORTS, OpenPorts, gate, needs_route_direct_access, open_ports
from realip.settings.models import Settings
from realip.settings.sections.access import Gate
from realip.settings.sections.app import PodAutoscalingSettings
from realip.settings.sections.network import SubnetSettings
from realip.stack_arguments import account_problems, checked

__all__ = ["UNUSED_PROVIDER", "RealIpStack"]

UNUSED_PROVIDER = (
    "name a Kubernetes provider, which nothing would use: the stack makes its own, of the cluster that it makes or of an existing"
    " one's access.kubeconfig; leave it out"
)
"""The words for options of whoever thinks that the stack's objects land where that provider leads."""


class RealIpStack(Component):
    """Everything that a scenario needs, from the VPC to the address that clients connect to.

    Data dependencies carry the order: nodes come after the NAT route and the rules of their security group, the endpoint
    after the nodes, everything in Kubernetes after the endpoint; on destroy it goes the other way round. What the smaller
    components make hangs under the stack itself: the engine writes its state down at every resource, components too, so one
    that holds a single resource costs as much as that.
    """

    _judges_children = True

    def __init__(
        self, name: str, args: Settings | Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Compose the stack that settings describe, or a mapping of them as in a stack file; ArgumentError if any is wrong."""
        adopted: dict[str, str] = {}
        adopting = pulumi.ResourceOptions(transformations=[importing(adopted)])
        settings, problems = checked(args)
        reached = Reached()
        if settings is not None and settings.cluster.id is not None:
            reached = reach(settings)
            problems = reached.problems
        elif settings is not None:
            problems = tuple(account_problems(settings))
        refused = () if pulumi.runtime.is_dry_run() or settings is None else refusals(settings)
        merged = (
            pulumi.ResourceOptions.merge(opts, adopting) if isinstance(opts, pulumi.ResourceOptions | None) else opts
        )
        super().__init__(name, merged, problems, refused)
        assert settings is not None  # noqa: S101 - or there were problems
        self._settings = settings
        adopted.update(ids_by_name(name, self._settings.adopt))
        self._row = self._settings.row
        self._reached = reached
        access = self._make_cluster() if settings.cluster.id is None else self._existing_cluster(settings.cluster.id)
        self._objects = self._children.with_provider(access.provider)
        namespace, deployment = self._make_app()
        exposure = self._make_exposure(namespace)
        self.stack_outputs: Mapping[str, pulumi.Input[Any]] = {
            "scenario": self._row.slug,
            "reads": self._row.reads.value,
            "address": exposure.address,
            "url": exposure.url,
            "clusterId": self._cluster_id,
            "kubeconfig": access.kubeconfig,
            "namespace": namespace,
            "deployment": deployment,
            "service": exposure.service,
            "ingress": exposure.ingress,
            "networkRanges": _ranges(self._plan) if settings.cluster.id is None else None,
        }
        """The outputs that a program exports, by the keys of the stack's outputs."""
        self.register_outputs(dict(self.stack_outputs))

    def _problems_of_place(self, name: object, opts: object) -> Iterable[Problem]:
        yield from super()._problems_of_place(name, opts)
        if isinstance(opts, pulumi.ResourceOptions) and names_kubernetes_provider(opts):
            yield Problem("opts", MISSING, UNUSED_PROVIDER)

    def _make_cluster(self) -> ClusterAccess:
        """Network, cluster and nodes, and the way to them."""
        name = self._name
        self._plan = address_plan(self._settings)
        self._network = Network(f"{name}-network", self._network_args(), self._children.options())
        self._cluster_id = make_cluster(self._children, f"{name}-cluster", self._cluster_args()).id
        return ClusterAccess(f"{name}-access", self._access_args(self._make_nodes()), self._children.options())

    def _existing_cluster(self, cluster_id: str) -> ExistingCluster:
        """The way to a cluster that somebody else made."""
        self._cluster_id = pulumi.Output.from_input(cluster_id)
        args = ExistingClusterArgs(cluster_id=cluster_id)
        if self._reached.kubeconfig is not None:
            args["kubeconfig"] = pulumi.Output.secret(self._reached.kubeconfig)
        return ExistingCluster(f"{self._name}-access", args, self._children.options())

    def _network_args(self) -> NetworkArgs:
        settings, plan = self._settings, self._plan
        ports = self._client_ports()
        args = NetworkArgs(
            cidr=str(plan.vpc),
            node_subnets=_subnets(plan.node_subnets),
            pod_subnets=_subnets(plan.pod_subnets),
            inside_cidrs=[str(cidr) for cidr in plan.inside],
            display_name=settings.cluster.name,
            tags=settings.tags,
        )
        if settings.network.account_type is not None:
            args["account_type"] = settings.network.account_type.value
        if not settings.network.nat:
            args["nat"] = False
        elif settings.network.vpc_id is None:
            args["nat_bandwidth"] = settings.network.nat_bandwidth
        if plan.auxiliary:
            args["auxiliary_cidrs"] = settings.network.auxiliary_cidrs
        if settings.network.vpc_id is not None:
            args["vpc_id"] = settings.network.vpc_id
        if ports.tcp is not None:
            args["client_ports"] = ports.tcp
        if ports.udp is not None:
            args["client_udp_ports"] = ports.udp
        if ports != NO_PORTS:
            args["client_cidrs"] = settings.access.client_cidrs or list(map(str, plan.vpc_ranges))
        return args

    def _client_ports(self) -> OpenPorts:
        """The ports that clients need of the nodes' security group: the pods' own when direct, else node ports, if anything."""
        return NO_PORTS if self._passes_to_target() else open_ports(self._settings)

    def _passes_to_target(self) -> bool:
        """The load balancer's own gate is the only one."""
        return gate(self._settings) is Gate.LOAD_BALANCER

    def _make_client_access(self) -> pulumi.Output[str] | None:
        """The security group of the load balancer, where it lets in some and not everyone."""
        args = client_access_args(self._settings)
        return None if args is None else make_client_access(self._children, f"{self._name}-load-balancer", args)

    def _cluster_args(self) -> ClusterArgs:
        settings, plan = self._settings.cluster, self._plan
        args = ClusterArgs(
            vpc_id=self._network.vpc_id,
            network_mode=self._row.network_mode,
            version=settings.version,
            level=settings.level,
            deletion_protection=settings.deletion_protection,
            service_number=plan.service_number,
            display_name=settings.name,
            tags=self._settings.tags,
        )
        if plan.own_services is not None:
            args["service_cidr"] = str(plan.own_services)
        if plan.cluster is not None and plan.pods_per_node is not None:
            args["cluster_cidr"] = str(plan.cluster)
            args["pods_per_node"] = plan.pods_per_node
        else:
            args["pod_subnet_ids"] = self._network.pod_subnet_ids
            args["exclusive_eni"] = settings.exclusive_eni or False
            args["static_pod_ips"] = settings.static_pod_ips or False
        return args

    def _make_nodes(self) -> pulumi.CustomResource:
        settings, network, name = self._settings.nodes, self._network, f"{self._name}-nodes"
        taints = taints_of(settings.taints)
        if self._row.super_nodes:
            return make_super_nodes(
                self._children,
                name,
                {
                    "cluster_id": self._cluster_id,
                    "subnet_ids": [network.node_subnet_ids[index] for index in self._subnets_by_zone()],
                    "security_group_id": network.security_group_id,
                    "labels": settings.labels,
                    "taints": taints,
                    "display_name": self._settings.cluster.name,
                },
            )
        args = NativeNodesArgs(
            cluster_id=self._cluster_id,
            subnet_ids=network.node_subnet_ids,
            security_group_id=network.security_group_id,
            replicas=settings.replicas,
            instance_types=settings.instance_types,
            system_disk_type=settings.system_disk_type,
            system_disk_size=settings.system_disk_size,
            labels=settings.labels,
            taints=taints,
            display_name=self._settings.cluster.name,
            tags=self._settings.tags,
        )
        add_machines(args, settings)
        if settings.autoscaling is not None:
            args["autoscaling"] = {"min": settings.autoscaling.min, "max": settings.autoscaling.max}
        for pool in settings.pools:
            make_native_nodes(self._children, f"{name}-{pool.name}", pool_args(args, pool))
        return make_native_nodes(self._children, name, args)

    def _subnets_by_zone(self) -> list[int]:
        """Positions of the node subnets, in an order that does not depend on how somebody lists them."""
        subnets = self._plan.node_subnets
        return sorted(
            range(len(subnets)), key=lambda position: (subnets[position].zone, str(subnets[position].network))
        )

    def _subnet_in(self, zone: str) -> pulumi.Output[str]:
        """The node subnet of a zone, where an endpoint or a load balancer inside the VPC goes."""
        position = next(at for at in self._subnets_by_zone() if self._plan.node_subnets[at].zone == zone)
        return self._network.node_subnet_ids[position]

    def _access_args(self, nodes: pulumi.CustomResource) -> ClusterAccessArgs:
        """The arguments of the endpoint. Only it waits for nodes, by the cluster's id, and not the administrators' security group."""
        settings = self._settings
        cluster_id = after(self._cluster_id, nodes)
        args = ClusterAccessArgs(cluster_id=cluster_id, display_name=settings.cluster.name, tags=settings.tags)
        if settings.access.endpoint == "intranet":
            args["intranet_subnet_id"] = self._subnet_in(zone_inside(settings, settings.access.endpoint_zone))
        else:
            args["admin_cidrs"] = settings.access.admin_cidrs
            args["allow_everyone"] = settings.access.allow_everyone
        return args

    def _make_app(self) -> tuple[pulumi.Output[str], pulumi.Output[str] | None]:
        """The app's namespace and Deployment; an app that runs already has both."""
        if not self._settings.app.deploy:
            return pulumi.Output.from_input(self._settings.namespace), None
        app = self._app()
        return namespace_and_name(app, make_app(self._objects, self._name, app))

    def _app(self) -> AppDeployment:
        settings, app = self._settings, self._settings.app
        return AppDeployment(
            name=app.deployment or self._row.names.deployment,
            namespace=settings.namespace,
            makes_namespace=makes_namespace(settings),
            pod=app_pod(settings, self._kept, self._reached.version),
            timeout=app.timeout_seconds,
            replicas=app_replicas(settings),
            autoscaling=_autoscaling(app.autoscaling),
            max_unavailable=app_budget(settings, self._reached.version),
            pod_template=with_texts(app.pod_template, self._kept),
        )

    def _kept(self, value: str) -> "pulumi.Input[str]":
        """A value of the app that stays a secret where the app's settings hold one."""
        return pulumi.Output.secret(value) if self._settings.holds_secret("app") else value

    def _make_exposure(self, namespace: pulumi.Output[str]) -> Exposure:
        """The exposure, made beside the Deployment: a readiness gate of one waits for the other."""
        self._service_config = self._make_service_config(namespace)
        objects, kind = self._objects.depending_on(*self._make_direct_access()), self._row.exposure
        args: Mapping[str, Any] = (
            self._ingress_args(namespace) if kind.has_ingress else self._load_balancer_service_args(namespace)
        )
        if self._row.explicit_public:
            args = {**args, "explicit_public": True}
        return make_exposure(objects, self._name, kind, args)

    def _service_args(self, namespace: pulumi.Output[str]) -> ServiceArgs:
        balancer = self._settings.load_balancer
        return ServiceArgs(
            service=self._settings.app.service or self._row.names.service,
            namespace=namespace,
            selector=app_labels(self._settings),
            load_balancer=self._load_balancer(),
            pass_to_target=self._passes_to_target(),
            annotations=balancer.annotations,
            labels=balancer.labels,
        )

    def _load_balancer_service_args(self, namespace: pulumi.Output[str]) -> LoadBalancerServiceArgs:
        app = self._settings.app
        # The checker will not add keys to a TypedDict by itself: another one might have them with other kinds.
        args = cast("LoadBalancerServiceArgs", self._service_args(namespace))
        if ports := port_args(self._settings):
            args["ports"] = ports
        else:
            args["port"], args["target_port"] = app.service_port, app.port
        return args

    def _ingress_args(self, namespace: pulumi.Output[str]) -> IngressArgs:
        app, names = self._settings.app, self._row.names
        return {
            **self._service_args(namespace),
            "ingress": app.ingress or names.ingress or names.service,
            "port": app.service_port,
            "target_port": app.port,
            **layer_7_args(self._settings),
        }

    def _make_service_config(self, namespace: pulumi.Output[str]) -> pulumi.Output[str] | None:
        """The TkeServiceConfig that the load balancer's settings need, if they do."""
        args = service_config_args(self._settings, namespace)
        return None if args is None else make_tke_service_config(self._objects, self._name, args)

    def _make_direct_access(self) -> list[pulumi.Resource]:
        """GlobalRouter's cluster-wide key, where the scenario needs it."""
        if not needs_route_direct_access(self._settings):
            return []
        name, timeout = f"{self._name}-direct-access", self._settings.load_balancer.timeout_seconds
        return [make_global_route_direct_access(self._objects, name, {"timeout_seconds": timeout})]

    def _load_balancer(self) -> LoadBalancer:
        settings = self._settings.load_balancer
        args = load_balancer_args(self._settings)
        if settings.internal:
            args["internal_subnet_id"] = settings.internal_subnet_id or self._subnet_in(
                zone_inside(self._settings, settings.zone)
            )
        if (group := self._make_client_access()) is not None:
            args["security_group_ids"] = [*settings.security_group_ids, group]
        if self._service_config is not None:
            args["service_config"] = self._service_config
        return args


def _autoscaling(bounds: PodAutoscalingSettings | None) -> PodAutoscaling | None:
    if bounds is None:
        return None
    args = PodAutoscaling(min_replicas=bounds.min_replicas, max_replicas=bounds.max_replicas)
    if bounds.cpu_utilization is not None:
        args["cpu_utilization"] = bounds.cpu_utilization
    if bounds.memory_utilization is not None:
        args["memory_utilization"] = bounds.memory_utilization
    return args


def _subnets(subnets: tuple[SubnetSettings, ...]) -> list[Subnet]:
    made = []
    for subnet in subnets:
        args = Subnet(zone=subnet.zone)
        if subnet.cidr is not None:
            args["cidr"] = subnet.cidr
        if subnet.id is not None:
            args["id"] = subnet.id
        made.append(args)
    return made


def _ranges(plan: AddressPlan) -> dict[str, list[str]]:
    """The networks that an address can be told by: a client's lies in none of them."""
    return {
        "vpc": list(map(str, plan.vpc_ranges)),
        "nodes": list(map(str, plan.node_ranges)),
        "pods": list(map(str, plan.pod_ranges)),
        "services": [str(plan.services)],
    }
