"""Where finished tools are kept: outside the checkout, so that a fresh clone finds them.

A folder of the cache is complete from the moment it exists under its name: work is done in a folder beside it and
renamed. Its name holds a digest of everything that the result depends on, so another pin is another folder.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.progress import Progress


def folder() -> Path:
    """The cache's folder; it need not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path counts as unset.
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "realip" / "tools"


def digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """A short digest of named contents, in the order given."""
    state = hashlib.sha256()
    for name, content in parts:
        state.update(f"{name} {len(content)}\n".encode())
        state.update(content)
    return state.hexdigest()[:16]


def find(name: str, program: str) -> Path | None:
    """A program in the cache's folder ``name``, or None."""
    path = folder() / name / program
    return path if path.is_file() and os.access(path, os.X_OK) else None


def make(name: str, program: str, work: Callable[[Path], None], step: Progress) -> Path:
    """A program in the cache's folder ``name``; where it is missing, ``work(folder)`` fills a new one.

    Two processes may do this at once: the second waits for the first and takes its result. What a killed one left is
    cleared away.
    """
    final = folder() / name
    final.parent.mkdir(parents=True, exist_ok=True)
    with (final.parent / f".{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step.say("waiting for another process that is making it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if path := find(name, program):
            return path
        for leftover in (final, *final.parent.glob(f".{name}.part-*")):
            shutil.rmtree(leftover, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f".{name}.part-", dir=final.parent))
        try:
            work(part)
            part.rename(final)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    path = find(name, program)
    if path is None:
        raise FileNotFoundError(f"{final} was made without {program}")
    return path
