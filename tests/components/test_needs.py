"""Stack files of everyday needs, as they stand in examples/needs, and that each does what it says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from realip import parse_settings
from tests.support.recording import Recording, run
from tests.support.stacks import program

NEEDS = Path(__file__).parents[2] / "examples" / "needs"
FILES = sorted(path.name for path in NEEDS.glob("*.yaml"))


def _values(name: str) -> dict[str, Any]:
    config = yaml.safe_load((NEEDS / name).read_text("utf-8"))["config"]
    return {key.removeprefix("realip:"): value for key, value in config.items() if key.startswith("realip:")}


def _up(name: str) -> Recording:
    # An update refuses the documentation range that stands for somebody's own address.
    values = _values(name)
    access = {**values["access"], "adminCidrs": ["198.18.0.0/24"]}
    return run(program({**values, "access": access}))


@pytest.mark.parametrize("name", FILES)
def test_a_need_is_a_stack_file_that_can_be_used_and_is_listed(name: str) -> None:
    parse_settings(_values(name), region="ap-guangzhou")
    assert f"({name})" in (NEEDS / "README.md").read_text("utf-8")
    assert (NEEDS / name).read_text("utf-8").startswith("# Need: ")


def test_ports_and_udp() -> None:
    found = _up("Pulumi.ports-and-udp.yaml")
    service = found.one("core/v1:Service")
    assert [port["port"] for port in service.inputs["spec"]["ports"]] == [53, 853]
    annotation = service.inputs["metadata"]["annotations"]["service.cloud.tencent.com/specify-protocol"]
    assert annotation == '{"53":{"protocol":["TCP","UDP"]},"853":{"protocol":["TCP_SSL"],"tls":"clb-direct-pod-853"}}'
    assert found.one("Secret").inputs["stringData"] == {"qcloud_cert_id": "1a2B3c4D"}


def test_hosts_and_https() -> None:
    found = _up("Pulumi.hosts-and-https.yaml")
    ingress = found.one("Ingress").inputs
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == ["shop.example.com", "*.shop.example.com"]
    assert ingress["metadata"]["annotations"]["ingress.cloud.tencent.com/auto-rewrite"] == "true"
    assert found.stack.outputs["url"] == "https://shop.example.com/"


def test_allow_list() -> None:
    found = _up("Pulumi.allow-list.yaml")
    listed = {rule["cidrBlock"] for rule in found.named("realip-load-balancer-rules").inputs["ingresses"]}
    assert listed == {"198.51.100.0/24", "192.0.2.0/24"}
    nodes = found.named("realip-network-node-rules").inputs["ingresses"]
    assert {rule["description"] for rule in nodes} == {"nodes and pods among themselves"}


def test_health_check() -> None:
    found = _up("Pulumi.health-check.yaml")
    (config,) = [made for made in found.resources if made.type.endswith(":TkeServiceConfig")]
    (listener,) = config.inputs["spec"]["loadBalancer"]["l4Listeners"]
    assert listener["healthCheck"] == {
        "enable": True,
        "intervalTime": 6,
        "timeout": 3,
        "healthNum": 2,
        "unHealthNum": 2,
    }
    pod = found.one("Deployment").inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == 12


def _template(name: str) -> dict[str, Any]:
    template: dict[str, Any] = _up(name).one("Deployment").inputs["spec"]["template"]
    return template


def test_files() -> None:
    spec = _template("Pulumi.files.yaml")["spec"]
    sources = [volume.get("configMap") or volume["secret"] for volume in spec["volumes"]]
    assert sources[0] == {"name": "shop-settings"}
    assert sources[1]["secretName"] == "shop-tls"
    assert {item["path"] for item in sources[1]["items"]} == {"cert.pem", "key.pem"}
    assert [mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]] == ["/etc/shop", "/etc/shop-tls"]


def test_without_root() -> None:
    found = _up("Pulumi.without-root.yaml")
    assert list(found.one("Namespace").inputs["metadata"]["labels"].values()) == ["restricted"]
    context = _template("Pulumi.without-root.yaml")["spec"]["securityContext"]
    assert (context["runAsNonRoot"], context["runAsUser"]) == (True, 10001)
    assert context["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]


def test_pod_template() -> None:
    template = _template("Pulumi.pod-template.yaml")
    assert template["metadata"] == {
        "annotations": {"prometheus.io/scrape": "true"},
        "labels": {"app": "real-ip-app", "tier": "front"},
    }
    spec = template["spec"]
    assert spec["priorityClassName"] == "business-critical"
    assert list(spec["affinity"]) == ["nodeAffinity"]
    assert spec["volumes"][1] == {"name": "uploads", "persistentVolumeClaim": {"claimName": "uploads"}}
    containers = {one["name"]: one for one in spec["containers"]}
    assert containers.keys() == {"shop", "log"}
    shop = containers["shop"]
    assert shop["startupProbe"] == {
        "httpGet": {"path": "/live", "port": 8080},
        "periodSeconds": 2,
        "failureThreshold": 30,
    }
    assert shop["livenessProbe"] == {"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 20}
    assert shop["readinessProbe"] == {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5}
    assert shop["volumeMounts"] == [
        {"name": "cache", "mountPath": "/var/cache/shop"},
        {"name": "uploads", "mountPath": "/var/lib/shop"},
    ]


def test_eni_pods() -> None:
    """An update looks at the cluster first, so that this one is previewed."""
    found = run(program(_values("Pulumi.eni-pods.yaml")), preview=True)
    template = found.one("Deployment").inputs["spec"]["template"]
    assert template["metadata"]["annotations"] == {"tke.cloud.tencent.com/networks": "tke-route-eni"}
    assert found.of("ConfigMapPatch") == found.of("Cluster") == []
