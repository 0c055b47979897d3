"""The yardstick of benchmarks/offline.py: scenario 1 as one flat program, written by hand, without a component or a setting.

`python -m benchmarks.flat` evaluates it under the mocks that the offline commands use, and prints how many resources it has.
"""

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud

from realip.offline.record import record_program

__all__ = ["ZONES", "main", "program"]

ZONES = ("ap-guangzhou-6", "ap-guangzhou-7")
_EVERYTHING_OUT = [
    {"action": "ACCEPT", "cidr_block": "0.0.0.0/0", "protocol": "ALL", "port": "ALL", "description": "out"}
]


def program() -> None:
    """The resources of the stack `vpc-cni-direct-native`, names and values written out."""
    vpc = tencentcloud.vpc.Instance("vpc", name="realip", cidr_block="10.0.0.0/16", tags={})
    address = tencentcloud.eip.Instance(
        "nat-address",
        name="realip-nat",
        internet_charge_type="TRAFFIC_POSTPAID_BY_HOUR",
        internet_max_bandwidth_out=100,
        tags={},
    )
    gateway = tencentcloud.nat.Gateway(
        "nat",
        name="realip",
        vpc_id=vpc.id,
        assigned_eip_sets=[address.public_ip],
        bandwidth=100,
        max_concurrent=1_000_000,
        tags={},
    )
    routes = tencentcloud.route.Table("routes", name="realip", vpc_id=vpc.id, tags={})
    way_out = tencentcloud.route.TableEntry(
        "nat-route",
        route_table_id=routes.id,
        destination_cidr_block="0.0.0.0/0",
        next_type="NAT",
        next_hub=gateway.id,
        description="to the internet",
    )
    subnets = {
        (group, zone): tencentcloud.subnet.Instance(
            f"{group}-{zone}",
            name=f"realip-{group}-{zone}",
            vpc_id=vpc.id,
            cidr_block=cidr,
            availability_zone=zone,
            route_table_id=way_out.route_table_id,
            tags={},
        )
        for group, cidrs in {
            "nodes": ("10.0.0.0/20", "10.0.16.0/20"),
            "pods": ("10.0.128.0/19", "10.0.160.0/19"),
        }.items()
        for zone, cidr in zip(ZONES, cidrs, strict=True)
    }
    group = tencentcloud.security.Group("nodes", name="realip-nodes", description="Nodes and pods", tags={})
    inside = ("10.0.0.0/20", "10.0.16.0/20", "10.0.128.0/19", "10.0.160.0/19")
    tencentcloud.security.GroupRuleSet(
        "node-rules",
        security_group_id=group.id,
        ingresses=[
            *(
                {"action": "ACCEPT", "cidr_block": cidr, "protocol": "ALL", "port": "ALL", "description": "inside"}
                for cidr in inside
            ),
            {
                "action": "ACCEPT",
                "cidr_block": "0.0.0.0/0",
                "protocol": "TCP",
                "port": "5000",
                "description": "clients",
            },
        ],
        egresses=_EVERYTHING_OUT,
    )
    cluster = tencentcloud.kubernetes.Cluster(
        "cluster",
        cluster_name="realip",
        vpc_id=vpc.id,
        cluster_version="1.32.2",
        cluster_level="L5",
        cluster_deploy_type="MANAGED_CLUSTER",
        container_runtime="containerd",
        deletion_protection=False,
        tags={},
        network_type="VPC-CNI",
        vpc_cni_type="tke-route-eni",
        is_non_static_ip_mode=True,
        eni_subnet_ids=[subnets["pods", zone].id for zone in ZONES],
        service_cidr="10.200.0.0/22",
        cluster_max_service_num=1024,
    )
    pool = tencentcloud.kubernetes.NativeNodePool(
        "native-nodes",
        name="realip",
        cluster_id=cluster.id,
        type="Native",
        native={
            "instance_charge_type": "POSTPAID_BY_HOUR",
            "instance_types": ["S5.MEDIUM4"],
            "subnet_ids": [subnets["nodes", zone].id for zone in ZONES],
            "security_group_ids": [group.id],
            "system_disk": {"disk_type": "CLOUD_PREMIUM", "disk_size": 50},
            "replicas": 2,
            "enable_autoscaling": False,
            "auto_repair": True,
        },
        labels=[],
        taints=[],
        tags=[],
        deletion_protection=False,
    )
    admins = tencentcloud.security.Group("admins", name="realip-admins", description="API server", tags={})
    tencentcloud.security.GroupRuleSet(
        "admin-rules",
        security_group_id=admins.id,
        ingresses=[
            {
                "action": "ACCEPT",
                "cidr_block": "203.0.113.0/24",
                "protocol": "TCP",
                "port": "443",
                "description": "admins",
            }
        ],
        egresses=_EVERYTHING_OUT,
    )
    endpoint = tencentcloud.kubernetes.ClusterEndpoint(
        "endpoint",
        cluster_id=cluster.id,
        cluster_internet=True,
        cluster_internet_security_group=admins.id,
        opts=pulumi.ResourceOptions(depends_on=[pool]),
    )
    kubeconfig: pulumi.Output[str] = pulumi.Output.secret(endpoint.kube_config)
    provider = kubernetes.Provider(
        "provider",
        kubeconfig=kubeconfig,
        cluster_identifier=cluster.id,
        enable_server_side_apply=True,
    )
    labels = {"app": "real-ip-app"}
    kubernetes.apps.v1.Deployment(
        "app",
        metadata={"name": "real-ip-demo", "namespace": "default", "labels": labels},
        spec={
            "replicas": 3,
            "selector": {"match_labels": labels},
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
            "template": {
                "metadata": {"labels": labels},
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
                            "readiness_probe": {"period_seconds": 5, "tcp_socket": {"port": 5000}},
                            "security_context": {
                                "allow_privilege_escalation": False,
                                "capabilities": {"drop": ["ALL"]},
                            },
                            "lifecycle": {"pre_stop": {"sleep": {"seconds": 10}}},
                        }
                    ],
                    "automount_service_account_token": False,
                    "security_context": {"seccomp_profile": {"type": "RuntimeDefault"}},
                    "termination_grace_period_seconds": 40,
                    "topology_spread_constraints": [
                        {
                            "max_skew": 1,
                            "topology_key": key,
                            "when_unsatisfiable": "ScheduleAnyway",
                            "label_selector": {"match_labels": labels},
                        }
                        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
                    ],
                },
            },
        },
        opts=pulumi.ResourceOptions(provider=provider),
    )
    service = kubernetes.core.v1.Service(
        "entrance",
        metadata={
            "name": "clb-direct-pod",
            "namespace": "default",
            "annotations": {
                "service.cloud.tencent.com/direct-access": "true",
                "service.cloud.tencent.com/enable-grace-deletion": "true",
                "service.cloud.tencent.com/loadbalance-type": "OPEN",
                "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
            },
        },
        spec={
            "type": "LoadBalancer",
            "selector": labels,
            "ports": [{"protocol": "TCP", "port": 80, "target_port": 5000}],
        },
        opts=pulumi.ResourceOptions(provider=provider),
    )
    pulumi.export("service", service.metadata.name)
    pulumi.export("clusterId", cluster.id)
    pulumi.export("kubeconfig", kubeconfig)


def main() -> None:
    """Evaluate the program once."""
    recording = record_program(program, project="flat", stack="flat", configuration={})
    print(len(recording.resources), "resources")


if __name__ == "__main__":
    main()
