"""Real servers on loopback for the tests: they speak HTTP byte by byte, so that they can also speak it badly."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

Handler = Callable[["Request"], bytes]


@dataclass(frozen=True)
class Request:
    """A request as the server got it."""

    peer: str
    path: str
    headers: list[tuple[str, str]]
    connection: int
    socket: socket.socket
    method: str = "GET"

    def all(self, name: str) -> list[str]:
        """The lines of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def answer(body: bytes | str, *, status: str = "200 OK", headers: str = "", kind: str = "text/plain") -> bytes:
    """A whole HTTP answer."""
    body = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def as_json(value: object, **settings: str) -> bytes:
    """A JSON answer."""
    return answer(json.dumps(value), kind="application/json", **settings)


def layer_4(request: Request) -> bytes:
    """The answer of the image that the guide deploys in the direct scenarios."""
    return as_json({"message": "hi", "client_ip": request.peer, "method": "GET", "headers": dict(request.headers)})


def layer_7(request: Request) -> bytes:
    """The answer of the image that the guide deploys behind an Ingress."""
    headers = {name: ", ".join(request.all(name)) for name, _ in request.headers}
    return as_json({"message": "hi", "headers": headers, "method": "GET"})


def _read_request(connection: socket.socket, buffer: bytes) -> tuple[list[str], bytes]:
    while b"\r\n\r\n" not in buffer:
        part = connection.recv(65536)
        if not part:
            return [], b""
        buffer += part
    head, _, rest = buffer.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


class Server:
    """A server on a free port of a loopback address; counts its connections and requests."""

    def __init__(
        self,
        handler: Handler,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        greeting: bytes = b"",
    ) -> None:
        self.handler, self._tls, self._greeting = handler, tls, greeting
        self._listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=256
        )
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self.connections = 0
        self.requests: list[Request] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}/"

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection, str(peer[0]), number), daemon=True).start()

    def _serve(self, connection: socket.socket, peer: str, number: int) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.sendall(self._greeting)
            buffer = b""
            while True:
                lines, buffer = _read_request(connection, buffer)
                if not lines:
                    break
                words = lines[0].split(" ")
                if len(words) != 3 or not words[2].startswith("HTTP/"):
                    # Such as a PROXY protocol header, which this server does not speak.
                    connection.sendall(answer("what?", status="400 Bad Request", headers="Connection: close\r\n"))
                    break
                headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
                request = Request(peer, words[1], headers, number, connection, words[0])
                with self._lock:
                    self.requests.append(request)
                reply = self.handler(request)
                if not reply:
                    break
                connection.sendall(reply)
                if b"connection: close" in reply.lower():
                    break
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        self._open.discard(connection)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(
    handler: Handler, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None, greeting: bytes = b""
) -> Iterator[Server]:
    """A server for the length of a block."""
    server = Server(handler, host, port, tls, greeting)
    try:
        yield server
    finally:
        server.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _relay(client: socket.socket, server: socket.socket) -> None:
    with client, server:
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


class Forwarder:
    """A layer 4 hop that puts an address of its own in place of the client's, on every n-th connection."""

    def __init__(self, port: int, source: str, every: int = 1) -> None:
        self._target, self._source, self._every = port, source, every
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._count = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._count += 1
            source = self._source if self._count % self._every == 0 else "127.0.0.1"
            server = socket.create_connection(("127.0.0.1", self._target), source_address=(source, 0))
            threading.Thread(target=_relay, args=(client, server), daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def forwarding(port: int, source: str, every: int = 1) -> Iterator[str]:
    """A translating hop in front of a port, for the length of a block; gives its URL."""
    forwarder = Forwarder(port, source, every)
    try:
        yield forwarder.url
    finally:
        forwarder.close()


Edit = Callable[[list[tuple[str, str]], str], list[tuple[str, str]]]


def proxy_to(port: int, edit: Edit) -> Handler:
    """A layer 7 hop: sends the request on with edited headers, over a connection of its own, and relays the answer."""

    def handle(request: Request) -> bytes:
        headers = [*edit(request.headers, request.peer), ("Connection", "close")]
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            lines = [f"GET {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
            upstream.sendall("\r\n".join([*lines, "", ""]).encode())
            upstream.shutdown(socket.SHUT_WR)
            reply = b""
            while part := upstream.recv(65536):
                reply += part
            return reply

    return handle


def without(headers: list[tuple[str, str]], *names: str) -> list[tuple[str, str]]:
    """Headers but for some."""
    return [(name, value) for name, value in headers if name.lower() not in {name.lower() for name in names}]


def appends(headers: list[tuple[str, str]], peer: str) -> list[tuple[str, str]]:
    """What TKE's load balancer does: appends its peer to X-Forwarded-For and sets X-Real-IP."""
    lines = [value for name, value in headers if name.lower() == "x-forwarded-for"]
    kept = without(headers, "X-Forwarded-For", "X-Real-IP")
    return [*kept, ("X-Forwarded-For", ", ".join([*lines, peer])), ("X-Real-IP", peer)]


def overwrites(headers: list[tuple[str, str]], peer: str) -> list[tuple[str, str]]:
    """A hop that believes nobody."""
    return [*without(headers, "X-Forwarded-For", "X-Real-IP"), ("X-Forwarded-For", peer), ("X-Real-IP", peer)]


def fills_in(headers: list[tuple[str, str]], peer: str) -> list[tuple[str, str]]:
    """A hop that adds the header only where there is none: the hole of many home-made proxies."""
    return headers if any(name.lower() == "x-forwarded-for" for name, _ in headers) else appends(headers, peer)


def passes_on(headers: list[tuple[str, str]], peer: str) -> list[tuple[str, str]]:
    """A hop that adds nothing."""
    return headers


def strips(headers: list[tuple[str, str]], peer: str) -> list[tuple[str, str]]:
    """A hop that loses the header."""
    return without(headers, "X-Forwarded-For", "X-Real-IP")
