"""Where the metrics go: to whoever asks over HTTP, and into a file for node_exporter's textfile collector."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app

from realip.errors import InputError
from realip.verify.text import printable
from realip.verify.url import HIGHEST_PORT
from realip.whole_file import WholeFile

__all__ = ["Listen", "serving", "write_textfile"]

_READER_SECONDS = 10.0
"""How long somebody who connects may take to ask."""


class Listen:
    """Where to answer: `ADDRESS:PORT`, an IPv6 address in brackets. Port 0 has the system choose one."""

    def __init__(self, text: str) -> None:
        """Raises InputError."""
        host, colon, port = text.rpartition(":")
        problem = InputError(
            f"--listen {printable(text)!r}: write an address of this machine and a port, such as 127.0.0.1:9464 or [::1]:9464"
        )
        if not colon or not port.isascii() or not port.isdigit() or int(port) > HIGHEST_PORT:
            raise problem
        bracketed = host.startswith("[") and host.endswith("]")
        try:
            address = ip_address(host[1:-1] if bracketed else host)
        except ValueError:
            raise problem from None
        if bracketed is not (address.version == 6):
            raise problem
        self.text, self.address, self.port = text, str(address), int(port)
        self.family = socket.AF_INET6 if address.version == 6 else socket.AF_INET


class _Handler(WSGIRequestHandler):
    timeout = _READER_SECONDS

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing: a line for every scrape hides those that matter."""


@contextmanager
def serving(listen: Listen, registry: CollectorRegistry) -> Iterator[str]:
    """Answer with the metrics while the block runs; gives the URL. Raises InputError where nothing can listen there."""

    class Server(ThreadingMixIn, WSGIServer):
        address_family = listen.family
        daemon_threads = True

        def server_bind(self) -> None:
            """Bind, without asking DNS for a name of this machine."""
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind(self.server_address)
            self.server_address = self.socket.getsockname()
            self.server_name, self.server_port = listen.address, self.server_address[1]
            self.setup_environ()

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of who connects and does not ask, or leaves: whoever reaches the port may, as often as they like."""
            if not isinstance(sys.exc_info()[1], OSError):
                super().handle_error(request, client_address)

    try:
        server = Server((listen.address, listen.port), _Handler)
    except OSError as error:
        raise InputError(
            f"--listen {listen.text}: nothing can listen there ({error.strerror}); give a free port of an address of this machine"
        ) from None
    with server:
        server.set_app(make_wsgi_app(registry))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            host = f"[{listen.address}]" if listen.family is socket.AF_INET6 else listen.address
            yield f"http://{host}:{server.server_port}/metrics"
        finally:
            server.shutdown()
            thread.join()


def write_textfile(file: WholeFile, registry: CollectorRegistry) -> None:
    """Write the metrics whole, or leave the old ones. Raises InputError where they cannot be written."""
    file.write(generate_latest(registry).decode())
