"""Probes that go on while a rollout runs: what was refused or lost, and for how long nothing answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from realip.messages import Message, message
from realip.verify.attempt import Attempt
from realip.verify.judge import Judge
from realip.verify.probing import Prober, Tell
from realip.verify.report import Rollout, Verdict

__all__ = ["watch_rollout"]

_PERIOD = 0.1
"""Seconds between the starts of two requests over new connections."""
_KEPT_PERIOD = 0.1
_MOST_WAITING = 50
"""Requests that may be under way at once; when so many hang, the next one waits."""
_LAST_ANSWERS = 1.0
"""Seconds before the run's deadline that are kept for the last answers."""
_MOST_EXAMPLES = 10
_MOST_NOTABLE = 100


@dataclass
class _Tally:
    judge: Judge
    started: float
    last_answer: float
    requests: int = 0
    answered: int = 0
    refused: int = 0
    lost: int = 0
    longest_gap: float = 0.0
    examples: dict[Message, None] = field(default_factory=dict)
    notable: list[Attempt] = field(default_factory=list)
    pods: dict[str, int] = field(default_factory=dict)

    def add(self, attempt: Attempt, now: float) -> None:
        self.requests += 1
        if attempt.sighting is None and (attempt.transient or not attempt.reached):
            self.refused += attempt.refused
            self.lost += not attempt.refused
            if len(self.examples) < _MOST_EXAMPLES:
                self.examples.setdefault(attempt.problem or message("no_answer"))
            return
        self.answered += 1
        self.longest_gap = max(self.longest_gap, now - self.last_answer)
        self.last_answer = now
        if (
            attempt.sighting
            and attempt.sighting.pod
            and (len(self.pods) < _MOST_NOTABLE or attempt.sighting.pod in self.pods)
        ):
            self.pods[attempt.sighting.pod] = self.pods.get(attempt.sighting.pod, 0) + 1
        if self.judge.judge(attempt).verdict is not Verdict.PRESERVED and len(self.notable) < _MOST_NOTABLE:
            self.notable.append(attempt)


async def watch_rollout(
    prober: Prober, judge: Judge, seconds: float, stopped: Callable[[], bool], tell: Tell
) -> tuple[Rollout, list[Attempt], dict[str, int]]:
    """Ask over new connections and one kept connection until the time is over or `stopped` says so.

    Gives the tally, the answers whose verdict was not `preserved` (the first hundred), and the pods that answered.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    # Requests that the deadline itself cuts off would count as lost.
    end = started + min(seconds, max(0.0, prober.left() - _LAST_ANSWERS))
    tally = _Tally(judge, started, started)

    def over() -> bool:
        return stopped() or loop.time() >= end

    async def fresh(number: int, gate: asyncio.Semaphore) -> None:
        try:
            async with prober.connect(number) as connection:
                tally.add(await prober.ask(connection, forged=prober.forges(number)), loop.time())
        finally:
            gate.release()

    async def keep() -> None:
        async with prober.connect(0) as connection:
            number = 0
            while not over():
                tally.add(await prober.ask(connection, forged=bool(number % 2)), loop.time())
                number += 1
                await asyncio.sleep(max(0.0, min(_KEPT_PERIOD, end - loop.time())))

    gate = asyncio.Semaphore(_MOST_WAITING)
    async with asyncio.TaskGroup() as group:
        group.create_task(keep())
        number = 0
        while not over():
            await gate.acquire()
            group.create_task(fresh(number, gate))
            number += 1
            tell(
                message(
                    "watching",
                    answered=tally.answered,
                    refused=tally.refused,
                    lost=tally.lost,
                    left=f"{end - loop.time():.0f}",
                )
            )
            await asyncio.sleep(max(0.0, min(_PERIOD, end - loop.time())))
    tally.longest_gap = max(tally.longest_gap, loop.time() - tally.last_answer)
    rollout = Rollout(
        seconds=loop.time() - started,
        requests=tally.requests,
        answered=tally.answered,
        refused=tally.refused,
        lost=tally.lost,
        longest_gap=tally.longest_gap,
        examples=tuple(tally.examples),
    )
    return rollout, tally.notable, tally.pods
