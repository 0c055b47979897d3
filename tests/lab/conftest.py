"""One round of the lab for all tests of this folder: up, verify, report, and down at the end."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.lab import host

PROJECT = Path(__file__).resolve().parents[2]


def lab(*words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
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
def round_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Round]:
    """Five labs side by side. What it takes is printed with `pytest -rA` and in the report of a failure."""
    page = tmp_path_factory.mktemp("lab") / "page.html"
    before = host.snapshot()
    seconds = {}
    try:
        outputs = []
        for words in (("up",), ("verify", "--json"), ("report", "--output", str(page))):
            begun = time.monotonic()
            done = lab(*words)
            seconds[words[0]] = round(time.monotonic() - begun, 1)
            assert done.returncode in {0, 1}, f"`python -m lab {' '.join(words)}`: {done.stderr}"
            outputs.append(done)
        up, verify, report = outputs
        assert up.returncode == 0, up.stderr
        yield Round(
            results={each["slug"]: each for each in json.loads(verify.stdout)},
            verify_code=verify.returncode,
            page=page.read_text(encoding="utf-8"),
            report_text=report.stdout,
            report_code=report.returncode,
            before=before,
            seconds=seconds,
        )
    finally:
        lab("down")
