"""The load balancer: layer 4 by the kernel's own address translation, layer 7 by HAProxy, health checks for both.

Layer 4 changes a packet's destination and nothing else, so what arrives behind it still has the client's address. Layer 7
ends the connection, makes one of its own for each request, and says in headers who asked. Whether CLB keeps its connections
to backends is a setting of its own that TKE's documents do not state; without it each request has a new one.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path

from lab.rig import layer4, layer7
from lab.rig.binding import LoadBalancer
from lab.rig.health import Check, HealthChecks, Place
from lab.rig.layout import Layout
from lab.rig.shell import run, run_inside

CONNECTION_REUSE_SYSCTL = "net.ipv4.tcp_tw_reuse=1"
GROUPS_FILE = "security-groups.json"
"""Networks that each of the load balancers' security groups lets in; a file, as the groups are no objects of Kubernetes."""
LAG_FILE = "lag"
"""Seconds that a change takes to reach the load balancer, as CLB's own do; none where the file is missing."""


class Balancer:
    """The load balancer's namespace, kept equal to what it is given."""

    def __init__(self, layout: Layout, folder: Path, changed: Callable[[], None]) -> None:
        """`folder` takes the proxy's configuration and log; `changed` is called when a health check has turned."""
        self._namespace = layout.namespace("balancer")
        self._folder = folder
        self._proxy = layer7.Proxy(self._namespace, folder)
        self._checks = HealthChecks(self._namespace, changed)
        self._table = ""
        self._security = ""
        self._bound: layer4.Bound = frozenset()
        self._addresses: set[IPv4Address] = set()
        self._last: object = None
        run_inside(self._namespace, ["sysctl", "-q", "-w", CONNECTION_REUSE_SYSCTL])

    def apply(self, addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]) -> None:
        """Make the load balancer do this, and only this.

        Connections that are open stay where they are, unless their backend was unbound. Where a load balancer has no address,
        nothing has been bound for it yet.
        """
        self._take_time((dict(addresses), list(found)))
        self._have(set(addresses.values()))
        places = _places(found)
        self._checks.watch(places)
        healthy = self._checks.healthy(places)
        self._secure(addresses, found)
        table = layer4.translation(addresses, found, healthy)
        if table != self._table:
            run_inside(self._namespace, ["iptables-restore", "--table=nat"], stdin=table)
            self._table = table
        now = layer4.bound(addresses, found)
        layer4.cut(self._namespace, self._bound - now)
        self._bound = now
        text = layer7.configuration(addresses, found, self._folder)
        self._proxy.apply(text, layer7.targets(addresses, found, healthy))
        self._write(addresses, found, healthy)

    def healthy(self, found: LoadBalancer, address: str) -> bool:
        """True where every backend with that address is healthy."""
        places = {each.place for listener in found.listeners for each in listener.backends if each.address == address}
        return bool(places) and places == self._checks.healthy(places)

    def _take_time(self, wanted: object) -> None:
        if wanted == self._last:
            return
        self._last = wanted
        try:
            seconds = float((self._folder / LAG_FILE).read_text())
        except FileNotFoundError:
            return
        time.sleep(seconds)

    def _have(self, wanted: set[IPv4Address]) -> None:
        # An address without a backend belongs to the load balancer itself, which refuses connections at once.
        for address in wanted - self._addresses:
            run(["ip", "-n", self._namespace, "addr", "replace", f"{address}/32", "dev", "lo"])
        for address in self._addresses - wanted:
            run(["ip", "-n", self._namespace, "addr", "del", f"{address}/32", "dev", "lo"])
        self._addresses = wanted

    def _secure(self, addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]) -> None:
        path = self._folder / GROUPS_FILE
        text = layer4.security(addresses, found, json.loads(path.read_text()) if path.exists() else {})
        if text != self._security:
            run_inside(self._namespace, ["iptables-restore"], stdin=text)
            self._security = text

    def _write(self, addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer], healthy: set[Place]) -> None:
        content = {
            each.key: {
                "address": str(addresses.get(each.key, "")),
                "direct": each.direct,
                "why": each.why,
                "problem": each.problem,
                "listeners": [
                    {
                        "port": listener.port,
                        "layer": listener.layer,
                        "protocol": listener.protocol,
                        "backends": [
                            f"{backend.address}:{backend.port} ({backend.target})" for backend in listener.backends
                        ],
                        "weights": [backend.weight for backend in listener.backends],
                        "healthy": [backend.place in healthy for backend in listener.backends],
                    }
                    for listener in each.listeners
                ],
            }
            for each in found
        }
        part = self._folder / "bound.json.part"
        part.write_text(json.dumps(content, indent=2))
        part.rename(self._folder / "bound.json")


def _places(found: Sequence[LoadBalancer]) -> dict[Place, Check]:
    """Every backend that is asked for its health, with the check of its route. UDP has no answer to wait for."""
    return {
        backend.place: route.check
        for each in found
        for listener in each.listeners
        if listener.protocol == "TCP"
        for route in listener.routes
        for backend in route.backends
    }
