"""A program that knows the components only from the plugin, as one in another language does."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

config = pulumi.Config("remote")


class Remote(pulumi.ComponentResource):
    """A component of the plugin, with an output that the program reads."""

    url: pulumi.Output[str]

    def __init__(self, kind: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Ask the plugin for it."""
        super().__init__(f"realip:index:{kind}", name, {**inputs, "url": None}, opts, remote=True)


cluster = kubernetes.Provider(
    "cluster",
    kubeconfig=config.require_secret("kubeconfig"),
    cluster_identifier="cls-00000001",
    enable_server_side_apply=True,
)
former = config.get("former")
exposure = Remote(
    "DirectService",
    config.require("name"),
    config.require_object("inputs") | ({"loadBalancer": config.require_secret_object("balancer")}),
    pulumi.ResourceOptions(
        provider=cluster if config.get_bool("given", default=True) else None,
        aliases=[pulumi.Alias(name=former)] if former else None,
    ),
)
pulumi.export("url", exposure.url)
for team in config.get_object("teams") or ():
    # A component of the program's own, with one of the plugin in it, which has the same name in each.
    group = pulumi.ComponentResource(f"company:index:{team.title()}", team)
    Remote(
        "DirectService",
        config.require("name"),
        config.require_object("inputs") | {"service": team},
        pulumi.ResourceOptions(parent=group, provider=cluster),
    )
