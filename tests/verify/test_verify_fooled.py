"""What verify must not be fooled by: applications that a client can fool, answers that prove nothing, and honest ones.

Each row stands for a kind of application, its verdict is what such an application deserves.
"""

import json
import threading
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from realip.verify.headers import CLIENT_HEADERS
from tests.verify.apps import Show, appended, cgi, header, leftmost, shown
from tests.verify.conftest import Cli
from tests.verify.servers import Request, Server, answer, as_json, serving

ME = ("--expect", "127.0.0.1", "--json")
SOCKET = ("--reads", "socket")
HEADER = ("--reads", "x-forwarded-for")


def _ask(cli: Cli, show: Show, *arguments: object) -> Any:
    def handle(request: Request) -> bytes:
        shown = show(request)
        return answer(shown) if isinstance(shown, bytes | str) else as_json(shown)

    with serving(handle) as server:
        return cli("--url", server.url, *ME, *arguments)


def _in(*networks: str) -> Any:
    return lambda text: any(ip_address(text) in ip_network(network) for network in networks)


def _first_if(accepts: Any) -> Show:
    """Believes the first element of X-Forwarded-For if it is of a kind."""

    def show(request: Request) -> Any:
        first = leftmost(request)
        return {"client_ip": first if accepts(first) else request.peer}

    return show


# --- A client can choose the address ---


@pytest.mark.parametrize(
    ("reads", "name"),
    [(SOCKET, each.name) for each in CLIENT_HEADERS] + [(HEADER, each.name) for each in CLIENT_HEADERS[1:7]],
    ids=lambda value: value if isinstance(value, str) else value[1],
)
def test_header_that_an_application_believes_is_found_and_named(cli: Cli, reads: tuple[str, str], name: str) -> None:
    def believer(request: Request) -> Any:
        forged = request.all(name)
        return {
            "client_ip": forged[0] if forged else request.peer,
            "headers": shown(request, x_forwarded_for=appended(request)),
        }

    ran = _ask(cli, believer, *reads)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")
    assert name in {row["believed"] for row in ran.report["probes"]}


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(_first_if(lambda text: ip_address(text).is_global), id="global only, as python-ipware"),
        pytest.param(_first_if(_in("10.0.0.0/8", "172.16.0.0/12")), id="private only"),
        pytest.param(_first_if(_in("100.64.0.0/10")), id="shared only"),
        pytest.param(_first_if(_in("240.0.0.0/4")), id="reserved only"),
        pytest.param(_first_if(_in("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")), id="documentation only"),
        pytest.param(_first_if(lambda text: ip_address(text).version == 6), id="IPv6 only"),
        pytest.param(lambda r: {"client_ip": ([*header(r, "x-forwarded-for").split(","), r.peer])[-2].strip() or r.peer}, id="last"),
        pytest.param(lambda r: {"client_ip": ([r.peer] * 3 + [*filter(None, header(r, "x-forwarded-for").split(", "))])[-3]}, id="third"),
        pytest.param(lambda r: {"client_ip": (r.all("x-forwarded-for") * 2 + [r.peer] * 2)[1] if len(r.all("x-forwarded-for")) > 1 else r.peer}, id="second line"),
        pytest.param(lambda r: {"remote_addr": r.peer, "client_ip": leftmost(r)}, id="beside an honest field"),
        pytest.param(lambda r: {"remote_addr": r.peer, "who": {"knows": [1, {"deep": leftmost(r)}]}}, id="in an unknown field"),
        pytest.param(lambda r: {"message": f"Hello {leftmost(r)}!", "remote_addr": r.peer}, id="in prose of a field"),
        pytest.param(lambda r: f"<html><p>Your IP: {leftmost(r)}</p></html>", id="in a web page"),
        pytest.param(lambda r: f"You are {leftmost(r)}, welcome", id="in prose"),
        pytest.param(leftmost, id="bare"),
        pytest.param(lambda r: {"remote_addr": r.peer, "client": int(ip_address(leftmost(r)))}, id="as a number"),
        pytest.param(lambda r: f"RemoteAddr: {leftmost(r)}:4711\nHost: x\n", id="as a socket's address"),
        pytest.param(lambda r: {"headers": {"Host": "x"}, "origin": header(r, "x-forwarded-for") or r.peer}, id="httpbin"),
        # Some refuse contradictions between two headers, and believe one alone.
        pytest.param(lambda r: {"error": "spoofing"} if r.all("client-ip") and r.all("x-forwarded-for") else {"client_ip": leftmost(r)}, id="Rails"),
        pytest.param(lambda r: {"client_ip": header(r, "x_forwarded_for") or r.peer}, id="underscore"),
    ],
)  # fmt: skip
def test_application_that_believes_its_client_is_spoofable_in_socket_mode(cli: Cli, show: Show) -> None:
    ran = _ask(cli, show, *SOCKET)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(lambda r: cgi(r, REMOTE_ADDR=r.peer, SERVER_NAME="x"), id="CGI, nobody appends"),
        pytest.param(lambda r: {"remote_addr": "10.0.0.11", "client_ip": leftmost(r), "headers": shown(r, x_forwarded_for=appended(r))}, id="believes what the header hides"),
        pytest.param(lambda r: {"headers": {"Host": "x"}, "origin": header(r, "x-forwarded-for") or r.peer}, id="httpbin, nobody appends"),
        pytest.param(lambda r: {"headers": {"X-Forwarded-For": ", ".join([r.peer, *r.all("x-forwarded-for")])}}, id="prepends"),
        pytest.param(lambda r: {"headers": {"x-forwarded-for": r.all("x-forwarded-for")[:1] or [r.peer]}}, id="first line only"),
        pytest.param(lambda r: {"Header": {name: [value] for name, value in r.headers}, "RemoteAddr": r.peer + ":1"}, id="Go"),
        pytest.param(lambda r: {"client": [leftmost(r), 5], "headers": shown(r, x_forwarded_for=appended(r))}, id="uvicorn"),
        # '-' and '_' are one to CGI, so what a hop appended is not the last.
        pytest.param(lambda r: cgi(Request(r.peer, r.path, [("X-Forwarded-For", appended(r)), *((n, v) for n, v in r.headers if n != "X-Forwarded-For")], 1, r.socket)), id="CGI behind a hop"),
    ],
)  # fmt: skip
def test_application_that_believes_its_client_is_spoofable_in_header_mode(cli: Cli, show: Show) -> None:
    ran = _ask(cli, show, *HEADER)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")


