"""A project from nothing lives on the real engine, whether `realip init` wrote it or `pulumi new` did from a template."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from realip.init.answers import Language
from tests.engine.driver import REPOSITORY, Operation, Project, world
from tests.engine.language_host import language_host

SECONDS = 120
RUNTIMES = ("python", "nodejs", "go", "yaml")
"""As files are only written, one host does for all."""


def realip(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "realip", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture
def nothing(tmp_path: Path, pulumi: Path) -> Iterator[Project]:
    """An empty folder, the engine, and a cloud."""
    with ExitStack() as closing:
        project = Project(tmp_path, "dev", closing.enter_context(world()), pulumi)
        project.directory.mkdir()
        (tmp_path / "backend").mkdir()
        yield project


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def new(project: Project, template: str, *arguments: str) -> Operation:
    """`pulumi new` from a template of this repository."""
    with language_host(project.directory, project.environment, project.folder / "new.txt") as port:
        command = ["pulumi", "new", str(REPOSITORY / "templates" / template), "--yes", "--name", "shop", *arguments]
        done = subprocess.run(
            command,
            cwd=project.directory,
            env={**project.environment, "PULUMI_DEBUG_LANGUAGES": ",".join(f"{name}:{port}" for name in RUNTIMES)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    return Operation(" ".join(command), done.returncode, done.stdout + done.stderr)


def test_a_new_project_goes_up_by_the_steps_that_it_tells(nothing: Project) -> None:
    made = realip(nothing.directory, "init", "--name", "shop")
    assert made.returncode == 0, made.stderr
    steps = [
        line.strip() for line in made.stdout[made.stdout.index("For real, as README.md explains") :].splitlines()[2:]
    ]
    for step in steps:
        if step.startswith(("pulumi stack", "pulumi config")):
            words = step.replace("<your address>", "198.18.0.7").replace("'", "").split()
            nothing.cli(*words[1:]).succeeded()
    assert "pulumi up" in steps
    nothing.preview().succeeded()
    nothing.up().succeeded()
    assert nothing.outputs()["scenario"] == "vpc-cni-direct-native"
    assert nothing.preview().succeeded().changes == []
    nothing.destroy().succeeded()
    assert nothing.world.cloud.records == {}


def test_an_update_refuses_to_let_nobody_in(nothing: Project) -> None:
    realip(nothing.directory, "init", "--name", "shop")
    nothing.init()
    nothing.preview().succeeded()
    refused = nothing.up().failed()
    assert "is a documentation range (RFC 5737), which lets nobody in" in refused.text
    assert nothing.world.cloud.records == {}


@pytest.mark.parametrize("language", Language)
def test_a_template_makes_what_realip_init_writes(language: Language, nothing: Project, tmp_path: Path) -> None:
    new(nothing, language.value, "--generate-only").succeeded()
    (tmp_path / "compared").mkdir()
    realip(tmp_path / "compared", "init", "--name", "shop", "--language", language.value)
    names = files(tmp_path / "compared")
    assert files(nothing.directory) == names
    for name in sorted(names):
        ours, theirs = ((folder / name).read_text() for folder in (tmp_path / "compared", nothing.directory))
        if name == "Pulumi.yaml":
            project = yaml.safe_load(theirs)
            # The CLI notes where a project is from.
            assert list(project.pop("config")) == ["pulumi:tags"]
            assert project == yaml.safe_load(ours)
        elif name == "Pulumi.dev.yaml":
            assert theirs == ours.replace("shop:", "")
        elif not name.endswith("requirements.txt"):
            assert theirs == ours, name


def test_a_project_of_a_template_previews_offline_and_goes_up(nothing: Project) -> None:
    new(nothing, "python", "--generate-only").succeeded()
    seen = realip(nothing.directory, "preview")
    assert (seen.returncode, seen.stderr) == (0, "")
    assert "Scenario 1: VPC-CNI, CLB direct to pods on native nodes" in seen.stdout
    nothing.init()
    nothing.cli("config", "set", "--path", "access.adminCidrs[0]", "198.18.0.7/32").succeeded()
    nothing.up().succeeded()
    assert nothing.outputs()["scenario"] == "vpc-cni-direct-native"
    assert "real-ip-demo-echo" in str(nothing.resources())


def test_pulumi_new_overwrites_nothing_of_a_project(nothing: Project) -> None:
    realip(nothing.directory, "init", "--name", "mine")
    assert "is not empty" in new(nothing, "python").failed().text
