"""TKE: clusters, their API server's endpoint, native and super nodes."""

import ipaddress
from typing import Any

from tests.engine.standins.api_server import ApiServer
from tests.engine.standins.behaviour import CREATED_AT, Behaviour, unsafe
from tests.engine.standins.cloud import ANYWHERE, Cloud, Record
from tests.engine.standins.faults import Refusal
from tests.engine.standins.tencent_network import subnet_of, vpc_of

__all__ = ["Cluster", "ClusterEndpoint", "NativeNodePool", "ServerlessNodePool"]

FILLED_SUBNETS_CANNOT_GO = (
    "the `eni_subnet_ids` parameter does not allow modification of existing subnet ID data. If you want to modify the"
    " existing subnet ID, please first set eni_subnet_ids to empty, and then fill in the latest subnet ID"
)


class Cluster(Behaviour):
    """A managed cluster. Its ranges may overlap nothing in its VPC."""

    def create(self, cloud: Cloud, record: Record) -> None:
        inputs = record.inputs
        vpc = vpc_of(cloud, inputs["vpcId"])
        if inputs["networkType"] == "VPC-CNI":
            if not inputs.get("serviceCidr") or not inputs.get("eniSubnetIds"):
                raise Refusal(
                    "InvalidParameter",
                    "`service_cidr` must be set and `eni_subnet_ids` must be set when cluster `network_type` is VPC-CNI.",
                )
            for subnet in inputs["eniSubnetIds"]:
                subnet_of(cloud, subnet)
        elif not inputs.get("clusterCidr"):
            raise Refusal("InvalidParameter", "`cluster_cidr` must be set when cluster `network_type` is GR")
        for name in ("clusterCidr", "serviceCidr"):
            if inputs.get(name):
                self._free(cloud, record, vpc, name, inputs[name])
        if inputs["deletionProtection"]:
            record.computed["deletionProtection"] = True
        record.id = cloud.next_id("cls")
        pods = int(inputs["clusterMaxPodNum"])
        if pods & (pods - 1):  # the API rounds up, and the next plan wants another cluster
            inputs["clusterMaxPodNum"] = 1 << pods.bit_length()
        record.computed = {
            "certificationAuthority": cloud.authority(record.id),
            "clusterAsEnabled": False,
            "clusterExternalEndpoint": "",
            "clusterNodeNum": 0,
            "domain": f"{record.id}.ccs.tencent-cloud.com",
            "kubeConfig": "",
            "kubeConfigIntranet": "",
            "password": cloud.password(record.id),
            "pgwEndpoint": "",
            "securityPolicies": [],
            "userName": "admin",
            "workerInstancesLists": [],
            "vpcCniType": "tke-route-eni" if inputs["networkType"] == "VPC-CNI" else "",
        }
        cloud.servers[record.id] = ApiServer(
            record.id,
            global_router=inputs["networkType"] == "GR",
            hostnames=cloud.hostname_exposures,
            exposure_seconds=cloud.exposure_seconds,
            app_seconds=cloud.app_seconds,
        )

    def _free(self, cloud: Cloud, record: Record, vpc: Record, name: str, cidr: str) -> None:
        network = ipaddress.ip_network(cidr)
        low, high = (10, 24) if name == "clusterCidr" else (17, 27)
        if not low <= network.prefixlen <= high:
            raise Refusal(
                "InvalidParameter.CIDRMaskSizeOutOfRange", f"{name} {cidr}: the mask is not in {low} to {high}"
            )
        if cloud.overlapping(cidr, [vpc.inputs["cidrBlock"]]):
            raise Refusal(
                "InvalidParameter.CidrConflictWithVpcCidr", f"{name} {cidr} overlaps {vpc.inputs['cidrBlock']}"
            )
        for other in cloud.referring("Cluster", "vpcId", vpc.id):
            theirs = [other.inputs[key] for key in ("clusterCidr", "serviceCidr") if other.inputs.get(key)]
            if cloud.overlapping(cidr, theirs):
                raise Refusal(
                    "InvalidParameter.CidrConflictWithOtherCluster",
                    f"{name} {cidr} of {record.inputs.get('clusterName')} conflicts with the cluster {other.id}",
                )

    def imported(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        if record.inputs.get("serviceCidr"):
            return {}
        pods = ipaddress.ip_network(record.inputs["clusterCidr"])
        services = int(record.inputs["clusterMaxServiceNum"])
        prefix = pods.max_prefixlen - (services - 1).bit_length()
        return {"serviceCidr": str(list(pods.subnets(new_prefix=prefix))[-1])}  # carved from the end

    def update(self, cloud: Cloud, record: Record, inputs: dict[str, Any]) -> None:
        authentication = record.imported.get("authOptions")
        if authentication and inputs.get("authOptions") != authentication:
            unsafe(cloud, f"the update changes how {record.id} authenticates")
        gone = set(record.inputs.get("eniSubnetIds") or []) - set(inputs.get("eniSubnetIds") or [])
        if gone:
            raise Refusal("InvalidParameter", FILLED_SUBNETS_CANNOT_GO)

    def refresh(self, cloud: Cloud, record: Record) -> None:
        for endpoint in cloud.referring("ClusterEndpoint", "clusterId", record.id):
            record.computed["clusterExternalEndpoint"] = endpoint.computed["clusterExternalEndpoint"]
            record.computed["pgwEndpoint"] = endpoint.computed["pgwEndpoint"]
            record.computed["kubeConfig"] = endpoint.computed["kubeConfig"]
            record.computed["kubeConfigIntranet"] = endpoint.computed["kubeConfigIntranet"]
            record.computed["clusterInternet"] = bool(endpoint.inputs.get("clusterInternet"))
            record.computed["clusterIntranet"] = bool(endpoint.inputs.get("clusterIntranet"))
        record.computed["clusterNodeNum"] = len(cloud.pools(record.id))

    def delete(self, cloud: Cloud, record: Record) -> None:
        if record.inputs["deletionProtection"]:
            raise Refusal("OperationDenied.ClusterInDeletionProtection", f"{record.id} has deletion protection")
        server = cloud.servers[record.id]
        if server.leftovers():
            unsafe(cloud, f"the cluster {record.id} goes while it still holds {', '.join(server.leftovers())}")
        if cloud.pools(record.id):
            unsafe(cloud, f"the cluster {record.id} goes while it still has {cloud.pools(record.id)[0].id}")


class ClusterEndpoint(Behaviour):
    """The way to the API server; needs a node, and for the internet a security group that lets somebody in."""

    def create(self, cloud: Cloud, record: Record) -> None:
        cluster = cloud.get("Cluster", record.inputs["clusterId"], "cluster_id")
        if not cloud.pools(cluster.id):
            raise Refusal(
                "ResourceUnavailable.ClusterState",
                "cluster without worker Node is not allowed to enable extranet access",
            )
        if cloud.referring("ClusterEndpoint", "clusterId", cluster.id):
            raise Refusal("InvalidParameter", f"{cluster.id} has an endpoint already")
        self._check(cloud, record.inputs)
        record.id = cluster.id
        self.refresh(cloud, record)

    def _check(self, cloud: Cloud, inputs: dict[str, Any]) -> None:
        intranet, subnet = bool(inputs.get("clusterIntranet")), inputs.get("clusterIntranetSubnetId")
        if intranet != bool(subnet):
            raise Refusal("InvalidParameter", "`cluster_intranet_subnet_id` must set when `cluster_intranet` is true")
        if subnet:
            subnet_of(cloud, subnet)
        if not inputs.get("clusterInternet"):
            return
        group = inputs.get("clusterInternetSecurityGroup")
        if not group:
            raise Refusal("InvalidParameter", "SecurityGroup can not be empty")
        cloud.get("Group", group, "cluster_internet_security_group")
        let_in = [r for r in cloud.rules(group) if r["action"] == "ACCEPT" and r.get("port") in {"443", "ALL", None}]
        if not let_in:
            unsafe(cloud, f"the endpoint opens before {group} has a rule that lets anybody reach port 443")
        if any(rule.get("cidrBlock") == ANYWHERE for rule in let_in):
            unsafe(cloud, f"the endpoint's group {group} lets the whole internet reach port 443")

    def update(self, cloud: Cloud, record: Record, inputs: dict[str, Any]) -> None:
        self._check(cloud, inputs)

    def refresh(self, cloud: Cloud, record: Record) -> None:
        cluster = record.inputs["clusterId"]
        public, private = f"203.0.113.{int(cluster[-2:], 16)}", f"10.0.0.{int(cluster[-2:], 16)}"
        internet, intranet = bool(record.inputs.get("clusterInternet")), bool(record.inputs.get("clusterIntranet"))
        record.computed = {
            "certificationAuthority": cloud.authority(cluster),
            "clusterDeployType": "MANAGED_CLUSTER",
            "clusterExternalEndpoint": public if internet else "",
            "domain": f"{cluster}.ccs.tencent-cloud.com",
            "kubeConfig": cloud.kubeconfig(cluster, public) if internet else "",
            "kubeConfigIntranet": cloud.kubeconfig(cluster, private) if intranet else "",
            "password": cloud.password(cluster),
            "pgwEndpoint": private if intranet else "",
            "userName": "admin",
        }

    def delete(self, cloud: Cloud, record: Record) -> None:
        left = cloud.servers[record.inputs["clusterId"]].leftovers()
        if left:
            unsafe(cloud, f"the endpoint of {record.id} closes while nobody has removed {', '.join(left)}")


class NodePool(Behaviour):
    """Nodes of either kind: machines that must reach a registry, by a public address of their own or by a route."""

    def create(self, cloud: Cloud, record: Record) -> None:
        cluster = cloud.get("Cluster", record.inputs["clusterId"], "cluster_id")
        self._check(cloud, record, cluster)
        for subnet in cloud.pool_subnets(record):
            addressed = (record.inputs.get("native") or {}).get("internetAccessible")
            if not cloud.has_way_out(subnet) and not addressed:
                unsafe(cloud, f"nodes start in {subnet}, which has no route to the internet: they can pull no image")
        record.id = f"{cluster.id}#{cloud.next_id('np')}"
        cloud.servers[cluster.id].super_nodes = record.short == "ServerlessNodePool"

    def _check(self, cloud: Cloud, record: Record, cluster: Record) -> None:
        for subnet in cloud.pool_subnets(record):
            if subnet_of(cloud, subnet).inputs["vpcId"] != cluster.inputs["vpcId"]:
                raise Refusal("InvalidParameter.SubnetInvalidError", f"{subnet} is not in the cluster's VPC")
        groups = cloud.pool_groups(record)
        if not groups:
            raise Refusal("InvalidParameter.Param", "SecurityGroupIds can not be empty")
        for group in groups:
            cloud.get("Group", group, "security_group_ids")
            if not cloud.rules(group):
                unsafe(cloud, f"nodes start in {group}, which has no rules yet: it lets nobody in or out")

    def delete(self, cloud: Cloud, record: Record) -> None:
        cluster = record.inputs["clusterId"]
        others = [pool for pool in cloud.pools(cluster) if pool.id != record.id]
        left = cloud.servers[cluster].exposures()
        if left and not others:
            unsafe(cloud, f"the last nodes of {cluster} go while {', '.join(left)} still has a load balancer: it leaks")
        if cloud.referring("ClusterEndpoint", "clusterId", cluster) and not others:
            unsafe(cloud, f"the last nodes of {cluster} go while its endpoint is open")


class NativeNodePool(NodePool):
    """Native nodes."""

    def create(self, cloud: Cloud, record: Record) -> None:
        super().create(cloud, record)
        record.computed = {"createdAt": CREATED_AT, "lifeState": "Running"}

    def delete(self, cloud: Cloud, record: Record) -> None:
        if record.inputs.get("deletionProtection"):
            raise Refusal("OperationDenied", f"{record.id} has deletion protection")
        super().delete(cloud, record)


class ServerlessNodePool(NodePool):
    """Super nodes."""

    def create(self, cloud: Cloud, record: Record) -> None:
        super().create(cloud, record)
        record.computed = {"lifeState": "normal"}
