import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
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
