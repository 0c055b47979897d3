"""TKE's vocabulary: the keys, values and limits that Tencent Cloud defines, each with its source.

`TKE 51258` is document 457/51258 of Tencent Cloud's documentation; `provider` is the Terraform provider behind the
Pulumi SDK, with the resource's field. Nothing else in the library spells an annotation.
"""

__all__ = [
    "ACCOUNT_BILLED_BY_CVM",
    "ACCOUNT_BILLED_BY_IP",
    "ADDRESS_IP_VERSION",
    "ANY_ENVIRONMENT_NAME_VERSION",
    "API_SERVER_PORT",
    "AUTOSCALING_VERSION",
    "BANDWIDTH_PACKAGE",
    "CERTIFICATE_ID",
    "CLASS_ANNOTATION",
    "CLASS_QCLOUD",
    "CLUSTER_CIDR_MASKS",
    "CLUSTER_CIDR_RANGES",
    "CLUSTER_LEVELS",
    "CLUSTER_OS",
    "CLUSTER_POD_NUMBERS",
    "CLUSTER_SERVICE_NUMBERS",
    "CONTROLLER_VERSION",
    "DATA_DISK_SIZES",
    "DATA_DISK_STEP",
    "DATA_DISK_TYPES",
    "DEFAULT_DIRECT_ACCESS",
    "DEFAULT_DIRECT_ACCESS_SINCE",
    "ENI_NETWORKS",
    "ENI_RESOURCES",
    "EVICTION_POLICY_VERSION",
    "FILE_SYSTEMS",
    "GLOBAL_ROUTE_DIRECT_ACCESS",
    "GLOBAL_ROUTE_DIRECT_ACCESS_VERSION",
    "HEALTH_CHECK_INTERVAL",
    "HEALTH_CHECK_INTERVALS",
    "HEALTH_CHECK_METHODS",
    "HEALTH_CHECK_NUMBER",
    "HEALTH_CHECK_RANGE",
    "HEALTH_CHECK_TIMEOUT",
    "HEALTH_CHECK_TIMEOUTS",
    "HEALTH_CHECK_TIMES",
    "INGRESS_AUTO_REWRITE",
    "INGRESS_CERTIFICATE",
    "INGRESS_CONFIG",
    "INGRESS_CONFIG_AUTO",
    "INGRESS_DIRECT_ACCESS",
    "INGRESS_EXISTING_LOAD_BALANCER",
    "INGRESS_GRACE_DELETION",
    "INGRESS_GROUP",
    "INGRESS_HTTPS_RULES",
    "INGRESS_HTTP_RULES",
    "INGRESS_INTERNAL_SUBNET",
    "INGRESS_INTERNET_BANDWIDTH",
    "INGRESS_INTERNET_CHARGE_TYPE",
    "INGRESS_LISTEN_PORTS",
    "INGRESS_PARAMETERS",
    "INGRESS_PASS_TO_TARGET",
    "INGRESS_PREFIXES",
    "INGRESS_REWRITE_SUPPORT",
    "INGRESS_RULE_MIX",
    "INGRESS_SECURITY_GROUPS",
    "INSTANCE_CORES",
    "INSTANCE_FAMILIES",
    "INTERNAL_ONLY_API_DOMAIN",
    "INTERNET_BANDWIDTH",
    "INTERNET_CHARGE_TYPES",
    "LEAST_CONN",
    "LOCAL_POLICY",
    "MANAGED_CLUSTER",
    "MAX_FORWARDING_RULES",
    "MAX_HOST_LENGTH",
    "MAX_LISTENERS",
    "MAX_LOAD_BALANCER_SECURITY_GROUPS",
    "MAX_NAME_LENGTH",
    "MAX_PATH_LENGTH",
    "MAX_SECURITY_GROUP_RULES",
    "MINOR_VERSION_STEP",
    "MODE_SKIP",
    "NAT_ADDRESS_BANDWIDTH",
    "NAT_BANDWIDTHS",
    "NETWORK_TYPE_GLOBAL_ROUTER",
    "NETWORK_TYPE_VPC_CNI",
    "NODE_BANDWIDTH",
    "NODE_EVICTION_MEMORY",
    "NODE_INTERNET_CHARGE_TYPES",
    "NODE_PACKAGE_BANDWIDTH",
    "NODE_PORT_RANGE",
    "NODE_RESERVED_CORES",
    "NODE_RESERVED_CORES_AT_LEAST",
    "NODE_RESERVED_MEMORY",
    "PODS_OF_A_LEVEL",
    "POD_ENI",
    "POD_NETWORK",
    "POD_NETWORKS",
    "PREPAID_PERIODS",
    "PRE_STOP_SLEEP_VERSION",
    "READ_AT_CREATION",
    "RENEW_FLAGS",
    "SCHEDULERS",
    "SERVICE_CIDR_MASKS",
    "SERVICE_CIDR_RANGES",
    "SERVICE_CONFIG",
    "SERVICE_CONFIG_AUTO",
    "SERVICE_CONFIG_KIND",
    "SERVICE_CONFIG_PROTOCOLS",
    "SERVICE_CONFIG_RESERVED",
    "SERVICE_CONFIG_VERSION",
    "SERVICE_CONTROLLER_CONFIG",
    "SERVICE_DIRECT_ACCESS",
    "SERVICE_EXISTING_LOAD_BALANCER",
    "SERVICE_GRACE_DELETION",
    "SERVICE_INTERNAL_SUBNET",
    "SERVICE_INTERNET_BANDWIDTH",
    "SERVICE_INTERNET_CHARGE_TYPE",
    "SERVICE_LOAD_BALANCER_TYPE",
    "SERVICE_LOAD_BALANCER_TYPE_PUBLIC",
    "SERVICE_LOCAL_ONLY_WITH_POD",
    "SERVICE_LOCAL_WEIGHTED",
    "SERVICE_MODE",
    "SERVICE_PARAMETERS",
    "SERVICE_PASS_TO_TARGET",
    "SERVICE_PREFIXES",
    "SERVICE_PROTOCOLS",
    "SERVICE_SECURITY_GROUPS",
    "SERVICE_SNAT",
    "SERVICE_SOURCE_ENDPOINTS",
    "SERVICE_TARGET_GROUPS",
    "SESSION_EXPIRE_TIMES",
    "SUBNET_MASKS",
    "SUBNET_RESERVED_ADDRESSES",
    "SUPER_NODE_OWN_PORT",
    "SUPER_NODE_SELECTOR",
    "SUPER_NODE_TAINT",
    "SYSTEM_DISK_SIZES",
    "SYSTEM_DISK_TYPES",
    "TRAFFIC_POSTPAID_BY_HOUR",
    "VPC_CIDR_MASKS",
    "VPC_CIDR_RANGES",
    "VPC_CNI_EXCLUSIVE_ENI",
    "VPC_CNI_SHARED_ENI",
    "WRITTEN_BY_TKE",
    "WRR",
]

