"""One project on the real engine, with stand-ins for its providers: operations, what they did, and what is left."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.engine.language_host import language_host
from tests.engine.standins.api_server import ApiServer
from tests.engine.standins.calls import CallLog
from tests.engine.standins.cloud import Cloud, Record
from tests.engine.standins.faults import Faults
from tests.engine.standins.keys import PROVIDER, KeyService, key_service
from tests.engine.standins.kubernetes import Kubernetes
from tests.engine.standins.server import serve
from tests.engine.standins.tencent import TencentCloud

__all__ = ["CLUSTER", "REPOSITORY", "WITH_PASSPHRASE", "Operation", "Project", "Step", "World", "copy_project", "world"]

OPERATION_SECONDS = 120
PASSPHRASE = "a passphrase of the engine's tests"
WITH_PASSPHRASE = "passphrase"
REPOSITORY = Path(__file__).resolve().parents[2]
"""This one, where projects find `realip`, as if it were installed."""
QUIET = {"same", "read", "refresh"}


@dataclass(frozen=True)
class Step:
    """One thing that the engine did or would do."""

    op: str
    urn: str
    changed: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The type token without its parents'."""
        return self.urn.split("::")[2].split("$")[-1]

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.split("::")[3]

    @property
    def kind(self) -> str:
        """The last part of the type token: `Deployment`, `NativeNodePool`."""
        return self.type.rpartition(":")[2]

    def __str__(self) -> str:
        return f"{self.op} {self.type} {self.name} {' '.join(self.changed)}".rstrip()


@dataclass
class Operation:
    """What one run of the engine's CLI said and did."""

    command: str
    code: int
    text: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        """All steps in the engine's order."""
        found = []
        for event in self.events:
            metadata = (event.get("resourcePreEvent") or {}).get("metadata")
            if metadata:
                changed = metadata.get("detailedDiff") or metadata.get("diffs") or {}
                found.append(Step(metadata["op"], metadata["urn"], tuple(sorted(changed))))
        return found

    @property
    def changes(self) -> list[Step]:
        """The steps that change something, the stack's own outputs aside."""
        return [step for step in self.steps if step.op not in QUIET and step.type != "pulumi:pulumi:Stack"]

    @property
    def counts(self) -> Counter[str]:
        """How many steps of each kind."""
        return Counter(step.op for step in self.changes)

    @property
    def messages(self) -> list[str]:
        """The diagnostics that a person reads, warnings and worse."""
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [d["message"] for d in found if d["severity"] in {"warning", "error", "info#err"}]

    def planned(self, which: str) -> dict[str, Any]:
        """The inputs of a resource, named by its type or URN, as the engine's plan has them."""
        for event in self.events:
            metadata = (event.get("resourcePreEvent") or {}).get("metadata") or {}
            if which in {metadata.get("type"), metadata.get("urn")} and metadata.get("new"):
                return dict(metadata["new"]["inputs"])
        raise KeyError(which)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs as this operation left or promises them."""
        for event in reversed(self.events):
            metadata = (event.get("resOutputsEvent") or {}).get("metadata") or {}
            if metadata.get("type") == "pulumi:pulumi:Stack":
                return dict(metadata["new"]["outputs"])
        raise KeyError("outputs")

    def replaced(self) -> list[str]:
        """The kinds that got or would get a successor, in order."""
        return [step.kind for step in self.steps if step.op == "replace"]

    def succeeded(self) -> "Operation":
        """This operation, if it did; what it said, if it did not."""
        if self.code != 0:
            raise AssertionError(f"{self.command} ended with {self.code}\n{self.text}")
        return self

    def failed(self) -> "Operation":
        """This operation, if it failed as expected."""
        if self.code == 0:
            raise AssertionError(f"{self.command} succeeded, which it must not\n{self.text}")
        return self


CLUSTER = "cls-00000001"
CLUSTER_ADDRESS = "203.0.113.1"


@dataclass
class World:
    """The cloud, what was asked of it, and what goes wrong in it; and who keeps the keys of states."""

    cloud: Cloud
    log: CallLog
    faults: Faults
    ports: Mapping[str, int]
    keys: KeyService

    def existing_cluster(self, cluster: str = CLUSTER, address: str = CLUSTER_ADDRESS) -> str:
        """A cluster that nobody here made, with an open endpoint at an address of its own: its kubeconfig."""
        endpoint = Record("tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint", cluster, "", {})
        endpoint.inputs = {"clusterId": cluster, "clusterInternet": True}
        endpoint.computed = {"clusterExternalEndpoint": address}
        self.cloud.add(endpoint)
        self.cloud.internal_api_names = False
        self.cloud.servers[cluster] = ApiServer(cluster)
        return self.cloud.kubeconfig(cluster, address)

    def delete_by_hand(self, kind: str) -> None:
        """What a user does in the console or with kubectl: remove the first thing of a kind, whoever made it."""
        for key, record in self.cloud.records.items():
            if record.short == kind:
                self.cloud.servers.pop(record.id if kind == "Cluster" else "", None)
                del self.cloud.records[key]
                return
        for server in self.cloud.servers.values():
            for found in list(server.objects):
                if found[0] == kind and found[1] != "kube-system":
                    server.delete(found)
                    return
        raise KeyError(kind)


@contextmanager
def world(**choices: Any) -> Iterator[World]:
    """A fresh cloud behind two stand-ins; `choices` are `Cloud`'s."""
    cloud, log, faults = Cloud(**choices), CallLog(), Faults()
    servers = {}
    try:
        for stand_in in (TencentCloud(cloud, log, faults), Kubernetes(cloud, log, faults)):
            servers[stand_in.package] = serve(stand_in)
        with key_service() as keys:
            yield World(cloud, log, faults, {package: port for package, (_, port) in servers.items()}, keys)
    finally:
        for server, _ in servers.values():
            server.stop(grace=None)


