"""VPC, subnets, routes, NAT gateway, elastic addresses and security groups."""

import ipaddress
from typing import Any

from tests.engine.standins.behaviour import CREATED_AT, Behaviour, unsafe
from tests.engine.standins.cloud import ANYWHERE, Cloud, Record
from tests.engine.standins.faults import Refusal

__all__ = [
    "ElasticAddress",
    "Group",
    "GroupRuleSet",
    "NatGateway",
    "Subnet",
    "Table",
    "TableAssociation",
    "TableEntry",
    "Vpc",
]


def vpc_of(cloud: Cloud, identifier: str) -> Record:
    """A VPC; it shares the last part of its token with subnets and addresses."""
    record = cloud.records.get(("tencentcloud:Vpc/instance:Instance", identifier))
    if record is None:
        raise Refusal("ResourceNotFound", f"vpc_id: there is no VPC {identifier!r}")
    return record


def subnet_of(cloud: Cloud, identifier: str) -> Record:
    """A subnet."""
    record = cloud.records.get(("tencentcloud:Subnet/instance:Instance", identifier))
    if record is None:
        raise Refusal("InvalidSubnetId.NotFound", f"subnet_id: there is no subnet {identifier!r}")
    return record


def nodes_in(cloud: Cloud, subnet: str) -> list[str]:
    """The node pools that have nodes in a subnet."""
    return [pool.id for pool in cloud.of("NativeNodePool", "ServerlessNodePool") if subnet in cloud.pool_subnets(pool)]


class Vpc(Behaviour):
    """`ResourceInUse` while anything is inside."""

    def create(self, cloud: Cloud, record: Record) -> None:
        record.computed = {
            "createTime": CREATED_AT,
            "defaultRouteTableId": cloud.next_id("rtb"),
            "dockerAssistantCidrs": [],
            "isDefault": False,
        }

    def delete(self, cloud: Cloud, record: Record) -> None:
        inside = [r.id for r in cloud.records.values() if r.inputs.get("vpcId") == record.id]
        if inside:
            raise Refusal("ResourceInUse", f"the VPC {record.id} still has {', '.join(inside)}")


class Subnet(Behaviour):
    """`ResourceInUse` while nodes, pods' interfaces, an endpoint or a load balancer hold addresses in it."""

    def create(self, cloud: Cloud, record: Record) -> None:
        vpc = vpc_of(cloud, record.inputs["vpcId"])
        cidr = record.inputs["cidrBlock"]
        network = ipaddress.ip_network(cidr)
        if not network.subnet_of(ipaddress.ip_network(vpc.inputs["cidrBlock"])):  # type: ignore[arg-type]  # IPv4 both
            raise Refusal("InvalidParameterValue.SubnetRange", f"{cidr} is not inside {vpc.inputs['cidrBlock']}")
        siblings = [
            r.inputs["cidrBlock"]
            for r in cloud.of("Instance")
            if "cidrBlock" in r.inputs and r.inputs.get("vpcId") == vpc.id
        ]
        taken = cloud.overlapping(cidr, siblings)
        if taken:
            raise Refusal("InvalidParameterValue.SubnetConflict", f"{cidr} overlaps the subnet {taken}")
        record.computed = {
            "availableIpCount": network.num_addresses - 3,
            "createTime": CREATED_AT,
            "isDefault": False,
            "routeTableId": record.inputs.get("routeTableId") or vpc.computed["defaultRouteTableId"],
        }

    def update(self, cloud: Cloud, record: Record, inputs: dict[str, Any]) -> None:
        wanted = inputs.get("routeTableId")
        if wanted and wanted != record.computed["routeTableId"]:
            cloud.get("Table", wanted, "route_table_id")
            record.computed["routeTableId"] = wanted

    def refresh(self, cloud: Cloud, record: Record) -> None:
        record.computed["availableIpCount"] = record.computed["availableIpCount"] - 1

    def delete(self, cloud: Cloud, record: Record) -> None:
        users = nodes_in(cloud, record.id)
        users += [r.id for r in cloud.referring("Cluster", "eniSubnetIds", record.id)]
        users += [r.id for r in cloud.referring("ClusterEndpoint", "clusterIntranetSubnetId", record.id)]
        users += [line for server in cloud.servers.values() for line in server.load_balancers_in(record.id)]
        if users:
            raise Refusal("ResourceInUse", f"the subnet {record.id} still has addresses of {', '.join(users)}")


class ElasticAddress(Behaviour):
    """`InvalidAddressIdStatus` while it is bound."""

    def create(self, cloud: Cloud, record: Record) -> None:
        number = len(cloud.made) + 10
        record.computed = {"publicIp": f"198.51.100.{number}", "status": "UNBIND"}

    def refresh(self, cloud: Cloud, record: Record) -> None:
        bound = cloud.referring("Gateway", "assignedEipSets", record.computed["publicIp"])
        record.computed["status"] = "BIND" if bound else "UNBIND"

    def delete(self, cloud: Cloud, record: Record) -> None:
        bound = cloud.referring("Gateway", "assignedEipSets", record.computed["publicIp"])
        if bound:
            raise Refusal("InvalidAddressIdStatus.NotPermit", f"the address {record.id} is bound to {bound[0].id}")


class NatGateway(Behaviour):
    """Deleting one silently deletes the routes through it, so that must not happen while one is there."""

    def create(self, cloud: Cloud, record: Record) -> None:
        vpc_of(cloud, record.inputs["vpcId"])
        for address in record.inputs["assignedEipSets"]:
            known = [r for r in cloud.of("Instance") if r.computed.get("publicIp") == address]
            if not known:
                raise Refusal("InvalidParameterValue", f"assigned_eip_set: there is no address {address}")
            if cloud.referring("Gateway", "assignedEipSets", address):
                raise Refusal("InvalidAddressState", f"assigned_eip_set: {address} is bound already")
        record.computed = {"createdTime": CREATED_AT}

    def delete(self, cloud: Cloud, record: Record) -> None:
        routes = cloud.referring("TableEntry", "nextHub", record.id)
        if routes:
            unsafe(cloud, f"the NAT gateway {record.id} goes while the route {routes[0].id} leads to it")


