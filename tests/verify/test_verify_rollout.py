"""The watch of a rollout: what was refused or lost is counted, and for how long nothing answered."""

import os
import signal
import threading
import time

from tests.verify.conftest import Cli
from tests.verify.servers import Request, Server, answer, as_json, layer_4, serving

ME = ("--expect", "127.0.0.1")
SOCKET = ("--reads", "socket", "--json")


def test_rollout_without_a_loss_is_preserved(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--during-rollout", 0.5)
    rollout = ran.report["rollout"]
    assert (ran.code, rollout["refused"], rollout["lost"]) == (0, 0, 0)
    assert rollout["requests"] == rollout["answered"] >= 6
    assert "During the rollout" in ran.report["summary"]


def test_refused_requests_of_a_rollout_are_counted(cli: Cli) -> None:
    """The old pods are gone before the new ones listen."""
    servers: list[Server] = []
    alone = "127.0.7.18"  # nobody else's connection begins here, and takes the port meanwhile

    def handle(request: Request) -> bytes:
        if request.connection == 18:
            threading.Thread(target=gap, daemon=True).start()
        return as_json({"client_ip": request.peer, "hostname": "old" if len(servers) == 1 else "new"})

    def gap() -> None:
        old = servers[0]
        old.close()
        threading.Event().wait(0.3)
        servers.append(Server(handle, host=alone, port=old.port))

    servers.append(Server(handle, host=alone))
    try:
        ran = cli("--url", servers[0].url, *SOCKET, *ME, "--during-rollout", 1.5)
    finally:
        for server in servers:
            server.close()
    rollout = ran.report["rollout"]
    assert (ran.code, ran.report["verdict"]) == (3, "unreachable")
    assert rollout["refused"] > 0
    assert rollout["requests"] == rollout["answered"] + rollout["refused"] + rollout["lost"]
    assert rollout["longestGapSeconds"] >= 0.2
    assert "connection refused" in rollout["examples"]
    assert set(ran.report["pods"]) == {"old", "new"}


def test_gateway_errors_of_a_rollout_are_lost_requests(cli: Cli) -> None:
    def flaky(request: Request) -> bytes:
        broken = request.connection > 15 and request.connection % 2 == 0
        return answer("", status="502 Bad Gateway") if broken else answer(request.peer)

    with serving(flaky) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--during-rollout", 0.7)
    assert (ran.code, ran.report["rollout"]["refused"]) == (3, 0)
    assert ran.report["rollout"]["lost"] > 0


def test_address_that_a_rollout_loses_is_not_preserved(cli: Cli) -> None:
    def changed(request: Request) -> bytes:
        return answer(request.peer if request.connection <= 16 else "10.0.0.7")

    with serving(changed) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--during-rollout", 0.6, "--range", "nodes=10.0.0.0/24")
    assert (ran.code, ran.report["verdict"]) == (1, "translated")
    assert ran.report["counts"]["preserved"] == 20


def test_interrupt_ends_the_watch_and_the_report_is_printed(cli: Cli) -> None:
    def handle(request: Request) -> bytes:
        if request.connection == 20:
            os.kill(os.getpid(), signal.SIGINT)
        return answer(request.peer)

    started = time.monotonic()
    with serving(handle) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--during-rollout", 50)
    assert (ran.code, ran.report["verdict"]) == (0, "preserved")
    assert time.monotonic() - started < 10


def test_interrupt_elsewhere_ends_without_a_report(cli: Cli) -> None:
    def handle(request: Request) -> bytes:
        if request.connection == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return b""

    with serving(handle) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert (ran.code, ran.out) == (130, "")


def test_second_interrupt_leaves_a_wait_without_a_report(cli: Cli) -> None:
    sent: list[float] = []
    turn = threading.Lock()

    def handle(request: Request) -> bytes:
        # Two signals at once are one: the second comes from a look that is later for sure.
        with turn:
            if not sent or (len(sent) == 1 and time.monotonic() - sent[0] > 1):
                sent.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)
        return b""

    started = time.monotonic()
    with serving(handle) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--during-rollout", 50)
    assert (ran.code, ran.out) == (130, "")
    assert time.monotonic() - started < 30


def test_rollout_of_a_target_that_is_not_there_is_not_watched(cli: Cli) -> None:
    ran = cli("--url", "http://127.0.0.1:9/", *SOCKET, *ME, "--during-rollout", 0.3, "--timeout", 0.5)
    assert (ran.code, ran.report["rollout"]) == (3, None)
