"""Pages: lines and tables in colour and to the width of a terminal; plain in a pipe or a file, where lines stay whole."""

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import TextIO

from realip import streams
from realip.text_width import clipped, hard_pieces, width, words

__all__ = ["Line", "Node", "Span", "Table", "cell", "live", "print_page", "tree"]

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
    "good": "green",
    "bad": "red",
    "doubtful": "yellow",
    "good verdict": "bold green",
    "bad verdict": "bold red",
    "doubtful verdict": "bold yellow",
}
"""How each style looks in a terminal."""
_STARTS = {"guide", "hop", "passed"}
"""Styles of a line's start under which nothing but guides is written where the line goes on."""
_ASCII = str.maketrans(
    {"├": "|", "└": "`", "│": "|", "─": "-", "●": "*", "○": "o", "·": "-", "→": ">", "✓": "+", "┬": "-", "▸": ">"}
    | {"…": "."}
)
"""For a stream that cannot write these characters."""
_WIDTH = 80
"""Columns where nothing says how many there are, and of a table in a pipe or a file."""
_NARROWEST = 40
_GAP = 2
"""Columns between those of a table."""
_NARROWEST_COLUMN = 6
_SHORT = 12
"""A column of at most this width stays whole as long as others can give way."""
_SAMPLE = 100
"""Rows of a longer table by which its columns are measured out."""
_HANG = "  "
"""The indentation of a line that goes on."""


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


