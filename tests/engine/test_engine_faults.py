"""Faults: an engine that dies, a cloud that refuses, an answer that is lost, two people at once.

The walks go from one type of resource to the next: at each the fault strikes, and from there one more `up` converges or
one more `destroy` empties. `Project.branch` puts everything back, and the walk goes on from where the fault had struck.
"""

from collections.abc import Collection

import pytest

from tests.engine.conftest import Live
from tests.engine.driver import Operation, Project
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault, Refusal

SERIAL = ("--parallel", "1")
"""One resource at a time, so that each boundary is met once."""
LOCKED = "currently locked"
WALKED = {"globalrouter-direct-native": None, "vpc-cni-nondirect-native": {"Namespace", "Ingress"}}
"""Stacks, and the last words of the types at which the engine dies: all, or those that no stack before has."""
TYPES = 14
"""A walk along all types that meets fewer has lost its way."""


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


def kill_at_the_next(project: Project, method: str, struck: dict[str, str], kinds: Collection[str] | None) -> Fault:
    """Kill the engine at the next type of resource: before one is made, or after it is deleted.

    `struck`: types and the resources at which it died already; `kinds`: the only ones at which it is to.
    """

    def due(call: Call) -> bool:
        kind = call.type.rpartition(":")[2]
        return call.changes and call.method == method and call.type not in struck and (kinds is None or kind in kinds)

    def strike(call: Call) -> None:
        struck[call.type] = call.name
        project.kill()
        raise Refusal("StandIn.NobodyListens", "the engine is dead: the cloud is not asked")

    return project.world.faults.arm(Fault(due, strike, after=method == "Delete"))


def resumed(project: Project, command: str) -> Operation:
    """Cancel, and go on."""
    project.cancel().succeeded()
    return project.run(command).succeeded()


def recovered(project: Project, command: str) -> Operation:
    """What a user does after the engine died: read that the stack is locked, cancel, go on."""
    locked = project.run(command).failed()
    assert LOCKED in locked.text
    assert "pulumi cancel" in locked.text
    return resumed(project, command)


@pytest.mark.parametrize(("stack", "kinds"), WALKED.items())
def test_an_engine_killed_at_any_type_of_up_leaves_a_stack_that_one_more_up_completes(
    live: Live, stack: str, kinds: Collection[str] | None
) -> None:
    project = live(stack)
    struck: dict[str, str] = {}
    while True:
        fault = kill_at_the_next(project, "Create", struck, kinds)
        died = project.up(*SERIAL)
        project.world.faults.clear()
        if not fault.hits:
            break
        assert died.code != 0
        with project.branch():
            finished = recovered(project, "up") if len(struck) == 1 else resumed(project, "up")
            assert fault.hits[0].name in finished.text, "the interrupted resource is not named"
            complete(project)
        project.cancel().succeeded()
    died.succeeded()
    assert len(struck) >= (len(kinds) if kinds else TYPES), struck
    complete(project)
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@pytest.mark.parametrize(("stack", "kinds"), WALKED.items())
def test_an_engine_killed_at_any_type_of_destroy_leaves_a_stack_that_one_more_destroy_empties(
    live: Live, stack: str, kinds: Collection[str] | None
) -> None:
    project = live(stack)
    project.up().succeeded()
    struck: dict[str, str] = {}
    while True:
        fault = kill_at_the_next(project, "Delete", struck, kinds)
        died = project.destroy(*SERIAL)
        project.world.faults.clear()
        if not fault.hits:
            break
        assert died.code != 0
        project.cancel().succeeded()
        with project.branch():
            project.destroy().succeeded()
            assert project.world.cloud.leftovers() == []
            assert project.resources() == []
        skip_deleted(project, fault.hits[0])
    died.succeeded()
    assert len(struck) >= (len(kinds) if kinds else TYPES), struck
    assert project.world.cloud.leftovers() == []


def skip_deleted(project: Project, call: Call) -> None:
    """Let the walk go on: forget the resource whose deletion nobody heard of, as one more destroy would."""
    project.cli("state", "delete", call.urn, "--yes", "--force", "--stack", project.stack)
