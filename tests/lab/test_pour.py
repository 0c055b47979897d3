"""The counter of lost requests, against servers that lose some: one that sees no loss would call every rollout a success."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab.rig import pour

BODY = json.dumps({"client_ip": "127.0.0.1", "pod": "one", "headers": {"X-Forwarded-For": "6.6.6.6, 127.0.0.1"}})
Answering = Callable[[socket.socket, int, int], bool]
"""Told the connection, its number, and how many requests it had before; answers whether it stays open."""


def good(connection: socket.socket, number: int, asked: int) -> bool:
    del number, asked
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}".encode())
    return True


@contextmanager
def server(answering: Answering) -> Iterator[int]:
    """A server of one thread for each connection."""

    def serve(connection: socket.socket, number: int) -> None:
        asked = 0
        with connection:
            while connection.recv(4096):
                if not answering(connection, number, asked):
                    return
                asked += 1

    def accept() -> None:
        number = 0
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection, number), daemon=True).start()
            number += 1

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def poured(port: int, *, client: str = "127.0.0.1", reads: str = "socket") -> dict[str, Any]:
    """The counts of a phase of about a hundred requests."""
    command = [sys.executable, "-I", "-S", str(Path(pour.__file__)), f"http://127.0.0.1:{port}/", "200", client, reads]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline().strip() == pour.STARTED
        process.stdin.write("counted\n")
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.7)
        output, _ = process.communicate(timeout=20)
    phases: dict[str, dict[str, Any]] = json.loads(output.splitlines()[-1])
    return phases["counted"]


def test_nothing_is_lost_where_everything_is_answered() -> None:
    with server(good) as port:
        found = poured(port)
    assert min(found["new"], found["kept"]) > 20
    assert (found["lost_new"], found["lost_kept"], found["strangers"]) == ({}, {}, {})
    assert found["pods"]["one"] == found["new"] + found["kept"]
    assert found["pods_new"]["one"] == found["new"]


def test_a_port_that_nobody_listens_on_loses_all() -> None:
    with server(good) as port:
        pass
    found = poured(port)
    assert found["lost_new"] == {"refused": found["new"]}
    assert found["lost_kept"] == {"refused": found["kept"]}


def test_a_kept_connection_that_ends_under_a_request_has_lost_it() -> None:
    """Its second request is read and never answered, as by a pod that was stopped; new connections lose nothing."""

    def twice(connection: socket.socket, number: int, asked: int) -> bool:
        return asked < 1 and good(connection, number, asked)

    with server(twice) as port:
        found = poured(port)
    assert found["lost_new"] == {}
    assert sum(found["lost_kept"].values()) > 5
    assert set(found["lost_kept"]) <= {"ended without an answer", "reset"}


def test_a_connection_that_was_announced_to_end_loses_nothing() -> None:
    def closes(connection: socket.socket, number: int, asked: int) -> bool:
        del number, asked
        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(BODY)}\r\n\r\n"
        connection.sendall(f"{head}{BODY}".encode())
        return False

    with server(closes) as port:
        found = poured(port)
    assert (found["lost_new"], found["lost_kept"]) == ({}, {})


def test_a_load_balancer_s_own_error_is_a_loss() -> None:
    def broken(connection: socket.socket, number: int, asked: int) -> bool:
        del number, asked
        connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        return True

    with server(broken) as port:
        found = poured(port)
    assert found["lost_new"] == {"status 503": found["new"]}
    assert found["pods"] == {}


@pytest.mark.parametrize("reads", ["socket", "x-forwarded-for"])
def test_an_answer_for_somebody_else_is_counted_as_that(reads: str) -> None:
    with server(good) as port:
        assert poured(port, reads=reads)["strangers"] == {}
        found = poured(port, client="198.51.100.10", reads=reads)
    assert found["strangers"] == {"127.0.0.1": found["new"] + found["kept"]}