class Table(Behaviour):
    """`ResourceInUse` while subnets are associated."""

    def create(self, cloud: Cloud, record: Record) -> None:
        vpc_of(cloud, record.inputs["vpcId"])
        record.computed = {"createTime": CREATED_AT, "isDefault": False, "routeEntryIds": [], "subnetIds": []}

    def refresh(self, cloud: Cloud, record: Record) -> None:
        record.computed["subnetIds"] = [
            r.id for r in cloud.of("Instance") if r.computed.get("routeTableId") == record.id
        ]
        record.computed["routeEntryIds"] = [r.id for r in cloud.referring("TableEntry", "routeTableId", record.id)]

    def delete(self, cloud: Cloud, record: Record) -> None:
        users = [r.id for r in cloud.of("Instance") if r.computed.get("routeTableId") == record.id]
        if users:
            raise Refusal("ResourceInUse", f"the route table {record.id} is associated with {', '.join(users)}")


class TableEntry(Behaviour):
    """A route; nodes behind it lose the internet when it goes."""

    def create(self, cloud: Cloud, record: Record) -> None:
        if record.inputs["nextType"] == "NAT":
            cloud.get("Gateway", record.inputs["nextHub"], "next_hub")
        taken = [
            r.id
            for r in cloud.referring("TableEntry", "routeTableId", record.inputs["routeTableId"])
            if r.inputs["destinationCidrBlock"] == record.inputs["destinationCidrBlock"]
        ]
        if taken:
            raise Refusal("InvalidParameterValue.Duplicate", f"the route table has {taken[0]} for that range already")
        record.id = f"{len(cloud.made) + 1}.{record.inputs['routeTableId']}"
        record.computed = {"routeItemId": cloud.next_id("rti")}

    def delete(self, cloud: Cloud, record: Record) -> None:
        if record.inputs["destinationCidrBlock"] != ANYWHERE:
            return
        for subnet in cloud.of("Instance"):
            if subnet.computed.get("routeTableId") == record.inputs["routeTableId"] and nodes_in(cloud, subnet.id):
                unsafe(cloud, f"the route {record.id} goes while nodes in {subnet.id} need it to reach the internet")


class TableAssociation(Behaviour):
    """Which route table a subnet uses; deleting it puts the VPC's default one back."""

    def create(self, cloud: Cloud, record: Record) -> None:
        cloud.get("Table", record.inputs["routeTableId"], "route_table_id")
        subnet = subnet_of(cloud, record.inputs["subnetId"])
        subnet.computed["routeTableId"] = record.inputs["routeTableId"]
        record.id = subnet.id

    def update(self, cloud: Cloud, record: Record, inputs: dict[str, Any]) -> None:
        cloud.get("Table", inputs["routeTableId"], "route_table_id")
        subnet_of(cloud, record.id).computed["routeTableId"] = inputs["routeTableId"]

    def delete(self, cloud: Cloud, record: Record) -> None:
        subnet = subnet_of(cloud, record.id)
        if nodes_in(cloud, subnet.id):
            unsafe(cloud, f"the subnet {subnet.id} loses its route table while nodes in it need the route")
        subnet.computed["routeTableId"] = vpc_of(cloud, subnet.inputs["vpcId"]).computed["defaultRouteTableId"]


def users_of_group(cloud: Cloud, group: str) -> list[str]:
    """What a security group protects: pools and endpoints."""
    users = [pool.id for pool in cloud.of("NativeNodePool", "ServerlessNodePool") if group in cloud.pool_groups(pool)]
    return users + [
        f"endpoint of {r.id}" for r in cloud.referring("ClusterEndpoint", "clusterInternetSecurityGroup", group)
    ]


class Group(Behaviour):
    """`ResourceInUse` while machines or load balancers are in it."""

    def delete(self, cloud: Cloud, record: Record) -> None:
        users = users_of_group(cloud, record.id)
        users += [line for server in cloud.servers.values() for line in server.load_balancers_with_group(record.id)]
        if users:
            raise Refusal("ResourceInUse", f"the security group {record.id} is still used by {', '.join(users)}")


class GroupRuleSet(Behaviour):
    """All rules of a security group; without them it lets nobody in."""

    def create(self, cloud: Cloud, record: Record) -> None:
        group = cloud.get("Group", record.inputs["securityGroupId"], "security_group_id")
        self.update(cloud, record, record.inputs)
        record.id = group.id
        record.computed = {"version": "1"}

    def update(self, cloud: Cloud, record: Record, inputs: dict[str, Any]) -> None:
        for rule in [*(inputs.get("ingresses") or []), *(inputs.get("egresses") or [])]:
            if rule["action"] not in {"ACCEPT", "DROP"}:
                raise Refusal("InvalidParameterValue", f"action {rule['action']!r} is neither ACCEPT nor DROP")
            if rule.get("protocol") not in {None, "TCP", "UDP", "ICMP", "ALL"}:
                raise Refusal("InvalidParameterValue", f"protocol {rule['protocol']!r}")
            if rule.get("cidrBlock"):
                ipaddress.ip_network(rule["cidrBlock"])

    def delete(self, cloud: Cloud, record: Record) -> None:
        users = users_of_group(cloud, record.id)
        if users:
            unsafe(cloud, f"the rules of {record.id} go while {', '.join(users)} rely on them")
