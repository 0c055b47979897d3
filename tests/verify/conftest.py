import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from realip.errors import InputError
from realip.verify import command


@dataclass(frozen=True)
class Ran:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    def verdicts(self) -> set[str]:
        return {row["verdict"] for row in self.report["probes"]}


Cli = Callable[..., Ran]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command as the command line runs it; bad input is exit code 2 and a message."""
    for name in ("KUBERNETES_SERVICE_HOST", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Ran:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        try:
            code = command.run(parser.parse_args([str(argument) for argument in arguments]))
        except InputError as error:
            captured = capsys.readouterr()
            return Ran(2, captured.out, f"{captured.err}{error}")
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


PULUMI = f"""\
#!{sys.executable} -IS
import pathlib, sys, time
here = pathlib.Path(__file__).parent
stack, slow, complaint = here / sys.argv[-1], here / "slow", here / "complaint"
with (here / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
time.sleep(float(slow.read_text()) if slow.exists() else 0)
if stack.exists():
    sys.exit(print(stack.read_text()))
print(complaint.read_text() if complaint.exists() else "", file=sys.stderr)
sys.exit(255)
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a `pulumi` program on PATH that prints the file with the name of the stack it is asked for.

    Where there is none it ends as Pulumi does, with the text of `complaint`. It takes the seconds in `slow`, and notes its
    arguments in `calls`, a line each time.
    """
    program = tmp_path / "pulumi"
    program.write_text(PULUMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return tmp_path


def outputs(folder: Path, stack: str, **values: object) -> None:
    """Have the program of `pulumi` know a stack by its outputs."""
    (folder / stack).write_text(json.dumps(values))
