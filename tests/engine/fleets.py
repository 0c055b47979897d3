"""The fleet example, copied, on clusters whose apps answer on the loopback; run as a person runs it, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import yaml

from tests.engine.driver import REPOSITORY, Project, World
from tests.engine.language_host import language_host

__all__ = ["Fleet", "Run", "answering", "fleet"]

RUN_SECONDS = 300.0
LOOPBACK = "127.0.0.1"
CLUSTERS = {"guangzhou": "cls-aaaaaaaa", "shanghai": "cls-bbbbbbbb"}


@contextmanager
def answering(*, believes_headers: bool = False) -> Iterator[int]:
    """An app that answers with its client's address, as it believes it; its port."""

    class App(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            claimed = self.headers.get("X-Forwarded-For") if believes_headers else None
            body = json.dumps({"remote_addr": claimed or self.client_address[0]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer((LOOPBACK, 0), App)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Run:
    """How one run of `fleet.py` ended."""

    code: int
    out: str
    err: str

    @property
    def states(self) -> dict[str, str]:
        """What the table of results says of each stack: everything between its name and the seconds."""
        words = (line.split() for line in self.out.splitlines() if line.partition(" ")[0].count(".") == 1)
        return {line[0]: " ".join(line[1 : line.index("s", 2) - 1]) for line in words if "s" in line[2:]}


@dataclass
class Fleet:
    """The example's folder, and what its program sees."""

    project: Project
    environment: Mapping[str, str]
    apps: dict[str, dict[str, Any]]
    _runs: list[subprocess.Popen[str]] = field(default_factory=list)

    def write(self) -> None:
        """Write the table."""
        clusters = {
            name: {"id": identifier, "kubeconfig": f"{name}.kubeconfig"} for name, identifier in CLUSTERS.items()
        }
        table = {"clusters": clusters, "apps": self.apps, "verify": {"expect": [LOOPBACK]}}
        (self.project.directory / "fleet.yaml").write_text(yaml.safe_dump(table))

    @contextmanager
    def start(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """Start `fleet.py` in a process group of its own."""
        process = subprocess.Popen(
            [sys.executable, "fleet.py", *arguments],
            cwd=self.project.directory,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def by_the_cli(self, *arguments: str) -> None:
        """Run Pulumi's CLI itself, as somebody else does."""
        command = ["pulumi", *arguments, "--non-interactive"]
        environment = dict(self.environment)
        subprocess.run(command, cwd=self.project.directory, env=environment, check=True, timeout=RUN_SECONDS)

    def run(self, *arguments: str) -> Run:
        """Run `fleet.py` to its end."""
        with self.start(*arguments) as process:
            return ended(process)


def ended(process: "subprocess.Popen[str]") -> Run:
    """How a run ends that has been started."""
    out, err = process.communicate(timeout=RUN_SECONDS)
    return Run(process.returncode, out, err)


@contextmanager
def fleet(folder: Path, world: World, pulumi: Path, *, preloaded: bool = True) -> Iterator[Fleet]:
    """The example on two clusters that exist."""
    directory = folder / "project"
    copytree(REPOSITORY / "examples/fleet", directory, ignore=ignore_patterns("__pycache__", "stacks"))
    project = Project(folder, "", world, pulumi)
    for number, (name, identifier) in enumerate(CLUSTERS.items(), start=1):
        kubeconfig = world.existing_cluster(identifier, f"203.0.113.{number}")
        world.cloud.servers[identifier].reached_at = LOOPBACK
        (directory / f"{name}.kubeconfig").write_text(kubeconfig)
    for place in ("backend", "project/stacks"):
        (folder / place).mkdir()
    with language_host(directory, project.environment, folder / "programs.txt", preloaded=preloaded) as port:
        yield Fleet(project, {**project.environment, "PULUMI_DEBUG_LANGUAGES": f"python:{port}"}, {})
