"""Text answers: one bare address or chain, a listing of names and values, or prose, which proves nothing."""

import re

from realip.verify.ip import parse_endpoint

__all__ = ["bare", "listing"]

_LONGEST_NAME = 60
_MOST_WORDS = 3
_MOST_ELEMENTS = 64
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. []")
_HEADINGS = "headers"
_SERVED = "Request served by "
"""The first line of an echo server that many use as an image; the name of its pod follows."""
_ASSIGNMENT = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_.-]{0,59})=(?:\"(?P<quoted>[^\"\n]*)\"|(?P<value>[^\s\"]*))(?:\s+|\Z)"
)
"""One of the pairs of logfmt, which stand in one line."""


def bare(text: str) -> list[str] | None:
    """The elements of text that is nothing but addresses, with commas or lines between them; None if it is more."""
    text = text.strip().removeprefix('"').removesuffix('"')
    found = [element.strip() for line in text.splitlines() for element in line.rsplit(",", _MOST_ELEMENTS)]
    found = [element for element in found if element]
    if not found or len(found) > _MOST_ELEMENTS or not all(parse_endpoint(element) for element in found):
        return None
    return found


def listing(text: str) -> dict[str, object] | None:
    """The values of a listing by name, those under a heading of headers in an object of their own; None if it is none.

    A listing is text of which every line is `Name: value`, `name=value`, `[NAME] => value`, a heading, or a request's
    first line. One line of anything else makes it prose: a page that refuses a visitor may quote his address too.
    """
    fields: dict[str, object] = {}
    headers: dict[str, object] = {}
    place = fields
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) == 1 and (pairs := _log_line(lines[0])):
        return pairs
    for line in lines:
        if not line or (line[0] == line[-1] == "-") or line in {"Array", "(", ")"} or _request_line(line):
            continue
        if line.startswith(_SERVED) and " " not in line.removeprefix(_SERVED):
            fields["hostname"] = line.removeprefix(_SERVED)
            continue
        name, value = _split(line)
        if name is None:
            return None
        if value:
            _add(place, name, value)
        else:
            place = headers if _HEADINGS in name.lower() else fields
    if headers:
        fields[_HEADINGS] = headers
    return fields or None


def _log_line(line: str) -> dict[str, object] | None:
    """The pairs of a line of logfmt, None if it is none."""
    fields: dict[str, object] = {}
    at = 0
    while at < len(line):
        pair = _ASSIGNMENT.match(line, at)
        if pair is None:
            return None
        _add(fields, pair["name"], pair["quoted"] if pair["value"] is None else pair["value"])
        at = pair.end()
    return fields if len(fields) > 1 else None


def _request_line(line: str) -> bool:
    words = line.split(" ")
    return len(words) == 3 and words[2].startswith("HTTP/") and words[0].isupper()


def _split(line: str) -> tuple[str | None, str]:
    """The name and value of a line; no name if it is prose."""
    if line[0] == "[" and line[-1] == "]":
        # A section, as TOML and INI have it.
        return line.strip("[]"), ""
    arrow = line.find(" => ")
    marks = [at for at in (line.find(":"), line.find("=")) if at > 0]
    if arrow > 0:
        name, value = line[:arrow], line[arrow + 4 :]
    elif marks:
        name, value = line[: min(marks)], line[min(marks) + 1 :]
    else:
        return None, ""
    name = name.strip().strip("[]").strip()
    if not 0 < len(name) <= _LONGEST_NAME or not set(name) <= _NAME or name.count(" ") >= _MOST_WORDS:
        return None, ""
    return name, _unquoted(value.strip())


def _unquoted(value: str) -> str:
    """A value without the quotes that YAML, TOML and shells put around it."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _add(place: dict[str, object], name: str, value: str) -> None:
    """Lines of one name are kept apart, in order."""
    earlier = place.get(name)
    if earlier is None:
        place[name] = value
    elif isinstance(earlier, list):
        earlier.append(value)
    else:
        place[name] = [earlier, value]
