"""One folder for everything temporary of a run of tests, whichever program makes it, gone at the end of the run.

Who is killed outright can remove nothing: the next run does. Folders carry the process id of the run that they belong to.
"""

import os
import re
import shutil
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path

__all__ = ["PREFIX", "clear_away", "one_folder"]

PREFIX = "realip-tests-"
_NAME = re.compile(rf"{PREFIX}(\d+)-\w+")


def one_folder() -> None:
    """Have this process, and all that it starts, make temporary files in a new folder. pytest's own stay where they are."""
    usual = Path(tempfile.gettempdir())
    clear_away(usual)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(usual))
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=usual))
    folder.chmod(0o755)  # PostgreSQL runs as another user
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    # In this process alone, and after multiprocessing has removed its own folder there (-100).
    Finalize(None, shutil.rmtree, (folder, True), exitpriority=-200)


def clear_away(usual: Path) -> None:
    """Remove the folders of runs that are over."""
    for folder in usual.glob(f"{PREFIX}*"):
        if (named := _NAME.fullmatch(folder.name)) and not _runs(int(named[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
