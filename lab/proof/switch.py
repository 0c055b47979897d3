"""What clients lose while a stack is changed from one way to another, and whether they need another address.

The app's names and image are the same before and after, as those of somebody's own app are. Objects are changed in the order
of the library's program, and what the new way does not have is deleted last, when the new address is there: as Pulumi does it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from lab.proof.downtime import lagging
from lab.proof.pouring import Poured, Pouring, pouring
from lab.proof.spelling import Object, rendered
from lab.rig import deploy
from lab.rig.lab import Lab
from lab.rig.shell import LabError, wait_for
from realip.reads import Reads
from realip.scenarios import SCENARIOS, by_slug

RESULTS_FILE = "switch.json"
NAME = "shop"
"""Of everything of the app that is switched."""
PAIRS = (
    ("vpc-cni-nondirect-native", "vpc-cni-direct-native"),
    ("vpc-cni-direct-native", "vpc-cni-nondirect-native-local"),
    ("globalrouter-direct-native", "globalrouter-nondirect-native"),
)
MOVING_SECONDS = 8.0
"""How long both addresses are asked once both are there, as clients find the new one by and by."""
SERVED_SECONDS = 120.0
RATE = 200
Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Switched:
    """One change of way, under load."""

    start: str
    target: str
    same_address: bool
    phases: list[Poured]
    """Of the old address: before, `change` until the new way serves, `moving` while both are asked, `removed` at the end."""
    new: Poured | None
    """Of the new address, from the moment that it is known; None where it is the old one."""
    gap: float
    """Seconds in which no address answered; negative: for how long both did, without the time that clients were given."""

    def phase(self, name: str) -> Poured:
        """A phase of the old address."""
        return next((each for each in self.phases if each.name == name), Poured(name))

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The other way round."""
        phases, new = [Poured.from_json(each) for each in values["phases"]], values["new"]
        return cls(**(values | {"phases": phases, "new": Poured.from_json(new) if new else None}))


def pairs_of(labs: Sequence[Lab]) -> list[tuple[Lab, str]]:
    """The changes that begin in one of these labs, and whose target is a scenario."""
    known = {row.slug for row in SCENARIOS}
    return [(lab, target) for lab in labs for start, target in PAIRS if start == lab.scenario.slug and target in known]


def _config() -> dict[str, object]:
    # This image answers with its socket's peer and with the headers, so it suits both layers.
    image = next(row.image for row in SCENARIOS if row.reads is Reads.SOCKET_PEER)
    names = {f"app.{each}": NAME for each in ("namespace", "deployment", "container", "service", "ingress")}
    return names | {"app.image": image, "app.replicas": 3}


def _render(lab: Lab, slug: str) -> Path:
    row = by_slug(slug)
    if row is None:
        raise LabError(f"no scenario is called {slug}")
    config = _config()
    if not row.names.ingress:
        del config["app.ingress"]
    return deploy.render_stack(slug, lab.folder / f"switch-{slug}", config)


def _identity(found: Object) -> tuple[str, str, str]:
    metadata = found["metadata"]
    return found["kind"], metadata.get("namespace", ""), metadata["name"]


def _exposure(objects: Sequence[Object]) -> Object:
    """The object that has the load balancer: the Ingress, or where there is none the Service."""
    by_kind = {each["kind"]: each for each in objects}
    return by_kind.get("Ingress") or by_kind["Service"]


def _address(lab: Lab, exposure: Object) -> str:
    """The address of an exposure that is bound as its annotations say, once it has one."""
    kind, namespace, name = _identity(exposure)
    wanted = any(
        value == "true" for key, value in exposure["metadata"]["annotations"].items() if key.endswith("/direct-access")
    )
    entry = lab.wait_bound(f"{kind} {namespace}/{name}", direct=wanted, seconds=SERVED_SECONDS)

    def published() -> str:
        status = lab.get(kind.lower(), name, f"--namespace={namespace}").get("status", {})
        return ",".join(each["ip"] for each in status.get("loadBalancer", {}).get("ingress") or ())

    address = str(entry["address"])
    wait_for(f"the address of {kind} {name}", lambda: published() == address, seconds=SERVED_SECONDS)
    return address


def _settled(lab: Lab) -> None:
    def there() -> bool:
        found = lab.get("deployment", NAME, f"--namespace={NAME}")
        wanted, status = found["spec"]["replicas"], found.get("status", {})
        return bool(
            wanted == status.get("readyReplicas", 0) == status.get("updatedReplicas", 0) == status.get("replicas", 0)
        )

    wait_for(f"the pods of Deployment {NAME}", there, seconds=SERVED_SECONDS, interval=0.5)


@contextmanager
def _deployed(lab: Lab, folder: Path) -> Iterator[None]:
    deploy.apply(lab, folder)
    try:
        _settled(lab)
        yield
    finally:
        lab.kubectl("delete", "namespace", NAME, "--wait=true", timeout=SERVED_SECONDS)
        deploy.apply(lab, lab.folder / deploy.RENDERED)


def switch(lab: Lab, target: str, say: Say) -> Switched:
    """Change an app of its own in a lab to another way, under load."""
    start = lab.scenario
    aim = by_slug(target)
    if aim is None:
        raise LabError(f"no scenario is called {target}")
    before, after = _render(lab, start.slug), _render(lab, target)
    old_objects, new_objects = rendered(before), rendered(after)
    say(start.slug, f"to {target}: the app as it is before")
    with _deployed(lab, before), lagging(lab), ExitStack() as stack:
        old = _address(lab, _exposure(old_objects))
        requests = stack.enter_context(pouring(lab, old, start.reads, rate=RATE))
        requests.wait(2.0)
        say(start.slug, f"to {target}: the change, under {RATE} requests a second")
        requests.begin("change")
        deploy.apply(lab, after)
        new = _address(lab, _exposure(new_objects))
        requests.begin("moving")
        others: Pouring | None = None
        if new != old:
            others = stack.enter_context(pouring(lab, new, aim.reads, rate=RATE))
            others.begin("new")
        requests.wait(MOVING_SECONDS)
        requests.begin("removed")
        for kind, namespace, name in dict.fromkeys(map(_identity, old_objects)):
            if kind in {"Ingress", "Service"} and (kind, namespace, name) not in map(_identity, new_objects):
                lab.kubectl("delete", kind, name, f"--namespace={namespace}")
        _settled(lab)
        requests.wait(MOVING_SECONDS)
        counts = requests.end()
        fresh = others.end()["new"] if others else None
    last = max(counts[name].last for name in ("before", "change", "moving") if name in counts)
    gap = fresh.first - last if fresh and not counts["moving"].last else 0.0
    return Switched(start.slug, target, new == old, list(counts.values()), fresh, round(gap, 2))


def collect(labs: Sequence[Lab], say: Say) -> list[Switched]:
    """One change after the other; results are kept beside the labs."""
    found = []
    for lab, target in pairs_of(labs):
        one = switch(lab, target, say)
        (lab.folder / RESULTS_FILE).write_text(json.dumps(one.to_json(), indent=2))
        found.append(one)
    return found


def kept(lab: Lab) -> Switched | None:
    """What was measured last on this lab."""
    try:
        return Switched.from_json(json.loads((lab.folder / RESULTS_FILE).read_text()))
    except FileNotFoundError:
        return None
