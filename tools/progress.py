"""Says what a long step is doing: one live line on a terminal, a plain line now and then elsewhere."""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

LIVE_SECONDS = 0.5
PLAIN_SECONDS = 15.0


class Progress:
    """Reports one step with the seconds that it has taken. ``with Progress("etcd", "fetching") as step: ...``."""

    def __init__(self, title: str, state: str, stream: TextIO | None = None) -> None:
        self._title = title
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._state: str | Callable[[], str] = state
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._write()
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._ticker.join()
        self._state = "done" if kind is None else "stopped" if kind is KeyboardInterrupt else "failed"
        self._write(last=True)

    def say(self, state: str | Callable[[], str]) -> None:
        """Take note of what the step is at; it is shown at the next tick. A function is asked anew at each tick."""
        self._state = state

    def _tick(self) -> None:
        while not self._ended.wait(LIVE_SECONDS if self._live else PLAIN_SECONDS):
            self._write()

    def _write(self, *, last: bool = False) -> None:
        state = self._state if isinstance(self._state, str) else self._state()
        line = f"{self._title}: {state}, {time.monotonic() - self._started:.0f} s"
        if self._live:
            line = f"\r\x1b[K{line}" + ("\n" if last else "")
        else:
            line += "\n"
        self._stream.write(line)
        self._stream.flush()
