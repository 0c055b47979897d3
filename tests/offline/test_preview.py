"""A preview has to show every resource, nothing secret, and the way that a client's address really takes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.offline.running import Realip
from tests.support.guide import DIRECT, FACTS, STACKS

ADDRESS = "198.51.100.7"


def as_json(realip: Realip, *arguments: str) -> dict[str, Any]:
    run = realip("preview", *arguments, "--json")
    assert (run.code, run.err) == (0, "")
    found: dict[str, Any] = json.loads(run.out)
    return found


def plain(realip: Realip, *arguments: str) -> str:
    run = realip("preview", *arguments)
    assert (run.code, run.err) == (0, "")
    return str(run.out)


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_shows_what_decides_the_scenario(stack: str, realip: Realip) -> None:
    facts, page = FACTS[stack], plain(realip, stack)
    assert page.startswith(f"Scenario {facts.number}: ")
    assert f"network mode {facts.mode}" in page
    assert f'▸ {DIRECT}: "{facts.direct}"' in page
    assert f"▸ type: {facts.service_type}" in page
    assert ('▸ service.cloud.tencent.com/loadbalance-type: "OPEN"' in page) is facts.public
    assert ('▸ GlobalRouteDirectAccess: "true"' in page) is facts.config_map
    assert ('▸ kubernetes.io/ingress.class: "qcloud"' in page) is (facts.layer == 7)
    assert ("▸ externalTrafficPolicy: Local" in page) is facts.local
    assert ('▸ service.kubernetes.io/local-svc-only-bind-node-with-pod: "true"' in page) is facts.local
    super_nodes = facts.nodes == "super"
    assert ('▸ nodeSelector node.kubernetes.io/instance-type: "eklet"' in page) is super_nodes
    assert ("▸ tolerates eks.tke.cloud.tencent.com/eklet:NoSchedule" in page) is super_nodes
    assert ("on super nodes\n" in page) is super_nodes
    assert f"{facts.namespace}/{facts.service}, TCP 80 → 5000" in page
    assert f"{facts.namespace}/{facts.deployment}, {facts.replicas} pods" in page
    assert f"container {facts.container}, port 5000, {facts.image}" in page


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_hangs_under_its_component_once(stack: str, realip: Realip) -> None:
    found, page = as_json(realip, stack), plain(realip, stack)
    resources = found["resources"]
    urns = {resource["urn"]: resource for resource in resources}
    (root,) = (resource for resource in resources if resource["parent"] not in urns)
    assert root["type"] == "realip:index:RealIpStack"
    for resource in resources:
        assert len(re.findall(rf"  {re.escape(resource['name'])}(?:  |$)", page, re.MULTILINE)) >= 1
        if resource is not root:
            parent = urns[resource["parent"]]
            assert parent["component"]
            types = f"{parent['urn'].split('::')[2]}${resource['type']}"
            assert resource["urn"] == f"urn:pulumi:{stack}::realip::{types}::{resource['name']}"
    made = [resource for resource in resources if not resource["component"] and not resource["read"]]
    components = [resource for resource in resources if resource["component"]]
    assert found["counts"] == {
        "create": len(made),
        "components": len(components),
        "read": 1 if FACTS[stack].config_map else 0,
    }
    assert f"would create {len(made)} resources in {len(components)} components" in page


@pytest.mark.parametrize("stack", STACKS)
def test_the_clients_path_goes_by_the_node_only_when_it_is_direct(stack: str, realip: Realip) -> None:
    facts, found = FACTS[stack], as_json(realip, stack)
    client, balancer, node, pod = found["journey"]
    assert [hop["place"] for hop in found["journey"]] == ["client", "CLB", "node", "pod"]
    assert client["detail"] == balancer["socketPeer"] == ADDRESS
    assert node["passedBy"] is (facts.connection == "direct")
    assert ("layer 4, TCP port 80" if facts.layer == 4 else "layer 7, HTTP port 80") in balancer["detail"]
    if facts.layer == 4:
        assert (pod["socketPeer"], pod["forwardedFor"]) == (ADDRESS, None)
        assert node["socketPeer"] == (ADDRESS if facts.local else None)
    else:
        assert pod["forwardedFor"].split(", ")[-1] == ADDRESS
        assert ADDRESS not in pod["socketPeer"]
        assert ("10.0.80.0/20" in pod["socketPeer"]) is (facts.connection == "non-direct")
    page = plain(realip, stack)
    (read,) = (line for line in page.splitlines() if "the app reads the client here" in line)
    assert facts.reads in read
    assert ADDRESS in read


def test_pods_of_a_globalrouter_cluster_are_in_its_own_network_and_super_pods_in_the_nodes_subnets(
    realip: Realip,
) -> None:
    assert "172.16.0.0/16" in as_json(realip, "globalrouter-direct-native")["journey"][3]["detail"]
    for stack in ("vpc-cni-direct-super", "globalrouter-direct-super", "globalrouter-direct-super-ingress"):
        assert "10.0.80.0/20, 10.0.96.0/20" in as_json(realip, stack)["journey"][3]["detail"]
    assert "10.0.208.0/20, 10.0.224.0/20" in as_json(realip, "vpc-cni-direct-native")["journey"][3]["detail"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_warns_in_the_words_of_the_refusal(stack: str, realip: Realip) -> None:
    (warning,) = as_json(realip, stack)["warnings"]
    assert warning.startswith('access.adminCidrs[0] = "203.0.113.0/24": is a documentation range')
    assert f"warning: {warning}" in plain(realip, stack)
    assert as_json(realip, stack, "--config", "access.adminCidrs=[192.0.0.8/32]")["warnings"] == []


@pytest.mark.parametrize(
    ("clients", "warned", "client"),
    [
        ("[]", True, "10.0.0.7"),
        ("[10.0.3.0/24]", True, "10.0.3.7"),
        ("[10.0.3.0/24, 10.0.4.9/32]", True, "10.0.3.7"),
        ("[10.0.3.0/24, 192.0.2.128/31]", False, "192.0.2.129"),
        ("['2001:db8::/64', 192.0.2.128/31]", False, "2001:db8::7"),
        ("[198.51.100.0/24]", False, ADDRESS),
    ],
)
def test_a_public_exposure_that_lets_nobody_outside_in_is_warned_of(
    clients: str, warned: bool, client: str, realip: Realip
) -> None:
    admins = "adminCidrs: [192.0.0.8/32]"
    found = as_json(realip, "--config", f"access={{{admins}, clientCidrs: {clients}}}")
    outsiders = [warning for warning in found["warnings"] if "documentation range" not in warning]
    assert [warning.partition(" = ")[0] for warning in outsiders] == (["access.clientCidrs"] if warned else [])
    assert found["journey"][0]["detail"] == client


def test_an_internal_load_balancer_is_for_clients_inside(realip: Realip) -> None:
    configuration = (
        "loadBalancer.internal=true",
        "access={adminCidrs: [192.0.0.8/32], clientCidrs: [0.0.0.0/0, 10.0.3.0/24]}",
    )
    found = as_json(realip, *(word for value in configuration for word in ("--config", value)))
    assert found["warnings"] == []
    assert found["journey"][0]["detail"] == "10.0.3.7"
    assert found["journey"][1]["detail"].startswith("internal, ")
    (service,) = (one for one in found["resources"] if one["type"] == "kubernetes:core/v1:Service")
    annotation = "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"
    assert service["inputs"]["metadata"]["annotations"][annotation] == "<realip-network-nodes-ap-guangzhou-6.id>"
    assert f'metadata.annotations["{annotation}"]' in service["knownAfterUp"]


@pytest.mark.parametrize(
    ("settings", "listens"),
    [
        ({"hosts": [{"host": "shop.example.com", "certificateId": "abCD1234"}]}, "HTTPS port 443"),
        (
            {"hosts": [{"host": "shop.example.com", "certificateId": "abCD1234"}], "redirect": True},
            "HTTP port 80, HTTPS port 443",
        ),
        ({"hosts": [{"host": "shop.example.com"}]}, "HTTP port 80"),
    ],
)
def test_the_path_of_hosts_with_certificates_starts_at_their_listeners(
    settings: dict[str, Any], listens: str, realip: Realip
) -> None:
    options = [f"--config=loadBalancer.{key}={json.dumps(value)}" for key, value in settings.items()]
    _, balancer, *_ = as_json(realip, "vpc-cni-direct-native-ingress", *options)["journey"]
    assert balancer["detail"] == f"public, layer 7, {listens}"


def test_an_existing_load_balancer_is_named(realip: Realip) -> None:
    found = as_json(realip, "vpc-cni-nondirect-native", "--config", "loadBalancer.existingId=lb-1a2b3c4d")
    assert found["journey"][1]["detail"].startswith("existing lb-1a2b3c4d, ")
    page = plain(realip, "vpc-cni-nondirect-native", "--config", "loadBalancer.existingId=lb-1a2b3c4d")
    assert '▸ kubernetes.io/ingress.existLbId: "lb-1a2b3c4d"' in page


def test_what_is_known_later_is_named_by_its_source_and_secrets_are_never_shown(realip: Realip) -> None:
    found = as_json(realip)
    by_name = {(resource["type"].split(":")[0], resource["name"]): resource for resource in found["resources"]}
    gateway = by_name["tencentcloud", "realip-network-nat"]
    assert gateway["inputs"]["vpcId"] == "<realip-network-vpc.id>"
    assert gateway["inputs"]["assignedEipSets"] == ["<realip-network-nat-address.publicIp>"]
    assert gateway["knownAfterUp"] == ["assignedEipSets[0]", "vpcId"]
    provider = by_name["pulumi", "realip-access-provider"]
    assert provider["inputs"]["kubeconfig"] == "[secret]"
    assert found["outputs"]["kubeconfig"] == "[secret]"
    assert found["outputs"]["address"] == "<known after up>"
    assert found["outputs"]["clusterId"] == "<realip-cluster.id>"
    exposure = next(resource for resource in found["resources"] if resource["type"] == "kubernetes:core/v1:Service")
    assert exposure["provider"] == provider["urn"]
    assert exposure["options"]["customTimeouts"] == {"create": "600s", "update": "600s", "delete": "600s"}


def test_an_option_that_matters_is_shown(realip: Realip) -> None:
    page = plain(realip, "globalrouter-direct-native", "--config", "app.autoscaled=true")
    assert "kept on destroy" in page
    assert "(read)" in page
    assert "pods as an autoscaler says" in page
    page = plain(
        realip,
        "--config",
        "nodes={autoscaling: {min: 1, max: 4}, taints: [{key: a, value: b, effect: NoSchedule}]}",
        "--config",
        "access={endpoint: intranet}",
    )
    assert "autoscaled between 1 and 4" in page
    assert "tolerates a=b:NoSchedule" in page
    assert "intranet, in <realip-network-nodes-ap-guangzhou-6.id>" in page
    page = plain(realip, "globalrouter-direct-native", "--config", "cluster.serviceCidr=192.168.0.0/22")
    assert "services 192.168.0.0/22" in page


def test_a_pipe_gets_plain_text(process: Realip) -> None:
    for stack in ("vpc-cni-direct-native", "globalrouter-nondirect-native"):
        run = process("preview", stack, FORCE_COLOR="1")
        assert (run.code, run.err) == (0, "")
        assert "\x1b" not in run.out
        assert all(char.isprintable() or char == "\n" for char in run.out)
        assert not any(line != line.rstrip() for line in run.out.splitlines())


def test_a_pipe_that_takes_ascii_only_still_gets_a_tree(process: Realip, project: Path) -> None:
    run = process("preview", PYTHONIOENCODING="ascii")
    assert (run.code, run.err) == (0, "")
    assert run.out.isascii()
    assert "|- Network  realip-network" in run.out
    assert "TCP 80 > 5000" in run.out
    tagged = ("--config", "tags={团队: 网络}")
    run = process("preview", *tagged, "--json", PYTHONIOENCODING="ascii")
    assert run.code == 0
    assert json.loads(run.out)["resources"][2]["inputs"]["tags"] == {"团队": "网络"}
    (project / "__main__.py").write_text(
        "import pulumi\nimport pulumi_kubernetes as kubernetes\n"
        "kubernetes.core.v1.ConfigMap('m', metadata={'name': 'm'}, data={'团队': '网络'})\n"
        "pulumi.export('团队', '网络')\n"
    )
    for command in ("preview", "render"):
        run = process(command, PYTHONIOENCODING="ascii")
        assert (run.code, run.err) == (0, "")
    assert yaml.safe_load(run.out)["data"] == {"团队": "网络"}


@pytest.mark.parametrize("arguments", [["preview"], ["preview", "--json"], ["diff", "vpc-cni-direct-super"]])
def test_the_output_is_the_same_whatever_order_python_keeps_sets_in(arguments: list[str], process: Realip) -> None:
    seeds = ("0", "1", "4294967295")
    outputs = {process(*arguments, "globalrouter-direct-native", PYTHONHASHSEED=seed).out for seed in seeds}
    assert len(outputs) == 1
    assert outputs.pop()


def test_a_program_of_ones_own_is_previewed_without_a_path_that_it_does_not_have(realip: Realip, project: Path) -> None:
    (project / "__main__.py").write_text(
        "import pulumi\n"
        "import pulumi_kubernetes as kubernetes\n"
        "import tencentcloud_iac_pulumi as tencentcloud\n"
        "print('a word of the program')\n"
        "pulumi.log.info('not for people')\n"
        "pulumi.log.warn('mind the gap')\n"
        "bucket = tencentcloud.cos.Bucket('bucket', bucket='b-1', opts=pulumi.ResourceOptions(protect=True))\n"
        "cluster = kubernetes.Provider('ours')\n"
        "kubernetes.core.v1.Service('odd', spec=bucket.id.apply(lambda id: {'type': id}))\n"
        "kubernetes.core.v1.Service('plain')\n"
        "tencentcloud.subnet.Instance('s', availability_zone='ap-guangzhou-6', cidr_block='10.0.0.0/24', vpc_id=bucket.urn)\n"
        "pulumi.export('bucket', bucket)\n"
        "pulumi.export('number', 1.5)\n"
        "pulumi.export('nothing', [None])\n"
    )
    run = realip("preview")
    assert run.code == 0
    assert run.err == "a word of the program\n"
    assert "warning: mind the gap" in run.out
    assert "not for people" not in run.out
    assert "protected from being deleted" in run.out
    assert "client-side apply, kubeconfig ambient" in run.out
    assert "How a client's address travels" not in run.out
    assert as_json_without_words(realip)["journey"] == []


def as_json_without_words(realip: Realip) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(realip("preview", "--json").out)
    return found


@pytest.fixture
def importer(project: Path) -> Path:
    """A project that only imports a component, on somebody's cluster: it has no setting of this library."""
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\nconfig:\n  kubeconfig: {type: string}\n")
    (project / "Pulumi.dev.yaml").write_text("config:\n  shop:kubeconfig: '{}'\n  shop:port: 443\n")
    example = Path(__file__).resolve().parents[2] / "examples" / "direct_service" / "__main__.py"
    (project / "__main__.py").write_text(example.read_text())
    return project


