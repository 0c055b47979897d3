"""Runs `realip audit` in this process, in an empty folder."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from realip.cli import main
from tests.offline.running import Run

Audit = Callable[..., Run]


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Audit:
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, stdin: str | bytes | None = None) -> Run:
        if stdin is not None:
            data = stdin if isinstance(stdin, bytes) else stdin.encode()
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        try:
            code = main(["audit", *arguments])
        except SystemExit as ended:
            code = int(str(ended.code))
        out, err = capfd.readouterr()
        return Run(code, out, err)

    return run