# --- Service annotations (TKE 51258) -----------------------------------------------------------------------------------

SERVICE_DIRECT_ACCESS = "service.cloud.tencent.com/direct-access"
"""`"true"`: the load balancer reaches pods straight; `"false"`: through node ports. Without it the answer depends on the
cluster's age (TKE 131136, `EnableDefaultDirectAccess`), so it is always written (TKE 41897)."""

SERVICE_LOAD_BALANCER_TYPE = "service.cloud.tencent.com/loadbalance-type"
SERVICE_LOAD_BALANCER_TYPE_PUBLIC = "OPEN"
"""The TKE Real Client IP Preservation Guide states it for scenario 1; no TKE document does. A public load balancer is TKE's default without it."""

SERVICE_INTERNAL_SUBNET = "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"
"""An internal load balancer in that subnet; a change between public and internal makes a new one."""

SERVICE_EXISTING_LOAD_BALANCER = "service.kubernetes.io/tke-existed-lbid"
"""An existing load balancer (`lb-...`). `loadbalance-id` is TKE's own answer and is never set."""

SERVICE_INTERNET_BANDWIDTH = "service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out"
"""Mbit/s of a public load balancer; read when it is made, a later change does nothing."""

SERVICE_INTERNET_CHARGE_TYPE = "service.kubernetes.io/qcloud-loadbalancer-internet-charge-type"
"""How the traffic of a public load balancer is paid; goes with the bandwidth (TKE 51258)."""

