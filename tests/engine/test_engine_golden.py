"""Names and URNs are an interface: what one version made, the next one updates."""

import json

import pytest

from tests.engine.conftest import STACKS, Live
from tests.engine.golden_states import adopt, golden

HARMLESS = {"same", "update", "read", "refresh"}


@pytest.mark.parametrize("stack", STACKS)
def test_the_state_of_a_released_version_updates_without_a_replacement(live: Live, stack: str) -> None:
    project = live(stack)
    state = golden(stack)
    adopt(project.world.cloud, state)
    project.cli("stack", "import", "--stack", stack, text=json.dumps(state)).succeeded()
    planned = project.preview().succeeded()
    assert [str(step) for step in planned.changes if step.op not in HARMLESS] == []
    known = {resource["urn"] for resource in state["deployment"]["resources"]}
    components = {step.urn for step in planned.steps if "realip:index:" in step.type}
    assert components <= known
    before = project.world.cloud.inventory()
    project.up().succeeded()
    assert project.world.cloud.made == {}, "something was made beside what there is"
    assert project.world.cloud.inventory() == before
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []
