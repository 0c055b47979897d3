"""The packets that really crossed each interface: tcpdump in every namespace, and the kernel's own table of translations.

One request at a time; the first packet of each connection (SYN) and the request itself tell who was seen as the source where.
"""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from lab.rig.lab import Lab
from lab.rig.layout import Layout
from lab.rig.network import existing
from lab.rig.shell import NAMESPACES, LabError, enter, inside, run_inside, wait_for

START_SECONDS = 15.0
END_SECONDS = 10.0
LAST = ("127.0.0.1", 9)
"""Where a namespace sends the last packet of a capture: nobody listens there."""
ENDING = ("setpriv", "--pdeathsig", "KILL", "--")
"""A killed command leaves no tcpdump behind."""
# Beginnings of connections, and packets whose payload begins with "GET ".
_FILTER = (
    "tcp and not host {control} and "
    "((tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn) or tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420)"
)
_PACKET = re.compile(
    r"^(?P<time>\d+\.\d+) (?P<interface>\S+) +(?P<direction>In|Out|P|B|M) +IP "
    r"(?P<source>[\d.]+)\.(?P<source_port>\d+) > (?P<target>[\d.]+)\.(?P<target_port>\d+): Flags \[(?P<flags>[^\]]+)\]"
)
_HEADER = re.compile(r"^X-Forwarded-For: *(?P<value>[^\r\n]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Packet:
    """One packet on one interface."""

    time: float
    role: str
    """The namespace, by its role."""
    interface: str
    direction: str
    """`In` or `Out`, as the namespace sees it."""
    source: str
    source_port: int
    target: str
    target_port: int
    begins: bool
    """The first packet of a connection; else the one with the request."""
    forwarded_for: str | None = None
    """The request's X-Forwarded-For, where it has one."""

    @property
    def is_last(self) -> bool:
        """True if the capture sent it itself, at its end."""
        return (self.target, self.target_port) == LAST

    @property
    def is_request(self) -> bool:
        """True if the packet carries the request."""
        return not self.begins

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)


@dataclass(frozen=True)
class _Watch:
    """The tcpdump in one namespace. It ends with the namespace: a pod may leave while others are watched."""

    role: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    errors: IO[bytes]

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def has_begun(self) -> bool:
        return b"listening on" in _content(self.errors)

    @property
    def has_caught_up(self) -> bool:
        return any(packet.is_last for packet in self.packets())

    def packets(self) -> list[Packet]:
        return parse(self.role, _content(self.output).decode("utf-8", "replace"))

    def send_last(self) -> None:
        """Send the last packet, from the namespace of the process: its name may be gone already."""
        try:
            enter(Path(f"/proc/{self.process.pid}/ns/net"))
        except LabError:
            return  # nothing is left to wait for if it has ended; else the wait says what did not come
        with socket.socket() as asking:
            asking.settimeout(1)
            asking.connect_ex(LAST)

    def read_to_end(self) -> list[Packet]:
        """What went by, when the process has ended."""
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with self.output, self.errors:
            return [packet for packet in self.packets() if not packet.is_last]


