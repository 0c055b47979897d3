"""The requests of a run: how they are spread over connections, families, forgeries and pods, and what is tried again."""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from realip.verify.client import Asker, Connection
from realip.verify.forgery import Forger
from realip.verify.ip import Address
from realip.verify.judge import Attempt

__all__ = ["Coverage", "Prober", "Progress", "gather"]

MOST_AT_ONCE = 50
"""Connections that are open at the same time."""
MOST_EXTRA = 300
"""Requests that are spent on finding further pods."""
UNSEEN = 0.02
"""The chance to have missed one more pod, of equal shares, at which the search for pods ends."""
_EAGER = 4
"""Pieces of work that start at once."""
_STAGGER = 0.005
"""Seconds that a further start waits at most for another piece to end."""
_RETRIES = 3
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
"""Seconds between looks at a target that does not answer yet."""

Progress = Callable[[str], None]
"""Called with what a run is doing, in words for a person."""


async def gather(work: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """Do all the work side by side, within a bound; results in order.

    All at once, the connections would overflow the accept queue of a small server, and a client learns of that only a
    second later: after the first few, each start waits for an end, or for a few milliseconds.
    """
    gate = asyncio.Semaphore(MOST_AT_ONCE)

    async def one(job: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await job()
        finally:
            gate.release()

    tasks: list[asyncio.Task[Any]] = []
    running: set[asyncio.Task[Any]] = set()
    async with asyncio.TaskGroup() as group:
        for job in work:
            await gate.acquire()
            if len(running) >= _EAGER:
                _, running = await asyncio.wait(running, timeout=_STAGGER, return_when=asyncio.FIRST_COMPLETED)
            task = group.create_task(one(job))
            tasks.append(task)
            running.add(task)
    return [task.result() for task in tasks]


@dataclass(frozen=True)
class Coverage:
    """Which pods answered, and whether that is likely all of them."""

    pods: dict[str, int]
    missing: int
    """How many requests over new connections would be needed to have likely seen all pods; 0 if enough."""

    @classmethod
    def of(cls, attempts: Iterable[Attempt], wanted: int | None) -> "Coverage":
        """The coverage of some attempts; `wanted` is the number of pods if it is known."""
        names: Counter[str] = Counter()
        fresh = 0
        for attempt in attempts:
            if attempt.sighting and attempt.sighting.pod:
                names[attempt.sighting.pod] += 1
                fresh += not attempt.kept
        seen = len(names)
        enough = 0 if seen == 0 else math.ceil(math.log(UNSEEN) / math.log(seen / (seen + 1)))
        if wanted is not None:
            # The number is known: go on until it is there, in steps that are likely to find the next one.
            enough = 0 if seen >= wanted or not seen else fresh + 4 * wanted
        return cls(dict(sorted(names.items())), max(0, enough - fresh))


class Prober:
    """Sends the requests of a run to the addresses of its target."""

    def __init__(self, asker: Asker, addresses: list[Address], forger: Forger, progress: Progress) -> None:
        """Nothing is sent before a round."""
        self._asker, self._addresses, self._forger, self._progress = asker, addresses, forger, progress

    def left(self) -> float:
        """Seconds until the run's deadline."""
        return self._asker.deadline - asyncio.get_running_loop().time()

    async def ask(self, connection: Connection, *, forged: bool) -> Attempt:
        """One request, with forged headers or without."""
        if not forged:
            return await connection.ask()
        addresses, headers = self._forger.make()
        return await connection.ask(addresses, headers)

    def connect(self, number: int) -> Connection:
        """The connection of that number: addresses of the target take turns."""
        return self._asker.connect(self._addresses[number % len(self._addresses)])

    def forges(self, number: int) -> bool:
        """Whether the first request of that connection is forged: turn by turn for each address."""
        return (number // len(self._addresses)) % 2 == 0

    async def _over(self, number: int, requests: int) -> list[Attempt]:
        """Some requests over one connection, forged and plain in turn."""
        attempts: list[Attempt] = []
        async with self.connect(number) as connection:
            while len(attempts) < requests and (not attempts or self.left() > 0):
                attempts.append(await self.ask(connection, forged=self.forges(number) ^ bool(len(attempts) % 2)))
        return attempts

    async def round(self, probes: int, *, kept: bool = True) -> list[Attempt]:
        """Probes over new connections and, unless told not to, a quarter of them over connections kept from others."""
        second = max(1, probes // 4) if kept and probes > 1 else 0
        results = await gather(partial(self._over, number, 1 + (number < second)) for number in range(probes - second))
        return [attempt for attempts in results for attempt in attempts]

    async def first_round(self, probes: int) -> list[Attempt]:
        """A round at a target that may still be coming up: waits for it until the deadline, then tries losses again."""
        attempts = await self.round(probes)
        last, pause, looks = attempts[0], _FIRST_PAUSE, 1
        while all(attempt.transient for attempt in attempts):
            if self.left() <= pause:
                return [replace(last, tries=looks)]
            self._progress(f"waiting for the target: {last.problem}; {self.left():.0f} s left")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            attempts = await self._over(looks, 1)
            looks += 1
            if not attempts[0].transient:
                attempts = await self.round(probes)
            # A look that the deadline cut short says less than the one before.
            last = attempts[0] if self.left() > 0 else last
        return await gather(partial(self._again, attempt) for attempt in attempts)

    async def _again(self, attempt: Attempt) -> Attempt:
        """The attempt, or another one in its place if it was lost on the way."""
        pause = _FIRST_PAUSE
        for _ in range(_RETRIES):
            if not attempt.transient or self.left() <= pause:
                break
            await asyncio.sleep(pause)
            pause *= 2
            async with self._asker.connect(attempt.address) as connection:
                attempt = replace(await self.ask(connection, forged=bool(attempt.forged)), tries=attempt.tries + 1)
        return attempt

    async def cover(self, attempts: list[Attempt], wanted: int | None) -> list[Attempt]:
        """More probes over new connections until every pod has likely answered."""
        extra: list[Attempt] = []
        while (
            (missing := Coverage.of([*attempts, *extra], wanted).missing)
            and len(extra) < MOST_EXTRA
            and self.left() > 1
        ):
            self._progress(
                f"{len(Coverage.of([*attempts, *extra], wanted).pods)} pods have answered; looking for others"
            )
            extra += await self.round(min(missing, MOST_EXTRA - len(extra)), kept=False)
        return extra

    async def node_ports(self, nodes: Iterable[Address], port: int) -> list[Attempt]:
        """One forged request to the port of every node."""

        async def one(node: Address) -> Attempt:
            async with self._asker.connect(node, "node port", port) as connection:
                return await self.ask(connection, forged=True)

        return await gather(partial(one, node) for node in nodes)
