"""The line of a finding: looked up only for objects that have one, so that reading stays fast."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import yaml

from realip.audit.objects import Found
from realip.audit.yaml_text import Piece, compose
from realip.errors import InputError

__all__ = ["Lines"]


class Lines:
    """The lines of objects in the texts that they come from."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """`texts`, by the names that places carry."""
        self._texts = texts
        self._starts: dict[str, list[int]] = {}
        self._last: tuple[tuple[str, int], list[yaml.Node]] | None = None

    def of(self, found: Found, path: Sequence[str | int]) -> int | None:
        """The line, from 1, of a path in an object, as deep as the object has it; None where it comes from no text."""
        place = found.place
        text = self._texts.get(place.file)
        if text is None:
            return place.line
        if place.index is None and (line := self._plainly(text, found, path)) is not None:
            return line
        return self._composed(text, found, path) or place.line

    def _plainly(self, text: str, found: Found, path: Sequence[str | int]) -> int | None:
        """The line where the text has the path's last key once, as a key; None where it takes more to tell."""
        place = found.place
        for step in reversed(path):
            if not isinstance(step, str):
                return None
            at = text.find(step, place.start, place.end)
            if at < 0:
                continue
            if text.find(step, at + 1, place.end) >= 0:
                return None
            before = text[text.rfind("\n", 0, at) + 1 : at].strip(" \"'-")
            after = text[at + len(step) : at + len(step) + 3].lstrip("\"' ")
            return self._line(place.file, text, at) if not before and after.startswith(":") else None
        return place.line

    def _line(self, name: str, text: str, at: int) -> int:
        if name not in self._starts:
            ends, end = [], text.find("\n")
            while end >= 0:
                ends.append(end)
                end = text.find("\n", end + 1)
            self._starts[name] = ends
        return bisect_left(self._starts[name], at) + 1

    def node(self, found: Found, path: Sequence[str | int]) -> yaml.Node | None:
        """The node at a path in an object; None where its text has none there."""
        text = self._texts.get(found.place.file)
        node = None if text is None else self._root(text, found)[1]
        for step in path:
            _, node = _step(node, step)
        return node

    def _composed(self, text: str, found: Found, path: Sequence[str | int]) -> int | None:
        base, node = self._root(text, found)
        if node is None:
            return None
        line: int = node.start_mark.line
        for step in path:
            found_key, node = _step(node, step)
            if node is None:
                break
            line = found_key
        return base + line

    def _root(self, text: str, found: Found) -> tuple[int, yaml.Node | None]:
        """The line of an object's text, and its own node."""
        place = found.place
        key = (place.file, place.start)
        if self._last is None or self._last[0] != key:
            try:
                nodes = list(compose(text, Piece(place.start, place.end, 0), place.file))
            except InputError:  # JSON that is no YAML, such as one with surrogates
                nodes = []
            self._last = (key, nodes)
        base = self._line(place.file, text, place.start)
        roots = self._last[1]
        root = next((node for node in roots if base + node.start_mark.line == place.line), roots[0] if roots else None)
        return base, _inside(root, place.index)


def _inside(root: yaml.Node | None, index: int | None) -> yaml.Node | None:
    """The object's own node in its document."""
    if isinstance(root, yaml.SequenceNode):
        return root.value[index or 0] if (index or 0) < len(root.value) else None
    if index is None:
        return root
    _, items = _step(root, "items")
    return items.value[index] if isinstance(items, yaml.SequenceNode) and index < len(items.value) else None


def _step(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node | None]:
    """The line of a key or an item, and its node."""
    if isinstance(node, yaml.MappingNode) and isinstance(step, str):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == step:
                return key.start_mark.line, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return 0, None
