"""The arguments of a hosted stack, each as its setting of a stack file. Written by `make docs` from the settings; do not edit."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi

from realip.settings.sections.access import Endpoint, Gate
from realip.settings.sections.load_balancer import Protocol
from realip.settings.sections.network import AccountType
from realip.settings.sections.nodes import TaintEffect

__all__ = [
    "RealIpStackArgs",
    "StackAccess",
    "StackAdopt",
    "StackApp",
    "StackAutoscaling",
    "StackCluster",
    "StackDataDisk",
    "StackDisruptionBudget",
    "StackEnvFrom",
    "StackFile",
    "StackFileItem",
    "StackHealthCheck",
    "StackHost",
    "StackInternetAccessible",
    "StackListenPorts",
    "StackLoadBalancer",
    "StackNetwork",
    "StackNodes",
    "StackPath",
    "StackPodAutoscaling",
    "StackPool",
    "StackPort",
    "StackPrepaid",
    "StackScenario",
    "StackSubnet",
    "StackTaint",
]


class StackScenario(StrEnum):
    """A scenario, by its slug."""

    VPC_CNI_DIRECT_NATIVE = "vpc-cni-direct-native"
    """VPC-CNI, CLB direct to pods on native nodes. The app reads the client from the socket."""
    GLOBALROUTER_DIRECT_NATIVE = "globalrouter-direct-native"
    """GlobalRouter, CLB direct to pods on native nodes. The app reads the client from the socket."""
    VPC_CNI_DIRECT_SUPER = "vpc-cni-direct-super"
    """VPC-CNI, CLB direct to pods on super nodes. The app reads the client from the socket."""
    VPC_CNI_NONDIRECT_NATIVE = "vpc-cni-nondirect-native"
    """VPC-CNI, Ingress and NodePort on native nodes. The app reads the client from the last entry of X-Forwarded-For."""
    GLOBALROUTER_NONDIRECT_NATIVE = "globalrouter-nondirect-native"
    """GlobalRouter, Ingress and NodePort on native nodes. The app reads the client from the last entry of X-Forwarded-For."""
    GLOBALROUTER_DIRECT_SUPER = "globalrouter-direct-super"
    """GlobalRouter, CLB direct to pods on super nodes. The app reads the client from the socket."""
    VPC_CNI_DIRECT_NATIVE_INGRESS = "vpc-cni-direct-native-ingress"
    """VPC-CNI, Ingress direct to pods on native nodes. The app reads the client from the last entry of X-Forwarded-For."""
    GLOBALROUTER_DIRECT_NATIVE_INGRESS = "globalrouter-direct-native-ingress"
    """GlobalRouter, Ingress direct to pods on native nodes. The app reads the client from the last entry of X-Forwarded-For."""
    VPC_CNI_DIRECT_SUPER_INGRESS = "vpc-cni-direct-super-ingress"
    """VPC-CNI, Ingress direct to pods on super nodes. The app reads the client from the last entry of X-Forwarded-For."""
    GLOBALROUTER_DIRECT_SUPER_INGRESS = "globalrouter-direct-super-ingress"
    """GlobalRouter, Ingress direct to pods on super nodes. The app reads the client from the last entry of X-Forwarded-For."""
    VPC_CNI_NONDIRECT_NATIVE_LOCAL = "vpc-cni-nondirect-native-local"
    """VPC-CNI, Service with externalTrafficPolicy Local on native nodes. The app reads the client from the socket."""
    GLOBALROUTER_NONDIRECT_NATIVE_LOCAL = "globalrouter-nondirect-native-local"
    """GlobalRouter, Service with externalTrafficPolicy Local on native nodes. The app reads the client from the socket."""


class StackSubnet(TypedDict):
    """One subnet: made from a CIDR, or an existing one by its id."""

    zone: str
    """Availability zone."""
    cidr: NotRequired[str]
    """Its network, inside the VPC's. May be left out for an existing subnet."""
    id: NotRequired[str]
    """Id of an existing subnet; with network.vpcId only."""


