"""Transforms of a program on the real engine: they reach what a component makes, and cannot undo what makes a scenario unnoticed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.driver import CLUSTER, REPOSITORY, Project, world

PROGRAM = """
import pulumi
import pulumi_kubernetes as kubernetes

import realip

config = pulumi.Config()
provider = kubernetes.Provider(
    "kubernetes", kubeconfig=config.require_secret("kubeconfig"), cluster_identifier=config.require("cluster")
)


def change(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != config.get("kind"):
        return None
    metadata = args.props["metadata"]
    changed = {**metadata["annotations"], **config.require_object("annotations")}
    kept = {key: value for key, value in changed.items() if value is not None}
    props = {**args.props, "metadata": {**metadata, "annotations": kept}}
    props["spec"] = {**props["spec"], **(config.get_object("spec") or {})}
    args.opts.protect = config.get_bool("protect")
    return pulumi.ResourceTransformResult(props, args.opts)


exposure = getattr(realip, config.require("component"))(
    "shop",
    {"service": "shop", "selector": {"app": "shop"}, "port": 80, "target_port": 8080, **config.require_object("more")},
    pulumi.ResourceOptions(provider=provider, transforms=[change]),
)
pulumi.export("made", {key: made.urn for key, made in exposure.resources.items()})
"""
SERVICE, INGRESS = "kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:Ingress"
DIRECT = "service.cloud.tencent.com/direct-access"
INGRESS_DIRECT = "ingress.cloud.tencent.com/direct-access"


@pytest.fixture
def project(tmp_path: Path, pulumi: Path) -> Iterator[Project]:
    """A program of somebody's own, with one exposure on a cluster that exists."""
    with world() as surroundings:
        directory = tmp_path / "project"
        directory.mkdir()
        (directory / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (directory / "__main__.py").write_text(PROGRAM)
        made = Project(tmp_path, "dev", surroundings, pulumi).init()
        made.configure({"shop:cluster": CLUSTER, "shop:component": "DirectService", "shop:more": {}})
        made.configure_secret("shop:kubeconfig", surroundings.existing_cluster())
        yield made


def _object(project: Project, kind: str) -> dict[str, Any]:
    (server,) = project.world.cloud.servers.values()
    (found,) = [one.live for key, one in server.objects.items() if key[0] == kind]
    return found


def test_a_transform_adds_an_annotation_and_protects_what_the_component_made(project: Project) -> None:
    project.configure({"shop:kind": SERVICE, "shop:annotations": {"example.com/owner": "edge"}, "shop:protect": True})
    project.up().succeeded()
    annotations = _object(project, "Service")["metadata"]["annotations"]
    assert annotations["example.com/owner"] == "edge"
    assert annotations[DIRECT] == "true"
    assert set(project.outputs()["made"]) == {"service"}
    assert project.preview("--expect-no-changes").succeeded().changes == []
    assert "protect" in project.destroy().failed().text
    project.configure({"shop:protect": False})
    project.up().succeeded()
    project.destroy().succeeded()
    assert project.resources() == []


@pytest.mark.parametrize(
    ("made", "kind", "change", "words"),
    [
        ({"component": "DirectService"}, SERVICE, {"annotations": {DIRECT: None}}, [f'["{DIRECT}"] is gone', '"true"']),
        (
            {"component": "DirectService"},
            SERVICE,
            {"annotations": {DIRECT: "false"}},
            [f'["{DIRECT}"] = "false"', '"true"'],
        ),
        (
            {"component": "LocalService"},
            SERVICE,
            {"annotations": {DIRECT: "true"}},
            [f'["{DIRECT}"] = "true"', '"false"'],
        ),
        (
            {"component": "LocalService"},
            SERVICE,
            {"annotations": {}, "spec": {"externalTrafficPolicy": "Cluster"}},
            ['spec.externalTrafficPolicy = "Cluster"', '"Local"'],
        ),
        (
            {"component": "NodePortIngress", "more": {"ingress": "door"}},
            SERVICE,
            {"annotations": {DIRECT: "true"}},
            [f'["{DIRECT}"] = "true"', '"false"'],
        ),
        (
            {"component": "DirectIngress", "more": {"ingress": "door"}},
            INGRESS,
            {"annotations": {INGRESS_DIRECT: None}},
            ["Ingress default/door", f'["{INGRESS_DIRECT}"] is gone', '"true"'],
        ),
    ],
)
def test_a_transform_that_undoes_what_keeps_the_address_is_refused_before_anything_is_written(
    project: Project, made: dict[str, Any], kind: str, change: dict[str, Any], words: list[str]
) -> None:
    project.configure({f"shop:{key}": value for key, value in (made | change | {"kind": kind}).items()})
    for operation in (project.preview(), project.up()):
        told = operation.failed().text
        for word in [*words, "a transform of this program changed it", "leave it out of the transform"]:
            assert word in told
        assert "Traceback" not in told
    (server,) = project.world.cloud.servers.values()
    assert [key for key in server.objects if key[0] == kind.rpartition(":")[2]] == []


def test_a_transform_that_comes_later_does_not_turn_direct_access_off_on_a_service_that_stands(
    project: Project,
) -> None:
    project.configure({"shop:kind": SERVICE, "shop:annotations": {}})
    project.up().succeeded()
    project.configure({"shop:annotations": {DIRECT: "false"}})
    for operation in (project.preview(), project.up()):
        assert "a transform of this program changed it" in operation.failed().text
    assert _object(project, "Service")["metadata"]["annotations"][DIRECT] == "true"


def test_the_program_on_the_page_does_what_the_page_says(project: Project) -> None:
    page = (REPOSITORY / "docs" / "components.md").read_text("utf-8")
    (program,) = re.findall("```python\n(.*?)```", page, flags=re.DOTALL)
    (project.directory / "__main__.py").write_text(program, "utf-8")
    project.up().succeeded()
    annotations = _object(project, "Service")["metadata"]["annotations"]
    assert annotations["example.com/owner"] == "edge"
    assert [made["urn"].split("::")[-1] for made in project.resources() if made.get("protect")] == ["shop-service"]