@pytest.mark.parametrize("probes", [1, 2, 3])
def test_balancer_that_prepends_is_not_taken_for_a_second_hop_with_few_probes(cli: Cli, probes: int) -> None:
    show = lambda r: {"headers": {"X-Forwarded-For": ", ".join([r.peer, *r.all("x-forwarded-for")])}}  # noqa: E731
    assert _ask(cli, show, *HEADER, "--probes", probes).code == 1


def test_belief_that_sets_in_later_on_a_kept_connection_is_found(cli: Cli) -> None:
    counts: dict[int, int] = {}

    def show(request: Request) -> Any:
        counts[request.connection] = counts.get(request.connection, 0) + 1
        return {"client_ip": leftmost(request) if counts[request.connection] >= 3 else request.peer}

    ran = _ask(cli, show, *SOCKET)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")
    assert max(counts.values()) == 4


def test_belief_in_a_second_element_that_sets_in_later_is_found(cli: Cli) -> None:
    counts: dict[int, int] = {}

    def show(request: Request) -> Any:
        counts[request.connection] = counts.get(request.connection, 0) + 1
        second = [text.strip() for text in header(request, "x-forwarded-for").split(",")][1:2]
        return {"client_ip": second[0] if second and counts[request.connection] == 4 else request.peer}

    ran = _ask(cli, show, *SOCKET)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")


@pytest.mark.parametrize("name", ["X-Real-IP", "Fly-Client-IP"])
def test_one_of_four_pods_without_names_that_believes_a_header_is_found(cli: Cli, name: str) -> None:
    """Each connection has the next pod: what one of them forges has to be every header."""

    def show(request: Request) -> Any:
        forged = request.all(name) if request.connection % 4 == wrong else ()
        return {"client_ip": forged[0] if forged else request.peer}

    for wrong in range(4):
        assert _ask(cli, show, *SOCKET).code == 1, wrong