class StackNetwork(TypedDict):
    """The VPC: a new one with subnets, NAT gateway and routes, or an existing one."""

    cidr: NotRequired[str]
    """The VPC's network; say it for an existing VPC too, rules are made from it. Defaults to `10.0.0.0/16`."""
    auxiliary_cidrs: NotRequired[Sequence[str]]
    """Auxiliary networks of the VPC, in which subnets may lie too. A new VPC gets them; say those of an existing one that its nodes or pods use."""
    zones: NotRequired[Sequence[str]]
    """Zones to spread nodes over. Subnets are carved for each by its own number, so that zones come, go and change places without moving another's. Defaults to `ap-guangzhou-6`, `ap-guangzhou-7`."""
    vpc_id: NotRequired[str]
    """An existing VPC; its subnets then have to be given by id."""
    nat: NotRequired[bool]
    """A NAT gateway as the way out. Without one nodes pull images only with public addresses of their own, or from inside the VPC. Defaults to `true`."""
    nat_bandwidth: NotRequired[int]
    """Mbit/s of the NAT gateway: 20, 50 or 100, and with accountType LEGACY up to 5000. Defaults to `100`."""
    account_type: NotRequired[AccountType]
    """STANDARD, an account that is billed by IP, or LEGACY, one that is billed by CVM. Asked of Tencent Cloud before the first resource where the scenario depends on it, unless it is said here."""
    node_subnets: NotRequired[Sequence[StackSubnet]]
    """Subnets of nodes, instead of the carved ones."""
    pod_subnets: NotRequired[Sequence[StackSubnet]]
    """VPC-CNI: subnets of pods, instead of the carved ones."""


class StackCluster(TypedDict):
    """The TKE cluster."""

    id: NotRequired[str]
    """An existing cluster: the app and its exposure are made on it, and nothing of the network, the cluster or its nodes."""
    name: NotRequired[str]
    """The cluster's name, and the prefix of every cloud resource's name. Defaults to `realip`."""
    version: NotRequired[str]
    """Kubernetes version. Defaults to `1.34.1`."""
    level: NotRequired[str]
    """Size of the managed control plane: L5 holds 5 nodes, L20 holds 20, and so on. Defaults to `L5`."""
    deletion_protection: NotRequired[bool]
    """Refuse to delete the cluster; then `pulumi destroy` fails. Defaults to `false`."""
    service_cidr: NotRequired[str]
    """Network of Services. VPC-CNI: 10.200.0.0/22 if unset. GlobalRouter: the end of clusterCidr if unset."""
    cluster_cidr: NotRequired[str]
    """GlobalRouter: network of pods; 172.16.0.0/16 if unset."""
    pods_per_node: NotRequired[int]
    """GlobalRouter: addresses of each node, a power of two; 64 if unset."""
    services: NotRequired[int]
    """GlobalRouter: how many Services, a power of two; 1024 if unset."""
    exclusive_eni: NotRequired[bool]
    """VPC-CNI: an ENI for each pod instead of shared ones; needs Tencent's approval."""
    static_pod_ips: NotRequired[bool]
    """VPC-CNI: pods keep their addresses, and their zone with them."""


class StackAutoscaling(TypedDict):
    """How far the native node pool may shrink and grow."""

    min: int
    """Fewest nodes."""
    max: int
    """Most nodes."""


class StackTaint(TypedDict):
    """A taint of the nodes; the app tolerates it."""

    key: str
    """The taint's key."""
    value: NotRequired[str]
    """The taint's value."""
    effect: TaintEffect
    """NoSchedule, PreferNoSchedule or NoExecute."""


class StackDataDisk(TypedDict):
    """A data disk of each node."""

    disk_type: str
    """Type of the disk."""
    disk_size: int
    """Size in GB."""
    mount_target: NotRequired[str]
    """Folder of the node where the disk is formatted and mounted; left as it is if unset."""
    file_system: NotRequired[str]
    """ext3, ext4 or xfs; ext4 if unset."""


