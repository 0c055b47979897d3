"""Bring every stack of the table up, or take it down, several at a time: `python fleet.py up`, `python fleet.py destroy`.

A stack is done when its update succeeded and `verify` saw that its app gets its clients' addresses. That is noted in a tag of
the stack, so that a second run, here or elsewhere, does only what failed, was not reached, has changed in the table, or was
changed by somebody else.
"""

import argparse
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from types import FrameType
from typing import TypeVar

import fleet_table
from pulumi import automation
from pulumi.automation.events import EngineEvent

from realip.errors import InputError
from realip.verify import Verdict, VerifyOptions, verify
from realip.verify.options import LONGEST_TIMEOUT

HERE = Path(__file__).parent
TAG = "fleet:done"
MOST_AT_ONCE = 32
BUSY_SECONDS = 15.0
"""How often what runs is told while nothing ends."""
LONGEST_CELL = 60
Done = TypeVar("Done")


class State(Enum):
    """How a stack came out of this run; the value is what the table says."""

    DONE = "done"
    AS_BEFORE = "done before"
    FAILED = "failed"
    NOT_PRESERVED = "not preserved"
    CANNOT_TELL = "cannot tell"
    NOT_VERIFIED = "not verified"
    NOT_STARTED = "not started"


WRONG = (State.FAILED, State.NOT_PRESERVED)
OPEN = (State.CANNOT_TELL, State.NOT_VERIFIED, State.NOT_STARTED)


@dataclass(frozen=True)
class Result:
    """One line of the table at the end."""

    stack: str
    state: State
    seconds: float = 0.0
    words: str = ""
    """Why, where it is not done."""


@dataclass
class Fleet:
    """The stacks, and how they are worked on."""

    table: fleet_table.Table
    everything: bool
    verifies: bool
    timeout: float
    stopped: threading.Event
    selecting: threading.Lock
    """Held while a stack is made or selected: the CLI keeps one file for the selection of all stacks of a folder."""

    def up(self, row: fleet_table.Row) -> Result:
        """Update a stack and ask its app, unless that has been done for the row as it is."""
        stack = self._stack(row)
        noted = None if self.everything else stack.workspace.list_tags(stack.name).get(TAG)
        if noted and noted == _note(row, stack.info()):
            return Result(row.stack, State.AS_BEFORE)
        done = _told(lambda listen: stack.up(on_event=listen, suppress_outputs=True))
        outputs = done.outputs
        if not self.verifies or self.stopped.is_set():
            return Result(row.stack, State.NOT_VERIFIED, words="is up, and nobody asked its app")
        report = verify(
            VerifyOptions.from_outputs(
                {name: output.value for name, output in outputs.items()},
                stack=row.stack,
                expect=self.table.expect,
                timeout=self.timeout,
            )
        )
        if report.verdict is Verdict.PRESERVED:
            stack.workspace.set_tag(stack.name, TAG, _note(row, done.summary))
            return Result(row.stack, State.DONE)
        state = State.NOT_PRESERVED if report.exit_code == 1 else State.CANNOT_TELL
        return Result(row.stack, state, words=f"{report.verdict}: {report.summary}")

    def destroy(self, row: fleet_table.Row) -> Result:
        """Remove what a stack made; the stack itself stays, with its history."""
        try:
            with self.selecting:
                stack = automation.select_stack(stack_name=row.stack, work_dir=str(HERE))
        except automation.StackNotFoundError:
            return Result(row.stack, State.DONE, words="there was no such stack")
        _told(lambda listen: stack.destroy(on_event=listen, suppress_outputs=True))
        return Result(row.stack, State.DONE)

    def _stack(self, row: fleet_table.Row) -> automation.Stack:
        with self.selecting:
            return automation.create_or_select_stack(stack_name=row.stack, work_dir=str(HERE))

    def attempt(self, row: fleet_table.Row, work: Callable[[fleet_table.Row], Result]) -> Result:
        """Do the work on one stack; whatever goes wrong there is a line of the table, and no other stack's matter."""
        if self.stopped.is_set():
            return Result(row.stack, State.NOT_STARTED)
        began = time.monotonic()
        try:
            found = work(row)
        except (automation.CommandError, InputError, OSError) as error:
            found = Result(row.stack, State.FAILED, words=_why(str(error)))
        except _Refused as refused:
            found = Result(row.stack, State.FAILED, words=str(refused))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this stack's alone
            found = Result(row.stack, State.FAILED, words=f"{type(error).__name__}: {error}")
        return Result(found.stack, found.state, time.monotonic() - began, found.words)


def _note(row: fleet_table.Row, last: automation.UpdateSummary | None) -> str:
    """The tag of a stack that is done: its row, and the stack's last operation, after which nobody may have done another."""
    return f"{row.fingerprint}-{last.version}-{last.start_time:%Y%m%d%H%M%S}" if last else ""


class _Refused(Exception):
    """An operation failed, and the engine said why."""


def _told(operation: Callable[[Callable[[EngineEvent], None]], Done]) -> Done:
    """Run an operation; _Refused with the engine's own diagnostics where it fails and there are some."""
    said: list[str] = []

    def listen(event: EngineEvent) -> None:
        if (found := event.diagnostic_event) and found.severity == "error" and found.message.strip() != "update failed":
            said.append(found.message.strip())

    try:
        return operation(listen)
    except automation.CommandError:
        if said:
            raise _Refused("\n".join(dict.fromkeys(said))) from None
        raise


