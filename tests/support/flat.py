"""Nested values as paths, so that two of them can be compared field by field."""

from collections.abc import Iterator
from typing import Any


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """`a.b[0][x.y/z]` and the value there, for every leaf; an empty list or map is a leaf."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            bracketed = f"[{key}]" if "." in key or "/" in key else f".{key}" if path else key
            yield from flatten(item, f"{path}{bracketed}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from flatten(item, f"{path}[{index}]")
    else:
        yield path, value
