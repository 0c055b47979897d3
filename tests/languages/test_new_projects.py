"""A new project in another language than Python is compiled and lives its whole life, with what the one in Python would make."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.engine.driver import REPOSITORY, Project, world
from tests.languages.conftest import KNOWN, Example, compiled, run

LANGUAGES = ["typescript", "go", "yaml"]
SAID = ("--admin-cidr", "198.18.0.0/24", "--client-cidr", "0.0.0.0/0", "--port", "8080")
SECONDS = 120
New: TypeAlias = Callable[[str], Project]


def init(folder: Path, language: str, *said: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "realip", "init", "--language", language, "--name", "shop", *said],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )


@pytest.fixture
def new(tmp_path: Path, pulumi: Path) -> Iterator[New]:
    """A project that `realip init` has just written, and its stack: `new("go")`."""
    with ExitStack() as closing:

        def make(language: str) -> Project:
            folder = tmp_path / language
            (folder / "project").mkdir(parents=True)
            init(folder / "project", language, *SAID)
            surroundings = closing.enter_context(world())
            if language not in KNOWN:
                return Project(folder, "dev", surroundings, pulumi).init()
            example = Example(folder, "dev", surroundings, pulumi, language=KNOWN[language][0])
            return example.init()

        yield make


def install(project: Project, language: str) -> None:
    """`pulumi install`, which writes the components' package for the program, and what the language's own tool does then."""
    assert isinstance(project, Example)
    project.with_languages("install").succeeded()
    if language == "go":
        run("go", "mod", "tidy", folder=project.directory, GOFLAGS="-mod=mod", GOWORK="off")
    compiled(language, project.directory)


def made(project: Project) -> set[tuple[str, str]]:
    """What a preview would create, by type and name, but the stack itself and the engine's own providers."""
    steps = project.preview().succeeded().steps
    created = {(step.type, step.name) for step in steps if step.op == "create"}
    return {step for step in created if step[0] != "pulumi:pulumi:Stack" and not step[1].startswith("default")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_project_lives_and_makes_what_the_one_in_python_would(language: str, new: New) -> None:
    project = new(language)
    if language != "yaml":
        install(project, language)
    assert made(project) == made(new("python"))
    project.up().succeeded()
    outputs = project.outputs()
    assert (outputs["scenario"], outputs["reads"]) == ("vpc-cni-direct-native", "socket peer")
    assert outputs["url"].startswith("http://")
    assert outputs["kubeconfig"] == "[secret]"
    assert project.preview().succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.records == {}


@pytest.mark.parametrize("said", [(), SAID, ("--cluster", "cls-1a2b3c4d", "--selector", "app=web", "--port", "80")])
def test_a_new_program_in_go_is_written_as_gofmt_writes(said: tuple[str, ...], tmp_path: Path) -> None:
    init(tmp_path, "go", *said)
    done = subprocess.run(["gofmt", "-d", "."], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == ""
