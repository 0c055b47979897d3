"""Header mode against real hops: who may write what the application believes."""

import pytest

from tests.verify.conftest import Cli
from tests.verify.servers import (
    Edit,
    Request,
    answer,
    appends,
    as_json,
    fills_in,
    layer_4,
    layer_7,
    overwrites,
    passes_on,
    proxy_to,
    serving,
    strips,
)

ME = ("--expect", "127.0.0.1")
HEADER = ("--reads", "x-forwarded-for", "--json")


@pytest.mark.parametrize("edit", [appends, overwrites])
def test_balancer_that_appends_or_overwrites_is_preserved(cli: Cli, edit: Edit) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, edit)) as balancer:
        ran = cli("--url", balancer.url, *HEADER, *ME)
    assert (ran.code, ran.verdicts(), ran.report["trustedHop"]) == (0, {"preserved"}, 1)
    forged = [row for row in ran.report["probes"] if row["forged"]]
    assert len(forged) == 10
    assert {len(row["forged"]) for row in forged} == {1, 2, 3}


@pytest.mark.parametrize("edit", [passes_on, fills_in])
def test_hop_that_lets_claims_through_is_spoofable(cli: Cli, edit: Edit) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, edit)) as balancer:
        ran = cli("--url", balancer.url, *HEADER, *ME)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")
    assert {row["verdict"] for row in ran.report["probes"] if row["forged"]} == {"spoofable"}


def test_claims_are_caught_without_knowing_the_caller(cli: Cli) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, passes_on)) as balancer:
        ran = cli("--url", balancer.url, *HEADER)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")


def test_header_that_is_lost_is_not_preserved(cli: Cli) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, strips)) as balancer:
        ran = cli("--url", balancer.url, *HEADER, *ME)
    assert (ran.code, ran.verdicts()) == (1, {"translated"})
    assert {row["by"] for row in ran.report["probes"]} == {"no header"}


def test_second_appending_hop_moves_the_trusted_element(cli: Cli) -> None:
    with (
        serving(layer_7) as app,
        serving(proxy_to(app.port, appends), "127.0.0.1") as inner,
        serving(proxy_to(inner.port, lambda headers, _: appends(headers, "198.18.0.7"))) as outer,
    ):
        ran = cli("--url", outer.url, *HEADER, "--expect", "198.18.0.7")
        fixed = cli("--url", outer.url, *HEADER, "--expect", "198.18.0.7", "--trusted-hops", 1)
        deep = cli("--url", outer.url, *HEADER, "--expect", "198.18.0.7", "--trusted-hops", 9)
    assert (ran.code, ran.report["trustedHop"]) == (0, 2)
    assert any("element 2 from the right" in warning for warning in ran.report["warnings"])
    assert (fixed.code, fixed.verdicts()) == (1, {"translated"})
    assert (deep.code, deep.verdicts()) == (1, {"translated"})


def test_application_that_takes_the_leftmost_element_is_spoofable(cli: Cli) -> None:
    def leftmost(request: Request) -> bytes:
        return answer(request.all("x-forwarded-for")[0].split(",")[0])

    with serving(leftmost) as app, serving(proxy_to(app.port, appends)) as balancer:
        ran = cli("--url", balancer.url, *HEADER, *ME)
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")


def test_application_that_believes_x_real_ip_is_spoofable(cli: Cli) -> None:
    def believer(request: Request) -> bytes:
        headers = {name: ", ".join(request.all(name)) for name, _ in request.headers}
        return as_json({"headers": headers, "client_ip": next(iter(request.all("x-real-ip")), request.peer)})

    def only_forwarded_for(headers: list[tuple[str, str]], peer: str) -> list[tuple[str, str]]:
        real = [(name, value) for name, value in headers if name.lower() == "x-real-ip"]
        return [*(header for header in appends(headers, peer) if header[0] != "X-Real-IP"), *real]

    with serving(believer) as app, serving(proxy_to(app.port, only_forwarded_for)) as balancer:
        believing = cli("--url", balancer.url, *HEADER, *ME)
    with serving(layer_7) as app, serving(proxy_to(app.port, only_forwarded_for)) as balancer:
        showing = cli("--url", balancer.url, *HEADER, *ME)
    assert (believing.code, believing.report["verdict"]) == (1, "spoofable")
    assert showing.code == 0
    assert any("X-Real-IP" in warning for warning in showing.report["warnings"])


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(lambda lines: as_json({"headers": {"x-forwarded-for": lines}}), id="array of lines"),
        pytest.param(lambda lines: as_json({"X-Forwarded-For": lines, "Accept": ["*/*"]}), id="agnhost header"),
        pytest.param(lambda lines: as_json({"headers": [["X-Forwarded-For", line] for line in lines]}), id="pairs"),
        pytest.param(
            lambda lines: as_json({"headers": [{"name": "X-Forwarded-For", "value": line} for line in lines]}), id="names"
        ),
        pytest.param(
            lambda lines: answer('{"headers": {' + ", ".join(f'"X-Forwarded-For": "{line}"' for line in lines) + "}}"),
            id="repeated key",
        ),
        pytest.param(lambda lines: answer("\n".join(f"X-Forwarded-For: {line}" for line in lines)), id="text lines"),
        pytest.param(lambda lines: answer(", ".join(lines)), id="bare header"),
        pytest.param(lambda lines: as_json({"request": {"headers": {"X-Forwarded-For": ",".join(lines)}}}), id="nested"),
    ],
)  # fmt: skip
def test_lines_of_a_header_are_read_in_order(cli: Cli, show: object) -> None:
    """A balancer may add a line of its own instead of appending to the client's: the last line's end counts."""
    assert callable(show)

    def add_line(headers: list[tuple[str, str]], peer: str) -> list[tuple[str, str]]:
        return [*headers, ("X-Forwarded-For", peer)]

    with (
        serving(lambda request: show(request.all("x-forwarded-for"))) as app,
        serving(proxy_to(app.port, add_line)) as balancer,
    ):
        ran = cli("--url", balancer.url, *HEADER, *ME)
    assert (ran.code, ran.verdicts(), ran.report["trustedHop"]) == (0, {"preserved"}, 1)


