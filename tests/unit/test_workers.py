"""Tests that share something are sent to one worker: without it each worker would make its own, or two would fight for one machine."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os
import pathlib
import pytest

pytestmark = pytest.mark.xdist_group("one")


@pytest.mark.parametrize("number", range(6))
def test_who_runs_it(number):
    pathlib.Path(f"{number}.txt").write_text(os.environ["PYTEST_XDIST_WORKER"])
"""


def test_a_group_of_tests_has_one_worker(tmp_path: Path) -> None:
    (tmp_path / "test_group.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    workers = [path.read_text() for path in tmp_path.glob("*.txt")]
    assert len(workers) == 6
    assert len(set(workers)) == 1, "the tests of the group were spread over several workers"
