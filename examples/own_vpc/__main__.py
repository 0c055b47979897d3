"""A VPC that somebody makes their own way, with a cluster of super nodes from the library in it."""

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from realip import Cluster, ClusterAccess, SuperNodes
from realip.scenarios import NetworkMode

config = pulumi.Config()
zone = config.require("zone")
tags = {"team": "platform"}

vpc = tencentcloud.vpc.Instance("vpc", name="platform", cidr_block="172.18.0.0/16", tags=tags)
subnets = {
    use: tencentcloud.subnet.Instance(
        use, name=f"platform-{use}", vpc_id=vpc.id, cidr_block=cidr, availability_zone=zone, tags=tags
    )
    for use, cidr in (("nodes", "172.18.0.0/20"), ("pods", "172.18.128.0/19"))
}
address = tencentcloud.eip.Instance("nat-address", name="platform-nat", tags=tags)
gateway = tencentcloud.nat.Gateway(
    "nat",
    name="platform",
    vpc_id=vpc.id,
    assigned_eip_sets=[address.public_ip],
    bandwidth=100,
    max_concurrent=1_000_000,
)
way_out = tencentcloud.route.TableEntry(
    "way-out",
    route_table_id=vpc.default_route_table_id,
    destination_cidr_block="0.0.0.0/0",
    next_type="NAT",
    next_hub=gateway.id,
)
group = tencentcloud.security.Group("pods", name="platform-pods", tags=tags)
rules = tencentcloud.security.GroupRuleSet(
    "pod-rules",
    security_group_id=group.id,
    ingresses=[{"action": "ACCEPT", "cidr_block": "172.18.0.0/16", "protocol": "ALL", "port": "ALL"}],
    egresses=[{"action": "ACCEPT", "cidr_block": "0.0.0.0/0", "protocol": "ALL", "port": "ALL"}],
)

cluster = Cluster(
    "platform",
    {
        "vpc_id": vpc.id,
        "network_mode": NetworkMode.VPC_CNI,
        "version": "1.34.1",
        "pod_subnet_ids": [subnets["pods"].id],
        "service_cidr": "10.200.0.0/22",
        "tags": tags,
    },
)
nodes = SuperNodes(
    "super",
    {
        "cluster_id": cluster.cluster_id,
        "subnet_ids": [subnets["nodes"].id],
        "security_group_id": rules.security_group_id,
    },
    # Pods of super nodes pull their images through the NAT gateway.
    pulumi.ResourceOptions(depends_on=[way_out]),
)
access = ClusterAccess(
    "access",
    {"cluster_id": cluster.cluster_id, "admin_cidrs": [config.require("adminCidr")], "tags": tags},
    pulumi.ResourceOptions(depends_on=[nodes]),
)

pulumi.export("kubeconfig", access.kubeconfig)
