"""The contents of a stack file: frozen pydantic models, keys in camelCase, unknown keys refused, every default runnable.

`realip.settings.loading` makes `Settings` of a stack file, or one error with every problem. Rules that look at more than one value
stand in `realip.settings.checks`.
"""

from collections.abc import Collection
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator
from pydantic.alias_generators import to_camel

from realip import defaults, rules, tke
from realip.errors import nearest
from realip.scenarios import (
    DEFAULT_STACK,
    SCENARIOS,
    Choices,
    Connection,
    NetworkMode,
    NodeType,
    NotOffered,
    Scenario,
    by_slug,
    resolve,
)
from realip.settings.values import (
    AppNamespace,
    Bandwidth,
    Capability,
    ChargeType,
    Cidr,
    ClusterCidr,
    ClusterId,
    Cpu,
    DiskSize,
    DiskType,
    EipId,
    EnvName,
    Image,
    InstanceType,
    LabelKey,
    LabelValue,
    Level,
    LoadBalancerId,
    MayBeSecret,
    Memory,
    Name,
    NatGatewayId,
    NodePoolId,
    Nodes,
    PodNumber,
    Port,
    RouteId,
    RouteTableId,
    Seconds,
    SecurityGroupId,
    ServiceCidr,
    ServiceName,
    ServiceNumber,
    Subdomain,
    SubnetCidr,
    SubnetId,
    TagKey,
    TagValue,
    Version,
    VpcCidr,
    VpcId,
    Zone,
    keeps,
)

__all__ = [
    "AccessSettings",
    "AdoptSettings",
    "AppSettings",
    "ClusterSettings",
    "LoadBalancerSettings",
    "NetworkSettings",
    "NodesSettings",
    "Settings",
]


class _Section(BaseModel):
    """The base of all settings."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class ScenarioSettings(_Section):
    """A scenario's slug, or the three choices that lead to one."""

    network_mode: NetworkMode = Field(description="VPC-CNI or GlobalRouter.")
    node_type: NodeType = Field(description="native or super.")
    connection: Connection = Field(description="direct or non-direct.")

    @model_validator(mode="before")
    @classmethod
    def _from_slug(cls, value: object) -> object:
        if isinstance(value, dict):
            return value
        if not isinstance(value, str):
            raise ValueError("must be a scenario's slug, or a map with networkMode, nodeType and connection")
        scenario = by_slug(value)
        if scenario is None:
            raise ValueError(f"is not a scenario; {nearest(value, (row.slug for row in SCENARIOS))}")
        choices = scenario.choices
        return {"networkMode": choices.network_mode, "nodeType": choices.node_type, "connection": choices.connection}

    @model_validator(mode="after")
    def _offered(self) -> Self:
        if isinstance(answer := resolve(self.choices), NotOffered):
            raise ValueError(str(answer))
        return self

    @property
    def choices(self) -> Choices:
        """The three choices."""
        return Choices(self.network_mode, self.node_type, self.connection)

    @property
    def row(self) -> Scenario:
        """The row of the scenario table."""
        answer = resolve(self.choices)
        assert isinstance(answer, Scenario)  # noqa: S101 - _offered has refused anything else
        return answer


class SubnetSettings(_Section):
    """One subnet: made from a CIDR, or an existing one by its id."""

    zone: Zone = Field(description="Availability zone.")
    cidr: SubnetCidr | None = Field(
        None, description="Its network, inside the VPC's. May be left out for an existing subnet."
    )
    id: SubnetId | None = Field(None, description="Id of an existing subnet; with network.vpcId only.")

    @property
    def network(self) -> IPv4Network | None:
        """The subnet's network, where it is known."""
        return None if self.cidr is None else IPv4Network(self.cidr)


class AccountType(StrEnum):
    """Whose public bandwidth the account pays for."""

    STANDARD = tke.ACCOUNT_BILLED_BY_IP
    LEGACY = tke.ACCOUNT_BILLED_BY_CVM


