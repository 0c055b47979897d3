"""A cluster and an app that somebody runs already: all that is missing is an exposure that keeps the client's address."""

import pulumi
import pulumi_kubernetes as kubernetes

from realip import DirectService

cluster = kubernetes.Provider("cluster", kubeconfig=pulumi.Config().require_secret("kubeconfig"))

exposure = DirectService(
    "shop",
    {"service": "shop-public", "namespace": "shop", "selector": {"app": "shop"}, "port": 443, "target_port": 8443},
    pulumi.ResourceOptions(provider=cluster),
)

pulumi.export("url", exposure.url)
