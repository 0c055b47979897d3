"""Where finished tools are kept: outside the checkout, so that a fresh clone finds them.

A folder of the cache is complete from the moment it exists under its name: work is done in a folder beside it and
renamed. Its name holds a digest of everything that the result depends on, so another pin is another folder.
"""

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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

    Two processes may do this at once: the second waits for the first, says for whom, and takes its result. What a killed
    one left is cleared away.
    """
    final = folder() / name
    final.parent.mkdir(parents=True, exist_ok=True)
    with _locked(final.parent / f".{name}.lock", step):
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


@contextmanager
def _locked(path: Path, step: Progress) -> Iterator[None]:
    """The only process that holds the lock at ``path``, in which it writes who it is and since when."""
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step.say(lambda: f"waiting for {_holder(path)}")
            fcntl.flock(lock, fcntl.LOCK_EX)
            step.say("looking at what the other process made")
        lock.truncate(0)
        json.dump({"pid": os.getpid(), "command": _command(), "since": time.time()}, lock)
        lock.flush()
        yield


def _command() -> str:
    """The command line of the running process, as it can be typed."""
    return shlex.join(sys.orig_argv)


def _holder(path: Path) -> str:
    """Who wrote into a lock that is held, and for how long they have had it; read apart, since other threads ask."""
    try:
        holder = json.loads(path.read_text())
        held = time.time() - holder["since"]
        return f"process {holder['pid']} ({holder['command']}), which has been making it for {held:.0f} s"
    except (ValueError, KeyError, TypeError):  # it has only just taken the lock
        return "another process, which is making it"
