"""One request's path, station by station, as the kernel showed it."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from typing import Any

from lab.proof.capture import Capture, Packet, translations
from lab.rig.lab import Lab
from lab.rig.shell import LabError

ROLES = {"client": "client", "internet": "internet", "balancer": "load balancer", "vpc": "VPC router"}
"""Words for the namespaces that every lab has; nodes and pods go by their names."""
ATTEMPTS = 8
"""Requests over a node port, of which the first that crosses to another node is shown."""


@dataclass(frozen=True)
class Wire:
    """A packet as seen on one interface."""

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
    """Rewrites here, by the kernel's connection table."""

    @property
    def title(self) -> str:
        """For people."""
        return ROLES.get(self.role, self.role)

    @property
    def is_pod(self) -> bool:
        """True where the path ends."""
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
    """True if that names the client where the app reads it."""
    stations: list[Station]

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)


def trace(lab: Lab, title: str, url: str, *, in_header: bool, crossing: bool) -> Trace:
    """Ask once from the client and follow the request. `crossing`: prefer a request that is passed on to another node."""
    client = str(lab.layout.client)
    windows: list[tuple[float, float, dict[str, Any]]] = []
    with Capture(lab.layout) as capture:
        for _ in range(ATTEMPTS if crossing else 1):
            begun = time.time()
            answer = lab.ask(lab.layout.namespace("client"), url)
            if answer["answer"] is None:
                raise LabError(f"no answer from {url}: {answer['problem']}")
            windows.append((begun, time.time(), answer))
    pods = {pod["metadata"]["name"] for pod in lab.pods()}
    traces = []
    for begun, ended, answer in windows:
        packets = packets_of(capture.packets, begun, ended, pods - {answer["answer"]["pod"]})
        traces.append(_trace(title, url, client, answer, packets, in_header=in_header))
    chosen = max(traces, key=lambda each: len(each.stations)) if crossing else traces[0]
    for station in chosen.stations:
        wires = [wire for wire in (station.came, *station.left) if wire]
        station.kernel += translations(lab, station.role, {int(wire.source.rpartition(":")[2]) for wire in wires})
    return chosen


def packets_of(packets: Sequence[Packet], begun: float, ended: float, bystanders: set[str]) -> list[Packet]:
    """The packets of one request: of connections that carry one, which those of health checks do not.

    A bridge that has forgotten where a pod is shows a packet to every pod: they do not count.
    """
    mine = [packet for packet in packets if begun <= packet.time <= ended and packet.role not in bystanders]
    asking = {_connection(packet) for packet in mine if packet.is_request}
    return [packet for packet in mine if _connection(packet) in asking]


def _connection(packet: Packet) -> tuple[str, str, int, str, int]:
    return packet.role, packet.source, packet.source_port, packet.target, packet.target_port


def _trace(
    title: str, url: str, client: str, asked: dict[str, Any], packets: Sequence[Packet], *, in_header: bool
) -> Trace:
    answer = asked["answer"]
    if in_header:
        saw = str(answer["headers"].get("X-Forwarded-For", "no X-Forwarded-For"))
        keeps = saw.rsplit(",", maxsplit=1)[-1].strip() == client
    else:
        saw = str(answer["client_ip"])
        keeps = saw == client
    return Trace(title, url, client, answer["pod"], saw, keeps, stations_of(packets))


def stations_of(packets: Sequence[Packet]) -> list[Station]:
    """The namespaces in the order in which the connection reached them, out of the first packets of its parts."""
    headers = {
        (packet.role, packet.interface, packet.direction, packet.source): packet.forwarded_for
        for packet in packets
        if packet.is_request
    }
    found: list[Station] = []
    for packet in sorted((packet for packet in packets if packet.begins), key=lambda packet: packet.time):
        key = (packet.role, packet.interface, packet.direction, packet.source)
        wire = Wire(
            packet.interface,
            f"{packet.source}:{packet.source_port}",
            f"{packet.target}:{packet.target_port}",
            headers.get(key),
        )
        if packet.direction == "Out" and found and found[-1].role == packet.role:
            found[-1].left.append(wire)
        elif packet.direction == "Out":
            found.append(Station(packet.role, None, [wire]))
        elif not (found and found[-1].role == packet.role and found[-1].came and not found[-1].left):
            found.append(Station(packet.role, wire))
    return found


def address_of(place: str) -> str:
    """The address in `address:port`."""
    return str(ip_address(place.rpartition(":")[0]))
