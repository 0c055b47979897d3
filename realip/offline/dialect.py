"""YAML as the Pulumi engine reads it (go-yaml v3, then JSON), and no key twice.

What the engine hands over as something that nobody would expect, such as a date, is refused. A table made by the engine's own
loader holds it: tests/offline/loader_table.json.
"""

import math
import re
from collections.abc import Callable, Hashable
from typing import Any

import yaml

__all__ = ["Loader", "is_text", "number", "read_yaml"]


class Loader(yaml.SafeLoader):
    """A safe loader with the engine's plain words, which refuses a key that a map has already."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the base class has it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The map of a node."""
        seen = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != "tag:yaml.org,2002:merge":
                if key_node.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"has the key {key_node.value!r} twice", key_node.start_mark
                    )
                seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


_WORDS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "merge": (r"<<", ["<"]),
}
"""Plain words that are no text: what they look like, and their first characters."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGERS = (
    (re.compile(r"0[bB]([01]+)"), 2),
    (re.compile(r"0[oO]([0-7]+)"), 8),
    (re.compile(r"0[xX]([0-9a-fA-F]+)"), 16),
    (re.compile(r"0([0-7]+)"), 8),
    (re.compile(r"(0|[1-9][0-9]*)"), 10),
)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_SIGN_BEHIND_BASE = re.compile(r"(0[bo])([-+])([0-9]+)")
"""go-yaml takes `0b-11` for -3."""
_LARGEST = 2**64
_WHOLE_UP_TO = 1e21
"""Below, JSON writes a whole float as an integer, as Go does."""


def number(word: str) -> int | float | None:
    """The number that a plain word is to the engine (go-yaml v3, then JSON); None for one that is text.

    `0120` is octal, `8_0` is 80, `80.0` and `1e3` are whole, `1e400` is text.
    """
    if not word or word[0] not in "-+.0123456789":
        return None
    # Go's own rule for a word that starts with a dot: an underscore stands between digits.
    plain = _BETWEEN_DIGITS.sub("", word) if word.startswith(".") else word.replace("_", "")
    sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain.removeprefix("+"))
    if late := _SIGN_BEHIND_BASE.fullmatch(plain):
        sign, digits = (-1 if late[2] == "-" else 1), late[1] + late[3]
    for pattern, base in _INTEGERS:
        if (found := pattern.fullmatch(digits)) and -_LARGEST // 2 <= sign * int(found[1], base) < _LARGEST:
            return sign * int(found[1], base)
    if not _FLOAT.fullmatch(plain) or math.isinf(value := float(plain)):
        return None
    return int(value) if value.is_integer() and abs(value) < _WHOLE_UP_TO else value


class _Numbers:
    """A pattern as PyYAML asks it: whether a word is a number."""

    @staticmethod
    def match(word: str) -> bool:
        """The word is a number."""
        return number(word) is not None


for _tag, (_pattern, _first) in _WORDS.items():
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)
Loader.add_implicit_resolver("tag:yaml.org,2002:int", _Numbers, list("-+.0123456789"))
Loader.add_implicit_resolver("!date", re.compile(rf"(?:{_DATE.pattern})\Z"), list("0123456789"))
Loader.add_implicit_resolver("!endless", re.compile(rf"(?:{_ENDLESS.pattern})\Z"), list("-+."))


def is_text(word: str) -> bool:
    """A plain word is read as text."""
    odd = _DATE.fullmatch(word) or _ENDLESS.fullmatch(word) or number(word) is not None
    return not odd and not any(re.fullmatch(pattern, word) for pattern, _ in _WORDS.values())


def _number(loader: Loader, node: yaml.ScalarNode) -> int | float:
    word = loader.construct_scalar(node)
    if (value := number(word)) is None:
        raise yaml.constructor.ConstructorError(None, None, f"{word!r} is no number", node.start_mark)
    return value


def _refused(why: str) -> Callable[[Loader, yaml.Node], Any]:
    def refuse(_: Loader, node: yaml.Node) -> Any:
        word = node.value if isinstance(node, yaml.ScalarNode) else node.tag
        raise yaml.constructor.ConstructorError(None, None, f"{word!r} {why}", node.start_mark)

    return refuse


def _word(loader: Loader, node: yaml.ScalarNode) -> Any:
    """`true`, `null` and their spellings; a tag puts no other word among them."""
    tag, word = node.tag.rpartition(":")[2], loader.construct_scalar(node)
    if not re.fullmatch(_WORDS[tag][0], word):
        raise yaml.constructor.ConstructorError(None, None, f"{word!r} is no {tag}", node.start_mark)
    return None if tag == "null" else word.lower() == "true"


def _text(loader: Loader, node: yaml.ScalarNode) -> str:
    """`<<`, which merges as a key, and is text everywhere else."""
    return str(loader.construct_scalar(node))


for _tag in ("bool", "null"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _word)
Loader.add_constructor("tag:yaml.org,2002:merge", _text)
for _tag in ("int", "float"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _number)
Loader.add_constructor("!date", _refused("is a date to the engine, which hands over another text; put it in quotes"))
Loader.add_constructor("!endless", _refused("is a number that the engine cannot hand over; put it in quotes"))
for _tag in ("binary", "set", "omap", "pairs", "timestamp"):
    Loader.add_constructor(
        f"tag:yaml.org,2002:{_tag}",
        _refused(f"has the tag !!{_tag}, which the engine reads otherwise; leave the tag out"),
    )


def read_yaml(text: str) -> Any:
    """The value of a YAML document; yaml.YAMLError if it is none."""
    return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader
