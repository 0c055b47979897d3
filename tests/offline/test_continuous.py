"""The recipes for CI: a reviewer has to see what a pull request changes, and nobody may need a secret for that."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "examples/continuous"
STACK = "vpc-cni-direct-native"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with this project's program and stacks, and a branch to review."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    _git(folder, "init", "--quiet", "--initial-branch", "main")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message", "Begin")
    _git(folder, "checkout", "--quiet", "-b", "change")
    return folder


def _git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "x@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


def told(folder: Path) -> tuple[int, str]:
    """What the recipe would write under the pull request."""
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--allow-empty", "--message", "Change")
    # No credential, and no Pulumi on the PATH.
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [RECIPES / "offline-diff.sh", "main"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert _git(folder, "status", "--porcelain") == "", "it leaves something behind"
    return done.returncode, done.stdout


def _change(folder: Path, old: str, new: str) -> None:
    file = folder / f"stacks/Pulumi.{STACK}.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_reviewer_sees_what_is_replaced(repository: Path) -> None:
    _change(
        repository,
        "    zones: [ap-guangzhou-6, ap-guangzhou-7]",
        "    zones: [ap-guangzhou-6, ap-guangzhou-7]\n    cidr: 10.64.0.0/16",
    )
    code, text = told(repository)
    assert code == 0
    assert f"### {STACK}\n" in text
    assert re.search(r"\+-.*VPC", text)
    assert "10.64.0.0/16" in text
    assert text.count("```") == 2


def test_a_stack_file_that_cannot_work_fails_the_job_and_says_why(repository: Path) -> None:
    file = repository / f"stacks/Pulumi.{STACK}.yaml"
    file.write_text(file.read_text() + "  realip:app:\n    prot: 8080\n")
    code, text = told(repository)
    assert code == 2
    assert "app.prot" in text
    assert "Traceback" not in text


def test_a_new_stack_is_previewed_and_a_gone_one_is_told(repository: Path) -> None:
    shutil.copy(repository / f"stacks/Pulumi.{STACK}.yaml", repository / "stacks/Pulumi.mine.yaml")
    (repository / "stacks/Pulumi.globalrouter-direct-native.yaml").unlink()
    code, text = told(repository)
    assert code == 0
    assert "### mine: a new stack" in text
    assert "How a client's address travels" in text
    assert "### globalrouter-direct-native: its file is gone" in text


def test_a_change_of_nothing_says_so(repository: Path) -> None:
    assert told(repository) == (0, "No stack file changes.\n")


def test_no_secret_reaches_a_job_that_anybody_can_start() -> None:
    jobs = yaml.safe_load((RECIPES / "github.yaml").read_text())["jobs"]
    assert "secrets." not in str(jobs["diff"])
    assert jobs["diff"]["if"] == "github.event_name == 'pull_request'"
    assert jobs["up"]["if"] == "github.event_name == 'push'"
    assert jobs["up"]["concurrency"]["cancel-in-progress"] is False
    cloud = [step for step in jobs["up"]["steps"] if "TENCENTCLOUD" in str(step)]
    assert [step["run"].split()[:2] for step in cloud] == [["pulumi", "up"]]


@pytest.mark.parametrize("name", ["github.yaml", "gitlab.yaml"])
def test_the_recipes_name_options_and_stacks_that_exist(name: str) -> None:
    text = (RECIPES / name).read_text()
    for stack in re.findall(r"^\s+STACK: (\S+)$", text, flags=re.MULTILINE):
        assert (ROOT / f"stacks/Pulumi.{stack}.yaml").exists()
    (verify,) = set(re.findall(r"realip (verify .*?) >", text))
    named = set(re.findall(r"--[a-z-]+", verify))
    help_ = subprocess.run(
        [sys.executable, "-m", "realip", "verify", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert named
    assert [option for option in sorted(named) if f"{option} " not in help_] == []
