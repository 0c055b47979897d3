"""`realip verify` asked about many worlds at once, beside what is true of them."""

import asyncio
import traceback
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from realip.verify import VerifyOptions, verify_async
from tests.soundness.generating import make
from tests.soundness.serving import serving
from tests.soundness.truth import Truth, truth

AT_ONCE = 6
"""Worlds that one process examines side by side."""
PROCESSES = 2
TIMEOUT = 30.0
"""Seconds for one world: far more than it takes, for machines that do something else as well."""


@dataclass(frozen=True)
class Answer:
    """What was said of a world, and what is true."""

    number: int
    truth: Truth
    verdict: str
    """A verdict, or the end of a traceback."""
    summary: str

    @property
    def unsound(self) -> bool:
        """Whether an address that does not arrive, or not surely, was called preserved."""
        return self.verdict == "preserved" and self.truth not in {Truth.KEEPS, Truth.OPEN}


async def ask(number: int) -> Answer:
    """Ask about the world of that number."""
    world, question = make(number)
    async with serving(world) as url:
        options = VerifyOptions(
            url=url, reads=question.reads, expect=[world.client], trusted_hops=question.trusted_hops, timeout=TIMEOUT
        )
        try:
            report = await verify_async(options)
        except Exception:  # noqa: BLE001 -- whatever it is, it is the answer to this world only
            return Answer(number, truth(world, question), traceback.format_exc(limit=-3), "")
    return Answer(number, truth(world, question), report.verdict.value, report.summary)


async def _ask_all(numbers: Iterable[int]) -> list[Answer]:
    waiting = iter(numbers)

    async def work() -> list[Answer]:
        return [await ask(number) for number in waiting]

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(work()) for _ in range(AT_ONCE)]
    return [answer for worker in workers for answer in worker.result()]


def _some(numbers: range) -> list[Answer]:
    return asyncio.run(_ask_all(numbers))


def examine(numbers: range) -> list[Answer]:
    """Ask about all worlds of those numbers, in processes of their own; in the order of the numbers."""
    parts = [numbers[start::PROCESSES] for start in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        answers = [answer for part in pool.map(_some, parts) for answer in part]
    return sorted(answers, key=lambda answer: answer.number)
