"""What a client loses while an app is updated, moved and made smaller: nothing, where a way to the pods allows it.

The stack is the library's, with its defaults. The lab's service controller takes some seconds for every change, as CLB's own
takes time, and pods that a load balancer reaches straight become ready only when its health check has found them so: that is
TKE's readiness gate, and it is the lab's controller that plays it.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from lab.proof.changes import restore, undone
from lab.proof.pouring import RATE, Poured, Pouring, pouring
from lab.rig.balancer import LAG_FILE
from lab.rig.lab import Lab, Object
from lab.rig.shell import LabError, wait_for
from lab.rig.tke_keys import GRACE_DELETION, ONLY_NODES_WITH_PODS, WEIGHTED_BALANCE

RESULTS_FILE = "downtime.json"
LATE_SECONDS = 1.0
"""A machine that sends requests later than this answers them later too, and what it loses says nothing about the ways."""
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


@contextmanager
def unprepared(lab: Lab) -> Iterator[None]:
    """Pods without a pause before they end, and without graceful deletion: what the library's defaults are there for."""
    name, namespace = _names(lab)
    old = _pods(lab)
    hook = json.dumps([{"op": "remove", "path": "/spec/template/spec/containers/0/lifecycle"}])
    lab.kubectl("annotate", *_exposed(lab), namespace, *(f"{key}-" for key in GRACE_DELETION.values()))
    lab.kubectl("patch", name, namespace, "--type=json", f"--patch={hook}")
    _settled(lab, old)
    yield


@contextmanager
def every_node_bound(lab: Lab) -> Iterator[None]:
    """Policy Local without the annotation that binds nodes with pods only: the health check has to find a node without."""
    _, namespace = _names(lab)
    keys = (ONLY_NODES_WITH_PODS, WEIGHTED_BALANCE)
    lab.kubectl("annotate", *_exposed(lab), namespace, *(f"{key}-" for key in keys))
    lab.wait_bound(lab.key, direct=False, backends=len(lab.layout.nodes))
    yield


def _exposed(lab: Lab) -> tuple[str, str]:
    kind, _, name = lab.key.partition(" ")
    return kind.lower(), name.rpartition("/")[2]


def _is_local(lab: Lab) -> bool:
    """True for a Service that is reached over node ports, which keeps the client's address by policy Local."""
    return not lab.is_direct and lab.key.startswith("Service")


@dataclass(frozen=True)
class Contrast:
    """The same disruption with something of the defaults missing: it has to lose requests, or the measurement sees none."""

    name: str
    title: str
    without: Callable[[Lab], AbstractContextManager[None]]
    run: Callable[[Lab], None]
    fits: Callable[[Lab], bool]


CONTRASTS = (
    Contrast(
        "unprepared",
        "Rolling update without preStop and graceful deletion",
        unprepared,
        rolling_update,
        # At layer 7 the load balancer tries the next pod where one refuses, so nothing is lost there either way.
        lambda lab: lab.is_direct and lab.key.startswith("Service"),
    ),
    Contrast(
        "every-node",
        "Drain of a node, Local without only binding nodes with pods",
        every_node_bound,
        node_drain,
        _is_local,
    ),
)


def cut_by_design(lab: Lab) -> list[str]:
    """Disruptions that take a node's last pod away where the load balancer binds nodes with pods only.

    The node is unbound at that moment, and CLB forwards nothing more on its open connections (457/48771): clients have to open
    new ones. No annotation of TKE's makes it wait, and no default of the library's can.
    """
    return ["scale-down", "node-drain"] if _is_local(lab) else []


