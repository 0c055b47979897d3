"""What can be made to go wrong, or to wait, in a stand-in."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.engine.standins.calls import Call

__all__ = ["Fault", "Faults", "Refusal"]


class Refusal(Exception):
    """The cloud's own words for why not; `code` is TKE's or Kubernetes' name for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"[{code}] {message}")
        self.code = code


@dataclass
class Fault:
    """Do `act` when a call that `matches` comes: before the cloud does what was asked, or after.

    `act` may raise `Refusal` (the engine sees an error), kill something, or wait. It happens `times` times.
    """

    matches: Callable[[Call], bool]
    act: Callable[[Call], None]
    after: bool = False
    times: int = 1
    hits: list[Call] = field(default_factory=list)


@dataclass
class Faults:
    """The faults that are armed."""

    armed: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, fault: Fault) -> Fault:
        """Add one."""
        with self._lock:
            self.armed.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything succeed again."""
        with self._lock:
            self.armed.clear()

    def strike(self, call: Call, *, after: bool) -> None:
        """Let the faults act that this call meets."""
        due = []
        with self._lock:
            for fault in self.armed:
                if fault.after is after and len(fault.hits) < fault.times and fault.matches(call):
                    fault.hits.append(call)
                    due.append(fault)
        for fault in due:
            fault.act(call)
