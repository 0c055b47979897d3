"""Programs in the background that never outlive the one that started them."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.catalogue import locate

STOP_SECONDS = 3.0
LOG_LINES = 20


class Ended(Exception):
    """A program that should run has ended: the message says which, how, and how its log ends."""


class Background:
    """A program that runs until it is stopped, writing a log.

    The kernel kills it when the thread that started it ends, however that ends; Ctrl-C in a terminal reaches the starting
    program only, which stops this one in its own order.
    """

    def __init__(self, name: str, command: Sequence[str | Path], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [locate("setpriv"), "--pdeathsig", "KILL", "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id of the program itself."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""
        return self._process.poll()

    def check(self, when: str) -> None:
        """Raise :class:`Ended` if it does not run any more; ``when`` says what was going on."""
        if self.exit_code is not None:
            raise Ended(f"{self.name} ended with exit code {self.exit_code} {when}\n{self.tail()}")

    def tail(self) -> str:
        """The end of its log, indented, under a line that names it."""
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n  ".join([f"the log of {self.name} ends with:", *(lines or ["(nothing)"])])


def stop(programs: Sequence[Background]) -> None:
    """End all of them, politely first: each is asked at once, and killed if it takes longer than three seconds."""
    for program in programs:
        program._process.terminate()  # noqa: SLF001 -- this function is the other half of the class
    for program in programs:
        try:
            program._process.wait(STOP_SECONDS)  # noqa: SLF001
        except subprocess.TimeoutExpired:
            program._process.kill()  # noqa: SLF001
            program._process.wait()  # noqa: SLF001
