"""Packages of languages for the tests only, each set in an environment of its own in the cache, as its lock file pins it."""

import os
import platform
import shutil
import subprocess
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from tools import cache, environment
from tools.errors import ToolMissing
from tools.progress import Progress

HERE = Path(__file__).parent / "software"
POLICY = Path(__file__).parent / "policy/requirements.txt"
PYTHON = "bin/python"
LANGUAGES = Path(__file__).parent / "languages"
JAVA_EXAMPLE = Path(__file__).parent.parent / "examples" / "java"
NODE = "node"
JAVA = "java"
LOCK = "package-lock.json"
ERROR_LINES = 10
INSTALL_SECONDS = 900.0


def python() -> Path | None:
    """The interpreter of the environment that :func:`make_python` makes, or None."""
    return cache.find(_python_slot(), PYTHON)


def make_python() -> Path:
    """An environment with what ``requirements.txt`` pins; its interpreter. Raises :class:`ToolMissing`."""
    if path := python():
        return path
    with Progress("software of Python", "fetching packages") as step:

        def work(folder: Path) -> None:
            try:
                environment.install(folder, HERE / "requirements.txt")
            except subprocess.CalledProcessError as failed:
                raise ToolMissing(
                    f"Python packages for the tests cannot be had: pip ended with exit code {failed.returncode} and says why above"
                ) from None

        return cache.make(_python_slot(), PYTHON, work, step)


def _python_slot() -> str:
    return _slot("software-requirements", HERE / "requirements.txt", platform.python_version())


def policy() -> Path | None:
    """The interpreter of the environment that :func:`make_policy` makes, or None."""
    return cache.find(_policy_slot(), PYTHON)


def make_policy() -> Path:
    """An environment with what a policy pack needs, whose bounds are not those of the library; its interpreter. Raises :class:`ToolMissing`."""
    if path := policy():
        return path
    with Progress("what runs policy packs", "fetching packages") as step:

        def work(folder: Path) -> None:
            try:
                environment.install(folder, POLICY)
            except subprocess.CalledProcessError as failed:
                raise ToolMissing(
                    f"Python packages for policy packs cannot be had: pip ended with exit code {failed.returncode} and says why above"
                ) from None

        return cache.make(_policy_slot(), PYTHON, work, step)


def _policy_slot() -> str:
    return _slot("policy", POLICY, platform.machine(), platform.python_version())


def node(pins: Path = HERE) -> Path | None:
    """Node.js beside the packages that :func:`make_node` fetched, or None."""
    return cache.find(_node_slot(pins), NODE)


def make_node(pins: Path = HERE) -> Path:
    """Node.js beside the packages that the ``package-lock.json`` of a folder pins; its path. Raises :class:`ToolMissing`."""
    if path := node(pins):
        return path
    programs = _programs(("node", "npm"), f"{pins.name}: install Node.js with npm (Debian: nodejs, npm)")
    with Progress(f"{pins.name} of Node.js", "fetching packages") as step:

        def work(folder: Path) -> None:
            for name in ("package.json", LOCK):
                shutil.copy(pins / name, folder)
            install = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
            _run([programs["npm"], *install], folder, "Node.js packages for the tests")
            (folder / NODE).symlink_to(programs["node"])

        return cache.make(_node_slot(pins), NODE, work, step)


def _node_slot(pins: Path) -> str:
    return _slot(f"{pins.name}-{Path(LOCK).stem}", pins / LOCK, platform.machine())


def java() -> Path | None:
    """Java beside the folder ``jars`` that :func:`make_java` filled, or None."""
    return cache.find(_java_slot(), JAVA)


def make_java() -> Path:
    """Java beside the jars that the example's ``pom.xml`` asks for, which Maven has built it with; its path.

    Raises :class:`ToolMissing`.
    """
    if path := java():
        return path
    remedy = "programs in Java: install a JDK and Maven (Debian: default-jdk-headless, maven)"
    programs = _programs(("java", "javac", "mvn"), remedy)
    with Progress("jars of Java", "building the example with Maven") as step:

        def work(folder: Path) -> None:
            project = folder / "project"
            shutil.copytree(JAVA_EXAMPLE, project, ignore=shutil.ignore_patterns("target"))
            goals = ("compile", "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'jars'}")
            _run([programs["mvn"], "-B", "-q", *goals], project, "Java packages for the tests")
            shutil.rmtree(project)
            (folder / JAVA).symlink_to(programs["java"])

        return cache.make(_java_slot(), JAVA, work, step)


def _java_slot() -> str:
    return _slot("languages-pom", JAVA_EXAMPLE / "pom.xml", platform.machine())


def _slot(name: str, pins: Path, *facts: str) -> str:
    """The name in the cache: another pin, or another machine, is another name."""
    return f"{name}-{cache.digest([(pins.name, pins.read_bytes()), ('facts', ' '.join(facts).encode())])}"


def _programs(names: Sequence[str], purpose: str) -> dict[str, str]:
    """The paths of programs; ToolMissing for one that is not on PATH, with what it is for and how it is had."""
    found = {name: shutil.which(name) for name in names}
    for name, path in found.items():
        if path is None:
            raise ToolMissing(f"no {name} on PATH for {purpose}")
    return {name: path for name, path in found.items() if path is not None}


def _run(command: Sequence[str], folder: Path, what: str) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={
                key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "NODE_PATH", "VIRTUAL_ENV"}
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolMissing(f"{what} cannot be had: {error}") from None
    if done.returncode:
        said = "\n  ".join(deque(done.stdout.splitlines(), maxlen=ERROR_LINES)) or "it said nothing"
        raise ToolMissing(
            f"{what} cannot be had: {Path(command[0]).name} ended with exit code {done.returncode}. If its registry cannot "
            f"be reached from here, configure it to use one that can be. It said:\n  {said}"
        )
