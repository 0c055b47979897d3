"""An app that a Helm chart makes, and the exposure that keeps its clients' addresses, which finds its pods by their labels."""

from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes

from realip import DirectService

RELEASE, NAMESPACE, PORT = "shop", "default", 8080

cluster = kubernetes.Provider("cluster", kubeconfig=pulumi.Config().require_secret("kubeconfig"))

chart = kubernetes.helm.v3.Release(
    "shop",
    name=RELEASE,
    namespace=NAMESPACE,
    chart=str(Path(__file__).parent / "chart"),
    values={"port": PORT},
    opts=pulumi.ResourceOptions(provider=cluster),
)
exposure = DirectService(
    "shop",
    {
        "service": "shop-public",
        "namespace": NAMESPACE,
        "selector": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": RELEASE},
        "port": 80,
        "target_port": PORT,
    },
    pulumi.ResourceOptions(provider=cluster),
)

pulumi.export("url", exposure.url)
