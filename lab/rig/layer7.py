"""Layer 7 of the load balancer: HAProxy. It ends the connection and makes one of its own for each request.

Backends change in the running proxy, as they do at CLB; only listeners, hosts and paths need a new one, which takes the
sockets over from the old, so that no connection in their queues is lost.
"""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

from lab.rig.binding import LoadBalancer
from lab.rig.health import Place
from lab.rig.layer4 import serving
from lab.rig.routes import Backend, Listener, Route
from lab.rig.shell import LabError, run, run_inside, start, wait_for
from tools.certificates import Authority

if TYPE_CHECKING:
    import subprocess

SLOTS = 16
"""Backends that a route can have without a new proxy."""
CONTROL_SECONDS = 5.0
CERTIFICATE_FILE = "clb.pem"

_HEAD = """\
global
    lua-load "{lua}"
    maxconn 8192
    nbthread 1
    user nobody
    group nogroup
    stats socket {control} mode 600 level admin expose-fd listeners
    hard-stop-after 30s
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout http-request 10s
    option http-server-close
    option redispatch
    retries 2
"""
_FRONT = """\
frontend {name}
    bind {address}:{port}{tls}
"""
_REDIRECT = """\
    http-request redirect scheme https code 301
"""
_HEADERS = """\
    # CLB appends whom it saw to what the client sent, in one line, and overwrites the rest.
    http-request lua.join_forwarded_for if {{ req.fhdr_cnt(X-Forwarded-For) gt 1 }}
    http-request replace-header X-Forwarded-For (.*) "\\1, %[src]"
    http-request set-header X-Forwarded-For %[src] unless {{ req.hdr(X-Forwarded-For) -m found }}
    http-request set-header X-Real-IP %[src]
    http-request set-header X-Forwarded-Proto {scheme}
    http-request set-header X-Client-Proto {scheme}
    http-request set-header X-Client-Proto-Ver HTTP/%[req.ver]
    http-request set-header X-Stgw-Time %[date].%[date_us]
"""


@dataclass
class Slots:
    """The servers of one of HAProxy's backends, some of them free."""

    places: list[Place | None] = field(default_factory=lambda: [None] * SLOTS)
    weights: dict[Place, int] = field(default_factory=dict)

    def put(self, name: str, wanted: Mapping[Place, int]) -> Iterator[str]:
        """The commands that make the slots hold these places, with these weights."""
        for number, place in enumerate(self.places):
            if place is not None and place not in wanted:
                self.places[number] = None
                yield f"set server {name}/s{number} state maint"
        for place, weight in wanted.items():
            if place not in self.places:
                if None not in self.places:
                    raise LabError(f"more than {SLOTS} backends on one route of the lab's load balancer")
                number = self.places.index(None)
                self.places[number] = place
                yield f"set server {name}/s{number} addr {place[0]} port {place[1]}"
                yield f"set server {name}/s{number} weight {weight}"
                yield f"set server {name}/s{number} state ready"
            elif self.weights.get(place) != weight:
                yield f"set server {name}/s{self.places.index(place)} weight {weight}"
        self.weights = dict(wanted)


def _routes(listener: Listener) -> list[Route]:
    """The most particular first: a host before a wildcard before any host, an exact path before a prefix, a long one before a short one."""
    return sorted(
        listener.routes,
        key=lambda route: (route.host == "", route.host.startswith("*"), not route.exact, -len(route.path)),
    )


def _listeners(
    addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]
) -> Iterator[tuple[str, str, Listener]]:
    """Name, address and listener of everything at layer 7."""
    for load_balancer in found:
        for listener in load_balancer.listeners:
            if listener.layer == 7:
                address = str(addresses[load_balancer.key])
                yield f"clb-{address}-{listener.port}", address, listener


def configuration(
    addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer], folder: Path = Path("/run")
) -> str:
    """HAProxy's configuration, with free servers for backends; empty when nobody asks for layer 7."""
    parts: list[str] = []
    for name, address, listener in _listeners(addresses, found):
        tls = f" ssl crt {folder / CERTIFICATE_FILE}" if listener.tls else ""
        front = _FRONT.format(name=name, address=address, port=listener.port, tls=tls)
        if listener.redirects:
            parts.append(front + _REDIRECT)
            continue
        front += _HEADERS.format(scheme="https" if listener.tls else "http")
        backs = ""
        for number, route in enumerate(_routes(listener)):
            condition = _condition(route)
            front += f"    use_backend {name}-{number}{f' if {condition}' if condition else ''}\n"
            backs += f"backend {name}-{number}\n    balance roundrobin\n    server-template s 0-{SLOTS - 1} 127.0.0.1:1 disabled\n"
        parts += [front, backs]
    head = _HEAD.format(lua=Path(__file__).with_name("forwarded.lua"), control=folder / "haproxy.sock")
    return "".join([head, *parts]) if parts else ""


