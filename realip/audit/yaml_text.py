"""YAML as Kubernetes reads it (sigs.k8s.io/yaml: YAML 1.1 words, go-yaml v2), fast enough for every object of a large cluster.

A text is cut at its document marks, as kubectl cuts it, and a long list at its items; libyaml composes each piece by itself.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from realip.errors import InputError
from realip.yaml_size import size

__all__ = ["Piece", "compose", "depth_complaint", "documents", "hint", "map_in", "plain_word"]

_MARK = re.compile(r"^---(?=\s|$)[^\n]*$", re.MULTILINE)
_ITEMS = re.compile(r"^items:[ \t]*\n(?=[ ]*- )", re.MULTILINE)
_LIST = re.compile(r"""^kind:[ \t]*["']?List["']?[ \t]*$""", re.MULTILINE)
_LONG = 100_000
"""Letters of a list from which on its items are composed one by one."""
_MOST_VALUES = 200_000
_DEEPEST = 200
"""Levels of a document; those of the deepest definitions of Kubernetes' own are some thirty."""
_INDENTED = re.compile(rf"^[ ?-]{{{_DEEPEST},}}", re.MULTILINE)
_MOST_DIGITS = 4_000
_PLAIN = "plain"
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INTEGERS = (
    (re.compile(r"([-+]?)0[xX]([0-9a-fA-F]+)"), 16),
    (re.compile(r"([-+]?)0[oO]([0-7]+)"), 8),
    (re.compile(r"([-+]?)0[bB]([01]+)"), 2),
    (re.compile(r"([-+]?)0([0-7]+)"), 8),
    (re.compile(r"([-+]?)(0|[1-9][0-9]*)"), 10),
)
_BRACES = re.compile(r"\{\{-?\s*[^\s{}]")
"""The start of an expression of Go's templates; in a flow of YAML a map would be the key of a map there."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_TAG = "tag:yaml.org,2002:"

_Base: Any = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader


class _Composer(_Base):  # type: ignore[misc]  # one of two classes, by what PyYAML was built with
    """Composes nodes; of a scalar it says only whether it is plain."""

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        """No path decides over a tag."""

    def ascend_resolver(self) -> None:
        """No path decides over a tag."""

    def resolve(self, kind: object, value: object, implicit: Any) -> str:
        """`plain` for a word without quotes."""
        del value
        return _PLAIN if kind is yaml.ScalarNode and implicit[0] else ""


class Piece:
    """A part of a text that is composed by itself."""

    __slots__ = ("end", "items", "line", "start", "twice")

    def __init__(self, start: int, end: int, line: int, *, items: bool = False) -> None:
        """`line` counts from 0; `items`: it is an item of a list, in a list of its own."""
        self.start, self.end, self.line, self.items = start, end, line, items
        self.twice: tuple[str, int] | None = None
        """A key that some map in it has twice, and its line from 1."""


def compose(text: str, piece: Piece, name: str) -> Iterator[yaml.Node]:
    """The nodes of a piece's documents; InputError, with the line, for what is no YAML."""
    part = text[piece.start : piece.end]
    if _may_be_deep(part) and (line := _too_deep(part)) is not None:
        raise InputError(depth_complaint(name, piece.line + line + 1))
    loader = _Composer(part)
    try:
        while loader.check_node():
            yield loader.get_node()
    except yaml.YAMLError as error:
        raise InputError(_complaint(error, part, piece, name)) from None
    except RecursionError:
        raise InputError(depth_complaint(name, piece.line + 1)) from None
    finally:
        loader.dispose()


def depth_complaint(name: str, line: int) -> str:
    """The words for a text that goes on too deep, with the line where that begins."""
    return f"{name}, line {line}: is nested too deep to be a Kubernetes object"


def _may_be_deep(text: str) -> bool:
    """Not every text is looked at twice: one without so many brackets, or so long an indentation, cannot be that deep."""
    return text.count("[") + text.count("{") > _DEEPEST or _INDENTED.search(text) is not None


def _too_deep(text: str) -> int | None:
    """The line, from 0, where a text gets deeper than is composed: libyaml's composer calls itself, and the stack ends."""
    depth = 0
    loader = _Composer(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _DEEPEST:
                    return event.start_mark.line if event.start_mark else 0
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        return None  # told when it is composed
    finally:
        loader.dispose()
    return None


def _complaint(error: yaml.YAMLError, part: str, piece: Piece, name: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    template = hint(part)
    if mark is None:  # a letter that YAML does not have
        at = getattr(error, "position", 0)
        return f"{name}, line {piece.line + part.count(chr(10), 0, at) + 1}: is not YAML: {problem}{template}"
    return f"{name}, line {piece.line + mark.line + 1}, column {mark.column + 1}: is not YAML: {problem}{template}"


def hint(text: str) -> str:
    """The remedy for a template, which is no YAML before it is rendered; empty for another text."""
    return (
        "; it is a template: render it first, with `helm template` or what else makes YAML of it"
        if _BRACES.search(text)
        else ""
    )


def documents(text: str, name: str) -> Iterator[tuple[Any, int, Piece]]:
    """Each document as plain values, its line from 1, and its piece; the items of a long list come one by one."""
    for piece in _documents(text):
        if piece.end - piece.start > _LONG and (cut := _items(text, piece)):
            try:
                found = [entry for part in cut for entry in _values(text, part, name)]
            except InputError:
                found = list(_values(text, piece, name))
            yield from found
        else:
            yield from _values(text, piece, name)


def map_in(text: str) -> Mapping[str, Any]:
    """The map that a value of an object has as YAML, such as a file in a ConfigMap; empty where it has another thing, or none.

    Whoever may write one object must not end the audit of all: it is read as warily as the object itself.
    """
    try:
        value, _, _ = next(documents(text, ""), (None, 0, None))
    except InputError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _values(text: str, piece: Piece, name: str) -> Iterator[tuple[Any, int, Piece]]:
    aliases = "*" in text[piece.start : piece.end]
    again: list[tuple[str, int]] = []
    for node in compose(text, piece, name):
        if aliases:
            _refuse_bomb(node, name)
        try:
            value = _build(node, again)
        except (RecursionError, ValueError) as error:
            what = str(error) if isinstance(error, ValueError) else "a value contains itself"
            what += hint(text[piece.start : piece.end])
            line = error.line if isinstance(error, _KeyIsNoText) else node.start_mark.line
            raise InputError(f"{name}, line {piece.line + line + 1}: {what}") from None
        if again:
            piece.twice = again[0][0], piece.line + again[0][1] + 1
        if piece.items and isinstance(value, list) and isinstance(node, yaml.SequenceNode):
            for item, inner in zip(value, node.value, strict=True):
                yield item, piece.line + inner.start_mark.line + 1, piece
        else:
            yield value, piece.line + node.start_mark.line + 1, piece


def _documents(text: str) -> Iterator[Piece]:
    """The text cut at the lines that start a document."""
    start, line, seen = 0, 0, 0
    for mark in _MARK.finditer(text):
        # What stands before the mark before this one is known to be nothing, or comments.
        between = text[seen : mark.start()]
        if between.strip() and not _directives(between):
            yield Piece(start, mark.start(), line)
            line += text.count("\n", start, mark.start())
            start = mark.start()
        seen = mark.start()
    yield Piece(start, len(text), line)


def _directives(text: str) -> bool:
    """Nothing but comments and directives, which belong to the document after the mark."""
    lines = [line for line in text.splitlines() if line.strip()]
    return all(line.startswith(("#", "%", "---")) for line in lines)


def _items(text: str, piece: Piece) -> list[Piece]:
    """The pieces of a list, cut at its items where they stand as kubectl and editors write them; none where they do not."""
    start = _ITEMS.search(text, piece.start, piece.end)
    if start is None or _LIST.search(text, piece.start, piece.end) is None:
        return []
    first = start.end()
    indent = " " * (len(text[first : first + 200]) - len(text[first : first + 200].lstrip(" ")))
    item = re.compile(rf"^{indent}- ", re.MULTILINE)
    last = re.compile(r"^[^\s#-]" if not indent else r"^[^\s#]", re.MULTILINE).search(text, first, piece.end)
    end = last.start() if last else piece.end
    cuts = [found.start() for found in item.finditer(text, first, end)]
    pieces, line = [], piece.line + text.count("\n", piece.start, first)
    for begin, stop in zip(cuts, [*cuts[1:], end], strict=True):
        pieces.append(Piece(begin, stop, line, items=True))
        line += text.count("\n", begin, stop)
    return pieces


def _build(node: yaml.Node, again: list[tuple[str, int]]) -> Any:
    """A node's value; `again` gets the keys that a map has twice, each with its line in the piece."""
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, again) for item in node.value]
    made: dict[Any, Any] = {}
    own: set[str] = set()  # a key that was merged in may come again
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _KeyIsNoText(key_node.start_mark.line)
        key = _scalar(key_node)
        if key == "<<" and key_node.tag == _PLAIN:
            for merged in value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]:
                other = _build(merged, again)
                if isinstance(other, dict):
                    made = {**other, **made}
            continue
        name = key if isinstance(key, str) else _key(key)
        if name in own:
            again.append((name, key_node.start_mark.line))
        own.add(name)
        made[name] = _build(value_node, again)
    return made


