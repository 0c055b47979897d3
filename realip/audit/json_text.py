"""JSON documents one after another, with the place of each; the items of a list come one by one."""

import json
import re
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

from realip.audit.yaml_text import Piece, depth_complaint
from realip.errors import InputError

__all__ = ["documents", "is_json"]

_BLANK = re.compile(r"[ \t\r\n]*")
_scan = json.JSONDecoder().raw_decode


def is_json(text: str) -> bool:
    """A text that can only be JSON, or flow YAML."""
    return text[:1] in "{[" or text.lstrip()[:1] in ("{", "[")


def documents(text: str, name: str) -> Iterator[tuple[Any, int, Piece]]:
    """Each document, its line from 1, and its piece. InputError, with the line, for what is no JSON."""
    lines = _Lines(text)
    again: list[str] = []
    at = _past_blanks(text, 0)
    try:
        while at < len(text):
            listed = _list(text, at)
            if listed is not None:
                at = yield from _items(text, listed, lines)
            else:
                value, end = _read(text, at, again)
                yield value, lines.of(at), _piece(at, end, lines.of(at), again)
                at = end
            at = _past_blanks(text, at)
    except json.JSONDecodeError as error:
        raise InputError(f"{name}, line {error.lineno}, column {error.colno}: is not JSON: {error.msg}") from None
    except RecursionError:
        raise InputError(depth_complaint(name, lines.of(at))) from None
    except ValueError:  # Python reads no number of thousands of digits
        raise InputError(
            f"{name}, line {lines.of(at)}: a number has more digits than any in a Kubernetes object"
        ) from None


def _read(text: str, at: int, again: list[str]) -> tuple[Any, int]:
    """The value at a position, and where it ends; `again` gets the keys that an object in it has twice."""

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            again.append(next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))
        return found

    value, end = json.JSONDecoder(object_pairs_hook=made).raw_decode(text, at)
    return value, end


def _piece(start: int, end: int, line: int, again: list[str]) -> Piece:
    piece = Piece(start, end, line - 1)
    if again:
        piece.twice = again.pop(), line
        again.clear()
    return piece


class _Lines:
    """Line numbers of growing positions."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def of(self, at: int) -> int:
        """The line of a position, from 1."""
        if at < self._at:
            return self._text.count("\n", 0, at) + 1
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line


def _past_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _list(text: str, at: int) -> int | None:
    """The start of the first item of a `List` object that begins here; None where none does."""
    if text[at] != "{":
        return None
    at = _past_blanks(text, at + 1)
    try:
        while text[at : at + 1] == '"':
            key, at = _scan(text, at)
            at = _past_blanks(text, at)
            if text[at : at + 1] != ":":
                return None
            at = _past_blanks(text, at + 1)
            if key == "items":
                return at if _kinds_of_their_own(text, at) else None
            if text[at : at + 1] == "{" and key != "metadata":
                return None
            _, at = _scan(text, at)
            at = _past_blanks(text, at)
            if text[at : at + 1] != ",":
                return None
            at = _past_blanks(text, at + 1)
    except (ValueError, RecursionError):
        return None
    return None


def _kinds_of_their_own(text: str, at: int) -> bool:
    """A list at that position whose items say what they are; an API server's answer has the kind on the list alone."""
    if text[at : at + 1] != "[":
        return False
    first = _past_blanks(text, at + 1)
    if text[first : first + 1] != "{":
        return text[first : first + 1] == "]"
    value, _ = _scan(text, first)
    return isinstance(value, dict) and "kind" in value


def _items(text: str, at: int, lines: _Lines) -> Generator[tuple[Any, int, Piece], None, int]:
    """The items of the list at a position; gives the position after the object that it is in."""
    again: list[str] = []
    at = _past_blanks(text, at + 1)
    while text[at : at + 1] != "]":
        value, end = _read(text, at, again)
        line = lines.of(at)
        yield value, line, _piece(at, end, line, again)
        at = _past_blanks(text, end)
        if text[at : at + 1] == ",":
            at = _past_blanks(text, at + 1)
        elif text[at : at + 1] != "]":
            raise json.JSONDecodeError("the list of items does not end", text, at)
    return _past_rest(text, at + 1)


def _past_rest(text: str, at: int) -> int:
    """The position after an object, from the end of one of its values on: what follows is not looked at, and has to be whole."""
    at = _past_blanks(text, at)
    while text[at : at + 1] == ",":
        at = _past_blanks(text, at + 1)
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        _, at = _scan(text, at)
        at = _past_blanks(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
        _, at = _scan(text, _past_blanks(text, at + 1))
        at = _past_blanks(text, at)
    if text[at : at + 1] != "}":
        raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
    return at + 1
