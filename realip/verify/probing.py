"""The requests of a run: how they are spread over connections, families, forgeries and pods, and what is tried again."""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from realip.messages import Message, message
from realip.verify.attempt import Attempt, Kind
from realip.verify.client import Asker, Connection
from realip.verify.coverage import Coverage
from realip.verify.extras import Extras
from realip.verify.forgery import SHAPES, Forger, Forgery, Turn
from realip.verify.ip import Address
from realip.verify.side_by_side import gather

__all__ = ["Prober", "Tell"]

MOST_EXTRA = 600
"""Requests that are spent on finding further pods; with --pods, up to a dozen for each."""
_PER_POD = 12
_DEEP = 3
"""Requests that follow the first on one kept connection: what an application does on its third is not what it does on its first."""
_SLOW = 0.1
"""Seconds for an answer, above which requests that would follow one another are sent before their answers are read."""
_FEWEST_FOR_EXTRAS = 6
"""A run of fewer probes is a look, and sends nothing that a target might refuse."""
_RETRIES = 3
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
"""Seconds between looks at a target that does not answer yet."""
_LEAST_LEFT = 1.0
"""Seconds without which the search for pods is not begun again."""

Tell = Callable[[Message], None]
"""Called with what a run is doing."""


class Prober:
    """Sends the requests of a run to the addresses of its target."""

    def __init__(self, asker: Asker, addresses: list[Address], forger: Forger, extras: Extras, tell: Tell) -> None:
        """Nothing is sent before a round."""
        self._asker, self._addresses, self._forger, self._tell = asker, addresses, forger, tell
        self._extras = extras
        self.extra_attempts: list[Attempt] = []

    def left(self) -> float:
        """Seconds until the run's deadline."""
        return self._asker.deadline - asyncio.get_running_loop().time()

    async def ask(self, connection: Connection, *, forged: bool, turn: Turn = Turn.ALL) -> Attempt:
        """One request, with forged headers or without."""
        return await connection.ask(self._forger.make(turn) if forged else self._forger.plain())

    def connect(self, number: int) -> Connection:
        """The connection of that number: addresses of the target take turns."""
        return self._asker.connect(self._addresses[number % len(self._addresses)])

    def forges(self, number: int) -> bool:
        """The first request of that connection is forged.

        For each address half are, in no rhythm that a balancer could have (the sequence of Thue and Morse).
        """
        return (number // len(self._addresses)).bit_count() % 2 == 0

    async def round(self, probes: int) -> list[Attempt]:
        """Probes over new connections, and a quarter of them over connections kept from others; the extras follow them.

        One connection carries several requests, others carry a second one.
        """
        kept = probes // 4 if probes > 1 else 0
        deep = min(_DEEP, kept)
        new = Turn.NEW if kept else Turn.ALL

        async def over(number: int) -> list[Attempt]:
            if number == probes - kept - 1 and probes >= _FEWEST_FOR_EXTRAS:
                self._extras.start(self._addresses[0])
            first_forged = self.forges(number)
            if number == 0:
                return await self._deep(number, deep, new)
            async with self.connect(number) as connection:
                attempts = [await self.ask(connection, forged=first_forged, turn=new)]
                if number <= kept - deep and self.left() > 0:
                    following = (not first_forged) if number % 2 == 0 else first_forged
                    attempts.append(await self.ask(connection, forged=following, turn=Turn.KEPT))
            return attempts

        results = await gather(partial(over, number) for number in range(probes - kept))
        return [attempt for attempts in results for attempt in attempts]

    async def _deep(self, number: int, following: int, new: Turn) -> list[Attempt]:
        """A request, and some more over the same connection; where the target is slow, all of those in one round trip."""
        async with self.connect(number) as connection:
            attempts = [await self.ask(connection, forged=self.forges(number), turn=new)]
            forgeries = [self._following(place, following) for place in range(following)]
            if attempts[0].milliseconds > _SLOW * 1000:
                connection.send_ahead(forgeries)
            for forgery in forgeries:
                if self.left() <= 0:
                    break
                attempts.append(await connection.ask(forgery))
        return attempts

    def _following(self, place: int, count: int) -> Forgery:
        """The claims of a further request on a connection: the first nothing, the last what most programs believe."""
        if place == 0:
            return self._forger.plain()
        return self._forger.late() if place == count - 1 else self._forger.make(Turn.KEPT)

    async def first_round(self, probes: int) -> list[Attempt]:
        """A round at a target that may still be coming up: waits for it until the deadline, then tries losses again."""
        attempts = await self._with_extras(probes)
        last, pause, looks = attempts[0], _FIRST_PAUSE, 1
        while all(attempt.transient for attempt in attempts):
            pause = max(pause, last.retry_after or 0.0)
            if self.left() <= pause:
                return [replace(last, tries=looks)]
            self._tell(message("waiting", problem=last.problem or message("no_answer"), left=f"{self.left():.0f}"))
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            async with self.connect(looks) as connection:
                attempts = [await self.ask(connection, forged=False)]
            looks += 1
            if not attempts[0].transient:
                attempts = await self._with_extras(probes)
            # A look that the deadline cut short says less than the one before.
            last = attempts[0] if self.left() > 0 else last
        return await gather(partial(self._again, attempt) for attempt in attempts)

    async def _with_extras(self, probes: int) -> list[Attempt]:
        """A round, and what came of the requests that a target may refuse."""
        attempts = await self.round(probes)
        if all(attempt.transient for attempt in attempts):
            await self._extras.abandon()
        else:
            self.extra_attempts = await self._extras.end(max(attempt.milliseconds for attempt in attempts))
        return attempts

    async def _again(self, attempt: Attempt) -> Attempt:
        """The attempt, or another one in its place if it was lost on the way."""
        pause = _FIRST_PAUSE
        for _ in range(_RETRIES):
            wait = max(pause, attempt.retry_after or 0.0)
            if not attempt.transient or self.left() <= wait:
                break
            # Not all at once: what was too many together would be too many again.
            await asyncio.sleep(wait * random.uniform(1, 1.5))  # noqa: S311 - nothing secret
            pause *= 2
            async with self._asker.connect(attempt.address) as connection:
                attempt = replace(await self.ask(connection, forged=attempt.forgery.forged), tries=attempt.tries + 1)
        return attempt

    async def cover(self, attempts: list[Attempt], wanted: int | None) -> list[Attempt]:
        """More probes over new connections until every pod has likely answered a plain request and one that claims every header."""
        extra: list[Attempt] = []
        most = max(MOST_EXTRA, _PER_POD * (wanted or 0))

        async def one(number: int) -> Attempt:
            async with self.connect(number) as connection:
                return await self.ask(connection, forged=random.random() < 0.5)  # noqa: S311 - nothing secret

        while self.left() > _LEAST_LEFT and len(extra) < most:
            coverage = Coverage.of([*attempts, *extra], wanted)
            if not coverage.missing:
                break
            self._tell(message("looking_for_pods", count=len(coverage.pods)))
            extra += await gather(partial(one, number) for number in range(min(coverage.missing, most - len(extra))))
        return extra

    async def node_ports(self, nodes: Iterable[Address], port: int) -> list[Attempt]:
        """One forged request to the port of every node."""

        async def one(node: Address) -> Attempt:
            async with self._asker.connect(node, Kind.NODE_PORT, port) as connection:
                return await connection.ask(self._forger.of(SHAPES[0], "0"))

        return await gather(partial(one, node) for node in nodes)
