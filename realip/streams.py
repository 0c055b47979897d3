"""The standard streams at the end of a command, where they may be closed, full, or read by nobody any more."""

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from realip.escapes import escaped

__all__ = ["CANNOT_WRITE", "abandon", "complain", "prepare", "put", "tell"]

CANNOT_WRITE = 2
"""The exit code where a result could not be written: nobody may take a part of it for the whole."""


def prepare() -> None:
    """Have streams that can be written to: closed ones lead nowhere, and none fails over a character."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the life of the program
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A value may hold a character that the stream's encoding has not.
            stream.reconfigure(errors="backslashreplace")


def put(text: str, code: int) -> int:
    """Write a command's result and give its exit code.

    A reader that leaves early has seen enough, and the code stays what it is. Where the text cannot be written otherwise,
    as on a full disk, that is told and the code is 2.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        abandon()
    except (OSError, ValueError) as error:
        abandon()
        complain(f"the output cannot be written: {getattr(error, 'strerror', None) or error}")
        return CANNOT_WRITE
    return code


def abandon(stream: TextIO | None = None) -> None:
    """Let a stream lead nowhere, standard output by default: nothing may fail in it again at the end of the program."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (stream or sys.stdout).fileno())
        os.close(nowhere)


def complain(words: str) -> None:
    """Tell a person on standard error what is wrong, if anybody listens there."""
    tell(f"realip: {escaped(words, keep=chr(10))}\n")


def tell(text: str) -> None:
    """Write to standard error, if anybody listens there."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        abandon(sys.stderr)
