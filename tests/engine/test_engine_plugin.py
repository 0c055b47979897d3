"""The plugin folder on the real engine: programs in other languages find the components, and get them."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import realip
from tests.engine.conftest import Live
from tests.engine.driver import REPOSITORY, Project, copy_project, world
from tests.engine.language_host import language_host

SECONDS = 60
INTERNAL = "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"  # TKE 51258
SERVICE = {"service": "shop", "selector": {"app": "shop"}, "port": 443, "targetPort": 8443}


@pytest.fixture
def remote(tmp_path: Path, pulumi: Path) -> Iterator[Project]:
    """A program that knows the components only from the plugin, with a secret among their arguments."""
    with world() as surroundings:
        copy_project(REPOSITORY / "tests" / "engine" / "remote", tmp_path / "run")
        project = Project(tmp_path / "run", "dev", surroundings, pulumi)
        description = project.directory / "Pulumi.yaml"
        plugins = {"providers": [{"name": "realip", "path": str(REPOSITORY / "plugin")}]}
        description.write_text(yaml.safe_dump({**yaml.safe_load(description.read_text()), "plugins": plugins}))
        project.init().configure({"remote:name": "shop", "remote:inputs": SERVICE})
        project.configure_secret("kubeconfig", surroundings.existing_cluster())
        project.configure_secret("balancer", json.dumps({"internalSubnetId": "subnet-1"}))
        yield project


def hosted_by_plugin(project: Project) -> None:
    """Let the project's program ask the plugin for what it made itself."""
    description = project.directory / "Pulumi.yaml"
    plugins = {"providers": [{"name": "realip", "path": str(REPOSITORY / "plugin")}]}
    description.write_text(yaml.safe_dump({**yaml.safe_load(description.read_text()), "plugins": plugins}))
    shutil.copy(REPOSITORY / "tests/engine/remote_stack/__main__.py", project.directory / "__main__.py")


def inputs(project: Project) -> dict[str, str]:
    """The inputs of every resource in the state, but for what encryption makes of a secret each time."""
    return {
        one["urn"]: re.sub('"ciphertext": "[^"]+"', "", json.dumps(one.get("inputs"), sort_keys=True))
        for one in project.resources()
    }


def command(pulumi: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the CLI with what starts Python's plugins, and nothing of this machine's accounts."""
    environment = {
        "PATH": f"{pulumi.parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "TMPDIR": tempfile.gettempdir(),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DEBUG_COMMANDS": "true",
    }
    with language_host(folder, environment, folder / "output") as port:
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=folder,
            env={**environment, "PULUMI_DEBUG_LANGUAGES": f"python:{port}"},
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )


def test_the_engine_starts_the_plugin_folder_and_reads_its_schema(pulumi: Path, tmp_path: Path) -> None:
    schema: dict[str, Any] = json.loads(
        command(pulumi, tmp_path, "package", "get-schema", str(REPOSITORY / "plugin")).stdout
    )
    assert schema["name"] == "realip"
    assert schema["version"] == realip.__version__
    assert "realip:index:DirectService" in schema["resources"]


def test_a_component_of_the_plugin_lives_its_life_and_takes_another_name(remote: Project) -> None:
    planned = remote.preview().succeeded()
    annotations = planned.planned("kubernetes:core/v1:Service")["metadata"]["annotations"]
    assert INTERNAL in annotations, "an internal load balancer would be a public one"
    remote.up().succeeded()
    assert remote.outputs()["url"].startswith("https://")
    assert remote.preview("--expect-no-changes").succeeded().changes == []
    (component,) = [one for one in remote.resources() if one["type"] == "realip:index:DirectService"]
    assert set(component["outputs"]) == {"service", "address", "url"}

    remote.configure({"remote:name": "store", "remote:former": "shop"})
    renamed = remote.up().succeeded()
    assert {step.op for step in renamed.steps} == {"same"}
    assert {"store", "store-service"} <= {step.name for step in renamed.steps}

    remote.destroy().succeeded()
    assert remote.resources() == []
    (server,) = remote.world.cloud.servers.values()
    assert [key for key in server.objects if key[0] == "Service" and key[2] == "shop"] == []


def test_components_of_one_name_in_two_others_are_two(remote: Project) -> None:
    remote.configure({"remote:teams": ["sales", "support"]})
    remote.up().succeeded()
    (server,) = remote.world.cloud.servers.values()
    assert {key[2] for key in server.objects if key[0] == "Service"} >= {"shop", "sales", "support"}
    assert remote.preview("--expect-no-changes").succeeded().changes == []
    remote.destroy().succeeded()


def test_bad_input_is_told_property_by_property_and_no_secret_is_printed(remote: Project) -> None:
    remote.configure_secret("balancer", json.dumps({"internalSubnetId": "subnet-1", "hunter": "hunter2"}))
    remote.configure({"remote:inputs": {"service": "Bad_Name", "port": 70000, "targetPort": 80, "bogus": 1}})
    remote.configure({"remote:given": False})
    refused = remote.preview().failed()
    # On a busy machine Python's SDK also tells, with a traceback of its own, that the engine has ended meanwhile.
    text = "\n".join(message for message in refused.messages if "resource monitor shut down" not in message)
    for told in (
        "loadBalancer.hunter",
        'property service with value "Bad_Name" has a problem: is not a name that Kubernetes takes',
        "property port with value 70000 has a problem: must be at most 65535",
        "property bogus with value 1 has a problem: is not a known argument",
        "property provider has a problem: is missing",
        "clusterIdentifier",
    ):
        assert told in text
    for untold in ("Traceback", ".py", "target_port", str(REPOSITORY)):
        assert untold not in text
    assert "hunter2" not in refused.text


@pytest.mark.parametrize("stack", ["vpc-cni-direct-native", "globalrouter-nondirect-native"])
def test_a_program_in_another_language_takes_a_stack_over_as_it_is(live: Live, stack: str) -> None:
    """Whoever leaves Python, or comes to it, would otherwise make the cluster anew."""
    project = live(stack)
    project.up().succeeded()
    before = inputs(project)
    hosted_by_plugin(project)
    taken = project.up().succeeded()
    assert [step for step in taken.changes if step.type != "pulumi:providers:realip"] == []
    after = inputs(project)
    assert {urn: found for urn, found in after.items() if "::pulumi:providers:realip::" not in urn} == before
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.resources() == []
    assert project.world.cloud.records == {}


def test_a_hosted_stack_refuses_the_documentation_range_in_an_update(live: Live) -> None:
    project = live("vpc-cni-direct-native", configured=False)
    hosted_by_plugin(project)
    assert any("access.adminCidrs[0]" in text for text in project.preview().succeeded().messages)
    refused = project.up().failed().text
    assert 'property access.adminCidrs[0] with value "203.0.113.0/24" has a problem' in refused
    assert project.world.cloud.records == {}
