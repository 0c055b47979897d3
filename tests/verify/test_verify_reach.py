"""How much a run has seen: every address, every pod, every kind of request, or it says what not."""

import random
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from realip.verify import probing
from realip.verify import run as running
from realip.verify.coverage import Coverage, found_share
from tests.verify.apps import appended, header, shown
from tests.verify.conftest import Cli, outputs
from tests.verify.servers import Request, answer, as_json, layer_4, layer_7, serving

ME = ("--expect", "127.0.0.1", "--json")
SOCKET = ("--reads", "socket")
HEADER = ("--reads", "x-forwarded-for")


def _codes(ran: Any) -> set[str]:
    return {note["code"] for note in ran.report["notes"]}


# --- Addresses ---


def _resolving(monkeypatch: pytest.MonkeyPatch, hosts: list[str]) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in hosts]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)


@pytest.mark.parametrize("count", [9, 20])
def test_every_address_of_a_name_with_many_gets_plain_and_forged_requests(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    hosts = [f"127.0.1.{number}" for number in range(1, count + 1)]
    _resolving(monkeypatch, hosts)
    with serving(layer_4, "0.0.0.0") as server:
        ran = cli("--url", f"http://many.example:{server.port}/", *ME, *SOCKET)
        asked = {row["endpoint"].rpartition(":")[0] for row in ran.report["probes"]}
        forged = {row["endpoint"].rpartition(":")[0] for row in ran.report["probes"] if row["forged"]}
    plain = {row["endpoint"].rpartition(":")[0] for row in ran.report["probes"] if not row["forged"]}
    assert asked == forged == plain == set(hosts)


def test_address_that_loses_the_client_is_found_among_many(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = [f"127.0.2.{number}" for number in range(1, 10)]
    _resolving(monkeypatch, hosts)
    with serving(lambda _: answer("10.0.0.11"), hosts[-1]) as bad:
        servers = [serving(layer_4, host, bad.port) for host in hosts[:-1]]
        for each in servers:
            each.__enter__()
        try:
            ran = cli("--url", f"http://many.example:{bad.port}/", *ME, *SOCKET)
        finally:
            for each in servers:
                each.__exit__(None, None, None)
    assert (ran.code, ran.report["verdict"]) == (1, "translated")


def test_addresses_that_were_not_asked_are_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_ADDRESSES", 2)
    _resolving(monkeypatch, ["127.0.3.1", "127.0.3.2", "127.0.3.3"])
    with serving(layer_4, "0.0.0.0") as server:
        ran = cli("--url", f"http://many.example:{server.port}/", *ME, *SOCKET)
    assert any("127.0.3.3" in warning for warning in ran.report["warnings"])


# --- What was sent ---


@pytest.mark.parametrize(
    ("probes", "words"),
    [(1, "that is not everything"), (4, "that is not everything"), (20, "forged headers change nothing")],
)
def test_sentence_claims_no_more_than_was_sent(cli: Cli, probes: int, words: str) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *ME, *SOCKET, "--probes", probes)
    assert ran.code == 0
    assert words in ran.report["summary"]
    assert ("note_few" in _codes(ran)) == (probes < 20)


def test_everything_that_is_forged_is_in_the_report(cli: Cli) -> None:
    with serving(layer_4) as server:
        report = cli("--url", server.url, *ME, *SOCKET).report
    sent = {name.lower() for request in server.requests for name, _ in request.headers}
    assert {name.lower() for name in report["forgedHeaders"]} <= sent
    assert len(report["forgedHeaders"]) > 40


def test_every_request_is_a_get_with_a_number_of_its_own_that_no_cache_may_keep(cli: Cli) -> None:
    with serving(layer_4) as server:
        cli("--url", server.url, *ME, *SOCKET)
    numbers = [request.all("realip-probe") for request in server.requests]
    assert len({number for lines in numbers for number in lines}) == len(server.requests)
    assert {tuple(request.all("cache-control")) for request in server.requests} == {("no-store",)}
    assert {request.method for request in server.requests} == {"GET"}
    assert not any("?" in request.path for request in server.requests)
    assert max(len(request.headers) for request in server.requests) < 100  # what common servers take


def test_other_method_is_sent_only_when_asked_for(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *ME, *SOCKET, "--method", "post")
    assert {request.method for request in server.requests} == {"POST"}
    assert (ran.code, ran.report["method"]) == (0, "POST")
    for method in ("HEAD", "CONNECT", "A B", ""):
        assert cli("--url", server.url, *ME, *SOCKET, "--method", method).code == 2


def test_forged_addresses_are_all_different(cli: Cli) -> None:
    with serving(layer_4) as server:
        cli("--url", server.url, *ME, *SOCKET)
    values = [
        value for request in server.requests for value in request.all("true-client-ip") + request.all("x-real-ip")
    ]
    assert len(values) == len(set(values)) > 10


# --- Pods ---


def test_share_that_could_be_missed_is_said_where_pods_have_no_name(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    note = next(note["text"] for note in ran.report["notes"] if note["code"] == "note_share")
    assert "with 95 %" in note
    assert "one request in six" in note or "one request in five" in note
    assert (found_share(20), found_share(100), found_share(1), found_share(0)) == (7, 33, 1, 0)


def test_search_for_pods_that_gives_up_is_unknown(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "MOST_EXTRA", 60)

    def endless(request: Request) -> bytes:
        return as_json({"client_ip": request.peer, "pod": f"pod-{request.connection}"})

    with serving(endless) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")
    assert len(ran.report["probes"]) == 80
    assert "given up" in ran.report["summary"] or "did not answer both" in ran.report["summary"]


def test_search_that_saw_each_pod_both_ways_and_still_expects_more_is_unknown(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "MOST_EXTRA", 0)

    def one(request: Request) -> bytes:
        return as_json({"client_ip": request.peer, "pod": "the only one"})

    with serving(one) as server:
        few = cli("--url", server.url, *ME, *SOCKET, "--probes", 4)
    assert (few.code, few.report["verdict"]) == (3, "unknown")
    assert "given up" in few.report["summary"]


def test_pod_that_answers_plain_requests_only_leaves_doubt(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "MOST_EXTRA", 20)

    def parted(request: Request) -> bytes:
        forged = bool(request.all("x-forwarded-for"))
        return as_json({"client_ip": request.peer, "pod": "forged" if forged else "plain"})

    with serving(parted) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")
    assert "2 of 2 pods did not answer both" in ran.report["summary"]


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-real-ip"])
def test_every_pod_answers_a_plain_request_and_one_that_forges_every_header(cli: Cli, name: str) -> None:
    """One of several believes its clients; it must not slip through with plain requests, or others than its header, only."""
    numbers = random.Random(7)  # noqa: S311 - pods, not secrets
    pods: dict[int, int] = {}

    def show(request: Request) -> bytes:
        pod = pods.setdefault(request.connection, numbers.randrange(4))
        forged = header(request, name).split(",")[0].strip()
        return as_json({"client_ip": forged if forged and pod == 1 else request.peer, "pod": f"pod-{pod}"})

    for _ in range(10):
        pods.clear()
        with serving(show) as server:
            assert cli("--url", server.url, *ME, *SOCKET, "--pods", 4).code == 1


def test_pod_that_got_one_kind_of_request_only_is_half_seen() -> None:
    with_names = {"pods": {"a": 3}, "half": 1, "missing": 2}
    assert Coverage(**with_names).half  # type: ignore[arg-type]
    assert Coverage.of([], None) == Coverage({}, 0, 0)


# --- Node ports ---


def test_header_mode_says_that_node_ports_were_not_tried(cli: Cli) -> None:
    def show(request: Request) -> bytes:
        return as_json({"headers": shown(request, x_forwarded_for=appended(request))})

    with serving(show) as server:
        without = cli("--url", server.url, *ME, *HEADER)
        tried = cli("--url", server.url, *ME, *HEADER, "--node", "127.0.0.3", "--node-port", server.port)
        peer = cli("--url", server.url, *ME, *SOCKET)
    assert "note_node_ports" in _codes(without)
    assert "note_node_ports" not in _codes(tried)
    assert "note_node_ports" not in _codes(peer)


@pytest.mark.parametrize(
    "reply",
    [answer("Forbidden by proxy", status="403 Forbidden"), answer("<html>login</html>"), answer("welcome"), b""],
)
def test_middlebox_that_takes_every_connection_is_no_open_node_port(cli: Cli, reply: bytes) -> None:
    def show(request: Request) -> bytes:
        return as_json({"headers": shown(request, x_forwarded_for=appended(request))})

    with serving(show) as server, serving(lambda _: reply) as box:
        ran = cli("--url", server.url, *ME, *HEADER, "--node", "127.0.0.1", "--node-port", box.port)
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")


def test_node_port_that_was_not_waited_for_is_not_known(cli: Cli) -> None:
    """A full accept queue: the handshake is not answered, and less time is left than a filter takes to be known."""

    def show(request: Request) -> bytes:
        return as_json({"headers": shown(request, x_forwarded_for=appended(request))})

    with serving(show) as server, socket.create_server(("127.0.0.9", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.create_connection(("127.0.0.9", port))]
        ran = cli("--url", server.url, *ME, *HEADER, "--node", "127.0.0.9", "--node-port", port, "--timeout", 3)
        for each in waiting:
            each.close()
    assert ran.code == 3
    assert [row["verdict"] for row in ran.report["probes"] if row["kind"] == "node port"] == ["unknown"]


def test_open_node_port_is_found_by_the_apps_own_answer(cli: Cli) -> None:
    with serving(layer_7) as app:
        ran = cli("--url", app.url, *ME, *HEADER, "--node", "127.0.0.1", "--node-port", app.port)
    assert ran.code == 1
    assert {row["verdict"] for row in ran.report["probes"] if row["kind"] == "node port"} == {"spoofable"}


# --- Time ---


def test_slow_target_is_asked_as_deep_as_a_fast_one(cli: Cli) -> None:
    counts: dict[int, int] = {}

    def slow(request: Request) -> bytes:
        counts[request.connection] = counts.get(request.connection, 0) + 1
        time.sleep(0.2)
        return answer(request.peer)

    with serving(slow) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert (ran.code, len(ran.report["probes"]), max(counts.values())) == (0, 20, 4)
    assert "note_depth" not in _codes(ran)


def test_target_that_ends_connections_early_is_noted(cli: Cli) -> None:
    counts: dict[int, int] = {}

    def short(request: Request) -> bytes:
        counts[request.connection] = counts.get(request.connection, 0) + 1
        return answer(request.peer, headers="Connection: close\r\n" if counts[request.connection] == 2 else "")

    with serving(short) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert (ran.code, len(ran.report["probes"]), max(counts.values())) == (0, 20, 2)
    assert "note_depth" in _codes(ran)


def test_too_many_requests_are_asked_again_later(cli: Cli) -> None:
    turn = iter(range(1000))
    lock = threading.Lock()

    def limited(request: Request) -> bytes:
        with lock:
            number = next(turn)
        if number % 4 == 3 and number < 20:
            return answer("slow down", status="429 Too Many Requests", headers="Retry-After: 0\r\n")
        return answer(request.peer)

    with serving(limited) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert ran.code == 0
    assert "note_again" in _codes(ran)


# --- Options ---


def test_header_of_the_callers_own_is_sent_and_never_shown(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret-environment")
    (tmp_path / "token").write_text("s3cret-file\n")
    given = ("--request-header", "X-Token: @env:TOKEN", "--request-header", f"X-Key: @file:{tmp_path / 'token'}", "--request-header", "X-Plain: s3cret-plain")  # fmt: skip

    def show(request: Request) -> bytes:
        return answer("denied " + " ".join(value for _, value in request.headers))

    with serving(show) as server:
        told = cli("--url", server.url, *ME, *SOCKET, *given)
    with serving(layer_4) as server:
        good = cli("--url", server.url, *ME, *SOCKET, *given)
    sent = {tuple(request.all(name)[0] for name in ("x-token", "x-key", "x-plain")) for request in server.requests}
    assert sent == {("s3cret-environment", "s3cret-file", "s3cret-plain")}
    assert (told.code, good.code) == (1, 0)  # prose that repeats forged values believed them
    assert "s3cret" not in told.out + told.err + good.out + good.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s3cret", "write it as"), ("A B: s3cret", "write it as"), ("Host: s3cret", "--host"),
        ("X-Forwarded-For: s3cret", "forge"), ("X: @env:NOT_THERE_s3cre", "no variable"), ("X: @file:/not/there", "cannot be read"),
        ("X: s3cret\nY: z", "one line"), ("X: " + "s3cret" * 2000, "one line"), ("X: \u4e2d s3cret", "Latin-1"),
    ],
)  # fmt: skip
def test_header_that_cannot_be_sent_is_refused_without_its_value(cli: Cli, text: str, words: str) -> None:
    ran = cli("--url", "http://127.0.0.1:9/", *ME, *SOCKET, "--request-header", text)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert "s3cret" not in ran.err


def test_url_in_the_place_of_a_stack_is_understood(cli: Cli) -> None:
    with serving(layer_4) as server:
        assert cli(server.url, *ME, *SOCKET).code == 0
    lacking = cli("https://shop.example/")
    assert (lacking.code, lacking.out) == (2, "")
    assert "--reads" in lacking.err


@pytest.mark.parametrize("reads", ["cookies", "sockets", "tea leaves", "", "X-A\nB", "host"])
def test_reading_that_is_likely_a_slip_is_refused(cli: Cli, reads: str) -> None:
    ran = cli("--url", "http://127.0.0.1:9/", "--reads", reads)
    assert (ran.code, ran.out) == (2, "")
    assert "--reads" in ran.err


def test_echo_service_of_any_form_is_read(cli: Cli) -> None:
    with serving(layer_4) as server, serving(lambda request: as_json({"you": {"are": request.peer}})) as echo:
        without = cli("--url", server.url, "--json", *SOCKET, "--echo", echo.url)
        named = cli("--url", server.url, "--json", *SOCKET, "--echo", echo.url, "--echo-json-path", "you.are")
    assert (without.code, named.code) == (3, 0)
    assert cli("--url", "http://127.0.0.1:9/", *SOCKET, "--echo-json-path", "a").code == 2


@pytest.mark.parametrize(
    "reply",
    [
        answer("<html>The plain HTTP request was sent to HTTPS port</html>", status="400 Bad Request"),
        answer("Client sent an HTTP request to an HTTPS server.\n", status="400 Bad Request"),
        b"\x15\x03\x03\x00\x02\x02\x50",
    ],
    ids=["nginx", "Go", "alert"],
)
def test_plain_http_to_a_tls_port_is_told(cli: Cli, reply: bytes) -> None:
    with serving(lambda _: reply) as server:
        ran = cli("--url", server.url, *ME, *SOCKET, "--probes", 4)
    assert ran.code == 3
    assert "speaks TLS" in ran.report["summary"]
    assert "https://" in ran.report["summary"]


def test_networks_of_further_names_in_a_stack_are_noted(cli: Cli, pulumi: Path) -> None:
    with serving(lambda _: answer("10.9.0.7")) as server:
        ranges = {"superNodes": ["10.9.0.0/16"]}
        outputs(pulumi, "mine", url=server.url, reads="socket peer", networkRanges=ranges)
        ran = cli("mine", *ME)
    assert (ran.code, {row["by"] for row in ran.report["probes"]}) == (1, {"other range"})
    assert "superNodes" in ran.report["summary"]
