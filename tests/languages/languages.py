"""The languages, each with what its own host would run."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import tools
from tests.languages.hosts import Language, Program

__all__ = ["CSHARP", "GO", "JAVA", "NODEJS"]

PROGRAM = "program"
"""The file that a Go program is built into."""


def _sdks(language: str) -> Callable[[Path, str, bool, Path], Sequence[str | Path]]:
    return lambda schema, loader, local, folder: [
        tools.locate("sdks"),
        language,
        schema,
        loader,
        str(local).lower(),
        folder,
    ]


def _csharp(schema: Path, loader: str, local: bool, folder: Path) -> Sequence[str | Path]:
    return [tools.locate("csharp"), schema, loader, folder]


def _node(program: Program) -> Sequence[str | Path]:
    request = program.request
    return [
        tools.locate("languages-node"),
        # An SDK that is a link belongs to the project, and finds there what it needs.
        program.folder / "node_modules/@pulumi/pulumi/cmd/run",
        *("--monitor", request.monitor_address, "--engine", program.engine),
        *("--project", request.project, "--stack", request.stack, "--organization", request.organization),
        *("--parallel", str(request.parallel), "--pwd", program.folder),
        *(["--dry-run"] if request.dryRun else []),
        ".",
    ]


def _go(program: Program) -> Sequence[str | Path]:
    return [program.folder / PROGRAM]


def _java(program: Program) -> Sequence[str | Path]:
    return [tools.locate("languages-java"), "-cp", classpath(program.folder), "shop.App"]


@functools.cache
def jars() -> Path:
    """The folder of the jars that the example asks for."""
    return tools.locate("languages-java").with_name("jars")


def classpath(folder: Path) -> str:
    """What Java runs a project with, once it is compiled."""
    return f"{folder / 'target/classes'}:{jars()}/*"


NODEJS = Language("nodejs", _node, _sdks("nodejs"))
GO = Language("go", _go, _sdks("go"))
PYTHON_SDK = Language("python", None, _sdks("python"))
JAVA = Language("java", _java)
CSHARP = Language("dotnet", None, _csharp)
