"""What the library costs on the real engine, against programs written by hand for the same resources.

Runs in turn from the same state, each with a Python process from nothing and stand-ins for the providers that answer at
once, so that what remains is the engine, the SDK and the program. A stack is compared in `preview`, `up`, `up` without
changes and `destroy`; apps on one cluster in `up`, at several numbers to see how it grows.

The engine writes the whole state down before and after every resource, components too. That is what a component costs, and
what dominates with many apps: it grows with the square of their number, in both programs. So apps are shown without these
checkpoints as well. The project's `__main__.py` pauses Python's garbage collector, which a flat program could do, too: a
line for each operation shows the ratio to one that does, which is what the library's own layers cost.

    python -m benchmarks.engine [--rounds N] [--apps N ...] [--app-rounds N]

Processor time (of engine and program) and wall time are shown, and the median ratios of the rounds. Exits with 1 where both
are over a bound: 1.10 for a stack, 1.20 for an app. The two differ by what else the machine does.
"""

import argparse
import compileall
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import tools
from tests.engine.driver import CLUSTER, WITH_PASSPHRASE, Operation, Project, copy_project, world

HERE = Path(__file__).resolve().parent
STACK = "vpc-cni-direct-native"
OPERATIONS = (
    ("preview", Project.preview),
    ("up", Project.up),
    ("up, no change", Project.up),
    ("destroy", Project.destroy),
)
STACK_BOUND = 1.10
APP_BOUND = 1.20
DEADLINE_SECONDS = 3600
"""Of one operation: many apps take long."""
ADMINISTRATORS = "198.18.0.0/24"
COLLECTOR_PAUSED = "import gc\n\ngc.disable()\n"
NO_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""For measuring only: an engine that dies would forget what it made."""


@dataclass(frozen=True)
class Cost:
    """What an operation took: seconds on the clock, and of processors."""

    wall: float
    cpu: float


@contextmanager
def project(source: Path, stack: str, first: str = "", **environment: str) -> Iterator[Project]:
    """A project on a cloud of its own, whose program starts from nothing at every operation, with the library beside it.

    `first` comes before the program's own lines.
    """
    with tempfile.TemporaryDirectory() as folder, world() as surroundings:
        run = Path(folder) / "run"
        copy_project(source, run)
        made = Project(
            run,
            stack,
            surroundings,
            tools.locate("pulumi"),
            deadline=DEADLINE_SECONDS,
            secrets_provider=WITH_PASSPHRASE,
        )
        library, program = made.directory / "realip", made.directory / "__main__.py"
        shutil.copytree(HERE.parent / "realip", library, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(library, quiet=1)  # as after any first run
        program.write_text(first + program.read_text())
        made.preloaded = made.logs_events = False
        made.extra_environment = environment
        yield made.init()


def processors() -> float:
    """Processor seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(operation: Callable[[Project], Operation], of: Project) -> Cost:
    """What an operation of a project took, which has to succeed."""
    start, used = time.perf_counter(), processors()
    operation(of).succeeded()
    return Cost(time.perf_counter() - start, processors() - used)


def in_turn(projects: Sequence[Project], operation: Callable[[Project], Operation], rounds: int) -> list[list[Cost]]:
    """What an operation takes in each of the projects, round after round, always from the state that they are in."""
    costs: list[list[Cost]] = []
    for _ in range(rounds):
        costs.append([])
        for of in projects:
            with of.branch():
                costs[-1].append(cost(operation, of))
    return costs


def stacks(rounds: int) -> Iterator[bool]:
    """A stack's life beside the flat program's, as it is and with Python's collector paused."""
    by_hand, administrators = HERE / "engine_flat", {"flat:adminCidr": ADMINISTRATORS}
    with ExitStack() as closing:
        projects = [
            closing.enter_context(project(HERE.parent, STACK)),
            closing.enter_context(project(by_hand, "dev")),
            closing.enter_context(project(by_hand, "dev", COLLECTOR_PAUSED)),
        ]
        projects[0].configure({"realip:access": {"adminCidrs": [ADMINISTRATORS]}})
        for of in projects[1:]:
            of.configure(administrators)
        for name, operation in OPERATIONS:
            costs = in_turn(projects, operation, rounds)
            yield show(f"stack, {name}", [(ours, flat) for ours, flat, _ in costs], STACK_BOUND)
            if operation is not Project.destroy:  # which runs no program
                show("  collector paused in both", [(ours, paused) for ours, _, paused in costs], None)
            for of in projects:
                operation(of).succeeded()


def apps(number: int, rounds: int, **environment: str) -> list[tuple[Cost, Cost]]:
    """`up` of so many apps on a cluster that exists."""
    with ExitStack() as closing:
        projects = [
            closing.enter_context(project(HERE / name, "dev", **environment))
            for name in ("engine_apps", "engine_apps_flat")
        ]
        for of in projects:
            of.configure({"apps:number": str(number), "apps:cluster": CLUSTER})
            of.configure_secret("kubeconfig", of.world.existing_cluster())
        return [(ours, flat) for ours, flat in in_turn(projects, Project.up, rounds)]


def show(label: str, pairs: list[tuple[Cost, Cost]], bound: float | None) -> bool:
    """One line: medians and the median ratio of the pairs; whether it is within the bound."""
    wall = statistics.median(ours.wall / flat.wall for ours, flat in pairs)
    cpu = statistics.median(ours.cpu / flat.cpu for ours, flat in pairs)
    ours, flat = (statistics.median(pair[index].cpu for pair in pairs) for index in (0, 1))
    told = f"   bound {bound:.2f}" if bound else ""
    sys.stdout.write(f"{label:32} {ours:8.2f} s {flat:8.2f} s {cpu:8.2f} {wall:8.2f}{told}\n")
    sys.stdout.flush()
    return bound is None or min(cpu, wall) <= bound


def main() -> int:
    """Run the pairs and print what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11, help="of a stack's life")
    parser.add_argument("--apps", type=int, nargs="*", default=[10, 50, 200], help="numbers of apps")
    parser.add_argument("--app-rounds", type=int, default=3)
    options = parser.parse_args()
    sys.stdout.write(f"{'':32} {'library':>10} {'by hand':>10} {'ratio':>8} {'wall':>8}\n")
    within = list(stacks(options.rounds))
    for number in options.apps:
        within.append(show(f"{number} apps, up", apps(number, options.app_rounds), APP_BOUND))
        show("  without checkpoints", apps(number, options.app_rounds, **NO_CHECKPOINTS), None)
    return 0 if all(within) else 1


if __name__ == "__main__":
    raise SystemExit(main())
