"""The load balancer's health checks: one that finds the dead healthy, or the living dead, would make every measurement of the lab wrong."""

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from lab.rig.health import Check, State, answers, check_of


@pytest.mark.parametrize(
    ("given", "turns"),
    [
        ([True, True, True], [False, False, True]),
        ([True, True, False, True, True, True], [False] * 5 + [True]),
        ([False] * 4, [False] * 4),
        ([True, True, True, False, False, True, False, False, False], [False, False, True] + [False] * 5 + [True]),
    ],
)
def test_a_target_turns_after_three_answers_in_a_row(given: list[bool], turns: list[bool]) -> None:
    state = State(Check())
    assert [state.take(good=good) for good in given] == turns


def test_a_tke_service_config_has_the_numbers_and_clb_s_defaults_where_it_is_silent() -> None:
    said = {"intervalTime": 7, "timeout": 4, "healthNum": 2, "unHealthNum": 5}
    config = {"spec": {"loadBalancer": {"l4Listeners": [{"protocol": "TCP", "port": 80, "healthCheck": said}]}}}
    assert check_of(config, 80) == Check(interval=7, timeout=4, rise=2, fall=5)
    assert check_of(config, 81) == check_of(None, 80) == Check(interval=5, timeout=2, rise=3, fall=3)


def test_a_rule_s_check_at_layer_7_has_its_path_and_may_be_off() -> None:
    rule = {"url": "/", "healthCheck": {"enable": False, "httpCheckPath": "/healthz"}}
    layer_7 = [{"protocol": "HTTP", "port": 80, "domains": [{"domain": "", "rules": [rule]}]}]
    found = check_of({"spec": {"loadBalancer": {"l7Listeners": layer_7}}}, 0)
    assert (found.path, found.enabled) == ("/healthz", False)


class Answer(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(404 if self.path == "/missing" else 503 if self.path == "/broken" else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield ("127.0.0.1", found.server_port)
        found.shutdown()


@pytest.mark.parametrize(("path", "good"), [("", True), ("/", True), ("/missing", True), ("/broken", False)])
def test_what_counts_as_a_good_answer(server: tuple[str, int], path: str, *, good: bool) -> None:
    assert answers(server, Check(path=path)) is good


def test_a_port_that_nobody_listens_on_is_no_answer() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = free.getsockname()
    assert not answers(place, Check())
    assert not answers(place, Check(path="/"))