class StackPrepaid(TypedDict):
    """Payment for nodes in advance."""

    period: int
    """Months: 1 to 12, 24, 36, 48 or 60."""
    renew_flag: NotRequired[str]
    """NOTIFY_AND_AUTO_RENEW, NOTIFY_AND_MANUAL_RENEW or DISABLE_NOTIFY_AND_MANUAL_RENEW; NOTIFY_AND_MANUAL_RENEW if unset."""


class StackInternetAccessible(TypedDict):
    """A public address of each node."""

    max_bandwidth_out: int
    """Mbit/s: 1 to 100, in a bandwidth package up to 2000."""
    charge_type: NotRequired[str]
    """TRAFFIC_POSTPAID_BY_HOUR, BANDWIDTH_POSTPAID_BY_HOUR or BANDWIDTH_PACKAGE; by traffic if unset."""
    bandwidth_package_id: NotRequired[str]
    """The bandwidth package, for BANDWIDTH_PACKAGE."""


class StackPool(TypedDict):
    """A native node pool beside the first one. Machines that it does not describe are as those of `nodes`."""

    name: str
    """The pool's name, unlike any other's."""
    instance_types: NotRequired[Sequence[str]]
    """Instance types; as nodes.instanceTypes if unset."""
    replicas: NotRequired[int]
    """Number of nodes; where to start with autoscaling. Defaults to `2`."""
    autoscaling: NotRequired[StackAutoscaling]
    """Bounds of this pool; off if unset."""
    labels: NotRequired[Mapping[str, str]]
    """Node labels of this pool."""
    taints: NotRequired[Sequence[StackTaint]]
    """Node taints of this pool, which the app does not tolerate: they keep it away."""


class StackNodes(TypedDict):
    """The nodes that pods run on. Super nodes have one pool, a node in each zone; labels and taints are the only things to say of them."""

    instance_types: NotRequired[Sequence[str]]
    """Native: instance types, the first one that the zone has is taken. Defaults to `S5.MEDIUM4`."""
    system_disk_type: NotRequired[str]
    """Native: system disk type. Defaults to `CLOUD_PREMIUM`."""
    system_disk_size: NotRequired[int]
    """Native: system disk size in GB. Defaults to `50`."""
    replicas: NotRequired[int]
    """Native: number of nodes; where to start with autoscaling. Defaults to `2`."""
    autoscaling: NotRequired[StackAutoscaling]
    """Native: bounds for the cluster autoscaler; off if unset."""
    labels: NotRequired[Mapping[str, str]]
    """Node labels."""
    taints: NotRequired[Sequence[StackTaint]]
    """Node taints."""
    data_disks: NotRequired[Sequence[StackDataDisk]]
    """Native: data disks of each node."""
    key_ids: NotRequired[Sequence[str]]
    """Native: SSH keys with which somebody may log in to the nodes; none if unset."""
    additional_security_group_ids: NotRequired[Sequence[str]]
    """Native: security groups of the nodes beside the stack's own. What one lets in, no other keeps out."""
    kubelet_args: NotRequired[Sequence[str]]
    """Native: arguments of each node's kubelet, such as max-pods=64."""
    kernel_args: NotRequired[Sequence[str]]
    """Native: kernel parameters of each node, such as net.core.somaxconn=32768."""
    instance_charge_prepaid: NotRequired[StackPrepaid]
    """Native: payment in advance, by the hour if unset. TKE gives no money back for nodes that go before their time."""
    internet_accessible: NotRequired[StackInternetAccessible]
    """Native: a public address of each node; none if unset."""
    pools: NotRequired[Sequence[StackPool]]
    """Native: further node pools."""


