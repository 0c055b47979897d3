"""A kubeconfig, and reads by it: what cannot be used is told in words, and nothing that lets somebody in is shown."""

import base64
import contextlib
import gzip
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from realip.cluster_facts import look
from realip.errors import InputError
from realip.kubeconfig import Kubeconfig, KubernetesError, read_kubeconfig
from realip.kubernetes_api import Forbidden, Unauthorized, connected

TOKEN = "very-secret-token"


def kubeconfig(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> str:
    return yaml.safe_dump(
        {
            "clusters": [{"name": "c", "cluster": {"server": "https://198.51.100.1", **(cluster or {})}}],
            "users": [{"name": "u", "user": {"token": TOKEN} if user is None else user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def test_a_kubeconfig_names_server_authority_and_user() -> None:
    made = read_kubeconfig(
        kubeconfig(
            {"tls-server-name": "cls-1.example.com", "certificate-authority-data": base64.b64encode(b"CA").decode()}
        )
    )
    assert (made.server, made.server_name, made.authority) == ("https://198.51.100.1", "cls-1.example.com", b"CA")
    assert made.authorization == f"Bearer {TOKEN}"
    assert TOKEN not in repr(made)


def test_files_that_a_kubeconfig_names_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("CA")
    text = kubeconfig({"certificate-authority": "ca.crt"})
    assert read_kubeconfig(text, folder=tmp_path).authority == b"CA"
    with pytest.raises(KubernetesError, match="kubectl config view --flatten"):
        read_kubeconfig(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "is no YAML"),
        ("just words", "names no cluster"),
        ("", "names no cluster"),
        ("# nothing", "names no cluster"),
        (
            "a0: &a0 {x: 1}\n" + "".join(f"a{at}: &a{at} {{<<: [{f'*a{at - 1}, ' * 9}]}}\n" for at in range(1, 12)),
            "an alias that leads to too many values",
        ),
        ("a: &a [*a]", "an alias that leads to too many values"),
        (kubeconfig().replace("current-context: x", "current-context: y"), "has no context 'y'; known are x; it has x"),
        (kubeconfig().replace("current-context: x", ""), "has no current-context"),
        (kubeconfig({"server": "198.51.100.1:6443"}), "is no URL"),
        (kubeconfig({"certificate-authority-data": "!"}), "certificate-authority-data is not base64"),
        (kubeconfig(user={"exec": {"command": "aws"}}), "none is run here"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(KubernetesError) as caught:
        read_kubeconfig(text)
    assert words in str(caught.value)
    assert TOKEN not in str(caught.value)


class Server(BaseHTTPRequestHandler):
    """An API server with 1,100 nodes, and ConfigMaps that nobody may read."""

    asked: ClassVar[list[str]] = []
    heard: ClassVar[list[list[tuple[str, str]]]] = []
    """The headers of every request."""
    answers: ClassVar[dict[str, tuple[int, dict[str, str], str]]] = {}
    """Answers to put in place of its own, by path: status, headers, body."""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.heard.append(self.headers.items())
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        status, answer = 404, '{"kind": "Status", "message": "not found"}'
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            status, answer = 401, '{"kind": "Status", "message": "Unauthorized"}'
        elif url.path == "/api/v1/nodes":
            start, limit = int(query.get("continue", ["0"])[0]), int(query["limit"][0])
            names = range(start, min(start + limit, 1100))
            following = f'"continue": "{names.stop}"' if names.stop < 1100 else ""
            items = ",".join(f'{{"metadata": {{"name": "n{name}"}}}}' for name in names)
            status, answer = 200, f'{{"metadata": {{{following}}}, "items": [{items}]}}'
        elif url.path == "/api/v1/configmaps":
            status, answer = 403, '{"kind": "Status", "message": "configmaps is forbidden"}'
        elif url.path == "/busy" and self.asked.count(self.path) < 3:
            status, answer = 429, '{"kind": "Status", "message": "too many requests"}'
        elif url.path == "/busy":
            status, answer = 200, '{"metadata": {"name": "busy"}}'
        elif url.path == "/never":
            status, answer = 503, '{"kind": "Status", "message": "no backend"}'
        elif url.path == "/slow":
            self._trickle()
            return
        elif url.path == "/broken":
            status, answer = 200, "<html>"
        status, headers, answer = self.answers.get(url.path, (status, {}, answer))
        body = answer.encode(errors="surrogateescape")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self) -> None:
        """A letter now and then, each in time, for longer than anybody waits."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            for _ in range(1000):
                self.wfile.write(b" ")
                time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Server.asked.clear()
    Server.heard.clear()
    Server.answers.clear()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_somebody_asks_in_the_name_of_another_is_asked_in_that_name(url: str) -> None:
    """The headers of Kubernetes' "User impersonation": without them an administrator would be answered, and not the reader."""
    other = {
        "as": "reader",
        "as-groups": ["auditors", "system:authenticated"],
        "as-uid": "06f6ce97",
        "as-user-extra": {"acme.com/Project": ["a", "b"]},
    }
    with connected(read_kubeconfig(kubeconfig({"server": url}, {"token": TOKEN, **other}))) as server:
        list(server.list("/api/v1/nodes"))
    for headers in Server.heard:
        assert [one for one in headers if one[0].startswith("Impersonate-")] == [
            ("Impersonate-User", "reader"),
            ("Impersonate-Uid", "06f6ce97"),
            ("Impersonate-Group", "auditors"),
            ("Impersonate-Group", "system:authenticated"),
            ("Impersonate-Extra-acme.com%2Fproject", "a"),
            ("Impersonate-Extra-acme.com%2Fproject", "b"),
        ]


def test_a_long_list_is_read_in_pages(url: str) -> None:
    with connected(read_kubeconfig(kubeconfig({"server": url}))) as server:
        assert len(list(server.list("/api/v1/nodes"))) == 1100
    assert [parse_qs(urlsplit(path).query)["limit"] for path in Server.asked] == [["500"]] * 3


def test_what_is_not_there_is_nothing_and_what_may_not_be_read_is_said(url: str) -> None:
    with connected(read_kubeconfig(kubeconfig({"server": url}))) as server:
        assert server.get("/api/v1/nothing") is None
        assert list(server.list("/api/v1/nothing")) == []
        with pytest.raises(Forbidden, match="GET /api/v1/configmaps is refused: configmaps is forbidden"):
            server.get("/api/v1/configmaps")
        with pytest.raises(KubernetesError, match="GET /broken was answered 200"):
            server.get("/broken")
    with (
        connected(read_kubeconfig(kubeconfig({"server": url}, {"token": "wrong"}))) as server,
        pytest.raises(Unauthorized, match="Unauthorized"),
    ):
        server.get("/api/v1/nodes")


def test_a_busy_server_is_asked_again_within_the_deadline(url: str) -> None:
    with connected(read_kubeconfig(kubeconfig({"server": url}))) as server:
        assert server.get("/busy") == {"metadata": {"name": "busy"}}
    with (
        connected(read_kubeconfig(kubeconfig({"server": url})), seconds=1.0) as server,
        pytest.raises(KubernetesError, match="too busy to answer within 1 s"),
    ):
        server.get("/never")
    assert Server.asked.count("/never") > 1


def test_a_server_that_sends_a_letter_at_a_time_is_left_at_the_deadline(url: str) -> None:
    with (
        connected(read_kubeconfig(kubeconfig({"server": url})), seconds=0.3) as server,
        pytest.raises(KubernetesError, match="did not answer GET /slow to its end within"),
    ):
        server.get("/slow")


def test_an_answer_without_end_does_not_fill_the_memory(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed, a few bytes are as many as anybody likes."""
    packed = gzip.compress(b" " * (3 << 20)).decode(errors="surrogateescape")
    Server.answers["/version"] = (200, {"Content-Encoding": "gzip"}, packed)
    monkeypatch.setattr("realip.kubernetes_api.LARGEST", 2 << 20)
    with (
        connected(read_kubeconfig(kubeconfig({"server": url}))) as server,
        pytest.raises(KubernetesError, match="GET /version was answered with more than 2 MiB"),
    ):
        server.get("/version")


def test_a_server_that_nobody_answers_for_is_named(url: str) -> None:
    closed = url.rpartition(":")[0] + ":1"
    with (
        connected(read_kubeconfig(kubeconfig({"server": closed}))) as server,
        pytest.raises(KubernetesError, match=f"{closed} cannot be reached"),
    ):
        server.get("/version")


def test_certificates_that_are_none_are_told_in_words() -> None:
    broken = base64.b64encode(b"no certificate").decode()
    with (
        pytest.raises(KubernetesError, match="certificates cannot be used"),
        connected(read_kubeconfig(kubeconfig({"certificate-authority-data": broken}))),
    ):
        pass


@pytest.mark.parametrize("said", ["\xb2", "0", "soon", "-1", "1e9", "\xbd", "inf", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_pause_that_is_no_time_is_a_short_one(said: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And 0 is no reason to ask a busy server hundreds of times a second."""
    Server.answers["/version"] = (429, {"Retry-After": said}, "{}")
    pauses = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        Server.answers.clear()

    monkeypatch.setattr("realip.kubernetes_api.time.sleep", pause)
    with connected(read_kubeconfig(kubeconfig({"server": url}))) as server:
        assert server.get("/version") is None
    assert len(pauses) == 1
    assert 0.1 < pauses[0] < 5


@pytest.mark.parametrize("said", ["3600", "9" * 400])
def test_a_pause_beyond_the_deadline_is_not_waited_for(said: str, url: str) -> None:
    Server.answers["/busy"] = (503, {"Retry-After": said}, "{}")
    with (
        connected(read_kubeconfig(kubeconfig({"server": url}))) as server,
        pytest.raises(KubernetesError, match="too busy to answer within 60 s"),
    ):
        server.get("/busy")
    assert Server.asked.count("/busy") == 1


def test_an_object_that_is_gone_is_told_in_words(url: str) -> None:
    """410 is a lost place for a list alone."""
    Server.answers["/version"] = (410, {}, '{"message": "gone"}')
    with (
        connected(read_kubeconfig(kubeconfig({"server": url}))) as server,
        pytest.raises(KubernetesError, match="GET /version was answered 410: gone"),
    ):
        look(server)
    Server.answers["/api/v1/nodes"] = (410, {}, '{"message": "gone"}')
    with (
        connected(read_kubeconfig(kubeconfig({"server": url}))) as server,
        pytest.raises(KubernetesError, match="GET /api/v1/nodes was answered 410 each time"),
    ):
        list(server.list("/api/v1/nodes"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"metadata": [1]}', "metadata is a list, not a map"),
        ('{"metadata": {"continue": 5}}', "metadata.continue is a number, not text"),
        ('{"items": {"a": 1}}', "items is a map, not a list"),
        ('{"items": "ab"}', "items is text, not a list"),
        ('{"items": [5]}', r"items\[0\] is a number, not a map"),
        ('{"items": [{"metadata": [1]}]}', "metadata is a list, not a map"),
        ('{"items": [{"metadata": {"labels": [1]}}]}', "metadata.labels is a list, not a map"),
        ('{"items": [{"status": {"allocatable": true}}]}', "status.allocatable is true or false, not a map"),
        ('{"items": [{"spec": 1.5}]}', "spec is a number, not a map"),
        ("[1]", "with no JSON object"),
        ("5", "with no JSON object"),
        ("null", "with no JSON object"),
        ("\udcff\udcfe", "with no JSON object"),
        ('{"a":' * 100_000, "with no JSON object"),
    ],
)
def test_an_answer_of_another_shape_is_told_in_words(body: str, words: str, url: str) -> None:
    Server.answers["/version"] = (200, {}, "{}")
    Server.answers["/api/v1/nodes"] = (200, {}, body)
    with (
        connected(read_kubeconfig(kubeconfig({"server": url}))) as server,
        pytest.raises(KubernetesError, match=f"GET /api/v1/nodes was answered .*{words}"),
    ):
        look(server)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 409])
@pytest.mark.parametrize("body", ['{"data": [1]}', '{"message": [1], "metadata": 5}', "5", '"text"', ""])
def test_an_object_of_another_shape_is_told_in_words(status: int, body: str, url: str) -> None:
    Server.answers["/version"] = (200, {}, '{"gitVersion": 5}')
    Server.answers["/api/v1/nodes"] = (200, {}, '{"items": [null, {}]}')
    Server.answers["/api/v1/namespaces/kube-system/configmaps/tke-service-controller-config"] = (status, {}, body)
    with connected(read_kubeconfig(kubeconfig({"server": url}))) as server:
        if status == 403:
            assert look(server).controller is None
            return
        with pytest.raises(InputError):
            look(server)


@pytest.mark.parametrize("version", ["5", "[1]", "null", '"%s"' % ("9" * 5000)])
def test_versions_that_are_none_are_not_known(version: str, url: str) -> None:
    Server.answers["/version"] = (200, {}, f'{{"gitVersion": {version}}}')
    Server.answers["/api/v1/nodes"] = (200, {}, "{}")
    Server.answers["/api/v1/namespaces/kube-system/configmaps/tke-service-controller-config"] = (
        200,
        {},
        f'{{"data": {{"VERSION": {version}}}}}',
    )
    with connected(read_kubeconfig(kubeconfig({"server": url}))) as server:
        facts = look(server)
    assert facts.version is None
    assert facts.controller_version is None or len(facts.controller_version) == 1


def test_a_header_that_cannot_be_sent_is_neither_tried_again_nor_shown(url: str) -> None:
    with (
        connected(Kubeconfig(url, authorization=f"Bearer {TOKEN}\n"), seconds=3) as server,
        pytest.raises(KubernetesError) as caught,
    ):
        server.get("/version")
    assert str(caught.value) == f"{url} cannot be asked: the request is no valid HTTP; fetch the kubeconfig anew"


@pytest.mark.parametrize("host", ["xn--a", "[::1%25\xe9]", "1.2.3.400", "\u2603\u200d.example"])
def test_a_host_that_is_none_is_told_in_words(host: str) -> None:
    with (
        pytest.raises(KubernetesError) as caught,
        connected(read_kubeconfig(kubeconfig({"server": f"https://admin:{TOKEN}@{host}"})), seconds=2) as server,
    ):
        server.get("/version")
    assert TOKEN not in str(caught.value)
    assert "https://" in str(caught.value)