class _KeyIsNoText(ValueError):
    """A key that JSON cannot have."""

    def __init__(self, line: int) -> None:
        super().__init__("a key is a list or a map, which no Kubernetes object has")
        self.line = line


def _key(key: bool | int | float | None) -> str:
    """A map's key as JSON has it."""
    if isinstance(key, bool) or key is None:
        return {True: "true", False: "false", None: "null"}[key]
    return str(key)


_known: dict[str, Any] = dict(_WORDS)
_MOST_KNOWN = 50_000


def _scalar(node: yaml.ScalarNode) -> Any:
    value, tag = node.value, node.tag
    if tag == _PLAIN:
        try:
            return _known[value]
        except KeyError:
            found = plain_word(value)
            if len(_known) < _MOST_KNOWN:
                _known[value] = found
            return found
    if tag == f"{_TAG}str" or not tag or not tag.startswith(_TAG):
        return value
    return _tagged(value, tag.removeprefix(_TAG))


def _tagged(value: str, tag: str) -> Any:
    found = plain_word(value)
    kinds = {"bool": bool, "int": int, "float": (int, float), "null": type(None)}
    if tag in kinds:
        if not isinstance(found, kinds[tag]):  # type: ignore[arg-type]
            raise ValueError(f"{value!r} is no !!{tag}")
        return float(found) if tag == "float" else found
    return value


def plain_word(word: str) -> Any:
    """The value of a word without quotes."""
    if word in _WORDS:
        return _WORDS[word]
    if not word[:1] or word[0] not in "-+.0123456789":
        return word
    if _DATE.match(word):
        try:
            return f"{date.fromisoformat(word)}T00:00:00Z"
        except ValueError:
            return word
    if len(word) > _MOST_DIGITS and word.strip("-+._0123456789abcdefABCDEFxXoO") == "":
        raise ValueError(f"a number has {len(word)} digits, which none in a Kubernetes object has")
    plain = word.replace("_", "")
    for pattern, base in _INTEGERS:
        if found := pattern.fullmatch(plain):
            return int(f"{found[1]}{found[2]}", base)
    if _FLOAT.fullmatch(plain):
        return float(plain)
    return word


def _refuse_bomb(root: yaml.Node, name: str) -> None:
    """Refuse a document that grows beyond measure once its aliases are written out."""
    values = size(root)
    if values is None or values > _MOST_VALUES:
        raise InputError(
            f"{name}, line {root.start_mark.line + 1}: an alias leads back to itself, or to too many values"
        )
