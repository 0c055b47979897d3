"""A file that a user names for a report: written whole or not at all, and known to be writable before anything is done."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from realip.errors import InputError

__all__ = ["WholeFile", "umask"]

_NEW_FILE = 0o666
_PERMISSIONS = 0o777


class WholeFile:
    """A file to be written once."""

    def __init__(self, name: str, option: str) -> None:
        """Find out whether the file can be written, without leaving anything behind; `option` is what named it. InputError if not."""
        self._said = f"{option} {name!r}"
        try:
            # A link stays one: what it leads to is written.
            self._path = Path(os.path.realpath(name))
            problem = self._unfit(name)
        except (OSError, ValueError) as error:
            raise self._refused(error) from None
        if problem:
            raise InputError(f"{self._said}: {problem}")

    def _unfit(self, name: str) -> str | None:
        """The problem with the file, if any; OSError or ValueError where the system says so."""
        if not name or (self._path.exists() and not self._path.is_file()):
            return "is not a file that can be written; name one"
        if _is_strangers_link(Path(name)):
            return "is a link that somebody else has put into a folder of everybody's; name another file"
        if self._path.exists() and not os.access(self._path, os.W_OK):
            return "cannot be written: it is read-only"
        with tempfile.NamedTemporaryFile(prefix=".realip-", dir=self._path.parent):
            return None

    def write(self, text: str) -> None:
        """Put the text there in one step; what was there before stays if that fails. InputError if it does."""
        temporary = None
        try:
            mode = stat.S_IMODE(self._path.stat().st_mode) if self._path.exists() else _NEW_FILE & ~umask()
            descriptor, temporary = tempfile.mkstemp(prefix=".realip-", dir=self._path.parent)
            with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:  # noqa: PTH123
                file.write(text)
                file.flush()
                os.fchmod(descriptor, mode & _PERMISSIONS)
                os.fsync(descriptor)
            Path(temporary).replace(self._path)
            temporary = None
        except OSError as error:
            raise self._refused(error) from None
        finally:
            if temporary is not None:
                with suppress(OSError):
                    Path(temporary).unlink()

    def _refused(self, error: OSError | ValueError) -> InputError:
        return InputError(f"{self._said}: cannot be written: {getattr(error, 'strerror', None) or error}")


def _is_strangers_link(path: Path) -> bool:
    """A link in a folder such as /tmp, which may lead to what its owner may not write, and we may.

    The kernel follows none of those when a file is opened (proc(5), protected_symlinks), but we look where one leads by ourselves.
    """
    if not path.is_symlink():
        return False
    folder = path.parent.stat()
    of_everybody = bool(folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH)
    return of_everybody and path.lstat().st_uid not in {os.geteuid(), folder.st_uid}


def umask() -> int:
    """The permissions that new files of this process do not get."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
