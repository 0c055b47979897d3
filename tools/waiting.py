"""Waiting for a condition, with a deadline, and with words for when it does not come."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
POLL_SECONDS = 0.1


class WaitedTooLong(Exception):
    """A condition did not come true in time: the message says which, how long, and what was seen instead."""


def wait_for(
    what: str, condition: Callable[[], Result | None], seconds: float, seen: Callable[[], str] = lambda: ""
) -> Result:
    """Ask ``condition`` until it answers something true, and return that.

    ``what`` completes "waited 30 s for ..."; ``seen`` is asked for the rest of the message when the time is over.
    """
    deadline = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() >= deadline:
            rest = seen()
            raise WaitedTooLong(f"waited {seconds:.0f} s for {what}" + (f"\n{rest}" if rest else ""))
        time.sleep(POLL_SECONDS)
