"""Names and URNs are an interface: what one version made, the next one updates."""

import json

import pytest

from tests.engine.conftest import STACKS, Live
from tests.engine.driver import Step
from tests.engine.golden_states import adopt, golden
from tests.engine.standins.kubernetes import kind_of

SINCE = {"PodDisruptionBudget"}
"""Kinds that a stack has now and did not have when its state was written (docs/upgrading.md)."""
HARMLESS = {"same", "update", "read", "discard", "refresh"}
"""`discard`: the engine forgets what it only looked at."""


def _is_component(step: Step) -> bool:
    return step.type.startswith("realip:index:")


@pytest.mark.parametrize("stack", STACKS)
def test_the_state_of_a_released_version_updates_without_a_replacement(live: Live, stack: str) -> None:
    project = live(stack)
    state = golden(stack)
    adopt(project.world.cloud, state)
    project.cli("stack", "import", "--stack", stack, text=json.dumps(state)).succeeded()
    planned = project.preview().succeeded()
    # A component is a name for what is in it: one may go, since what it held has an alias.
    others = [step for step in planned.changes if step.op not in HARMLESS and not _is_component(step)]
    known = {resource["urn"] for resource in state["deployment"]["resources"]}
    had = {kind_of(urn.split("::")[2]) for urn in known}
    new = SINCE - had
    assert [str(step) for step in others if step.op != "create" or kind_of(step.type) not in new] == []
    assert {step.urn for step in planned.steps if _is_component(step)} <= known
    before = project.world.cloud.inventory()
    project.up().succeeded()
    assert project.preview("--expect-no-changes").succeeded().changes == []
    assert project.world.cloud.made == {}, "something was made beside what there is"
    assert project.world.cloud.inventory() == before | dict.fromkeys(new, 1)
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []
