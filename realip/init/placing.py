"""A project's files put into their folder: all of them or none, and nothing that is there is overwritten."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from realip.errors import InputError
from realip.whole_file import umask

__all__ = ["place", "refuse"]

_OF_VERSION_CONTROL = {".git", ".hg", ".bzr", ".svn", ".jj"}
"""Folders that do not make a folder a used one; `pulumi new` looks past the first three too."""


_NEW_FOLDER = 0o777


def refuse(folder: Path, files: Mapping[str, str], *, force: bool) -> Iterator[str]:
    """Everything about the folder for which nothing is written there, in words."""
    try:
        if not folder.is_dir():
            if os.path.lexists(folder):
                yield f"{folder}: is there, and is no folder; name another one"
            return
        there = sorted(name for name in os.listdir(folder) if name not in _OF_VERSION_CONTROL)  # noqa: PTH208 - names
        # A file of ours, or what stands where it needs a folder.
        ours = {name.partition("/")[0] for name in files}
        met = [name for name in there if name in ours]
        for name in met:
            yield f"{folder / name}: is there already, and nothing is overwritten; move it, or name another folder"
        if there and not met and not force:
            yield (
                f"{folder}: is not empty; name a new folder, or write beside what is there with --force, which "
                "overwrites nothing"
            )
    except (OSError, ValueError) as error:
        yield f"{folder}: {_words(error)}"


def place(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files; InputError, and nothing is left behind, if that cannot be done."""
    made: list[Path] = []
    try:
        if folder.is_dir():
            _into(folder, files, made)
        else:
            _make(folder.parent, made)
            _beside(folder, files)
    except (OSError, ValueError) as error:
        _take_back(made)
        raise InputError(f"{folder}: cannot be written: {_words(error)}; nothing was written") from None
    except BaseException:
        _take_back(made)
        raise


def _beside(folder: Path, files: Mapping[str, str]) -> None:
    """A new folder, filled under another name and then renamed: it is whole from its first moment."""
    with _scratch(folder.parent) as scratch:
        _write(scratch, files)
        scratch.chmod(_NEW_FOLDER & ~umask())
        scratch.rename(folder)  # fails where somebody was faster, unless with an empty folder


def _into(folder: Path, files: Mapping[str, str], made: list[Path]) -> None:
    """A folder that is there. Pulumi.yaml comes last: before that it is no project."""
    with _scratch(folder) as scratch:
        _write(scratch, files)
        for name in sorted(files, key=lambda name: name == "Pulumi.yaml"):
            _make((folder / name).parent, made)
            _link(scratch / name, folder / name)
            made.append(folder / name)


def _link(source: Path, target: Path) -> None:
    """Give a file its place, unless something is there."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        content = source.read_bytes()
        with target.open("xb") as file:
            try:
                file.write(content)
                file.flush()
            except OSError:
                target.unlink()
                raise


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A folder beside the place, gone at the end of the block, whatever happens."""
    path = Path(tempfile.mkdtemp(prefix=".realip-", dir=parent))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _make(folder: Path, made: list[Path]) -> None:
    """A folder with those above it; which are new is noted."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir()
        made.append(each)


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):
            if stat.S_ISDIR(path.lstat().st_mode):
                path.rmdir()
            else:
                path.unlink()


def _words(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
