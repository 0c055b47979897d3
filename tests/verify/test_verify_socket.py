"""Socket mode against real servers: the verdict follows what the application saw, never a hope."""

import socket

import pytest

from tests.verify.conftest import Cli
from tests.verify.servers import Request, answer, as_json, forwarding, layer_4, layer_7, serving

ME = ("--expect", "127.0.0.1")
NAMES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
SOCKET = ("--reads", "socket", "--json")


def test_kept_address_is_preserved_over_new_and_kept_connections(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    rows = ran.report["probes"]
    assert (ran.code, ran.report["verdict"], len(rows)) == (0, "preserved", 20)
    assert {(row["connection"], bool(row["forged"])) for row in rows} == {
        ("new", False), ("new", True), ("kept", False), ("kept", True),
    }  # fmt: skip
    # Besides, what a target may refuse: two PROXY protocol headers, the absolute form, a Connection header.
    assert server.connections == sum(row["connection"] == "new" for row in rows) + len(ran.report["extras"]) == 19
    assert ran.err == ""


def test_hop_that_puts_its_own_address_is_caught_and_named(cli: Cli) -> None:
    with serving(layer_4) as server, forwarding(server.port, "127.0.0.2") as url:
        ran = cli("--url", url, *SOCKET, *ME, "--range", "nodes=127.0.0.2/32", "--range", "pods=10.1.0.0/16")
    assert (ran.code, ran.verdicts()) == (1, {"translated"})
    assert {(row["by"], row["saw"]) for row in ran.report["probes"]} == {("node", "127.0.0.2")}
    assert "127.0.0.2" in ran.report["summary"]


def test_one_lost_address_among_many_kept_is_not_preserved(cli: Cli) -> None:
    with serving(layer_4) as server, forwarding(server.port, "127.0.0.2", every=9) as url:
        ran = cli("--url", url, *SOCKET, *ME)
    assert (ran.code, ran.report["verdict"], ran.verdicts()) == (1, "translated", {"translated", "preserved"})


def test_wrong_expectation_is_not_preserved(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *SOCKET, "--expect", "203.0.113.9")
    assert (ran.code, ran.verdicts()) == (1, {"translated"})


def test_forwarded_port_of_this_machine_is_no_proof(cli: Cli) -> None:
    """`kubectl port-forward`: the pod sees 127.0.0.1, as the caller's socket does."""
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *SOCKET)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert "--expect" in ran.report["summary"]


def test_query_from_inside_the_cluster_is_no_proof_even_when_expected(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--range", "pods=127.0.0.0/8")
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert "inside the cluster" in ran.report["summary"]


def test_application_that_believes_a_header_behind_a_direct_balancer_is_spoofable(cli: Cli) -> None:
    def gullible(request: Request) -> bytes:
        claims = request.all("x-forwarded-for")
        return as_json({"client_ip": claims[0].split(",")[0] if claims else request.peer})

    with serving(gullible) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")
    assert ran.report["counts"]["preserved"] == ran.report["counts"]["spoofable"] == 10


def test_one_single_probe_tries_a_forgery(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--probes", 1)
    assert [bool(row["forged"]) for row in ran.report["probes"][:1]] == [True]


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda peer: answer(f"{peer}:40312"), id="agnhost clientip"),
        pytest.param(lambda peer: answer(f"[::ffff:{peer}]:40312"), id="dual-stack listener"),
        pytest.param(lambda peer: answer(f"{peer}\n"), id="bare"),
        pytest.param(lambda peer: answer(f"Hostname: web-1\nIP: 10.0.0.9\nRemoteAddr: {peer}:40312\nHost: x\n"), id="lines"),
        pytest.param(lambda peer: as_json({"remoteAddr": f"{peer}:1", "ip": ["10.0.0.9"], "hostname": "web-1"}), id="echo"),
        pytest.param(lambda peer: as_json({"request": {"remote_addr": peer}, "ip": "10.9.9.9"}), id="nested"),
        pytest.param(lambda peer: as_json({"client": {"ip": peer, "port": 7}}), id="client object"),
        pytest.param(lambda peer: as_json({"host": {"hostname": "x", "ip": f"::ffff:{peer}"}}), id="host object"),
    ],
)  # fmt: skip
def test_known_applications_are_understood(cli: Cli, write: object) -> None:
    assert callable(write)
    with serving(lambda request: write(request.peer)) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert (ran.code, ran.verdicts()) == (0, {"preserved"})