@dataclass(frozen=True)
class Table:
    """Rows under titles. Columns are as wide as their widest cell; where that is too wide, cells go on in a further line."""

    head: Sequence[str]
    rows: Sequence[Sequence[Line]]
    numbers: frozenset[int] = frozenset()
    """The columns that stand to the right."""

    def lines(self, most: int) -> Iterator[Line]:
        """The table in lines of at most so many columns, as far as that goes."""
        rows = [[cell(title, "title") for title in self.head], *self.rows]
        widths = self._widths(rows, most)
        for number, row in enumerate(rows):
            pieces = [list(_folded(content, size)) for content, size in zip(row, widths, strict=True)]
            for at in range(max(map(len, pieces))):
                yield self._line([each[at] if at < len(each) else [] for each in pieces], widths)
            if number == 0:
                yield [Span((" " * _GAP).join("─" * size for size in widths), "guide")]

    def _line(self, contents: Sequence[Line], widths: Sequence[int]) -> Line:
        spans: list[Span] = []
        for column, (content, size) in enumerate(zip(contents, widths, strict=True)):
            padding, last = Span(" " * (size - _length(content))), column == len(widths) - 1
            gap = [] if last else [Span(" " * _GAP)]
            spans += (
                [padding, *content, *gap] if column in self.numbers else [*content, *([] if last else [padding]), *gap]
            )
        return spans

    @staticmethod
    def _widths(rows: Sequence[Sequence[Line]], most: int) -> list[int]:
        """The columns' widths: those that lose least by it give way, and only then the widest break words."""
        columns = list(zip(*rows, strict=True))
        sizes = [max(_length(content) for content in column) for column in columns]
        if sum(sizes) + _GAP * (len(sizes) - 1) <= most:
            return sizes
        longest = [
            max((width(word.text.rstrip()) for content in column for word in _pieces(content)), default=0)
            for column in columns
        ]
        lengths = [[_length(content) for content in row] for row in rows[:: 1 + len(rows) // _SAMPLE]]
        whole = [max(word, min(_SHORT, size)) for word, size in zip(longest, sizes, strict=True)]
        for least in (whole, longest, [min(_NARROWEST_COLUMN, size) for size in sizes]):
            while sum(sizes) + _GAP * (len(sizes) - 1) > most:
                wider = [at for at, floor in enumerate(least) if sizes[at] > floor]
                if not wider:
                    break
                height = {at: _height(lengths, _narrowed(sizes, at)) if least is whole else 0 for at in wider}
                sizes[min(wider, key=lambda at: (height[at], -sizes[at]))] -= 1
        return sizes


def _narrowed(sizes: Sequence[int], at: int) -> list[int]:
    return [size - (number == at) for number, size in enumerate(sizes)]


def _height(rows: Sequence[Sequence[int]], sizes: Sequence[int]) -> int:
    """About how many lines rows take, whose cells have these lengths, in columns of these sizes."""
    return sum(max(-(-length // size) for length, size in zip(row, sizes, strict=True)) for row in rows)


def print_page(page: Iterable[Line | Table], stream: TextIO | None = None, *, code: int = 0) -> int:
    """Write a page to a stream, standard output by default: styled and wrapped for a terminal, else without a control character.

    Gives the exit code: the one that was given, or streams.CANNOT_WRITE.
    """
    out = stream or sys.stdout
    text = _styled(page, out) if out.isatty() and os.environ.get("TERM") != "dumb" else _unstyled(page, out)
    if stream is None:
        return streams.put(text, code)
    stream.write(text)
    return code


def _unstyled(page: Iterable[Line | Table], stream: TextIO) -> str:
    plain, columns = _plain_writer(stream), _columns()
    lines = (line for part in page for line in (part.lines(columns) if isinstance(part, Table) else [part]))
    return "".join(f"{plain(line)}\n" for line in lines)


def _styled(page: Iterable[Line | Table], stream: TextIO) -> str:
    # Only a terminal needs it, and it takes a while to load.
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    plain, columns = _plain_writer(stream), _columns()
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, highlight=False, soft_wrap=True, width=columns)
    for part in page:
        for whole in part.lines(columns) if isinstance(part, Table) else [part]:
            for line in _wrapped(plain.spans(whole), columns):
                console.print(Text.assemble(*((span.text, _STYLES.get(span.style, "")) for span in line)))
    return text.getvalue()


def _columns() -> int:
    return max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 24)).columns)


@contextmanager
def live() -> Iterator[Callable[[str], None]]:
    """A function to call with what goes on: one line on standard error that changes, and is gone at the end of the block.

    Silent where that is no terminal.
    """
    stream = sys.stderr
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    plain, clear = _plain_writer(stream), "\r\x1b[2K"

    def write(text: str) -> None:
        with suppress(OSError, ValueError):  # nobody looks any more
            stream.write(text)
            stream.flush()

    def say(words: str) -> None:
        write(f"{clear}{clipped(plain([Span(words)]), _columns() - 1)}")

    try:
        yield say
    finally:
        write(clear)


def _plain_writer(stream: TextIO) -> "_Plain":
    return _Plain((stream.encoding or "utf-8").lower().replace("-", ""))


class _Plain:
    """The text of a line, without control characters, in an encoding."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding

    def __call__(self, line: Line) -> str:
        text = "".join(span.text for span in self.spans(line))
        return text.rstrip() if len(line) > 1 else text

    def spans(self, line: Line) -> Line:
        return [Span(self._text(span.text), span.style) for span in line]

    def _text(self, text: str) -> str:
        if not text.isprintable():
            text = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
        if self._encoding.startswith("utf"):
            return text
        return text.translate(_ASCII).encode(self._encoding, "backslashreplace").decode(self._encoding)


def _length(line: Line) -> int:
    return sum(width(span.text) for span in line)


def _pieces(line: Line) -> list[Span]:
    """A line in pieces after which it may be broken."""
    return [Span(word, span.style) for span in line for word in words(span.text)]


def _folded(content: Line, most: int) -> Iterator[Line]:
    """A cell in lines of at most so many columns; longer words are broken."""
    current: list[Span] = []
    for word in _pieces(content):
        if current and _length(current) + width(word.text.rstrip()) > most:
            yield _stripped(current)
            current = []
        *whole, rest = hard_pieces(word.text, most)
        yield from ([Span(part, word.style)] for part in whole)
        current.append(Span(rest, word.style))
    yield _stripped(current)


def _wrapped(line: Line, most: int) -> Iterator[Line]:
    """A line in pieces that fit, the later ones under the first one's text; a word that is longer than a line stays whole."""
    if _length(line) <= most:
        yield line
        return
    start = line[0].text if line[0].style in _STARTS else ""
    rest = "".join(span.text for span in line).removeprefix(start)
    start += rest[: len(rest) - len(rest.lstrip(" "))]
    hang = "".join("│" if char in "│├●○" else " " * width(char) for char in start) + _HANG
    current: list[Span] = []
    for word in _pieces(line):
        size = width(word.text.rstrip())
        if current and _length(current) + size > most and len(hang) + size <= most:
            yield _stripped(current)
            current = [Span(hang, "guide")]
        current.append(word)
    yield _stripped(current)


def _stripped(spans: Sequence[Span]) -> Line:
    """The same without blanks at its end, neighbours of one style made one."""
    joined = [
        Span("".join(span.text for span in group), style) for style, group in groupby(spans, lambda span: span.style)
    ]
    if joined:
        joined[-1] = Span(joined[-1].text.rstrip(), joined[-1].style)
    return joined
