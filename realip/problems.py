"""A problem of some input: path, value, what is wrong and what to do about it, on one line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from realip.escapes import as_json

__all__ = [
    "HALF_A_CHARACTER",
    "KEY_IS_NO_TEXT",
    "LISTED_TWICE",
    "MISSING",
    "MUST_BE",
    "MUST_BE_THERE",
    "Place",
    "Problem",
    "is_text_or_number",
    "path_of",
    "text_or_number",
    "too_many",
    "under_unknown_key",
    "unquoted",
]

Place: TypeAlias = tuple[int | str, ...]
"""Where a value stands: the keys and numbers that lead to it."""

_LONGEST_VALUE = 80
_LONGEST_PATH = 200
_OF_A_KEY = "[key]"
"""The mark that pydantic puts behind a key that is wrong itself."""
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


MUST_BE = {
    "text": "must be text; put it in quotes",
    "whole number": "must be a whole number",
    "bool": "must be true or false",
    "list": "must be a list",
    "map": "must be a map of names to values",
}
"""The words for a value of another kind than asked for."""
MUST_BE_THERE = "is missing; add it"
LISTED_TWICE = "is in the list already; name it once"
KEY_IS_NO_TEXT = "has a key that is not text; put it in quotes"
HALF_A_CHARACTER = "holds half a character (a surrogate); write text"


def is_text_or_number(value: object) -> bool:
    """A value is text or a number; true and false are numbers to Python alone."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def under_unknown_key(value: object) -> object:
    """A value as it is told under a name that nobody knows: text may be anything there, a kubeconfig too, and is not told."""
    return value if isinstance(value, bool | int | float) or not value else MISSING


def text_or_number(wanted: str) -> str:
    """The words for a value that is neither text nor a number, where either says something, such as `a port`."""
    return f"is neither text nor a number; write {wanted}"


def unquoted(value: object) -> str:
    """The remedy for a number that somebody wrote as text; nothing for other values."""
    return "; take the quotes off" if isinstance(value, str) and value.isascii() and value.isdigit() else ""


def too_many(most: int) -> str:
    """The words for a list with more than `most` entries."""
    return f"has too many entries; give at most {most}"


class _Missing:
    """The value of a field that a stack file does not say."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


@dataclass(frozen=True)
class Problem:
    """One thing to mend: `path` as in `pulumi config set --path`, the value that was found, and what to do about it."""

    path: str
    value: object
    message: str
    involves: tuple[str, ...] = ()
    """Other paths that the problem depends on."""

    def __str__(self) -> str:
        """`app.port = 70000: must be at most 65535`."""
        path = _cut(self.path, _LONGEST_PATH)
        if isinstance(self.value, _Missing):
            return f"{path}: {self.message}"
        shown = _cut(as_json(self.value), _LONGEST_VALUE)
        return f"{path} = {shown}: {self.message}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def path_of(location: Sequence[int | str]) -> str:
    """`("network", "zones", 0)` as `network.zones[0]`, `("tags", "a b")` as `tags["a b"]`."""
    path = ""
    if location[1:] and location[-1] == _OF_A_KEY:
        location = location[:-1]
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not _PLAIN_KEY.fullmatch(step):
            path += f"[{as_json(step)}]"
        else:
            path += f".{step}" if path else step
    return path
