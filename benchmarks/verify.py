"""How long `realip verify` takes over the floor of its HTTP client, against the bound that the project promises.

Pairs of runs in turn, each a process of its own: `import httpx` and one request, then 20 probes with all that belongs to
them. The target is on loopback and answers after a delay, which stands for a round trip. Prints one line per delay
and fails if the median of the differences is over the bound: two round trips and half a second.

    python benchmarks/verify.py [--pairs N] [--delay SECONDS ...]
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_UP = 0.5
ROUND_TRIPS = 2
FLOOR = "import httpx, sys; httpx.get(sys.argv[1], trust_env=False).raise_for_status()"


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
                await asyncio.sleep(self._delay)
                writer.write(head + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _timed(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def measure(delay: float, pairs: int) -> bool:
    """Print what a delay costs; True if it is within the bound."""
    target = Target(delay)
    verify = ("-m", "realip", "verify", "--url", target.url, "--reads", "socket", "--expect", "127.0.0.1", "--json")
    floor = ("-c", FLOOR, target.url)
    _timed(*floor)
    _timed(*verify)
    both = [(_timed(*floor), _timed(*verify)) for _ in range(pairs)]
    over = statistics.median(ours - theirs for theirs, ours in both)
    bound = ROUND_TRIPS * delay + START_UP
    print(
        f"round trip {delay * 1000:4.0f} ms: floor {statistics.median(theirs for theirs, _ in both):.3f} s,"
        f" verify {statistics.median(ours for _, ours in both):.3f} s, over the floor {over:.3f} s"
        f" (worst {max(ours - theirs for theirs, ours in both):.3f} s), bound {bound:.3f} s"
    )
    return over <= bound


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
