"""Runs a Pulumi program for the engine, in a process of its own.

No Python language host comes with an engine that was built from source, so the program runs inline, as under the
Automation API, whose own language server this is. A fork server imports the SDKs once: a process per operation, as a user
has, costs no second import.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

__all__ = ["language_host"]

PRELOADED = [
    "tests.engine.language_host",
    "grpc",
    "pulumi",
    "pulumi.automation._server",
    "pulumi_kubernetes",
    "pulumi_kubernetes.apps.v1",
    "pulumi_kubernetes.core.v1",
    "pulumi_kubernetes.networking.v1",
    "tencentcloud_iac_pulumi.eip",
    "tencentcloud_iac_pulumi.kubernetes",
    "tencentcloud_iac_pulumi.nat",
    "tencentcloud_iac_pulumi.route",
    "tencentcloud_iac_pulumi.security",
    "tencentcloud_iac_pulumi.subnet",
    "tencentcloud_iac_pulumi.vpc",
    "realip.stack",
]
READY_SECONDS = 60.0


def _serve(connection: Connection, program: Path, project: Path, output: Path) -> None:
    """The child: serve the language protocol until the other end of the pipe closes."""
    with output.open("ab") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    os.chdir(project)
    sys.path.insert(0, str(project))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))

    def main() -> None:
        runpy.run_path(str(program), run_name="__main__")

    host = LanguageServer(main)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    connection.send(port)
    with suppress(EOFError):
        connection.recv()
    os._exit(0)  # threads of a program whose engine was killed would wait for it for ever


@contextmanager
def language_host(program: Path, project: Path, output: Path, *, preloaded: bool = True) -> Iterator[str]:
    """Offer a program to the engine; the address is for its `--client`.

    Not `preloaded`, the process starts from nothing, as a user's does.
    """
    ours, theirs = multiprocessing.Pipe()
    forked = multiprocessing.get_context("forkserver")
    forked.set_forkserver_preload(PRELOADED)
    process = forked.Process if preloaded else multiprocessing.get_context("spawn").Process
    child = process(target=_serve, args=(theirs, program, project, output), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(READY_SECONDS):
            raise TimeoutError(f"the language host did not listen within {READY_SECONDS:g} s: see {output}")
        yield f"127.0.0.1:{ours.recv()}"
    finally:
        ours.close()
        child.join(READY_SECONDS)
        if child.is_alive():
            child.kill()
            child.join()
