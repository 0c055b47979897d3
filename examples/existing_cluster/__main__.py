"""A cluster and an app that are there already: the way to the one, and an exposure for the other."""

import pulumi

from realip import DirectService, ExistingCluster

config = pulumi.Config()

cluster = ExistingCluster(
    "cluster", {"cluster_id": config.require("clusterId"), "kubeconfig": config.require_secret("kubeconfig")}
)
exposure = DirectService(
    "shop",
    {"service": "shop-public", "selector": {"app": "shop"}, "port": 80, "target_port": 8080},
    pulumi.ResourceOptions(provider=cluster.provider),
)

pulumi.export("url", exposure.url)
