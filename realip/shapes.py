"""YAML or JSON that somebody else wrote, by the kinds of its values: a wrong one is named by its path, and never shown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

__all__ = ["Shape", "wrong_kinds"]

Shape: TypeAlias = type | Mapping[str, "Shape"] | Sequence["Shape"]
"""`str` or `bool`; a map of the shapes of its known keys; a list of the one shape that all its items have."""

_KINDS: Sequence[tuple[type | tuple[type, ...], str]] = (
    (bool, "true or false"),
    (str, "text"),
    ((int, float), "a number"),
    (Mapping, "a map"),
    (list, "a list"),
)
"""First match names a kind: for Python, true is a number and text a sequence."""


def wrong_kinds(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """`users[0].name is a number, not text` for each value of another kind than its shape says. Null is a value not given."""
    if value is None:
        return
    wanted = shape if isinstance(shape, type) else type(shape)
    if _kind(value) != _kind(wanted()):
        yield f"{path or 'it'} is {_kind(value)}, not {_kind(wanted())}"
    elif isinstance(shape, Mapping):
        for key, inner in shape.items():
            yield from wrong_kinds(value.get(key), inner, f"{path}.{key}".lstrip("."))
    elif isinstance(shape, Sequence):
        for at, item in enumerate(value):
            yield from wrong_kinds(item, shape[0], f"{path}[{at}]")


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), f"a {type(value).__name__}")
