"""The forms in which frameworks write headers and addresses: maps, pairs, lists, lines, chains."""

import json
import re
from collections.abc import Iterator, Sequence

from realip.verify.headers import plain
from realip.verify.ip import parse_endpoint
from realip.verify.listing import listing
from realip.verify.names import SENT

__all__ = ["MOST_HOPS", "address_of", "all_texts", "elements", "merged", "pairs_of", "texts_of"]

MOST_HOPS = 64
"""Elements of a header that are looked at, from the right: more is no path but an attack."""
_VALUES = frozenset(("value", "values"))
"""Names of the value in an object that stands for a header, as in a CloudFront event."""
_DEEPEST_VALUE = 3
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
"""The name of a header in a line."""


def elements(lines: Sequence[str], *, forwarded: bool = False) -> tuple[str, ...]:
    """The elements of a header, of all its lines, from left to right; the last 64."""
    found: list[str] = []
    for line in lines:
        parts = line.rsplit(",", MOST_HOPS)
        found += map(_for, parts) if forwarded else (part.strip() for part in parts)
    return tuple(element for element in found if element)[-MOST_HOPS:]


def _for(element: str) -> str:
    """The `for` of an element of RFC 7239; a text that is no address if it has none."""
    if not element.strip():
        return ""
    for pair in element.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals and name.strip().lower() == "for":
            return value.strip().strip('"')
    return element.strip() if parse_endpoint(element) else "no for="


class _Repeated(list[object]):
    """The values of a name that an object has more than once: several lines of one header, in some echo servers."""


def merged(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object out of its members; the values of a name that comes more than once are kept, in order."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(earlier := found[name], _Repeated):
            earlier.append(value)
        else:
            found[name] = _Repeated([earlier, value])
    return found


def pairs_of(value: object) -> list[tuple[str, object]] | None:
    """The names and values of an object of headers, in any of the forms that frameworks give it; None if it is none."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, str):
        fields = _written(value) if value[:1] == "{" else listing(value)
        return list(fields.items()) if fields else None
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(item, str) for item in value):
        texts = [str(item) for item in value]
        for mark in (":", "="):
            if all(mark in text[1:] and _NAME.match(text.partition(mark)[0]) for text in texts):
                return _grouped((name, rest.strip()) for name, _, rest in (text.partition(mark) for text in texts))
        names, values = texts[::2], texts[1::2]
        # A list of names alone has them in the places of values, too.
        pairs_up = len(names) == len(values) and not any(plain(value) in SENT for value in values)
        return _grouped(zip(names, values, strict=True)) if pairs_up else None
    pairs: list[tuple[str, object]] = []
    for item in value:
        if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
            pairs.append((item[0], item[1]))
        elif isinstance(item, dict):
            fields = {plain(key): inner for key, inner in item.items()}
            name = fields.get("name", fields.get("key"))
            if isinstance(name, str):
                pairs.append((name, fields.get("value", fields.get("values"))))
            else:
                pairs += item.items()
    return _grouped(iter(pairs)) if pairs else None


def _written(text: str) -> dict[str, object] | None:
    """An object that is written as JSON inside a text."""
    try:
        found = json.loads(text, object_pairs_hook=merged)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _grouped(pairs: Iterator[tuple[str, object]]) -> list[tuple[str, object]]:
    """Pairs of one name as one, in order."""
    return list(merged(list(pairs)).items())


def all_texts(value: object, deep: int = _DEEPEST_VALUE) -> list[str]:
    """Every text inside a value, however it is called."""
    if isinstance(value, str):
        return [value]
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inner for text in all_texts(item, deep - 1)] if deep else []


def texts_of(value: object) -> list[str]:
    """The lines of a header: a text, texts in an array, which may be of arrays again, or objects that call it their value."""
    return _texts_of(value, _DEEPEST_VALUE)


def _texts_of(value: object, deep: int) -> list[str]:
    if isinstance(value, str):
        return [value]
    if deep and isinstance(value, dict):
        return _texts_of(next((item for key, item in value.items() if plain(key) in _VALUES), None), deep - 1)
    if deep and isinstance(value, list):
        return [text for item in value[-MOST_HOPS:] for text in _texts_of(item, deep - 1)]
    return []


def address_of(value: object) -> tuple[list[str], bool]:
    """The address or chain that a field holds, and whether it has a socket's port: text, or an address and a port in an array."""
    if isinstance(value, str) and value.strip():
        return list(elements([value])), False
    if (
        isinstance(value, list)
        and len(value) >= 2
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and parse_endpoint(value[0])
    ):
        return [value[0]], True
    return [], False