def _condition(route: Route) -> str:
    parts = []
    if route.host.startswith("*."):
        parts.append(f"{{ req.hdr(Host),field(1,:),lower -m end {route.host[1:]} }}")
    elif route.host:
        parts.append(f"{{ req.hdr(Host),field(1,:) -i {route.host} }}")
    if route.exact:
        parts.append(f'{{ path "{route.path}" }}')
    elif prefix := route.path.rstrip("/"):
        parts.append(f"{{ path -m reg '^{re.escape(prefix)}(/|$)' }}")
    return " ".join(parts)


def targets(
    addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer], healthy: set[Place] | None = None
) -> dict[str, dict[Place, int]]:
    """Places and weights of each of HAProxy's backends."""
    return {
        f"{name}-{number}": _weights(serving(route.backends, healthy))
        for name, _, listener in _listeners(addresses, found)
        for number, route in enumerate(_routes(listener) if not listener.redirects else ())
    }


def _weights(backends: Sequence[Backend]) -> dict[Place, int]:
    return {backend.place: backend.weight for backend in backends}


class Proxy:
    """The proxy in the load balancer's namespace, kept equal to what it is given."""

    def __init__(self, namespace: str, folder: Path) -> None:
        """`folder` takes configuration, log and control socket."""
        self._namespace = namespace
        self._folder = folder
        self._configuration = ""
        self._slots: dict[str, Slots] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving: list[subprocess.Popen[bytes]] = []

    def apply(self, text: str, wanted: Mapping[str, Mapping[Place, int]]) -> None:
        """Make the proxy listen and pass on as wanted."""
        if text != self._configuration:
            self._restart(text)
            self._configuration, self._slots = text, {}
        self._slots = {name: self._slots.get(name, Slots()) for name in wanted}
        commands = [command for name, places in wanted.items() for command in self._slots[name].put(name, places)]
        if commands:
            self._tell(commands)

    def _tell(self, commands: Sequence[str]) -> None:
        for command in commands:
            with socket.socket(socket.AF_UNIX) as control:
                control.settimeout(CONTROL_SECONDS)
                control.connect(str(self._folder / "haproxy.sock"))
                control.sendall(f"{command}\n".encode())
                answer = b"".join(iter(lambda: control.recv(4096), b"")).decode().strip()
            if answer and "no need to change" not in answer and "changed" not in answer:
                raise LabError(f"HAProxy refuses `{command}`: {answer}")

    def _certify(self) -> None:
        """A certificate for TLS listeners: which one a Secret's id stands for is Tencent Cloud's to know."""
        path = self._folder / CERTIFICATE_FILE
        if not path.exists():
            pair = Authority(self._folder / "certificates", "the lab's load balancer").server("clb", ["*.example.com"])
            path.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())

    def _restart(self, text: str) -> None:
        """A new proxy takes the sockets over from the old one, which ends when its connections have."""
        before, self._process = self._process, None
        if not text:
            if before:
                before.terminate()
                self._leaving.append(before)
            return
        path, control = self._folder / "haproxy.cfg", self._folder / "haproxy.sock"
        path.write_text(text)
        self._certify()
        run(["haproxy", "-c", "-q", "-f", str(path)])
        take_over = ["-x", str(control), "-sf", str(before.pid)] if before else []
        log = self._folder / "haproxy.log"
        self._process = start(["haproxy", "-db", "-f", str(path), *take_over], namespace=self._namespace, log=log)
        process = self._process
        ports = {line.split()[1] for line in text.splitlines() if line.strip().startswith("bind ")}

        def listening() -> bool:
            lines = run_inside(self._namespace, ["ss", "-Hltnp"]).splitlines()
            return ports <= {line.split()[3] for line in lines if f"pid={process.pid}," in line}

        wait_for("HAProxy to listen", listening, seconds=10, interval=0.02, hint=f"see {log}")
        # Not waited for: it ends by itself when its clients have gone, and new pods must not wait for them.
        self._leaving = [each for each in (*self._leaving, before) if each and each.poll() is None]
