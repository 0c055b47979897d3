"""Many stacks from one table with the fleet example, beside a plain loop over the same stacks: time and memory.

The loop makes each stack, brings it up and runs `realip verify`, one after another. Both work on the real engine with stand-ins
for the providers, programs start from nothing, and apps answer on the loopback. Load balancers take as long as they are told to:
with none of that time only processors are shared out; with some of it, stacks wait side by side.

    python -m benchmarks.fleet [--stacks N] [--at-once N] [--balancer SECONDS ...]

Memory is the highest sum of what the processes hold (Linux's PSS), language host and stand-ins left out. Exits with 1 where the
fleet takes longer than the loop.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tools
from benchmarks.engine import processors
from tests.engine.driver import REPOSITORY, world
from tests.engine.fleets import CLUSTERS, LOOPBACK, Fleet, answering, fleet

SAMPLE_SECONDS = 0.25
MEBIBYTE = 1024
"""In the kernel's unit, kB."""


@dataclass
class Cost:
    """What bringing all stacks up took."""

    seconds: float
    processors: float
    """Seconds of processors, of everything that was started."""
    peak: float
    """Of memory, in MiB."""


def children(parent: int) -> list[int]:
    """The processes below one, near and far."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended
    found, waiting = [], [parent]
    while waiting:
        below = [process for process, above in parents.items() if above == waiting[-1]]
        waiting.pop()
        found += below
        waiting += below
    return found


def held(process: int) -> float:
    """What a process holds, shared pages by their share, in MiB; 0 for one that has ended."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / MEBIBYTE
    except OSError:
        pass
    return 0.0


def cost(work: Callable[[], None]) -> Cost:
    """What some work takes, and the most that its processes hold while it goes on."""
    ended, peak = threading.Event(), 0.0

    def watch() -> None:
        nonlocal peak
        while not ended.wait(SAMPLE_SECONDS):
            peak = max(peak, sum(map(held, children(os.getpid()))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start, used = time.perf_counter(), processors()
    try:
        work()
    finally:
        took = time.perf_counter() - start
        ended.set()
        watcher.join()
    return Cost(took, processors() - used, peak)


@contextmanager
def fresh(number: int, balancer: float) -> Iterator[Fleet]:
    """So many stacks that do not exist yet, on a cloud of their own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        world(creation_seconds={"LoadBalancer": balancer}) as surroundings,
        answering() as port,
        fleet(Path(folder), surroundings, tools.locate("pulumi"), preloaded=False) as made,
    ):
        for name in (f"app-{index}" for index in range(number // len(CLUSTERS))):
            made.apps[name] = {"image": "example.com/shop/app:1", "port": port, "targetPort": 8080}
        made.write()
        yield made


def loop(made: Fleet) -> None:
    """What somebody writes first."""
    verify = [sys.executable, "-m", "realip", "verify", "--expect", LOOPBACK]
    environment = {**made.environment, "PYTHONPATH": str(REPOSITORY)}
    for stack in (f"{cluster}.{name}" for name in made.apps for cluster in CLUSTERS):
        for command in (
            ["pulumi", "stack", "init", stack],
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack],
            [*verify, stack],
        ):
            done = subprocess.run(
                command, cwd=made.project.directory, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def with_fleet(made: Fleet, at_once: int) -> None:
    """The example, which has to bring all of them up."""
    done = subprocess.run(
        [sys.executable, "fleet.py", "up", "--at-once", str(at_once)],
        cwd=made.project.directory,
        env=dict(made.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def show(label: str, one: Cost, many: Cost) -> None:
    """One line for each, and the ratios."""
    for name, took in (("loop", one), ("fleet", many)):
        sys.stdout.write(f"{label:20} {name:8} {took.seconds:8.1f} s {took.processors:8.1f} s {took.peak:8.0f} MiB\n")
    ratios = (many.seconds / one.seconds, many.processors / one.processors, many.peak / one.peak)
    sys.stdout.write("{:20} {:8} {:8.2f}   {:8.2f}   {:8.2f}\n".format("", "ratio", *ratios))
    sys.stdout.flush()


def main() -> int:
    """Run both and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stacks", type=int, default=50)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--balancer", type=float, nargs="*", default=[0.0, 10.0], metavar="SECONDS")
    chosen = parser.parse_args()
    sys.stdout.write(
        f"{chosen.stacks} stacks, {chosen.at_once} at once\n{'':29} {'wall':>10} {'cpu':>10} {'memory':>12}\n"
    )
    within = True
    for balancer in chosen.balancer:
        with fresh(chosen.stacks, balancer) as made:
            one = cost(lambda: loop(made))
        with fresh(chosen.stacks, balancer) as made:
            many = cost(lambda: with_fleet(made, chosen.at_once))
        show(f"balancer in {balancer:g} s", one, many)
        within = within and many.seconds <= one.seconds
    return 0 if within else 1


if __name__ == "__main__":
    raise SystemExit(main())
