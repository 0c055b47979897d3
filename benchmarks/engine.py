"""What the library costs on the real engine, against programs written by hand for the same resources.

Pairs of runs in turn, each with a Python process from nothing and stand-ins for the providers that answer at once, so that
what remains is the engine, the SDK and the program. A stack is compared in `preview`, `up`, `up` without changes and
`destroy`; apps on one cluster in `up`, at several numbers to see how it grows. The engine writes the whole state down
before and after every resource, components too, so apps are shown without these checkpoints as well: the difference is what
dominates, in both programs, and it grows with the square of the number of resources.

    python -m benchmarks.engine [--pairs N] [--apps N ...]

Wall time and processor time (engine and program) are shown. Exits with 1 where a median ratio of processor times is over its
bound: 1.10 for a stack, 1.20 for an app. Wall time on a machine with other work says more about the other work.
"""

import argparse
import compileall
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tools
from tests.engine.driver import CLUSTER, Operation, Project, copy_project, world

HERE = Path(__file__).resolve().parent
STACK = "vpc-cni-direct-native"
STACK_BOUND = 1.10
APP_BOUND = 1.20
DEADLINE_SECONDS = 3600
"""Of one operation: many apps take long."""
ADMINISTRATORS = "198.18.0.0/24"
NO_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""For measuring only: an engine that dies would forget what it made."""


@dataclass(frozen=True)
class Cost:
    """What an operation took: seconds on the clock, and of processors."""

    wall: float
    cpu: float


@contextmanager
def project(source: Path, stack: str, **environment: str) -> Iterator[Project]:
    """A project on a cloud of its own, whose program starts from nothing at every operation, with the library beside it."""
    with tempfile.TemporaryDirectory() as folder, world() as surroundings:
        copy_project(source, Path(folder) / "run")
        library = Path(folder) / "run" / "project" / "realip"
        shutil.copytree(HERE.parent / "realip", library, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(library, quiet=1)  # as after any first run
        pulumi = tools.locate("pulumi")
        made = Project(Path(folder) / "run", stack, surroundings, pulumi, deadline=DEADLINE_SECONDS)
        made.preloaded = made.logs_events = False
        made.extra_environment = environment
        yield made.init()


def processors() -> float:
    """Processor seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(operation: Callable[[], Operation]) -> Cost:
    """What an operation took, which has to succeed."""
    start, used = time.perf_counter(), processors()
    operation().succeeded()
    return Cost(time.perf_counter() - start, processors() - used)


def life(source: Path, name: str, configuration: Mapping[str, Any]) -> dict[str, Cost]:
    """The four operations of a stack's life."""
    with project(source, name) as of:
        of.configure(configuration)
        return {
            "preview": cost(of.preview),
            "up": cost(of.up),
            "up, no change": cost(of.up),
            "destroy": cost(of.destroy),
        }


def apps(source: Path, number: int, **environment: str) -> Cost:
    """`up` of so many apps on a cluster that exists."""
    with project(source, "dev", **environment) as of:
        of.configure({"apps:number": str(number), "apps:cluster": CLUSTER})
        of.configure_secret("kubeconfig", of.world.existing_cluster())
        return cost(of.up)


def show(label: str, pairs: list[tuple[Cost, Cost]], bound: float | None) -> bool:
    """One line: medians and the median ratio of the pairs; whether it is within the bound."""
    wall = statistics.median(ours.wall / flat.wall for ours, flat in pairs)
    cpu = statistics.median(ours.cpu / flat.cpu for ours, flat in pairs)
    ours, flat = (statistics.median(pair[index].cpu for pair in pairs) for index in (0, 1))
    told = f"   bound {bound:.2f}" if bound else ""
    sys.stdout.write(f"{label:32} {ours:8.2f} s {flat:8.2f} s {cpu:8.2f} {wall:8.2f}{told}\n")
    sys.stdout.flush()
    return bound is None or cpu <= bound


def main() -> int:
    """Run the pairs and print what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--apps", type=int, nargs="*", default=[10, 50, 200])
    options = parser.parse_args()
    sys.stdout.write(f"{'':32} {'library':>10} {'by hand':>10} {'ratio':>8} {'wall':>8}\n")
    lives = [
        (
            life(HERE.parent, STACK, {"realip:access": {"adminCidrs": [ADMINISTRATORS]}}),
            life(HERE / "engine_flat", "dev", {"flat:adminCidr": ADMINISTRATORS}),
        )
        for _ in range(options.pairs)
    ]
    within = [
        show(f"stack, {name}", [(ours[name], flat[name]) for ours, flat in lives], STACK_BOUND)
        for name in ("preview", "up", "up, no change", "destroy")
    ]
    for number in options.apps:
        for label, environment, bound in (("up", {}, APP_BOUND), ("up without checkpoints", NO_CHECKPOINTS, None)):
            pairs = [
                (
                    apps(HERE / "engine_apps", number, **environment),
                    apps(HERE / "engine_apps_flat", number, **environment),
                )
                for _ in range(max(1, options.pairs // 3))
            ]
            within.append(show(f"{number} apps, {label}", pairs, bound))
    return 0 if all(within) else 1


if __name__ == "__main__":
    raise SystemExit(main())
