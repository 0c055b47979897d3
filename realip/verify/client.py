"""One request at a time over connections of our own, with bounds on time and memory.

The protocol is h11's; the socket is ours alone: no proxy of the environment, no redirect, no cookie, no stored
credentials, no decompression comes between the application and the verdict.
"""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from types import TracebackType

import h11

from realip.errors import InputError
from realip.verify.answers import Question, read_answer
from realip.verify.attempt import Attempt, Kind
from realip.verify.failures import ConnectTimeout, Flood, Limits, Unfinished, failure
from realip.verify.forgery import NONCE_HEADER, USER_AGENT, Forgery
from realip.verify.ip import Address, parse_address
from realip.verify.responses import Response, cached_by, retry_after, understand
from realip.verify.text import printable
from realip.verify.url import Target

__all__ = ["CONNECT_LIMIT", "Asker", "Connection", "trust"]

LARGEST_ANSWER = 64 * 1024
"""Bytes of a body that are read; an echo of headers is far smaller."""
_MOST_BYTES = 4 * LARGEST_ANSWER
"""Bytes of an answer with all that frames it."""
_MOST_EVENTS = 2_000
"""Pieces that an answer may come in."""
_READ = 32 * 1024
_SHORTEST_SECRET = 4
"""Characters; what is shorter keeps no secret, and hiding it would tear the answer apart."""
CONNECT_LIMIT = 5.0
_REQUEST_LIMIT = 10.0
"""Seconds for one request, its connection included."""
_AHEAD_LIMIT, _AHEAD_SHARE = 2.0, 3.0
"""Seconds, and shares of what the first answer took, for one to a request that was sent ahead: not every server reads those."""
_LEAST = 0.001
"""Seconds; a limit of zero would mean none to some layers."""


def trust(ca_file: str | None, *, secure: bool) -> ssl.SSLContext | None:
    """The certificates to trust; None where there is no TLS to speak. Raises InputError for a file that is none."""
    if not secure:
        return None
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise InputError(f"--ca-file {printable(ca_file or '')!r}: cannot be read as PEM certificates") from None


@dataclass(frozen=True)
class Asker:
    """The part that all requests of a run have in common."""

    target: Target
    question: Question
    context: ssl.SSLContext | None
    deadline: float
    """On the event loop's clock."""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    """Headers of the caller's own, which may be secrets."""

    def connect(self, address: Address, kind: Kind = Kind.TARGET, port: int | None = None) -> "Connection":
        """A connection to an address of the target, or to the port of a node, which speaks plain HTTP; not yet opened."""
        return Connection(self, address, kind, port)


