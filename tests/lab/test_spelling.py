"""A key that the library misspells is found by the lab, whichever key it is: the lab has its own table, from TKE's documents."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.proof.spelling import rendered, undocumented
from lab.rig import tke_keys
from lab.rig.binding import load_balancers
from lab.rig.cluster import Cluster
from realip import tke
from realip.scenarios import SCENARIOS, Connection, Scenario, by_slug
from tests.lab.conftest import PROJECT

MISSPELT = [
    ("direct-access", "direct-acess", "vpc-cni-direct-native"),
    ("direct-access", "direct-acess", "vpc-cni-nondirect-native"),
    ("enable-grace-deletion", "enable-grace-deletions", "vpc-cni-direct-native"),
    ("GlobalRouteDirectAccess", "GlobalRouterDirectAccess", "globalrouter-direct-native"),
    ("tke-service-controller-config", "tke-service-controller-conf", "globalrouter-direct-native"),
    ("kubernetes.io/ingress.class", "kubernetes.io/ingressClass", "globalrouter-nondirect-native"),
    ('"qcloud"', '"qclound"', "globalrouter-nondirect-native"),
    ("pass-to-target", "pass-to-targets", "vpc-cni-nondirect-native"),
    ("node.kubernetes.io/instance-type", "node.kubernetes.io/instance-typ", "vpc-cni-direct-super"),
    ('"eklet"', '"eklets"', "vpc-cni-direct-super"),
    ("eks.tke.cloud.tencent.com/eklet", "eks.tke.cloud.tencent.com/eklett", "vpc-cni-direct-super"),
]


def render(slug: str, library: Path, folder: Path) -> list[dict[str, Any]]:
    """What `realip render` of a library in another folder writes."""
    command = [sys.executable, "-P", "-m", "realip", "render", slug, "--output", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(library)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return rendered(folder)


def _labels_asked_for(objects: list[dict[str, Any]]) -> dict[str, str]:
    """Labels of a node on which the rendered pods can run."""
    deployment = next(each for each in objects if each["kind"] == "Deployment")
    labels: dict[str, str] = deployment["spec"]["template"]["spec"].get("nodeSelector", {})
    return labels


def is_direct(scenario: Scenario, objects: list[dict[str, Any]]) -> bool:
    """Bound to a pod, by the lab's rules, on a cluster made before direct access became a default."""
    service = next(each for each in objects if each["kind"] == "Service")
    namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
    wanted = tke_keys.CONTROLLER_CONFIG[1]
    config: dict[str, str] = next((each["data"] for each in objects if each["metadata"]["name"] == wanted), {})
    piece = {
        "metadata": {"namespace": namespace, "labels": {"kubernetes.io/service-name": name}},
        "endpoints": [{"addresses": ["10.0.128.16"], "nodeName": "node-1", "conditions": {"ready": True}}],
        "ports": [{"port": 5000}],
    }
    cluster = Cluster(
        global_router=scenario.slug.startswith("globalrouter"),
        services=(service,),
        ingresses=tuple(each for each in objects if each["kind"] == "Ingress"),
        slices=(piece,),
        nodes=({"metadata": {"name": "node-1", "labels": _labels_asked_for(objects)}},),
        controller_config=config,
    )
    found = load_balancers(cluster)
    return bool(found) and found[-1].direct and not found[-1].problem


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda row: row.slug)
def test_every_key_that_a_stack_writes_stands_in_tke_s_documents(scenario: Scenario, tmp_path: Path) -> None:
    objects = render(scenario.slug, PROJECT, tmp_path)
    assert undocumented(objects) == []
    assert is_direct(scenario, objects) == (scenario.choices.connection is Connection.DIRECT)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of the library that may be broken."""
    folder = tmp_path / "library"
    shutil.copytree(PROJECT / "realip", folder / "realip", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(("right", "wrong", "slug"), MISSPELT)
def test_a_key_misspelt_in_the_library_fails_the_round(
    library: Path, tmp_path: Path, right: str, wrong: str, slug: str
) -> None:
    """A round of real packets once said *preserved* with `direct-acess`: the lab had the key from the library."""
    source = library / "realip" / "tke.py"
    text = source.read_text(encoding="utf-8")
    assert right in text
    source.write_text(text.replace(right, wrong), encoding="utf-8")
    found = undocumented(render(slug, library, tmp_path / "rendered"))
    assert any(wrong.strip('"') in words for words in found), found


@pytest.mark.parametrize(
    ("right", "wrong", "slug"),
    [each for each in MISSPELT if each[0] in {"direct-access", "GlobalRouteDirectAccess"} and "-direct" in each[2]],
)
def test_a_misspelt_key_changes_what_the_lab_binds(
    library: Path, tmp_path: Path, right: str, wrong: str, slug: str
) -> None:
    scenario = by_slug(slug)
    assert scenario
    source = library / "realip" / "tke.py"
    source.write_text(source.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    assert not is_direct(scenario, render(slug, library, tmp_path / "rendered"))


@pytest.mark.parametrize("kind", ["Service", "Ingress"])
def test_every_annotation_that_the_library_can_write_stands_in_tke_s_documents(kind: str) -> None:
    """Also those that no default stack writes: a misspelt internal subnet makes a public load balancer.

    What only the audit knows is not written, and a version of an API is no annotation.
    """
    components = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "realip" / "components").glob("*.py"))
    names = {
        name: value
        for name, value in vars(tke).items()
        if name.startswith(f"{kind.upper()}_") and isinstance(value, str) and "/" in value
        if f"tke.{name}" in components and not name.endswith("_VERSION")
    }
    assert len(names) >= 5
    assert {name: value for name, value in names.items() if value not in tke_keys.ANNOTATIONS[kind]} == {}


def test_the_lab_takes_no_key_from_the_library() -> None:
    for path in (PROJECT / "lab").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "realip.tke" not in text.replace("`realip.tke`", ""), path
        assert "import tke\n" not in text, path


def test_a_wrong_value_of_a_known_key_is_told_with_the_right_ones() -> None:
    service = {"kind": "Service", "metadata": {"name": "app", "annotations": {tke_keys.SERVICE_DIRECT_ACCESS: "yes"}}}
    (words,) = undocumented([service])
    assert words == (
        "Service app: annotation service.cloud.tencent.com/direct-access may be false or true (457/51258), not 'yes'"
    )
