"""What tests of other languages share: a project of each example, with its SDK added as a user adds it, compiled."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

import tools
from tests.engine.conftest import pulumi
from tests.engine.driver import CLUSTER, REPOSITORY, Operation, Project, World, copy_project, world
from tests.languages import languages
from tests.languages.hosts import Language, language_host
from tests.languages.stacks import preview_in_python

__all__ = ["Example", "Examples", "pulumi"]

EXAMPLES = REPOSITORY / "examples"
SAME_IN_PYTHON = Path(__file__).parent / "same_in_python"
COMPILE_SECONDS = 600
LIFE_SECONDS = 600
"""Of one operation: a program starts in some seconds, and on a machine that does other things in many."""
CHECKOUT = re.compile(r"realip: (\.\./)+plugin")
"""The plugin of a checkout, as a program in it names it."""
IGNORED = shutil.ignore_patterns("node_modules", "sdks", "bin", "target")


@dataclass
class Example(Project):
    """A project whose program is not written in Python, though the plugin is that it asks for components."""

    deadline: float = LIFE_SECONDS
    language: Language | None = None
    """None: YAML, whose own host is found on PATH."""

    @property
    def environment(self) -> dict[str, str]:
        """As any project's, with what TypeScript's compiler has looked at already left alone."""
        found = super().environment
        path = f"{tools.locate('yaml').parent}:{found['PATH']}" if self.language is None else found["PATH"]
        return {**found, "PATH": path, "PULUMI_NODEJS_TYPESCRIPT": "true", "PULUMI_NODEJS_TRANSPILE_ONLY": "true"}

    @contextmanager
    def languages(self, output: Path) -> Iterator[str]:
        """The program's host, and Python's, which starts the plugin."""
        with ExitStack() as closing:
            offered = []
            if self.language is not None:
                own = language_host(self.language, self.directory, self.environment, output)
                offered.append(closing.enter_context(own))
            if self.language is None or self.language.runtime != "python":
                offered.append(closing.enter_context(super().languages(output)))
            yield ",".join(offered)

    def with_languages(self, *arguments: str) -> Operation:
        """Run a command of the CLI that asks language hosts for something, and no program."""
        command = ["pulumi", *arguments]
        with self.languages(self.folder / "output-hosts.txt") as offered:
            done = subprocess.run(
                command,
                cwd=self.directory,
                env={**self.environment, "PULUMI_DEBUG_LANGUAGES": offered},
                capture_output=True,
                text=True,
                timeout=self.deadline,
                check=False,
            )
        return Operation(" ".join(command), done.returncode, done.stdout + done.stderr)


Examples: TypeAlias = Callable[[str], Project]


def run(*command: str | Path, folder: Path, **environment: str) -> None:
    """Run a compiler; what it says is the test's failure."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMPILE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"


def compile_typescript(project: Path) -> None:
    """Put the pinned packages beside the SDK, build that as npm would, and check the program."""
    node = tools.locate("languages-node")
    pinned = node.with_name("node_modules")
    modules = project / "node_modules"
    if not modules.is_dir():
        (modules / "@pulumi").mkdir(parents=True)
        for package in [*pinned.iterdir(), *pinned.glob("@pulumi/*")]:
            if package.name != "@pulumi":
                (modules / package.relative_to(pinned)).symlink_to(package)
        (modules / "@realip").mkdir()
        (modules / "@realip/realip").symlink_to("../../sdks/realip-realip")
        # As npm does, when it has unpacked the SDK.
        path = f"{pinned / '.bin'}:{node.parent}:{os.environ['PATH']}"
        run(node, "scripts/postinstall.js", folder=project / "sdks/realip-realip", PATH=path)
    run(node, pinned / "typescript/bin/tsc", "--noEmit", "-p", ".", folder=project)


def compile_go(project: Path) -> None:
    """Look at SDK and program with Go's own checks, and build the program."""
    settings = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    run("go", "vet", "-trimpath", "-buildvcs=false", ".", folder=project, **settings)
    run("go", "build", "-trimpath", "-buildvcs=false", "-o", languages.PROGRAM, ".", folder=project, **settings)


def compile_java(project: Path) -> None:
    """Compile with every warning an error."""
    sources = sorted((project / "src").rglob("*.java"))
    jars = f"{languages.jars()}/*"
    compiler = ("javac", "--release", "11", "-Xlint:all,-processing", "-Werror", "-proc:none", "-cp", jars)
    run(*compiler, "-d", "target/classes", *sources, folder=project)


def leave(_: Path) -> None:
    """YAML is not compiled."""


KNOWN: dict[str, tuple[Language | None, Callable[[Path], None]]] = {
    "typescript": (languages.NODEJS, compile_typescript),
    "go": (languages.GO, compile_go),
    "java": (languages.JAVA, compile_java),
    "yaml": (None, leave),
}
WRITTEN = [name for name in KNOWN if name != "java"]
"""Languages whose SDK can be generated here: Java's generator is no module of a registry."""


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the plugin's folder: YAML's host keeps a plugin's schema beside it, and reads it there the next time."""
    copied = tmp_path_factory.mktemp("package") / "plugin"
    shutil.copytree(REPOSITORY / "plugin", copied, ignore=shutil.ignore_patterns("__pycache__"))
    return copied


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory, pulumi: Path, plugin: Path) -> Callable[[str], Path]:
    """The folder of an example's project that has its SDK and is compiled, once for all tests."""

    @functools.cache
    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        project = folder / "project"
        shutil.copytree(EXAMPLES / name, project, ignore=IGNORED)
        with_plugin(project, plugin)
        if name in WRITTEN:
            with world() as surroundings:
                installed = Example(folder, "dev", surroundings, pulumi, language=KNOWN[name][0])
                installed.with_languages("install").succeeded()
        compiled(name, project)
        return project

    return make


def with_plugin(project: Path, plugin: Path) -> None:
    """Let a project of this repository take the plugin from elsewhere."""
    description = project / "Pulumi.yaml"
    text, count = CHECKOUT.subn(lambda _: f"realip: {plugin}", description.read_text("utf-8"))
    assert count == 1
    description.write_text(text, "utf-8")


def compiled(name: str, project: Path) -> None:
    """Compile the program of a folder that has its SDK."""
    KNOWN[name][1](project)


def start(closing: ExitStack, folder: Path, pulumi: Path, ready: Callable[[str], Path], name: str) -> Project:
    """A project with one stack, on a cluster that exists; "python": the same program in Python, in one process."""
    surroundings: World = closing.enter_context(world())
    project: Project
    if name == "python":
        copy_project(SAME_IN_PYTHON, folder)
        project = Project(folder, "dev", surroundings, pulumi)
    else:
        shutil.copytree(ready(name), folder / "project", symlinks=True)
        project = Example(folder, "dev", surroundings, pulumi, language=KNOWN[name][0])
    project.init()
    project.configure({"shop:clusterId": CLUSTER})
    project.configure_secret("kubeconfig", surroundings.existing_cluster())
    return project


@pytest.fixture(scope="session")
def in_python(tmp_path_factory: pytest.TempPathFactory, pulumi: Path) -> set[tuple[str, str]]:
    """What a new project in Python would make, which all others have to come to."""
    with world() as surroundings:
        return preview_in_python(tmp_path_factory.mktemp("python"), surroundings, pulumi)


@pytest.fixture
def example(tmp_path: Path, pulumi: Path, ready: Callable[[str], Path]) -> Iterator[Examples]:
    """Make a project: `example("go")`."""
    with ExitStack() as closing:
        yield lambda name: start(closing, tmp_path / name, pulumi, ready, name)
