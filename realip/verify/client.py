"""One request at a time over connections of our own, with bounds on time and memory.

Uses the HTTP client's transport alone: no proxy of the environment, no redirect, no cookie, no stored credentials, no
decompression comes between the application and the verdict.
"""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Any

import httpx

from realip.errors import InputError
from realip.reads import Reads
from realip.verify.answers import Sighting, printable, read_answer
from realip.verify.ip import Address, parse_address
from realip.verify.json_path import JsonPath
from realip.verify.judge import Attempt
from realip.verify.url import Target

__all__ = ["Asker", "Connection", "trust"]

LARGEST_ANSWER = 64 * 1024
"""Bytes of a body that are read; an echo of headers is far smaller."""
_CONNECT_LIMIT = 5.0
_REQUEST_LIMIT = 10.0
"""Seconds for one request, its connection included."""
_LEAST = 0.001
"""Seconds; a limit of zero would mean none to some layers."""

_COMING_UP = {404, 500, 502, 503, 504}
"""What a load balancer answers before its rules and backends are in place."""


def trust(ca_file: str | None, *, secure: bool) -> ssl.SSLContext:
    """What certificates to trust; cheap when there is no TLS to speak. Raises InputError for a file that is none."""
    if not secure:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise InputError(f"--ca-file {printable(ca_file)!r}: cannot be read as PEM certificates") from None


@dataclass(frozen=True)
class Asker:
    """What all requests of a run have in common."""

    target: Target
    reads: Reads
    path: JsonPath | None
    context: ssl.SSLContext
    deadline: float
    """On the event loop's clock."""

    def connect(self, address: Address, kind: str = "target", port: int | None = None) -> "Connection":
        """A connection to an address of the target, or to the port of a node, which speaks plain HTTP; not yet opened."""
        return Connection(self, address, kind, port or self.target.port, self.target.scheme if port is None else "http")


