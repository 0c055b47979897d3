"""The load balancer's health checks, with CLB's numbers: who is found healthy, and when somebody is no longer.

Each target is asked every `interval` seconds: at layer 4 by a connection, at layer 7 by HEAD. It is healthy after `rise` good
answers and unhealthy after `fall` bad ones, one after the other.
"""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.rig.shell import NAMESPACES, enter

WORKERS = 8
TICK_SECONDS = 0.1


@dataclass(frozen=True)
class Check:
    """How targets are asked; the defaults are CLB's (fields of TkeServiceConfig)."""

    enabled: bool = True
    interval: float = 5
    """Seconds."""
    timeout: float = 2
    """Seconds."""
    rise: int = 3
    fall: int = 3
    path: str = ""
    """Layer 7: what is asked for; a mere connection where empty."""


def check_of(config: Mapping[str, Any] | None, port: int) -> Check:
    """The check that a TkeServiceConfig asks for on a listener's port (0: its first rule at layer 7), else CLB's defaults."""
    balancer = ((config or {}).get("spec") or {}).get("loadBalancer") or {}
    for listener in balancer.get("l4Listeners") or ():
        if listener.get("port") == port and "healthCheck" in listener:
            return _check(listener["healthCheck"])
    for listener in balancer.get("l7Listeners") or () if not port else ():
        for domain in listener.get("domains") or ():
            for rule in domain.get("rules") or ():
                if "healthCheck" in rule:
                    return _check(rule["healthCheck"], rule["healthCheck"].get("httpCheckPath", ""))
    return Check()


def _check(said: Mapping[str, Any], path: str = "") -> Check:
    usual = Check()
    return Check(
        enabled=said.get("enable", True),
        interval=said.get("intervalTime", usual.interval),
        timeout=said.get("timeout", usual.timeout),
        rise=said.get("healthNum", usual.rise),
        fall=said.get("unHealthNum", usual.fall),
        path=path,
    )


Place = tuple[str, int]


@dataclass
class State:
    """What is known of one target."""

    check: Check
    healthy: bool = False
    last: bool | None = None
    streak: int = 0
    """How many answers in a row were like the last."""
    due: float = 0.0
    asking: bool = False

    def take(self, *, good: bool) -> bool:
        """Count an answer; True where it makes the target healthy or unhealthy."""
        self.streak = self.streak + 1 if good is self.last else 1
        self.last = good
        if good is self.healthy or self.streak < (self.check.rise if good else self.check.fall):
            return False
        self.healthy = good
        return True


class HealthChecks:
    """Asks every target from the load balancer's namespace for as long as it is bound."""

    def __init__(self, namespace: str, changed: Callable[[], None]) -> None:
        """`changed` is called when a target has become healthy or unhealthy."""
        self._changed = changed
        self._lock = threading.Lock()
        self._states: dict[Place, State] = {}
        self._pool = ThreadPoolExecutor(WORKERS, initializer=enter, initargs=(Path(NAMESPACES / namespace),))
        threading.Thread(target=self._run, daemon=True).start()

    def watch(self, places: Mapping[Place, Check]) -> None:
        """Ask these targets, and no others; a new one is not healthy before it was found so."""
        with self._lock:
            self._states = {
                place: state if (state := self._states.get(place)) and state.check == check else State(check)
                for place, check in places.items()
            }

    def healthy(self, places: Iterable[Place]) -> set[Place]:
        """Those of the targets that were found healthy."""
        with self._lock:
            return {
                place
                for place in places
                if (state := self._states.get(place)) and (state.healthy or not state.check.enabled)
            }

    def _run(self) -> None:
        while True:
            now = time.monotonic()
            with self._lock:
                due = [(place, state) for place, state in self._states.items() if state.due <= now and not state.asking]
                for _, state in due:
                    state.asking, state.due = True, now + state.check.interval
            for place, state in due:
                self._pool.submit(self._ask, place, state)
            time.sleep(TICK_SECONDS)

    def _ask(self, place: Place, state: State) -> None:
        good = answers(place, state.check)
        with self._lock:
            state.asking = False
            turned = state.take(good=good)
        if turned:
            self._changed()


def answers(place: Place, check: Check) -> bool:
    """True where a target answers as CLB wants it: a connection, or a status below 500."""
    try:
        if not check.path:
            with socket.create_connection(place, check.timeout):
                return True
        connection = http.client.HTTPConnection(*place, timeout=check.timeout)
        try:
            connection.request("HEAD", check.path)
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return False
