"""The size of a YAML document as it is used: a few lines of aliases of aliases make as much as fills the memory."""

import yaml

__all__ = ["size"]

_UNDER_WAY = 0
"""In place of the size of a value that is being counted: met again, it contains itself."""


class _Endless(Exception):
    """A value contains itself."""


def size(root: yaml.Node) -> int | None:
    """How many values a document has once every alias is written out; None for one without end, or too deep to be counted."""
    known: dict[int, int] = {}

    def count(node: yaml.Node) -> int:
        if (seen := known.get(id(node))) is not None:
            if seen == _UNDER_WAY:
                raise _Endless
            return seen
        known[id(node)] = _UNDER_WAY
        inside: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            inside = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            inside = node.value
        known[id(node)] = 1 + sum(map(count, inside))
        return known[id(node)]

    try:
        return count(root)
    except (_Endless, RecursionError):
        return None
