"""What the engine asked the stand-ins, in order."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

__all__ = ["Call", "CallLog"]


@dataclass
class Call:
    """One request to a provider.

    `number` counts all requests of a life from 1; `finished` is the number that had been reached when the answer
    went out, so two calls overlapped when each began before the other finished.
    """

    number: int
    package: str
    method: str
    urn: str
    id: str = ""
    preview: bool = False
    finished: int | None = None
    error: str | None = None

    @property
    def type(self) -> str:
        """The resource's type token, without its parents'."""
        return self.urn.split("::")[2].split("$")[-1] if self.urn else ""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::")[3] if self.urn else ""

    @property
    def changes(self) -> bool:
        """Whether the request was to change something, for real."""
        return self.method in {"Create", "Update", "Delete"} and not self.preview

    def __str__(self) -> str:
        failed = f" !! {self.error}" if self.error else ""
        return f"{self.number:4} {self.method:9} {self.type} {self.name}{failed}"


@dataclass
class CallLog:
    """Every request of a stack's life, thread-safe."""

    calls: list[Call] = field(default_factory=list)
    _lock: threading.Condition = field(default_factory=threading.Condition)
    _ticks: int = 0

    def begin(self, package: str, method: str, urn: str, identifier: str = "", *, preview: bool = False) -> Call:
        """Write down a request that has just come in."""
        with self._lock:
            self._ticks += 1
            call = Call(self._ticks, package, method, urn, identifier, preview)
            self.calls.append(call)
            self._lock.notify_all()
            return call

    def end(self, call: Call, error: str | None = None) -> None:
        """Write down that its answer is about to go out."""
        with self._lock:
            self._ticks += 1
            call.finished = self._ticks
            call.error = error
            self._lock.notify_all()

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for something to be in the log; whether it came within `seconds`."""
        with self._lock:
            return self._lock.wait_for(condition, seconds)

    def mark(self) -> int:
        """A point in time, to ask for what came `since` it."""
        with self._lock:
            return self._ticks

    def since(self, mark: int = 0, *methods: str) -> list[Call]:
        """The calls after a mark, of these methods (of all, if none is named), previews' left out."""
        with self._lock:
            return [c for c in self.calls if c.number > mark and (not methods or c.method in methods) and not c.preview]

    def changes(self, mark: int = 0) -> list[Call]:
        """The calls after a mark that changed something."""
        return [call for call in self.since(mark) if call.changes]

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self.calls))