@dataclass(frozen=True)
class Downtime:
    """What the clients of one scenario lost."""

    slug: str
    phases: list[Poured]
    rate: float
    lag: float
    problem: str = ""
    """Why it was not measured to the end."""
    contrasts: list[Poured] = field(default_factory=list)
    """Disruptions with something of the defaults missing."""
    cut: list[str] = field(default_factory=list)
    """Disruptions in which kept connections are cut by design; new ones are not to be lost there either."""

    def has_passed(self, phase: Poured) -> bool:
        """True if a phase lost nothing but what is cut by design, and every answer was for the client."""
        kept = 0 if phase.name in self.cut else sum(phase.lost_kept.values())
        return not kept and not phase.lost_new and not phase.strangers

    @property
    def passed(self) -> bool:
        """True if every phase did, and each contrast lost something."""
        return not self.problem and all(map(self.has_passed, self.phases)) and all(each.lost for each in self.contrasts)

    def to_json(self) -> dict[str, Any]:
        """All fields, and `passed`."""
        return asdict(self) | {"passed": self.passed}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The other way round."""
        fields = {name: value for name, value in values.items() if name not in {"passed", "phases", "contrasts"}}
        phases, contrasts = ([Poured.from_json(each) for each in values[name]] for name in ("phases", "contrasts"))
        return cls(phases=phases, contrasts=contrasts, **fields)


@contextmanager
def lagging(lab: Lab, seconds: float = LAG_SECONDS) -> Iterator[None]:
    """Every change takes a while to reach the load balancer."""
    path = lab.folder / LAG_FILE
    path.write_text(str(seconds))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def measure(
    lab: Lab, disruptions: Sequence[Disruption], say: Say, *, contrasts: bool = True, rate: float = RATE
) -> Downtime:
    """One scenario under load, disrupted; then the contrasts, after which the lab is to be restored."""
    slug = lab.scenario.slug
    counts: dict[str, Poured] = {}
    contrasted: list[Poured] = []
    problem = ""

    def disrupt(name: str, title: str, run: Callable[[Lab], None], requests: Pouring) -> None:
        say(slug, f"{title}, under {rate:g} requests a second")
        requests.begin(name)
        run(lab)

    with lagging(lab):
        try:
            with pouring(lab, lab.address, lab.scenario.reads, rate=rate) as requests:
                try:
                    for each in disruptions:
                        disrupt(each.name, each.title, each.run, requests)
                finally:
                    counts = requests.end()
            for contrast in CONTRASTS if contrasts else ():
                if contrast.fits(lab):
                    with contrast.without(lab), pouring(lab, lab.address, lab.scenario.reads, rate=rate) as requests:
                        disrupt(contrast.name, contrast.title, contrast.run, requests)
                        contrasted.append(requests.end()[contrast.name])
        except LabError as error:
            problem = str(error)
    phases = [counts[each.name] for each in disruptions if each.name in counts]
    found = Downtime(slug, phases, rate, LAG_SECONDS, problem, contrasted, cut_by_design(lab))
    late = max((phase.late for phase in phases), default=0.0)
    if late <= LATE_SECONDS or all(map(found.has_passed, phases)):
        return found
    busy = f"the machine was too busy: requests were sent up to {late:.1f} s late; take a quiet one, or a lower --rate"
    return replace(found, problem=problem or busy)


def collect(
    labs: Sequence[Lab],
    say: Say,
    *,
    only: Collection[str] = (),
    contrasts: bool = True,
    rate: float = RATE,
    at_once: int = SIDE_BY_SIDE,
) -> list[Downtime]:
    """Some scenarios at a time, as the machine's processors are the clients' too; results are kept beside each lab.

    `only`: names of the disruptions; all if empty.
    """
    chosen = [each for each in DISRUPTIONS if each.name in only or not only]

    def one(lab: Lab) -> Downtime:
        with undone(lab):
            found = measure(lab, chosen, say, contrasts=contrasts, rate=rate)
            if found.contrasts or found.problem:
                restore(lab)
        (lab.folder / RESULTS_FILE).write_text(json.dumps(found.to_json(), indent=2))
        return found

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, labs))


def kept(lab: Lab) -> Downtime | None:
    """What was measured last on this lab."""
    try:
        return Downtime.from_json(json.loads((lab.folder / RESULTS_FILE).read_text()))
    except FileNotFoundError:
        return None
