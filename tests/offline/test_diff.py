"""What `realip diff` leaves out, nobody looks at before an upgrade."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.offline.running import Realip


def as_json(realip: Realip, *arguments: str) -> dict[str, Any]:
    run = realip("diff", *arguments, "--json")
    assert (run.code, run.err) == (0, "")
    found: dict[str, Any] = json.loads(run.out)
    return found


def test_direct_and_non_direct_differ_in_their_exposure(realip: Realip) -> None:
    found = as_json(realip, "vpc-cni-direct-native", "vpc-cni-nondirect-native")
    assert (found["a"], found["b"]) == ("vpc-cni-direct-native", "vpc-cni-nondirect-native")
    assert found["onlyInA"] == []
    assert {one["type"] for one in found["onlyInB"]} == {
        "kubernetes:core/v1:Namespace",
        "kubernetes:networking.k8s.io/v1:Ingress",
    }
    (app,) = (change for change in found["changed"] if change["type"] == "kubernetes:apps/v1:Deployment")
    fields = {field["path"]: (field["a"], field["b"]) for field in app["fields"]}
    assert fields["spec.replicas"] == (3, 2)
    assert fields["metadata.namespace"] == ("default", "kestrel-catchip")
    outputs = {field["path"]: (field["a"], field["b"]) for field in found["outputs"]}
    assert outputs["reads"] == ("socket peer", "X-Forwarded-For")
    assert outputs["ingress"] == (None, "real-ip-ingress")


def test_network_modes_differ_in_the_cluster_and_the_config_map(realip: Realip) -> None:
    run = realip("diff", "vpc-cni-direct-native", "globalrouter-direct-native")
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[0] == "vpc-cni-direct-native → globalrouter-direct-native"
    assert "+ ConfigMap patch  realip-direct-access-patch" in lines
    assert "- subnet  realip-network-pods-ap-guangzhou-6" in lines
    cluster = lines[lines.index("+- TKE cluster  realip-cluster") :]
    assert '    networkType: "VPC-CNI" → "GR"  (replaces)' in cluster
    assert '    clusterCidr: + "172.16.0.0/16"  (replaces)' in cluster
    assert '    serviceCidr: - "10.200.0.0/22"  (replaces)' in cluster
    assert "  ConfigMap  realip-direct-access-config-map  (read)" in lines
    assert not any(line.startswith("+ ConfigMap  ") for line in lines), "TKE made it, nobody here does"


def test_another_network_mode_takes_nodes_endpoint_and_every_object_with_it(realip: Realip) -> None:
    """They belong to the cluster that goes (ForceNew of cluster_id; the Kubernetes provider's cluster identifier)."""
    found = as_json(realip, "vpc-cni-direct-native", "globalrouter-direct-native")
    replaced = {change["name"]: change["follows"] for change in found["changed"] if change["replaced"]}
    assert replaced == {
        "realip-cluster": None,
        "realip-nodes": "realip-cluster",
        "realip-access-endpoint": "realip-cluster",
        "realip-access-provider": "realip-cluster",
        "realip-deployment": "realip-access-provider",
        "realip-disruption-budget": "realip-access-provider",
        "realip-service": "realip-access-provider",
    }


def test_a_stack_does_not_differ_from_itself(realip: Realip) -> None:
    run = realip("diff", "vpc-cni-direct-super", "vpc-cni-direct-super", "--exit-code")
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("Nothing differs.\n")
    found = as_json(realip, "vpc-cni-direct-super", "vpc-cni-direct-super")
    assert [found[key] for key in ("onlyInA", "onlyInB", "changed", "outputs")] == [[], [], [], []]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_difference_ends_with_one_only_if_that_is_asked_for(form: list[str], realip: Realip) -> None:
    stacks = ("vpc-cni-direct-native", "vpc-cni-direct-super")
    assert realip("diff", *stacks, *form).code == 0
    run = realip("diff", *stacks, *form, "--exit-code")
    assert run.code == 1
    assert run.out
    assert run.err == ""


def test_a_setting_for_both_stacks_is_no_difference(realip: Realip) -> None:
    stacks = ("vpc-cni-direct-native", "vpc-cni-direct-super")
    before, after = as_json(realip, *stacks), as_json(realip, *stacks, "--config", "app.port=8081")
    assert [change["name"] for change in after["changed"]] == [change["name"] for change in before["changed"]]
    assert "8081" not in json.dumps(after)


def test_truth_values_options_and_secrets_are_compared(realip: Realip, project: Path) -> None:
    (project / "__main__.py").write_text(
        "import pulumi, pulumi_kubernetes as kubernetes\n"
        "one = pulumi.get_stack() == 'vpc-cni-direct-native'\n"
        "kubernetes.core.v1.Pod('p', spec={'host_network': one, 'containers': []}, opts=pulumi.ResourceOptions(protect=one))\n"
        "pulumi.export('key', pulumi.Output.secret('first' if one else 'second'))\n"
    )
    run = realip("diff", "vpc-cni-direct-native", "vpc-cni-direct-super")
    assert run.code == 0
    assert "    spec.hostNetwork: true → false\n" in run.out
    assert "    options.protect: - true\n" in run.out
    assert '    key: "[secret]" → "[secret]"\n' in run.out
    assert "first" not in run.out


def test_stacks_may_differ_in_a_resource_and_hand_out_the_same(realip: Realip, project: Path) -> None:
    (project / "__main__.py").write_text(
        "import pulumi, pulumi_kubernetes as kubernetes\n"
        "kubernetes.core.v1.ConfigMap('m', data={'stack': pulumi.get_stack()})\n"
    )
    run = realip("diff", "vpc-cni-direct-native", "vpc-cni-direct-super")
    assert run.out.splitlines()[2:] == [
        "~ ConfigMap  m",
        '    data.stack: "vpc-cni-direct-native" → "vpc-cni-direct-super"',
    ]


def _changed(realip: Realip, project: Path, before: str, after: str) -> dict[str, Any]:
    """The changes between two stacks of a program that registers a security group's rules."""
    (project / "__main__.py").write_text(
        "import pulumi, tencentcloud_iac_pulumi as cloud\n"
        "def rule(port, cidr='10.0.0.0/8'): return {'action': 'ACCEPT', 'cidr_block': cidr, 'protocol': 'TCP', 'port': port}\n"
        f"rules = {before} if pulumi.get_stack() == 'vpc-cni-direct-native' else {after}\n"
        "cloud.security.GroupRuleSet('rules', security_group_id='sg-1', ingresses=rules)\n"
    )
    found = as_json(realip, "vpc-cni-direct-native", "vpc-cni-direct-super")
    (change,) = found["changed"]
    return {field["path"]: (field["a"], field["b"]) for field in change["fields"]}


def _rule(port: str, cidr: str = "10.0.0.0/8") -> dict[str, str]:
    return {"action": "ACCEPT", "cidrBlock": cidr, "protocol": "TCP", "port": port}


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (
            "[rule('1'), rule('2')]",
            "[rule('3', '::/0'), rule('1'), rule('2')]",
            {"ingresses[0]": (None, _rule("3", "::/0"))},
        ),
        ("[rule('1'), rule('2'), rule('3')]", "[rule('2'), rule('3')]", {"ingresses[0]": (_rule("1"), None)}),
        ("[rule('1'), rule('2')]", "[rule('1'), rule('80')]", {"ingresses[1].port": ("2", "80")}),
        ("[rule('1')] * 2", "[rule('1')]", {"ingresses[1]": (_rule("1"), None)}),
        (
            "[rule('1'), rule('2')]",
            "[rule('2'), rule('1')]",
            {"ingresses": ([_rule("1"), _rule("2")], [_rule("2"), _rule("1")])},
        ),
    ],
    ids=["one more in front", "one less in front", "one changed", "one of two twins", "another order"],
)
def test_a_reviewer_sees_the_rule_that_changed_and_no_other(
    before: str, after: str, wanted: dict[str, Any], realip: Realip, project: Path
) -> None:
    """By position, one rule in front shows every rule behind it as another one."""
    assert _changed(realip, project, before, after) == wanted