class StackPodAutoscaling(TypedDict):
    """How far the number of pods goes, and by what."""

    min_replicas: int
    """Fewest pods."""
    max_replicas: int
    """Most pods."""
    cpu_utilization: NotRequired[int]
    """Percent of cpuRequest that pods use on average; 80 if memoryUtilization is unset too."""
    memory_utilization: NotRequired[int]
    """Percent of memoryRequest that pods use on average. Beside cpuUtilization, whichever asks for more pods."""


class StackDisruptionBudget(TypedDict):
    """The pods that a drain of nodes may take at a time."""

    max_unavailable: str
    """Pods that it may take at a time, a number or a share such as 25%; 100%: all of them, and no PodDisruptionBudget is made."""


class StackEnvFrom(TypedDict):
    """A Secret or a ConfigMap of the namespace, one of the two, whose entries become environment variables."""

    secret: NotRequired[str]
    """The Secret's name."""
    config_map: NotRequired[str]
    """The ConfigMap's name."""


class StackFileItem(TypedDict):
    """An entry of a ConfigMap or a Secret that becomes a file."""

    key: str
    """The entry's key."""
    path: str
    """The file's path in the folder."""


class StackFile(TypedDict):
    """A Secret or a ConfigMap of the namespace, one of the two, whose entries become files."""

    secret: NotRequired[str]
    """The Secret's name."""
    config_map: NotRequired[str]
    """The ConfigMap's name."""
    path: str
    """The container's folder in which the files are, such as /etc/app."""
    items: NotRequired[Sequence[StackFileItem]]
    """Entries that become files; all, by their keys, if unset."""


