"""Every stack lives its whole life on the real engine: what a user does from the first preview to the last destroy."""

import pytest

from tests.engine.conftest import SOME, STACKS, Live
from tests.engine.driver import Operation, Project
from tests.support.guide import FACTS

TAKES_NO_TAGS = {"TableEntry", "GroupRuleSet", "ClusterEndpoint", "ServerlessNodePool"}


def unchanged(operation: Operation) -> None:
    """An operation that must find nothing to do."""
    assert [str(step) for step in operation.succeeded().changes] == []


def in_place(project: Project, changes: dict[str, object], *kinds: str) -> None:
    """An update that must touch one resource of each kind, in place, in the preview and then for real."""
    project.configure(changes)
    for operation in (project.preview(), project.up()):
        found = sorted((step.op, step.kind) for step in operation.succeeded().changes)
        assert found == sorted(("update", kind) for kind in kinds)


def made_once(project: Project) -> None:
    """Nothing that the account holds was made twice."""
    assert {urn: number for urn, number in project.world.cloud.made.items() if number != 1} == {}


def carries_tags(project: Project, tags: dict[str, str]) -> None:
    """A user's tags are on everything in the account that takes tags."""
    for record in project.world.cloud.records.values():
        if record.short == "NativeNodePool":
            pairs = {pair["key"]: pair["value"] for group in record.inputs["tags"] for pair in group["tags"]}
            assert pairs.items() >= tags.items()
        elif record.short not in TAKES_NO_TAGS:
            assert (record.inputs.get("tags") or {}).items() >= tags.items(), record.urn


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_is_made_changed_in_place_and_removed_without_a_trace(live: Live, stack: str) -> None:
    project = live(stack)
    planned = project.preview().succeeded()
    assert project.world.cloud.inventory() == {}, "a preview made something"
    made = project.up().succeeded()
    assert {(s.op, s.urn) for s in made.changes} == {(s.op, s.urn) for s in planned.changes}
    made_once(project)
    unchanged(project.preview("--expect-no-changes"))
    unchanged(project.refresh())
    unchanged(project.preview("--expect-no-changes"))

    app: dict[str, object] = {"realip:app": {"replicas": 5, "image": "nginx:1.29.3"}}
    balancer: dict[str, object] = {"realip:loadBalancer": {"bandwidth": 20}}
    exposure = "Ingress" if FACTS[stack].layer == 7 else "Service"
    if stack in SOME:
        in_place(project, app, "Deployment")
        in_place(project, balancer, exposure)
    else:
        in_place(project, app | balancer, "Deployment", exposure)
    project.configure({"realip:tags": {"team": "edge"}})
    tagged = project.up().succeeded().changes
    assert {step.op for step in tagged} == {"update"}
    assert {step.changed for step in tagged} == {("tags",)}
    carries_tags(project, {"team": "edge"})
    unchanged(project.preview("--expect-no-changes"))
    made_once(project)

    removed = project.destroy().succeeded()
    assert {step.urn for step in removed.steps if step.op == "delete"} >= {step.urn for step in made.changes}
    assert project.world.cloud.leftovers() == []
    assert project.resources() == []


@pytest.mark.parametrize("stack", SOME)
def test_a_committed_stack_file_previews_and_its_example_range_is_refused_before_anything_is_made(
    live: Live, stack: str
) -> None:
    project = live(stack, configured=False)
    remedy = "pulumi config set --path"
    preview = project.preview().succeeded()
    assert any(remedy in message for message in preview.messages)
    refused = project.up().failed()
    assert any(remedy in message for message in refused.messages)
    assert "Traceback" not in refused.text
    assert project.world.cloud.inventory() == {}
