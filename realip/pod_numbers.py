"""The rules about how many pods of an app there are, and how many may be missing. Plain functions that raise ValueError."""

import re
from collections.abc import Iterator, Mapping

from realip.quantities import cpu, memory, quantity_text
from realip.rules import PODS

__all__ = [
    "A_NUMBER_OF_PODS",
    "UTILIZATIONS",
    "disruption_budget",
    "max_unavailable",
    "out_of_reach",
    "utilization",
]

_CPU_UTILIZATION = 80
"""Percent of their CPU request that pods use on average, where nothing is said; Kubernetes' own default (autoscaling/v2, `metrics`)."""
UTILIZATIONS = range(1, 10001)
A_NUMBER_OF_PODS = "a number of pods, or a share such as 25%"
"""The remedy for a value that is neither text nor a number."""

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


def disruption_budget(said: str | float | None, most: object) -> int | str | None:
    """How many pods a drain may take at a time, or None where no budget has to say it.

    `said` is what somebody wants, `most` how many pods there may be, where that is known.
    """
    if said is not None:
        wanted = max_unavailable(said)
        return None if wanted == _ALL else wanted
    return None if isinstance(most, int) and most < 2 else _DEFAULT


def utilization(cpu_percent: object, memory_percent: object) -> dict[str, object]:
    """Resources that an autoscaler looks at, each with the percent of its request that is said; CPU where nothing is."""
    said = {"cpu": cpu_percent, "memory": memory_percent}
    return {resource: percent for resource, percent in said.items() if percent is not None} or {"cpu": _CPU_UTILIZATION}


def out_of_reach(percents: Mapping[str, object], resources: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """Resources whose percent no pod ever uses, so that there never are more pods, with the most that a pod may use of its request.

    `resources` has `cpu_request`, `cpu_limit` and so on, as far as they are known.
    """
    for resource, amount in (("cpu", cpu), ("memory", memory)):
        percent = percents.get(resource)
        request, limit = (resources.get(f"{resource}_{end}") for end in ("request", "limit"))
        if not isinstance(percent, int) or not isinstance(request, str | int | float):
            continue
        if isinstance(limit, str | int | float) and percent * amount(request) > 100 * amount(limit):
            yield resource, int(100 * amount(limit) / amount(request))