def test_proxy_in_the_header_that_is_taken_for_the_client_is_no_proof(cli: Cli) -> None:
    """The element that counts is right, and the application takes another one."""
    show = lambda r: {"client_ip": "10.0.0.7", "headers": shown(r, x_forwarded_for=f"{appended(r)}, 10.0.0.7")}  # noqa: E731
    ran = _ask(cli, show, *HEADER, "--trusted-hops", 2)
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")
    assert "client_ip says 10.0.0.7" in ran.report["summary"]
    peer = lambda r: {"client_ip": "10.0.0.8", "headers": shown(r, x_forwarded_for=f"{appended(r)}, 10.0.0.7")}  # noqa: E731
    assert _ask(cli, peer, *HEADER, "--trusted-hops", 2).code == 0


def test_conclusion_that_changes_from_answer_to_answer_is_no_proof_beside_the_header(cli: Cli) -> None:
    """One of two pods concludes from the header, the other calls its peer the client."""

    def show(request: Request) -> Any:
        concluded = request.peer if request.connection % 2 else "10.0.0.8"
        return {"client_ip": concluded, "headers": shown(request, x_forwarded_for=appended(request))}

    ran = _ask(cli, show, *HEADER)
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")
    assert "client_ip says 10.0.0.8" in ran.report["summary"]


def test_hop_that_drops_what_a_connection_header_names_is_found(cli: Cli) -> None:
    """RFC 9110, 7.6.1: what Connection names is for the next hop only. One that drops it after appending loses the client."""

    def show(request: Request) -> Any:
        named = header(request, "connection").lower()
        kept = {} if "x-forwarded-for" in named else {"X-Forwarded-For": appended(request)}
        return {"headers": {"Host": "x", **kept}}

    ran = _ask(cli, show, *HEADER)
    assert (ran.code, ran.report["verdict"]) == (1, "translated")
    assert "Connection header" in ran.report["summary"]


def test_belief_that_only_a_header_of_the_answer_shows_is_found(cli: Cli) -> None:
    with serving(lambda r: answer(r.peer, headers=f"X-Visitor: {leftmost(r)}\r\n")) as believer:
        bad = cli("--url", believer.url, *ME, *SOCKET)
    with serving(lambda r: answer(r.peer, headers=f"X-Forwarded-For: {header(r, 'x-forwarded-for')}\r\n")) as mirror:
        good = cli("--url", mirror.url, *ME, *SOCKET)
    assert (bad.code, bad.report["verdict"]) == (1, "spoofable")
    assert "response header x-visitor" in bad.report["summary"]
    assert (good.code, good.report["verdict"]) == (0, "preserved")


@pytest.mark.parametrize("named", [["--json-path", "seen"], ["--json-path", "headers.X-Forwarded-For"]])
def test_path_to_a_value_hides_no_belief_elsewhere(cli: Cli, named: list[str]) -> None:
    def show(request: Request) -> Any:
        return {"seen": request.peer, "headers": {"X-Forwarded-For": appended(request)}, "who": leftmost(request)}

    assert _ask(cli, show, *HEADER, *named).code == 1


