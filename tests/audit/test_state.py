"""What Pulumi has made is looked at as it is in its state, and what this project's stacks make is in order."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from realip.audit.state import stack_world
from realip.behaviour import PodNetwork
from realip.scenarios import SCENARIOS
from tests.audit.objects import DIRECT, service
from tests.offline.running import Run

Audit = Callable[..., Run]
ROOT = Path(__file__).resolve().parents[2]
STACKS = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


def state(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": list(resources)}})


def resource(body: dict[str, Any], kind: str = "kubernetes:core/v1:Service", **more: Any) -> dict[str, Any]:
    return {
        "urn": f"urn:pulumi:a::b::{kind}::web",
        "custom": True,
        "type": kind,
        "inputs": body,
        "outputs": body,
        **more,
    }


CLUSTER = {
    "urn": "urn:pulumi:a::b::tencentcloud:Kubernetes/cluster:Cluster::c",
    "custom": True,
    "type": "tencentcloud:Kubernetes/cluster:Cluster",
    "inputs": {"networkType": "GR"},
    "outputs": {},
}
PATCH = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "tke-service-controller-config", "namespace": "kube-system"},
    "data": {"GlobalRouteDirectAccess": "true"},
}


def test_a_state_is_read_with_the_cluster_s_network_and_the_patch_of_its_switch(audit: Audit, tmp_path: Path) -> None:
    direct = resource(service(annotations={DIRECT: "true", "pulumi.com/waitFor": "x"}))
    (tmp_path / "state.json").write_text(state(direct, CLUSTER))
    made = json.loads(audit("--state", "state.json", "--json").out)
    assert [finding["rule"] for finding in made["findings"]] == ["RIP003"]
    (tmp_path / "state.json").write_text(state(direct))
    made = json.loads(audit("--state", "state.json", "--json", "--network", "globalrouter").out)
    assert [finding["rule"] for finding in made["findings"]] == ["RIP003"], "the cluster may be another stack's"
    patch = resource(PATCH, "kubernetes:core/v1:ConfigMapPatch")
    (tmp_path / "state.json").write_text(state(direct, CLUSTER, patch))
    run = audit("--state", "state.json", "--json")
    assert (run.code, json.loads(run.out)["exposures"][0]["sees"]) == (0, "client")
    # The patch says nothing of the default.
    (tmp_path / "state.json").write_text(state(resource(service()), CLUSTER, patch))
    made = json.loads(audit("--state", "state.json", "--json").out)
    assert [(each["rule"], each["severity"], each["file"]) for each in made["findings"]] == [
        ("RIP002", "unknown", None)
    ]


def test_secrets_of_a_state_are_neither_shown_nor_stumbled_over(audit: Audit, tmp_path: Path) -> None:
    hidden = resource(service(annotations={DIRECT: SECRET}))
    (tmp_path / "state.json").write_text(state(hidden, resource({"kind": "Secret"}, "kubernetes:core/v1:Secret")))
    run = audit("--state", "state.json", "--json")
    assert run.code in {1, 3}
    assert "v1:abc" not in run.out


def test_what_is_being_deleted_or_is_a_component_is_no_object(audit: Audit, tmp_path: Path) -> None:
    lost = service(annotations={DIRECT: "false"})
    (tmp_path / "state.json").write_text(state(resource(lost, delete=True), resource(lost, custom=False)))
    assert json.loads(audit("--state", "state.json", "--json").out) == {"exposures": [], "findings": []}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not the JSON"),
        ("[]", "has no deployment.resources"),
        ('{"deployment": {"resources": 1', "is not the JSON"),
    ],
)
def test_a_file_that_is_no_state_is_told(content: str, said: str, audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(content)
    run = audit("--state", "state.json")
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_a_stack_is_exported_by_the_command_line_of_pulumi(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    run = audit("--state", "production")
    assert run.code == 2
    assert "no `pulumi` program" in run.err
    script = tmp_path / "pulumi"
    script.write_text(f"#!/bin/sh\necho '{state(resource(service(annotations={DIRECT: 'false'})))}'\n")
    script.chmod(0o755)
    assert audit("--state", "production").code == 1
    script.write_text("#!/bin/sh\necho 'error: no stack named production' >&2\nexit 255\n")
    run = audit("--state", "production")
    assert run.code == 2
    assert "no stack named production" in run.err


def test_ways_of_input_do_not_mix(audit: Audit) -> None:
    for wrong in (("-", "--state", "x"), ("--kubeconfig", "x", "--state", "x"), ("-", "--context", "x"), ()):
        run = audit(*wrong, stdin="")
        assert (run.code, run.out) == (2, "")


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.name)
def test_a_stack_of_this_project_is_in_order(path: Path, audit: Audit) -> None:
    run = audit(str(path), "--json")
    made = json.loads(run.out)
    assert (run.code, made["findings"]) == (0, [])
    assert made["exposures"]
    last = made["exposures"][-1]
    assert last["sees"] == "client"
    row = next(row for row in SCENARIOS if f"Pulumi.{row.slug}.yaml" == path.name)
    assert last["reads"] == {"socket peer": "socket", "X-Forwarded-For": "x-forwarded-for"}[row.reads.value]
    assert last["forgeable"] is not True
    assert len(STACKS) == len(SCENARIOS)


def test_a_stack_s_network_mode_is_that_of_its_settings() -> None:
    (path,) = [path for path in STACKS if path.name == "Pulumi.globalrouter-direct-native.yaml"]
    world = stack_world(path)
    assert world.facts.network is PodNetwork.GLOBAL_ROUTER
    assert world.facts.global_route_direct_access
    assert world.facts.default_direct_access is None