def _why(text: str) -> str:
    """What the CLI said was wrong, of everything that it said."""
    lines = [line.strip() for line in text.splitlines()]
    errors = [line.removeprefix("stderr:").strip() for line in lines if "error:" in line]
    return "\n".join(errors) or text.strip()


def run(
    fleet: Fleet, rows: Sequence[fleet_table.Row], work: Callable[[fleet_table.Row], Result], at_once: int
) -> list[Result]:
    """Work on all stacks, so many at a time, telling each that ends; their results in the table's order."""
    results: dict[str, Result] = {}
    with ThreadPoolExecutor(at_once) as pool:
        waiting: dict[Future[Result], fleet_table.Row] = {pool.submit(fleet.attempt, row, work): row for row in rows}
        while waiting:
            ended, _ = wait(waiting, timeout=BUSY_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                row, result = waiting.pop(future), future.result()
                results[row.stack] = result
                if result.state is not State.NOT_STARTED:
                    _say(f"[{len(results)}/{len(rows)}] {row.stack}: {result.state.value}, {result.seconds:.0f} s")
            if not ended:
                running = [row.stack for future, row in waiting.items() if future.running()]
                _say(f"[{len(results)}/{len(rows)}] running: {', '.join(running)}")
    return [results[row.stack] for row in rows]


def show(results: Sequence[Result]) -> None:
    """The table of results, then what went wrong in full."""
    width = max(len(result.stack) for result in results)
    states = max(len(result.state.value) for result in results)
    print()
    for result in results:
        first = result.words.partition("\n")[0]
        cell = first if len(first) <= LONGEST_CELL else f"{first[: LONGEST_CELL - 3]}..."
        print(f"{result.stack:{width}}  {result.state.value:{states}}  {result.seconds:6.0f} s  {cell}".rstrip())
    counts = Counter(result.state for result in results)
    print("\n" + ", ".join(f"{counts[state]} {state.value}" for state in State if counts[state]))
    for result in results:
        if "\n" in result.words or len(result.words) > LONGEST_CELL:
            print(f"\n{result.stack}:\n  " + result.words.replace("\n", "\n  "))


def exit_code(results: Sequence[Result], *, interrupted: bool) -> int:
    """0: all is done; 1: something failed or an address is lost; 3: something is open; 130: interrupted."""
    states = {result.state for result in results}
    if interrupted:
        return 130
    return 1 if states & set(WRONG) else 3 if states & set(OPEN) else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Read the table, work on its stacks, tell how each came out."""
    parser = argparse.ArgumentParser(prog="python fleet.py", description=__doc__)
    parser.add_argument("command", choices=("up", "destroy"))
    parser.add_argument("--at-once", type=int, default=4, metavar="N", help="how many stacks at the same time (4)")
    parser.add_argument("--only", metavar="PATTERN", help="stacks whose names match, as in 'shanghai.*'")
    parser.add_argument("--all", action="store_true", help="also what was done before and has not changed in the table")
    parser.add_argument("--no-verify", action="store_true", help="do not ask the apps; no stack is done then")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for asking one app (60)")
    chosen = parser.parse_args()
    if chosen.only == "":
        parser.error("--only '': is empty; write a pattern, or leave it out for every stack")
    if not 0 < chosen.timeout <= LONGEST_TIMEOUT:
        parser.error(f"--timeout {chosen.timeout:g}: write seconds, more than 0 and at most {LONGEST_TIMEOUT:g}")
    if not 1 <= chosen.at_once <= MOST_AT_ONCE:
        parser.error(f"--at-once {chosen.at_once}: write a number from 1 to {MOST_AT_ONCE}")
    if shutil.which("pulumi") is None:
        parser.error("there is no pulumi on PATH: install the Pulumi CLI, https://www.pulumi.com/docs/install/")
    try:
        table = fleet_table.read()
    except fleet_table.TableError as error:
        _say(str(error))
        return 2
    rows = [row for row in table.rows if fnmatchcase(row.stack, chosen.only or "*")]
    if not rows:
        parser.error(f"--only {chosen.only}: no stack of the table is called so")

    stopped = threading.Event()
    fleet = Fleet(table, chosen.all, not chosen.no_verify, chosen.timeout, stopped, threading.Lock())

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        _say("stopping: nothing new is started, and what runs is waited for")

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    results = run(fleet, rows, getattr(fleet, chosen.command), chosen.at_once)
    show(results)
    for name in forgotten(table):
        _say(f"{name} is a stack and in the table no more; if nobody needs it: pulumi destroy --stack {name}")
    return exit_code(results, interrupted=stopped.is_set())


def forgotten(table: fleet_table.Table) -> list[str]:
    """Stacks of this project that have no row any more."""
    try:
        listed = automation.LocalWorkspace(work_dir=str(HERE)).list_stacks()
    except automation.CommandError:
        return []  # each row has told why the backend cannot be asked
    known = {row.stack for row in table.rows}
    return sorted({stack.name.rpartition("/")[2] for stack in listed} - known)


if __name__ == "__main__":
    sys.exit(main())
