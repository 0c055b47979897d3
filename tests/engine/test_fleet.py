"""The fleet example on the engine: failures stop nothing else, everything is taken up again, and Ctrl-C ends cleanly."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.driver import World, world
from tests.engine.fleets import CLUSTERS, Fleet, Run, answering, ended, fleet
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault, Refusal

HELD_SECONDS = 60.0


def app(port: int) -> dict[str, object]:
    return {"image": "example.com/shop/app:1", "port": port, "targetPort": 8080}


@pytest.fixture
def six(tmp_path: Path, pulumi: Path) -> Iterator[tuple[Fleet, World]]:
    """Three apps that keep their clients' addresses, on two clusters."""
    with world() as surroundings, answering() as honest, fleet(tmp_path, surroundings, pulumi) as made:
        made.apps = {name: app(honest) for name in ("cart", "payment", "search")}
        made.write()
        yield made, surroundings


def made_once(surroundings: World, stacks: set[str]) -> None:
    """Each stack's objects exist, made once each."""
    counts: dict[str, int] = {}
    for server in surroundings.cloud.servers.values():
        counts.update(server.made)
    assert {urn: number for urn, number in counts.items() if number != 1} == {}
    assert {urn.split("::")[0].removeprefix("urn:pulumi:") for urn in counts} == stacks


def asked(surroundings: World, work: Callable[[], Run]) -> tuple[set[str], Run]:
    """The stacks for which a provider was asked to change something during a run, and the run."""
    before = len(surroundings.log.calls)
    done = work()
    changed = [call for call in surroundings.log.calls[before:] if call.changes]
    return {call.urn.split("::")[0].removeprefix("urn:pulumi:") for call in changed}, done


ALL = {f"{cluster}.{name}" for cluster in CLUSTERS for name in ("cart", "payment", "search")}


def test_a_stack_that_fails_and_an_app_that_can_be_lied_to_stop_no_other_and_are_all_that_a_second_run_does(
    six: tuple[Fleet, World],
) -> None:
    made, surroundings = six

    def refuse(_: Call) -> None:
        raise Refusal("QuotaExceeded", "no Deployment any more for this account")

    surroundings.faults.arm(
        Fault(lambda call: call.changes and "shanghai.cart" in call.urn and "Deployment" in call.urn, refuse, times=9)
    )
    with answering(believes_headers=True) as gullible:
        good = made.apps["search"]
        made.apps["search"] = app(gullible)
        made.write()
        first = made.run("up", "--at-once", "2")
    assert first.code == 1, first.err
    wrong = {"shanghai.cart": "failed", "guangzhou.search": "not preserved", "shanghai.search": "not preserved"}
    assert first.states == {stack: wrong.get(stack, "done") for stack in ALL}
    assert "no Deployment any more for this account" in first.out
    assert "spoofable" in first.out
    assert "Traceback" not in first.out + first.err

    surroundings.faults.clear()
    made.apps["search"] = good
    made.write()
    again, second = asked(surroundings, lambda: made.run("up", "--at-once", "2"))
    assert again == set(wrong)
    assert second.code == 0, second.out + second.err
    assert second.states == {stack: "done" if stack in wrong else "done before" for stack in ALL}
    made_once(surroundings, ALL)

    made.apps["payment"]["replicas"] = 7
    made.write()
    assert set(made.run("up", "--no-verify", "--only", "*.payment").states.values()) == {"not verified"}
    made.apps["payment"].pop("replicas")
    made.write()
    back, undone = asked(surroundings, lambda: made.run("up"))
    assert (back, undone.code) == ({"guangzhou.payment", "shanghai.payment"}, 0), "what runs is another row's"

    made.by_the_cli("destroy", "--yes", "--skip-preview", "--stack", "guangzhou.search")
    rebuilt, there = asked(surroundings, lambda: made.run("up", "--only", "*.search"))
    assert (rebuilt, there.code) == ({"guangzhou.search"}, 0), "somebody else took it away"

    made.apps["cart"]["replicas"] = 5
    made.write()
    changed, third = asked(surroundings, lambda: made.run("up"))
    assert (changed, third.code) == ({"guangzhou.cart", "shanghai.cart"}, 0)
    del made.apps["payment"]
    made.write()
    last = made.run("up")
    assert last.code == 0
    assert "guangzhou.payment is a stack and in the table no more" in last.err

    made.apps["late"] = dict(good)
    made.write()
    never = made.run("destroy", "--only", "*.late")
    assert (never.code, set(never.states.values())) == (0, {"done"})
    assert not list((made.project.directory / "stacks").glob("*.late.yaml")), "a stack was made to be destroyed"


@pytest.mark.parametrize("whole_group", [False, True], ids=["the_process_alone", "as_a_terminal_does"])
def test_ctrl_c_waits_for_what_runs_and_a_second_run_does_the_rest(
    six: tuple[Fleet, World], *, whole_group: bool
) -> None:
    made, surroundings = six
    del made.apps["search"]
    made.write()
    stacks = {stack for stack in ALL if not stack.endswith(".search")}
    started, may_go_on = threading.Event(), threading.Event()

    def hold(_: Call) -> None:
        started.set()
        assert may_go_on.wait(HELD_SECONDS), "nobody let the update go on"

    surroundings.faults.arm(
        Fault(lambda call: call.changes and call.method == "Create" and "Deployment" in call.urn, hold)
    )
    with made.start("up", "--at-once", "1") as process:
        assert started.wait(HELD_SECONDS), "no update got to a Deployment"
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        assert process.stderr is not None
        assert any("stopping: nothing new is started" in line for line in iter(process.stderr.readline, ""))
        may_go_on.set()
        stopped = ended(process)
    assert stopped.code == 130
    states = list(stopped.states.values())
    assert states.count("not started") == len(stacks) - 1
    assert [state for state in states if state != "not started"] == ["failed" if whole_group else "not verified"]
    assert "Traceback" not in stopped.out + stopped.err

    rest = made.run("up", "--at-once", "2")
    assert rest.code == 0, rest.out + rest.err
    assert set(rest.states.values()) == {"done"}
    made_once(surroundings, stacks)
