"""The exceptions of the library, all for mistakes that a person can mend, and the guess at what was meant.

    InputError                  any bad input
    ├── SettingsError           a stack file, or settings that a program made
    └── ArgumentError           a component's arguments; a `pulumi.RunError` too, so that Pulumi prints no traceback

Each is importable from `realip`. Nothing else is raised for input.
"""

import difflib
import operator
import re
from collections.abc import Iterable

__all__ = ["InputError", "nearest"]


class InputError(Exception):
    """Bad input, told so that the reader can act: which field, which value, what is wrong, what to do instead.

    The message is complete: whoever catches it prints it as it is, without a traceback, and ends with exit code 2.
    """


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean X?` where a known word is near, else the list of the known ones."""
    known = sorted(known)
    close = _near(word, known)
    return f"did you mean {close}?" if close else f"known are {', '.join(known)}"


def _near(word: str, known: Iterable[str]) -> str | None:
    """The known word for which another is taken to be a slip, if there is one."""
    word = word[:_LONGEST]
    close = max(sorted(known), key=lambda candidate: _likeness(word, candidate), default="")
    return close if close and _likeness(word, close) >= _NEAR else None


_NEAR = 0.75
"""Likeness from which on a word is taken for a misspelt one: every fourth letter may be another one."""

_LONGEST = 100
"""Letters of a word that are looked at: nobody misspells a longer one, and somebody may send one of a million."""
_TOO_SHORT = 2


def _likeness(word: str, candidate: str) -> float:
    """How near two words are, 0 to 1: by their letters, or by the parts of a name that somebody left out or put elsewhere."""
    letters = difflib.SequenceMatcher(None, word.casefold(), candidate.casefold()).ratio()
    if len(word) == len(candidate) > _TOO_SHORT and sum(map(operator.ne, word.casefold(), candidate.casefold())) == 1:
        return max(letters, _NEAR)  # one letter of three is much, and yet a slip
    parts, others = _parts(word), _parts(candidate)
    shared = sum(len(part) for part in parts & others)
    most = sum(map(len, others))
    if parts <= others and most and shared * 2 >= most:  # the rest is left out, as in `memory` for `memoryLimit`
        return max(letters, _NEAR + shared / most * (1 - _NEAR))
    return letters


def _parts(name: str) -> set[str]:
    """The words that a name is made of: `drain` and `seconds` of `drainSeconds`."""
    return {part.casefold() for part in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}
