"""When which target is asked: every target by its own clock, so that one which does not answer holds up no other."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from realip.errors import InputError
from realip.verify import Report, Verdict, VerifyOptions, verify_async
from realip.verify.text import printable

__all__ = ["AT_A_TIME", "Round", "Target", "watch"]

_MOST_WORDS = 200
"""Characters of a fault that are passed on."""
AT_A_TIME = 4
"""Targets that are asked at once; the others wait for their turn."""


@dataclass(frozen=True)
class Target:
    """One thing that is watched."""

    name: str
    """The name in metrics and lines: a stack, or a URL without its query."""
    options: Callable[[], Awaitable[VerifyOptions]]
    """Finds out how to ask it, anew for every round: after an update a stack may have another address. Raises `InputError`."""


@dataclass(frozen=True)
class Round:
    """The outcome of one round of questions to a target."""

    target: str
    began: datetime
    seconds: float
    verdict: Verdict
    summary: str
    """One sentence, in English."""
    report: Report | None
    """None where the target could not be asked at all."""


async def watch(targets: Sequence[Target], every: float, rounds: int | None, hear: Callable[[Round], None]) -> None:
    """Ask each target every `every` seconds, `rounds` times or until cancelled, and tell `hear` of each round.

    A round that takes longer than that leaves out those that it missed.
    """
    turns = asyncio.Semaphore(AT_A_TIME)
    async with asyncio.TaskGroup() as group:
        for target in targets:
            group.create_task(_ask_again(target, every, rounds, turns, hear))


async def _ask_again(
    target: Target, every: float, rounds: int | None, turns: asyncio.Semaphore, hear: Callable[[Round], None]
) -> None:
    clock = asyncio.get_running_loop().time
    start, done = clock(), 0
    while True:
        async with turns:
            hear(await _round(target))
        done += 1
        if done == rounds:
            return
        late = (clock() - start) % every
        await asyncio.sleep(every - late)


async def _round(target: Target) -> Round:
    began, start = datetime.now(UTC), time.monotonic()
    try:
        report = await verify_async(await target.options())
    except InputError as error:
        # The arguments were good at the start: it is the stack that cannot be read, or says what nobody can ask.
        return Round(target.name, began, time.monotonic() - start, Verdict.UNKNOWN, str(error), None)
    except Exception as error:  # noqa: BLE001 - a fault of ours with one target's answer must not end the watch of all others
        fault = printable(f"{type(error).__name__}: {error}", _MOST_WORDS)
        summary = f"Cannot tell: the round ended with a fault of realip ({fault}); please report it."
        return Round(target.name, began, time.monotonic() - start, Verdict.UNKNOWN, summary, None)
    # A query may hold a token, and lines are kept for long.
    summary = report.summary.replace(report.url, report.url.partition("?")[0])
    return Round(target.name, began, time.monotonic() - start, report.verdict, summary, report)