class Capture:
    """`with Capture(lab.layout) as capture: ...`, then `capture.packets`, in the order of time.

    All namespaces share one kernel and one clock, so times compare to the microsecond.
    """

    def __init__(self, layout: Layout, roles: Sequence[str] | None = None) -> None:
        """`roles`: which namespaces to watch; all but the control plane's if not given."""
        self._layout = layout
        known = [name.removeprefix(layout.base) for name in existing(layout.base)]
        self._roles = [
            role for role in known if (role in roles if roles is not None else role not in {"control", "office"})
        ]
        self._watches: list[_Watch] = []
        self.packets: list[Packet] = []

    def __enter__(self) -> Self:
        """Start watching; returns when every interface is watched."""
        try:
            self._watches += [self._watch(role) for role in self._roles]
            for watch in self._watches:
                wait_for(
                    f"tcpdump in {watch.role}", partial(self._is_ready, watch), seconds=START_SECONDS, interval=0.02
                )
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching when everything is written that went by until now, and read it."""
        try:
            if kind is None:
                self._catch_up()
        finally:
            self._stop()

    def _watch(self, role: str) -> _Watch:
        words = ["-i", "any", "-nn", "-tt", "-l", "-A", "--immediate-mode", "-s", "2048"]
        expression = _FILTER.format(control=self._layout.control_plane)
        command = inside(self._layout.namespace(role), [*ENDING, "tcpdump", *words, expression])
        output, errors = _file(), _file()
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL, start_new_session=True
        )
        return _Watch(role, process, output, errors)

    def _is_ready(self, watch: _Watch) -> bool:
        if watch.has_begun:
            return True
        if not watch.has_ended:
            return False
        if (NAMESPACES / self._layout.namespace(watch.role)).exists():
            words = _content(watch.errors).decode("utf-8", "replace").strip()
            # Said when the time is over, if then: a pod that leaves loses its processes first, and its namespace after them.
            raise LabError(f"it ended: {words}")
        return True

    def _catch_up(self) -> None:
        """Wait for a last packet: tcpdump writes in turn, may be behind, and drops what it has not read when it ends."""
        with ThreadPoolExecutor(1) as thread:  # what it enters is its own affair
            for watch in self._watches:
                thread.submit(watch.send_last).result()
        for watch in self._watches:
            what = f"tcpdump in {watch.role} to catch up"
            wait_for(what, partial(_is_done, watch), seconds=END_SECONDS, interval=0.02)

    def _stop(self) -> None:
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.process.send_signal(signal.SIGINT)
        for watch in watches:
            self.packets += watch.read_to_end()
        self.packets.sort(key=lambda packet: packet.time)


def _is_done(watch: _Watch) -> bool:
    return watch.has_caught_up or watch.has_ended


def _file() -> IO[bytes]:
    return TemporaryFile()


def _content(file: IO[bytes]) -> bytes:
    # Not read(): tcpdump writes through the same file description, whose position must stay where it is.
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


def parse(role: str, text: str) -> list[Packet]:
    """Lines of tcpdump as packets."""
    packets: list[Packet] = []
    for line in text.splitlines():
        if match := _PACKET.match(line):
            packets.append(
                Packet(
                    time=float(match["time"]),
                    role=role,
                    interface=match["interface"],
                    direction=match["direction"],
                    source=match["source"],
                    source_port=int(match["source_port"]),
                    target=match["target"],
                    target_port=int(match["target_port"]),
                    begins="S" in match["flags"],
                )
            )
        elif packets and not packets[-1].begins and (header := _HEADER.match(line)):
            packets[-1] = Packet(**(asdict(packets[-1]) | {"forwarded_for": header["value"].strip()}))
    return packets


def translations(lab: Lab, role: str, ports: set[int]) -> list[str]:
    """The kernel's connection table in a namespace: entries of these ports whose answer differs from the mirrored question."""
    text = run_inside(lab.layout.namespace(role), ["conntrack", "-L", "-p", "tcp"], check=False)
    found = []
    for line in text.splitlines():
        pairs = re.findall(r"(src|dst|sport|dport)=(\S+)", line)
        if len(pairs) != 8:
            continue
        forth, back = dict(pairs[:4]), dict(pairs[4:])
        if not {int(forth["sport"]), int(back["dport"])} & ports:
            continue
        changes = []
        if (forth["dst"], forth["dport"]) != (back["src"], back["sport"]):
            changes.append(f"destination {forth['dst']}:{forth['dport']} became {back['src']}:{back['sport']}")
        if (forth["src"], forth["sport"]) != (back["dst"], back["dport"]):
            changes.append(f"source {forth['src']}:{forth['sport']} became {back['dst']}:{back['dport']}")
        if changes:
            found.append(" and ".join(changes))
    return found
