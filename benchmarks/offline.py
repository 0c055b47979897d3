"""How fast the offline commands are, as ratios of pairs that run in turn, against the bounds that the project promises.

    python -m benchmarks.offline [--pairs N]

Each run is a process of its own, timed from outside; the ratio is the median over the pairs, of wall time and of
processor time, and a bound holds when either keeps it: the commands run in one thread and wait for nothing, so the two
differ by what else the machine does. Prints a line per comparison, and ends with 1 if a bound is broken.
"""

import argparse
import contextlib
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.written import written
from realip.offline.program import record
from realip.offline.stackfile import read_stack

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120
"""What one run may take before something is wrong with it."""
IMPORTS = """
import pulumi
from tencentcloud_iac_pulumi import eip, kubernetes, nat, route, security, subnet, vpc
vpc.Instance, eip.Instance, nat.Gateway, route.Table, route.TableEntry, subnet.Instance
security.Group, security.GroupRuleSet, kubernetes.Cluster, kubernetes.NativeNodePool, kubernetes.ClusterEndpoint
from pulumi_kubernetes.core.v1 import Service
from pulumi_kubernetes.apps.v1 import Deployment
"""
"""The floor of any program of these resources: what it has to load."""
COLLECTOR_OFF = "import gc; gc.disable(); from benchmarks.flat import main; main(); gc.freeze()"
"""The flat program with the collector paused as the command line pauses it: what the library's own layers cost."""
STACKS = """
import gc, sys
gc.disable()
from realip.offline.program import record
from realip.offline.stackfile import read_stack
for name in sys.argv[1:]:
    record(read_stack(name))
gc.freeze()
"""
ONE_MODEL = "import yaml\nfrom pydantic import BaseModel\nclass Model(BaseModel):\n    field: int = 0"
"""pydantic put to use: `import pydantic` alone loads nothing of it before it is asked for."""
EXPOSURES = (1, 10, 100, 500)
ONE_MORE = 0.15
"""What a further stack in the same process may cost, of what the first one does, imports and all."""
GROWTH = 1.3
"""How much dearer an exposure among 500 may be than one among 100: twice would be more than linear."""


@dataclass(frozen=True)
class Measured:
    """One run: seconds of wall and processor time, and the peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Comparison:
    """Two commands to run in turn, and how many times the second one's time and memory the first may take."""

    name: str
    command: Sequence[str]
    yardstick: Sequence[str]
    time: float | None = None
    memory: float | None = None
    code: int = 0
    """How the first one has to end."""
    share: int = 1
    """The part of the pairs that is run, one in so many, but never fewer than three."""


def python(*arguments: str) -> list[str]:
    """A command of the interpreter that runs the benchmark."""
    return [sys.executable, *arguments]