def test_taking_a_zone_away_says_that_the_provider_refuses_it(realip: Realip, project: Path) -> None:
    (project / "__main__.py").write_text(
        "import pulumi, tencentcloud_iac_pulumi as cloud\n"
        "subnets = ['subnet-1', 'subnet-2'] if pulumi.get_stack() == 'vpc-cni-direct-native' else ['subnet-2']\n"
        "cloud.kubernetes.Cluster('c', vpc_id='vpc-1', eni_subnet_ids=subnets)\n"
    )
    run = realip("diff", "vpc-cni-direct-native", "vpc-cni-direct-super")
    assert '    eniSubnetIds[0]: - "subnet-1"' in run.out
    assert "refused: the provider refuses to take a pod subnet away" in run.out
    back = as_json(realip, "vpc-cni-direct-super", "vpc-cni-direct-native")
    assert back["changed"][0]["refused"] == [], "one more is welcome"
    assert back["changed"][0]["replaced"] is False


def test_a_bandwidth_that_tke_does_not_read_any_more_is_marked(realip: Realip, project: Path) -> None:
    """It is written into the annotation, and the load balancer keeps the one that it was made with (TKE 51258, 56112)."""
    text = (project / "stacks" / "Pulumi.vpc-cni-direct-native.yaml").read_text("utf-8")
    for name, balancer in (("a", "{bandwidth: 10}"), ("b", "{bandwidth: 20, securityGroupIds: [sg-1a2b3c4d]}")):
        (project / "stacks" / f"Pulumi.{name}.yaml").write_text(f"{text}\n  realip:loadBalancer: {balancer}\n", "utf-8")
    lines = [line for line in realip("diff", "a", "b").out.splitlines() if "annotations" in line]
    groups, bandwidth = sorted(lines)
    assert bandwidth.endswith(
        '"10" → "20"  (TKE reads it only when it makes the load balancer: change it in the CLB console too)'
    )
    assert groups.endswith('+ "sg-1a2b3c4d"')
    (service,) = as_json(realip, "a", "b")["changed"]
    marked = [field["path"] for field in service["fields"] if field.get("readAtCreation")]
    assert marked == ['metadata.annotations["service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out"]']
