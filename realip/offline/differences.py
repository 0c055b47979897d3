"""Differences between two values, field by field; entries of a list are matched by what they say, not by where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from realip.offline.values import leaves, plain

__all__ = ["FieldChange", "differences"]

_ABSENT = object()
_ALIKE = 0.5
"""From which share of equal leaves on two entries are one that changed, and not one that went and one that came."""


@dataclass(frozen=True)
class FieldChange:
    """A field that differs; a side that does not have it has None.

    A list's index is that of side b, and of side a for an entry that is only there.
    """

    path: str
    a: Any
    b: Any
    reordered: bool = False
    """The same entries, in another order."""


def differences(a: Any, b: Any, path: str = "") -> Iterator[FieldChange]:
    """The fields in which two values differ, sorted by path within each map."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in sorted({*a, *b}):
            yield from differences(a.get(key, _ABSENT), b.get(key, _ABSENT), _step(path, key))
    elif isinstance(a, list) and isinstance(b, list):
        yield from _entries(a, b, path)
    elif a is _ABSENT or b is _ABSENT:
        yield from _one_sided(a, b, path)
    elif a != b:
        yield FieldChange(path, plain(a), plain(b))


def _one_sided(a: Any, b: Any, path: str) -> Iterator[FieldChange]:
    """The leaves of a value that one side does not have."""
    for place, value in leaves(b if a is _ABSENT else a, path):
        yield FieldChange(place, None, plain(value)) if a is _ABSENT else FieldChange(place, plain(value), None)


def _entries(a: Sequence[Any], b: Sequence[Any], path: str) -> Iterator[FieldChange]:
    if a == b:
        return
    left, right = list(enumerate(a)), list(enumerate(b))
    for index, entry in enumerate(b):
        match = next((one for one in left if one[1] == entry), None)
        if match is not None:
            left.remove(match)
            right.remove((index, entry))
    if not left and not right:
        yield FieldChange(path, plain(list(a)), plain(list(b)), reordered=True)
        return
    for old, new in _alike(left, right):
        left.remove(old)
        right.remove(new)
        yield from differences(old[1], new[1], f"{path}[{new[0]}]")
    for index, entry in left:
        yield FieldChange(f"{path}[{index}]", plain(entry), None)
    for index, entry in right:
        yield FieldChange(f"{path}[{index}]", None, plain(entry))


def _alike(left: Sequence[tuple[int, Any]], right: Sequence[tuple[int, Any]]) -> list[tuple[Any, Any]]:
    """Pairs of entries that are one entry, changed: those that share most first, each entry once."""
    pairs = sorted(
        ((_share(old[1], new[1]), old, new) for old in left for new in right),
        key=lambda pair: (-pair[0], pair[1][0] != pair[2][0], pair[1][0], pair[2][0]),
    )
    found: list[tuple[Any, Any]] = []
    for share, old, new in pairs:
        if share >= _ALIKE and not any(old is one or new is other for one, other in found):
            found.append((old, new))
    return found


def _share(a: Any, b: Any) -> float:
    """The share of leaves that two entries have in common; none unless both are maps."""
    if not isinstance(a, Mapping) or not isinstance(b, Mapping):
        return 0.0
    of_a, of_b = dict(leaves(a)), dict(leaves(b))
    same = sum(path in of_b and of_b[path] == value for path, value in of_a.items())
    return float(same) / max(len(of_a), len(of_b), 1)


def _step(path: str, key: str) -> str:
    return next(place for place, _ in leaves({key: 0}, path))
