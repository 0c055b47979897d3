"""A key service: the two questions of Vault's transit engine that Pulumi asks it, `encrypt` and `decrypt`.

A stack's data key is kept by such a service in many teams. It also costs an operation nothing, where a passphrase costs
a fifth of a second of processor time to derive the key from.
"""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["PROVIDER", "KeyService", "key_service"]

KEY = "realip"
PROVIDER = f"hashivault://{KEY}"
"""As `pulumi stack init --secrets-provider` takes it."""


@dataclass
class KeyService:
    """What it was given to encrypt; only it can tell what a ciphertext stands for."""

    address: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    plaintexts: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """How Pulumi finds it."""
        return {"VAULT_SERVER_URL": self.address, "VAULT_SERVER_TOKEN": self.token}

    def answer(self, path: str, token: str | None, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body, in the words of Vault's HTTP API."""
        if token != self.token:
            return 403, {"errors": ["permission denied"]}
        if path == f"/v1/transit/encrypt/{KEY}":
            ciphertext = f"vault:v1:{secrets.token_urlsafe(32)}"
            self.plaintexts[ciphertext] = body["plaintext"]
            return 200, {"data": {"ciphertext": ciphertext}}
        if path == f"/v1/transit/decrypt/{KEY}" and body["ciphertext"] in self.plaintexts:
            return 200, {"data": {"plaintext": self.plaintexts[body["ciphertext"]]}}
        return 400, {"errors": ["encryption key not found, or not the key of this ciphertext"]}


@contextmanager
def key_service() -> Iterator[KeyService]:
    """One on loopback."""
    service = KeyService()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, found = service.answer(self.path, self.headers.get("X-Vault-Token"), body)
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