SERVICE_SECURITY_GROUPS = "service.cloud.tencent.com/security-groups"
"""Security groups of the load balancer itself, comma-separated."""

LOCAL_POLICY = "Local"
"""Value of a Service's `externalTrafficPolicy` with which a node hands on to pods of its own, and leaves the source address
(TKE 45492). Kubernetes' default, Cluster, replaces it by the node's."""

SERVICE_GRACE_DELETION = "service.cloud.tencent.com/enable-grace-deletion"
"""Direct access only: takes a pod's weight to zero before the pod is stopped, so that a rollout drops no connection."""

SERVICE_PASS_TO_TARGET = "service.cloud.tencent.com/pass-to-target"  # noqa: S105 - an annotation, not a password
"""`"true"`: what the load balancer lets through reaches node or pod whatever its security group says. Only for a load
balancer that TKE makes."""
SERVICE_LOCAL_ONLY_WITH_POD = "service.kubernetes.io/local-svc-only-bind-node-with-pod"
"""`"true"`: of a Service with `externalTrafficPolicy: Local` only nodes that have a pod are bound (TKE 45492)."""
SERVICE_LOCAL_WEIGHTED = "service.cloud.tencent.com/local-svc-weighted-balance"
"""`"true"`: nodes weigh as much as they have pods; goes with the annotation above (TKE 45492)."""
SERVICE_SOURCE_ENDPOINTS = "service.cloud.tencent.com/loadbalancer-source-endpoints"
"""On Services that TKE makes itself: where their backends come from."""
SERVICE_PROTOCOLS = "service.cloud.tencent.com/specify-protocol"
"""JSON: a listener's protocols by its port, over what the Service's own ports say: `{"443":{"protocol":["TCP_SSL"],"tls":"secret"}}`
(TKE 51259). TCP and UDP in one Service, on one port or on several, with direct access alone; the Service's ports are all TCP then."""
SERVICE_PARAMETERS = "service.kubernetes.io/service.extensiveParameters"
"""JSON: parameters of CreateLoadBalancer, read when the load balancer is made (TKE 51258)."""
SERVICE_TARGET_GROUPS = "service.cloud.tencent.com/target-groups"
SERVICE_SNAT = "service.cloud.tencent.com/snat-pro-info"
"""Addresses from which the load balancer asks backends outside its VPC, such as registered nodes (TKE 79749)."""
SERVICE_MODE = "service.cloud.tencent.com/mode"
MODE_SKIP = "skip"
"""TKE leaves such a Service alone (service controller 2.10.0)."""
SERVICE_CONFIG = "service.cloud.tencent.com/tke-service-config"
"""Name of a TkeServiceConfig in the Service's namespace (TKE 45490)."""
SERVICE_CONFIG_AUTO = "service.cloud.tencent.com/tke-service-config-auto"
"""TKE makes a TkeServiceConfig itself; not together with the former."""

# --- Ingress annotations (TKE 56112) -----------------------------------------------------------------------------------

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
CLASS_QCLOUD = "qcloud"
INGRESS_DIRECT_ACCESS = "ingress.cloud.tencent.com/direct-access"
INGRESS_PASS_TO_TARGET = "ingress.cloud.tencent.com/pass-to-target"  # noqa: S105 - an annotation, not a password
"""`"true"`: what the load balancer lets through reaches the node whatever the node's security group says, so no node
port has to be opened to clients. Only for a load balancer that TKE makes."""
INGRESS_SECURITY_GROUPS = "ingress.cloud.tencent.com/security-groups"
INGRESS_INTERNAL_SUBNET = "kubernetes.io/ingress.subnetId"
INGRESS_EXISTING_LOAD_BALANCER = "kubernetes.io/ingress.existLbId"
INGRESS_INTERNET_BANDWIDTH = "kubernetes.io/ingress.internetMaxBandwidthOut"
INGRESS_INTERNET_CHARGE_TYPE = "kubernetes.io/ingress.internetChargeType"
INGRESS_PARAMETERS = "kubernetes.io/ingress.extensiveParameters"
INGRESS_GRACE_DELETION = "ingress.cloud.tencent.com/enable-grace-deletion"
"""Direct access only: takes a pod's weight to zero before the pod is stopped, as on a Service."""

