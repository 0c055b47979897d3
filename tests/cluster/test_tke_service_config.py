"""A TkeServiceConfig as a real API server takes it, with a definition that has the fields of TKE's documents (45490, 45700) alone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.conftest import Renderer
from tests.cluster.live import Cluster, Object


def number(least: int, most: int) -> Object:
    return {"type": "integer", "minimum": least, "maximum": most}


def fields(**known: Object) -> Object:
    return {"type": "object", "properties": known}


def several(item: Object) -> Object:
    return {"type": "array", "items": item}


TEXT, SWITCH = {"type": "string"}, {"type": "boolean"}
SESSION = fields(enable=SWITCH, sessionExpireTime=number(30, 3600))
HEALTH: dict[str, Object] = {
    "enable": SWITCH,
    "intervalTime": number(5, 300),
    "healthNum": number(2, 10),
    "unHealthNum": number(2, 10),
    "timeout": number(2, 60),
}
HTTP_HEALTH = fields(**HEALTH, httpCheckPath=TEXT, httpCheckDomain=TEXT, httpCheckMethod=TEXT)
LAYER_4 = fields(
    protocol={"type": "string", "enum": ["TCP", "UDP"]},
    port=number(1, 65535),
    session=SESSION,
    healthCheck=fields(**HEALTH),
    scheduler={"type": "string", "enum": ["WRR", "LEAST_CONN"]},
)
RULE = fields(url=TEXT, forwardType=TEXT, session=SESSION, healthCheck=HTTP_HEALTH, scheduler=TEXT)
LAYER_7 = fields(
    protocol={"type": "string", "enum": ["HTTP", "HTTPS"]},
    port=number(1, 65535),
    defaultServer=TEXT,
    keepaliveEnable=number(0, 1),
    domains=several(fields(domain=TEXT, rules=several(RULE))),
)
DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "tkeserviceconfigs.cloud.tencent.com"},
    "spec": {
        "group": "cloud.tencent.com",
        "scope": "Namespaced",
        "names": {"kind": "TkeServiceConfig", "plural": "tkeserviceconfigs", "singular": "tkeserviceconfig"},
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": fields(
                        spec=fields(
                            loadBalancer=fields(
                                l4Listeners=several(LAYER_4),
                                l7Listeners=several(LAYER_7),
                                internetMaxBandwidthOut=number(0, 2048),
                            )
                        )
                    )
                },
            }
        ],
    },
}


@pytest.fixture
def defined(cluster: Cluster) -> Iterator[Cluster]:
    cluster.plane.kubectl("create", "-f", "-", stdin=json.dumps(DEFINITION))
    cluster.plane.kubectl(
        "wait", "--for=condition=Established", "--timeout=30s", "crd/tkeserviceconfigs.cloud.tencent.com"
    )
    yield cluster
    cluster.plane.kubectl("delete", "crd", "tkeserviceconfigs.cloud.tencent.com", "--wait=true")


@pytest.mark.parametrize(
    ("stack", "setting", "owner", "key"),
    [
        (
            "vpc-cni-direct-native",
            'loadBalancer.healthCheck={"intervalTime": 5, "timeout": 2, "healthNum": 2, "unHealthNum": 3}',
            "Service",
            "service.cloud.tencent.com/tke-service-config",
        ),
        (
            "vpc-cni-direct-native-ingress",
            'loadBalancer.healthCheck={"httpCheckPath": "/ready", "httpCheckMethod": "GET"}',
            "Ingress",
            "ingress.cloud.tencent.com/tke-service-config",
        ),
        ("vpc-cni-nondirect-native-local", "loadBalancer.sessionExpireTime=300", "Service", "service.cloud.tencent.com/tke-service-config"),
    ],
)  # fmt: skip
def test_health_checks_have_the_fields_that_tke_documents_and_their_owner_names_them(
    defined: Cluster, render: Renderer, stack: str, setting: str, *, owner: str, key: str
) -> None:
    rendered = render(stack, setting)
    defined.apply(rendered)
    found = rendered.only("TkeServiceConfig")
    live = defined.one(found)
    assert live["spec"] == found["spec"]
    assert defined.one(rendered.only(owner))["metadata"]["annotations"][key] == live["metadata"]["name"]
