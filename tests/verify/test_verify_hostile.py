"""Targets that misbehave: clear words, bounded time and memory, never a traceback and never a proof."""

import os
import resource
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from realip.verify import VerifyOptions, run, verify
from tests.verify.conftest import Cli
from tests.verify.servers import Handler, Request, answer, as_json, layer_4, serving

ME = ("--expect", "127.0.0.1")
SOCKET = ("--reads", "socket", "--json")
FEW = ("--probes", 4)


def _peer(request: Request) -> bytes:
    return answer(request.peer)


def _drip(request: Request) -> bytes:
    """A byte of the head now and then, for ever: each alone is in time for a limit on single reads."""
    request.socket.sendall(b"HTTP/1.1 200 OK\r\n")
    request.socket.settimeout(0.05)
    try:
        while True:
            request.socket.sendall(b"X")
            try:
                if not request.socket.recv(1):
                    break
            except TimeoutError:
                continue
    except OSError:
        pass
    return b""


def _flood(request: Request) -> bytes:
    return answer(request.peer.encode() + b" " * 10_000_000)


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (lambda _: answer("", status="302 Found", headers="Location: https://login.example/\x1b[2J\r\n"), "redirects to"),
        (_flood, "larger than"),
        (lambda _: answer(b"\x1f\x8b\x08", headers="Content-Encoding: gzip\r\n"), "compressed"),
        (lambda _: answer('{"client_ip": "127.0.0.1"', kind="application/json"), "not the JSON"),
        (lambda _: answer("[" * 50_000), "not the JSON"),
        (lambda _: answer('{"client_ip": ' + "9" * 6000 + "}"), "JSON"),
        (lambda _: as_json({"client_ip": ["127.0.0.1"]}), "does not say"),
        (lambda _: as_json({"client_ip": "127.0.0.1, 127.0.0.1"}), "is not an address"),
        (lambda _: as_json({"client_ip": 2130706433}), "does not say"),
        (lambda _: as_json({"client_ip": "127.0.0.1%lo"}), "is not an address"),
        (lambda _: as_json({"client_ip": "127.1"}), "is not an address"),
        (lambda _: as_json({"client_ip": "\ud800127.0.0.1"}), "is not an address"),
        (lambda _: as_json([["client_ip", "127.0.0.1"]]), "does not say"),
        (lambda _: answer("<html>127.0.0.1</html>", kind="text/html"), "web page"),
        (lambda _: answer(""), "empty"),
        (lambda _: answer(b"\xff\xfe\x00"), "no address"),
        (lambda _: answer("denied 127.0.0.1", status="403 Forbidden"), "403"),
        (lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"),
        (lambda _: b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, "not HTTP"),
        (lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 9\r\n\r\n127.0.0.1", "not HTTP"),
    ],
)  # fmt: skip
def test_answer_that_cannot_be_read_is_unknown(cli: Cli, handler: Handler, words: str) -> None:
    with serving(handler) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, *FEW)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert words in ran.report["summary"]
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (lambda _: answer("no backend", status="502 Bad Gateway"), "502"),
        (lambda _: answer("no rule", status="404 Not Found"), "404"),
        (lambda _: b"", "closed without"),
        (lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n127.0.0.1", "closed without"),
        (_drip, "no whole answer"),
    ],
)
def test_target_that_never_answers_is_unreachable_within_the_time(cli: Cli, handler: Handler, words: str) -> None:
    started = time.monotonic()
    with serving(handler) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, *FEW, "--timeout", 0.4)
    assert (ran.code, ran.report["verdict"]) == (3, "unreachable")
    assert words in ran.report["summary"]
    assert time.monotonic() - started < 2


def test_drip_of_a_body_ends_in_time(cli: Cli) -> None:
    def body(request: Request) -> bytes:
        request.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        return _drip(request)

    started = time.monotonic()
    with serving(body) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, *FEW, "--timeout", 0.4)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert time.monotonic() - started < 2


def test_large_answers_do_not_fill_the_memory(cli: Cli) -> None:
    cli("--url", "http://127.0.0.1:9/", *SOCKET, *ME, "--timeout", 0.1)  # loads what is loaded once
    with serving(_flood) as server:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ran = cli("--url", server.url, *SOCKET, *ME, "--probes", 20)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert ran.code == 3
    # The server's own threads hold some of the 10 MB answers; 40 of them kept here would be 400 MB.
    assert grown < 250_000


