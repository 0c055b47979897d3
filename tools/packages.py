"""Programs from the system's packages, for systems with apt; others are told what to install."""

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import cache
from tools.errors import ToolMissing
from tools.progress import Progress

# Where Debian keeps programs for administrators: not on everybody's PATH.
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
APT_OPTIONS = ("-q", "-o", "DPkg::Lock::Timeout=300")
ERROR_LINES = 10


def find(program: str) -> Path | None:
    """The program on PATH or in the system's folders, or None."""
    path = shutil.which(program) or shutil.which(program, path=os.pathsep.join(SYSTEM_FOLDERS))
    return Path(path) if path else None


def install(packages: Sequence[str]) -> None:
    """Install packages with apt, as root. Raises :class:`ToolMissing` with the command to run where that is not possible."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise ToolMissing(f"no apt-get here: install these yourself (Debian's package names): {names}")
    if os.geteuid() != 0:
        raise ToolMissing(f"not root: run  sudo apt-get update && sudo apt-get install {names}")
    with Progress(f"packages {names}", "reading the package lists") as step:
        _apt("update")
        step.say("installing")
        _apt("install", "--yes", "--no-install-recommends", *packages)


def unpacked(package: str, program: str) -> Path | None:
    """A program of a package that :func:`unpack` put into the cache, or None."""
    return cache.find(slot(package), program)


def unpack(package: str, program: str) -> Path:
    """Put a package's files into the cache without installing it, so that no service of it is started; its program's path.

    Needs no root where the package lists are there already. Raises :class:`ToolMissing` where that is not possible.
    """
    if path := unpacked(package, program):
        return path
    require_apt(package)
    with Progress(f"package {package}", "fetching") as step:

        def work(folder: Path) -> None:
            with tempfile.TemporaryDirectory() as download:
                extract(download_package(package, Path(download), step), folder, step)
            if not (folder / program).is_file():
                raise ToolMissing(f"Debian's {package} has no {program}")

        return cache.make(slot(package), program, work, step)


def require_apt(package: str) -> None:
    """Raise :class:`ToolMissing` where Debian's packages cannot be fetched at all."""
    for needed in ("apt-get", "dpkg-deb"):
        if shutil.which(needed) is None:
            raise ToolMissing(f"no {needed} here to fetch Debian's {package} with")


def slot(package: str) -> str:
    """The name in the cache of what a package holds: another release of the system, or another machine, is another name."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    system = "-".join(filter(None, (release.get("ID", "unknown"), release.get("VERSION_CODENAME", ""))))
    return f"{package}-{system}-{platform.machine()}"


def download_package(package: str, folder: Path, step: Progress) -> Path:
    """A package's archive, fetched into a folder. Raises :class:`ToolMissing`."""
    try:
        _apt("download", package, folder=folder)
    except ToolMissing:
        # A fresh machine has no package lists, or old ones that name a release that is gone.
        if os.geteuid() != 0:
            raise ToolMissing(f"apt cannot fetch {package}: run  sudo apt-get update  and try again") from None
        step.say("reading the package lists")
        _apt("update")
        step.say("fetching")
        _apt("download", package, folder=folder)
    return next(folder.glob(f"{package}_*.deb"))


def extract(archive: Path, folder: Path, step: Progress) -> None:
    """Put the files of a package's archive into a folder. Raises :class:`ToolMissing`."""
    step.say("unpacking")
    _run(["dpkg-deb", "--extract", str(archive), str(folder)], f"unpacking {archive.name}")


def dependencies(package: str) -> list[str]:
    """The packages that the system's package lists name as needed by one, its alternatives among them; none where it is unknown."""
    if shutil.which("apt-cache") is None:
        return []
    answer = subprocess.run(["apt-cache", "depends", package], capture_output=True, text=True, check=False)
    return re.findall(r"Depends: ([^<\s]+)", answer.stdout)


def _apt(*arguments: str, folder: Path | None = None) -> None:
    _run(["apt-get", *APT_OPTIONS, *arguments], f"apt-get {' '.join(arguments)}", folder)


def _run(command: list[str], what: str, folder: Path | None = None) -> None:
    answer = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        said = "\n  ".join(answer.stdout.strip().splitlines()[-ERROR_LINES:])
        raise ToolMissing(f"{what} failed (exit code {answer.returncode}):\n  {said}")
