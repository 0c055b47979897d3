"""The app in a pod: it answers `GET /` with who it saw, as the guide's two images do, plus its own name.

A stand-in for images that the lab cannot pull. It keeps connections, answers HTTP/1.1 and does nothing else, so that the
cost of a request is the path's and not the app's. Run as a file, without the project on the path: it starts in a moment.
"""

import argparse
import asyncio
import contextlib
import json
import signal
from typing import ClassVar, cast

LARGEST_HEAD = 65536
DRAIN_SECONDS = 5.0
READY = "ready"
"""The line that it prints when it listens."""


def answer(head: bytes, peer: str, pod: str, reads: str, *, draining: bool = False) -> tuple[bytes, bool]:
    """The response to a request head, and whether the connection stays open: not while the app is about to end."""
    lines = head.decode("latin-1").split("\r\n")
    method, _, rest = lines[0].partition(" ")
    version = rest.rpartition(" ")[2]
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, separator, value = line.partition(":")
        if not separator:
            continue
        name = "-".join(part.capitalize() for part in name.strip().split("-"))
        # WSGI joins lines of the same name in their order; so do the guide's images.
        headers[name] = f"{headers[name]},{value.strip()}" if name in headers else value.strip()
    body: dict[str, object] = {"message": "realip lab", "method": method, "pod": pod}
    if reads == "left-entry":
        # Many an app: its own conclusion, and nothing that shows how it came to it.
        body["client_ip"] = headers.get("X-Forwarded-For", peer).split(",")[0].strip()
    else:
        body["headers"] = headers
    if reads == "socket":
        body["client_ip"] = peer
    content = json.dumps(body).encode()
    wish = headers.get("Connection", "").lower()
    keep = not draining and wish != "close" and (version == "HTTP/1.1" or wish == "keep-alive")
    response = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    ).encode() + content
    return response, keep


class Echo(asyncio.Protocol):
    """One connection."""

    open: ClassVar[set["Echo"]] = set()
    draining: ClassVar[bool] = False
    drained: ClassVar[asyncio.Event]

    def __init__(self, pod: str, reads: str) -> None:
        """`reads`: `socket` answers with the peer's address and the headers, `headers` with the headers alone.

        `left-entry` answers with its own conclusion: the left entry of X-Forwarded-For if there is one, else the peer.
        """
        self._pod = pod
        self._reads = reads
        self._peer = ""
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember who calls."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a TCP server gets
        self._transport = transport
        self._peer = transport.get_extra_info("peername")[0]
        Echo.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The last one to go lets a draining app end."""
        del exc
        Echo.open.discard(self)
        if Echo.draining and not Echo.open:
            Echo.drained.set()

    def data_received(self, data: bytes) -> None:
        """Answer every complete request head; bodies are not read, nobody sends one."""
        transport = self._transport
        if transport is None:
            return
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            response, keep = answer(head, self._peer, self._pod, self._reads, draining=Echo.draining)
            transport.write(response)
            if not keep:
                transport.close()
                return
        if len(self._buffer) > LARGEST_HEAD:
            transport.abort()


class EchoPacket(asyncio.DatagramProtocol):
    """UDP: every packet is answered with who sent it."""

    def __init__(self, pod: str) -> None:
        """Answers name the pod."""
        self._pod = pod
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # the class is registered as none of its kind

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer it."""
        del data
        if self._transport:
            self._transport.sendto(json.dumps({"pod": self._pod, "client_ip": addr[0]}).encode(), addr)


async def serve(port: int, pod: str, reads: str) -> None:
    """Answer until SIGTERM; then take no new connection, and give each open one its answer and a word that it ends."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: Echo(pod, reads), "0.0.0.0", port, backlog=1024)  # noqa: S104 - a pod
    packets, _ = await loop.create_datagram_endpoint(lambda: EchoPacket(pod), ("0.0.0.0", port))  # noqa: S104 - a pod
    print(READY, flush=True)
    await stop.wait()
    Echo.drained = asyncio.Event()
    Echo.draining = True
    server.close()
    packets.close()
    if Echo.open:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(Echo.drained.wait(), DRAIN_SECONDS)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--pod", required=True)
    parser.add_argument("--reads", choices=["socket", "headers", "left-entry"], default="socket")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.pod, arguments.reads))


if __name__ == "__main__":
    main()