INGRESS_CONFIG = "ingress.cloud.tencent.com/tke-service-config"
"""Name of a TkeServiceConfig in the Ingress's namespace (TKE 45700)."""
INGRESS_CONFIG_AUTO = "ingress.cloud.tencent.com/tke-service-config-auto"
INGRESS_AUTO_REWRITE = "ingress.cloud.tencent.com/auto-rewrite"
"""`"true"`: every rule of the HTTPS listener gets one in the HTTP listener that redirects to it (TKE 59096). No other HTTP rule may
stand beside those (E4068). Turned off by `"false"`: taking the annotation away leaves the redirections."""
INGRESS_REWRITE_SUPPORT = "ingress.cloud.tencent.com/rewrite-support"
"""Goes with the former (TKE 56112)."""
INGRESS_LISTEN_PORTS = "ingress.cloud.tencent.com/listen-ports"
"""Ports of the listeners, `[{"HTTP":80},{"HTTPS":443}]`; read when the Ingress is made (TKE 56112)."""
INGRESS_RULE_MIX = "kubernetes.io/ingress.rule-mix"
"""`"true"`: rules of both protocols in one Ingress, told apart by the next two (TKE 45693)."""
INGRESS_HTTP_RULES = "kubernetes.io/ingress.http-rules"
INGRESS_HTTPS_RULES = "kubernetes.io/ingress.https-rules"
INGRESS_GROUP = "ingress.cloud.tencent.com/enable-group"
"""`"true"`: several Ingresses share one existing load balancer; read when the Ingress is made (TKE 127545)."""
READ_AT_CREATION = (
    SERVICE_INTERNET_BANDWIDTH,
    SERVICE_INTERNET_CHARGE_TYPE,
    SERVICE_PARAMETERS,
    INGRESS_INTERNET_BANDWIDTH,
    INGRESS_INTERNET_CHARGE_TYPE,
    INGRESS_PARAMETERS,
    INGRESS_LISTEN_PORTS,
    INGRESS_GROUP,
)
"""Annotations that TKE reads when it makes a load balancer or an Ingress, and not again (TKE 51258, 56112, 127545)."""
INGRESS_CERTIFICATE = "ingress.cloud.tencent.com/certificate"
"""Certificates without a Secret; not together with the Ingress's `tls`, which is what is written here."""

ADDRESS_IP_VERSION = "AddressIPVersion"
"""The parameter of CreateLoadBalancer that asks for IPv6."""

WRITTEN_BY_TKE = (
    "service.kubernetes.io/loadbalance-id",
    "service.kubernetes.io/loadbalance-nat-ipv6",
    "kubernetes.io/ingress.qcloud-loadbalance-id",
    "ingress.cloud.tencent.com/loadbalance-nat-ipv6",
    "ingress.cloud.tencent.com/loadbalance-ipv6",
)
"""Annotations that TKE writes itself, for people to read (TKE 51258, 56112)."""
SERVICE_PREFIXES = ("service.cloud.tencent.com/", "service.kubernetes.io/")
INGRESS_PREFIXES = ("ingress.cloud.tencent.com/", "kubernetes.io/ingress.")
"""How the annotations start that TKE reads from a Service, and from an Ingress."""

# --- Certificates (TKE 45738) ------------------------------------------------------------------------------------------

CERTIFICATE_ID = "qcloud_cert_id"
"""Key of an Opaque Secret that names a certificate of Tencent Cloud by its id. The id is no secret."""

# --- Layer 7 (CLB 9032, TKE 81004) ---------------------------------------------------------------------------------------

MAX_HOST_LENGTH = 80
MAX_PATH_LENGTH = 200
MAX_FORWARDING_RULES = 50
"""Host and path pairs of a listener, unless the account has more (TKE 56112, E4005)."""

# --- TkeServiceConfig (TKE 45490, 45700) ---------------------------------------------------------------------------------