def comparisons(spoilt: str, folder: Path) -> list[Comparison]:
    """Everything that is compared; `spoilt` is a setting that is refused, `folder` one for programs that are written."""
    preview, flat = python("-m", "realip", "preview"), python("-m", "benchmarks.flat")
    stacks = sorted(path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml"))
    libraries = python("-c", "import pydantic, yaml")
    refused = python("-m", "realip", "preview", "--config", spoilt)
    return [
        Comparison("preview / flat program", preview, flat, time=1.25, memory=1.2),
        *(_against_its_own(stack, folder) for stack in stacks),
        Comparison("preview / flat program, collector paused", preview, python("-c", COLLECTOR_OFF)),
        Comparison("preview / its imports", preview, python("-c", IMPORTS)),
        Comparison(
            f"{len(stacks)} stacks / one, in one process",
            python("-c", STACKS, *stacks),
            python("-c", STACKS, stacks[0]),
            time=1 + ONE_MORE * (len(stacks) - 1),
        ),
        Comparison("scenarios / import pydantic, yaml", python("-m", "realip", "scenarios"), libraries, time=1.5),
        Comparison(
            "unknown stack / import pydantic, yaml",
            python("-m", "realip", "preview", "no-such-stack"),
            libraries,
            time=1.5,
            code=2,
        ),
        Comparison("wrong setting / one pydantic model, yaml", refused, python("-c", ONE_MODEL), time=1.5, code=2),
        Comparison("wrong setting / import pydantic, yaml", refused, libraries, code=2),
    ]


def _against_its_own(stack: str, folder: Path) -> Comparison:
    """A stack's preview against a program that asks for the same by the SDKs alone."""
    program = folder / f"{stack}.py"
    program.write_text(written(record(read_stack(stack))), encoding="utf-8")
    preview = python("-m", "realip", "preview", stack)
    return Comparison(f"{stack} / its own", preview, python(str(program)), time=1.25, share=3)


def measure(command: Sequence[str], code: int, most: float = SECONDS) -> Measured:
    """Run a command in the project's folder, its output thrown away; AssertionError if it ends otherwise than it has to.

    `most`: seconds that it may take on a machine that does other things too.
    """
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == code, f"{' '.join(command)[:80]} ended with {process.returncode} and not {code}"
    assert wall < most, f"{' '.join(command)[:80]} took {wall:.0f} s"
    return Measured(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def compare(comparison: Comparison, pairs: int) -> bool:
    """Run the pairs, print the ratios, and say whether the bounds hold."""
    measure(comparison.command, comparison.code)
    measure(comparison.yardstick, 0)
    number = max(3, pairs // comparison.share)
    runs = [(measure(comparison.command, comparison.code), measure(comparison.yardstick, 0)) for _ in range(number)]
    wall = statistics.median(a.wall / b.wall for a, b in runs)
    cpu = statistics.median(a.cpu / b.cpu for a, b in runs)
    memory = statistics.median(a.peak / b.peak for a, b in runs)
    seconds = statistics.median(a.cpu for a, _ in runs)
    peak = statistics.median(a.peak for a, _ in runs)
    held = [
        comparison.time is None or min(wall, cpu) <= comparison.time,
        comparison.memory is None or memory <= comparison.memory,
    ]
    bounds = ", ".join(
        f"{what} at most {bound:g}"
        for what, bound in (("time", comparison.time), ("memory", comparison.memory))
        if bound is not None
    )
    print(
        f"{comparison.name:<42} wall {wall:5.2f}  cpu {cpu:5.2f}  memory {memory:5.2f}   "
        f"({seconds:.2f} s, {peak:.0f} MiB)   {bounds or 'for information'}{'' if all(held) else '   BROKEN'}",
        flush=True,
    )
    return all(held)


def grows_linearly(repeats: int) -> bool:
    """Whether a program's time grows with its exposures and no faster; the best of some runs each."""
    import pulumi  # noqa: PLC0415 - the other comparisons do not wait for it
    import pulumi_kubernetes as kubernetes  # noqa: PLC0415

    from realip import DirectService  # noqa: PLC0415
    from realip.offline.program import record_program  # noqa: PLC0415

    def seconds(number: int) -> float:
        def program() -> None:
            options = pulumi.ResourceOptions(provider=kubernetes.Provider("cluster", kubeconfig="{}"))
            for name in (f"app-{index}" for index in range(number)):
                DirectService(
                    name, {"service": name, "selector": {"app": name}, "port": 80, "target_port": 80}, options
                )

        with _collector_paused():
            started = time.process_time()
            made = record_program(program, project="benchmark", stack="exposures", configuration={})
            taken = time.process_time() - started
        assert len(made.resources) == 2 * number + 1
        return taken

    seconds(1)  # loads what the first one has to load
    best = {number: min(seconds(number) for _ in range(repeats)) for number in EXPOSURES}
    growth = (best[500] / 500) / (best[100] / 100)
    each = ", ".join(f"{number}: {1000 * taken / number:.2f}" for number, taken in best.items())
    print(
        f"exposures, ms of processor time for each of them  {each};  500 against 100: {growth:.2f}, at most {GROWTH:g}"
    )
    return growth <= GROWTH


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def main() -> int:
    """Run everything. Gives the exit code."""
    parser = argparse.ArgumentParser(description="The offline commands against their bounds.")
    parser.add_argument("--pairs", type=int, default=9, help="runs of each pair (default: %(default)s)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compared = comparisons("app.port=70000", Path(folder))
        held = [compare(comparison, arguments.pairs) for comparison in compared]
    held.append(grows_linearly(max(3, arguments.pairs // 3)))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
