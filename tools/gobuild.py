"""Programs built with Go from modules that this folder pins: ``go.mod`` says which, ``go.sum`` what they must contain."""

import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import cache
from tools.errors import ToolMissing
from tools.progress import Progress
from tools.versions import Version

HERE = Path(__file__).parent
ERROR_LINES = 20


@dataclass(frozen=True)
class GoProgram:
    """A program to build, with the facts that its ``go.mod`` does not state."""

    name: str
    """The program's name and its folder's, here."""
    source: str
    """The module whose version is the program's."""
    package: str
    """The package to compile: ``.`` or a package of that module."""
    stamp: Callable[[Version], dict[str, str]]
    """Variables that the linker sets, so that the program knows its own version."""
    links: tuple[str, ...] = ()
    """Other names that the program answers to."""
    usual: str = ""
    """How long the first build takes, for people who wait for it."""

    @property
    def module(self) -> Path:
        """The folder of ``go.mod``."""
        return HERE / self.name

    @property
    def version(self) -> Version:
        """The pinned version, as ``go.mod`` states it."""
        text = (self.module / "go.mod").read_text()
        match = re.search(rf"^\s*(?:require )?{re.escape(self.source)} v(\S+)", text, re.MULTILINE)
        version = Version.find(match[1]) if match else None
        if version is None:
            raise ValueError(f"{self.module / 'go.mod'} does not require {self.source}")
        return version

    @property
    def go(self) -> Version:
        """The lowest version of Go that the module compiles with."""
        version = Version.find((self.module / "go.mod").read_text().partition("\ngo ")[2])
        if version is None:
            raise ValueError(f"{self.module / 'go.mod'} has no go line")
        return version

    @property
    def arguments(self) -> list[str]:
        """The arguments of ``go`` that build the program, up to where to."""
        variables = " ".join(f"-X {name}={value}" for name, value in sorted(self.stamp(self.version).items()))
        return ["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {variables}"]

    @property
    def slot(self) -> str:
        """The name in the cache: another version, pin, program text or way to build is another name."""
        inputs = [(path.name, path.read_bytes()) for path in sorted(self.module.iterdir()) if _is_input(path)]
        recipe = " ".join([*self.arguments, self.package, *self.links, os.uname().sysname, os.uname().machine])
        return f"{self.name}-{self.version}-{cache.digest([*inputs, ('recipe', recipe.encode())])}"

    def built(self, name: str | None = None) -> Path | None:
        """The program (or its link ``name``) in the cache, or None."""
        return cache.find(self.slot, name or self.name)


def _is_input(path: Path) -> bool:
    return path.name in {"go.mod", "go.sum"} or path.suffix == ".go"


def build(program: GoProgram) -> Path:
    """Build the program unless the cache holds it; its path. Raises :class:`ToolMissing` where that is not possible."""
    if path := program.built():
        return path
    go = _find_go(program)
    with Progress(f"{program.name} {program.version}", f"building ({program.usual} the first time)") as step:

        def work(folder: Path) -> None:
            output = folder / program.name
            _compile([go, *program.arguments, "-o", str(output), program.package], program, step)
            for link in program.links:
                (folder / link).symlink_to(program.name)

        return cache.make(program.slot, program.name, work, step)


def _find_go(program: GoProgram) -> str:
    remedy = (
        f"install Go {program.go} or newer (https://go.dev/doc/install, or your system's package) and put it on PATH"
    )
    go = shutil.which("go")
    if go is None:
        raise ToolMissing(f"{program.name} {program.version}: no Go compiler on PATH to build it with; {remedy}")
    # Asked in the module's folder, Go fetches the toolchain that go.mod wants, where it may.
    answer = subprocess.run(
        [go, "version"], cwd=program.module, env=_environment(), capture_output=True, text=True, check=False
    )
    version = Version.find(answer.stdout)
    if answer.returncode or version is None or version < program.go:
        said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
        raise ToolMissing(
            f"{program.name} {program.version}: {go} does not do ({said[-1] if said else 'no answer'}); {remedy}"
        )
    return go


def _environment() -> dict[str, str]:
    # What a developer set for other projects must not change what is built; GOPROXY and the like are theirs to set.
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}


def _compile(command: list[str], program: GoProgram, step: Progress) -> None:
    modules = packages = 0
    tail: deque[str] = deque(maxlen=ERROR_LINES)
    with subprocess.Popen(
        command, cwd=program.module, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as compiler:
        try:
            for line in compiler.stdout or ():
                if line.startswith("go: downloading "):
                    modules += 1
                elif re.fullmatch(r"[\w./~-]+\n", line):
                    packages += 1
                else:
                    tail.append(line.rstrip())
                step.say(f"{modules} modules fetched, {packages} packages compiled")
        except BaseException:
            compiler.terminate()
            raise
    if compiler.returncode:
        said = "\n  ".join(tail) or "it said nothing"
        raise ToolMissing(
            f"{program.name} {program.version}: the build failed (exit code {compiler.returncode}). If the Go module proxy "
            f"cannot be reached from here, set GOPROXY to one that can be. Go said:\n  {said}"
        )
