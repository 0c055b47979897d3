"""The resources of the stack vpc-cni-direct-native, written by hand without the library: what the engine takes for them."""

import json

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud
import yaml

TAGS = {"managed-by": "pulumi"}
ZONES = ["ap-guangzhou-6", "ap-guangzhou-7"]
LABELS = {"app": "real-ip-app"}


def rule(cidr: str, protocol: str, port: str, description: str) -> dict[str, str]:
    return {
        "action": "ACCEPT",
        "cidr_block": cidr,
        "protocol": protocol,
        "port": port,
        "description": description,
    }


def usable(kubeconfig: str, address: str) -> str:
    config = yaml.safe_load(kubeconfig.replace("\r", ""))
    for entry in config["clusters"]:
        entry["cluster"]["server"] = f"https://{address}"
    return json.dumps(config)


vpc = tencentcloud.vpc.Instance("vpc", name="flat", cidr_block="10.0.0.0/16", tags=TAGS)
address = tencentcloud.eip.Instance(
    "address",
    name="flat",
    internet_charge_type="TRAFFIC_POSTPAID_BY_HOUR",
    internet_max_bandwidth_out=100,
    tags=TAGS,
)
nat = tencentcloud.nat.Gateway(
    "nat",
    name="flat",
    vpc_id=vpc.id,
    assigned_eip_sets=[address.public_ip],
    bandwidth=100,
    max_concurrent=1_000_000,
    tags=TAGS,
)
table = tencentcloud.route.Table("table", name="flat", vpc_id=vpc.id, tags=TAGS)
route = tencentcloud.route.TableEntry(
    "route", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", next_type="NAT", next_hub=nat.id
)
node_subnets: list[tencentcloud.subnet.Instance] = []
pod_subnets: list[tencentcloud.subnet.Instance] = []
for index, zone in enumerate(ZONES):
    for kind, subnets, cidr in (
        ("nodes", node_subnets, f"10.0.{16 * index}.0/20"),
        ("pods", pod_subnets, f"10.0.{64 + 32 * index}.0/19"),
    ):
        subnets.append(
            tencentcloud.subnet.Instance(
                f"{kind}-{zone}",
                name=f"flat-{kind}-{zone}",
                vpc_id=vpc.id,
                cidr_block=cidr,
                availability_zone=zone,
                route_table_id=table.id,
                tags=TAGS,
                opts=pulumi.ResourceOptions(depends_on=[route]),
            )
        )
group = tencentcloud.security.Group("nodes", name="flat", description="Nodes and pods", tags=TAGS)
rules = tencentcloud.security.GroupRuleSet(
    "rules",
    security_group_id=group.id,
    ingresses=[rule("10.0.0.0/16", "ALL", "ALL", "inside"), rule("0.0.0.0/0", "TCP", "5000", "clients")],
    egresses=[rule("0.0.0.0/0", "ALL", "ALL", "out")],
)
cluster = tencentcloud.kubernetes.Cluster(
    "cluster",
    cluster_name="flat",
    vpc_id=vpc.id,
    cluster_version="1.32.2",
    cluster_level="L5",
    cluster_deploy_type="MANAGED_CLUSTER",
    container_runtime="containerd",
    network_type="VPC-CNI",
    vpc_cni_type="tke-route-eni",
    is_non_static_ip_mode=True,
    eni_subnet_ids=[subnet.id for subnet in pod_subnets],
    service_cidr="10.200.0.0/22",
    cluster_max_service_num=1024,
    tags=TAGS,
    opts=pulumi.ResourceOptions(additional_secret_outputs=["password"]),
)
pool = tencentcloud.kubernetes.NativeNodePool(
    "pool",
    name="flat",
    cluster_id=cluster.id,
    type="Native",
    native={
        "instance_charge_type": "POSTPAID_BY_HOUR",
        "instance_types": ["S5.MEDIUM4"],
        "subnet_ids": [subnet.id for subnet in node_subnets],
        "security_group_ids": [group.id],
        "system_disk": {"disk_type": "CLOUD_PREMIUM", "disk_size": 50},
        "replicas": 2,
        "auto_repair": True,
    },
    opts=pulumi.ResourceOptions(depends_on=[route, rules]),
)
admins = tencentcloud.security.Group("admins", name="flat-admins", description="API server", tags=TAGS)
admin_rules = tencentcloud.security.GroupRuleSet(
    "admin-rules",
    security_group_id=admins.id,
    ingresses=[rule("198.18.0.0/24", "TCP", "443", "administrators")],
    egresses=[rule("0.0.0.0/0", "ALL", "ALL", "answers")],
)
endpoint = tencentcloud.kubernetes.ClusterEndpoint(
    "endpoint",
    cluster_id=cluster.id,
    cluster_internet=True,
    cluster_internet_security_group=admins.id,
    opts=pulumi.ResourceOptions(depends_on=[pool, admin_rules]),
)
kubeconfig = pulumi.Output.all(endpoint.kube_config, endpoint.cluster_external_endpoint).apply(
    lambda both: usable(both[0], both[1])
)
provider = kubernetes.Provider("kubernetes", kubeconfig=kubeconfig, cluster_identifier=cluster.id)
in_cluster = pulumi.ResourceOptions(provider=provider)
deployment = kubernetes.apps.v1.Deployment(
    "app",
    metadata={"name": "real-ip-demo", "namespace": "default", "labels": LABELS},
    spec={
        "replicas": 3,
        "selector": {"match_labels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {
                "containers": [
                    {
                        "name": "real-ip-container",
                        "image": "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0",
                        "ports": [{"container_port": 5000}],
                        "resources": {
                            "requests": {"cpu": "250m", "memory": "256Mi"},
                            "limits": {"cpu": "1", "memory": "512Mi"},
                        },
                        "readiness_probe": {"tcp_socket": {"port": 5000}, "period_seconds": 5},
                    }
                ]
            },
        },
    },
    opts=in_cluster,
)
service = kubernetes.core.v1.Service(
    "entrance",
    metadata={
        "name": "clb-direct-pod",
        "namespace": "default",
        "annotations": {
            "service.cloud.tencent.com/direct-access": "true",
            "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
        },
    },
    spec={
        "type": "LoadBalancer",
        "selector": LABELS,
        "ports": [{"protocol": "TCP", "port": 80, "target_port": 5000}],
    },
    opts=in_cluster,
)
pulumi.export("address", service.status.load_balancer.ingress[0].apply(lambda entry: entry.ip or entry.hostname))
pulumi.export("kubeconfig", kubeconfig)
