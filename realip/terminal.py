"""Lines of text with styles: in colour and to the width of a terminal, plain and whole in a pipe or a file."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TextIO

__all__ = ["Line", "Node", "Span", "cell", "print_page", "table", "tree"]

_STYLES = {
    "title": "bold",
    "component": "bold cyan",
    "kind": "cyan",
    "name": "bold",
    "decisive": "bold green",
    "later": "yellow",
    "warning": "bold yellow",
    "guide": "dim",
    "aside": "dim",
    "client": "bold magenta",
    "hop": "bold",
    "passed": "dim",
    "added": "green",
    "removed": "red",
    "changed": "yellow",
}
"""What each style looks like in a terminal."""
_STARTS = {"guide", "hop", "passed"}
"""Styles of a line's start under which nothing but guides is written where the line goes on."""
_ASCII = str.maketrans(
    {"├": "|", "└": "`", "│": "|", "─": "-", "●": "*", "○": "o", "·": "-", "→": ">", "✓": "+", "┬": "-", "▸": ">"}
)
"""For a stream that cannot write these characters."""
_FALLBACK_WIDTH = 100
_NARROWEST = 40


@dataclass(frozen=True)
class Span:
    """A piece of text in one style."""

    text: str
    style: str = ""


Line = Sequence[Span]


@dataclass
class Node:
    """A line of a tree, and what hangs below it."""

    line: Line
    children: "list[Node]" = field(default_factory=list)

    def add(self, *line: Span) -> "Node":
        """Hang a line below this one."""
        self.children.append(Node(line))
        return self.children[-1]


def tree(root: Node) -> Iterator[Line]:
    """The lines of a tree, with its guides."""
    yield root.line
    yield from _below(root, "")


def _below(node: Node, indent: str) -> Iterator[Line]:
    for number, child in enumerate(node.children, start=1):
        last = number == len(node.children)
        yield [Span(f"{indent}{'└─ ' if last else '├─ '}", "guide"), *child.line]
        yield from _below(child, f"{indent}{'   ' if last else '│  '}")


def cell(text: object, style: str = "") -> Line:
    """A table's cell."""
    return [Span(str(text), style)]


def table(head: Sequence[str], rows: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """The lines of a table, columns as wide as their widest cell."""
    lines = [[cell(title, "title") for title in head], *rows]
    widths = [max(_length(row[column]) for row in lines) for column in range(len(head))]
    for number, row in enumerate(lines):
        spans: list[Span] = []
        for column, (content, width) in enumerate(zip(row, widths, strict=True)):
            padding = "" if column == len(head) - 1 else " " * (width - _length(content) + 2)
            spans += [*content, Span(padding)]
        yield spans
        if number == 0:
            yield [Span("  ".join("─" * width for width in widths), "guide")]


def print_page(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Print lines: styled and wrapped for a terminal, else as they are, without a control character."""
    stream = stream or sys.stdout
    plain = _plain_writer(stream)
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        stream.writelines(f"{plain(line)}\n" for line in lines)
        return
    # Only a terminal needs it, and it takes a while to load.
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=stream, highlight=False, soft_wrap=True)
    width = max(_NARROWEST, shutil.get_terminal_size((_FALLBACK_WIDTH, 24)).columns)
    for line in lines:
        for part in _wrapped(line, width):
            styled = ((plain([span]), _STYLES.get(span.style, "")) for span in part)
            console.print(Text.assemble(*styled))


def _plain_writer(stream: TextIO) -> "_Plain":
    return _Plain((stream.encoding or "utf-8").lower().replace("-", ""))


class _Plain:
    """The text of a line, without control characters, in an encoding."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding

    def __call__(self, line: Line) -> str:
        text = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for span in line for char in span.text)
        if self._encoding.startswith("utf"):
            return text.rstrip() if len(line) > 1 else text
        return text.translate(_ASCII).encode(self._encoding, "backslashreplace").decode(self._encoding)


def _length(line: Line) -> int:
    return sum(len(span.text) for span in line)


def _wrapped(line: Line, width: int) -> Iterator[Line]:
    """A line in pieces that fit, the later ones under the first one's text."""
    if _length(line) <= width:
        yield line
        return
    start = line[0].text if line and line[0].style in _STARTS else ""
    hang = "".join("│" if char in "│├●○" else " " for char in start) + "  "
    words = [Span(word, span.style) for span in line for word in _words(span.text)]
    current: list[Span] = []
    for word in words:
        if current and _length(current) + len(word.text.rstrip()) > width and len(hang) + len(word.text) <= width:
            yield _joined(current)
            current = [Span(hang, "guide")]
        current.append(word)
    yield _joined(current)


def _joined(spans: Line) -> Line:
    """The same, neighbours of one style made one."""
    return [
        Span("".join(span.text for span in group), style) for style, group in groupby(spans, lambda span: span.style)
    ]


def _words(text: str) -> Iterator[str]:
    """A text in pieces after which it may be broken."""
    start = 0
    for at, char in enumerate(text):
        if char == " " and (at + 1 == len(text) or text[at + 1] != " "):
            yield text[start : at + 1]
            start = at + 1
    if start < len(text):
        yield text[start:]