# --- What proves nothing ---


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(lambda r: {"remote_addr": r.peer}, id="remote_addr"),
        pytest.param(lambda r: f"{r.peer}:51000", id="agnhost"),
        pytest.param(lambda r: {"remoteAddress": f"/{r.peer}:51000"}, id="Netty"),
        pytest.param(lambda r: {"client": [r.peer, 51000]}, id="ASGI"),
        pytest.param(lambda r: {"connection": {"peer": r.peer}}, id="peer"),
        pytest.param(lambda r: {"responseHeaders": {"X-Forwarded-For": r.peer}}, id="response headers"),
        pytest.param(lambda r: f"Sorry, this service is limited for visitors, {r.peer}", id="prose that ends in it"),
        pytest.param(lambda r: f"Welcome to nginx!\n{r.peer}", id="prose and a line"),
        pytest.param(lambda r: f"Your request has been blocked by the firewall.\nYour IP:\n{r.peer}\n", id="firewall"),
        pytest.param(lambda r: f"Sorry\nX-Forwarded-For: {r.peer}\n", id="prose that names the header"),
        pytest.param(lambda r: f"Error: denied\nX-Forwarded-For: {r.peer}\n", id="listing of a refusal"),
        pytest.param(lambda r: {"error": "blocked", "headers": {"X-Forwarded-For": appended(r)}}, id="refusal in JSON"),
        pytest.param(lambda r: {"headers": {}}, id="no headers at all"),
    ],
)  # fmt: skip
def test_value_that_is_not_shown_as_the_header_proves_no_header(cli: Cli, show: Show) -> None:
    ran = _ask(cli, show, *HEADER)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(
            lambda r: {"remote_addr": r.peer, "client_ip": "10.0.0.11"}, id="fields that contradict each other"
        ),
        pytest.param(lambda r: {"client_ip": r.peer, "caller": "10.0.0.11"}, id="two conclusions"),
        pytest.param(lambda r: f"Access denied\nClient-IP: {r.peer}\n", id="refusal"),
        pytest.param(lambda r: {"blocked": True, "client_ip": r.peer}, id="refusal in JSON"),
        pytest.param(lambda r: {"client_ip": f"{r.peer}, {r.peer}"}, id="chain"),
    ],
)
def test_answer_that_may_mean_another_proves_no_socket(cli: Cli, show: Show) -> None:
    ran = _ask(cli, show, *SOCKET)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})


def test_address_of_the_clusters_own_that_is_expected_proves_nothing(cli: Cli) -> None:
    with serving(lambda _: as_json({"client_ip": "10.0.0.11"})) as server:
        ran = cli("--url", server.url, *SOCKET, "--json", "--expect", "10.0.0.11", "--range", "nodes=10.0.0.0/20")
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert "node range" in ran.report["summary"]


def test_echo_service_that_is_the_target_is_not_used(cli: Cli) -> None:
    with serving(lambda _: as_json({"client_ip": "8.8.8.8"})) as server:
        ran = cli("--url", server.url, *SOCKET, "--json", "--echo", server.url)
    assert ran.code == 3
    assert any("target itself" in warning for warning in ran.report["warnings"])


class _Cache:
    """A cache that ignores `no-store`: answers by path, whoever asks."""

    def __init__(self, show: Show, warm: Any = None, headers: str = "") -> None:
        self._show, self._headers = show, headers
        self._store: dict[str, Any] = {} if warm is None else {"/": warm}
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> bytes:
        with self._lock:
            stored = request.path in self._store
            value = self._store.setdefault(request.path, self._show(request))
        return as_json(value, headers=self._headers if stored else "")


@pytest.mark.parametrize("warm", [False, True])
def test_cached_answers_prove_nothing(cli: Cli, warm: bool) -> None:
    def show(request: Request) -> Any:
        return {"client_ip": leftmost(request), "headers": shown(request, x_forwarded_for=appended(request))}

    stored = {"client_ip": "127.0.0.1", "headers": {"Host": "x", "X-Forwarded-For": "127.0.0.1", "Realip-Probe": "1"}}
    for reads in (SOCKET, HEADER):
        with serving(_Cache(show, stored if warm else None)) as server:
            ran = cli("--url", server.url, *ME, *reads)
        assert ran.code in {1, 3}
        assert any("cache" in row["reason"] for row in ran.report["probes"])


def test_cached_answer_that_shows_no_header_is_seen_through(cli: Cli) -> None:
    """The same resource has another name in absolute form, which a cache by path does not know."""
    with serving(_Cache(lambda request: {"client_ip": leftmost(request)}, {"client_ip": "127.0.0.1"})) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")


@pytest.mark.parametrize("said", ["Age: 30", "X-Cache: HIT from edge", "CF-Cache-Status: HIT", "EO-Cache-Status: HIT"])
def test_cache_that_says_so_is_believed(cli: Cli, said: str) -> None:
    with serving(lambda request: answer(request.peer, headers=f"{said}\r\n")) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert (ran.code, ran.verdicts()) == (3, {"unknown"})
    assert "cache" in ran.report["summary"]


