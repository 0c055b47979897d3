"""Whatever becomes of the standard streams, a command keeps its exit code, says what is wrong in a line, and has no traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import realip as package
from tests.offline.running import Realip

ROOT = Path(__file__).resolve().parents[2]
SAYS = (
    ("scenarios",),
    ("scenarios", "--json"),
    ("preview",),
    ("preview", "--json"),
    ("render",),
    ("diff", "vpc-cni-direct-native", "vpc-cni-direct-super"),
    ("--help",),
    ("verify", "--help"),
    ("--version",),
    (),
)
"""Command lines that have something to say, and end with 0."""
FINDS = ("diff", "vpc-cni-direct-native", "vpc-cni-direct-super", "--exit-code")
WRONG = (("preview", "no-such-stack"), ("no-such-command",))


def shell(script: str, arguments: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `"$@"`, which is a command, in a shell that redirects its streams."""
    return subprocess.run(
        ["/bin/sh", "-c", script, "sh", sys.executable, "-m", "realip", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", SAYS)
def test_a_full_disk_is_told_in_a_line(arguments: tuple[str, ...], project: Path) -> None:
    done = shell('"$@" >/dev/full', arguments, project)
    assert (done.returncode, done.stderr) == (2, "realip: the output cannot be written: No space left on device\n")


@pytest.mark.parametrize(
    ("arguments", "code"), [(("scenarios", "--json"), 0), (("preview",), 0), (("verify", "--help"), 0), (FINDS, 1)]
)
@pytest.mark.parametrize("script", ['"$@" >&-', '{ "$@" 3>&-; echo $? >&3; } 3>&2 | true'])
def test_nobody_who_reads_changes_no_exit_code(
    script: str, arguments: tuple[str, ...], code: int, project: Path
) -> None:
    done = shell(script, arguments, project)
    if "true" in script:
        assert done.stderr == f"{code}\n"
    else:
        assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


@pytest.mark.parametrize(("arguments", "code"), [*((each, 2) for each in WRONG), (FINDS, 1)])
@pytest.mark.parametrize("script", ['"$@" 2>&-', '"$@" 2>/dev/full', '"$@" <&- >&- 2>&-'])
def test_nobody_who_hears_of_a_problem_changes_no_exit_code(
    script: str, arguments: tuple[str, ...], code: int, project: Path
) -> None:
    done = shell(script, arguments, project)
    assert (done.returncode, done.stderr) == (code, "")
    assert ("~" in done.stdout) == (code == 1 and ">&-" not in script.partition("2")[0])


def test_the_version_is_the_packages(realip: Realip) -> None:
    assert realip("--version").out == f"realip {package.__version__}\n"


def test_the_name_alone_shows_help(realip: Realip) -> None:
    alone = realip()
    assert (alone.code, alone.err) == (0, "")
    assert alone.out == realip("--help").out


@pytest.mark.parametrize("command", ["scenarios", "preview", "render", "diff", "verify"])
def test_help_has_examples_and_exit_codes_in_80_columns(
    command: str, realip: Realip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = realip(command, "--help").out
    assert f"\nexamples:\n  realip {command}" in out
    assert "\nexit codes:\n  0    done" in out
    assert max(map(len, out.splitlines())) <= 80
    codes = set(re.findall(r"^  (\d+) ", out.partition("\nexit codes:\n")[2], re.MULTILINE))
    assert codes == {"0", "2", "70", "130"} | {"diff": {"1"}, "verify": {"1", "3"}}.get(command, set())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("preveiw",), '"preveiw": is no command; did you mean preview?'),
        (("--verbose",), "usage: realip COMMAND"),
        (("diff", "a", "b", "c"), "usage: realip diff "),
        (("preview", "--replicas"), "realip preview: error: not understood: --replicas"),
    ],
)
def test_what_is_mistyped_is_told_with_what_there_is(arguments: tuple[str, ...], words: str, realip: Realip) -> None:
    run = realip(*arguments)
    assert (run.code, run.out) == (2, "")
    assert words in run.err