def test_silent_port_is_unreachable_in_time(cli: Cli) -> None:
    """A full accept queue drops connections, as a filter does."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.settimeout(0)
            filler.connect_ex(listener.getsockname())
        started = time.monotonic()
        ran = cli("--url", f"http://127.0.0.1:{listener.getsockname()[1]}", *SOCKET, *ME, *FEW, "--timeout", 0.5)
        for filler in fillers:
            filler.close()
    assert (ran.code, ran.report["verdict"]) == (3, "unreachable")
    assert time.monotonic() - started < 2


def test_some_probes_without_an_answer_leave_doubt(cli: Cli) -> None:
    def sometimes(request: Request) -> bytes:
        return b"" if request.connection > 2 else answer(request.peer)

    with serving(sometimes) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--timeout", 3)
    assert (ran.code, ran.report["verdict"]) == (3, "unreachable")
    assert ran.report["counts"]["preserved"] > 0
    assert "although" in ran.report["summary"]


def test_lost_request_is_tried_again_and_said(cli: Cli) -> None:
    with serving(lambda request: b"" if request.connection == 3 else answer(request.peer)) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert (ran.code, max(row["tries"] for row in ran.report["probes"])) == (0, 2)
    assert any("tried again" in warning for warning in ran.report["warnings"])


def test_target_that_comes_up_late_is_waited_for(cli: Cli) -> None:
    """First nothing listens, then the balancer has no backend, then it works."""
    states = iter([answer("", status="503 No Backend")] * 3)
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    holder: list[Any] = []

    class Late:
        """Starts the server at the first look of the waiting client: no clock decides."""

        def __call__(self, message: str) -> None:
            if message.startswith("waiting") and not holder:
                context = serving(lambda request: next(states, None) or answer(request.peer), port=port)
                holder.append((context, context.__enter__()))

    try:
        report = verify(
            VerifyOptions(url=f"http://127.0.0.1:{port}/", reads="socket", expect=["127.0.0.1"]), progress=Late()
        )
    finally:
        for context, _ in holder:
            context.__exit__(None, None, None)
    assert (report.exit_code, report.verdict.value, len(report.probes)) == (0, "preserved", 20)


def test_wait_is_told_to_a_log(cli: Cli) -> None:
    ran = cli("--url", "http://127.0.0.1:9/", *SOCKET, *ME, *FEW, "--timeout", 1)
    assert ran.err.count("waiting for the target: connection refused") == 1


def test_name_that_does_not_resolve_is_unreachable(cli: Cli) -> None:
    ran = cli("--url", "http://target.invalid/", *SOCKET, *ME, "--timeout", 0.5)
    assert (ran.code, ran.report["verdict"], ran.report["probes"]) == (3, "unreachable", [])
    assert "target.invalid" in ran.report["summary"]


def test_resolver_that_hangs_does_not_hold_the_run(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [hang.wait(10)][1:])
    started = time.monotonic()
    ran = cli("--url", "http://target.example/", *SOCKET, *ME, "--timeout", 0.5)
    hang.set()
    assert (ran.code, ran.report["verdict"]) == (3, "unreachable")
    assert time.monotonic() - started < 2


def test_family_that_the_target_has_not_is_said(cli: Cli) -> None:
    ran = cli("--url", "http://127.0.0.1/", *SOCKET, *ME, "--family", 6)
    assert (ran.code, ran.report["verdict"]) == (3, "unreachable")
    assert "no IPv6 address" in ran.report["summary"]


def test_family_without_a_way_is_left_out_and_said(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 0)), (socket.AF_INET6, 1, 6, "", ("2001:db8::1", 0, 0, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    monkeypatch.setattr(run, "way_to", lambda address: address if address.version == 4 else None)
    with serving(layer_4) as server:
        ran = cli("--url", f"http://two.example:{server.port}/", *SOCKET, *ME)
    assert ran.code == 0
    assert any("IPv6" in warning for warning in ran.report["warnings"])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody has signed, for shop.example; its key is beside it."""
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example",
         "-keyout", str(path.with_suffix(".key")), "-out", str(path)],
        check=True, capture_output=True, env={**os.environ, "OPENSSL_CONF": "/dev/null"} if not Path("/etc/ssl/openssl.cnf").exists() else None,
    )  # fmt: skip
    return path


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


def test_certificate_that_nobody_signed_is_said_at_once(cli: Cli, certificate: Path) -> None:
    with serving(_peer, tls=_tls(certificate)) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, *FEW)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert "certificate is not trusted" in ran.report["summary"]


def test_certificate_of_another_name_is_said(cli: Cli, certificate: Path) -> None:
    with serving(_peer, tls=_tls(certificate)) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, *FEW, "--ca-file", certificate, "--host", "other.example")
    assert ran.code == 3
    assert "other.example" in ran.report["summary"]


def test_named_certificate_is_trusted(cli: Cli, certificate: Path) -> None:
    with serving(_peer, tls=_tls(certificate)) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--ca-file", certificate, "--host", "shop.example")
    assert (ran.code, ran.verdicts()) == (0, {"preserved"})


def test_plain_port_asked_for_tls_is_said(cli: Cli) -> None:
    with serving(_peer, greeting=answer("speak HTTP", status="400 Bad Request")) as server:
        ran = cli("--url", server.url.replace("http:", "https:"), *SOCKET, *ME, *FEW, "--timeout", 2)
    assert ran.code == 3
    assert "TLS" in ran.report["summary"]


def test_terminal_is_safe_from_the_answer(cli: Cli) -> None:
    evil = "\x1b]0;owned\x07\x9b2J\u202e[bold red]boo[/]"
    with serving(lambda request: as_json({"client_ip": request.peer + evil, "hostname": evil})) as server:
        table = cli("--url", server.url, "--reads", "socket", *ME)
    assert table.code == 3
    assert not set(table.out) & set("\x1b\x07\x9b\u202e")
    assert "[bold red]" in table.out
