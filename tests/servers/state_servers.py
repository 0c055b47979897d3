"""Real servers that keep Pulumi's states, on the loopback and over TLS: PostgreSQL, and a store that speaks S3."""

import base64
import json
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import tools
from tools.certificates import Authority, KeyPair
from tools.processes import Background
from tools.waiting import wait_for

__all__ = ["S3", "PostgreSQL", "StateServer"]

HOST = "127.0.0.1"
PORTS = range(20000, 30000)
"""Below the ports that the kernel hands to outgoing connections, so that a server that died finds its own free."""
START_SECONDS = 30.0
COMMAND_SECONDS = 60.0


class StateServer(ABC):
    """A server with a place for states, empty at first. `with` starts and stops it; `kill` is a power cut."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="realip-state-server-"))
        self.password = secrets.token_hex(16)
        """What opens the place. It comes in the environment of the CLI, never in its URL."""
        authority = Authority(self.folder / "keys", "authority of the state servers' tests")
        self.authority = authority.pair.certificate
        self.keys: KeyPair = authority.server("state-server", [HOST, "localhost"])
        self.port = _free_port()
        self.log = self.folder / "server.log"
        self._running: Background | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """What `pulumi login` is told."""

    @property
    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """What the CLI finds its credentials in."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What runs the server."""

    @abstractmethod
    def stored(self) -> Iterator[tuple[str, str]]:
        """Everything that the server keeps, by name, as text that can be searched."""

    def start(self) -> None:
        """Start the server, or start it again; it answers when this returns."""
        self._running = running = Background("the state server", self.command(), self.log)

        def answers() -> bool:
            running.check("while it started")
            return self.answers()

        wait_for("the state server", answers, START_SECONDS, running.tail)

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes requests."""

    def kill(self) -> None:
        """End the server, and every process of it, as a power cut would."""
        assert self._running is not None
        os.killpg(self._running.pid, signal.SIGKILL)
        running = self._running
        wait_for("the server's end", lambda: running.exit_code is not None, START_SECONDS)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove what it kept."""
        if self._running is not None and self._running.exit_code is None:
            self.kill()
        shutil.rmtree(self.folder)


class PostgreSQL(StateServer):
    """Debian's server. It refuses to run as root, so there it is nobody's."""

    user = "pulumi"

    def __init__(self) -> None:
        super().__init__()
        self.data = self.folder / "data"
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        self.program = tools.locate("postgres")
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self._owner:
            # Whoever runs the server has to own its folder and its key.
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
            self.program = _reachable(self.program, self.folder)
        _run(
            *self._as_owner(),
            self.program.with_name("initdb"),
            *("--pgdata", self.data, "--username", self.user, "--pwfile", password),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        )
        password.unlink()

    @property
    def url(self) -> str:
        """Without a user and a password: they are in the environment."""
        return f"postgres://{HOST}:{self.port}/postgres?sslmode=verify-full&sslrootcert={self.authority}"

    @property
    def environment(self) -> Mapping[str, str]:
        """PostgreSQL's own variables."""
        return {"PGUSER": self.user, "PGPASSWORD": self.password}

    def command(self) -> Sequence[str | Path]:
        """What is written to the disk stays there, as in production."""
        options = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "ssl": "on",
            "ssl_cert_file": self.keys.certificate,
            "ssl_key_file": self.keys.key,
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [*self._as_owner(), self.program, "-D", self.data, *settings]

    def answers(self) -> bool:
        """Whether it has recovered, too: before that it accepts connections, and refuses what they ask."""
        return self._query("select 1") is not None

    def stored(self) -> Iterator[tuple[str, str]]:
        """The rows of Pulumi's table, whose contents are base64 in JSON; and the log."""
        rows = self._query("select json_agg(row_to_json(pulumi_state)) from pulumi_state")
        assert rows is not None
        for row in json.loads(rows):
            kept = row.pop("data")
            text = kept["data"] if isinstance(kept, dict) else json.loads(kept)["data"]
            yield row["key"], base64.b64decode(text).decode() + json.dumps(row)
        yield "log", self.log.read_text(errors="replace")

    def _query(self, statement: str) -> str | None:
        done = subprocess.run(
            [
                self.program.with_name("psql"),
                *("--no-psqlrc", "--no-password", "--tuples-only", "--no-align"),
                f"host={HOST} port={self.port} dbname=postgres sslmode=verify-full sslrootcert={self.authority}",
                *("--command", statement),
            ],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def _as_owner(self) -> Sequence[str | Path]:
        if not self._owner:
            return []
        # Another user's process loses the signal that ends it with its parent, so it is asked for again.
        ids = ("--reuid", str(self._owner.pw_uid), "--regid", str(self._owner.pw_gid), "--clear-groups")
        return [tools.locate("setpriv"), *ids, "--pdeathsig", "KILL", "--"]


class S3(StateServer):
    """A store that speaks S3, as Tencent Cloud COS does, and keeps its objects as files."""

    bucket = "states"
    access = "test-access-key"

    def __init__(self) -> None:
        super().__init__()
        (self.folder / "objects" / self.bucket).mkdir(parents=True)
        # Attributes of objects beside them: not every file system has a place for them.
        (self.folder / "attributes").mkdir()

    @property
    def url(self) -> str:
        """A path for the bucket, since no name resolves to one here."""
        endpoint = f"endpoint=https://{HOST}:{self.port}&region=us-east-1&use_path_style=true"
        return f"s3://{self.bucket}?{endpoint}&request_checksum_calculation=when_required"

    @property
    def environment(self) -> Mapping[str, str]:
        """AWS's own variables."""
        return {
            "AWS_ACCESS_KEY_ID": self.access,
            "AWS_SECRET_ACCESS_KEY": self.password,
            "AWS_CA_BUNDLE": str(self.authority),
        }

    def command(self) -> Sequence[str | Path]:
        """The credentials are on the command line: they are this test's only."""
        return [
            tools.locate("versitygw"),
            *("--access", self.access, "--secret", self.password, "--port", f"{HOST}:{self.port}"),
            *("--cert", self.keys.certificate, "--key", self.keys.key),
            *("posix", "--sidecar", self.folder / "attributes", self.folder / "objects"),
        ]

    def answers(self) -> bool:
        """Whether it speaks TLS."""
        context = ssl.create_default_context(cafile=str(self.authority))
        try:
            with (
                socket.create_connection((HOST, self.port), timeout=1.0) as connection,
                context.wrap_socket(connection, server_hostname=HOST),
            ):
                return True
        except OSError:
            return False

    def stored(self) -> Iterator[tuple[str, str]]:
        """The objects, what is noted of them, and the log of requests."""
        for part in ("objects", "attributes"):
            for file in sorted((self.folder / part).rglob("*")):
                if file.is_file():
                    yield str(file.relative_to(self.folder)), file.read_text(errors="replace")
        yield "log", self.log.read_text(errors="replace")


def _free_port() -> int:
    for port in random.sample(PORTS, 50):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError("fifty ports of the loopback are taken")


def _reachable(program: Path, folder: Path) -> Path:
    """A program where another user can run it: an unpacked one may be in a folder of root's own, and is copied with its tree."""
    if all(parent.stat().st_mode & 0o001 for parent in program.parents):
        return program
    tree = program.parents[4]
    shutil.copytree(tree, folder / tree.name, symlinks=True)
    return folder / tree.name / program.relative_to(tree)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}{done.stderr}"
