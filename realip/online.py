"""The program runs on an engine, and may ask what is outside; offline commands run it too, and then nothing is asked."""

import contextlib
import contextvars
from collections.abc import Iterator

__all__ = ["may_ask", "offline"]

_OFFLINE = contextvars.ContextVar("offline", default=False)


def may_ask() -> bool:
    """Something outside may be asked: an API server, say."""
    return not _OFFLINE.get()


@contextlib.contextmanager
def offline() -> Iterator[None]:
    """A run in which nothing outside is asked."""
    token = _OFFLINE.set(True)
    try:
        yield
    finally:
        _OFFLINE.reset(token)
