"""A create whose answer was lost, and what the README says to do: the stack goes on as if nothing had happened."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Live
from tests.engine.driver import REPOSITORY, Project
from tests.engine.standins.calls import Call
from tests.engine.standins.cloud import Record
from tests.engine.standins.faults import Fault, Refusal
from tests.engine.test_engine_lost_answers import lose_answer

COMMAND = re.compile(r"^pulumi (config set --path realip:adopt\..*)$", re.MULTILINE)


def recipes() -> dict[Path, str]:
    """The pages that say how to adopt a cluster, with the command that they say."""
    pages = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]
    found = {page: COMMAND.search(page.read_text("utf-8")) for page in pages}
    return {page.relative_to(REPOSITORY): match[1] for page, match in found.items() if match}


def existing(project: Project, name: str) -> Record:
    """The one thing in the account that was made for a resource of this name."""
    (found,) = [record for record in project.world.cloud.records.values() if record.urn.endswith(f"::{name}")]
    return found


def adopt(project: Project, command: str) -> None:
    """Set an id as the documentation says."""
    project.cli(*shlex.split(command), "--stack", project.stack).succeeded()


ZONE = "ap-guangzhou-6"


ADOPTED = {
    "globalrouter-direct-native": {
        "Vpc/instance:Instance": "vpc",
        "Eip/instance:Instance": "eip",
        f"network-nodes-{ZONE}": f"nodeSubnets.{ZONE}",
        "Nat/gateway:Gateway": "natGateway",
        "Route/table:Table": "routeTable",
        "Route/tableEntry:TableEntry": "route",
        "network-nodes": "securityGroup",
        "access-admins": "adminSecurityGroup",
        "Kubernetes/cluster:Cluster": "cluster",
    },
    "vpc-cni-direct-super": {f"network-pods-{ZONE}": f"podSubnets.{ZONE}", "Kubernetes/cluster:Cluster": "cluster"},
    "globalrouter-nondirect-native": {"Kubernetes/nativeNodePool:NativeNodePool": "nodePool"},
}
"""What is adopted, by its type or the end of its name, and the key of `adopt` for it."""


@pytest.mark.parametrize("stack", ADOPTED)
def test_what_was_made_and_never_heard_of_is_adopted_unchanged(live: Live, stack: str) -> None:
    """One answer after the other is lost; what each left is adopted by the update in which the next one is lost."""
    project = live(stack)
    cloud, waiting = project.world.cloud, dict(ADOPTED[stack])
    before: dict[str, dict[str, Any]] = {}
    while waiting:
        kind, name = lose_answer(project, *waiting)
        before[name] = dict(existing(project, name).inputs)
        adopt(project, f"config set --path realip:adopt.{waiting.pop(kind)} {existing(project, name).id}")
        assert [step.op for step in project.preview().succeeded().steps if step.name == name] == ["import"]
    assert [step.op for step in project.up().succeeded().steps if step.name == name] == ["import"]
    assert {urn: number for urn, number in cloud.made.items() if number != 1} == {}
    assert {name: existing(project, name).inputs for name in before} == before, "adopting changed it"
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.cli("config", "rm", "realip:adopt", "--stack", stack).succeeded()
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.refresh().succeeded()
    assert project.preview("--expect-no-changes").succeeded().changes == []
    exported = json.dumps(project.export())
    assert [secret for secret in cloud.secrets() if secret in exported] == []
    project.configure({"realip:tags": {"team": "edge"}})
    assert {step.op for step in project.up().succeeded().changes} == {"update"}
    project.destroy().succeeded()
    assert cloud.leftovers() == []


def test_every_page_that_says_how_to_adopt_a_cluster_says_it_right(live: Live) -> None:
    commands = recipes()
    assert len(commands) >= 2, "one in each language"
    project = live("globalrouter-direct-native")
    _, name = lose_answer(project, "Kubernetes/cluster:Cluster")
    for page, command in commands.items():
        with project.branch():
            adopt(project, command.replace("cls-xxxxxxxx", existing(project, name).id))
            assert [step.op for step in project.preview().succeeded().steps if step.name == name] == ["import"], page


def test_a_destroy_right_after_takes_an_adopted_cluster_along(live: Live) -> None:
    """An adopted resource has its dependencies in the state: the VPC does not go first."""
    project = live("globalrouter-direct-native")
    _, name = lose_answer(project, "Kubernetes/cluster:Cluster")
    adopt(project, f"config set --path realip:adopt.cluster {existing(project, name).id}")

    def refuse(_: Call) -> None:
        raise Refusal("LimitExceeded", "no more nodes for this account")

    project.world.faults.arm(Fault(lambda call: call.changes and call.type.endswith(":NativeNodePool"), refuse))
    project.up().failed()
    assert [resource["id"] for resource in project.resources() if resource["urn"].endswith(f"::{name}")]
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


def test_an_id_beside_the_one_in_the_state_is_told_of_before_it_takes_its_place(live: Live) -> None:
    """The engine imports it in the other's place, and deletes that with all that stands on it: nobody may learn it afterwards."""
    project = live("globalrouter-direct-native")
    project.up().succeeded()
    before = project.world.cloud.inventory()
    adopt(project, "config set --path realip:adopt.cluster cls-1a2b3c4d")
    for operation in (project.preview(), project.up()):
        refused = operation.failed()
        assert [step.op for step in refused.steps if step.name == "realip-cluster"] == ["import-replacement"]
        assert any("where it says import-replacement" in text for text in refused.messages), refused.messages
    assert project.world.cloud.inventory() == before, "there is no such cluster, and yet something changed"
    project.cli("config", "rm", "realip:adopt", "--stack", project.stack).succeeded()
    assert project.preview("--expect-no-changes").succeeded().changes == []


def test_a_cluster_that_is_not_as_the_stack_file_says_is_not_adopted_and_not_changed(live: Live) -> None:
    project = live("globalrouter-direct-native")
    _, name = lose_answer(project, "Kubernetes/cluster:Cluster")
    adopt(project, f"config set --path realip:adopt.cluster {existing(project, name).id}")
    project.configure({"realip:cluster": {"podsPerNode": 32}})
    before = project.world.cloud.inventory()
    refused = project.up().failed()
    assert "clusterMaxPodNum" in refused.text
    assert name in refused.text
    assert project.world.cloud.inventory()["Cluster"] == before["Cluster"] == 1