@dataclass
class Project:
    """A folder with a Pulumi project, its own backend and home, and one stack."""

    folder: Path
    stack: str
    world: World
    pulumi: Path
    preloaded: bool = True
    logs_events: bool = True
    """Whether operations come with their events, which the engine writes into a file as it goes."""
    deadline: float = OPERATION_SECONDS
    extra_environment: Mapping[str, str] = field(default_factory=dict)
    secrets_provider: str = PROVIDER
    """Who encrypts the state's secrets: a key service, or `WITH_PASSPHRASE`, which is Pulumi's default."""
    process: "subprocess.Popen[str] | None" = None
    _runs: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """What the engine sees: nothing of this machine's accounts and clusters."""
        ports = ",".join(f"{package}:{port}" for package, port in self.world.ports.items())
        return {
            "PATH": f"{self.pulumi.parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TMPDIR": tempfile.gettempdir(),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            **self.world.keys.environment,
            "PULUMI_DEBUG_PROVIDERS": ports,
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            # An engine is gone before it pays to look for what it does not need any more.
            "GOGC": "off",
            "GOMEMLIMIT": "512MiB",
            "NO_COLOR": "1",
            "PYTHONPATH": str(REPOSITORY),
            **self.extra_environment,
        }

    @property
    def directory(self) -> Path:
        """Where Pulumi.yaml is."""
        return self.folder / "project"

    @property
    def settings_file(self) -> Path:
        """The stack's configuration."""
        project = yaml.safe_load((self.directory / "Pulumi.yaml").read_text())
        return self.directory / str(project.get("stackConfigDir", ".")) / f"Pulumi.{self.stack}.yaml"

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Set values of the stack's configuration, `{"realip:nodes": {"replicas": 3}}` merged into what is there."""
        file = self.settings_file
        content = (yaml.safe_load(file.read_text()) if file.exists() else None) or {}
        config = content.setdefault("config", {})
        for key, value in changes.items():
            merged = isinstance(value, Mapping) and isinstance(config.get(key), Mapping)
            config[key] = {**config[key], **value} if merged else value
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def configure_secret(self, key: str, value: str) -> None:
        """Set a value of the stack's configuration that must not be readable there."""
        self.cli("config", "set", "--stack", self.stack, "--secret", key, text=value).succeeded()

    def cli(self, *arguments: str, text: str | None = None) -> Operation:
        """Run the CLI without a program."""
        command = ["pulumi", *arguments]
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=self.deadline,
            check=False,
        )
        return Operation(" ".join(command), done.returncode, done.stdout + done.stderr)

    def init(self) -> "Project":
        """Make the stack."""
        (self.folder / "backend").mkdir(exist_ok=True)
        self.cli("stack", "init", self.stack, "--secrets-provider", self.secrets_provider).succeeded()
        return self

    def run(self, command: str, *arguments: str) -> Operation:
        """Run an operation that needs the program, to its end."""
        with self.start(command, *arguments) as finish:
            return finish()

    @contextmanager
    def languages(self, output: Path) -> Iterator[str]:
        """What runs the program, as `PULUMI_DEBUG_LANGUAGES` takes it; what it prints is in `output`."""
        with language_host(self.directory, self.environment, output, preloaded=self.preloaded) as port:
            yield f"python:{port}"

    @contextmanager
    def start(self, command: str, *arguments: str) -> Iterator[Callable[[], Operation]]:
        """Start an operation; the given function waits for its end."""
        self._runs += 1
        events = self.folder / f"events-{self._runs}.jsonl"
        output = self.folder / f"output-{self._runs}.txt"
        with self.languages(output) as languages, output.open("a") as sink:
            line = ["pulumi", command, "--stack", self.stack, "--non-interactive", *arguments]
            if self.logs_events:
                line += ["--event-log", str(events)]
            if command != "preview":
                line += ["--yes", "--skip-preview"]
            process = subprocess.Popen(
                line,
                cwd=self.directory,
                env={**self.environment, "PULUMI_DEBUG_LANGUAGES": languages},
                stdout=sink,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.process = process

            def finish() -> Operation:
                code = self._end_of(process, command, output)
                lines = events.read_text().splitlines() if events.exists() else []
                complete = [json.loads(event) for event in lines if event.endswith("}")]
                return Operation(command, code, output.read_text(), complete)

            try:
                yield finish
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def _end_of(self, process: "subprocess.Popen[str]", command: str, output: Path) -> int:
        """The exit code; TimeoutError, and no process, after the deadline.

        Not `wait(timeout)`, which looks only every 50 ms: too coarse for the benchmarks.
        """
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(self.deadline, end)
        watch.daemon = True
        watch.start()
        try:
            code = process.wait()
        finally:
            watch.cancel()
        if late.is_set():
            raise TimeoutError(f"{command} was not done after {self.deadline:g} s\n{output.read_text()}")
        return code

    def kill(self) -> None:
        """Kill the engine as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def preview(self, *arguments: str) -> Operation:
        """`pulumi preview`."""
        return self.run("preview", *arguments)

    def up(self, *arguments: str) -> Operation:
        """`pulumi up`."""
        return self.run("up", *arguments)

    def refresh(self, *arguments: str) -> Operation:
        """`pulumi refresh`."""
        return self.run("refresh", *arguments)

    def destroy(self, *arguments: str) -> Operation:
        """`pulumi destroy`."""
        return self.run("destroy", *arguments)

    def cancel(self) -> Operation:
        """`pulumi cancel`: take away the lock of an engine that died."""
        return self.cli("cancel", "--yes", "--stack", self.stack)

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Try something: afterwards state, stack file and cloud are what they were before."""
        backend, copied = self.folder / "backend", self.folder / "backend-before"
        shutil.copytree(backend, copied)
        saved, settings = self.world.cloud.save(), self.settings_file.read_bytes()
        try:
            yield
        finally:
            shutil.rmtree(backend)
            copied.rename(backend)
            self.settings_file.write_bytes(settings)
            self.world.cloud.restore(saved)

    def export(self) -> dict[str, Any]:
        """The state as the CLI exports it, secrets encrypted."""
        exported = self.cli("stack", "export", "--stack", self.stack).succeeded()
        return dict(json.loads(exported.text))

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """The stack's outputs."""
        arguments = ["stack", "output", "--json", "--stack", self.stack]
        return dict(json.loads(self.cli(*arguments, *(["--show-secrets"] if show_secrets else [])).succeeded().text))

    def resources(self) -> list[dict[str, Any]]:
        """What the state knows."""
        return list(self.export()["deployment"].get("resources") or [])

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything that was written anywhere, with the name of where."""
        for file in sorted(self.folder.rglob("*")):
            if file.is_file() and "project" not in file.relative_to(self.folder).parts[:1]:
                yield str(file.relative_to(self.folder)), file.read_text(errors="replace")


def copy_project(source: Path, folder: Path) -> None:
    """Copy what Pulumi reads of a project: Pulumi.yaml, the program and the stack files, never its state."""
    target = folder / "project"
    target.mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(source / name, target / name)
    if (source / "stacks").is_dir():
        shutil.copytree(source / "stacks", target / "stacks")