SERVICE_CONFIG_VERSION = "cloud.tencent.com/v1alpha1"
SERVICE_CONFIG_KIND = "TkeServiceConfig"
SERVICE_CONFIG_RESERVED = ("-auto-service-config", "-auto-ingress-config")
"""Endings of the names that TKE itself gives (E4051)."""
SERVICE_CONFIG_PROTOCOLS = ("TCP", "UDP")
"""Protocols of the layer 4 listeners that it can speak of."""
HEALTH_CHECK_INTERVALS = range(5, 301)
"""Seconds; 5 if unset."""
HEALTH_CHECK_TIMES = range(2, 11)
"""How often a check has to pass, or fail, in a row; 3 if unset."""
HEALTH_CHECK_TIMEOUTS = range(2, 61)
"""Seconds, less than the interval; 2 if unset."""
HEALTH_CHECK_INTERVAL, HEALTH_CHECK_NUMBER, HEALTH_CHECK_TIMEOUT = 5, 3, 2
HEALTH_CHECK_METHODS = ("HEAD", "GET")
"""Of layer 7 (CLB 30694, HealthCheck)."""
SCHEDULERS = (WRR, LEAST_CONN) = ("WRR", "LEAST_CONN")
"""Only the first keeps clients with their pod or node (provider clb_listener, `session_expire_time`)."""
SESSION_EXPIRE_TIMES = range(30, 3601)
"""Seconds for which a client's connections go to the same pod or node."""

# --- Load balancers (TKE 51258, 56112) -------------------------------------------------------------------------------------

MAX_LISTENERS = 50
"""Listeners of a load balancer, unless the account has more (CLB 6187)."""
MAX_LOAD_BALANCER_SECURITY_GROUPS = 5
TRAFFIC_POSTPAID_BY_HOUR = "TRAFFIC_POSTPAID_BY_HOUR"
"""Public traffic is paid by volume (TKE 51258; provider eip, `internet_charge_type`)."""
INTERNET_CHARGE_TYPES = (TRAFFIC_POSTPAID_BY_HOUR, "BANDWIDTH_POSTPAID_BY_HOUR")
"""How a load balancer's traffic may be paid (TKE 51258, 56112)."""
INTERNET_BANDWIDTH = range(1, 2049)
"""Legal Mbit/s of a public load balancer."""

# --- The service controller's ConfigMap (TKE 131136) ------------------------------------------------------------------

SERVICE_CONTROLLER_CONFIG = ("kube-system", "tke-service-controller-config")
"""Namespace and name of the ConfigMap that TKE makes and owns: patched, never created, never deleted."""

GLOBAL_ROUTE_DIRECT_ACCESS_VERSION = (1, 6, 0)
"""The oldest Service controller that knows the next key."""

GLOBAL_ROUTE_DIRECT_ACCESS = "GlobalRouteDirectAccess"
"""`"true"` lets GlobalRouter clusters have direct access (TKE 41897). Other workloads of the cluster rely on it too."""

DEFAULT_DIRECT_ACCESS = "EnableDefaultDirectAccess"
"""`"true"`: a new Service or Ingress without the annotation gets direct access. Clusters made with service controller 2.11.0 or
later have it; an upgrade does not add it (TKE 131136)."""
CONTROLLER_VERSION = "VERSION"
"""The service controller's own version, `v2.11.4`; read-only."""
DEFAULT_DIRECT_ACCESS_SINCE = (2, 11, 0)

# --- Pods with an elastic network interface (TKE 48793, 50355) ---------------------------------------------------------

POD_NETWORKS = "tke.cloud.tencent.com/networks"
ENI_NETWORKS = ("tke-route-eni", "tke-direct-eni")
"""Networks that give a pod an address of the VPC, in VPC-CNI clusters and in GlobalRouter clusters that have them besides."""
POD_NETWORK = {POD_NETWORKS: ENI_NETWORKS[0]}
"""The annotation of a pod that asks for an address of the VPC in a cluster whose pods have others (TKE 48793)."""
ENI_RESOURCES = ("tke.cloud.tencent.com/eni-ip", "tke.cloud.tencent.com/direct-eni")
"""Resources that nodes with such networks offer, and their pods ask for."""
POD_ENI = {ENI_RESOURCES[0]: "1"}
"""The resource of such a pod, as request and limit. TKE's document shows the annotation alone, and its webhook may add this one;
Tencent's own guide (imroc/tke-guide) writes both."""

