"""Programs that take '-' and '_' for one, and answers that contradict themselves."""

from tests.verify.conftest import Cli
from tests.verify.servers import Request, answer, appends, as_json, proxy_to, serving

ME = ("--expect", "127.0.0.1", "--json")


def _joined(request: Request, name: str) -> str | None:
    """A header as CGI has it: every spelling of its name in one, with commas between."""
    values = [value for key, value in request.headers if key.lower().replace("_", "-") == name]
    return ",".join(values) if values else None


def test_program_that_takes_both_spellings_for_one_address_is_spoofable(cli: Cli) -> None:
    def whole(request: Request) -> bytes:
        claimed = _joined(request, "x-real-ip")
        return as_json({"client_ip": request.peer if claimed is None or "," in claimed else claimed})

    with serving(whole) as app:
        ran = cli("--url", app.url, "--reads", "socket", *ME)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")
    assert "X-Real-IP" in ran.report["summary"]


def test_header_that_a_server_joined_out_of_both_spellings_is_read_to_its_end(cli: Cli) -> None:
    def environ(request: Request) -> bytes:
        names = {key.lower().replace("_", "-") for key, _ in request.headers}
        return as_json(
            {"headers": {"HTTP_" + name.upper().replace("-", "_"): _joined(request, name) for name in names}}
        )

    with serving(environ) as app, serving(proxy_to(app.port, appends)) as balancer:
        ran = cli("--url", balancer.url, "--reads", "x-forwarded-for", *ME)
    assert (ran.code, ran.verdicts()) == (0, {"preserved"}), ran.report["summary"]


def test_conclusion_that_is_neither_the_client_nor_the_peer_is_no_proof_beside_the_header(cli: Cli) -> None:
    def wrong(request: Request) -> bytes:
        headers = {name: ", ".join(request.all(name)) for name, _ in request.headers}
        return as_json({"client_ip": "10.0.0.7", "remote_addr": "10.0.0.8", "headers": headers})

    def right(request: Request) -> bytes:
        headers = {name: ", ".join(request.all(name)) for name, _ in request.headers}
        return as_json({"client_ip": "10.0.0.8", "remote_addr": "10.0.0.8", "headers": headers})

    with serving(wrong) as app, serving(proxy_to(app.port, appends)) as balancer:
        contradicting = cli("--url", balancer.url, "--reads", "x-forwarded-for", *ME)
    with serving(right) as app, serving(proxy_to(app.port, appends)) as balancer:
        peer = cli("--url", balancer.url, "--reads", "x-forwarded-for", *ME)
    assert (contradicting.code, contradicting.report["verdict"]) == (3, "unknown")
    assert "client_ip" in contradicting.report["summary"]
    assert peer.code == 0


def test_echo_of_another_programs_headers_is_a_caches(cli: Cli) -> None:
    def cached(request: Request) -> bytes:
        return as_json({"Host": ["x"], "User-Agent": ["curl/8"], "X-Forwarded-For": ["127.0.0.1"]})

    def own(request: Request) -> bytes:
        return as_json({"Host": ["x"], "User-Agent": request.all("user-agent"), "X-Forwarded-For": ["127.0.0.1"]})

    with serving(cached) as app:
        stale = cli("--url", app.url, "--reads", "x-forwarded-for", *ME)
    with serving(own) as app:
        fresh = cli("--url", app.url, "--reads", "x-forwarded-for", *ME)
    assert (stale.code, stale.report["verdict"]) == (3, "unknown")
    assert "cache" in stale.report["summary"]
    assert fresh.code == 0


def test_application_that_believes_only_on_the_last_of_four_requests_is_spoofable(cli: Cli) -> None:
    seen: dict[int, int] = {}

    def fourth(request: Request) -> bytes:
        seen[request.connection] = seen.get(request.connection, 0) + 1
        claimed = request.all("cf-connecting-ip")
        return answer(claimed[0] if claimed and seen[request.connection] == 4 else request.peer)

    with serving(fourth) as app:
        ran = cli("--url", app.url, "--reads", "socket", *ME)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")
