"""What a load balancer listens for, and an Ingress's listeners: hosts, paths, certificates, redirects (457/56112)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.rig.cluster import Cluster, Object, annotation
from lab.rig.health import Check
from lab.rig.tke_keys import AUTO_REWRITE, CERTIFICATE, LISTEN_PORTS

HTTP, HTTPS = 80, 443


@dataclass(frozen=True)
class Backend:
    """A target of the load balancer's connections."""

    address: str
    port: int
    target: str
    """`pod NAME` or `node port of NAME`."""
    weight: int = 1
    """Share of new connections; 0: none, and those that are open go on (457/60065)."""

    @property
    def place(self) -> tuple[str, int]:
        """Address and port."""
        return self.address, self.port


@dataclass(frozen=True)
class Route:
    """Layer 7: requests for a host (empty: any) and path."""

    host: str
    path: str
    exact: bool
    backends: tuple[Backend, ...]
    check: Check = field(default_factory=Check)


@dataclass(frozen=True)
class Listener:
    """One port of a load balancer."""

    port: int
    layer: int
    routes: tuple[Route, ...]
    """Layer 4 has one route, for everything."""
    protocol: str = "TCP"
    """TCP or UDP; of layer 7 always TCP."""
    tls: bool = False
    """Layer 7 ends TLS here, and pods speak plain HTTP."""
    redirects: bool = False
    """Layer 7 answers each request with its HTTPS address, and asks no backend."""

    @property
    def backends(self) -> tuple[Backend, ...]:
        """Every backend behind this port, each once."""
        return tuple(dict.fromkeys(backend for route in self.routes for backend in route.backends))


def listeners_of(cluster: Cluster, ingress: Object, routes: Sequence[Route]) -> tuple[tuple[Listener, ...], str]:
    """An Ingress's listeners, or the problem that stops them all.

    Hosts of `spec.tls` are on 443, the others on 80; `listen-ports` names the listeners itself, and all rules are on each.
    """
    tls = ingress["spec"].get("tls") or ()
    if not routes:
        return (), ""
    if problem := _certificate_problem(cluster, ingress):
        return (), problem
    if said := annotation(ingress, LISTEN_PORTS):
        ports = [(protocol, port) for each in json.loads(said) for protocol, port in each.items()]
        return tuple(_listener(port, routes, tls=protocol == "HTTPS") for protocol, port in ports), ""
    hosts = {host for each in tls for host in each.get("hosts") or ("",)}
    secure = [route for route in routes if hosts and ("" in hosts or route.host in hosts)]
    plain = [route for route in routes if route not in secure]
    found = []
    if secure:
        found.append(_listener(HTTPS, secure, tls=True))
    if secure and annotation(ingress, AUTO_REWRITE) == "true":
        if plain:
            return (), "E4068: HTTP rules beside a redirect of all HTTPS rules"
        found.append(Listener(HTTP, 7, (), redirects=True))
    elif plain:
        found.append(_listener(HTTP, plain, tls=False))
    return tuple(found), ""


def _listener(port: int, routes: Sequence[Route], *, tls: bool) -> Listener:
    return Listener(port, 7, tuple(routes), tls=tls)


def _certificate_problem(cluster: Cluster, ingress: Object) -> str:
    for each in ingress["spec"].get("tls") or ():
        name = each.get("secretName")
        if not name:
            return "E4009: the name of the certificate's Secret is missing"
        secret = cluster.secret(ingress["metadata"]["namespace"], name)
        if secret is None:
            return f"E4010: Secret {name} does not exist"
        if CERTIFICATE not in (secret.get("data") or {}):
            return f"E4011: Secret {name} has no {CERTIFICATE}"
    return ""
