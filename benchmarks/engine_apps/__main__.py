"""Many apps on one cluster, each a `Workload` and a `DirectService`."""

import pulumi
import pulumi_kubernetes as kubernetes

from realip import DirectService, Workload

config = pulumi.Config()
provider = kubernetes.Provider(
    "kubernetes", kubeconfig=config.require_secret("kubeconfig"), cluster_identifier=config.require("cluster")
)
on_cluster = pulumi.ResourceOptions(provider=provider)
for number in range(config.require_int("number")):
    labels = {"app": f"app-{number}"}
    Workload(
        f"app-{number}",
        {
            "deployment": f"app-{number}",
            "image": "nginx:1.29.3",
            "labels": labels,
            "port": 5000,
            "replicas": 3,
            "resources": {"cpu_request": "250m", "cpu_limit": "1", "memory_request": "256Mi", "memory_limit": "512Mi"},
        },
        on_cluster,
    )
    DirectService(
        f"entrance-{number}",
        {"service": f"app-{number}", "selector": labels, "port": 80, "target_port": 5000},
        on_cluster,
    )
