"""What a verification is asked to do: as a caller writes it, and checked."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from realip.errors import InputError
from realip.scenarios import Reads
from realip.verify.addresses import Address, Ranges, parse_address
from realip.verify.answers import printable
from realip.verify.json_path import JsonPath

__all__ = ["DEFAULT_PROBES", "DEFAULT_TIMEOUT", "Entrance", "Plan", "VerifyOptions"]

DEFAULT_PROBES = 20
DEFAULT_TIMEOUT = 60.0
"""Seconds for a whole run."""
MOST_PROBES = 1000
LONGEST_TIMEOUT = 86_400.0
"""Seconds; a day."""
MOST_PODS = 200
MOST_HOPS = 20
MOST_NODES = 100
HIGHEST_PORT = 65_535
DEFAULT_PORTS = {"http": 80, "https": 443}
READS = {"socket": Reads.SOCKET_PEER, "x-forwarded-for": Reads.X_FORWARDED_FOR}
"""The two ways for an application to read its client's address, as the command line names them."""


@dataclass(frozen=True, kw_only=True)
class VerifyOptions:
    """A verification, as a caller writes it; `verify` checks it and raises `InputError` for what it cannot use."""

    url: str
    """The entrance: `http://` or `https://`, as a client outside would write it."""
    reads: str
    """What the application reads: `socket` or `x-forwarded-for`; a stack's `reads` output will do as well."""
    stack: str | None = None
    """The name of the stack that the entrance belongs to, for the report."""
    ranges: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The stack's `networkRanges`: lists of CIDRs under `vpc`, `nodes`, `pods` and `services`."""
    expect: Sequence[str] = ()
    """The caller's own addresses, as the entrance has to see them, where the caller knows them."""
    echo: str | None = None
    """The URL of a service that answers with its caller's address."""
    timeout: float | None = None
    """Seconds for the whole run; by default 60, and the length of the rollout on top."""
    probes: int = DEFAULT_PROBES
    """How many requests to send at least."""
    json_path: str | None = None
    """Where a JSON answer has the address, as in `client.ip` or `headers["X-Forwarded-For"]`."""
    host: str | None = None
    """The name to send as `Host` (and to check a certificate for) instead of the URL's."""
    nodes: Sequence[str] = ()
    """Addresses of nodes whose node port is tried from here."""
    node_port: int | None = None
    """The node port to try."""
    pods: int | None = None
    """How many pods have to answer; without it, probes go on until another pod is unlikely."""
    trusted_hops: int | None = None
    """Which element of `X-Forwarded-For` the application takes, counted from the right; without it, worked out."""
    family: int | None = None
    """4 or 6 to ask over that family of addresses only."""
    rollout: float | None = None
    """Seconds to keep asking after the verdict's probes, while a rollout runs."""
    ca_file: str | None = None
    """A file of PEM certificates to trust instead of the usual authorities."""

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any], **settings: Any) -> "VerifyOptions":
        """Options for the entrance of a stack, out of the stack's outputs; `settings` are further fields.

        Raises InputError where an output that is needed is missing or of another shape.
        """
        url, address, reads = outputs.get("url"), outputs.get("address"), outputs.get("reads")
        if not isinstance(url, str) or not url:
            if not isinstance(address, str) or not address:
                raise InputError(
                    "the stack has no output `url` or `address` yet: run `pulumi up`, or give --url and --reads"
                )
            url = f"http://[{address}]/" if ":" in address else f"http://{address}/"
        if not isinstance(reads, str):
            raise InputError(
                "the stack has no output `reads`: is it a stack of this project? If not, give --url and --reads"
            )
        ranges = outputs.get("networkRanges") or {}
        if not isinstance(ranges, Mapping) or not all(isinstance(cidrs, list) for cidrs in ranges.values()):
            raise InputError(
                "the stack's output `networkRanges` has to be lists of CIDRs under vpc, nodes, pods and services"
            )
        return cls(url=url, reads=reads, ranges=ranges, **settings)


