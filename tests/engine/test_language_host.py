"""The rig itself: nothing of it may outlive a test, and an operation that hangs is not one that failed."""

import json
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.engine import program
from tests.engine.conftest import Live
from tests.engine.program import Run
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault

SECONDS = 10.0
"""Far more than an end takes, and less than gRPC waits for an engine that says nothing."""


def test_a_program_ends_with_its_host(tmp_path: Path) -> None:
    """A test run that is killed must not leave programs behind that wait for their engine for ever."""
    (tmp_path / "__main__.py").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        run = Run(str(tmp_path), "p", "s", "o", monitor=address, engine=address, parallel=1, dry_run=True)
        command = [sys.executable, program.__file__, json.dumps(asdict(run))]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as started:
            connection, _ = silent.accept()  # it is at work: it asks its engine
            assert started.poll() is None
            assert started.stdin is not None
            started.stdin.close()
            assert started.wait(SECONDS) == 1
            connection.close()


def test_an_operation_that_hangs_is_ended_and_not_taken_for_one_that_failed(live: Live) -> None:
    project = live("vpc-cni-direct-native")
    project.deadline = 3
    released = threading.Event()

    def hang(_: Call) -> None:
        released.wait(SECONDS)

    project.world.faults.arm(Fault(lambda call: call.changes and call.type.endswith(":Cluster"), hang))
    with pytest.raises(TimeoutError, match="up was not done after 3 s"):
        project.up().failed()
    released.set()
    assert project.process is not None
    assert project.process.returncode is not None
