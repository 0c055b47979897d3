"""Contents of outputs that are there before the program goes on: an engine hands over some that are known already."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import pulumi

__all__ = ["Held", "held"]


@dataclass(frozen=True)
class Held:
    """The contents of an output."""

    value: Any
    secret: bool
    made: bool
    """It depends on a resource, and may be another in the next operation."""


def held(output: "pulumi.Output[Any]") -> Held | None:
    """The contents of an output; None where they are known later, if ever."""
    try:
        if not _at_once(output.is_known()):
            return None
        made = bool(_at_once(output.resources()))
        return Held(_at_once(output.future(with_unknowns=True)), _at_once(output.is_secret()), made)
    except BlockingIOError:
        return None


def _at_once(awaitable: Awaitable[Any]) -> Any:
    """The result of something that is done already; BlockingIOError if it is not."""
    steps: Any = awaitable.__await__()
    try:
        pending = next(steps)
    except StopIteration as done:
        return done.value
    pending._asyncio_future_blocking = False  # noqa: SLF001 - asyncio's mark of who waits, which nobody does any more
    steps.close()
    raise BlockingIOError
