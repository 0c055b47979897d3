"""The Tencent provider's schema, as far as programs here use it: what it computes, what it cannot change, what it fills in.

Read from the Terraform provider v1.82.42, which the Pulumi package wraps; property names are Pulumi's. A property that no
row mentions is refused, so that a new one is looked up before it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["SCHEMA", "Schema"]


@dataclass(frozen=True)
class Schema:
    """One resource type.

    Args:
        label: how the cloud's ids of this type begin.
        inputs: properties that can change in place.
        force_new: paths whose change needs a new resource.
        refused: paths whose change the provider answers with an error.
        computed: outputs that only the cloud knows.
        filled: inputs that the cloud fills in where the program says nothing.
        defaults: inputs that the provider fills in itself.
        secret: outputs that the provider marks as secret.
        unordered: list inputs that are sets.
    """

    label: str
    inputs: frozenset[str] = frozenset()
    force_new: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    filled: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    unordered: frozenset[str] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        """Every top-level input."""
        every = self.inputs | self.force_new | self.refused | self.filled.keys() | self.defaults.keys()
        return frozenset(path.split(".")[0] for path in every)

    @property
    def named(self) -> bool:
        """Whether the plugin would name the resource itself: then a replacement deletes first where the program named it."""
        return "name" in self.known


def words(text: str) -> frozenset[str]:
    """A set of names written as one string."""
    return frozenset(text.split())


SCHEMA: Mapping[str, Schema] = {
    "tencentcloud:Vpc/instance:Instance": Schema(
        "vpc",
        inputs=words("name tags"),
        force_new=words("cidrBlock"),
        computed=words("createTime defaultRouteTableId dockerAssistantCidrs isDefault"),
        filled={"dnsServers": ["183.60.83.19", "183.60.82.98"], "isMulticast": True, "assistantCidrs": []},
        unordered=words("dnsServers"),
    ),
    "tencentcloud:Subnet/instance:Instance": Schema(
        "subnet",
        inputs=words("name tags"),
        force_new=words("vpcId availabilityZone cidrBlock cdcId"),
        computed=words("availableIpCount createTime isDefault"),
        filled={"isMulticast": True, "routeTableId": ""},
    ),
    "tencentcloud:Eip/instance:Instance": Schema(
        "eip",
        inputs=words("prepaidPeriod autoRenewFlag tags"),
        force_new=words("anycastZone internetServiceProvider"),
        refused=words("bandwidthPackageId antiDdosPackageId egress"),
        computed=words("publicIp status"),
        filled={
            "name": "unnamed",
            "internetChargeType": "TRAFFIC_POSTPAID_BY_HOUR",
            "internetMaxBandwidthOut": 1,
            "egress": "center_egress1",
        },
        defaults={"type": "EIP"},
    ),
    "tencentcloud:Nat/gateway:Gateway": Schema(
        "nat",
        inputs=words("name assignedEipSets tags"),
        force_new=words("vpcId subnetId natProductVersion stockPublicIpAddressesBandwidthOut"),
        refused=words("zone"),
        computed=words("createdTime"),
        filled={
            "maxConcurrent": 1000000,
            "bandwidth": 100,
            "zone": "ap-guangzhou-6",
            "natProductVersion": 1,
            "subnetId": "",
            "stockPublicIpAddressesBandwidthOut": 1,
        },
        unordered=words("assignedEipSets"),
    ),
    "tencentcloud:Route/table:Table": Schema(
        "rtb",
        inputs=words("name tags"),
        force_new=words("vpcId"),
        computed=words("createTime isDefault routeEntryIds subnetIds"),
    ),
    "tencentcloud:Route/tableEntry:TableEntry": Schema(
        "rti",
        force_new=words("routeTableId destinationCidrBlock nextType nextHub description"),
        computed=words("routeItemId"),
        filled={"disabled": False},
    ),
    "tencentcloud:Route/tableAssociation:TableAssociation": Schema(
        "subnet", inputs=words("routeTableId"), force_new=words("subnetId")
    ),
    "tencentcloud:Security/group:Group": Schema(
        "sg",
        inputs=words("name tags"),
        force_new=words("projectId"),
        filled={"projectId": 0},
        defaults={"description": ""},
    ),
    "tencentcloud:Security/groupRuleSet:GroupRuleSet": Schema(
        "sg",
        inputs=words("ingresses egresses"),
        force_new=words("securityGroupId"),
        computed=words("version"),
        filled={
            f"{way}.{key}": None for way in ("ingresses", "egresses") for key in ("protocol", "port", "policyIndex")
        },
    ),
    "tencentcloud:Kubernetes/cluster:Cluster": Schema(
        "cls",
        inputs=words(
            "clusterName clusterDesc autoUpgradeClusterLevel tags eniSubnetIds resourceDeleteOptions projectId authOptions"
            " clusterAudit eventPersistence kubeProxyMode logAgent runtimeVersion"
        ),
        force_new=words(
            "vpcId networkType clusterCidr serviceCidr isNonStaticIpMode clusterMaxPodNum clusterMaxServiceNum clusterIpvs"
            " containerRuntime clusterOsType clusterDeployType nodeNameType ignoreClusterCidrConflict"
            " ignoreServiceCidrConflict isDualStack clusterSubnetId labels clusterExtraArgs basePodNum"
        ),
        refused=words("disableAddons extensionAddons"),
        computed=words(
            "certificationAuthority clusterAsEnabled clusterExternalEndpoint clusterNodeNum domain kubeConfig"
            " kubeConfigIntranet password pgwEndpoint securityPolicies userName workerInstancesLists"
        ),
        filled={
            "clusterVersion": "1.32.2",
            "clusterLevel": "L5",
            "containerRuntime": "containerd",
            "vpcCniType": None,
            "claimExpiredSeconds": 0,
            "isDualStack": False,
            "dataPlaneV2": False,
            "ignoreServiceCidrConflict": False,
            "clusterInternet": None,
            "clusterIntranet": None,
            "clusterInternetSecurityGroup": "",
            "clusterIntranetSubnetId": "",
        },
        defaults={
            "clusterOs": "tlinux2.4x86_64",
            "clusterOsType": "GENERAL",
            "clusterDeployType": "MANAGED_CLUSTER",
            "networkType": "GR",
            "nodeNameType": "lan-ip",
            "isNonStaticIpMode": False,
            "deletionProtection": False,
            "clusterIpvs": True,
            "clusterMaxPodNum": 256,
            "clusterMaxServiceNum": 256,
            "ignoreClusterCidrConflict": False,
            "upgradeInstancesFollowCluster": False,
            "enableCustomizedPodCidr": False,
        },
        secret=words("kubeConfig kubeConfigIntranet"),  # not `password`, although it is an administrator's
        unordered=words("eniSubnetIds"),
    ),
    "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint": Schema(
        "cls",
        inputs=words(
            "clusterInternetSecurityGroup clusterInternetDomain clusterIntranetDomain clusterIntranetSubnetId"
        ),
        force_new=words("clusterId extensiveParameters"),
        computed=words(
            "certificationAuthority clusterDeployType clusterExternalEndpoint domain kubeConfig kubeConfigIntranet"
            " password pgwEndpoint userName"
        ),
        defaults={"clusterInternet": False, "clusterIntranet": False},
        secret=words("kubeConfig kubeConfigIntranet password"),
    ),
    "tencentcloud:Kubernetes/nativeNodePool:NativeNodePool": Schema(
        "np",
        inputs=words("name labels taints tags native"),
        force_new=words(
            "clusterId native.instanceChargeType native.instanceTypes native.systemDisk native.internetAccessible"
            " native.instanceChargePrepaid native.runtimeRootDir native.machineType"
        ),
        refused=words("type"),
        computed=words("createdAt lifeState"),
        filled={
            "deletionProtection": False,
            "unschedulable": False,
            "annotations": [],
            "native.replicas": 0,
            "native.scaling": None,
            "native.management": None,
            "native.lifecycle": None,
            "native.runtimeRootDir": "/var/lib/containerd",
            "native.machineType": "Native",
            "native.internetAccessible": None,
            "native.instanceChargePrepaid": None,
        },
        unordered=words("labels tags annotations"),
    ),
    "tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool": Schema(
        "np",
        inputs=words("name labels taints"),
        force_new=words("clusterId serverlessNodes securityGroupIds"),
        computed=words("lifeState"),
    ),
}
