"""Worlds on loopback: an HTTP server that answers as a world's pure functions say."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Address

from tests.soundness.answers import render
from tests.soundness.model import Ask, World

_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
"""How a PROXY protocol version 2 preface begins."""


class _State:
    """What a world's front remembers from one connection to the next."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = random.Random(world.seed)  # noqa: S311 -- so that a world is the same each time
        self.connections = self.requests = self.hits = 0
        self.kept: bytes | None = None
        if world.cache is not None and world.cache.warmed_by != "nobody":
            who = world.client if world.cache.warmed_by == "the client" else "43.130.7.7"
            self.kept = self._body(Ask(headers=(("Host", "127.0.0.1"), ("User-Agent", "curl"))), 0, who)

    def path_of(self, connection: int) -> int:
        """Which path a connection's next request takes."""
        count = len(self.world.paths)
        match self.world.turns:
            case "connection":
                return connection % count
            case "request":
                return self.requests % count
        return random.Random(self.world.seed * 7919 + connection).randrange(count)  # noqa: S311

    def answer(self, ask: Ask, path: int) -> bytes:
        """The answer's bytes, of the application or of the cache."""
        cache = self.world.cache
        if cache is not None and self.kept is not None and self.hits < cache.holds:
            self.hits += 1
            return self._with_age(self.kept, self.hits)
        body = self._body(ask, path, ask.preface or self.world.client)
        if cache is not None:
            self.kept, self.hits = body, 0
            return self._with_age(body, 0)
        return body

    def _with_age(self, answer: bytes, age: int) -> bytes:
        if self.world.cache is None or not self.world.cache.tells_age or not age:
            return answer
        return answer.replace(b"\r\n", f"\r\nAge: {age}\r\nX-Cache: HIT\r\n".encode(), 1)

    def _body(self, ask: Ask, path: int, client: str) -> bytes:
        way = self.world.paths[path]
        kind, body = render(self.world.shape, way.see(client, ask), way.pod)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, state: _State) -> None:
        self._state, self._buffer, self._number = state, b"", 0
        self._preface: str | None = None
        state.connections += 1
        self._connection = state.connections
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._transport is not None and not self._transport.is_closing():
            if not self._number and not self._prefaced():
                return
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._buffer = rest
            self._respond(head)

    def _prefaced(self) -> bool:
        """Take a preface off the buffer; False while it is not there whole, or the connection is over."""
        if self._buffer.startswith(_SIGNATURE[: len(self._buffer)]) and len(self._buffer) < len(_SIGNATURE):
            return False
        if self._buffer.startswith(_SIGNATURE):
            length = 16 + int.from_bytes(self._buffer[14:16])
            if len(self._buffer) < length:
                return False
            claimed = _version_2(self._buffer[:length])
            self._buffer = self._buffer[length:]
        elif self._buffer.startswith(b"PROXY "):
            line, end, rest = self._buffer.partition(b"\r\n")
            if not end:
                return False
            claimed, self._buffer = line.split(b" ")[2].decode("ascii"), rest
        else:
            return True
        if self._state.world.preface == "believes":
            self._preface = claimed
            return True
        self._refuse("400 Bad Request" if self._state.world.preface == "400" else "")
        return False

    def _refuse(self, status: str) -> None:
        assert self._transport is not None
        if status:
            self._transport.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        self._transport.close()

    def _respond(self, head: bytes) -> None:
        assert self._transport is not None
        world = self._state.world
        request, *lines = head.decode("latin-1").split("\r\n")
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        if len(headers) > world.most_headers or len(head) > world.most_bytes:
            self._refuse("431 Request Header Fields Too Large")
            return
        self._number += 1
        self._state.requests += 1
        ask = Ask(headers, request.split(" ")[0], self._number, self._preface)
        answer = self._state.answer(ask, self._state.path_of(self._connection))
        tokens = {
            token.strip().lower()
            for name, value in headers
            if name.lower() == "connection"
            for token in value.split(",")
        }
        if "close" in tokens or not world.keeps_open:
            self._transport.write(answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            self._transport.close()
        else:
            self._transport.write(answer)


def _version_2(preface: bytes) -> str | None:
    if preface[12] & 0x0F == 0:  # LOCAL: the connection speaks for itself.
        return None
    if preface[13] >> 4 == 1:
        return str(IPv4Address(preface[16:20]))
    return str(IPv6Address(preface[16:32]))


@contextlib.asynccontextmanager
async def serving(world: World) -> AsyncIterator[str]:
    """A world on a free port of loopback, over IPv6 for a client that has such an address; gives its URL."""
    state = _State(world)
    host = "::1" if ":" in world.client else "127.0.0.1"
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(state), host, 0, backlog=256)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    finally:
        server.close()
