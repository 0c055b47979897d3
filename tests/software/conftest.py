"""Frameworks and proxies as people run them, on loopback, each ended with the test that started it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.software import proxies
from tools.catalogue import locate
from tools.processes import Background, stop
from tools.waiting import wait_for

ROOT = Path(__file__).parents[2]
APPS = Path(__file__).parent / "apps"
PROXY = proxies.ADDRESS
CLIENT, OTHER_CLIENT = "127.0.0.1", "127.0.0.10"
START_SECONDS = 60.0
VERIFY_SECONDS = 60.0


@dataclass(frozen=True)
class Said:
    """What `realip verify` said."""

    code: int
    report: dict[str, Any]

    @property
    def words(self) -> str:
        """The sentence and the reasons of the probes."""
        return "\n".join([self.report["summary"], *sorted({row["reason"] for row in self.report["probes"]})])


class Software:
    """Starts programs, and asks `realip verify` about them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[Background] = []
        self._clients: dict[int, str] = {}

    def _start(self, name: str, port: int, *command: str | Path) -> int:
        program = Background(name, command, self._folder / f"{name}-{port}.log")
        self._running.append(program)

        def listens() -> bool:
            program.check("while it started")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_for(f"{name} to listen", listens, START_SECONDS, program.tail)
        return port

    def wsgi(self, application: str) -> int:
        """Django, python-ipware and Flask."""
        port = free_port()
        return self._start(application, port, locate("software-python"), APPS / "wsgi.py", application, str(port))

    def asgi(self, application: str, *options: str) -> int:
        """FastAPI and Starlette behind uvicorn."""
        port = free_port()
        where = ("--app-dir", str(APPS), "--host", "127.0.0.1", "--port", str(port), "--no-access-log")
        command = ("-m", "uvicorn", *where, *options, f"asgi:{application}")
        return self._start(f"uvicorn-{application}", port, locate("software-python"), *command)

    def go(self, application: str, *trusted: str) -> int:
        """go-chi and gin."""
        port = free_port()
        return self._start(application, port, locate("goapps"), application, f"127.0.0.1:{port}", *trusted)

    def express(self, trust: str) -> int:
        """Express with a `trust proxy` setting, as JSON."""
        port, node = free_port(), locate("software-node")
        packages = f"NODE_PATH={node.parent / 'node_modules'}"
        return self._start("express", port, "/usr/bin/env", packages, node, APPS / "express.js", str(port), trust)

    def nginx(self, server: str, *, upstream: int | None = None, source: str = PROXY) -> int:
        """nginx with directives of its server block, in front of a port or by itself."""
        port = free_port()
        configuration = self._write(f"nginx-{port}.conf", proxies.nginx(self._folder, port, server, upstream, source))
        return self._start("nginx", port, locate("nginx"), "-e", "stderr", "-p", self._folder, "-c", configuration)

    def haproxy(self, frontend: str, upstream: int) -> int:
        """HAProxy with directives of its frontend, in front of a port."""
        port = free_port()
        configuration = self._write(f"haproxy-{port}.cfg", proxies.haproxy(port, frontend, upstream))
        return self._start("haproxy", port, locate("haproxy"), "-db", "-f", configuration)

    def envoy(self, manager: dict[str, object], upstream: int, *, prefaced: bool = False) -> int:
        """Envoy with fields of its HTTP connection manager, in front of a port."""
        port = free_port()
        document = proxies.envoy(port, manager, upstream, prefaced=prefaced)
        configuration = self._write(f"envoy-{port}.json", json.dumps(document))
        program = locate("software-python").with_name("envoy")
        interpreter = locate("software-python")
        # The wrapper's first line names the folder that the environment was made in; the interpreter runs it anyhow.
        quiet = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "warning")
        self._start("envoy", port, interpreter, program, "-c", configuration, *quiet)
        # Of a peer that is 127.0.0.1 Envoy writes its own machine's address, so the client comes from another one.
        relayed = free_port()
        configuration = self._write(f"relay-{relayed}.cfg", proxies.relay(relayed, port, OTHER_CLIENT))
        self._clients[relayed] = OTHER_CLIENT
        return self._start("relay", relayed, locate("haproxy"), "-db", "-f", configuration)

    def _write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)
        return path

    def verify(self, port: int, reads: str, *options: str) -> Said:
        """Ask the command about a port."""
        client = self._clients.get(port, CLIENT)
        command = [sys.executable, "-m", "realip", "verify", "--url", f"http://127.0.0.1:{port}/", "--reads", reads]
        done = subprocess.run(
            [*command, "--expect", client, "--json", *options],
            cwd=ROOT,
            env={key: value for key, value in os.environ.items() if key != "KUBERNETES_SERVICE_HOST"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=VERIFY_SECONDS,
            check=False,
        )
        assert done.returncode in {0, 1, 3}, done.stderr
        return Said(done.returncode, json.loads(done.stdout))

    def stop(self) -> None:
        stop(self._running[::-1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def software(tmp_path: Path) -> Iterator[Software]:
    """Programs for the length of a test."""
    made = Software(tmp_path)
    try:
        yield made
    finally:
        made.stop()