class StackApp(TypedDict):
    """The application: what runs, how often, and how it is called. Names and image default to the scenario's."""

    deploy: NotRequired[bool]
    """Run the app. false: it runs already, made by a chart or by other hands; expose the pods of `selector`. Defaults to `true`."""
    selector: NotRequired[Mapping[str, str]]
    """Labels of the pods of an app that runs already; only where deploy is false."""
    image: NotRequired[str]
    """Container image; the scenario's default image if unset. Of the echo app: any with Python 3.9 or later."""
    echo: NotRequired[bool]
    """Run the echo app, which needs no image of its own: it answers with the address that it saw and the headers that came. Defaults to `false`."""
    replicas: NotRequired[int]
    """Number of pods; 3 direct, 2 non-direct if unset."""
    autoscaling: NotRequired[StackPodAutoscaling]
    """Kubernetes 1.23 and later: a HorizontalPodAutoscaler, instead of replicas. It needs metrics of pods in the cluster."""
    autoscaled: NotRequired[bool]
    """An autoscaler that is not this stack's owns the number of pods: leave it out of the Deployment. With `realip render` and kubectl, let the autoscaler set it first, or the app drops to one pod until it does. Defaults to `false`."""
    disruption_budget: NotRequired[StackDisruptionBudget]
    """Kubernetes 1.27 and later: a PodDisruptionBudget. If unset, with two pods or more a drain of nodes takes one at a time, the next when that is ready elsewhere."""
    port: NotRequired[int]
    """Where the container listens. Defaults to `5000`."""
    service_port: NotRequired[int]
    """Where clients connect. Layer 7: the Service's port; clients connect to the Ingress at 80. Defaults to `80`."""
    namespace: NotRequired[str]
    """Namespace; made unless it is `default`. Of an app that runs already: `default` if unset."""
    deployment: NotRequired[str]
    """The Deployment's name."""
    container: NotRequired[str]
    """The container's name."""
    service: NotRequired[str]
    """The Service's name."""
    ingress: NotRequired[str]
    """Layer 7: the Ingress's name."""
    label: NotRequired[str]
    """Value of the pods' `app` label. Defaults to `real-ip-app`."""
    cpu_request: NotRequired[str]
    """CPU request of each pod; a super node bills it. Defaults to `250m`."""
    cpu_limit: NotRequired[str]
    """CPU limit of each pod. Defaults to `1`."""
    memory_request: NotRequired[str]
    """Memory request of each pod; a super node bills it. Defaults to `256Mi`."""
    memory_limit: NotRequired[str]
    """Memory limit of each pod, at which it is stopped. Defaults to `512Mi`."""
    env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables of the container; a secret value stays one."""
    env_from: NotRequired[Sequence[StackEnvFrom]]
    """Secrets and ConfigMaps of the namespace whose entries become environment variables."""
    files: NotRequired[Sequence[StackFile]]
    """Secrets and ConfigMaps of the namespace whose entries the container finds as files, which it cannot write."""
    image_pull_secrets: NotRequired[Sequence[str]]
    """Secrets of the namespace with which nodes pull the image from a private registry."""
    service_account: NotRequired[str]
    """A service account of the namespace, whose token pods get then; none if unset."""
    command: NotRequired[Sequence[pulumi.Input[str]]]
    """What the container runs; the image's entry point if unset. A secret stays one."""
    args: NotRequired[Sequence[pulumi.Input[str]]]
    """Arguments of what the container runs; the image's if unset. Secrets stay secret."""
    pod_template: NotRequired[Mapping[str, Any]]
    """A part of a Kubernetes PodTemplateSpec for what no setting says, merged by Kubernetes' own rules; what settings say is refused."""
    readiness_path: NotRequired[str]
    """HTTP path that answers when the app is ready; a TCP connection if unset, so that no node shows up in its log."""
    drain_seconds: NotRequired[int]
    """Kubernetes 1.30 and later: seconds a pod goes on serving while the load balancer lets go of it. If unset, at least as long as loadBalancer.healthCheck takes to see that a pod is gone: unHealthNum x intervalTime. Defaults to `10`."""
    capabilities: NotRequired[Sequence[str]]
    """Linux capabilities that the image needs, such as CHOWN; all are dropped but the one for a port below 1024."""
    pod_security: NotRequired[str]
    """Pod Security level that the pods keep, and a namespace that is made enforces: baseline, or restricted for an image that needs no root. baseline if unset, restricted with echo."""
    run_as_user: NotRequired[int]
    """Number of the user that the pods run as; the image's if unset. restricted asks for one where the image's is root, or a name."""
    eni_pods: NotRequired[bool]
    """GlobalRouter, on a cluster that you have and to which VPC-CNI was added: give each pod an address of the VPC by an elastic network interface, so that direct access needs neither GlobalRouteDirectAccess nor an account billed by IP. Of an app that runs already: its pods have one. Defaults to `false`."""
    timeout_seconds: NotRequired[int]
    """How long a rollout may take, on create and on update. Defaults to `600`."""


class StackPort(TypedDict):
    """A port on which the load balancer listens at layer 4."""

    name: NotRequired[str]
    """Its name; there has to be one where there are several ports."""
    port: int
    """Where clients connect."""
    target_port: NotRequired[int]
    """Where the container listens; app.port if unset."""
    protocol: NotRequired[Protocol]
    """TCP, UDP, or TCP_SSL, with which the load balancer speaks TLS with clients and TCP with pods. Defaults to `TCP`."""
    certificate_id: NotRequired[str]
    """TCP_SSL: the certificate's id; a Secret that names it is made."""
    certificate_secret: NotRequired[str]
    """TCP_SSL: a Secret in the app's namespace that has the certificate's id as qcloud_cert_id."""


class StackPath(TypedDict):
    """A path of a host, and the Service that it leads to."""

    path: str
    """The start of a path: everything under it goes the same way."""
    service: NotRequired[str]
    """Another Service of the app's namespace; the app's if unset. Non-direct: it has to be of type NodePort."""
    port: NotRequired[int]
    """That Service's port."""


class StackHost(TypedDict):
    """A host that the load balancer serves."""

    host: str
    """A domain name in lower case, or a wildcard such as *.example.com."""
    paths: NotRequired[Sequence[StackPath]]
    """Its paths, each with the service and port that it leads to; everything to the app if unset."""
    certificate_id: NotRequired[str]
    """Id of its certificate: it is served by HTTPS then. A Secret that names the certificate is made."""
    certificate_secret: NotRequired[str]
    """A Secret in the app's namespace that has the certificate's id as qcloud_cert_id, instead."""


