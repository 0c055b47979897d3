"""Every app of a list on a VPC-CNI cluster: add a line to apps.yaml, and it runs and has an exposure of its own."""

from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from realip import App, Apps

cluster = kubernetes.Provider("cluster", kubeconfig=pulumi.Config().require_secret("kubeconfig"))


def app(name: str, listed: dict[str, Any]) -> App:
    """What every app here has in common, and what the list says of this one."""
    made: App = {
        "workload": {
            "deployment": name,
            "namespace": "shop",
            "image": listed["image"],
            "labels": {"app": name},
            "port": listed["port"],
            "replicas": listed.get("replicas", 2),
            "resources": {
                "cpu_request": "100m",
                "cpu_limit": "500m",
                "memory_request": "128Mi",
                "memory_limit": "256Mi",
            },
        }
    }
    if listed.get("behindIngress"):
        made["ingress"] = name
        made["pass_to_target"] = True
    return made


catalogue: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("apps.yaml").read_text())
shop = Apps(
    "shop",
    {"apps": {name: app(name, listed) for name, listed in catalogue.items()}},
    pulumi.ResourceOptions(provider=cluster),
)

pulumi.export("urls", {name: shop.urls[name] for name in catalogue})
