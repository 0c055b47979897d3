"""Several requests on one connection: what an application does on its third is not what it does on its first."""

import socket
import time
from collections import Counter

import pytest

from tests.verify.conftest import Cli
from tests.verify.servers import Request, Server, answer, as_json, serving

ASK = ("--reads", "socket", "--expect", "127.0.0.1", "--json")


class Late:
    """An application that looks at X-Forwarded-For from the third request of a connection on, and takes its time."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._seen = seconds, Counter[int]()

    def __call__(self, request: Request) -> bytes:
        time.sleep(self._seconds)
        self._seen[request.connection] += 1
        claimed = request.all("x-forwarded-for") if self._seen[request.connection] >= 3 else []
        return as_json({"client_ip": claimed[0].split(",")[0] if claimed else request.peer})


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_application_that_believes_from_the_third_request_on_is_spoofable_fast_or_slow(
    cli: Cli, seconds: float
) -> None:
    with serving(Late(seconds)) as app:
        ran = cli("--url", app.url, *ASK)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")


class Forgetful(Server):
    """A slow server that reads what is there, answers the first request in it, and forgets the rest."""

    def _serve(self, connection: socket.socket, peer: str, number: int) -> None:
        with connection:
            while data := connection.recv(65536):
                time.sleep(0.2)
                self.requests.append(Request(peer, "/", [], number, connection))
                connection.sendall(answer(peer) if data else b"")


def test_requests_that_a_slow_server_forgets_are_sent_again_and_its_address_is_proven(cli: Cli) -> None:
    server = Forgetful(lambda request: b"")
    try:
        ran = cli("--url", server.url, *ASK)
    finally:
        server.close()
    assert (ran.code, ran.verdicts()) == (0, {"preserved"}), ran.report["summary"]
    assert len(ran.report["probes"]) == 20
