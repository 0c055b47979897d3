"""Two clusters in one program: the settings of a stack file as a map, once for each."""

from typing import Any

import pulumi

from realip import RealIpStack

config = pulumi.Config()
clusters: dict[str, dict[str, Any]] = {
    "shop": {"scenario": "vpc-cni-direct-native", "network": {"cidr": "10.0.0.0/16"}},
    "night": {"scenario": "vpc-cni-direct-super", "network": {"cidr": "10.1.0.0/16", "accountType": "STANDARD"}},
}
for name, settings in clusters.items():
    stack = RealIpStack(
        name,
        {
            **settings,
            "cluster": {"name": name},
            "access": {
                "adminCidrs": [config.require("adminCidr")],
                "clientCidrs": [config.get("clientCidr") or "0.0.0.0/0"],
            },
        },
    )
    pulumi.export(f"{name}Url", stack.stack_outputs["url"])
