"""Which pods answered, and whether that is likely all of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from realip.verify.attempt import Attempt

__all__ = ["Coverage", "found_share"]

UNSEEN = 0.02
"""The chance to have missed one more pod, of equal shares, at which the search for pods ends."""
_CERTAINTY = 0.95


@dataclass(frozen=True)
class Coverage:
    """Which pods answered, and whether that is likely all of them."""

    pods: dict[str, int]
    half: int
    """How many of them did not answer both a plain request and one that claims every header."""
    missing: int
    """How many more requests over new connections would likely see all pods; 0 if enough were sent."""

    @classmethod
    def of(cls, attempts: Iterable[Attempt], wanted: int | None) -> "Coverage":
        """The coverage of some attempts; `wanted` is the number of pods if it is known."""
        names: dict[str, int] = {}
        kinds: set[tuple[str, bool]] = set()
        fresh = 0
        for attempt in attempts:
            if attempt.sighting and attempt.sighting.pod:
                name = attempt.sighting.pod
                names[name] = names.get(name, 0) + 1
                if attempt.forgery.crowd or not attempt.forgery.forged:
                    kinds.add((name, attempt.forgery.crowd))
                fresh += not attempt.kept
        seen = len(names)
        half = 2 * seen - len(kinds)
        enough = 0 if seen == 0 else math.ceil(math.log(UNSEEN) / math.log(seen / (seen + 1)))
        if wanted is not None:
            # The number is known: go on until it is there, in steps that are likely to find the next one.
            enough = 0 if seen >= wanted or not seen else fresh + 4 * wanted
        missing = max(0, enough - fresh)
        return cls(dict(sorted(names.items())), half, max(missing, 2 * seen if half else 0))


def found_share(connections: int) -> int:
    """The n of the rarest pod, which serves one connection in n, that so many connections would have found with 95 %."""
    return max(1, math.floor(1 / (1 - (1 - _CERTAINTY) ** (1 / connections)))) if connections else 0
