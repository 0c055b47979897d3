"""The yardstick: the stack `vpc-cni-direct-native` as a user writes it by hand, without a component or a setting.

The same resources with the same values as the library's, which a test holds, so that what differs is what the library adds.
The engine runs it as a project; `python -m benchmarks.flat` evaluates it offline.
"""

import json
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud
import yaml

ZONES = ("ap-guangzhou-6", "ap-guangzhou-7")
NODE_CIDRS = ("10.0.80.0/20", "10.0.96.0/20")
POD_CIDRS = ("10.0.208.0/20", "10.0.224.0/20")
LABELS = {"app": "real-ip-app"}
WAIT = pulumi.CustomTimeouts(create="600s", update="600s", delete="600s")


def rule(cidr: str, protocol: str, port: str, description: str) -> dict[str, str]:
    return {"action": "ACCEPT", "cidr_block": cidr, "protocol": protocol, "port": port, "description": description}


def usable(kubeconfig: str, address: str) -> str:
    config = yaml.safe_load(kubeconfig.replace("\r", ""))
    for entry in config["clusters"]:
        entry["cluster"]["server"] = f"https://{address}"
    return json.dumps(config)


def program() -> None:
    vpc = tencentcloud.vpc.Instance("realip-network-vpc", name="realip", cidr_block="10.0.0.0/16", tags={})
    nat_address = tencentcloud.eip.Instance(
        "realip-network-nat-address",
        name="realip-nat",
        internet_charge_type="TRAFFIC_POSTPAID_BY_HOUR",
        internet_max_bandwidth_out=100,
        tags={},
    )
    nat = tencentcloud.nat.Gateway(
        "realip-network-nat",
        name="realip",
        vpc_id=vpc.id,
        assigned_eip_sets=[nat_address.public_ip],
        bandwidth=100,
        max_concurrent=1_000_000,
        tags={},
    )
    table = tencentcloud.route.Table("realip-network-routes", name="realip", vpc_id=vpc.id, tags={})
    route = tencentcloud.route.TableEntry(
        "realip-network-nat-route",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        next_type="NAT",
        next_hub=nat.id,
        description="to the internet",
    )
    node_subnets, pod_subnets = (
        [
            tencentcloud.subnet.Instance(
                f"realip-network-{kind}-{zone}",
                name=f"realip-{kind}-{zone}",
                vpc_id=vpc.id,
                cidr_block=cidr,
                availability_zone=zone,
                route_table_id=table.id,
                tags={},
                opts=pulumi.ResourceOptions(depends_on=[route]),
            )
            for zone, cidr in zip(ZONES, cidrs, strict=True)
        ]
        for kind, cidrs in (("nodes", NODE_CIDRS), ("pods", POD_CIDRS))
    )
    group = tencentcloud.security.Group(
        "realip-network-nodes", name="realip-nodes", description="Nodes and pods", tags={}
    )
    rules = tencentcloud.security.GroupRuleSet(
        "realip-network-node-rules",
        security_group_id=group.id,
        ingresses=[
            *(rule(cidr, "ALL", "ALL", "nodes and pods among themselves") for cidr in (*NODE_CIDRS, *POD_CIDRS)),
            rule("0.0.0.0/0", "TCP", "5000", "clients"),
        ],
        egresses=[rule("0.0.0.0/0", "ALL", "ALL", "images and answers")],
    )
    cluster = tencentcloud.kubernetes.Cluster(
        "realip-cluster",
        cluster_name="realip",
        vpc_id=vpc.id,
        cluster_version="1.34.1",
        cluster_os="tlinux3.1x86_64",
        cluster_level="L5",
        cluster_deploy_type="MANAGED_CLUSTER",
        container_runtime="containerd",
        deletion_protection=False,
        network_type="VPC-CNI",
        vpc_cni_type="tke-route-eni",
        is_non_static_ip_mode=True,
        eni_subnet_ids=[subnet.id for subnet in pod_subnets],
        service_cidr="10.200.0.0/22",
        cluster_max_service_num=1024,
        tags={},
        opts=pulumi.ResourceOptions(
            additional_secret_outputs=["password"],
            ignore_changes=[
                "auth_options",
                "cluster_audit",
                "cluster_extra_args",
                "cluster_os",
                "cluster_subnet_id",
                "event_persistence",
                "kube_proxy_mode",
                "log_agent",
                "runtime_version",
            ],
        ),
    )
    pool = tencentcloud.kubernetes.NativeNodePool(
        "realip-nodes",
        name="realip",
        cluster_id=cluster.id,
        type="Native",
        native={
            "instance_charge_type": "POSTPAID_BY_HOUR",
            "instance_types": ["S5.MEDIUM4"],
            "subnet_ids": [subnet.id for subnet in node_subnets],
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
        opts=pulumi.ResourceOptions(depends_on=[rules], delete_before_replace=False),
    )
    admins = tencentcloud.security.Group(
        "realip-access-admins", name="realip-admins", description="API server", tags={}
    )
    admin_rules = tencentcloud.security.GroupRuleSet(
        "realip-access-admin-rules",
        security_group_id=admins.id,
        ingresses=[rule(pulumi.Config().get("adminCidr") or "203.0.113.0/24", "TCP", "443", "administrators")],
        egresses=[rule("0.0.0.0/0", "ALL", "ALL", "answers")],
    )
    endpoint = tencentcloud.kubernetes.ClusterEndpoint(
        "realip-access-endpoint",
        cluster_id=cluster.id,
        cluster_internet=True,
        cluster_internet_security_group=admins.id,
        opts=pulumi.ResourceOptions(depends_on=[pool, admin_rules]),
    )
    kubeconfig: pulumi.Output[str] = pulumi.Output.secret(
        pulumi.Output.all(endpoint.kube_config, endpoint.cluster_external_endpoint).apply(
            lambda both: usable(both[0], both[1])
        )
    )
    provider = kubernetes.Provider(
        "realip-access-provider",
        kubeconfig=kubeconfig,
        cluster_identifier=cluster.id,
        enable_server_side_apply=True,
    )
    quickly = pulumi.ResourceOptions(
        provider=provider, custom_timeouts=pulumi.CustomTimeouts(create="300s", update="300s", delete="300s")
    )
    on_cluster = pulumi.ResourceOptions(provider=provider, custom_timeouts=WAIT)
    container: Any = {
        "name": "real-ip-container",
        "image": "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0",
        "ports": [{"container_port": 5000}],
        "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
        "readiness_probe": {"period_seconds": 5, "tcp_socket": {"port": 5000}},
        "security_context": {"allow_privilege_escalation": False, "capabilities": {"drop": ["ALL"]}},
        "lifecycle": {"pre_stop": {"sleep": {"seconds": 10}}},
    }
    deployment = kubernetes.apps.v1.Deployment(
        "realip-deployment",
        metadata={"name": "real-ip-demo", "namespace": "default", "labels": LABELS},
        spec={
            "replicas": 3,
            "selector": {"match_labels": LABELS},
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {
                    "containers": [container],
                    "automount_service_account_token": False,
                    "security_context": {"seccomp_profile": {"type": "RuntimeDefault"}},
                    "termination_grace_period_seconds": 40,
                    "topology_spread_constraints": [
                        {
                            "max_skew": 1,
                            "topology_key": key,
                            "when_unsatisfiable": "ScheduleAnyway",
                            "label_selector": {"match_labels": LABELS},
                        }
                        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
                    ],
                },
            },
        },
        opts=on_cluster,
    )
    kubernetes.policy.v1.PodDisruptionBudget(
        "realip-disruption-budget",
        metadata={"name": "real-ip-demo", "namespace": "default"},
        spec={
            "max_unavailable": 1,
            "selector": {"match_labels": LABELS},
            "unhealthy_pod_eviction_policy": "AlwaysAllow",
        },
        opts=quickly,
    )
    service = kubernetes.core.v1.Service(
        "realip-service",
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
            "selector": LABELS,
            "ports": [{"protocol": "TCP", "port": 80, "target_port": 5000}],
        },
        opts=on_cluster,
    )
    address = service.status.load_balancer.ingress[0].apply(lambda entry: entry.ip or entry.hostname)
    pulumi.export("scenario", "vpc-cni-direct-native")
    pulumi.export("reads", "socket peer")
    pulumi.export("address", address)
    pulumi.export("url", address.apply(lambda ip: f"http://{ip}/"))
    pulumi.export("clusterId", cluster.id)
    pulumi.export("kubeconfig", kubeconfig)
    pulumi.export("namespace", deployment.metadata.namespace)
    pulumi.export("deployment", deployment.metadata.name)
    pulumi.export("service", service.metadata.name)
    pulumi.export(
        "networkRanges",
        {"vpc": ["10.0.0.0/16"], "nodes": NODE_CIDRS, "pods": POD_CIDRS, "services": ["10.200.0.0/22"]},
    )


if __name__ == "__main__":
    program()