class Connection:
    """A connection that requests are sent over one after another; closed at the end of a `with` block."""

    def __init__(self, asker: Asker, address: Address, kind: str, port: int, scheme: str) -> None:
        """Nothing is sent before the first request."""
        self._asker, self._address, self._kind, self._port = asker, address, kind, port
        host = f"[{address}]" if address.version == 6 else str(address)
        self._url = f"{scheme}://{host}:{port}{asker.target.resource}"
        self._names = {"sni_hostname": asker.target.name} if parse_address(asker.target.name) is None else {}
        self._transport = httpx.AsyncHTTPTransport(
            verify=asker.context, trust_env=False, limits=httpx.Limits(max_connections=1, max_keepalive_connections=1)
        )
        self._local: Address | None = None
        """The local address once a connection is made."""

    async def __aenter__(self) -> "Connection":
        """Enter the block that closes the connection."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self._transport.aclose()

    async def ask(self, forged: Sequence[Address] = (), headers: Sequence[tuple[str, str]] = ()) -> Attempt:
        """Send a request with some headers on top and read the answer. Ends before the run's deadline; never raises."""
        started = time.perf_counter()
        loop = asyncio.get_running_loop()
        limit = max(_LEAST, min(_REQUEST_LIMIT, self._asker.deadline - loop.time()))
        attempt = _Attempted(connect_limit=min(_CONNECT_LIMIT, limit))
        try:
            async with asyncio.timeout(limit):
                await self._exchange(headers, attempt)
        except TimeoutError:
            attempt.fail(f"no whole answer within {limit:.3g} s", transient=attempt.status is None)
        except httpx.ConnectTimeout:
            attempt.fail(f"no connection within {attempt.connect_limit:.3g} s", transient=True)
        except httpx.ConnectError as error:
            problem, transient, attempt.refused = _connect_problem(error)
            attempt.fail(problem, transient=transient)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            problem, transient = _broken(error)
            attempt.fail(problem, transient=transient)
        return Attempt(
            kind=self._kind,
            address=self._address,
            port=self._port,
            kept=self._local is not None and not attempt.connected,
            forged=tuple(forged),
            local=self._local,
            reached=self._local is not None,
            status=attempt.status,
            sighting=attempt.sighting,
            problem=attempt.problem,
            transient=attempt.transient,
            refused=attempt.refused,
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    async def _exchange(self, headers: Sequence[tuple[str, str]], attempt: "_Attempted") -> None:
        target = self._asker.target

        async def watch(event: str, info: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.started":
                self._local, attempt.connected = None, True
            elif event == "connection.connect_tcp.complete":
                self._local = _local(info["return_value"])

        request = httpx.Request(
            "GET",
            self._url,
            headers=[
                ("Host", target.authority(target.name)),
                ("Accept", "application/json, text/plain;q=0.9, */*;q=0.1"),
                ("Accept-Encoding", "identity"),
                ("Cache-Control", "no-store"),
                ("User-Agent", "realip-verify"),
                *headers,
            ],
            extensions={"timeout": {"connect": attempt.connect_limit}, "trace": watch, **self._names},
        )
        response = await self._transport.handle_async_request(request)
        try:
            attempt.status = response.status_code
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > LARGEST_ANSWER:
                    break
        finally:
            await response.aclose()
        self._understand(response, bytes(body), attempt)

    def _understand(self, response: httpx.Response, body: bytes, attempt: "_Attempted") -> None:
        status = response.status_code
        coding = response.headers.get("content-encoding", "identity").lower()
        if response.has_redirect_location:
            where = printable(response.headers["location"])
            attempt.fail(f"redirects to {where} ({status}), which is not followed: name the target that answers itself")
        elif not response.is_success:
            attempt.fail(f"answers with HTTP status {status}", transient=status in _COMING_UP)
        elif len(body) > LARGEST_ANSWER:
            attempt.fail(f"the answer is larger than {LARGEST_ANSWER // 1024} KiB: no echo of a client's address")
        elif coding != "identity":
            attempt.fail(f"the answer is compressed ({printable(coding, 20)}), which was not asked for")
        else:
            attempt.sighting = read_answer(body, self._asker.reads, self._asker.path)


@dataclass
class _Attempted:
    """What is known of a request so far."""

    connect_limit: float
    connected: bool = False
    """Whether a connection was opened for it."""
    status: int | None = None
    sighting: Sighting | None = None
    problem: str | None = None
    transient: bool = False
    refused: bool = False

    def fail(self, problem: str, *, transient: bool = False) -> None:
        """Say why there is nothing to read."""
        self.problem, self.transient = problem, transient


def _local(stream: Any) -> Address:
    """The local address of a network stream of the HTTP client."""
    address = ip_address(str(stream.get_extra_info("client_addr")[0]).partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in found:
        found.append(at)
        at = at.__cause__ or at.__context__
    return found


def _connect_problem(error: BaseException) -> tuple[str, bool, bool]:
    """Why no connection was made, whether waiting may help, and whether it was refused."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted: {printable(cause.verify_message)}", False, False
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed: {printable(cause.reason or str(cause))}", False, False
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused", True, True
        if isinstance(cause, ConnectionResetError):
            return "connection reset", True, True
        if isinstance(cause, OSError) and cause.errno and cause.strerror:
            return printable(cause.strerror.lower()), True, False
    return printable(str(error)) or "no connection", True, False


def _broken(error: BaseException) -> tuple[str, bool]:
    """What became of a connection that was made, and whether waiting may help."""
    text = printable(str(error)) or type(error).__name__
    if isinstance(error, httpx.RemoteProtocolError):
        closed = "disconnected" in text or "closed connection" in text
        return (
            "the connection was closed without a whole answer" if closed else f"the answer is not HTTP: {text}"
        ), closed
    return f"the connection broke: {text}", isinstance(error, httpx.NetworkError)