class NetworkSettings(_Section):
    """The VPC: a new one with subnets, NAT gateway and routes, or an existing one."""

    cidr: VpcCidr = Field(
        "10.0.0.0/16", description="The VPC's network; say it for an existing VPC too, rules are made from it."
    )
    zones: tuple[Zone, ...] = Field(
        defaults.ZONES,
        description="Zones to spread nodes over. Subnets are carved for each by its own number, so that zones come, go and change places without moving another's.",
    )
    vpc_id: VpcId | None = Field(None, description="An existing VPC; its subnets then have to be given by id.")
    account_type: AccountType | None = Field(
        None,
        description="STANDARD, an account that is billed by IP, or LEGACY, one that is billed by CVM. Asked of Tencent Cloud before the first resource where the scenario depends on it, unless it is said here.",
    )
    node_subnets: tuple[SubnetSettings, ...] | None = Field(
        None, description="Subnets of nodes, instead of the carved ones."
    )
    pod_subnets: tuple[SubnetSettings, ...] | None = Field(
        None, description="VPC-CNI: subnets of pods, instead of the carved ones."
    )

    @cached_property
    def nodes(self) -> tuple[SubnetSettings, ...]:
        """Subnets of nodes: those given, else a sixteenth of the VPC for each zone, from its first half."""
        return self.node_subnets if self.node_subnets is not None else self._carve(self.zones, from_half=False)

    @cached_property
    def pods(self) -> tuple[SubnetSettings, ...]:
        """Subnets of pods: those given, else a sixteenth of the VPC for each zone with nodes, from its second half."""
        zones = tuple(dict.fromkeys(subnet.zone for subnet in self.nodes))
        return self.pod_subnets if self.pod_subnets is not None else self._carve(zones, from_half=True)

    def _carve(self, zones: tuple[str, ...], *, from_half: bool) -> tuple[SubnetSettings, ...]:
        """A sixteenth of the VPC for each zone, at the place of the zone's number: no other zone has a say in it."""
        vpc = IPv4Network(self.cidr)
        prefix = vpc.prefixlen + 4
        if prefix not in tke.SUBNET_MASKS:
            return ()  # realip.settings.checks says so
        places = list(rules.subnets_of(vpc, prefix, from_half=from_half))
        owners: dict[int, str] = {}
        for zone in zones:
            owners.setdefault(rules.zone_place(zone), zone)  # realip.settings.checks refuses a second one
        return tuple(SubnetSettings(zone=zone, cidr=str(places[place])) for place, zone in owners.items())


class ClusterSettings(_Section):
    """The TKE cluster."""

    name: Name = Field("realip", description="The cluster's name, and the prefix of every cloud resource's name.")
    version: Version = Field(defaults.KUBERNETES_VERSION, description="Kubernetes version, in quotes.")
    level: Level = Field(
        defaults.CLUSTER_LEVEL,
        description="Size of the managed control plane: L5 holds 5 nodes, L20 holds 20, and so on.",
    )
    deletion_protection: bool = Field(
        default=False, description="Refuse to delete the cluster; then `pulumi destroy` fails."
    )
    service_cidr: ServiceCidr | None = Field(
        None,
        description=f"Network of Services. VPC-CNI: {defaults.SERVICE_CIDR} if unset. GlobalRouter: the end of clusterCidr if unset.",
    )
    cluster_cidr: ClusterCidr | None = Field(
        None, description=f"GlobalRouter: network of pods; {defaults.CLUSTER_CIDR} if unset."
    )
    pods_per_node: PodNumber | None = Field(
        None, description=f"GlobalRouter: addresses of each node, a power of two; {defaults.PODS_PER_NODE} if unset."
    )
    services: ServiceNumber | None = Field(
        None, description=f"GlobalRouter: how many Services, a power of two; {defaults.SERVICES} if unset."
    )
    exclusive_eni: bool | None = Field(
        None, description="VPC-CNI: an ENI for each pod instead of shared ones; needs Tencent's approval."
    )
    static_pod_ips: bool | None = Field(
        None, description="VPC-CNI: pods keep their addresses, and their zone with them."
    )


class AutoscalingSettings(_Section):
    """How far the native node pool may shrink and grow."""

    min: Nodes = Field(description="Fewest nodes.")
    max: Nodes = Field(description="Most nodes.")