class Connection:
    """A connection that requests are sent over one after another; closed at the end of a `with` block."""

    def __init__(self, asker: Asker, address: Address, kind: Kind, port: int | None) -> None:
        """Nothing is sent before the first request."""
        self._asker, self._address, self._kind = asker, address, kind
        self._port = port or asker.target.port
        self._context = asker.context if port is None else None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._http = h11.Connection(h11.CLIENT)
        self._status: int | None = None
        """The status of the answer that is being read."""
        self._first = b""
        """The first bytes that the server said."""
        self._served = 0
        self._took = 0.0
        """Seconds that the connection's first answer took."""
        self._ahead: list[str] = []
        """The nonces of requests that are sent and whose answers were not read yet, in order."""
        self._local: Address | None = None
        """The local address once a connection is made."""

    async def __aenter__(self) -> "Connection":
        """Enter the block that closes the connection."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._close()

    def _close(self) -> None:
        if self._streams is not None:
            # At once: a peer that reads nothing must not hold up the end.
            self._streams[1].transport.abort()
            self._streams = None
        self._ahead.clear()

    @property
    def open(self) -> bool:
        """A further request would go over the same connection."""
        return self._streams is not None

    def send_ahead(self, forgeries: Sequence[Forgery]) -> None:
        """Send requests over the open connection now, whose answers `ask` reads in that order later: all in one round trip.

        What a server does not answer so, `ask` sends again over a new connection.
        """
        if self._streams is None:
            return
        for forgery in forgeries:
            # The connection's own state is at an earlier request still.
            early = h11.Connection(h11.CLIENT)
            self._streams[1].write(_bytes_of(early, self._request(forgery.nonce, forgery.headers)))
            self._ahead.append(forgery.nonce)

    async def ask(self, forgery: Forgery, headers: Sequence[tuple[str, str]] = (), preface: bytes = b"") -> Attempt:
        """Send a request with its claims and read the answer. Ends before the run's deadline; never raises.

        `headers` come on top; a `preface` is sent before a new connection's first request.
        """
        started = time.perf_counter()
        loop = asyncio.get_running_loop()
        limit = max(_LEAST, min(_REQUEST_LIMIT, self._asker.deadline - loop.time()))
        kept = self._streams is not None
        self._status = None
        attempt = Attempt(
            self._kind, self._address, self._port, kept=kept, forgery=forgery, cut_short=limit < CONNECT_LIMIT
        )
        connect_limit = min(CONNECT_LIMIT, limit)
        try:
            async with asyncio.timeout(limit):
                answered = await self._answer_ahead(attempt) if self._ahead[:1] == [forgery.nonce] else None
                if answered is None and self._streams is None:
                    await self._open(connect_limit, preface)
                    attempt = replace(attempt, kept=False)
                attempt = answered or await self._exchange([*forgery.headers, *headers], attempt)
        except (TimeoutError, OSError, ValueError, EOFError, Flood, Unfinished, h11.ProtocolError) as error:
            attempt = self._failed(attempt, error, limit, connect_limit)
            self._close()
        reached = self._local is not None
        self._served += 1
        took = time.perf_counter() - started
        self._took = self._took or took
        return replace(
            attempt,
            place=self._served,
            local=self._local,
            reached=reached,
            milliseconds=took * 1000,
        )

    async def _answer_ahead(self, attempt: Attempt) -> Attempt | None:
        """The answer to a request that was sent ahead; None if there is none, and it has to be sent again (RFC 9112, 9.3.2)."""
        try:
            async with asyncio.timeout(max(_AHEAD_LIMIT, _AHEAD_SHARE * self._took)):
                return await self._exchange(attempt.forgery.headers, attempt)
        except (TimeoutError, OSError, EOFError, Unfinished, h11.RemoteProtocolError):
            self._close()
            return None

    async def _open(self, limit: float, preface: bytes) -> None:
        self._http, self._local, self._served, self._first = h11.Connection(h11.CLIENT), None, 0, b""
        loop = asyncio.get_running_loop()
        end = loop.time() + limit
        stream = socket.socket(socket.AF_INET if self._address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        stream.setblocking(False)  # noqa: FBT003 - positional only
        try:
            async with asyncio.timeout_at(end):
                await loop.sock_connect(stream, (str(self._address), self._port))
            self._local = _plain_address(str(stream.getsockname()[0]))
            if preface:
                await loop.sock_sendall(stream, preface)
            await self._wrap(stream, end)
        except BaseException as error:
            stream.close()
            if isinstance(error, TimeoutError) and self._local is None and error.errno is None:
                raise ConnectTimeout from None
            raise

    async def _wrap(self, stream: socket.socket, end: float) -> None:
        """Make streams of a connected socket, with TLS where that is spoken."""
        if self._context is None:
            self._streams = await asyncio.open_connection(sock=stream, limit=_READ)
            return
        name = self._asker.target.name
        server_name = str(parse_address(name) or name)
        try:
            async with asyncio.timeout_at(end):
                self._streams = await asyncio.open_connection(
                    sock=stream, limit=_READ, ssl=self._context, server_hostname=server_name
                )
        except ConnectionError as error:
            raise ssl.SSLError(str(error) or "the connection was closed") from None

    async def _exchange(self, headers: Sequence[tuple[str, str]], attempt: Attempt) -> Attempt:
        assert self._streams is not None  # noqa: S101 - opened above
        reader, writer = self._streams
        sent = _bytes_of(self._http, self._request(attempt.forgery.nonce, headers))
        if self._ahead[:1] == [attempt.forgery.nonce]:
            self._ahead.pop(0)
        else:
            writer.write(sent)
        response = await self._response(reader)
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        else:
            self._close()
        return self._understood(response, attempt)

    def _request(self, nonce: str, headers: Sequence[tuple[str, str]]) -> h11.Request:
        target = self._asker.target
        resource = target.url_as_sent if self._kind is Kind.ABSOLUTE else target.resource
        base = [
            ("Host", target.authority(target.name)),
            ("Accept", "application/json, text/plain;q=0.9, */*;q=0.1"),
            ("Accept-Encoding", "identity"),
            ("Cache-Control", "no-store"),
            ("User-Agent", USER_AGENT),
            (NONCE_HEADER, nonce),
            *self._asker.headers,
        ]
        if self._asker.method not in {"GET", "HEAD"}:
            base.append(("Content-Length", "0"))
        return h11.Request(method=self._asker.method, target=resource, headers=[*base, *headers])

    async def _response(self, reader: asyncio.StreamReader) -> Response:
        head: h11.Response | None = None
        body = bytearray()
        received = events = 0
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                data = await reader.read(_READ)
                self._first = self._first or data[:2]
                received += len(data)
                if received > _MOST_BYTES:
                    raise Flood
                if not data and head is None:
                    raise Unfinished
                self._http.receive_data(data)
                continue
            events += 1
            if events > _MOST_EVENTS:
                raise Flood
            if isinstance(event, h11.Response):
                head, self._status = event, event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > LARGEST_ANSWER:
                    break
            elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
                break
            elif isinstance(event, h11.ConnectionClosed):
                raise Unfinished
            else:
                # An informational answer; many of them must not keep the others waiting.
                await asyncio.sleep(0)
        if head is None:
            raise Unfinished
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in head.headers]
        return Response(head.status_code, headers, bytes(body), too_large=len(body) > LARGEST_ANSWER)

    def _understood(self, response: Response, attempt: Attempt) -> Attempt:
        problem, transient = understand(response, secure=self._context is not None, forged=attempt.forgery.forged)
        attempt = replace(attempt, status=response.status, retry_after=retry_after(response))
        if problem is None and asyncio.get_running_loop().time() > self._asker.deadline:
            # Reading takes time too, and nothing interrupts it.
            raise TimeoutError
        question = replace(
            self._asker.question, forgery=attempt.forgery, response=response.headers, host=self._asker.target.name
        )
        sighting = read_answer(self._masked(response.body), question)
        if problem is not None:
            # What a preface claims comes back in the words of whoever takes it for a bad request.
            shown = () if attempt.kind in {Kind.PROXY_V1, Kind.PROXY_V2} else sighting.believed
            return replace(attempt, problem=problem, transient=transient and not shown, shown=shown)
        return replace(attempt, sighting=replace(sighting, cached=cached_by(response)))

    def _masked(self, body: bytes) -> bytes:
        """The body without the caller's own headers' values: they may be secrets, and an echo shows them."""
        for _, value in self._asker.headers:
            if len(value) >= _SHORTEST_SECRET:
                for written in (value, json.dumps(value)[1:-1]):
                    body = body.replace(written.encode("latin-1", "replace"), b"(hidden)")
        return body

    def _failed(self, attempt: Attempt, error: BaseException, limit: float, connect_limit: float) -> Attempt:
        """Why there is nothing to read, and whether waiting may help."""
        limits = Limits(
            limit,
            connect_limit,
            made=self._local is not None,
            begun=self._status is not None,
            secure=self._context is not None,
        )
        problem, transient, refused = failure(error, limits, self._first)
        return replace(attempt, status=self._status, problem=problem, transient=transient, refused=refused)


def _bytes_of(connection: h11.Connection, request: h11.Request) -> bytes:
    """A whole request, which has no body."""
    return (connection.send(request) or b"") + (connection.send(h11.EndOfMessage()) or b"")


def _plain_address(text: str) -> Address:
    address = ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address
