"""On a terminal the pages have colour and keep to its width; everywhere else they are plain."""

import io
import os
import pty
import re
import sys
from pathlib import Path

import pytest

from realip.terminal import Node, Span, print_page, tree
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


def test_a_preview_on_a_real_terminal_keeps_to_its_width(project: Path) -> None:
    child, descriptor = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.chdir(project)
        environment = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "72", "LANG": "C.UTF-8"}
        os.execve(  # noqa: S606 - the command line itself, on the terminal that was made
            sys.executable, [sys.executable, "-m", "realip", "preview", "globalrouter-nondirect-native"], environment
        )
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
    text = said.decode()
    assert "\x1b[" in text
    lines = [ESCAPE.sub("", line) for line in text.replace("\r\n", "\n").split("\n")]
    breakable = [line for line in lines if max(map(len, line.split()), default=0) < 50]
    assert max(map(len, breakable)) <= 73
    assert any(line.startswith("│  ") for line in lines)


def test_help_names_every_command(realip: Realip) -> None:
    run = realip("--help")
    assert run.code == 0
    assert all(command in run.out for command in ("scenarios", "preview", "render", "diff", "verify"))
    for command in ("preview", "render", "diff", "scenarios", "verify"):
        run = realip(command, "--help")
        assert (run.code, run.err) == (0, "")
        assert run.out.startswith(f"usage: realip {command} ")
