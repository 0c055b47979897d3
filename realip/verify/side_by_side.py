"""Work that goes on at the same time, within a bound."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

__all__ = ["gather"]

MOST_AT_ONCE = 50
"""Connections that are open at the same time."""
_EAGER = 4
"""Pieces of work that start at once."""
_STAGGER = 0.005
"""Seconds that a further start waits at most for another piece to end."""


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
