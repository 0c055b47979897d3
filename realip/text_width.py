"""How many columns text takes on a terminal, where Chinese characters take two, and where it may be broken."""

from collections.abc import Iterator
from unicodedata import combining, east_asian_width

__all__ = ["clipped", "hard_pieces", "padded", "width", "words"]

_NEVER_FIRST = "，。、；：？！）》」』】”’…,.;:?!)"
"""Characters with which no line begins."""
_NEVER_LAST = "（《「『【“‘("
"""Characters with which no line ends."""

_JOINTS = "-/_"
"""Characters behind which a long word is broken rather than elsewhere."""


def width(text: str) -> int:
    """The columns that a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def padded(text: str, columns: int) -> str:
    """The text with blanks after it, so that it takes at least so many columns."""
    return text + " " * (columns - width(text))


def words(text: str) -> Iterator[str]:
    """A text in pieces after which it may be broken: at blanks, and between Chinese characters."""
    start = 0
    for at in range(1, len(text)):
        if _breaks(text[at - 1], text[at]):
            yield text[start:at]
            start = at
    if start < len(text):
        yield text[start:]


def _breaks(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if after == " " or after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return _columns(before) == 2 or _columns(after) == 2


def hard_pieces(text: str, most: int) -> list[str]:
    """A word in pieces of at most so many columns; at least one, and none empty but that of an empty word.

    Where a joint is, such as a hyphen, it is broken behind that.
    """
    pieces, start, taken = [], 0, 0
    for at, character in enumerate(text):
        size = width(character)
        if at > start and character != " " and taken + size > most:
            joint = max(text.rfind(each, start, at) for each in _JOINTS) + 1
            end = joint if joint > start else at
            pieces.append(text[start:end])
            start, taken = end, width(text[end:at])
        taken += size
    return [*pieces, text[start:]]


def clipped(text: str, most: int) -> str:
    """As much of a text as takes so many columns."""
    return hard_pieces(text, most)[0] if width(text) > most else text