class TaintEffect(StrEnum):
    """The effect of a taint on pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


class TaintSettings(_Section):
    """A taint of the nodes; the app tolerates it."""

    key: LabelKey = Field(description="The taint's key.")
    value: LabelValue = Field("", description="The taint's value.")
    effect: TaintEffect = Field(description="NoSchedule, PreferNoSchedule or NoExecute.")


class NodesSettings(_Section):
    """The nodes that pods run on. Super nodes have one pool, a node in each zone; labels and taints are the only things to say of them."""

    instance_types: tuple[InstanceType, ...] = Field(
        defaults.INSTANCE_TYPES,
        min_length=1,
        description="Native: instance types, the first one that the zone has is taken.",
    )
    system_disk_type: DiskType = Field(defaults.SYSTEM_DISK_TYPE, description="Native: system disk type.")
    system_disk_size: DiskSize = Field(defaults.SYSTEM_DISK_SIZE, description="Native: system disk size in GB.")
    replicas: Nodes = Field(defaults.NODES, description="Native: number of nodes; where to start with autoscaling.")
    autoscaling: AutoscalingSettings | None = Field(
        None, description="Native: bounds for the cluster autoscaler; off if unset."
    )
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict, description="Node labels.")
    taints: tuple[TaintSettings, ...] = Field((), description="Node taints.")


class AppSettings(_Section):
    """The application: what runs, how often, and how it is called. Names and image default to the scenario's."""

    image: Image | None = Field(None, description="Container image; the scenario's default image if unset.")
    replicas: Annotated[int, Field(ge=rules.PODS.start, le=rules.PODS[-1])] | None = Field(
        None, description="Number of pods; 3 direct, 2 non-direct if unset."
    )
    autoscaled: bool = Field(
        default=False,
        description="An autoscaler owns the number of pods: leave it out of the Deployment. Let the autoscaler set it first, or the app drops to one pod until it does.",
    )
    port: Port = Field(5000, description="Where the container listens.")
    service_port: Port = Field(
        defaults.HTTP_PORT,
        description="Where clients connect. Non-direct: the Service's port; clients connect to the Ingress at 80.",
    )
    namespace: AppNamespace | None = Field(None, description="Namespace; made unless it is `default`.")
    deployment: Subdomain | None = Field(None, description="The Deployment's name.")
    container: Name | None = Field(None, description="The container's name.")
    service: ServiceName | None = Field(None, description="The Service's name.")
    ingress: Subdomain | None = Field(None, description="Non-direct: the Ingress's name.")
    label: LabelValue = Field("real-ip-app", min_length=1, description="Value of the pods' `app` label.")
    cpu_request: Cpu = Field("250m", description="CPU request of each pod; a super node bills it.")
    cpu_limit: Cpu = Field("1", description="CPU limit of each pod.")
    memory_request: Memory = Field("256Mi", description="Memory request of each pod; a super node bills it.")
    memory_limit: Memory = Field("512Mi", description="Memory limit of each pod, at which it is stopped.")
    env: dict[EnvName, Annotated[str, MayBeSecret()]] = Field(
        default_factory=dict,
        description="Environment variables of the container; set with --secret, the values stay secret.",
    )
    readiness_path: Annotated[str, keeps(rules.url_path)] | None = Field(
        None,
        description="HTTP path that answers when the app is ready; a TCP connection if unset, so that no node shows up in its log.",
    )
    drain_seconds: Annotated[int, Field(ge=rules.DRAIN_SECONDS.start, le=rules.DRAIN_SECONDS[-1])] = Field(
        10,
        description="Kubernetes 1.30 and later: seconds a pod goes on serving while the load balancer lets go of it.",
    )
    capabilities: tuple[Capability, ...] = Field(
        (),
        description="Linux capabilities that the image needs, such as CHOWN; all are dropped but the one for a port below 1024.",
    )
    timeout_seconds: Seconds = Field(
        defaults.TIMEOUT, description="How long a rollout may take, on create and on update."
    )


class LoadBalancerSettings(_Section):
    """The CLB in front of the app: public and made by TKE, unless said otherwise."""

    internal: bool = Field(
        default=False,
        description="Internal load balancer, in the node subnet of `zone` or in internalSubnetId.",
    )
    internal_subnet_id: SubnetId | None = Field(None, description="Subnet of the internal load balancer.")
    zone: Zone | None = Field(
        None, description="Zone of the internal load balancer, where its subnet is one of this stack's."
    )
    existing_id: LoadBalancerId | None = Field(
        None,
        description="An existing load balancer that TKE did not make. Non-direct: node ports are opened to clientCidrs then, so name networks there.",
    )
    bandwidth: Bandwidth | None = Field(None, description="Mbit/s of a public load balancer; read when it is made.")
    charge_type: ChargeType | None = Field(
        None,
        description="How the traffic of a public load balancer is paid, with bandwidth: TRAFFIC_POSTPAID_BY_HOUR if unset, or BANDWIDTH_POSTPAID_BY_HOUR.",
    )
    security_group_ids: tuple[SecurityGroupId, ...] = Field(
        (), max_length=tke.MAX_LOAD_BALANCER_SECURITY_GROUPS, description="Security groups of the load balancer itself."
    )
    timeout_seconds: Seconds = Field(
        defaults.TIMEOUT, description="How long to wait for the address, on create and on update."
    )