@dataclass(frozen=True)
class Entrance:
    """A URL in the parts that a connection needs."""

    scheme: str
    host: str
    """What to connect to: a name or an address without brackets."""
    port: int
    target: str
    """Path and query, percent-encoded."""
    name: str
    """What to send as `Host` without the port, and to check a certificate for."""

    @classmethod
    def parse(cls, url: str, where: str, name: str | None = None) -> "Entrance":
        """The parts of a URL. Raises InputError, which names `where` the URL came from."""
        parts, port = _split(url, where)
        host = parts.hostname or ""
        if parts.scheme not in DEFAULT_PORTS:
            raise InputError(f"{where} {printable(url)!r}: write a whole URL that starts with http:// or https://")
        if parts.username is not None or parts.password is not None:
            raise InputError(f"{where}: leave user name and password out of the URL; it is printed in the report")
        if "%" in host:
            raise InputError(f"{where} {printable(url)!r}: an address with a zone is on this link only and no entrance")
        if not parse_address(host):
            host = _dns_name(host, f"{where} {printable(url)!r}")
        if name is not None:
            name = _dns_name(name, "--host")
        return cls(
            parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port, _target(parts), name or host
        )

    def at(self, path: str) -> "Entrance":
        """The same entrance with another path, which may have a query."""
        return replace(self, target=_target(urlsplit(f"http://host{path}")))

    @property
    def url(self) -> str:
        """The URL again, in one spelling."""
        return f"{self.scheme}://{self.authority(self.host)}{self.target}"

    def authority(self, host: str) -> str:
        """A host and the port, as a URL and the `Host` header have them."""
        host = f"[{host}]" if ":" in host else host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def _split(url: str, where: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise InputError(f"{where} {printable(url)!r}: {printable(str(error))}") from None
    if port == 0:
        raise InputError(f"{where} {printable(url)!r}: port 0 is no port; ports are 1 to {HIGHEST_PORT}")
    return parts, port


def _target(parts: SplitResult) -> str:
    safe = "/%:@!$&'()*+,;=~?"
    return quote(parts.path or "/", safe=safe[:-1]) + ("?" + quote(parts.query, safe=safe) if parts.query else "")


def _dns_name(host: str, where: str) -> str:
    """A host name as DNS has it. Raises InputError."""
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not name or not all(
        part and set(part.lower()) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
        for part in name.rstrip(".").split(".")
    ):
        raise InputError(f"{where}: there is no host name or address that can be used")
    return name


@dataclass(frozen=True)
class Plan:
    """Options after all checks, as the run uses them."""

    entrance: Entrance
    reads: Reads
    stack: str | None
    ranges: Ranges
    expect: frozenset[Address]
    echo: Entrance | None
    timeout: float
    probes: int
    path: JsonPath | None
    nodes: tuple[Address, ...]
    node_port: int | None
    pods: int | None
    trusted_hops: int | None
    family: int | None
    rollout: float | None
    ca_file: str | None
    in_pod: bool
    """Whether this program runs in a pod of some cluster."""

    @classmethod
    def of(cls, options: VerifyOptions) -> "Plan":
        """The plan for the options. Raises InputError for the first option that cannot be used."""
        entrance = Entrance.parse(options.url, "--url", options.host)
        if bool(options.nodes) != (options.node_port is not None):
            raise InputError("--node and --node-port go together: give the nodes' addresses and the port to try there")
        if options.node_port is not None:
            _between(options.node_port, "--node-port", 1, HIGHEST_PORT)
        if len(options.nodes) > MOST_NODES:
            raise InputError(f"--node: {len(options.nodes)} nodes are too many; give up to {MOST_NODES}")
        if options.family not in {None, 4, 6}:
            raise InputError(f"--family {options.family}: write 4 or 6")
        return cls(
            entrance=entrance,
            reads=_reads(options.reads),
            stack=options.stack,
            ranges=Ranges.parse(options.ranges, "network ranges"),
            expect=frozenset(_address(text, "--expect") for text in options.expect),
            echo=Entrance.parse(options.echo, "--echo") if options.echo is not None else None,
            timeout=_timeout(options),
            probes=_between(options.probes, "--probes", 1, MOST_PROBES),
            path=JsonPath.parse(options.json_path) if options.json_path is not None else None,
            nodes=tuple(dict.fromkeys(_address(text, "--node") for text in options.nodes)),
            node_port=options.node_port,
            pods=None if options.pods is None else _between(options.pods, "--pods", 1, MOST_PODS),
            trusted_hops=None
            if options.trusted_hops is None
            else _between(options.trusted_hops, "--trusted-hops", 1, MOST_HOPS),
            family=options.family,
            rollout=options.rollout,
            ca_file=_readable(options.ca_file),
            in_pod="KUBERNETES_SERVICE_HOST" in os.environ,
        )


def _reads(text: str) -> Reads:
    for name, reads in READS.items():
        if text.lower() in {name, reads.value.lower()}:
            return reads
    raise InputError(f"--reads {printable(text)!r}: write {' or '.join(READS)}")


def _address(text: str, option: str) -> Address:
    try:
        address = ip_address(text.strip())
    except ValueError:
        address = None
    if address is None or "%" in text:
        raise InputError(
            f"{option} {printable(text)!r}: write one IPv4 or IPv6 address, without port, brackets or zone"
        )
    return getattr(address, "ipv4_mapped", None) or address


def _between(value: int, option: str, least: int, most: int) -> int:
    if not least <= value <= most:
        raise InputError(f"{option} {value}: write a number from {least} to {most}")
    return value


def _timeout(options: VerifyOptions) -> float:
    timeout = options.timeout if options.timeout is not None else DEFAULT_TIMEOUT + (options.rollout or 0)
    for value, name in ((timeout, "--timeout"), (options.rollout, "--during-rollout")):
        if value is not None and not 0 < value <= LONGEST_TIMEOUT:
            raise InputError(f"{name} {value}: write seconds, more than 0 and up to {LONGEST_TIMEOUT:.0f}")
    if options.rollout is not None and options.rollout >= timeout:
        raise InputError(
            f"--timeout {timeout:g} ends before --during-rollout {options.rollout:g} does: it bounds the whole run; leave it out or give more"
        )
    return timeout


def _readable(path: str | None) -> str | None:
    if path is not None and not Path(path).is_file():
        raise InputError(f"--ca-file {printable(path)!r}: there is no such file; give a file of PEM certificates")
    return path
