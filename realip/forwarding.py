"""Layer 7 forwarding of a load balancer: which hosts, paths, certificates and redirections go together in one Ingress."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from realip import defaults, tke

__all__ = ["Forwarding", "ForwardingProblem", "Host", "forwarding_problems"]

HTTP, HTTPS = "HTTP", "HTTPS"


@dataclass(frozen=True)
class Host:
    """A host and its paths."""

    host: str
    paths: tuple[str, ...] = ("/",)
    certified: bool = False
    """It has a certificate, and so is served by HTTPS."""

    @property
    def wildcard(self) -> bool:
        """It stands for every host under a domain."""
        return self.host.startswith("*")


@dataclass(frozen=True)
class Forwarding:
    """The forwarding that an Ingress asks of its load balancer."""

    hosts: tuple[Host, ...] = ()
    """None: every request, by HTTP."""
    redirect: bool | None = None
    """HTTP leads to HTTPS; None where nothing is said."""
    http_port: int | None = None
    https_port: int | None = None
    """Ports of the listeners; 80 and 443 where nothing is said."""

    @property
    def mixed(self) -> bool:
        """Some hosts are served by HTTP, others by HTTPS."""
        return len({host.certified for host in self.hosts}) > 1

    @property
    def listeners(self) -> dict[str, int]:
        """The protocols that are listened for, with their ports."""
        plain = not self.hosts or any(not host.certified for host in self.hosts) or bool(self.redirect)
        secure = any(host.certified for host in self.hosts)
        return {
            **({HTTP: self.http_port or defaults.HTTP_PORT} if plain else {}),
            **({HTTPS: self.https_port or defaults.HTTPS_PORT} if secure else {}),
        }

    def served(self, protocol: str) -> tuple[Host, ...]:
        """Hosts whose rules a listener has; redirections are none."""
        return tuple(host for host in self.hosts if host.certified == (protocol == HTTPS))


@dataclass(frozen=True)
class ForwardingProblem:
    """Something that does not go together."""

    place: tuple[int | str, ...]
    """hosts, and then the index and a field; or redirect, http_port, https_port."""
    value: object
    message: str


def forwarding_problems(forwarding: Forwarding) -> Iterator[ForwardingProblem]:
    """Hosts, paths and listeners that TKE would not take together."""
    yield from _twice(forwarding)
    yield from _too_many(forwarding)
    plain = [host.host for host in forwarding.hosts if not host.certified]
    if forwarding.redirect and (plain or not forwarding.hosts):
        named = f"{', '.join(plain)} has none" if plain else "there are no hosts"
        message = f"leads to HTTPS, for which every host needs a certificate, and {named} (TKE 59096, E4068); give each one, or remove it"
        yield ForwardingProblem(("redirect",), value=True, message=message)
    if forwarding.redirect is False and len(plain) == len(forwarding.hosts):
        message = "turns a redirection to HTTPS off, and no host has a certificate; remove it"
        yield ForwardingProblem(("redirect",), value=False, message=message)
    yield from _ports(forwarding)


def _twice(forwarding: Forwarding) -> Iterator[ForwardingProblem]:
    seen: set[str] = set()
    for index, host in enumerate(forwarding.hosts):
        if host.host in seen:
            message = "is in the list already; give all its paths, and its certificate, in one place (E4049)"
            yield ForwardingProblem(("hosts", index, "host"), host.host, message)
        seen.add(host.host)
        for path, times in Counter(host.paths).items():
            if times > 1:
                message = "is there more than once; name it once"
                yield ForwardingProblem(("hosts", index, "paths"), path, message)


def _too_many(forwarding: Forwarding) -> Iterator[ForwardingProblem]:
    for protocol in forwarding.listeners:
        rules = sum(len(host.paths) for host in forwarding.served(protocol))
        if rules > tke.MAX_FORWARDING_RULES:
            message = (
                f"make {rules} rules of the {protocol} listener, and there is room for {tke.MAX_FORWARDING_RULES} (TKE 56112, E4005); "
                "use fewer paths, or an Ingress of its own for some"
            )
            yield ForwardingProblem(("hosts",), f"{len(forwarding.hosts)} hosts", message)


def _ports(forwarding: Forwarding) -> Iterator[ForwardingProblem]:
    """Ports of listeners that are there, and apart from each other."""
    said = {HTTP: ("http_port", forwarding.http_port), HTTPS: ("https_port", forwarding.https_port)}
    for protocol, (field, port) in said.items():
        if port is not None and protocol not in forwarding.listeners:
            why = "no host has a certificate" if protocol == HTTPS else "every host is served by HTTPS alone"
            yield ForwardingProblem((field,), port, f"is a port that nobody listens on: {why}; remove it")
        elif port is not None and forwarding.mixed:
            message = (
                "cannot be said where some hosts are served by HTTP and others by HTTPS: what TKE makes of both is not documented; "
                "remove it, or give every host a certificate"
            )
            yield ForwardingProblem((field,), port, message)
    both = list(forwarding.listeners.values())
    if len(both) > 1 and len(set(both)) == 1:
        message = "is the port of both listeners; take another for one of them"
        yield ForwardingProblem(("https_port" if forwarding.https_port is not None else "http_port",), both[0], message)