@pytest.mark.parametrize(
    "said", ["Age: 0", "X-Cache: MISS", "CF-Cache-Status: DYNAMIC", "Cache-Status: edge; fwd=miss"]
)
def test_cache_that_did_not_answer_is_no_doubt(cli: Cli, said: str) -> None:
    with serving(lambda request: answer(request.peer, headers=f"{said}\r\n")) as server:
        assert cli("--url", server.url, *ME, *SOCKET).code == 0


def test_firewall_that_takes_offence_is_told_as_that(cli: Cli) -> None:
    def firewall(request: Request) -> bytes:
        return answer("no", status="403 Forbidden") if len(request.headers) > 20 else answer(request.peer)

    with serving(firewall) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")
    assert "takes offence" in ran.report["summary"]
    assert "403" in ran.report["summary"]


# --- Honest applications ---


@pytest.mark.parametrize(
    ("show", "label"),
    [
        (lambda r: {"client": f"{r.peer}:5"}, "socket peer"),
        (lambda r: {"client": [r.peer, 5]}, "socket peer"),
        (lambda r: f"/{r.peer}:51000", "socket peer"),
        (lambda r: {"remoteAddress": f"/{r.peer}:51000"}, "socket peer"),
        (lambda r: {"Connection": {"RemoteIpAddress": f"::ffff:{r.peer}", "RemotePort": 5}}, "socket peer"),
        (lambda r: {"META": cgi(r, REMOTE_ADDR=r.peer)}, "socket peer"),
        (lambda r: {"RemoteAddr": f"{r.peer}:5", "Header": {name: [value] for name, value in r.headers}}, "socket peer"),
        (lambda r: {"client_host": r.peer, "item_id": "foo"}, "conclusion"),
        (lambda r: {"data": {"ip": r.peer}}, "conclusion"),
        (lambda r: {"src_ip": r.peer}, "conclusion"),
        (lambda r: {"real_ip": r.peer}, "conclusion"),
        (lambda r: {"query": r.peer, "status": "success"}, "conclusion"),
        (lambda r: {"ip_addr": r.peer, "user_agent": "realip-verify", "forwarded": header(r, "forwarded")}, "conclusion"),
        (lambda r: {"ip": "10.9.9.9", "caller": r.peer}, "conclusion"),
        (lambda r: [r.peer], "conclusion"),
        (lambda r: json.dumps({"ip": r.peer}).encode("utf-16"), "conclusion"),
        (lambda r: f"fl=1f\nh=x\nip={r.peer}\nts=1.2\n", "conclusion"),
        (lambda r: {"ip": r.peer, "rawHeaders": [each for pair in r.headers for each in pair]}, "conclusion"),
        (lambda r: {"ip": r.peer, "headers": [f"{name}: {value}" for name, value in r.headers]}, "conclusion"),
        (lambda r: {"ip": r.peer, "dump": "\r\n".join(f"{name}: {value}" for name, value in r.headers)}, "conclusion"),
        (lambda r: {"ip": r.peer, "map": "{" + ", ".join(f"{name}=[{value}]" for name, value in r.headers) + "}"}, "conclusion"),
        (lambda r: "Array\n(\n" + "\n".join(f"    [{k}] => {v}" for k, v in cgi(r, REMOTE_ADDR=r.peer).items()) + "\n)\n", "socket peer"),
        (lambda r: "\n".join([f"RemoteAddr: {r.peer}:5", "GET / HTTP/1.1", *(f"{n}: {v}" for n, v in r.headers)]), "socket peer"),
        (lambda r: "\n".join(["Request Information:", f"\tclient_address={r.peer}", "Request Headers:", *(f"\t{n.lower()}={v}" for n, v in r.headers)]), "conclusion"),
    ],
)  # fmt: skip
def test_spelling_of_a_framework_is_read_without_options(cli: Cli, show: Show, label: str) -> None:
    ran = _ask(cli, show, *SOCKET)
    assert (ran.code, ran.verdicts()) == (0, {"preserved"}), ran.report["summary"]
    assert {row["label"] for row in ran.report["probes"]} == {label}


