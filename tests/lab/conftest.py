"""One round of the lab for all tests of this folder: up, verify, report, and down at the end.

One worker of pytest has all tests that bring labs up, in their order; another can have the rest meanwhile.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lab.proof.results import ScenarioResult
from lab.report.terminal import show_results
from tests.lab import host

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "build" / "lab-report.html"
ROUND = PROJECT / "build" / "lab-round.json"
"""What the round gave, for the end of the run, which may be another process's."""
on_the_machine = pytest.mark.xdist_group("machine")
"""Tests that bring labs up, and look for what of them is on the machine."""


def lab(*words: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """`python -m lab ...`, to its end."""
    command = [sys.executable, "-m", "lab", *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=timeout)


@dataclass
class Round:
    """What a round of the lab gave."""

    results: dict[str, dict[str, Any]]
    verify_code: int
    page: str
    report_text: str
    report_code: int
    before: dict[str, list[str]]
    seconds: dict[str, float] = field(default_factory=dict)


@pytest.fixture(scope="session")
def round_() -> Iterator[Round]:
    """All labs side by side; the page stays, and the tables stand at the end of the run."""
    before = host.snapshot()
    seconds = {}
    PAGE.unlink(missing_ok=True)
    try:
        outputs = []
        for words in (("up",), ("verify", "--json"), ("report", "--rounds", "2", "--output", str(PAGE))):
            begun = time.monotonic()
            done = lab(*words)
            seconds[words[0]] = round(time.monotonic() - begun, 1)
            ended = f"`python -m lab {' '.join(words)}` ended with {done.returncode}: {done.stderr}"
            assert done.returncode in {0, 1}, ended
            assert "Traceback" not in done.stderr, ended
            outputs.append(done)
        up, verify, report = outputs
        assert up.returncode == 0, up.stderr
        found = json.loads(verify.stdout)
        ROUND.write_text(json.dumps({"results": found, "seconds": seconds}), encoding="utf-8")
        yield Round(
            results={each["slug"]: each for each in found},
            verify_code=verify.returncode,
            page=PAGE.read_text(encoding="utf-8"),
            report_text=report.stdout,
            report_code=report.returncode,
            before=before,
            seconds=seconds,
        )
    finally:
        lab("down")


def pytest_sessionstart(session: pytest.Session) -> None:
    """What an earlier round gave is not this one's."""
    if not hasattr(session.config, "workerinput"):
        ROUND.unlink(missing_ok=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the round showed, so that `make lab` is worth reading."""
    if not ROUND.exists():
        return
    shown = json.loads(ROUND.read_text(encoding="utf-8"))
    terminalreporter.section("the lab")
    show_results([ScenarioResult.from_json(each) for each in shown["results"]], Console(highlight=False, width=120))
    took = ", ".join(f"{name} {value:.1f} s" for name, value in shown["seconds"].items())
    terminalreporter.write_line(f"{took}; the page with paths and load: {PAGE.relative_to(PROJECT)}")
