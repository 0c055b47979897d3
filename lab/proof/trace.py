"""One request's path, station by station, as the kernel showed it."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from typing import Any

from lab.proof.capture import Capture, Hop, translations
from lab.rig.shell import LabError, wait_for
from lab.rig.world import World

ROLES = {"client": "client", "internet": "internet", "balancer": "load balancer", "vpc": "VPC router"}
"""Words for the namespaces that every lab has; nodes and pods go by their names."""
ATTEMPTS = 8
"""Requests over a node port, of which the first that crosses to another node is shown."""
CAPTURE_SECONDS = 10.0


@dataclass(frozen=True)
class Wire:
    """What was seen on one interface."""

    interface: str
    source: str
    target: str
    """Address and port."""
    forwarded_for: str | None = None


@dataclass
class Station:
    """A namespace on the path: what came in, and what left on each interface."""

    role: str
    came: Wire | None = None
    left: list[Wire] = field(default_factory=list)
    kernel: list[str] = field(default_factory=list)
    """What the kernel's connection table says was rewritten here."""

    @property
    def title(self) -> str:
        """For people."""
        return ROLES.get(self.role, self.role)

    @property
    def is_pod(self) -> bool:
        """Whether the path ends here."""
        return self.role not in ROLES and not self.left


@dataclass(frozen=True)
class Trace:
    """A request from the client to a pod."""

    title: str
    url: str
    client: str
    pod: str
    app_saw: str
    """The socket's peer or the header, as the app wrote it."""
    keeps: bool
    """Whether that names the client where the app reads it."""
    stations: list[Station]
    microseconds: float
    """From the client's first packet to the one that carried the request into the pod."""

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)


def trace(world: World, title: str, url: str, *, in_header: bool, crossing: bool) -> Trace:
    """Ask once from the client and follow the request. `crossing`: prefer a request that is passed on to another node."""
    client = str(world.plan.client)
    windows: list[tuple[float, float, dict[str, Any]]] = []
    with Capture(world) as capture:
        for _ in range(ATTEMPTS if crossing else 1):
            begun = time.time()
            answer = world.ask(world.plan.namespace("client"), url)
            if answer["answer"] is None:
                raise LabError(f"no answer from {url}: {answer['problem']}")
            windows.append((begun, time.time(), answer))
        answered = {answer["answer"]["pod"] for _, _, answer in windows}

        def written() -> bool:
            return sum(hop.is_request for pod in answered for hop in capture.seen(pod)) >= len(windows)

        wait_for("tcpdump to write what reached the pods", written, seconds=CAPTURE_SECONDS, interval=0.02)
    pods = {pod["metadata"]["name"] for pod in world.pods()}
    traces = []
    for begun, ended, answer in windows:
        hops = _of(capture.hops, begun, ended, pods - {answer["answer"]["pod"]})
        traces.append(_trace(title, url, client, answer, hops, in_header=in_header))
    chosen = max(traces, key=lambda each: len(each.stations)) if crossing else traces[0]
    for station in chosen.stations:
        wires = [wire for wire in (station.came, *station.left) if wire]
        station.kernel += translations(world, station.role, {int(wire.source.rpartition(":")[2]) for wire in wires})
    return chosen


def _of(hops: Sequence[Hop], begun: float, ended: float, bystanders: set[str]) -> list[Hop]:
    """The hops of one request. A bridge that has forgotten where a pod is shows a packet to every pod: they do not count."""
    return [hop for hop in hops if begun <= hop.time <= ended and hop.role not in bystanders]


def _trace(title: str, url: str, client: str, asked: dict[str, Any], hops: Sequence[Hop], *, in_header: bool) -> Trace:
    answer = asked["answer"]
    if in_header:
        saw = str(answer["headers"].get("X-Forwarded-For", "no X-Forwarded-For"))
        keeps = saw.rsplit(",", maxsplit=1)[-1].strip() == client
    else:
        saw = str(answer["client_ip"])
        keeps = saw == client
    begun = min((hop.time for hop in hops if hop.begins), default=0.0)
    ended = max((hop.time for hop in hops if hop.is_request and hop.role == answer["pod"]), default=begun)
    return Trace(title, url, client, answer["pod"], saw, keeps, stations_of(hops), round((ended - begun) * 1e6, 1))


def stations_of(hops: Sequence[Hop]) -> list[Station]:
    """The namespaces in the order in which the connection reached them, out of the first packets of its parts."""
    headers = {
        (hop.role, hop.interface, hop.direction, hop.source): hop.forwarded_for for hop in hops if hop.is_request
    }
    found: list[Station] = []
    for hop in sorted((hop for hop in hops if hop.begins), key=lambda hop: hop.time):
        key = (hop.role, hop.interface, hop.direction, hop.source)
        wire = Wire(
            hop.interface, f"{hop.source}:{hop.source_port}", f"{hop.target}:{hop.target_port}", headers.get(key)
        )
        if hop.direction == "Out" and found and found[-1].role == hop.role:
            found[-1].left.append(wire)
        elif hop.direction == "Out":
            found.append(Station(hop.role, None, [wire]))
        elif not (found and found[-1].role == hop.role and found[-1].came and not found[-1].left):
            found.append(Station(hop.role, wire))
    return found


def address_of(place: str) -> str:
    """The address in `address:port`."""
    return str(ip_address(place.rpartition(":")[0]))
