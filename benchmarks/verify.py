"""How long `realip verify` takes for 20 probes, against the bound that the project promises and against 20 times `curl`.

Pairs of runs in turn, each of processes of their own: `curl` 20 times, one after another, as somebody would ask without
us, then the command with all that belongs to it, its start included. The target is on loopback and answers after a delay,
which stands for a round trip. Prints one line per delay and fails if the median time of the command is over the bound: two
round trips and half a second.

    python -m benchmarks.verify [--pairs N] [--delay SECONDS ...]
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_UP = 0.5
ROUND_TRIPS = 2
PROBES = 20


class Target:
    """An app on loopback that tells its caller's address and a pod's name, three pods in turn."""

    def __init__(self, delay: float) -> None:
        """Starts answering at once."""
        self._delay, self._count = delay, 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()
        self._ready.wait()

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        body = (
            f'{{"client_ip": "{writer.get_extra_info("peername")[0]}", "hostname": "pod-{self._count % 3}"}}'.encode()
        )
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                # A way that is long holds up each answer, and not the ones behind it.
                asyncio.get_running_loop().call_later(self._delay, writer.write, head + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _timed(*commands: Sequence[str]) -> float:
    started = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def measure(delay: float, pairs: int) -> bool:
    """Print what a delay costs; True if it is within the bound."""
    target = Target(delay)
    asked = ("--url", target.url, "--reads", "socket", "--expect", "127.0.0.1", "--probes", str(PROBES), "--json")
    verify = (sys.executable, "-m", "realip", "verify", *asked)
    curls = [("curl", "--silent", "--show-error", "--fail", target.url)] * PROBES
    _timed(verify)
    both = [(_timed(*curls), _timed(verify)) for _ in range(pairs)]
    ours = statistics.median(ours for _, ours in both)
    bound = ROUND_TRIPS * delay + START_UP
    print(
        f"round trip {delay * 1000:4.0f} ms: {PROBES} curls {statistics.median(theirs for theirs, _ in both):.3f} s,"
        f" verify {ours:.3f} s (best {min(ours for _, ours in both):.3f} s, worst {max(ours for _, ours in both):.3f} s),"
        f" {statistics.median(ours - theirs for theirs, ours in both):+.3f} s in pairs, bound {bound:.3f} s"
    )
    return ours <= bound


def main() -> int:
    """Measure all delays."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=11)
    parser.add_argument("--delay", type=float, nargs="*", default=[0.0, 0.05, 0.2])
    arguments = parser.parse_args()
    results = [measure(delay, arguments.pairs) for delay in arguments.delay]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
