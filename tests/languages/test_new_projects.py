"""A new project in another language than Python is compiled and lives its whole life, with what the one in Python would make."""

import subprocess
from pathlib import Path

import pytest

from tests.engine.driver import world
from tests.languages.conftest import KNOWN, Example, compiled, run
from tests.languages.stacks import SAID, init, lives

LANGUAGES = ["typescript", "go", "yaml"]


def install(project: Example, language: str) -> None:
    """`pulumi install`, which writes the components' package for the program, and what the language's own tool does then."""
    project.with_languages("install").succeeded()
    if language == "go":
        run("go", "mod", "tidy", folder=project.directory, GOFLAGS="-mod=mod", GOWORK="off")
    compiled(language, project.directory)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_project_lives_and_makes_what_the_one_in_python_would(
    language: str, tmp_path: Path, pulumi: Path, in_python: set[tuple[str, str]]
) -> None:
    (tmp_path / "project").mkdir()
    init(tmp_path / "project", language, *SAID)
    with world() as surroundings:
        project = Example(tmp_path, "dev", surroundings, pulumi, language=KNOWN[language][0])
        project.init()
        if language != "yaml":
            install(project, language)
        assert lives(project) == in_python


@pytest.mark.parametrize("said", [(), SAID, ("--cluster", "cls-1a2b3c4d", "--selector", "app=web", "--port", "80")])
def test_a_new_program_in_go_is_written_as_gofmt_writes(said: tuple[str, ...], tmp_path: Path) -> None:
    init(tmp_path, "go", *said)
    done = subprocess.run(["gofmt", "-d", "."], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == ""
