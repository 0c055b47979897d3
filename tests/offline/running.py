"""What a run of the command line leaves."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Realip", "Run"]


@dataclass(frozen=True)
class Run:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str


Realip = Callable[..., Run]
