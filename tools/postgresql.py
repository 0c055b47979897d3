"""PostgreSQL's server: the one that is installed, else Debian's, unpacked so that no service of it is started on the machine."""

import re
import subprocess
import tempfile
from pathlib import Path

from tools import cache, packages
from tools.errors import ToolMissing
from tools.progress import Progress

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu keep the programs of each major version, which are not on PATH."""
METAPACKAGE = "postgresql"
PROGRAM = "bin/postgres"
NEEDED = ("postgres", "initdb", "psql")


def find() -> Path | None:
    """The newest `postgres` that has `initdb` and `psql` beside it, or None: on PATH, installed, or unpacked in the cache."""
    on_path = packages.find("postgres")
    candidates = [
        *([on_path.resolve()] if on_path else []),
        *sorted(INSTALLED.glob(f"*/{PROGRAM}"), key=lambda path: float(path.parts[-3]), reverse=True),
    ]
    for path in candidates:
        if all((path.parent / name).is_file() for name in NEEDED):
            return path
    unpacked = cache.find(packages.slot(METAPACKAGE), PROGRAM)
    return unpacked.resolve() if unpacked else None


def make() -> Path:
    """Unpack Debian's PostgreSQL into the cache; its `postgres`. Raises :class:`ToolMissing` where that is not possible."""
    packages.require_apt(METAPACKAGE)
    with Progress("package postgresql", "fetching") as step:
        with tempfile.TemporaryDirectory() as download:
            # Fetched first, so that the package lists are there which name the version.
            packages.download_package(METAPACKAGE, Path(download), step)
        server = next((name for name in packages.dependencies(METAPACKAGE) if name.startswith("postgresql-")), None)
        version = re.search(r"[\d.]+$", server or "")
        if server is None or version is None:
            raise ToolMissing("the system's package postgresql does not say which version it stands for")
        client = server.replace("postgresql-", "postgresql-client-")

        def work(folder: Path) -> None:
            with tempfile.TemporaryDirectory() as download:
                for package in (server, client):
                    packages.extract(packages.download_package(package, Path(download), step), folder, step)
            (folder / "bin").symlink_to(Path("usr/lib/postgresql") / version[0] / "bin")
            if any(_lacks_libraries(folder / "bin" / name) for name in NEEDED):
                step.say("its libraries")
                wanted = {name for package in (server, client) for name in packages.dependencies(package)}
                packages.install(sorted(name for name in wanted if name.startswith("lib")))

        return cache.make(packages.slot(METAPACKAGE), PROGRAM, work, step).resolve()


def _lacks_libraries(program: Path) -> bool:
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode != 0
