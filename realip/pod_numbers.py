"""The rules about how many pods of an app there are, and how many may be missing. Plain functions that raise ValueError."""

import re

from realip.quantities import quantity_text
from realip.rules import PODS

__all__ = ["disruption_budget", "max_unavailable"]

_NUMBER_OR_SHARE = re.compile(r"([0-9]{1,5})(%?)")
_ALL = "100%"
_DEFAULT = 1
"""Pods that a drain may take at a time. A number of missing pods, unlike one of pods that have to be there, never stops a drain for good."""


def max_unavailable(value: str | float) -> int | str:
    """How many pods may be missing at a time, as a PodDisruptionBudget has it: a number, or a share such as `25%` (rounded up)."""
    found = _NUMBER_OR_SHARE.fullmatch(quantity_text(value))
    if found is None:
        raise ValueError("is neither a number of pods nor a share of them; write one such as 1 or 25%")
    number, share = int(found[1]), found[2]
    if not number:
        raise ValueError("would keep every node from being drained; write at least 1")
    if share and number > 100:
        raise ValueError("is more than all pods; write at most 100%")
    if not share and number not in PODS:
        raise ValueError(f"is more than an app has; write at most {PODS[-1]}")
    return f"{number}%" if share else number


def disruption_budget(said: str | float | None, fewest: object) -> int | str | None:
    """How many pods a drain may take at a time, or None where no budget has to say it.

    `said` is what somebody wants, `fewest` how few pods there may be without a drain, where that is known.
    """
    if said is not None:
        wanted = max_unavailable(said)
        return None if wanted == _ALL else wanted
    return None if isinstance(fewest, int) and fewest < 2 else _DEFAULT
