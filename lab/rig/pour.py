"""Requests at a steady rate until it is told to stop, half of them on new connections and half on kept ones; counts what is lost.

Run inside a namespace, as a file, without the project on the path: `python pour.py URL RATE CLIENT READS`. A word on standard
input begins a phase of that name; the end of standard input ends it, and the counts of each phase are printed as JSON.

A request is lost when its answer does not come: the connection is refused, reset, cut or silent, or the status is 500 or
above. Nothing is asked twice. A request that a kept connection's end has overtaken counts too, though browsers and most
libraries send such a one again by themselves.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5.0
KEPT = 20
"""Connections that are kept, and asked in turn."""
SLOW_SECONDS = 1.0
STARTED = "started"
"""The line that it prints when requests are on their way."""


@dataclass
class Counts:
    """What happened to the requests that began in a phase."""

    new: int = 0
    """Requests on connections of their own."""
    kept: int = 0
    """Requests on kept connections."""
    lost_new: Counter[str] = field(default_factory=Counter)
    """Lost requests on connections of their own, by what came in place of the answer."""
    lost_kept: Counter[str] = field(default_factory=Counter)
    strangers: Counter[str] = field(default_factory=Counter)
    """Addresses that the app took for the client's, and are not."""
    pods: Counter[str] = field(default_factory=Counter)
    """Answers of each pod."""
    pods_new: Counter[str] = field(default_factory=Counter)
    """Those of them that came on connections of their own."""
    slow: int = 0
    longest: float = 0.0
    """Seconds."""
    seconds: float = 0.0
    late: float = 0.0
    """Seconds after its time that the latest request was sent, since the machine had no time for it."""
    first: float = 0.0
    """When the first answer came, as a Unix time; 0 if none came."""
    last: float = 0.0
    """When the last answer came."""


class Lost(Exception):
    """No answer; the message is what came in its place."""


class Pour:
    """All requests of one run."""

    def __init__(self, url: str, client: str, reads: str) -> None:
        """`client`: the address that the app has to see; `reads`: `socket` or `x-forwarded-for`."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._client, self._reads = client, reads
        self._kept = 0
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._request = {
            wish: f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: {wish}\r\n\r\n".encode()
            for wish in ("close", "keep-alive")
        }
        self.phase = Counts()

    async def one(self, *, keep: bool) -> None:
        """One request, and what became of it."""
        counts, begun = self.phase, time.monotonic()
        if keep:
            counts.kept += 1
        else:
            counts.new += 1
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await self._ask(keep=keep)
        except (TimeoutError, OSError, Lost, asyncio.IncompleteReadError) as problem:
            kind = str(problem) if isinstance(problem, Lost) else _kind(problem)
            (counts.lost_kept if keep else counts.lost_new)[kind] += 1
        else:
            counts.last = time.time()
            counts.first = counts.first or counts.last
            counts.pods[str(answer.get("pod"))] += 1
            counts.pods_new[str(answer.get("pod"))] += not keep
            if (saw := self._saw(answer)) != self._client:
                counts.strangers[saw] += 1
        took = time.monotonic() - begun
        counts.longest = max(counts.longest, took)
        counts.slow += took > SLOW_SECONDS

    def _saw(self, answer: dict[str, object]) -> str:
        if self._reads == "socket":
            return str(answer.get("client_ip") or answer.get("remote_addr"))
        headers = answer.get("headers")
        value = headers.get("X-Forwarded-For", "") if isinstance(headers, dict) else ""
        return str(value).rpartition(",")[2].strip()

    async def _ask(self, *, keep: bool) -> dict[str, object]:
        if keep and self._idle and self._kept >= KEPT:
            reader, writer = self._idle.pop(0)
        else:
            reader, writer = await self._connect()
            self._kept += keep
        good = False
        try:
            writer.write(self._request["keep-alive" if keep else "close"])
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status = int(head.split(" ", 2)[1])
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if status >= 500:
                raise Lost(f"status {status}")
            good = keep and headers.get("connection") != "close"
            found: dict[str, object] = json.loads(body)
            return found
        finally:
            if good:
                self._idle.append((reader, writer))
            else:
                self._kept -= keep
                writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.open_connection(self._host, self._port)
        except TimeoutError:
            raise
        except OSError as problem:
            raise Lost(
                "refused" if isinstance(problem, ConnectionRefusedError) else f"no connection: {problem}"
            ) from problem


def _kind(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return f"silent for {TIMEOUT_SECONDS:g} s"
    if isinstance(problem, asyncio.IncompleteReadError):
        return "ended without an answer" if not problem.partial else "ended in the answer"
    return "reset" if isinstance(problem, ConnectionError) else type(problem).__name__


async def run(url: str, rate: float, client: str, reads: str) -> dict[str, dict[str, object]]:
    """Ask until standard input ends; the counts by phase."""
    loop = asyncio.get_running_loop()
    words = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    pour = Pour(url, client, reads)
    phases: dict[str, Counts] = {"before": pour.phase}
    running: set[asyncio.Task[None]] = set()
    begun = phase_begun = time.monotonic()
    listening = asyncio.create_task(words.readline())
    number = 0
    print(STARTED, flush=True)
    while True:
        now = time.monotonic()
        # First, so that what a busy machine catches up on counts for the phase that has begun.
        if listening.done():
            pour.phase.seconds += now - phase_begun
            phase_begun = now
            if not (name := listening.result().decode().strip()):
                break
            pour.phase = phases.setdefault(name, Counts())
            listening = asyncio.create_task(words.readline())
        pour.phase.late = max(pour.phase.late, now - begun - number / rate)
        while number < (now - begun) * rate:
            task = asyncio.create_task(pour.one(keep=number % 2 == 1))
            running.add(task)
            task.add_done_callback(running.discard)
            number += 1
        await asyncio.sleep(max(0.0, begun + (number + 1) / rate - time.monotonic()))
    if running:
        await asyncio.wait(running)
    return {name: vars(counts) for name, counts in phases.items()}


def main() -> None:
    """The command line."""
    url, rate, client, reads = sys.argv[1:]
    print(json.dumps(asyncio.run(run(url, float(rate), client, reads))))


if __name__ == "__main__":
    main()