class StackListenPorts(TypedDict):
    """Ports of the layer 7 listeners."""

    http: NotRequired[int]
    """80 if unset."""
    https: NotRequired[int]
    """443 if unset."""


class StackHealthCheck(TypedDict):
    """How the load balancer sees whether a pod or node is well; what is not said stays as TKE has it."""

    enable: NotRequired[bool]
    """Check at all. Without checks a pod that has died keeps its clients. Defaults to `true`."""
    interval_time: NotRequired[int]
    """Seconds between two checks, 5 to 300; TKE takes 5 if unset."""
    timeout: NotRequired[int]
    """Seconds that an answer may take, less than intervalTime; TKE takes 2 if unset."""
    health_num: NotRequired[int]
    """Checks in a row that have to pass, 2 to 10; TKE takes 3 if unset."""
    un_health_num: NotRequired[int]
    """Checks in a row that have to fail, 2 to 10; TKE takes 3 if unset."""
    http_check_path: NotRequired[str]
    """Layer 7: path that is asked for; / if unset."""
    http_check_domain: NotRequired[str]
    """Layer 7: host that is asked for; the rule's own if unset. A wildcard host needs one."""
    http_check_method: NotRequired[str]
    """Layer 7: HEAD or GET."""


class StackLoadBalancer(TypedDict):
    """The CLB in front of the app: public and made by TKE, unless said otherwise."""

    internal: NotRequired[bool]
    """Internal load balancer, in the node subnet of `zone` or in internalSubnetId. Defaults to `false`."""
    internal_subnet_id: NotRequired[str]
    """Subnet of the internal load balancer."""
    zone: NotRequired[str]
    """Zone of the internal load balancer, where its subnet is one of this stack's."""
    existing_id: NotRequired[str]
    """An existing load balancer that TKE did not make. Non-direct: node ports are opened to clientCidrs then, so name networks there."""
    bandwidth: NotRequired[int]
    """Mbit/s of a public load balancer; read when it is made."""
    charge_type: NotRequired[str]
    """How the traffic of a public load balancer is paid, with bandwidth: TRAFFIC_POSTPAID_BY_HOUR if unset, or BANDWIDTH_POSTPAID_BY_HOUR."""
    security_group_ids: NotRequired[Sequence[str]]
    """Security groups of the load balancer itself."""
    ports: NotRequired[Sequence[StackPort]]
    """Layer 4: all ports, instead of app.servicePort. TCP and UDP together are for direct scenarios; on one port they share the targetPort, and the Service has the first name."""
    hosts: NotRequired[Sequence[StackHost]]
    """Layer 7: hosts with paths and certificates; every request to the app, by HTTP, if unset. A host with a certificate is served by HTTPS alone, unless redirect is set."""
    redirect: NotRequired[bool]
    """Layer 7: HTTP leads to HTTPS, for which every host needs a certificate. To turn it off, set it to false: without the key redirections stay."""
    listen_ports: NotRequired[StackListenPorts]
    """Layer 7: ports of the listeners; read when the Ingress is made."""
    shared: NotRequired[bool]
    """Layer 7, with existingId: several Ingresses share the load balancer. Read when the Ingress is made; each pair of host and path belongs to one. Defaults to `false`."""
    health_check: NotRequired[StackHealthCheck]
    """How the load balancer checks pods or nodes, in a TkeServiceConfig; as TKE does if unset."""
    scheduler: NotRequired[str]
    """WRR, by weights in turn, or LEAST_CONN, the fewest connections, in a TkeServiceConfig; WRR if unset."""
    session_expire_time: NotRequired[int]
    """Seconds for which a client stays with its pod or node, 30 to 3600, in a TkeServiceConfig. Kubernetes' sessionAffinity is kube-proxy's, which direct access goes past."""
    annotations: NotRequired[Mapping[str, str]]
    """More annotations of the object that has the load balancer, the Service or the Ingress; not those that other settings write."""
    labels: NotRequired[Mapping[str, str]]
    """Labels of that object."""
    timeout_seconds: NotRequired[int]
    """How long to wait for the address, on create and on update. Defaults to `600`."""