def test_json_path_names_the_header(cli: Cli) -> None:
    with serving(lambda request: as_json({"got": request.all("x-forwarded-for")})) as app:
        with serving(proxy_to(app.port, appends)) as balancer:
            good = cli("--url", balancer.url, *HEADER, *ME, "--json-path", "$.got")
        with serving(proxy_to(app.port, passes_on)) as balancer:
            bad = cli("--url", balancer.url, *HEADER, *ME, "--json-path", "$.got")
    assert (good.code, bad.code) == (0, 1)


def test_balancer_that_shows_its_backend_only_the_node_is_named(cli: Cli) -> None:
    """agnhost's `/clientip` behind a layer 7 hop: the peer is the hop's address."""
    with (
        serving(lambda request: answer(f"{request.peer}:4711")) as app,
        serving(proxy_to(app.port, appends)) as balancer,
    ):
        ran = cli(
            "--url",
            balancer.url,
            *HEADER,
            "--expect",
            "203.0.113.4",
            "--range",
            "nodes=127.0.0.0/30",
            "--range",
            "pods=10.0.0.0/8",
        )
    assert ran.code == 3  # 127.0.0.1 is in the node range here: asked from inside
    assert "inside the cluster" in ran.report["summary"]


def test_open_node_port_means_forgeable(cli: Cli) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, appends)) as balancer:
        ran = cli(
            "--url", balancer.url, *HEADER, *ME, "--node", "127.0.0.3", "--node", "127.0.0.1", "--node-port", app.port
        )
    ports = {row["endpoint"]: row["verdict"] for row in ran.report["probes"] if row["kind"] == "node port"}
    assert ports == {f"127.0.0.3:{app.port}": "unreachable", f"127.0.0.1:{app.port}": "spoofable"}
    assert (ran.code, ran.report["verdict"]) == (1, "spoofable")
    assert "security group" in ran.report["summary"]


def test_node_port_that_takes_connections_and_is_not_the_app_is_no_finding(cli: Cli) -> None:
    """A firewall on the caller's own way may shake hands for everybody."""
    with serving(layer_7) as app, serving(proxy_to(app.port, appends)) as balancer, serving(lambda _: b"") as node:
        ran = cli("--url", balancer.url, *HEADER, *ME, "--node", "127.0.0.1", "--node-port", node.port)
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")
    assert "the application did not answer there" in ran.report["summary"]


def test_closed_node_port_is_as_it_has_to_be(cli: Cli) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, appends)) as balancer:
        ran = cli("--url", balancer.url, *HEADER, *ME, "--node", "127.0.0.3", "--node-port", app.port)
    assert (ran.code, ran.report["verdict"]) == (0, "preserved")
    assert ran.report["counts"]["unreachable"] == 0


def test_node_port_seen_from_the_vpc_says_nothing_about_outside(cli: Cli) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, appends)) as balancer:
        ran = cli(
            "--url", balancer.url, *HEADER, *ME, "--node", "127.0.0.1", "--node-port", app.port, "--range", "vpc=127.0.0.0/8"
        )  # fmt: skip
    assert (ran.code, ran.report["verdict"]) == (3, "unknown")


def test_node_port_in_a_direct_scenario_is_judged_by_what_the_app_sees(cli: Cli) -> None:
    with serving(layer_4) as app:
        ran = cli("--url", app.url, "--reads", "socket", "--json", *ME, "--node", "127.0.0.1", "--node-port", app.port)
    assert {row["verdict"] for row in ran.report["probes"] if row["kind"] == "node port"} == {"preserved"}
    assert ran.code == 0