@pytest.mark.parametrize(
    ("show", "label"),
    [
        (lambda r: cgi(Request(r.peer, r.path, [("X-Forwarded-For", appended(r)), ("Host", "x")], 1, r.socket), REMOTE_ADDR="10.0.0.11"), "header"),
        (lambda r: {"headers": [[n, v] for n, v in shown(r, x_forwarded_for=appended(r)).items()]}, "header"),
        (lambda r: {"request": {"headers": shown(r, x_forwarded_for=appended(r))}, "remote_addr": "10.0.0.11"}, "header"),
        (lambda r: {"multiValueHeaders": {n: v.split(", ") for n, v in shown(r, x_forwarded_for=appended(r)).items()}}, "header"),
        (lambda r: {"env": {"headers": {"HTTP_HOST": "x", "HTTP_X_FORWARDED_FOR": appended(r)}}}, "header"),
        (lambda r: {"headers": {n: [{"key": n, "value": v}] for n, v in shown(r, x_forwarded_for=appended(r)).items()}}, "header"),
        (lambda r: {"headers": {n: {"value": v} for n, v in shown(r, x_forwarded_for=appended(r)).items()}}, "header"),
        (lambda r: {"xForwardedFor": appended(r), "remoteAddr": "10.0.0.11"}, "header"),
        (lambda r: f"X-Forwarded-For: {appended(r)}\nHost: x\n", "header"),
        (lambda r: f"HTTP_X_FORWARDED_FOR={appended(r)}\nREMOTE_ADDR=10.0.0.11\n", "header"),
        # The layer 4 image: its own conclusion is its peer, the node.
        (lambda r: {"client_ip": "10.0.0.11", "headers": shown(r, x_forwarded_for=appended(r))}, "header"),
        (lambda r: {"args": {}, "headers": {"Host": "x"}, "origin": appended(r)}, "conclusion"),
        # The same behind a hop that replaces the header: nothing that was forged in it shows anywhere.
        (lambda r: {"headers": {n: v for n, v in r.headers if n != "X-Forwarded-For"}, "origin": r.peer}, "conclusion"),
        (lambda r: {"client_ip": r.peer}, "conclusion"),
        (lambda r: r.peer, "conclusion"),
        (appended, "conclusion"),
    ],
)  # fmt: skip
def test_header_of_a_framework_is_read_without_options(cli: Cli, show: Show, label: str) -> None:
    ran = _ask(cli, show, *HEADER)
    assert (ran.code, ran.verdicts()) == (0, {"preserved"}), ran.report["summary"]
    assert {row["label"] for row in ran.report["probes"]} == {label}
    assert ("own conclusion" in ran.report["summary"]) == (label == "conclusion")


def test_mendhak_echo_names_its_pods_and_not_its_site(cli: Cli) -> None:
    def show(request: Request) -> Any:
        pod = f"echo-{request.connection % 3}"
        return {
            "headers": shown(request),
            "hostname": "127.0.0.1",
            "ip": f"::ffff:{request.peer}",
            "os": {"hostname": pod},
        }

    ran = _ask(cli, show, *SOCKET, "--pods", 3)
    assert (ran.code, set(ran.report["pods"])) == (0, {"echo-0", "echo-1", "echo-2"})


@pytest.mark.parametrize("reads", ["EO-Connecting-IP", "x-real-ip", "X-Shop-Client", "header:Client"])
def test_any_header_is_read_and_called_by_its_name(cli: Cli, reads: str) -> None:
    name = reads.removeprefix("header:")

    def rewritten(request: Request) -> Any:
        kept = {each: value for each, value in shown(request).items() if each.lower() != name.lower()}
        return {"headers": {**kept, name: request.peer}}

    good = _ask(cli, rewritten, "--reads", reads)
    bad = _ask(cli, lambda r: {"headers": shown(r)}, "--reads", reads)
    assert (good.code, good.report["verdict"]) == (0, "preserved")
    assert good.report["reads"].lower() == name.lower()
    assert f"of {good.report['reads']}" in good.report["summary"]
    assert "X-Forwarded-For" not in good.report["summary"]
    assert (bad.code, bad.report["verdict"]) == (1, "spoofable")


