"""``python3 -m tools environment FILE``: the project's ``.venv``, with exactly what a requirements file pins and hashes.

uv installs, because it takes a fraction of pip's time; it comes from pip itself, at the version and hashes of
``requirements-install.txt``, unless one is on PATH. Where uv cannot be had, or cannot install, pip does the same.
pip is part of the environment in any case: the Pulumi engine asks it what is installed.
"""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
INSTALLERS = "requirements-install.txt"
PINNED = ("--quiet", "--no-deps", "--require-hashes")

# What pip is told about the network, by its variables or its configuration file, and the name that uv has for it.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def install(folder: Path, file: Path) -> None:
    """Make the environment if there is none, and install the file into it; a CalledProcessError is what pip ended with."""
    python = folder / "bin" / "python"
    if not _answers(python, "--version"):
        _run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder))
    files = ("-r", str(ROOT / INSTALLERS), "-r", str(file))
    uv = shutil.which("uv") or _uv_from_pip(python)
    if uv and _answers(uv, "pip", "install", "--python", str(python), *PINNED, *files, environment=uv_environment()):
        return
    _run(*_pip(python), "install", *PINNED, *files)


def _uv_from_pip(python: Path) -> str | None:
    """The path of a uv inside the environment, put there by pip if there is none; None where it cannot be had."""
    uv = python.with_name("uv")
    wheels = ("--no-compile", "--no-cache-dir", "--only-binary", ":all:", "-r", str(ROOT / INSTALLERS))
    return str(uv) if _answers(uv, "--version") or _answers(*_pip(python), "install", *PINNED, *wheels) else None


def _pip(python: Path) -> tuple[str | Path, ...]:
    """A pip for the environment: this Python's own, which costs no time, or the one that comes with every venv."""
    if _answers(sys.executable, "-m", "pip", "--version"):
        return sys.executable, "-m", "pip", "--python", str(python)
    if not _answers(python, "-m", "pip", "--version"):
        _run(sys.executable, "-m", "venv", str(python.parent.parent))
    return python, "-m", "pip"


def uv_environment() -> dict[str, str]:
    """The environment in which uv goes where pip would go: a company's mirror and its certificates hold for both."""
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return {**_for_uv(answer.stdout.splitlines()), **os.environ}


def _for_uv(lines: Sequence[str]) -> Mapping[str, str]:
    """What ``pip config list`` says, such as ``global.index-url='...'``; under the names of uv: variables win over files."""
    said: dict[str, str] = {}
    for line in sorted(lines, key=lambda line: line.startswith(":env:")):
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in {"global", "install", ":env:"} and name in UV_NAMES and value:
            separator = "," if name == "find-links" else " "
            said[UV_NAMES[name]] = separator.join(str(ast.literal_eval(value)).split())
    return said


def _answers(*command: str | Path, environment: Mapping[str, str] | None = None) -> bool:
    """Whether a program is there, runs, and ends well; what it says is not shown, since pip says it better afterwards."""
    try:
        return subprocess.run(command, capture_output=True, check=False, env=environment).returncode == 0
    except OSError:
        return False


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)
