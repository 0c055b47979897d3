"""Many apps on one cluster, each a Deployment with a budget and a Service, written by hand without the library."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

config = pulumi.Config()
provider = kubernetes.Provider(
    "kubernetes", kubeconfig=config.require_secret("kubeconfig"), cluster_identifier=config.require("cluster")
)
quickly = pulumi.ResourceOptions(
    provider=provider, custom_timeouts=pulumi.CustomTimeouts(create="300s", update="300s", delete="300s")
)
on_cluster = pulumi.ResourceOptions(
    provider=provider, custom_timeouts=pulumi.CustomTimeouts(create="600s", update="600s", delete="600s")
)
urls = {}
for number in range(config.require_int("number")):
    labels = {"app": f"app-{number}"}
    spread: dict[str, Any] = {
        "max_skew": 1,
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": labels},
    }
    pod: Any = {
        "automount_service_account_token": False,
        "security_context": {"seccomp_profile": {"type": "RuntimeDefault"}},
        "termination_grace_period_seconds": 30,
        "topology_spread_constraints": [
            {**spread, "topology_key": "topology.kubernetes.io/zone"},
            {**spread, "topology_key": "kubernetes.io/hostname"},
        ],
        "containers": [
            {
                "name": f"app-{number}",
                "image": "nginx:1.29.3",
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
            }
        ],
    }
    kubernetes.apps.v1.Deployment(
        f"apps-app-{number}-deployment",
        metadata={"name": f"app-{number}", "namespace": "default", "labels": labels},
        spec={
            "replicas": 3,
            "selector": {"match_labels": labels},
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
            "template": {
                "metadata": {"labels": labels},
                "spec": pod,
            },
        },
        opts=on_cluster,
    )
    kubernetes.policy.v1.PodDisruptionBudget(
        f"apps-app-{number}-disruption-budget",
        metadata={"name": f"app-{number}", "namespace": "default"},
        spec={
            "max_unavailable": 1,
            "selector": {"match_labels": labels},
            "unhealthy_pod_eviction_policy": "AlwaysAllow",
        },
        opts=quickly,
    )
    service = kubernetes.core.v1.Service(
        f"apps-app-{number}-service",
        metadata={
            "name": f"app-{number}",
            "namespace": "default",
            "annotations": {
                "service.cloud.tencent.com/direct-access": "true",
                "service.cloud.tencent.com/enable-grace-deletion": "true",
                "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
            },
        },
        spec={
            "type": "LoadBalancer",
            "selector": labels,
            "ports": [{"protocol": "TCP", "port": 80, "target_port": 5000}],
        },
        opts=on_cluster,
    )
    urls[f"app-{number}"] = service.status.load_balancer.ingress[0].apply(lambda at: f"http://{at.ip or at.hostname}/")
pulumi.export("urls", urls)