def test_json_path_reaches_any_application(cli: Cli) -> None:
    with serving(lambda request: as_json({"who": [{"you.are": request.peer}]})) as server:
        found = cli("--url", server.url, *SOCKET, *ME, "--json-path", 'who[0]["you.are"]')
        wrong = cli("--url", server.url, *SOCKET, *ME, "--json-path", "who[1]")
    assert (found.code, wrong.code) == (0, 3)
    assert "--json-path" in wrong.report["summary"]


def test_image_of_the_other_scenarios_is_unknown_and_says_why(cli: Cli) -> None:
    with serving(layer_7) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert "peer" in ran.report["summary"]


def test_error_page_that_quotes_the_visitor_is_no_proof(cli: Cli) -> None:
    with serving(lambda request: answer(f"Access denied for {request.peer} today.")) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})


def test_every_local_family_is_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(family, socket.SOCK_STREAM, 6, "", (host, 0)) for family, host in NAMES]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    with serving(layer_4) as server, serving(layer_4, "::1", server.port):
        both = cli("--url", f"http://localhost:{server.port}", *SOCKET, *ME, "--expect", "::1")
        lacking = cli("--url", f"http://localhost:{server.port}", *SOCKET, *ME)
        one = cli("--url", f"http://localhost:{server.port}", *SOCKET, *ME, "--family", 4)
    assert {row["family"] for row in both.report["probes"]} == {"IPv4", "IPv6"}
    assert {row["family"] for row in one.report["probes"]} == {"IPv4"}
    assert {(row["family"], bool(row["forged"])) for row in both.report["probes"]} >= {("IPv4", True), ("IPv6", False)}
    assert (both.code, lacking.code, one.code) == (0, 3, 0)


def test_pods_are_all_asked_though_one_is_seldom_chosen(cli: Cli) -> None:
    def of_many(request: Request) -> bytes:
        name = "pod-seldom" if request.connection % 25 == 24 else f"pod-{request.connection % 3}"
        return as_json({"client_ip": request.peer, "hostname": name})

    with serving(of_many) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--pods", 4)
    assert ran.code == 0
    assert set(ran.report["pods"]) == {"pod-0", "pod-1", "pod-2", "pod-seldom"}


def test_search_for_pods_goes_on_until_another_is_unlikely(cli: Cli) -> None:
    def of_eight(request: Request) -> bytes:
        return as_json({"client_ip": request.peer, "pod": f"pod-{request.connection % 8}"})

    with serving(of_eight) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--probes", 8)
    assert len(ran.report["pods"]) == 8
    assert server.connections > 30  # 8 pods: 2 % = (8/9)^n at n = 34


def test_pod_that_never_answers_leaves_doubt(cli: Cli) -> None:
    with serving(lambda request: as_json({"client_ip": request.peer, "hostname": "pod-a"})) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--pods", 2)
    with serving(layer_4) as server:
        nameless = cli("--url", server.url, *SOCKET, *ME, "--pods", 2)
    assert (ran.code, nameless.code) == (3, 3)
    assert "1 of 2 pods" in ran.report["summary"]
    assert "does not name itself" in nameless.report["summary"]


