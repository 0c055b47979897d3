"""The recipes for CI: a reviewer has to see what a pull request changes, and nobody may need a secret for that."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

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
        "TMPDIR": tempfile.gettempdir(),
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


def test_what_the_main_branch_has_changed_since_is_no_change_of_the_branchs(repository: Path) -> None:
    """Else the branch seems to take back what others have done, and a file that they removed ends the job."""
    _git(repository, "checkout", "--quiet", "main")
    _change(repository, "203.0.113.0/24", "198.18.9.9/32")
    (repository / "stacks/Pulumi.globalrouter-direct-native.yaml").unlink()
    _git(repository, "commit", "--quiet", "--all", "--message", "Go on")
    _git(repository, "checkout", "--quiet", "change")
    gone = repository / "stacks/Pulumi.globalrouter-direct-native.yaml"
    gone.write_text(gone.read_text().replace("zones: [", "cidr: 10.65.0.0/16\n    zones: ["))
    _change(repository, "    zones: [", "    cidr: 10.64.0.0/16\n    zones: [")
    code, text = told(repository)
    assert code == 0, text
    assert "10.64.0.0/16" in text
    assert "10.65.0.0/16" in text
    assert "198.18.9.9" not in text


def test_a_stack_that_is_called_like_a_copy_is_left_alone(repository: Path) -> None:
    own = repository / f"stacks/Pulumi.{STACK}-before.yaml"
    shutil.copy(repository / f"stacks/Pulumi.{STACK}.yaml", own)
    _git(repository, "add", ".")
    _git(repository, "commit", "--quiet", "--message", "A stack of that name")
    said = own.read_text()
    _change(repository, "    zones: [", "    cidr: 10.64.0.0/16\n    zones: [")
    assert told(repository)[0] == 0
    assert own.read_text() == said


def test_a_change_of_nothing_says_so(repository: Path) -> None:
    assert told(repository) == (0, "No stack file changes.\n")


def recipe(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((RECIPES / name).read_text())
    return found


def test_no_secret_and_no_token_reach_a_job_that_runs_the_branchs_code() -> None:
    """Whoever opens a pull request says what `offline-diff.sh` and `__main__.py` do there."""
    workflow = recipe("github.yaml")
    diff = workflow["jobs"]["diff"]
    assert diff["if"] == "github.event_name == 'pull_request'"
    assert {**workflow["permissions"], **diff.get("permissions", {})} == {"contents": "read"}
    assert "pull_request_target" not in str(workflow)
    for word in ("secrets", "github.token", "TOKEN"):
        assert word not in str(diff) + str(workflow.get("env")), word
    (checkout,) = (step for step in diff["steps"] if "actions/checkout" in step.get("uses", ""))
    assert checkout["with"]["persist-credentials"] is False


def test_a_job_that_may_comment_runs_nothing_of_the_branch() -> None:
    workflow = recipe("github-comment.yaml")
    assert set(workflow[True]) == {"workflow_run"}  # YAML 1.1 takes `on` for a truth
    assert workflow[True]["workflow_run"]["workflows"] == [recipe("github.yaml")["name"]]
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step] == ["actions/download-artifact"]
    # What a branch is called is a stranger's word: it is no part of a command.
    assert [step["run"] for step in job["steps"] if "${{" in step.get("run", "")] == []
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    (download,) = (step for step in job["steps"] if "uses" in step)
    (kept,) = (step for step in recipe("github.yaml")["jobs"]["diff"]["steps"] if "upload" in step.get("uses", ""))
    assert download["with"]["name"] == kept["with"]["name"]


@pytest.mark.parametrize(
    ("number", "head", "linked", "commented"),
    [
        ("7\n", "abc", False, True),
        ("7\n", "abc", True, False),
        ("7\n", "another", False, False),
        ("", "abc", False, False),
        ("7; touch owned", "abc", False, False),
        ("--repo=else/where", "abc", False, False),
        ("$(touch owned)", "abc", False, False),
    ],
)
def test_the_comment_goes_to_the_request_that_the_diff_was_made_from(
    number: str, head: str, linked: bool, commented: bool, tmp_path: Path
) -> None:
    """A stranger's code wrote the number: it must not choose another request, or a command."""
    (job,) = recipe("github-comment.yaml")["jobs"].values()
    (step,) = (step for step in job["steps"] if "run" in step)
    (tmp_path / "gh").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n[ "$2" = view ] && echo {head}\n:\n')
    (tmp_path / "gh").chmod(0o755)
    told_there = tmp_path / "told"
    told_there.mkdir()
    (told_there / "number").write_text(number)
    if linked:
        (tmp_path / "environment").write_text("token")
        (told_there / "diff.md").symlink_to(tmp_path / "environment")
    else:
        (told_there / "diff.md").write_text("x" * 100_000)
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "TOLD": str(told_there), "HEAD_SHA": "abc"},
        capture_output=True,
        text=True,
        check=False,
    )
    asked = (tmp_path / "asked").read_text() if (tmp_path / "asked").exists() else ""
    assert ("pr comment 7 " in asked, done.returncode == 0) == (commented, commented), done.stderr
    assert commented is ("comment" in asked)
    assert not (tmp_path / "owned").exists()
    if commented:
        assert (told_there / "comment.md").stat().st_size < 65_536


def test_at_gitlab_no_job_of_a_merge_request_has_a_token() -> None:
    """A branch says itself which jobs run there: a variable that any of them gets, every one gets."""
    jobs = {name: job for name, job in recipe("gitlab.yaml").items() if isinstance(job, dict)}
    on_main = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
    of_requests = {name for name, job in jobs.items() if [rule["if"] for rule in job["rules"]] != [on_main]}
    assert of_requests == {"diff"}
    for word in ("TOKEN", "SECRET", "PASSPHRASE"):
        assert word not in str(jobs["diff"]), word
    assert jobs["diff"]["artifacts"]["expose_as"]


def test_only_the_update_has_the_clouds_credentials() -> None:
    jobs = recipe("github.yaml")["jobs"]
    assert jobs["up"]["if"] == "github.event_name == 'push'"
    assert jobs["up"]["concurrency"]["cancel-in-progress"] is False
    cloud = [step for step in jobs["up"]["steps"] if "TENCENTCLOUD" in str(step)]
    assert [step["run"].split()[:2] for step in cloud] == [["pulumi", "up"]]


def test_what_was_changed_by_hand_is_looked_for() -> None:
    """An update compares with the state: without a refresh a resync sees nothing of it."""
    *_, kept = yaml.safe_load_all((RECIPES / "operator/stack.yaml").read_text())
    assert kept["spec"]["refresh"] is True
    assert kept["spec"]["continueResyncOnCommitMatch"] is True


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
