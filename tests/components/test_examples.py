"""The example programs, run as the engine runs them, and what they register."""

import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from tests.support.recording import UNKNOWN, Recording, run

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ["direct_service", "existing_cluster", "fleet", "helm_app", "many_apps", "own_vpc", "two_apps", "two_clusters"]
CONFIG = {
    "direct_service": {"kubeconfig": "{}"},
    "existing_cluster": {"clusterId": "cls-12345678", "kubeconfig": "{}"},
    "fleet": {},
    "helm_app": {"kubeconfig": "{}"},
    "many_apps": {"kubeconfig": "{}"},
    "own_vpc": {"zone": "ap-guangzhou-6", "adminCidr": "198.18.0.7/32"},
    "two_apps": {"kubeconfig": "{}"},
    "two_clusters": {"adminCidr": "198.18.0.7/32", "clientCidr": "198.19.0.0/16"},
}
STACKS = {"fleet": "shanghai.payment"}
"""Stacks of examples whose program looks at the stack's name."""


def _example(name: str, *, preview: bool = False, **changed: str) -> Recording:
    # The recorder's project is called realip, so that is where an example's own configuration is looked for.
    config = {f"realip:{key}": value for key, value in (CONFIG[name] | changed).items()}
    return run(
        lambda: runpy.run_path(str(EXAMPLES / name), run_name="__main__"),
        preview=preview,
        config=config,
        stack=STACKS.get(name, "dev"),
    )


def _annotations(recording: Recording, name: str) -> dict[str, str]:
    annotations: dict[str, str] = recording.named(name).inputs["metadata"]["annotations"]
    return annotations


def test_every_example_is_tried() -> None:
    programs = {path.parent.name for path in EXAMPLES.glob("*/__main__.py")}
    assert sorted(programs) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_a_whole_project(name: str) -> None:
    project: dict[str, Any] = yaml.safe_load((EXAMPLES / name / "Pulumi.yaml").read_text())
    assert project["runtime"]["options"] == {"toolchain": "pip", "virtualenv": ".venv"}
    assert (EXAMPLES / name / "requirements.txt").read_text().splitlines()[-1] == "../.."
    declared, needed = set(project["config"]), set(CONFIG[name])
    assert declared == needed
    readme = (EXAMPLES / name / "README.md").read_text()
    for key, setting in project["config"].items():
        assert "default" in setting or f" {key} " in readme, f"{key} has to be set, and README.md does not say how"


@pytest.mark.parametrize("name", NAMES)
def test_an_example_previews_before_anything_exists(name: str) -> None:
    assert UNKNOWN in repr(_example(name, preview=True).stack.outputs)


def test_on_an_existing_cluster_nothing_is_made_but_the_exposure() -> None:
    found = _example("existing_cluster")
    assert [resource.type for resource in found.custom] == ["pulumi:providers:kubernetes", "kubernetes:core/v1:Service"]
    provider = found.one("pulumi:providers:kubernetes")
    assert found.one("core/v1:Service").provider == provider.urn
    assert provider.secrets == {"kubeconfig"}


def test_direct_service_is_one_service_on_their_cluster_and_nothing_else() -> None:
    found = _example("direct_service")
    assert sorted((resource.type, resource.name) for resource in found.custom) == [
        ("kubernetes:core/v1:Service", "shop-service"),
        ("pulumi:providers:kubernetes", "cluster"),
    ]
    service = found.one("core/v1:Service")
    assert service.provider == found.named("cluster").urn
    assert service.inputs["metadata"]["namespace"] == "shop"
    assert service.inputs["spec"] == {
        "type": "LoadBalancer",
        "selector": {"app": "shop"},
        "ports": [{"protocol": "TCP", "port": 443, "targetPort": 8443}],
    }
    assert _annotations(found, "shop-service")["service.cloud.tencent.com/direct-access"] == "true"
    assert found.stack.outputs == {"url": "https://198.18.0.10/"}
    assert "kubeconfig" in found.named("cluster").secrets


def test_own_vpc_puts_our_cluster_and_super_nodes_into_theirs() -> None:
    found = _example("own_vpc")
    assert found.one("Vpc/instance:Instance").inputs["cidrBlock"] == "172.18.0.0/16"
    cluster, pool, endpoint = (
        found.one("cluster:Cluster"),
        found.one("ServerlessNodePool"),
        found.one("ClusterEndpoint"),
    )
    assert cluster.inputs["vpcId"] == "vpc-vpc"
    assert cluster.inputs["eniSubnetIds"] == ["subnet-pods"]
    assert cluster.inputs["networkType"] == "VPC-CNI"
    assert [node["subnetId"] for node in pool.inputs["serverlessNodes"]] == ["subnet-nodes"]
    assert pool.inputs["securityGroupIds"] == ["sg-pods"]
    assert {"way-out", "pod-rules", "nat"} <= found.waits_for(pool)
    assert "super" in found.waits_for(endpoint)
    rules = found.named("access-admin-rules").inputs["ingresses"]
    assert [(rule["cidrBlock"], rule["port"]) for rule in rules] == [("198.18.0.7/32", "443")]
    assert found.of("NativeNodePool") == []
    assert found.stack.secret_outputs == {"kubeconfig"}


