"""Runs programs inside network namespaces, and waits for conditions with a deadline."""

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value")

NAMESPACES = Path("/run/netns")
CLONE_NEWNET = 0x40000000
"""The kernel's number for a network namespace (setns(2))."""
PROJECT = Path(__file__).resolve().parents[2]
"""The project's root, where `python -m realip` and `python -m lab` run."""


class LabError(Exception):
    """The lab cannot go on: the problem, for a person, and where there is one the remedy."""


class GaveUpError(Exception):
    """A `LabError` that no waiting will mend."""


def inside(namespace: str, argv: Sequence[str]) -> list[str]:
    """The command that runs `argv` in a network namespace.

    `nsenter` and not `ip netns exec`: the latter also enters a mount namespace of its own, from which a namespace made for a
    new pod would be invisible to everybody else.
    """
    return ["nsenter", f"--net={NAMESPACES / namespace}", "--", *argv]


def enter(namespace: Path) -> None:
    """Put the calling thread into a network namespace; its sockets are made there from now on, and no other thread's."""
    library = ctypes.CDLL(None, use_errno=True)
    try:
        with namespace.open("rb") as file:
            failed = library.setns(file.fileno(), CLONE_NEWNET)
    except OSError as problem:
        raise LabError(f"cannot enter {namespace}: {problem.strerror}") from problem
    if failed:
        raise LabError(f"cannot enter {namespace}: {os.strerror(ctypes.get_errno())}")


def run(
    argv: Sequence[str],
    *,
    stdin: str | None = None,
    timeout: float = 30,
    check: bool = True,
    folder: Path | None = None,
) -> str:
    """The standard output of a program; a failure is a `LabError` that quotes its error output."""
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, timeout=timeout, check=False, cwd=folder
        )
    except FileNotFoundError as problem:
        raise LabError(f"{argv[0]} is not installed: run `python -m tools --lab`") from problem
    except subprocess.TimeoutExpired as problem:
        raise LabError(f"gave up on `{' '.join(argv)}` after {timeout:g} s") from problem
    if check and done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise LabError(f"`{' '.join(argv)}` failed with exit code {done.returncode}: {words}")
    return done.stdout


def run_inside(
    namespace: str, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30, check: bool = True
) -> str:
    """`run` in a network namespace."""
    return run(inside(namespace, argv), stdin=stdin, timeout=timeout, check=check)


def start(
    argv: Sequence[str],
    *,
    namespace: str | None = None,
    log: Path | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """A program that goes on running, in a session of its own, so that a Ctrl-C in the terminal does not reach it."""
    command = inside(namespace, argv) if namespace else list(argv)
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT if output else subprocess.DEVNULL,
            start_new_session=True,
            cwd=folder,
        )
    finally:
        if output:
            output.close()


def wait_for(
    what: str, condition: Callable[[], Value | None], *, seconds: float, interval: float = 0.1, hint: str = ""
) -> Value:
    """The first true value of `condition`, asked again and again until the deadline.

    `what` completes the sentence "waited ... for ...". A `LabError` raised by the condition counts as "not yet" and is quoted
    when the time is over.
    """
    deadline = time.monotonic() + seconds
    last = ""
    while True:
        try:
            value = condition()
        except LabError as problem:
            value, last = None, str(problem)
        if value:
            return value
        if time.monotonic() >= deadline:
            words = "; ".join(part for part in (last, hint) if part)
            raise LabError(f"waited {seconds:g} s for {what}" + (f" ({words})" if words else ""))
        time.sleep(interval)
