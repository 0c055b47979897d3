"""The same load on three ways to the same pods, side by side: direct, node port, Ingress.

Rounds are interleaved, so that whatever else the machine does hits all three alike. The load generator is wrk, in the
client's namespace; CPU time is what the kernel's scheduler says each process ran, which on one kernel includes the packets
that were forwarded on its behalf.
"""

import json
import os
import statistics
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.proof.changes import configured, objects
from lab.proof.own import PORT, own_ingress, own_service
from lab.rig import network
from lab.rig.lab import Lab
from lab.rig.shell import LabError, inside
from lab.rig.tke_keys import GLOBAL_ROUTE_DIRECT_ACCESS, SERVICE_DIRECT_ACCESS

SECONDS = 1
"""Of one run; the shortest that wrk takes. Many short rounds stand a restless machine better than few long ones."""
PRIORITY = -15
"""Of everything that takes part: above what else runs."""
SCRIPT = Path(__file__).with_name("wrk.lua")
PARTS = ("client", "balancer", "app")
"""The parts whose CPU time is counted: load generator, layer 7 proxy, pods."""


@dataclass(frozen=True)
class Way:
    """One way to the pods."""

    name: str
    title: str
    short: str
    url: str


@dataclass(frozen=True)
class Shape:
    """One shape of load."""

    name: str
    title: str
    connections: int
    rounds: int
    header: str | None = None
    one_processor: bool = False
    """Everything on one processor: which of them the scheduler picks would move a lone request's time more than a hop does."""


SHAPES = (
    Shape("latency", "One connection, kept, on one processor: latency without queues", 1, 8, one_processor=True),
    Shape("throughput", "32 connections, kept: throughput", 32, 4),
    Shape("new", "8 connections at a time, a new one for each request", 8, 3, "Connection: close"),
)
ROUNDS = max(shape.rounds for shape in SHAPES)


@dataclass(frozen=True)
class Measured:
    """One way under one shape of load: medians over the rounds, and the single rounds."""

    way: str
    shape: str
    p50: float
    """Microseconds."""
    p99: float
    rate: float
    """Requests a second."""
    rates: list[float]
    p50s: list[float]
    cpu: dict[str, float]
    """CPU microseconds for each request, by part."""
    requests: int
    errors: int
    percentiles: list[tuple[float, float]]
    """Pairs of percent and microseconds, medians over the rounds."""

    @property
    def rounds(self) -> int:
        """How many rounds it was measured in."""
        return len(self.p50s)

    @property
    def cpu_total(self) -> float:
        """CPU microseconds for each request, all parts."""
        return sum(self.cpu.values())

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self) | {"cpu_total": self.cpu_total}


@dataclass(frozen=True)
class Load:
    """The whole comparison."""

    slug: str
    ways: list[Way]
    measured: list[Measured]

    def of(self, shape: str) -> list[Measured]:
        """The measurements of one shape, in the order of the ways."""
        return [each for each in self.measured if each.shape == shape]

    def against_direct(self, shape: str, way: str) -> "Comparison":
        """A way's median latency beside that of going straight to the pod."""
        by_way = {each.way: each for each in self.of(shape)}
        other, direct = by_way[way], by_way["direct"]
        pairs = [one / base for one, base in zip(other.p50s, direct.p50s, strict=True)]
        return Comparison(
            other.p50 / direct.p50,
            min(pairs),
            max(pairs),
            sum(pair > 1 for pair in pairs),
            len(pairs),
            other.cpu_total - direct.cpu_total,
        )


SURE, ENOUGH = 0.85, 5
"""Share of rounds that have to agree before one way counts as faster, and the fewest rounds of which that says anything: 7 of
8 agree by chance one time in 28, 5 of 5 one time in 32."""


@dataclass(frozen=True)
class Comparison:
    """One way against direct, under one shape of load."""

    ratio: float
    """Of the medians that the tables show."""
    low: float
    high: float
    """Lowest and highest ratio of a single round, whose runs are neighbours in time."""
    longer: int
    rounds: int
    cpu: float
    """CPU microseconds for each request more than direct."""

    @property
    def is_sure(self) -> bool:
        """True if the rounds agree that the way takes longer."""
        return self.ratio > 1 and self.rounds >= ENOUGH and self.longer >= SURE * self.rounds


def cpu_nanoseconds(process: int) -> int:
    """The time that all threads of a process ran, as the scheduler counts it."""
    total = 0
    for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            total += int(path.read_text().split()[0])
        except (OSError, IndexError, ValueError):
            continue
    return total


@contextmanager
def preferred(processes: Iterable[int]) -> Iterator[None]:
    """The processes before others for a while, so that what else the machine does disturbs the measurement less."""
    members = list(processes)
    for process in members:
        _set_priority(process, PRIORITY)
    try:
        yield
    finally:
        for process in members:
            _set_priority(process, 0)
            _place(process, os.sched_getaffinity(0))


def _place(process: int, processors: set[int]) -> None:
    """Let all threads of a process run on these processors."""
    with suppress(ProcessLookupError, FileNotFoundError):
        for path in Path(f"/proc/{process}/task").iterdir():
            os.sched_setaffinity(int(path.name), processors)