def test_own_vpc_refuses_an_administrator_who_is_no_network() -> None:
    with pytest.raises(pulumi.RunError, match=r'admin_cidrs\[0\] = "198.18.0.7": has no mask; write 198.18.0.7/32'):
        _example("own_vpc", adminCidr="198.18.0.7")


def test_two_apps_have_an_exposure_each_and_one_patch() -> None:
    found = _example("two_apps")
    direct, ingress = found.one("realip:index:DirectService"), found.one("realip:index:NodePortIngress")
    assert (direct.name, ingress.name) == ("api", "web")
    assert _annotations(found, "api-service")["service.cloud.tencent.com/direct-access"] == "true"
    assert _annotations(found, "web-service")["service.cloud.tencent.com/direct-access"] == "false"
    assert _annotations(found, "web-ingress")["ingress.cloud.tencent.com/direct-access"] == "false"
    assert _annotations(found, "web-ingress")["ingress.cloud.tencent.com/pass-to-target"] == "true"
    api = next(service for service in found.of("core/v1:Service") if service.name == "api-service")
    web = found.one("Ingress")
    assert "direct-access-patch" in found.waits_for(api)
    assert "direct-access-patch" not in found.waits_for(web)
    assert len(found.of("ConfigMapPatch")) == 1
    for exposure, namespace in ((api, "api"), (web, "web")):
        assert exposure.inputs["metadata"]["namespace"] == namespace
        assert f"{namespace}-namespace" in found.waits_for(exposure)
    deployments = {resource.name: resource for resource in found.of("Deployment")}
    for name, app in deployments.items():
        labels = app.inputs["spec"]["template"]["metadata"]["labels"]
        assert labels == {"app": name.removesuffix("-deployment")}
        assert not {"api-service", "web-ingress"} & found.waits_for(app)
    assert api.inputs["spec"]["selector"] == {"app": "api"}
    assert found.named("web-service").inputs["spec"]["selector"] == {"app": "web"}
    assert {resource.provider for resource in found.kubernetes} == {found.named("cluster").urn}
    assert found.stack.outputs == {"api": "http://198.18.0.10/", "web": "http://198.18.0.10/"}


def test_a_stack_of_the_fleet_is_its_row_of_the_table() -> None:
    found = _example("fleet", preview=True)
    (deployment,), services = found.of("Deployment"), found.of("core/v1:Service")
    (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    assert (container["image"], container["ports"]) == ("example.com/shop/payment:3.0.4", [{"containerPort": 8443}])
    assert [service.inputs["spec"]["ports"] for service in services] == [
        [{"protocol": "TCP", "port": 8443, "targetPort": 8443}]
    ]
    assert _annotations(found, "payment-service")["service.cloud.tencent.com/direct-access"] == "true"
    assert found.one("pulumi:providers:kubernetes").inputs["clusterIdentifier"] == "cls-bbbbbbbb"
    assert found.stack.outputs["reads"] == "socket"


def test_many_apps_are_the_list_each_with_an_exposure_of_its_own() -> None:
    listed: dict[str, Any] = yaml.safe_load((EXAMPLES / "many_apps" / "apps.yaml").read_text())
    found = _example("many_apps")
    deployed = {made.inputs["metadata"]["name"]: made for made in found.of("Deployment")}
    assert set(deployed) == set(listed)
    for name, app in listed.items():
        (container,) = deployed[name].inputs["spec"]["template"]["spec"]["containers"]
        assert (container["image"], container["ports"]) == (app["image"], [{"containerPort": app["port"]}])
        assert deployed[name].inputs["spec"]["replicas"] == app.get("replicas", 2)
    behind = {name for name, app in listed.items() if app.get("behindIngress")}
    assert {made.inputs["metadata"]["name"] for made in found.of("Ingress")} == behind
    direct = {
        made.inputs["metadata"]["name"]: made.inputs["metadata"]["annotations"][
            "service.cloud.tencent.com/direct-access"
        ]
        for made in found.of("core/v1:Service")
    }
    assert direct == {name: "false" if name in behind else "true" for name in listed}
    assert found.stack.outputs == {"urls": dict.fromkeys(listed, "http://198.18.0.10/")}
    assert {made.provider for made in found.kubernetes} == {found.named("cluster").urn}


def test_two_clusters_stand_beside_each_other_in_one_program() -> None:
    found = _example("two_clusters")
    assert {made.inputs["clusterName"]: made.inputs["networkType"] for made in found.of("cluster:Cluster")} == {
        "shop": "VPC-CNI",
        "night": "VPC-CNI",
    }
    assert sorted(made.inputs["cidrBlock"] for made in found.of("Vpc/instance:Instance")) == [
        "10.0.0.0/16",
        "10.1.0.0/16",
    ]
    assert (len(found.of("NativeNodePool")), len(found.of("ServerlessNodePool"))) == (1, 1)
    services = found.of("core/v1:Service")
    assert len({service.provider for service in services}) == len(services) == 2
    assert set(found.stack.outputs) == {"shopUrl", "nightUrl"}
