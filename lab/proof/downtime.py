"""What a client loses while an app is updated, moved and made smaller: nothing, where a way to the pods allows it.

The stack is the library's, with its defaults. The lab's service controller takes some seconds for every change, as CLB's own
takes time, and pods that a load balancer reaches straight become ready only when its health check has found them so: that is
TKE's readiness gate, and it is the lab's controller that plays it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Self

from lab.proof.changes import undone
from lab.proof.pouring import RATE, Poured, pouring
from lab.rig.balancer import LAG_FILE
from lab.rig.lab import Lab, Object
from lab.rig.shell import LabError, wait_for

RESULTS_FILE = "downtime.json"
LAG_SECONDS = 2.0
"""How long a change takes to reach the load balancer while this is measured."""
SIDE_BY_SIDE = 2
PHASE_SECONDS = 240.0
Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Disruption:
    """Something that people do to a running app."""

    name: str
    title: str
    run: Callable[[Lab], None]


def _names(lab: Lab) -> tuple[str, str]:
    names = lab.scenario.names
    return f"deployment/{names.deployment}", f"--namespace={names.namespace}"


def _pods(lab: Lab) -> set[str]:
    return {pod["metadata"]["name"] for pod in lab.pods()}


def _deployment(lab: Lab) -> Object:
    name, namespace = _names(lab)
    return lab.get(name, namespace)


def _settled(lab: Lab, gone: set[str]) -> None:
    """Until these pods are gone, with their last connections, and all that are wanted are ready."""

    def there() -> bool:
        found = _deployment(lab)
        wanted, status = found["spec"]["replicas"], found.get("status", {})
        pods = _pods(lab)
        return not gone & pods and len(pods) == wanted == status.get("readyReplicas", 0)

    wait_for("the old pods to be gone and the others to be ready", there, seconds=PHASE_SECONDS, interval=0.5)


def rolling_update(lab: Lab) -> None:
    """All pods are replaced, as by a new image."""
    old = _pods(lab)
    lab.kubectl("rollout", "restart", *_names(lab))
    _settled(lab, old)


def scale_down(lab: Lab) -> None:
    """One pod less, and then as many as before."""
    name, namespace = _names(lab)
    before, old = int(_deployment(lab)["spec"]["replicas"]), _pods(lab)
    try:
        lab.kubectl("scale", name, namespace, f"--replicas={before - 1}")
        wait_for("a pod to be gone", lambda: len(_pods(lab) & old) < before, seconds=PHASE_SECONDS, interval=0.5)
    finally:
        lab.kubectl("scale", name, namespace, f"--replicas={before}")
    _settled(lab, set())


def node_drain(lab: Lab) -> None:
    """`kubectl drain` of the node that has most of the pods, which then takes pods again."""
    on: list[str] = [pod["spec"]["nodeName"] for pod in lab.pods()]
    node = max(sorted(set(on)), key=on.count)
    leaving = {pod["metadata"]["name"] for pod in lab.pods() if pod["spec"]["nodeName"] == node}
    try:
        words = ["--ignore-daemonsets", "--delete-emptydir-data", f"--timeout={PHASE_SECONDS:g}s"]
        lab.kubectl("drain", node, *words, timeout=PHASE_SECONDS + 10)
        _settled(lab, leaving)
    finally:
        lab.kubectl("uncordon", node)


DISRUPTIONS = (
    Disruption("rolling-update", "Rolling update", rolling_update),
    Disruption("scale-down", "Scale down by one, and up", scale_down),
    Disruption("node-drain", "Drain of a node", node_drain),
)


@dataclass(frozen=True)
class Downtime:
    """What the clients of one scenario lost."""

    slug: str
    phases: list[Poured]
    rate: float
    lag: float
    problem: str = ""
    """Why it was not measured to the end."""

    @property
    def lost(self) -> int:
        """Requests without an answer, in all phases."""
        return sum(phase.lost for phase in self.phases)

    @property
    def passed(self) -> bool:
        """True if nothing was lost, and every answer was for the client."""
        return not self.problem and not self.lost and not any(phase.strangers for phase in self.phases)

    def to_json(self) -> dict[str, Any]:
        """All fields, and `passed`."""
        return asdict(self) | {"passed": self.passed}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The other way round."""
        fields = {name: value for name, value in values.items() if name not in {"passed", "phases"}}
        return cls(phases=[Poured.from_json(each) for each in values["phases"]], **fields)


@contextmanager
def lagging(lab: Lab, seconds: float = LAG_SECONDS) -> Iterator[None]:
    """Every change takes a while to reach the load balancer."""
    path = lab.folder / LAG_FILE
    path.write_text(str(seconds))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def measure(lab: Lab, disruptions: Sequence[Disruption], say: Say, *, rate: float = RATE) -> Downtime:
    """One scenario under load, disrupted."""
    slug = lab.scenario.slug
    problem, counts = "", {}
    with lagging(lab), pouring(lab, lab.address, lab.scenario.reads, rate=rate) as requests:
        try:
            for each in disruptions:
                say(slug, f"{each.title.lower()}, under {rate:g} requests a second")
                requests.begin(each.name)
                each.run(lab)
        except LabError as error:
            problem = str(error)
        counts = requests.end()
    return Downtime(
        slug, [counts[each.name] for each in disruptions if each.name in counts], rate, LAG_SECONDS, problem
    )


def collect(labs: Sequence[Lab], say: Say, disruptions: Sequence[Disruption] = DISRUPTIONS) -> list[Downtime]:
    """Scenarios two at a time, as the machine's processors are the clients' too; results are kept beside each lab."""

    def one(lab: Lab) -> Downtime:
        with undone(lab):
            found = measure(lab, disruptions, say)
        (lab.folder / RESULTS_FILE).write_text(json.dumps(found.to_json(), indent=2))
        return found

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(one, labs))


def kept(lab: Lab) -> Downtime | None:
    """What was measured last on this lab."""
    try:
        return Downtime.from_json(json.loads((lab.folder / RESULTS_FILE).read_text()))
    except FileNotFoundError:
        return None