def test_a_program_that_only_imports_components_is_previewed_without_a_word_of_settings(
    importer: Path, realip: Realip
) -> None:
    run = realip("preview", "dev")
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    assert lines[:2] == ["Project shop", "Stack dev"]
    assert any("direct-access" in line for line in lines)
    for word in ("Scenario", "adminCidrs", "How a client"):
        assert word not in run.out
    found = json.loads(realip("preview", "dev", "--json").out)
    assert (found["scenario"], found["reads"], found["journey"]) == (None, None, [])
    assert "kubernetes:core/v1:Service" in {resource["type"] for resource in found["resources"]}


def test_a_program_that_takes_settings_is_told_what_is_wrong_with_them_before_it_runs(
    importer: Path, realip: Realip
) -> None:
    (importer / "__main__.py").write_text("from realip import load_settings\nload_settings()\nraise SystemError\n")
    run = realip("preview", "dev")
    assert run.code == 2
    assert "kubeconfig" in run.err
    assert "is not a known setting" in run.err


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_in_chinese_has_the_same_facts(stack: str, realip: Realip) -> None:
    english, chinese = plain(realip, stack), plain(realip, stack, "--lang", "zh")
    facts = r"[0-9]+(?:\.[0-9]+)+(?:/[0-9]+)?|realip-[a-z0-9-]+|<[^<>]+>|[a-z.]+/[a-z-]+: \"[^\"]+\"|GlobalRouteDirectAccess|[a-z-]+/[a-z-]+(?=[,，])"
    assert re.findall(facts, english) == re.findall(facts, chinese)
    assert english.count("▸") == chinese.count("▸")
    assert f"场景 {FACTS[stack].number}：" in chinese
    assert ("超级节点" in chinese) is (FACTS[stack].nodes == "super")
    assert as_json(realip, stack) == as_json(realip, stack, "--lang", "zh")
