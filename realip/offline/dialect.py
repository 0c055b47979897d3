"""YAML as the Pulumi engine reads it: YAML 1.2's plain words, so that `on` and `2026-01-01` stay text, and no key twice."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

__all__ = ["Loader", "is_text", "read_yaml"]


class Loader(yaml.SafeLoader):
    """A safe loader with the plain words of YAML 1.2, which refuses a key that a map has already."""

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


_PLAIN = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    "merge": (r"<<", ["<"]),
}
"""Plain words that are no text: what they look like, and their first characters (YAML 1.2.2, core schema)."""

for _tag, (_pattern, _first) in _PLAIN.items():
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)


def is_text(word: str) -> bool:
    """Whether a plain word is read as text."""
    return not any(re.fullmatch(pattern, word) for pattern, _ in _PLAIN.values())


def _whole_number(loader: Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    for prefix, base in (("0o", 8), ("0x", 16)):
        if digits.startswith(prefix):
            return sign * int(digits, base)
    return sign * int(digits)


Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def read_yaml(text: str) -> Any:
    """The value of a YAML document; yaml.YAMLError if it is none."""
    return yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader
