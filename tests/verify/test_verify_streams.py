"""The command as a program of its own: whatever becomes of its streams and arguments, it ends with a code that means something."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.verify.servers import Server, answer, layer_4, serving

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full stands for a full disk")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(layer_4) as running:
        yield running


def _shell(script: str, server: Server, expect: str = "127.0.0.1") -> subprocess.CompletedProcess[bytes]:
    """Run a script in which "$@" is the command."""
    command = [sys.executable, "-m", "realip", "verify", "--url", server.url, "--reads", "socket", "--expect", expect]
    return subprocess.run(
        ["bash", "-c", script, "bash", *command], cwd=ROOT, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize("form", ["", "--json"])
@pytest.mark.parametrize("reader", ["head -n1", "head -c1", "true"])
@pytest.mark.parametrize(("expect", "code"), [("127.0.0.1", 0), ("203.0.113.5", 1)])
def test_reader_that_leaves_does_not_change_the_verdict(
    server: Server, form: str, reader: str, expect: str, code: int
) -> None:
    done = _shell(f'"$@" {form} | {reader} >/dev/null; exit "${{PIPESTATUS[0]}}"', server, expect)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize("form", ["", "--json"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_stream_does_not_change_the_verdict(server: Server, form: str, closed: str) -> None:
    done = _shell(f'"$@" {form} {closed}', server)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("form", ["", "--json"])
def test_full_disk_is_told_in_words(server: Server, form: str) -> None:
    done = _shell(f'"$@" {form} >/dev/full', server)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == ["realip: the output cannot be written: No space left on device"]
    assert _shell(f'"$@" {form} >/dev/full 2>/dev/full', server).returncode == 2


@pytest.mark.parametrize(
    "argument", ["--url $'http://x/\\xff' --reads socket", "$'st\\xffck'", "--request-header $'A: \\xff'"]
)
def test_argument_that_is_no_text_is_bad_input(server: Server, argument: str) -> None:
    done = _shell(f'"${{@:1:4}}" {argument}', server)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("coding", ["C", "POSIX"])
def test_locale_without_unicode_is_no_hindrance(server: Server, coding: str) -> None:
    done = _shell(f'LC_ALL={coding} PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 "$@"', server)
    assert (done.returncode, done.stderr) == (0, b"")


def _ended(server: Server, when: Callable[[], bool]) -> tuple[int, bytes]:
    """The end of a run that is interrupted as soon as the server has been asked often enough."""
    command = [
        sys.executable,
        "-m",
        "realip",
        "verify",
        "--url",
        server.url,
        "--reads",
        "socket",
        "--expect",
        "127.0.0.1",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        while not when():
            pass
        os.kill(program.pid, signal.SIGINT)
        _, said = program.communicate(timeout=30)
    return program.returncode, said


def test_interrupt_ends_with_130_and_no_traceback() -> None:
    with serving(lambda _: answer("", status="503 Later")) as waiting:
        code, said = _ended(waiting, lambda: waiting.connections > 0)
    assert code == 130
    assert b"Traceback" not in said


def test_deep_outputs_of_a_stack_are_bad_input(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_text(f"#!{sys.executable}\nprint('[' * 100000)\n")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "realip", "verify", "mine"],
        cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"not the JSON" in done.stderr
