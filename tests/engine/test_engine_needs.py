"""Everyday needs on the engine: certificates, hosts, named clients, health checks and our own app come up, stay and go."""

from typing import Any

import pytest

from tests.engine.conftest import Live, stands

ADMINISTRATORS = {"adminCidrs": ["198.18.0.0/24"]}
NAMED_CLIENTS = {**ADMINISTRATORS, "clientCidrs": ["198.19.0.0/16"]}
MACHINES = {
    "dataDisks": [{"diskType": "CLOUD_SSD", "diskSize": 100, "mountTarget": "/var/lib/container", "fileSystem": "xfs"}],
    "keyIds": ["skey-1a2b3c4d"],
    "kubeletArgs": ["max-pods=64"],
    "kernelArgs": ["net.core.somaxconn=32768"],
    "instanceChargePrepaid": {"period": 1, "renewFlag": "DISABLE_NOTIFY_AND_MANUAL_RENEW"},
    "internetAccessible": {"maxBandwidthOut": 5},
    "pools": [
        {
            "name": "batch",
            "instanceTypes": ["S5.LARGE8"],
            "autoscaling": {"min": 1, "max": 3},
            "taints": [{"key": "batch", "effect": "NoSchedule"}],
        }
    ],
}
UDP_AND_TLS = [
    {"name": "dns", "port": 53, "targetPort": 5353, "protocol": "UDP"},
    {"name": "tls", "port": 443, "targetPort": 8443, "protocol": "TCP_SSL", "certificateId": "abCD1234"},
]


@pytest.mark.parametrize(
    ("stack", "settings", "url", "made"),
    [
        (
            "vpc-cni-direct-native",
            {"realip:loadBalancer": {"ports": UDP_AND_TLS}},
            "https://192.0.2.1/",
            {"Secret": 1},
        ),
        (
            "vpc-cni-nondirect-native-local",
            {
                "realip:loadBalancer": {"healthCheck": {"intervalTime": 5, "unHealthNum": 2}},
                "realip:app": {"echo": True},
                "realip:access": NAMED_CLIENTS,
            },
            "http://192.0.2.1/",
            {"TkeServiceConfig": 1, "ConfigMap": 1, "PodDisruptionBudget": 1},
        ),
        (
            "vpc-cni-direct-native-ingress",
            {
                "realip:loadBalancer": {
                    "healthCheck": {"httpCheckPath": "/ready"},
                    "hosts": [{"host": "shop.example.com", "certificateId": "abCD1234"}],
                    "redirect": True,
                },
                "realip:access": NAMED_CLIENTS,
            },
            "https://shop.example.com/",
            {"TkeServiceConfig": 1, "Secret": 1, "Ingress": 1},
        ),
        (
            "vpc-cni-direct-super",
            {"realip:app": {"autoscaling": {"minReplicas": 2, "maxReplicas": 9}}},
            "http://192.0.2.1/",
            {"HorizontalPodAutoscaler": 1, "PodDisruptionBudget": 1, "Deployment": 1},
        ),
        (
            "globalrouter-nondirect-native-local",
            {"realip:nodes": MACHINES, "realip:network": {"natBandwidth": 20}},
            "http://192.0.2.1/",
            {"NativeNodePool": 2, "Gateway": 1},
        ),
        (
            "vpc-cni-direct-native",
            {"realip:network": {"nat": False}, "realip:nodes": {"internetAccessible": {"maxBandwidthOut": 5}}},
            "http://192.0.2.1/",
            {"Gateway": 0, "TableEntry": 0},
        ),
    ],
)
def test_a_need_comes_up_changes_nothing_when_asked_again_and_leaves_nothing(
    live: Live, stack: str, settings: dict[str, Any], url: str, made: dict[str, int]
) -> None:
    project = live(stack)
    project.configure(settings)
    project.up().succeeded()
    assert project.outputs()["url"] == url
    inventory = project.world.cloud.inventory()
    assert {kind: inventory.get(kind, 0) for kind in made} == made
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@stands("vpc-cni-direct-native")
def test_an_app_that_is_handed_to_an_autoscaler_keeps_its_pods_meanwhile(standing_to_change: Live) -> None:
    """Without `replicas` the API server would make it one pod, until the autoscaler looks: the number stays as it was."""
    project = standing_to_change("vpc-cni-direct-native")
    project.configure({"realip:app": {"autoscaling": {"minReplicas": 2, "maxReplicas": 9}}})
    planned = project.preview().succeeded()
    assert [(step.op, step.type) for step in planned.changes] == [
        ("create", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler")
    ]
    project.up().succeeded()
    (deployment,) = (made for made in project.resources() if made["type"].endswith(":Deployment"))
    assert deployment["inputs"]["spec"]["replicas"] == 3
    project.configure({"realip:app": {"image": "web:v2"}})
    project.up().succeeded()
    (deployment,) = (made for made in project.resources() if made["type"].endswith(":Deployment"))
    assert deployment["inputs"]["spec"]["replicas"] == 3
    assert deployment["inputs"]["spec"]["template"]["spec"]["containers"][0]["image"] == "web:v2"
