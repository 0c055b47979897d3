"""The options of a verification: as a caller writes it, and checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from realip.errors import InputError
from realip.verify.ip import Address, Ranges
from realip.verify.json_path import JsonPath
from realip.verify.reading import Reading
from realip.verify.request_headers import request_header
from realip.verify.surroundings import in_pod
from realip.verify.text import printable
from realip.verify.url import HIGHEST_PORT, Target

__all__ = ["DEFAULT_PROBES", "DEFAULT_TIMEOUT", "LEAST_TIMEOUT", "Plan", "VerifyOptions"]

DEFAULT_PROBES = 20
DEFAULT_TIMEOUT = 60.0
"""Seconds for a whole run."""
LEAST_TIMEOUT = 0.001
"""Seconds; a run that has none left still says so in a report."""
MOST_PROBES = 1000
LONGEST_TIMEOUT = 86_400.0
"""Seconds; a day."""
MOST_PODS = 200
MOST_HOPS = 20
MOST_NODES = 100
_TOKEN = re.compile(r"[A-Z][A-Z-]{1,30}")


@dataclass(frozen=True, kw_only=True)
class VerifyOptions:
    """A verification, as a caller writes it; `verify` checks it and raises `InputError` for what it cannot use."""

    url: str
    """The target: `http://` or `https://`, as a client outside would write it."""
    reads: str
    """The place that the application reads: `socket`, or the name of a header; a stack's `reads` output will do as well."""
    stack: str | None = None
    """The name of the stack that the target belongs to, for the report."""
    ranges: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The stack's `networkRanges`: lists of CIDRs under `vpc`, `nodes`, `pods` and `services`; other names only tell whose an
    address is."""
    expect: Sequence[str] = ()
    """The caller's own addresses, as the target has to see them, where the caller knows them."""
    echo: str | None = None
    """The URL of a service that answers with its caller's address."""
    echo_json_path: str | None = None
    """Where that service's JSON has the address."""
    timeout: float | None = None
    """Seconds for the whole run; by default 60, and the length of the rollout on top."""
    probes: int = DEFAULT_PROBES
    """How many requests to send at least."""
    json_path: str | None = None
    """Where a JSON answer has the address, as in `client.ip` or `headers["X-Forwarded-For"]`."""
    method: str = "GET"
    """The method of all requests; another than GET may change something."""
    request_headers: Sequence[str] = ()
    """Headers to send besides, as `Name: value`; a value `@env:VARIABLE` or `@file:PATH` is read from there. Never shown."""
    host: str | None = None
    """The name to send as `Host` (and to check a certificate for) instead of the URL's."""
    nodes: Sequence[str] = ()
    """Addresses of nodes whose node port is tried from here."""
    node_port: int | None = None
    """The node port to try."""
    pods: int | None = None
    """How many pods have to answer; without it, probes go on until another pod is unlikely."""
    trusted_hops: int | None = None
    """Which element of the header the application takes, counted from the right; without it, worked out."""
    family: int | None = None
    """4 or 6 to ask over that family of addresses only."""
    rollout: float | None = None
    """Seconds to keep asking after the verdict's probes, while a rollout runs."""
    ca_file: str | None = None
    """A file of PEM certificates to trust instead of the usual authorities."""

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any], **settings: Any) -> "VerifyOptions":
        """Options for the target of a stack, out of the stack's outputs; `settings` are further fields.

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
class Plan:
    """Options after all checks, as the run uses them."""

    target: Target
    reading: Reading
    stack: str | None
    ranges: Ranges
    expect: frozenset[Address]
    echo: Target | None
    echo_path: JsonPath | None
    method: str
    request_headers: tuple[tuple[str, str], ...]
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
    """This program runs in a pod of some cluster."""

    @classmethod
    def of(cls, options: VerifyOptions) -> "Plan":
        """The plan for the options. Raises InputError for the first option that cannot be used."""
        target = Target.parse(options.url, "--url", options.host)
        if options.echo_json_path is not None and options.echo is None:
            raise InputError("--echo-json-path says where the answer of --echo has the address: give both")
        if bool(options.nodes) != (options.node_port is not None):
            raise InputError("--node and --node-port go together: give the nodes' addresses and the port to try there")
        if options.node_port is not None:
            _between(options.node_port, "--node-port", 1, HIGHEST_PORT)
        if len(options.nodes) > MOST_NODES:
            raise InputError(f"--node: {len(options.nodes)} nodes are too many; give up to {MOST_NODES}")
        if options.family not in {None, 4, 6}:
            raise InputError(f"--family {options.family}: write 4 or 6")
        return cls(
            target=target,
            reading=Reading.parse(options.reads),
            stack=options.stack,
            ranges=Ranges.parse(options.ranges, "network ranges"),
            expect=frozenset(_address(text, "--expect") for text in options.expect),
            echo=Target.parse(options.echo, "--echo") if options.echo is not None else None,
            echo_path=JsonPath.parse(options.echo_json_path, "--echo-json-path")
            if options.echo_json_path is not None
            else None,
            method=_method(options.method),
            request_headers=tuple(map(request_header, options.request_headers)),
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
            in_pod=in_pod(),
        )


def _method(text: str) -> str:
    method = text.upper()
    if not _TOKEN.fullmatch(method) or method in {"CONNECT", "HEAD"}:
        raise InputError(f"--method {printable(text)!r}: write a method whose answer has a body, such as GET or POST")
    return method


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