def _set_priority(process: int, level: int) -> None:
    """For all threads; and for the session, which is what counts where the kernel groups tasks by session."""
    with suppress(ProcessLookupError, FileNotFoundError):
        for path in Path(f"/proc/{process}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(path.name), level)
    with suppress(OSError):
        Path(f"/proc/{process}/autogroup").write_text(str(level), encoding="ascii")


@contextmanager
def three_ways(lab: Lab) -> Iterator[list[Way]]:
    """A direct Service, one over node ports, and an Ingress to the scenario's pods, for as long as the measurement takes."""
    namespace = lab.scenario.names.namespace
    services = {
        "load-direct": own_service(lab, "load-direct", annotations={SERVICE_DIRECT_ACCESS: "true"}),
        "load-node-port": own_service(lab, "load-node-port", annotations={SERVICE_DIRECT_ACCESS: "false"}),
    }
    ingress = own_ingress(lab, "load-ingress", "load-node-port")
    config = configured(lab, GLOBAL_ROUTE_DIRECT_ACCESS, "true") if lab.layout.routed_pods else nullcontext()
    with config, objects(lab, *services.values(), ingress):
        replicas = len(lab.pods())
        direct = lab.wait_bound(f"Service {namespace}/load-direct", direct=True, backends=replicas)
        node_port = lab.wait_bound(f"Service {namespace}/load-node-port", direct=False, backends=len(lab.layout.nodes))
        proxied = lab.wait_bound(f"Ingress {namespace}/load-ingress", direct=False, backends=len(lab.layout.nodes))
        port = lab.get("service", "load-node-port", f"--namespace={namespace}")["spec"]["ports"][0]["nodePort"]
        lab.wait_node_port(port)
        yield [
            Way("direct", "Direct to the pod", "direct", f"http://{direct['address']}:{PORT}/"),
            Way("node-port", "Through a node port", "node port", f"http://{node_port['address']}:{PORT}/"),
            Way("ingress", "Ingress over a node port", "Ingress", f"http://{proxied['address']}:{PORT}/"),
        ]


def measure(lab: Lab, ways: Sequence[Way], say: Callable[[str, str], None], *, rounds: int = ROUNDS) -> Load:
    """Load all ways in all shapes, round after round; no shape gets more than so many `rounds`."""
    runs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    slug = lab.scenario.slug
    processes = _processes(lab)
    with preferred(process for members in processes.values() for process in members):
        for way in ways:
            _once(lab, way, SHAPES[0], processes)
        last = min(rounds, ROUNDS)
        for number in range(last):
            say(slug, f"load, round {number + 1} of {last}")
            for shape in SHAPES:
                # Each round begins with another way, so that none always follows the same one.
                for index in range(len(ways) if number < shape.rounds else 0):
                    way = ways[(index + number) % len(ways)]
                    runs.setdefault((way.name, shape.name), []).append(_once(lab, way, shape, processes))
    measured = [_summary(way.name, shape.name, runs[way.name, shape.name]) for shape in SHAPES for way in ways]
    return Load(slug, list(ways), measured)


def _processes(lab: Lab) -> dict[str, list[int]]:
    pods = [pod["metadata"]["name"] for pod in lab.pods()]
    return {
        "balancer": network.processes(lab.layout.namespace("balancer")),
        "app": [process for pod in pods for process in network.processes(lab.layout.namespace(pod))],
    }


def _once(lab: Lab, way: Way, shape: Shape, processes: dict[str, list[int]]) -> dict[str, Any]:
    allowed = os.sched_getaffinity(0)
    wanted = {max(allowed)} if shape.one_processor else allowed
    for member in (member for members in processes.values() for member in members):
        _place(member, wanted)
    command = [
        "taskset",
        "--cpu-list",
        ",".join(map(str, sorted(wanted))),
        "wrk",
        "--threads=1",
        f"--connections={shape.connections}",
        f"--duration={SECONDS}s",
        "--timeout=5s",
    ]
    command += [f"--script={SCRIPT}", *([f"--header={shape.header}"] if shape.header else []), way.url]
    before = {part: sum(map(cpu_nanoseconds, members)) for part, members in processes.items()}
    process = subprocess.Popen(
        inside(lab.layout.namespace("client"), command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _set_priority(process.pid, PRIORITY)
    output = process.stdout.read().decode() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise LabError(f"wrk failed on {way.url}: {output.strip()}")
    after = {part: sum(map(cpu_nanoseconds, members)) for part, members in processes.items()}
    line = next((line for line in output.splitlines() if line.startswith("{")), "")
    if not line:
        raise LabError(f"wrk said nothing about {way.url}: {output.strip()}")
    found: dict[str, Any] = json.loads(line)
    if not found["requests"]:
        raise LabError(f"no request of the load on {way.url} was answered: {output.strip()}")
    found["cpu"] = {part: (after[part] - before[part]) / 1000 for part in processes}
    found["cpu"]["client"] = (usage.ru_utime + usage.ru_stime) * 1e6
    return found


def _summary(way: str, shape: str, runs: Sequence[dict[str, Any]]) -> Measured:
    requests = sum(run["requests"] for run in runs)
    rates = [run["requests"] / run["microseconds"] * 1e6 for run in runs]
    curves = [{float(step): float(value) for step, value in run["percentiles"]} for run in runs]
    curve = [(step, statistics.median(each[step] for each in curves)) for step in curves[0]]
    at = dict(curve)
    return Measured(
        way=way,
        shape=shape,
        p50=at[50.0],
        p99=at[99.0],
        rate=statistics.median(rates),
        rates=[round(rate, 1) for rate in rates],
        p50s=[each[50.0] for each in curves],
        cpu={part: sum(run["cpu"][part] for run in runs) / requests for part in PARTS},
        requests=requests,
        errors=sum(run["errors"] for run in runs),
        percentiles=curve,
    )
