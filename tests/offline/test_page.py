"""On a terminal the pages have colour and keep to its width; everywhere else they are plain."""

import fcntl
import io
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

import pytest

from realip.terminal import Node, Span, Table, cell, live, print_page, tree
from realip.text_width import width
from tests.offline.running import Realip

ROOT = Path(__file__).resolve().parents[2]
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """A stream that says it is one."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "44")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def test_a_terminal_gets_colour_and_lines_that_fit_under_their_guides(terminal: Terminal) -> None:
    root = Node([Span("root", "component")])
    first = root.add(Span("first", "kind"), Span(" one two three four five six seven eight nine ten", "aside"))
    first.add(Span("deep", "decisive"), Span(" alpha beta gamma delta epsilon zeta eta theta iota kappa"))
    root.add(Span("unbreakable-" * 6))
    print_page(tree(root), terminal)
    text = terminal.getvalue()
    assert "\x1b[1;36mroot" in text
    assert "\x1b[1;32mdeep" in text
    assert ESCAPE.sub("", text).splitlines() == [
        "root",
        "├─ first one two three four five six seven",
        "│    eight nine ten",
        "│  └─ deep alpha beta gamma delta epsilon",
        "│       zeta eta theta iota kappa",
        f"└─ {'unbreakable-' * 6}",
    ]


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_people_who_want_no_colour_get_none(
    name: str, value: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    print_page([[Span("title", "title"), Span(" and a name", "client")]], terminal)
    assert "title and a name" in ESCAPE.sub("", terminal.getvalue())
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", terminal.getvalue())


def test_markup_in_a_value_is_text(terminal: Terminal) -> None:
    print_page([[Span("[bold]not bold[/bold]")]], terminal)
    assert terminal.getvalue() == "[bold]not bold[/bold]\n"


@pytest.mark.parametrize("isatty", [True, False])
def test_a_control_character_in_a_value_never_reaches_the_terminal(isatty: bool, terminal: Terminal) -> None:
    stream = terminal if isatty else io.StringIO()
    print_page([[Span("a\x1b]0;title\x07b\rc")]], stream)
    assert stream.getvalue() == "a\\x1b]0;title\\x07b\\x0dc\n"


def on_a_terminal(project: Path, columns: int, *arguments: str) -> list[str]:
    """The lines that a command shows on a terminal of so many columns, with their colours."""
    child, descriptor = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.chdir(project)
        environment = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        os.execve(  # noqa: S606 - the command line itself, on the terminal that was made
            sys.executable, [sys.executable, "-m", "realip", *arguments], environment
        )
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    said = b""
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(descriptor)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return said.decode().replace("\r\n", "\n").split("\n")


@pytest.mark.parametrize(
    ("columns", "arguments"),
    [
        (80, ("preview",)),
        (80, ("preview", "globalrouter-nondirect-native", "--lang", "zh")),
        (72, ("preview", "globalrouter-nondirect-native")),
        (80, ("scenarios",)),
        (80, ("scenarios", "--lang", "zh")),
        (80, ("diff", "vpc-cni-direct-native", "vpc-cni-nondirect-native", "--lang", "zh")),
    ],
)
def test_a_report_on_a_real_terminal_keeps_to_its_width(
    columns: int, arguments: tuple[str, ...], project: Path
) -> None:
    coloured = on_a_terminal(project, columns, *arguments)
    assert any("\x1b[" in line for line in coloured)
    lines = [ESCAPE.sub("", line) for line in coloured]
    breakable = [line for line in lines if max(map(len, line.split()), default=0) < columns - 22]
    assert len(breakable) > 0.8 * len(lines)
    assert max(map(width, breakable)) <= columns


def test_a_table_gives_way_in_its_widest_column_and_keeps_every_word() -> None:
    table = Table(("count", "name", "why"), [[cell(7), cell("web"), cell("alpha beta gamma delta")]], frozenset({0}))
    assert ["".join(span.text for span in line).rstrip() for line in table.lines(26)] == [
        "count  name  why",
        "─────  ────  ─────────────",
        "    7  web   alpha beta",
        "             gamma delta",
    ]
    narrow = ["".join(span.text for span in line) for line in table.lines(12)]
    assert "".join("".join(narrow).split()).count("alpha") == 1


def test_a_line_that_goes_on_stands_under_its_own_beginning(terminal: Terminal) -> None:
    print_page([[Span("    spec.type: ", "aside"), Span("alpha beta gamma delta epsilon zeta eta theta")]], terminal)
    assert ESCAPE.sub("", terminal.getvalue()).splitlines() == [
        "    spec.type: alpha beta gamma delta",
        "      epsilon zeta eta theta",
    ]


def test_one_long_cell_takes_no_room_from_the_sentences_beside_it() -> None:
    sentence = "a sentence that says what the answer means, in so many words"
    rows = [[cell("layer"), cell(str(number)), cell(sentence)] for number in range(6)]
    table = Table(("", "", ""), [*rows, [cell("zones"), cell("alpha, beta, gamma, delta, epsilon"), cell("all")]])
    lines = list(table.lines(60))
    assert all(width("".join(span.text for span in line)) <= 60 for line in lines)
    assert len(lines) <= 2 + 6 * 2 + 4  # columns that give way by turns would make three lines of each sentence


def test_a_name_that_its_column_is_too_narrow_for_is_broken_at_a_hyphen() -> None:
    table = Table(("stack", "layer"), [[cell("globalrouter-direct-native"), cell("4")]])
    lines = ["".join(span.text for span in line).rstrip() for line in table.lines(24)]
    assert lines[2:] == ["globalrouter-      4", "direct-native"]


def test_chinese_counts_double_in_a_table_and_is_broken_between_characters() -> None:
    table = Table(("名", "理由"), [[cell("节点"), cell("客户端地址已丢失，那是节点的地址。")], [cell("x"), cell("y")]])
    lines = ["".join(span.text for span in line).rstrip() for line in table.lines(26)]
    assert lines == [
        "名    理由",
        "────  ────────────────────",
        "节点  客户端地址已丢失，那",
        "      是节点的地址。",
        "x     y",
    ]
    assert max(map(width, lines)) <= 26


def test_a_live_line_is_one_line_and_gone_at_the_end(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal)
    with live() as tell:
        tell("asking " + "x" * 100)
        tell("等待目标" * 20)
    *_, first, second, last = terminal.getvalue().split("\r\x1b[2K")
    assert width(first) <= 43
    assert width(second) <= 43
    assert last == ""
    assert "\n" not in terminal.getvalue()


def test_a_live_line_is_silent_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with live() as tell:
        tell("asking")
    assert pipe.getvalue() == ""


def test_help_names_every_command(realip: Realip) -> None:
    run = realip("--help")
    assert run.code == 0
    assert all(command in run.out for command in ("scenarios", "preview", "render", "diff", "verify"))
    for command in ("preview", "render", "diff", "scenarios", "verify"):
        run = realip(command, "--help")
        assert (run.code, run.err) == (0, "")
        assert run.out.startswith(f"usage: realip {command} ")
