"""Runs the command line as people do, in a process of its own, and in this one where only speed and coverage gain."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from realip.cli import main
from tests.offline.running import Run

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's program and stack files, to be spoilt."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    return folder


@pytest.fixture
def process(project: Path) -> Callable[..., Run]:
    """`python -m realip` in a process of its own."""

    def run(*arguments: str, folder: Path = project, **environment: str) -> Run:
        inherited = {
            name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_START") if name in os.environ
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "realip", *arguments],
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **environment},
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def realip(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """The same in this process."""
    monkeypatch.chdir(project)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Run:
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        said = capfd.readouterr()
        return Run(code, said.out, said.err)

    return run
