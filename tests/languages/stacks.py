"""A whole stack in every language, and what all of them have to come to: the one of a new project in Python."""

import subprocess
import sys
from pathlib import Path

from tests.engine.driver import REPOSITORY, Operation, Project, World

__all__ = ["SAID", "init", "lives", "made", "preview_in_python"]

SAID = ("--admin-cidr", "198.18.0.0/24", "--client-cidr", "0.0.0.0/0", "--port", "8080")
SECONDS = 120


def init(folder: Path, language: str, *said: str) -> None:
    """Write a new project, as `realip init` does."""
    subprocess.run(
        [sys.executable, "-m", "realip", "init", "--language", language, "--name", "shop", *said],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )


def preview_in_python(folder: Path, surroundings: World, pulumi: Path) -> set[tuple[str, str]]:
    """What a new project in Python would make."""
    (folder / "project").mkdir(parents=True)
    init(folder / "project", "python", *SAID)
    return made(Project(folder, "dev", surroundings, pulumi).init().preview())


def made(operation: Operation) -> set[tuple[str, str]]:
    """What an operation creates, by type and name, but the stack itself and the engine's own providers."""
    created = {(step.type, step.name) for step in operation.succeeded().steps if step.op == "create"}
    return {step for step in created if step[0] != "pulumi:pulumi:Stack" and not step[1].startswith("default")}


def lives(project: Project) -> set[tuple[str, str]]:
    """Make a stack, find nothing to do, and remove all of it: what was made."""
    done = made(project.up())
    outputs = project.outputs()
    assert (outputs["scenario"], outputs["reads"]) == ("vpc-cni-direct-native", "socket peer")
    assert outputs["url"].startswith("http://")
    assert outputs["kubeconfig"] == "[secret]"
    assert [str(step) for step in project.preview().succeeded().changes] == []
    project.destroy().succeeded()
    assert project.world.cloud.records == {}
    return done
