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