@pytest.mark.parametrize(
    ("element", "code"), [("for={};proto=http", 0), ('For="[2001:db8::9]:1", for={}', 0), ("by={}", 3)]
)
def test_forwarded_is_read_as_rfc_7239_has_it(cli: Cli, element: str, code: int) -> None:
    def show(request: Request) -> Any:
        lines = [*request.all("forwarded"), element.format(request.peer)]
        return {"headers": {"Host": "x", "Forwarded": ", ".join(lines)}}

    assert _ask(cli, show, "--reads", "forwarded").code == code
    passed = _ask(
        cli, lambda r: {"headers": {"Host": "x", "Forwarded": header(r, "forwarded")}}, "--reads", "forwarded"
    )
    assert passed.code == 1


def test_header_under_a_path_is_called_by_the_name_of_the_field(cli: Cli) -> None:
    def show(request: Request) -> Any:
        return {"headers": {"Eo-Connecting-Ip": request.peer}}

    ran = _ask(cli, show, *HEADER, "--json-path", 'headers["Eo-Connecting-Ip"]')
    assert ran.code == 0
    assert "as headers.Eo-Connecting-Ip" in ran.report["summary"]


def test_several_proxies_in_front_are_called_proxies(cli: Cli) -> None:
    def show(request: Request) -> Any:
        more = ["43.1.2.3"] if request.connection % 2 else ["43.1.2.4", "43.1.2.3"]
        return {"headers": {"X-Forwarded-For": ", ".join([appended(request), *more])}}

    ran = _ask(cli, show, *HEADER)
    assert (ran.code, ran.report["verdict"]) == (1, "translated")
    assert {row["by"] for row in ran.report["probes"]} == {"proxy"}
    assert "--trusted-hops" in ran.report["summary"]
    assert "NAT" not in ran.report["summary"]


# --- A PROXY protocol header ---


class _ProxyProtocol(Server):
    """Takes a PROXY protocol header from anybody."""

    def _serve(self, connection: Any, peer: str, number: int) -> None:
        first = connection.recv(6, 2)  # MSG_PEEK
        if first == b"PROXY ":
            line = b""
            while not line.endswith(b"\r\n"):
                line += connection.recv(1)
            peer = line.split()[2].decode()
        elif first == b"\r\n\r\n\x00\r":
            head = connection.recv(16)
            peer = ".".join(map(str, connection.recv(int.from_bytes(head[14:16], "big"))[:4]))
        super()._serve(connection, peer, number)


def test_proxy_protocol_from_anybody_is_spoofable(cli: Cli) -> None:
    server = _ProxyProtocol(lambda request: as_json({"client_ip": request.peer}))
    try:
        ran = cli("--url", server.url, *ME, *SOCKET)
    finally:
        server.close()
    assert (ran.code, ran.report["verdict"], ran.verdicts()) == (1, "spoofable", {"preserved"})
    found = {row["kind"]: (row["verdict"], row["believed"]) for row in ran.report["extras"]}
    assert found["PROXY protocol v1"] == ("spoofable", "PROXY protocol v1")
    assert found["PROXY protocol v2"] == ("spoofable", "PROXY protocol v2")
    assert "PROXY protocol v1 line" in ran.report["summary"]


def test_target_that_takes_no_proxy_protocol_is_not_blamed_for_refusing_it(cli: Cli) -> None:
    with serving(lambda request: as_json({"client_ip": request.peer})) as server:
        ran = cli("--url", server.url, *ME, *SOCKET)
    found = {row["kind"]: row["verdict"] for row in ran.report["extras"]}
    assert found == {
        "PROXY protocol v1": "unreachable", "PROXY protocol v2": "unreachable",
        "absolute form": "preserved", "Connection header": "preserved",
    }  # fmt: skip
    assert ran.code == 0
