"""The rules in a policy pack find what they find elsewhere, with the resource that it is about."""

import subprocess
import sys
from pathlib import Path

from realip.audit.policy import violations
from tests.audit.objects import DIRECT, ingress, service

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = ("urn:c", "tencentcloud:Kubernetes/cluster:Cluster", {"networkType": "CiliumOverlay"})
TYPE = "kubernetes:core/v1:Service"


def test_a_violation_names_its_resource_its_rule_and_what_to_do() -> None:
    lost = ("urn:web", TYPE, service(annotations={DIRECT: "false"}))
    kept = ("urn:api", TYPE, service(annotations={DIRECT: "true"}, name="api", selector={"app": "api"}))
    (found,) = violations([lost, kept])
    assert (found.urn, found.rule, found.severity) == ("urn:web", "RIP001", "error")
    assert found.message.startswith("RIP001: Service shop/web: ")
    assert "kubectl annotate" in found.message


def test_resources_are_judged_together() -> None:
    front = (
        "urn:front",
        "kubernetes:networking.k8s.io/v1:Ingress",
        ingress({"ingress.cloud.tencent.com/direct-access": "true"}),
    )
    behind = ("urn:web", TYPE, service(annotations={DIRECT: "true"}))
    assert {(each.urn, each.rule) for each in violations([front, behind])} == {("urn:front", "RIP010")}
    assert [each.rule for each in violations([behind, CLUSTER])] == ["RIP004"]
    assert list(violations([("urn:vpc", "tencentcloud:Vpc/instance:Instance", {})])) == []


def test_the_rules_need_neither_an_engine_nor_a_policy_s_sdk() -> None:
    code = "import sys, realip.audit.policy; sys.exit(bool({'pulumi', 'pulumi_policy', 'pulumi_kubernetes'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