class Endpoint(StrEnum):
    """Which endpoint of the API server is opened."""

    PUBLIC = "public"
    INTRANET = "intranet"


class AccessSettings(_Section):
    """Who may reach the API server, and who the app."""

    endpoint: Endpoint = Field(
        Endpoint.PUBLIC, description="public, or intranet: run Pulumi inside the VPC then, and leave adminCidrs out."
    )
    endpoint_zone: Zone | None = Field(
        None, description="Zone of the intranet endpoint, which sits in that zone's node subnet."
    )
    admin_cidrs: tuple[Cidr, ...] = Field((), description="Who may reach the public endpoint of the API server.")
    allow_everyone: bool = Field(default=False, description="Accept 0.0.0.0/0 in adminCidrs.")
    client_cidrs: tuple[Cidr, ...] = Field(
        (), description="Who may reach the app; 0.0.0.0/0 for everyone. Only clients inside the VPC if unset."
    )


class AdoptSettings(_Section):
    """Ids of resources that Tencent Cloud made and whose answer was lost, so that no state knows them.

    What cannot be adopted has no key: the provider imports no endpoint, and reads of a super node pool not enough (v1.82.42).
    """

    vpc: VpcId | None = Field(None, description="The VPC (`realip-network-vpc`).")
    node_subnets: dict[str, SubnetId] = Field(
        default_factory=dict, description="Subnets of nodes by zone (`realip-network-nodes-<zone>`)."
    )
    pod_subnets: dict[str, SubnetId] = Field(
        default_factory=dict, description="VPC-CNI: subnets of pods by zone (`realip-network-pods-<zone>`)."
    )
    eip: EipId | None = Field(None, description="The EIP of the NAT gateway (`realip-network-nat-address`).")
    nat_gateway: NatGatewayId | None = Field(None, description="The NAT gateway (`realip-network-nat`).")
    route_table: RouteTableId | None = Field(None, description="The route table (`realip-network-routes`).")
    route: RouteId | None = Field(
        None, description="The route to the NAT gateway (`realip-network-nat-route`): its number and its route table."
    )
    security_group: SecurityGroupId | None = Field(
        None, description="The security group of nodes and pods (`realip-network-nodes`)."
    )
    admin_security_group: SecurityGroupId | None = Field(
        None, description="The security group of the public endpoint (`realip-access-admins`)."
    )
    cluster: ClusterId | None = Field(None, description="The cluster (`realip-cluster`).")
    node_pool: NodePoolId | None = Field(
        None, description="The native node pool (`realip-nodes`): its cluster and its own id."
    )


class Settings(_Section):
    """A whole stack file."""

    scenario: ScenarioSettings = Field(
        default_factory=lambda: ScenarioSettings.model_validate(DEFAULT_STACK),
        description="A scenario's slug, or an object with networkMode, nodeType and connection.",
    )
    network: NetworkSettings = Field(default_factory=NetworkSettings, description="The VPC and its subnets.")
    cluster: ClusterSettings = Field(default_factory=ClusterSettings, description="The TKE cluster.")
    nodes: NodesSettings = Field(default_factory=NodesSettings, description="The nodes.")
    app: AppSettings = Field(default_factory=AppSettings, description="The application.")
    load_balancer: LoadBalancerSettings = Field(
        default_factory=LoadBalancerSettings, description="The CLB in front of the app."
    )
    access: AccessSettings = Field(
        default_factory=AccessSettings, description="Who may reach the API server and the app."
    )
    tags: dict[TagKey, TagValue] = Field(
        default_factory=dict, description="Tags of every cloud resource that takes tags."
    )
    adopt: AdoptSettings = Field(
        default_factory=AdoptSettings,
        description="Ids of resources that were made and that the state does not have, since the answer to their creation was lost.",
    )

    _secret_sections: frozenset[str] = PrivateAttr(frozenset())

    def with_secrets(self, sections: Collection[str]) -> Self:
        """The same settings, of which some sections hold a secret."""
        made = self.model_copy()
        made._secret_sections = frozenset(sections)  # noqa: SLF001 - it is one of these
        return made

    def holds_secret(self, section: str) -> bool:
        """Something in that section was set with --secret: what may be secret there is one."""
        return section in self._secret_sections

    @property
    def row(self) -> Scenario:
        """The scenario that the stack follows."""
        return self.scenario.row
