"""Answers every HTTP request with who it came from, as the socket saw it, and with the headers that came, as JSON.

PORT is where it listens, by TCP and by UDP; POD_NAME is what it calls itself. After SIGTERM it takes no new connection, and ends
once each open one has had its answer, or after five seconds.
"""

import asyncio
import contextlib
import json
import os
import signal
from typing import cast

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a pod has one address
LARGEST_HEAD = 65536
LONGEST_END = 5.0
"""Seconds that open connections have for their last answer."""


def answer(head: bytes, peer: str, pod: str, *, last: bool) -> "tuple[bytes, bool, int]":
    """The response to a request's head, whether its connection is kept, and the size of its body; `last` says that the program ends."""
    request, *lines = head.decode("latin-1").split("\r\n")
    method, _, rest = request.partition(" ")
    path, _, version = rest.rpartition(" ")
    if version not in ("HTTP/1.0", "HTTP/1.1") or not method.isalpha() or " " in path:
        # Such as a line of the PROXY protocol: an app that took it for a request would show what a client chose.
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False, 0
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            name = "-".join(part.capitalize() for part in name.strip().split("-"))
            # Lines of one name are one list, in their order (RFC 9110, 5.3).
            headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    said = {"remote_addr": peer, "pod": pod, "method": method, "path": path, "headers": headers}
    body = json.dumps(said, indent=1).encode() + b"\n"
    wish = headers.get("Connection", "").lower()
    kept = not last and wish != "close" and (version == "HTTP/1.1" or wish == "keep-alive")
    status = (
        "HTTP/1.1 200 OK",
        "Content-Type: application/json",
        "Cache-Control: no-store",
        f"Content-Length: {len(body)}",
        f"Connection: {'keep-alive' if kept else 'close'}",
    )
    return "\r\n".join((*status, "", "")).encode() + (b"" if method == "HEAD" else body), kept, _length(headers)


def _length(headers: "dict[str, str]") -> int:
    """Bytes of the request's body, which are read and dropped."""
    text = headers.get("Content-Length", "0")
    return int(text) if text.isdecimal() else 0


class Server:
    """The connections, and whether the program is about to end."""

    def __init__(self, pod: str) -> None:
        """Answers name the pod."""
        self.pod = pod
        self.ending = asyncio.Event()
        self.open: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it is one
        self.open.add(task)
        try:
            peer = writer.get_extra_info("peername")[0]
            while head := await self._head(reader):
                response, kept, body = answer(head, peer, self.pod, last=self.ending.is_set())
                while body > 0 and (part := await reader.read(min(body, LARGEST_HEAD))):
                    body -= len(part)
                writer.write(response)
                await writer.drain()
                if not kept:
                    break
        except (OSError, asyncio.LimitOverrunError):
            pass
        finally:
            self.open.discard(task)
            writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        """The next request's head; nothing where the client, or the program, has ended."""
        head = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n"))
        ending = asyncio.ensure_future(self.ending.wait())
        await asyncio.wait((head, ending), return_when=asyncio.FIRST_COMPLETED)
        if not head.done():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(head), 1.0)
        ending.cancel()
        head.cancel()
        with contextlib.suppress(asyncio.CancelledError, asyncio.IncompleteReadError):
            return (await head).removesuffix(b"\r\n\r\n")
        return b""


class Packets(asyncio.DatagramProtocol):
    """UDP: every packet is answered with who sent it."""

    def __init__(self, pod: str) -> None:
        """Answers name the pod."""
        self._pod = pod
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: "tuple[str, int]") -> None:
        """Answer it."""
        del data
        if self._transport is not None:
            self._transport.sendto(json.dumps({"remote_addr": addr[0], "pod": self._pod}).encode(), addr)


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    port, pod = int(os.environ.get("PORT", "5000")), os.environ.get("POD_NAME", "")
    server = Server(pod)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.ending.set)
    listening = await asyncio.start_server(server.serve, EVERYWHERE, port, limit=LARGEST_HEAD, backlog=1024)
    packets, _ = await loop.create_datagram_endpoint(lambda: Packets(pod), (EVERYWHERE, port))
    print(f"listening on {port}", flush=True)
    await server.ending.wait()
    listening.close()
    packets.close()
    if server.open:
        await asyncio.wait(set(server.open), timeout=LONGEST_END)


if __name__ == "__main__":
    asyncio.run(main())
