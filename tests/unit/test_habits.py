"""What happens before a commit and after a push is what `make` does, on every Python that the package claims."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.commit_subject import main, problems

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]


def test_the_workflow_tries_every_python_that_the_package_claims_and_no_other() -> None:
    claimed = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))
    assert WORKFLOW["jobs"]["ci"]["strategy"]["matrix"]["python"] == claimed
    assert PROJECT["requires-python"] == f">={claimed[0]}"


def test_the_workflow_does_what_ci_does_and_may_do_nothing_else() -> None:
    job = WORKFLOW["jobs"]["ci"]
    (command,) = [step["run"] for step in job["steps"] if "run" in step]
    assert command.endswith("bash .ci/run")
    assert WORKFLOW["permissions"] == {}
    assert job["permissions"] == {"contents": "read"}


def test_no_action_can_change_under_the_workflow() -> None:
    used = [step["uses"] for step in WORKFLOW["jobs"]["ci"]["steps"] if "uses" in step]
    assert used
    assert [use for use in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", use)] == []


def test_a_commit_is_checked_as_make_check_does() -> None:
    hooks = {hook["id"]: hook for hook in HOOKS}
    assert hooks["check"]["entry"] == "make check"
    assert not hooks["check"]["pass_filenames"]
    # The other one runs without an environment, on whatever Python is there.
    subject = hooks["commit-subject"]
    assert subject["stages"] == ["commit-msg"]
    module = subject["entry"].removeprefix("python3 -m ")
    ran = subprocess.run([sys.executable, "-S", "-m", module], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, f"usage: python3 -m {module} FILE\n")


@pytest.mark.parametrize(
    "message",
    [
        "Add a scenario",
        "Pass the stack's name on\n\nThe why.\n# Please enter the commit message\n",
        "A" + "b" * 71,
        "fixup! added",
        "Embed it",
    ],
)
def test_a_good_subject_passes(message: str, tmp_path: Path) -> None:
    (tmp_path / "message").write_text(message)
    assert main([str(tmp_path / "message")]) == 0


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("A" + "b" * 72, "73 characters"),
        ("add a scenario", "write Add"),
        ("Added a scenario", "as an order"),
        ("Adds a scenario", "as an order"),
        ("Adding a scenario", "as an order"),
        ("Add a scenario.", "full stop"),
        ("Add a scenario\nand more", "leave a line free"),
        ("", "no subject"),
        ("# only a comment\n", "no subject"),
    ],
)
def test_another_subject_is_refused_with_what_is_wrong(
    message: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "message").write_text(message)
    assert main([str(tmp_path / "message")]) == 1
    assert said in capsys.readouterr().err


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(list(problems("added " + "x" * 80 + ".\nbody"))) == 5
