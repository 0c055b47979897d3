"""The policy pack on the real engine: a program that would lose its clients is stopped in our words, ours goes through."""

import shlex
from pathlib import Path

import pytest

import tools
from tests.engine.conftest import Live
from tests.engine.driver import REPOSITORY, Operation, Project

STACK = "vpc-cni-direct-native"
LOSING = """
import pulumi
import pulumi_kubernetes as kubernetes

cluster = kubernetes.Provider("cluster", kubeconfig="{}")
kubernetes.core.v1.Service(
    "web",
    metadata={"name": "web", "namespace": "shop", "annotations": {"service.cloud.tencent.com/direct-access": VALUE}},
    spec={"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]},
    opts=pulumi.ResourceOptions(provider=cluster),
)
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack as an executable, which the engine runs as it is: the CLI's own analyzer comes with its download only."""
    try:
        interpreter = tools.locate("policy-python")
    except tools.ToolMissing as missing:
        pytest.fail(f"{missing}\nThe engine's tests need it: make tools", pytrace=False)
    file = tmp_path / "pack" / "pulumi-analyzer-realip"
    file.parent.mkdir()
    run = shlex.join([str(interpreter), "-u", "-m", "pulumi.policy"])
    environment = f"PYTHONPATH={shlex.quote(str(REPOSITORY))}"
    file.write_text(f'#!/bin/sh\nexec env {environment} {run} "$1" {shlex.quote(str(REPOSITORY / "policy"))}\n')
    file.chmod(0o755)
    return file


def losing(project: Project, pack: Path, value: str) -> Operation:
    (project.directory / "__main__.py").write_text(LOSING.replace("VALUE", repr(value)))
    return project.preview("--policy-pack", str(pack))


def test_a_stack_of_this_project_passes(live: Live, pack: Path) -> None:
    operation = live(STACK).preview("--policy-pack", str(pack)).succeeded()
    assert "RIP0" not in operation.text


def test_a_program_that_loses_its_clients_is_stopped_and_one_that_keeps_them_is_not(live: Live, pack: Path) -> None:
    project = live(STACK, configured=False)
    refused = losing(project, pack, "false").failed()
    assert "RIP001: Service shop/web: The app sees a node in place of its clients" in refused.text
    assert "client-addresses" in refused.text
    assert "RIP0" not in losing(project, pack, "true").succeeded().text
