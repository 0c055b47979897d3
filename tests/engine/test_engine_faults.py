"""Faults: an engine that dies, a cloud that refuses, an answer that is lost, two people at once.

The walks go from one resource to the next: at each boundary the fault strikes, and from there one more `up` converges or
one more `destroy` empties. `Project.branch` puts everything back, and the walk goes on from where the fault had struck.
"""

import pytest

from tests.engine.conftest import Live
from tests.engine.driver import Operation, Project
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault, Refusal

SERIAL = ("--parallel", "1")
"""One resource at a time, so that each boundary is met once."""
BOUNDARIES = 40
"""More than any stack has resources: a walk that gets here goes round in circles."""
LOCKED = "currently locked"
WALKED = ["globalrouter-direct-native", "vpc-cni-nondirect-native"]


def nothing_twice(project: Project) -> None:
    """Every resource of the program was made once."""
    counts = dict(project.world.cloud.made)
    for server in project.world.cloud.servers.values():
        counts.update(server.made)
    assert {urn: number for urn, number in counts.items() if number > 1} == {}


def complete(project: Project) -> None:
    """What the state knows is what the account holds, and the engine would change nothing."""
    nothing_twice(project)
    assert project.preview("--expect-no-changes").succeeded().changes == []


def kill_at(project: Project, method: str, number: int, *, after: bool) -> Fault:
    """Kill the engine when it asks for its `number`-th change of a kind."""
    seen: list[str] = []

    def due(call: Call) -> bool:
        if call.changes and call.method == method:
            seen.append(call.urn)
            return len(seen) == number
        return False

    def strike(_: Call) -> None:
        project.kill()
        raise Refusal("StandIn.NobodyListens", "the engine is dead: the cloud is not asked")

    return project.world.faults.arm(Fault(due, strike, after=after))


def recovered(project: Project, command: str) -> Operation:
    """What a user does after the engine died: read that the stack is locked, cancel, go on."""
    locked = project.run(command).failed()
    assert LOCKED in locked.text
    assert "pulumi cancel" in locked.text
    project.cancel().succeeded()
    return project.run(command).succeeded()


@pytest.mark.parametrize("stack", WALKED)
def test_an_engine_killed_at_any_boundary_of_up_leaves_a_stack_that_one_more_up_completes(
    live: Live, stack: str
) -> None:
    project = live(stack)
    boundaries = []
    for boundary in range(BOUNDARIES):
        fault = kill_at(project, "Create", 2, after=False)
        died = project.up(*SERIAL)
        project.world.faults.clear()
        if not fault.hits:
            break
        boundaries.append(fault.hits[0].name)
        assert died.code != 0
        with project.branch():
            finished = recovered(project, "up") if boundary == 0 else resumed(project, "up")
            assert fault.hits[0].name in finished.text, "the interrupted resource is not named"
            complete(project) if boundary % 5 == 0 else nothing_twice(project)
        project.cancel().succeeded()
    assert len(boundaries) >= 15
    complete(project)
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


def resumed(project: Project, command: str) -> Operation:
    """Cancel, and go on."""
    project.cancel().succeeded()
    return project.run(command).succeeded()


@pytest.mark.parametrize("stack", WALKED)
def test_an_engine_killed_at_any_boundary_of_destroy_leaves_a_stack_that_one_more_destroy_empties(
    live: Live, stack: str
) -> None:
    project = live(stack)
    project.up().succeeded()
    boundaries = []
    for _ in range(BOUNDARIES):
        fault = kill_at(project, "Delete", 1, after=True)
        project.destroy(*SERIAL)
        project.world.faults.clear()
        if not fault.hits:
            break
        boundaries.append(fault.hits[0].name)
        project.cancel().succeeded()
        with project.branch():
            project.destroy().succeeded()
            assert project.world.cloud.leftovers() == []
            assert project.resources() == []
        skip_deleted(project, fault.hits[0])
    assert len(boundaries) >= 15
    assert project.world.cloud.leftovers() == []


def skip_deleted(project: Project, call: Call) -> None:
    """Let the walk go on: forget the resource whose deletion nobody heard of, as one more destroy would."""
    project.cli("state", "delete", call.urn, "--yes", "--force", "--stack", project.stack)
