"""Runs a Pulumi program for the engine, in a process of its own.

No Python language host comes with an engine that was built from source, so this is one: it speaks the engine's protocol and
starts the program. The tests fork it from a process that has the SDKs loaded, so that a process per operation, as a user
has, costs no import; the benchmarks start it from nothing, as a user's is.
"""

import json
import multiprocessing
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

import grpc
from pulumi.runtime.proto import language_pb2

from tests.engine import program
from tests.engine.program import Run
from tests.engine.thin_host import ThinHost, offered

__all__ = ["language_host"]

PRELOADED = [
    "tests.engine.program",
    "pulumi_kubernetes",
    "pulumi_kubernetes.apps.v1",
    "pulumi_kubernetes.core.v1",
    "pulumi_kubernetes.meta.v1",
    "pulumi_kubernetes.networking.v1",
    "pulumi_kubernetes.policy.v1",
    "tencentcloud_iac_pulumi.eip",
    "tencentcloud_iac_pulumi.kubernetes",
    "tencentcloud_iac_pulumi.nat",
    "tencentcloud_iac_pulumi.route",
    "tencentcloud_iac_pulumi.security",
    "tencentcloud_iac_pulumi.subnet",
    "tencentcloud_iac_pulumi.vpc",
    "realip.stack",
]


Started: TypeAlias = tuple[Callable[[], None], Callable[[], int]]
"""A program that runs: what ends it at once, and what waits for its end and gives the exit code."""


def _fork(run: Run, environment: Mapping[str, str], output: Path) -> Started:
    """Run a program in a fork of a process that has the SDKs loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=_in_fork, args=(run, dict(environment), output), daemon=True)
    process.start()

    def ended() -> int:
        process.join()
        return process.exitcode or 0

    return process.kill, ended


def _in_fork(run: Run, environment: dict[str, str], output: Path) -> None:
    with output.open("ab") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    host = multiprocessing.parent_process()
    assert host is not None
    program.execute(run, host.sentinel)


def _spawn(run: Run, environment: Mapping[str, str], output: Path) -> Started:
    """Run a program in a process that starts from nothing."""
    command = [sys.executable, "-u", program.__file__, json.dumps(asdict(run))]
    with output.open("ab") as sink:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=sink, stderr=subprocess.STDOUT
        )

    def ended() -> int:
        with process:
            return process.wait()

    return process.kill, ended


class Host(ThinHost):
    """The engine's language host for the program of one folder."""

    told_already = program.TOLD

    def __init__(self, folder: Path, environment: Mapping[str, str], output: Path, *, preloaded: bool) -> None:
        super().__init__(folder, environment, output)
        self._preloaded = preloaded

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:  # noqa: N802 - gRPC's name
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:  # noqa: N802
        run = Run(
            folder=str(self._folder),
            project=request.project,
            stack=request.stack,
            organization=request.organization,
            monitor=request.monitor_address,
            engine=self._engines[context.peer()],
            parallel=request.parallel,
            dry_run=request.dryRun,
        )
        configuration = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        begin = _fork if self._preloaded else _spawn
        return self.waited_for(context, *begin(run, {**self._environment, **configuration}, self._output))


@contextmanager
def language_host(
    folder: Path, environment: Mapping[str, str], output: Path, *, preloaded: bool = True
) -> Iterator[int]:
    """Offer the program of a folder to the engine, with what it prints in `output`; the engine finds the port in
    `PULUMI_DEBUG_LANGUAGES`.
    """
    with offered(Host(folder, environment, output, preloaded=preloaded)) as port:
        yield port
