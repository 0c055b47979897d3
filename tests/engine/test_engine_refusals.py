"""A cloud that refuses: once, or for good. What the user reads names the resource and says what the cloud said."""

import pytest

from tests.engine.conftest import Live, stands
from tests.engine.driver import Project
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault, Refusal

REPRESENTATIVE = ["vpc-cni-direct-super", "globalrouter-nondirect-native"]
ROUNDS = 40
"""More than any stack has resources."""
BUSY = "[RequestLimitExceeded] too many requests, retry later"
FORBIDDEN = "[LimitExceeded] your account may have no more of these: ask for a higher quota"


def named(project: Project, call: Call, text: str) -> None:
    """A failure names the resource and carries the cloud's words."""
    assert f"({call.name})" in text, f"{call.name} is not named"
    assert "Traceback" not in text


@pytest.mark.parametrize("stack", REPRESENTATIVE)
def test_every_create_that_is_refused_once_succeeds_with_one_more_up(live: Live, stack: str) -> None:
    project = live(stack)
    failed: set[str] = set()

    def refuse_once(call: Call) -> None:
        failed.add(call.urn)
        raise Refusal("RequestLimitExceeded", "too many requests, retry later")

    first_time = Fault(lambda c: c.changes and c.method == "Create" and c.urn not in failed, refuse_once, times=ROUNDS)
    project.world.faults.arm(first_time)
    for _ in range(ROUNDS):
        struck = len(first_time.hits)
        operation = project.up()
        if len(first_time.hits) == struck:
            break
        operation.failed()
        for call in first_time.hits[struck:]:
            named(project, call, operation.text)
        assert BUSY in operation.text
    operation.succeeded()
    assert len(failed) >= 15
    assert {urn: n for urn, n in project.world.cloud.made.items() if n != 1} == {}
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@pytest.mark.parametrize("stack", REPRESENTATIVE)
def test_whatever_create_is_refused_for_good_what_was_made_until_then_can_be_destroyed(live: Live, stack: str) -> None:
    project = live(stack)
    made: set[str] = set()

    def refuse(call: Call) -> None:
        raise Refusal("LimitExceeded", "your account may have no more of these: ask for a higher quota")

    for _ in range(ROUNDS):
        project.world.faults.clear()
        fault = Fault(lambda c: c.changes and c.method == "Create" and c.urn not in made, refuse, times=ROUNDS)
        fault.hits.clear()
        project.world.faults.arm(fault)
        operation = project.up("--continue-on-error")
        if not fault.hits:
            break
        operation.failed()
        assert FORBIDDEN in operation.text
        for call in fault.hits:
            named(project, call, operation.text)
        with project.branch():
            project.destroy().succeeded()
            assert project.world.cloud.leftovers() == []
        made.update(call.urn for call in fault.hits)
    assert len(made) >= 15
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@stands("vpc-cni-nondirect-native")
def test_a_destroy_that_is_refused_goes_on_where_it_stopped(standing_to_change: Live) -> None:
    project = standing_to_change("vpc-cni-nondirect-native")
    failed: set[str] = set()

    def refuse_once(call: Call) -> None:
        failed.add(call.urn)
        raise Refusal("ResourceInUse", "something still uses it, retry later")

    fault = Fault(lambda c: c.method == "Delete" and c.urn not in failed, refuse_once, times=ROUNDS)
    project.world.faults.arm(fault)
    for _ in range(ROUNDS):
        operation = project.destroy()
        if operation.code == 0:
            break
        assert "[ResourceInUse]" in operation.text
    operation.succeeded()
    assert len(failed) >= 15
    assert project.world.cloud.leftovers() == []
