"""Language hosts for programs in other languages than Python: as thin as the engine allows, since an engine that was built from
source has none. SDKs come from the engine's own generators, and programs run by what each language's own host would run."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from pulumi.runtime.proto import language_pb2

from tests.engine.thin_host import ThinHost, offered

__all__ = ["Language", "Program", "language_host"]

GENERATION_SECONDS = 60
SAID_ALREADY = 32
"""How Node.js' runtime ends a program whose error the user has read."""


@dataclass(frozen=True)
class Program:
    """A program that the engine wants run, and what it says about the run."""

    folder: Path
    request: language_pb2.RunRequest
    engine: str

    @property
    def variables(self) -> dict[str, str]:
        """What the SDKs of Go and Java read, and Node.js in part."""
        request = self.request
        return {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            "PULUMI_DRY_RUN": json.dumps(request.dryRun),
            "PULUMI_ENGINE": self.engine,
            "PULUMI_MONITOR": request.monitor_address,
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_PARALLEL": str(request.parallel),
            "PULUMI_PROJECT": request.project,
            "PULUMI_ROOT_DIRECTORY": str(self.folder),
            "PULUMI_STACK": request.stack,
        }


@dataclass(frozen=True)
class Language:
    """One language: how its programs are run and its SDKs are written."""

    runtime: str
    """As Pulumi.yaml says it."""
    command: Callable[[Program], Sequence[str | Path]] | None = None
    """What runs a program; None: nothing does, SDKs are only written."""
    generate: Callable[[Path, str, bool, Path], Sequence[str | Path]] | None = None
    """What writes an SDK: of a schema's file, the address of a loader of schemas, whether it is for one project, a folder."""


class Host(ThinHost):
    """The engine's language host for one language and the program of one folder."""

    told_already = SAID_ALREADY

    def __init__(self, language: Language, folder: Path, environment: Mapping[str, str], output: Path) -> None:
        super().__init__(folder, environment, output)
        self._language = language

    def Link(self, request: language_pb2.LinkRequest, context: grpc.ServicerContext) -> language_pb2.LinkResponse:  # noqa: N802 - gRPC's name
        """Nothing: the examples say already where the SDK is."""
        return language_pb2.LinkResponse()

    def GeneratePackage(  # noqa: N802
        self, request: language_pb2.GeneratePackageRequest, context: grpc.ServicerContext
    ) -> language_pb2.GeneratePackageResponse:
        generate = self._language.generate
        assert generate is not None
        with tempfile.TemporaryDirectory() as folder:
            schema = Path(folder, "schema.json")
            schema.write_text(request.schema, "utf-8")
            done = subprocess.run(
                generate(schema, request.loader_target, request.local, Path(request.directory)),
                capture_output=True,
                text=True,
                timeout=GENERATION_SECONDS,
                check=False,
            )
        if done.returncode:
            context.abort(grpc.StatusCode.UNKNOWN, done.stderr)
        return language_pb2.GeneratePackageResponse()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:  # noqa: N802
        command = self._language.command
        assert command is not None
        run = Program(self._folder, request, self._engines[context.peer()])
        with self._output.open("ab") as sink:
            process = subprocess.Popen(
                command(run),
                cwd=self._folder,
                env={**self._environment, **run.variables},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

        def ended() -> int:
            with process:
                return process.wait()

        return self.waited_for(context, process.kill, ended)


@contextmanager
def language_host(language: Language, folder: Path, environment: Mapping[str, str], output: Path) -> Iterator[str]:
    """Offer a language to the engine, as `PULUMI_DEBUG_LANGUAGES` takes it."""
    with offered(Host(language, folder, environment, output)) as port:
        yield f"{language.runtime}:{port}"
