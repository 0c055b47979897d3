"""Many apps on one cluster, each a Deployment that a load balancer reaches straight, with `Apps`."""

import pulumi
import pulumi_kubernetes as kubernetes

from realip import App, Apps

config = pulumi.Config()
provider = kubernetes.Provider(
    "kubernetes", kubeconfig=config.require_secret("kubeconfig"), cluster_identifier=config.require("cluster")
)


def app(name: str) -> App:
    """What this one of many is."""
    return {
        "workload": {
            "deployment": name,
            "image": "nginx:1.29.3",
            "labels": {"app": name},
            "port": 5000,
            "replicas": 3,
            "resources": {"cpu_request": "250m", "cpu_limit": "1", "memory_request": "256Mi", "memory_limit": "512Mi"},
        }
    }


names = [f"app-{number}" for number in range(config.require_int("number"))]
apps = Apps("apps", {"apps": {name: app(name) for name in names}}, pulumi.ResourceOptions(provider=provider))
pulumi.export("urls", {name: apps.urls[name] for name in names})
