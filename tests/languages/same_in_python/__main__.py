"""The program of the examples in other languages, in Python and in one process: what they have to come to."""

import pulumi
import pulumi_kubernetes as kubernetes

from realip import DirectService, Workload

config = pulumi.Config()

cluster = kubernetes.Provider(
    "cluster",
    cluster_identifier=config.require("clusterId"),
    enable_server_side_apply=True,
    kubeconfig=config.require_secret("kubeconfig"),
)
on_cluster = pulumi.ResourceOptions(provider=cluster)
labels = {"app": "shop"}

app = Workload(
    "shop",
    {
        "namespace": "shop",
        "deployment": "shop",
        "image": "nginx:1.29.3",
        "labels": labels,
        "port": 80,
        "replicas": 3,
        "resources": {"cpu_request": "250m", "cpu_limit": "1", "memory_request": "256Mi", "memory_limit": "512Mi"},
    },
    on_cluster,
)
exposure = DirectService(
    "shop",
    {"namespace": app.namespace, "service": "shop-public", "selector": labels, "port": 80, "target_port": 80},
    on_cluster,
)

pulumi.export("url", exposure.url)