class StackAccess(TypedDict):
    """Who may reach the API server, and who the app."""

    endpoint: NotRequired[Endpoint]
    """public, or intranet: run Pulumi inside the VPC then, and leave adminCidrs out. Defaults to `public`."""
    endpoint_zone: NotRequired[str]
    """Zone of the intranet endpoint, which sits in that zone's node subnet."""
    admin_cidrs: NotRequired[Sequence[str]]
    """Who may reach the public endpoint of the API server."""
    allow_everyone: NotRequired[bool]
    """Accept 0.0.0.0/0 in adminCidrs. Defaults to `false`."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """An existing cluster's kubeconfig, a secret. Without it TKE is asked, for the endpoint that `endpoint` says."""
    client_cidrs: NotRequired[Sequence[str]]
    """Who may reach the app; 0.0.0.0/0 for everyone. If unset, only clients inside the VPC; on an existing cluster an update asks for it."""
    client_cidrs_at: NotRequired[Gate]
    """Where clientCidrs are let in: load-balancer, by a security group of its own, so that no port of nodes or pods stands open to clients; or nodes, by rules of their security group. If unset, a Service straight to pods and an existing load balancer take nodes, all others the load balancer."""


class StackAdopt(TypedDict):
    """Ids of resources that Tencent Cloud made and whose answer was lost, so that no state knows them."""

    vpc: NotRequired[str]
    """The VPC (`realip-network-vpc`)."""
    node_subnets: NotRequired[Mapping[str, str]]
    """Subnets of nodes by zone (`realip-network-nodes-<zone>`)."""
    pod_subnets: NotRequired[Mapping[str, str]]
    """VPC-CNI: subnets of pods by zone (`realip-network-pods-<zone>`)."""
    eip: NotRequired[str]
    """The EIP of the NAT gateway (`realip-network-nat-address`)."""
    nat_gateway: NotRequired[str]
    """The NAT gateway (`realip-network-nat`)."""
    route_table: NotRequired[str]
    """The route table (`realip-network-routes`)."""
    route: NotRequired[str]
    """The route to the NAT gateway (`realip-network-nat-route`): its number and its route table."""
    security_group: NotRequired[str]
    """The security group of nodes and pods (`realip-network-nodes`)."""
    admin_security_group: NotRequired[str]
    """The security group of the public endpoint (`realip-access-admins`)."""
    load_balancer_security_group: NotRequired[str]
    """The security group of the load balancer (`realip-load-balancer`)."""
    cluster: NotRequired[str]
    """The cluster (`realip-cluster`)."""
    node_pool: NotRequired[str]
    """The native node pool (`realip-nodes`): its cluster and its own id."""


class RealIpStackArgs(TypedDict):
    """Arguments of `RealIpStack`."""

    scenario: NotRequired[StackScenario]
    """The scenario; vpc-cni-direct-native if unset."""
    network: NotRequired[StackNetwork]
    """The VPC and its subnets."""
    cluster: NotRequired[StackCluster]
    """The TKE cluster."""
    nodes: NotRequired[StackNodes]
    """The nodes."""
    app: NotRequired[StackApp]
    """The application."""
    load_balancer: NotRequired[StackLoadBalancer]
    """The CLB in front of the app."""
    access: NotRequired[StackAccess]
    """Who may reach the API server and the app."""
    tags: NotRequired[Mapping[str, str]]
    """Tags of every cloud resource that takes tags."""
    adopt: NotRequired[StackAdopt]
    """Ids of resources that were made and that the state does not have, since the answer to their creation was lost."""
