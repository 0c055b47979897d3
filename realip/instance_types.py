"""How much of a node is left for pods, by the name of its instance type: that tells vCPU and memory for most families."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from realip import tke

__all__ = ["Allocatable", "allocatable"]

_NAME = re.compile(rf"{tke.INSTANCE_FAMILIES}\.(?:([0-9]+)X)?({'|'.join(tke.INSTANCE_CORES)})([0-9]+)")
_GB = 2**30


@dataclass(frozen=True)
class Allocatable:
    """The most that pods may ask of a node: the machine has a little less than its name says."""

    cores: Decimal
    memory: int
    """Bytes."""

    def pods(self, cores: Decimal, memory: int) -> int:
        """How many pods with such requests a node has room for, if nothing else runs there."""
        return min(int(self.cores / cores), self.memory // memory)


def allocatable(instance_type: str) -> Allocatable | None:
    """The part of a node of that instance type that is left to pods; None where the name does not tell its size."""
    matched = _NAME.fullmatch(instance_type)
    if matched is None or (matched[1] is not None and matched[2] != "LARGE"):
        return None
    cores = Decimal(int(matched[1] or 1) * tke.INSTANCE_CORES[matched[2]])
    gigabytes = Decimal(matched[3])
    kept_cores = Decimal(tke.NODE_RESERVED_CORES_AT_LEAST) + _reserved(cores, tke.NODE_RESERVED_CORES)
    kept_memory = int(_reserved(gigabytes, tke.NODE_RESERVED_MEMORY) * _GB)
    return Allocatable(cores - kept_cores, int(gigabytes) * _GB - kept_memory - tke.NODE_EVICTION_MEMORY)


def _reserved(amount: Decimal, shares: Sequence[tuple[int, str]]) -> Decimal:
    """The part of an amount that is kept, by shares that each hold from so much up to where the next one starts."""
    starts = [Decimal(start) for start, _ in shares]
    ends = [end for _, end in pairwise([*starts, Decimal("Infinity")])]
    parts = (
        max(Decimal(0), min(amount, end) - start) * Decimal(share)
        for start, end, (_, share) in zip(starts, ends, shares, strict=True)
    )
    return sum(parts, Decimal(0))