# --- Super nodes (TKE 41897; provider kubernetes_serverless_node_pool) --------------------------------------------------

SUPER_NODE_SELECTOR = {"node.kubernetes.io/instance-type": "eklet"}
SUPER_NODE_TAINT = "eks.tke.cloud.tencent.com/eklet"
SUPER_NODE_OWN_PORT = 9100
"""Taken on every super node, so no container can listen there."""

# --- Cluster (provider kubernetes_cluster; TKE 103981) ------------------------------------------------------------------

MANAGED_CLUSTER = "MANAGED_CLUSTER"
CLUSTER_OS = "tlinux3.1x86_64"
"""TencentOS Server 3.1, which the provider's examples of current clusters name (kubernetes_cluster, `cluster_os`; TKE 68289);
without it the provider sends the older tlinux2.4x86_64."""
NETWORK_TYPE_VPC_CNI = "VPC-CNI"
NETWORK_TYPE_GLOBAL_ROUTER = "GR"
VPC_CNI_SHARED_ENI = "tke-route-eni"
VPC_CNI_EXCLUSIVE_ENI = "tke-direct-eni"

CLUSTER_CIDR_RANGES = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Where a GlobalRouter cluster's CIDR may lie; the documents' ranges, which are narrower than the provider's code."""
CLUSTER_CIDR_MASKS = range(10, 25)
"""`InvalidParameter.CIDRMaskSizeOutOfRange`: 10 to 24."""
SERVICE_CIDR_RANGES = CLUSTER_CIDR_RANGES
SERVICE_CIDR_MASKS = range(17, 28)
CLUSTER_POD_NUMBERS = (16, 32, 64, 128, 256)
"""Pods on one GlobalRouter node; anything between is rounded up by the API, and previews as a new cluster from then on."""
CLUSTER_SERVICE_NUMBERS = tuple(2**power for power in range(5, 16))
"""Services of a cluster, 32 to 32768, powers of two for the same reason."""
CLUSTER_LEVELS = {f"L{nodes}": nodes for nodes in (5, 20, 50, 100, 200, 500, 1000, 3000, 5000)}
"""Level of a managed cluster, and the nodes that it holds."""

PODS_OF_A_LEVEL = 30
"""Pods for each node of a level that a cluster should have at most: 150 for L5, 600 for L20 (TKE 45158)."""

API_SERVER_PORT = 443
INTERNAL_ONLY_API_DOMAIN = ".ccs.tencent-cloud.com"
"""The server name that a kubeconfig may carry although it resolves inside Tencent Cloud only."""

# --- Network (provider vpc, subnet, security_group_rule_set) -------------------------------------------------------------

VPC_CIDR_RANGES = CLUSTER_CIDR_RANGES
VPC_CIDR_MASKS = range(12, 29)
SUBNET_MASKS = range(12, 30)
MAX_NAME_LENGTH = 60
"""Of VPC, subnet, NAT gateway, route table and security group (provider, `ValidateStringLengthInRange(1, 60)`)."""
SUBNET_RESERVED_ADDRESSES = 3
"""Network, gateway and broadcast address of every subnet."""
NODE_PORT_RANGE = (30000, 32768)
"""The ports that TKE asks a security group to let through for node ports (30000-32768)."""
HEALTH_CHECK_RANGE = "100.64.0.0/10"
"""Where load balancers' health checks come from (CLB 214/53639); never a client."""

# --- Account (provider eip_network_account_type) ---------------------------------------------------------------------------

ACCOUNT_BILLED_BY_IP = "STANDARD"
"""Public bandwidth belongs to EIPs and load balancers ("bandwidth-upshifted")."""
ACCOUNT_BILLED_BY_CVM = "LEGACY"
"""Public bandwidth belongs to machines ("traditional"): direct access of a GlobalRouter cluster and to pods of super nodes
is not to be had (TKE 41897), and an EIP takes no bandwidth of its own."""

# --- Native nodes (provider kubernetes_native_node_pool) -----------------------------------------------------------------

