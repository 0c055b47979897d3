"""GlobalRouteDirectAccess stands in a ConfigMap that TKE made and that every tenant of the cluster lives by."""

import json
from pathlib import Path

import pytest

from realip import tke
from tests.cluster import live
from tests.cluster.conftest import Renderer
from tests.support.guide import FACTS

STACK = "globalrouter-direct-native"
NAMESPACE, NAME = tke.SERVICE_CONTROLLER_CONFIG
KEY = tke.GLOBAL_ROUTE_DIRECT_ACCESS
# TKE 131136: what the service controller keeps in its map.
THEIRS = {
    "EnableDefaultModificationProtection": "true",
    "EnableIngressController": "true",
    "EnableNodeGracefulDeletion": "true",
    "REUSE_LOADBALANCER": "false",
    "VERSION": "v2.11.0",
}


def config_map(data: dict[str, str] | None = None) -> live.Object:
    found: live.Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": NAMESPACE, "name": NAME}}
    return found if data is None else {**found, "data": data}


def held(cluster: live.Cluster) -> dict[str, str]:
    data: dict[str, str] = cluster.one(config_map())["data"]
    return data


def apply_as(cluster: live.Cluster, manager: str, found: live.Object) -> None:
    cluster.plane.kubectl(
        "apply", "--server-side", f"--field-manager={manager}", "--filename=-", stdin=json.dumps(found)
    )


@pytest.fixture
def patch(render: Renderer) -> Path:
    file = render(STACK).patch
    assert file is not None
    return file


@pytest.mark.parametrize("stack", live.STACKS)
def test_only_the_scenario_that_needs_the_patch_renders_it_and_alone_in_its_file(render: Renderer, stack: str) -> None:
    """Force belongs to the patch: in a file with other objects it would overrule their other owners too."""
    rendered = render(stack)
    if not FACTS[stack].config_map:
        assert rendered.patch is None
        return
    assert rendered.patch is not None
    assert live.objects_in(rendered.patch) == [config_map({KEY: "true"})]


@pytest.mark.parametrize("before", [{}, {KEY: "false"}, {KEY: "true"}], ids=["unset", "off", "on"])
def test_the_patch_sets_its_key_and_keeps_every_other(
    cluster: live.Cluster, patch: Path, before: dict[str, str]
) -> None:
    cluster.create(config_map({**THEIRS, **before}))
    assert cluster.apply_files(patch, force=True).returncode == 0
    assert held(cluster) == {**THEIRS, KEY: "true"}
    managers = {entry["manager"]: entry for entry in cluster.one(config_map())["metadata"]["managedFields"]}
    assert managers[live.OUR_MANAGER]["fieldsV1"] == {"f:data": {f"f:{KEY}": {}}}

    version = cluster.one(config_map())["metadata"]["resourceVersion"]
    assert cluster.apply_files(patch, force=True).returncode == 0
    assert cluster.one(config_map())["metadata"]["resourceVersion"] == version


def test_without_force_a_config_map_that_says_false_is_refused_and_left_alone(
    cluster: live.Cluster, patch: Path
) -> None:
    """Why the documentation asks for force, and what a person sees who forgets it."""
    cluster.create(config_map({**THEIRS, KEY: "false"}))
    answer = cluster.apply_files(patch)
    assert answer.returncode != 0
    assert f'conflict with "{live.TKE_MANAGER}"' in answer.stderr
    assert held(cluster) == {**THEIRS, KEY: "false"}


def test_what_the_controller_writes_later_stays(cluster: live.Cluster, patch: Path) -> None:
    cluster.create(config_map(THEIRS))
    cluster.apply_files(patch, force=True)
    cluster.plane.kubectl(
        *("patch", *live.reference(config_map()), "--type=merge", f"--field-manager={live.TKE_MANAGER}"),
        *("--patch", json.dumps({"data": {"VERSION": "v2.12.0", "EnablePodGracefulDeletion": "true"}})),
    )
    assert cluster.apply_files(patch, force=True).returncode == 0
    assert held(cluster) == {**THEIRS, "VERSION": "v2.12.0", "EnablePodGracefulDeletion": "true", KEY: "true"}


def test_giving_the_patch_up_leaves_it_on_for_a_tenant_who_set_it_too(cluster: live.Cluster, patch: Path) -> None:
    cluster.create(config_map(THEIRS))
    cluster.apply_files(patch, force=True)
    apply_as(cluster, "another-tenant", config_map({KEY: "true"}))
    # What deleting a patch does: our manager applies the map without any field of it.
    apply_as(cluster, live.OUR_MANAGER, config_map())
    assert held(cluster) == {**THEIRS, KEY: "true"}


def test_giving_the_patch_up_takes_the_key_away_where_nobody_else_set_it(cluster: live.Cluster, patch: Path) -> None:
    """Not back to what it was, which the server has forgotten: the reason why stacks keep the patch on destroy."""
    cluster.create(config_map({**THEIRS, KEY: "false"}))
    cluster.apply_files(patch, force=True)
    apply_as(cluster, live.OUR_MANAGER, config_map())
    assert held(cluster) == THEIRS
