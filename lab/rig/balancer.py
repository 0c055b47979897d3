"""The load balancer: layer 4 by the kernel's own address translation, layer 7 by HAProxy.

Layer 4 changes a packet's destination and nothing else, so what arrives behind it still has the client's address. Layer 7
ends the connection, makes one of its own for each request, and says in headers who asked. Whether CLB keeps its connections
to backends is a setting of its own that TKE's documents do not state; without it each request has a new one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

from lab.rig.binding import Backend, Listener, LoadBalancer, Route
from lab.rig.layout import Layout
from lab.rig.shell import run, run_inside, start, wait_for

if TYPE_CHECKING:
    import subprocess

CONNECTION_REUSE_SYSCTL = "net.ipv4.tcp_tw_reuse=1"

_HEAD = f"""\
global
    lua-load "{Path(__file__).with_name("forwarded.lua")}"
    maxconn 8192
    nbthread 1
    user nobody
    group nogroup
    hard-stop-after 5s
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
    bind {address}:{port}
    # CLB appends whom it saw to what the client sent, in one line, and overwrites the rest.
    http-request lua.join_forwarded_for if {{ req.fhdr_cnt(X-Forwarded-For) gt 1 }}
    http-request replace-header X-Forwarded-For (.*) "\\1, %[src]"
    http-request set-header X-Forwarded-For %[src] unless {{ req.hdr(X-Forwarded-For) -m found }}
    http-request set-header X-Real-IP %[src]
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Client-Proto http
    http-request set-header X-Client-Proto-Ver HTTP/%[req.ver]
    http-request set-header X-Stgw-Time %[date].%[date_us]
"""


def translation(addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]) -> str:
    """The load balancer's whole `nat` table, for `iptables-restore`: connections spread evenly over the backends."""
    lines = ["*nat"]
    for load_balancer in found:
        for listener in load_balancer.listeners:
            if listener.layer != 4:
                continue
            match = f"-A PREROUTING -d {addresses[load_balancer.key]}/32 -p tcp --dport {listener.port}"
            backends = listener.backends
            for left, backend in zip(range(len(backends), 0, -1), backends, strict=True):
                share = f" -m statistic --mode nth --every {left} --packet 0" if left > 1 else ""
                lines.append(f"{match}{share} -j DNAT --to-destination {backend.address}:{backend.port}")
    return "\n".join([*lines, "COMMIT", ""])


def configuration(addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]) -> str:
    """HAProxy's configuration; empty when nobody asks for layer 7."""
    fronts: list[str] = []
    backs: list[str] = []
    for number, load_balancer in enumerate(found):
        for listener in load_balancer.listeners:
            if listener.layer == 7:
                front, back = _front(f"clb-{number}", str(addresses[load_balancer.key]), listener)
                fronts.append(front)
                backs.append(back)
    return "".join([_HEAD, *fronts, *backs]) if fronts else ""


def _front(name: str, address: str, listener: Listener) -> tuple[str, str]:
    front = _FRONT.format(name=name, address=address, port=listener.port)
    back = ""
    # The most particular route first: a host before any host, an exact path before a prefix, a long path before a short one.
    routes = sorted(listener.routes, key=lambda route: (route.host == "", not route.exact, -len(route.path)))
    for number, route in enumerate(routes):
        condition = _condition(route)
        front += f"    use_backend {name}-{number}{f' if {condition}' if condition else ''}\n"
        back += f"backend {name}-{number}\n    balance roundrobin\n"
        back += "".join(_server(index, backend) for index, backend in enumerate(route.backends))
    return front, back


def _condition(route: Route) -> str:
    parts = []
    if route.host:
        parts.append(f"{{ req.hdr(Host),field(1,:) -i {route.host} }}")
    if route.exact:
        parts.append(f'{{ path "{route.path}" }}')
    elif prefix := route.path.rstrip("/"):
        parts.append(f"{{ path -m reg '^{re.escape(prefix)}(/|$)' }}")
    return " ".join(parts)


def _server(index: int, backend: Backend) -> str:
    return f"    server server-{index} {backend.address}:{backend.port} # {backend.target}\n"


class Balancer:
    """The load balancer's namespace, kept equal to what it is given."""

    def __init__(self, layout: Layout, folder: Path) -> None:
        """`folder` takes the proxy's configuration and log."""
        self._namespace = layout.namespace("balancer")
        self._folder = folder
        self._table = ""
        self._configuration = ""
        self._addresses: set[IPv4Address] = set()
        self._proxy: subprocess.Popen[bytes] | None = None
        self._leaving: list[subprocess.Popen[bytes]] = []
        run_inside(self._namespace, ["sysctl", "-q", "-w", CONNECTION_REUSE_SYSCTL])

    def apply(self, addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]) -> None:
        """Make the load balancer do this, and only this. Connections that are open stay where they are.

        Where a load balancer has no address, nothing has been bound for it yet.
        """
        wanted = set(addresses.values())
        # An address without a backend belongs to the load balancer itself, which refuses connections at once.
        for address in wanted - self._addresses:
            run(["ip", "-n", self._namespace, "addr", "replace", f"{address}/32", "dev", "lo"])
        for address in self._addresses - wanted:
            run(["ip", "-n", self._namespace, "addr", "del", f"{address}/32", "dev", "lo"])
        self._addresses = wanted
        table = translation(addresses, found)
        if table != self._table:
            run_inside(self._namespace, ["iptables-restore"], stdin=table)
            self._table = table
        text = configuration(addresses, found)
        if text != self._configuration:
            self._restart_proxy(text)
            self._configuration = text
        bound = {
            load_balancer.key: {
                "address": str(addresses.get(load_balancer.key, "")),
                "direct": load_balancer.direct,
                "why": load_balancer.why,
                "problem": load_balancer.problem,
                "listeners": [
                    {
                        "port": listener.port,
                        "layer": listener.layer,
                        "backends": [
                            f"{backend.address}:{backend.port} ({backend.target})" for backend in listener.backends
                        ],
                    }
                    for listener in load_balancer.listeners
                ],
            }
            for load_balancer in found
        }
        part = self._folder / "bound.json.part"
        part.write_text(json.dumps(bound, indent=2))
        part.rename(self._folder / "bound.json")

    def _restart_proxy(self, text: str) -> None:
        """A new proxy takes the sockets over from the old one, which ends when its connections have."""
        before, self._proxy = self._proxy, None
        if not text:
            if before:
                before.terminate()
                self._leaving.append(before)
            return
        path = self._folder / "haproxy.cfg"
        path.write_text(text)
        run(["haproxy", "-c", "-q", "-f", str(path)])
        command = ["haproxy", "-db", "-f", str(path), *(["-sf", str(before.pid)] if before else [])]
        self._proxy = start(command, namespace=self._namespace, log=self._folder / "haproxy.log")
        ports = {line.split()[1] for line in text.splitlines() if line.strip().startswith("bind ")}

        def listening() -> bool:
            lines = run_inside(self._namespace, ["ss", "-Hltnp"]).splitlines()
            mine = {line.split()[3] for line in lines if f"pid={self._proxy.pid if self._proxy else 0}," in line}
            return ports <= mine

        wait_for("HAProxy to listen", listening, seconds=10, interval=0.02, hint=f"see {self._folder / 'haproxy.log'}")
        # Not waited for: it ends by itself when its clients have gone, and new pods must not wait for them.
        self._leaving = [process for process in (*self._leaving, before) if process and process.poll() is None]