SYSTEM_DISK_TYPES = ("CLOUD_PREMIUM", "CLOUD_SSD", "CLOUD_BSSD", "CLOUD_HSSD")
SYSTEM_DISK_SIZES = range(50, 1025)
"""GB of a node's system disk."""
DATA_DISK_TYPES = (*SYSTEM_DISK_TYPES, "CLOUD_TSSD", "LOCAL_NVME")
DATA_DISK_SIZES = range(10, 32001)
"""GB of a data disk: what a cloud disk may have (CBS 362/2353); its type may ask for more than the least."""
DATA_DISK_STEP = 10
"""GB by which sizes of data disks differ (CVM RunInstances, DataDisk)."""
FILE_SYSTEMS = ("ext3", "ext4", "xfs")
PREPAID_PERIODS = (*range(1, 13), 24, 36, 48, 60)
"""Months for which a node is paid in advance."""
RENEW_FLAGS = ("NOTIFY_AND_AUTO_RENEW", "NOTIFY_AND_MANUAL_RENEW", "DISABLE_NOTIFY_AND_MANUAL_RENEW")
BANDWIDTH_PACKAGE = "BANDWIDTH_PACKAGE"
NODE_INTERNET_CHARGE_TYPES = (TRAFFIC_POSTPAID_BY_HOUR, "BANDWIDTH_POSTPAID_BY_HOUR", BANDWIDTH_PACKAGE)
NODE_BANDWIDTH = range(1, 101)
"""Mbit/s of a node's public address, by traffic or by bandwidth."""
NODE_PACKAGE_BANDWIDTH = range(1, 2001)
"""The same in a bandwidth package."""

# --- NAT gateway (provider nat_gateway) ----------------------------------------------------------------------------------

NAT_BANDWIDTHS = (20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Mbit/s of a NAT gateway."""
NAT_ADDRESS_BANDWIDTH = 100
"""Mbit/s of an EIP that is billed by traffic, at most (provider eip, internet_max_bandwidth_out)."""

INSTANCE_CORES = {"SMALL": 1, "MEDIUM": 2, "LARGE": 4}
"""vCPU by the size in an instance type's name, and `2XLARGE` twice four; behind it stands the memory in GB (CVM 213/11518)."""
INSTANCE_FAMILIES = r"(?:SA?|SN|SR|C|CN|MA?)[0-9][A-Za-z0-9]*"
"""Standard, compute and memory-optimized families, whose names keep that; those with GPUs or disks of their own do not."""
NODE_RESERVED_CORES = ((4, "0.025"), (64, "0.0125"), (128, "0.005"))
"""Shares of the cores above so many that a node keeps for itself, up to the next line (TKE 76057)."""
NODE_RESERVED_CORES_AT_LEAST = "0.1"
"""Cores that every node keeps for itself, whose first four are reserved no further (TKE 76057)."""
NODE_RESERVED_MEMORY = ((0, "0.25"), (4, "0.2"), (8, "0.1"), (16, "0.06"), (128, "0.02"))
"""Shares of the GB above so many that a node keeps for itself, up to the next line (TKE 76057)."""
NODE_EVICTION_MEMORY = 100 * 2**20
"""Bytes that a node leaves free besides (TKE 76057)."""

# --- Kubernetes ----------------------------------------------------------------------------------------------------------

MAX_SECURITY_GROUP_RULES = 100
"""Rules of a security group in one direction, unless the account has more (VPC, DescribeSecurityGroupLimits, 41428)."""
MINOR_VERSION_STEP = 2
"""TKE offers every second minor version, the even ones (TKE 47894, 73078)."""
AUTOSCALING_VERSION = (1, 23)
"""Since when there is autoscaling/v2, which knows memory."""
EVICTION_POLICY_VERSION = (1, 27)
"""Since when a budget can let pods go that are not ready, so that a broken app keeps no node from being drained (KEP-3017)."""
ANY_ENVIRONMENT_NAME_VERSION = (1, 32)
"""Since when the name of an environment variable may have any printable character but `=` (KEP-4369)."""
PRE_STOP_SLEEP_VERSION = (1, 30)
"""Since when the kubelet can sleep before it stops a container, without a shell in the image."""