def test_echo_service_tells_the_callers_address(cli: Cli) -> None:
    with serving(layer_4) as server, serving(lambda request: answer(request.peer)) as echo:
        ran = cli("--url", server.url, *SOCKET, "--echo", echo.url)
    with serving(layer_4) as server, serving(lambda _: as_json({"ip": "127.0.0.8"})) as echo:
        other = cli("--url", server.url, *SOCKET, "--echo", echo.url)
    assert (ran.code, ran.report["caller"][0]["learned"]) == (0, "echo service")
    assert {tuple(request.all("x-forwarded-for")) for request in echo.requests} == {()}
    assert other.code == 3


@pytest.mark.parametrize(("saw", "code"), [("81.2.69.142", 0), ("81.2.69.200", 1)])
def test_caller_behind_nat_is_compared_with_what_the_echo_service_says(cli: Cli, saw: str, code: int) -> None:
    with serving(lambda _: as_json({"client_ip": saw})) as server, serving(lambda _: answer("81.2.69.142\n")) as echo:
        ran = cli("--url", server.url, *SOCKET, "--echo", echo.url)
    assert (ran.code, ran.report["caller"][0]["addresses"]) == (code, ["81.2.69.142"])


@pytest.mark.parametrize("broken", [answer("no address here"), answer("gone", status="500 Oops"), b""])
def test_broken_echo_service_is_said(cli: Cli, broken: bytes) -> None:
    with serving(layer_4) as server, serving(lambda _: broken) as echo:
        ran = cli("--url", server.url, *SOCKET, "--echo", echo.url)
    assert ran.code == 3
    assert any("echo service" in warning for warning in ran.report["warnings"])


def test_echo_service_that_does_not_resolve_is_said(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, *SOCKET, *ME, "--echo", "http://echo.invalid/")
    assert ran.code == 0
    assert any("echo.invalid" in warning for warning in ran.report["warnings"])


def test_target_that_closes_every_connection_is_said(cli: Cli) -> None:
    with serving(lambda request: answer(request.peer, headers="Connection: close\r\n")) as server:
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert ran.code == 0
    assert {row["connection"] for row in ran.report["probes"]} == {"new"}
    assert any("kept" in warning for warning in ran.report["warnings"])


def test_proxies_of_the_environment_are_not_used(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy's address would be compared in place of the caller's."""
    with serving(layer_4) as server, serving(lambda _: answer("proxied")) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        ran = cli("--url", server.url, *SOCKET, *ME)
    assert (ran.code, proxy.connections) == (0, 0)


def test_path_and_host_name_reach_the_target(cli: Cli) -> None:
    with serving(layer_4) as server:
        cli("--url", server.url + "other?x=1", *SOCKET, *ME, "--path", "/client ip?full=1", "--host", "shop.example")
    whole = f"http://shop.example:{server.port}/client%20ip?full=1"
    assert {request.path for request in server.requests} == {"/client%20ip?full=1", whole}
    assert {request.all("host")[0] for request in server.requests} == {f"shop.example:{server.port}"}


def test_target_over_ipv6(cli: Cli) -> None:
    with serving(layer_4, "::1") as server:
        ran = cli("--url", server.url, *SOCKET, "--expect", "::1")
    assert (ran.code, ran.report["url"]) == (0, server.url)


def test_json_keeps_its_shape(cli: Cli) -> None:
    with serving(layer_4) as server:
        report = cli("--url", server.url, *SOCKET, *ME).report
    assert list(report) == [
        "verdict", "exitCode", "summary", "stack", "url", "reads", "method", "trustedHop", "caller",
        "counts", "pods", "probes", "extras", "forgedHeaders", "rollout", "warnings", "notes", "seconds",
    ]  # fmt: skip
    assert list(report["probes"][0]) == [
        "kind", "family", "endpoint", "connection", "forged", "local", "status", "saw", "field", "label",
        "verdict", "by", "believed", "reason", "pod", "tries", "milliseconds",
    ]  # fmt: skip
    assert report["caller"] == [{"family": "IPv4", "addresses": ["127.0.0.1"], "learned": "given"}]
