"""Settings as the YAML of a stack file, with comments: what a person would write, and what needs no library to write."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["lines", "scalar"]

_WORD = re.compile(r"[a-z]+(-[a-z0-9]+)+")
"""Text that no reader of YAML takes for anything else, such as `ap-guangzhou-6`; all other text stands in quotes."""

_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*:)?[A-Za-z]+")
"""A name, or one behind its namespace."""
_NO_TEXT = {"false", "n", "no", "null", "off", "on", "true", "y", "yes"}


def lines(values: Mapping[str, Any], comments: Mapping[str, str], indent: str = "", path: str = "") -> Iterator[str]:
    """A map as lines; `comments` are by path, as in `access.adminCidrs`, and stand above."""
    for key, value in values.items():
        place = f"{path}.{key}".removeprefix(".")
        if place in comments:
            yield f"{indent}# {comments[place]}"
        if isinstance(value, Mapping):
            yield f"{indent}{_key(key)}:"
            yield from lines(value, comments, f"{indent}  ", place)
        else:
            yield f"{indent}{_key(key)}: {scalar(value)}"


def scalar(value: Any) -> str:
    """A value on one line: JSON is YAML too."""
    if isinstance(value, list):
        return f"[{', '.join(map(scalar, value))}]"
    if isinstance(value, str) and _WORD.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) and key.lower() not in _NO_TEXT else json.dumps(key, ensure_ascii=False)
