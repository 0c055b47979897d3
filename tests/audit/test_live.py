"""A cluster is read, page by page, and never touched; what may not be read is said."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.audit.objects import DIRECT, INTERFACED, config_map, controller, deployment, ingress, service
from tests.offline.running import Run

Audit = Callable[..., Run]
PATHS = {
    "Service": "/api/v1/services",
    "ConfigMap": "/api/v1/configmaps",
    "Node": "/api/v1/nodes",
    "Deployment": "/apis/apps/v1/deployments",
    "Ingress": "/apis/networking.k8s.io/v1/ingresses",
}


@dataclass
class Cluster:
    """An API server of the test's own: objects by kind, and how it behaves."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    forbidden: set[str] = field(default_factory=set)
    faults: list[int] = field(default_factory=list)
    """Status codes of the next answers, 0 for one as it should be."""
    asked: list[str] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    tokens: set[str | None] = field(default_factory=set)
    page: object = None
    """The answer to everything, in place of its own."""
    url: str = ""

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        split = urlsplit(path)
        kind = next((kind for kind, known in PATHS.items() if split.path == known), None)
        if kind is None:
            return 404, {"message": "the server could not find the requested resource"}
        if kind in self.forbidden:
            return 403, {"message": f'{kind.lower()}s is forbidden: User "reader" cannot list resource'}
        query = parse_qs(split.query)
        start, limit = int(query.get("continue", ["0"])[0]), int(query["limit"][0])
        mine = [each for each in self.objects if each["kind"] == kind]
        items = [{key: value for key, value in each.items() if key not in {"kind", "apiVersion"}} for each in mine]
        more = str(start + limit) if start + limit < len(items) else ""
        version = mine[0]["apiVersion"] if mine else "v1"
        return 200, {
            "kind": f"{kind}List",
            "apiVersion": version,
            "metadata": {"continue": more},
            "items": items[start : start + limit],
        }


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            made.asked.append(self.path)
            made.methods.add(self.command)
            made.tokens.add(self.headers.get("Authorization"))
            fault = made.faults.pop(0) if made.faults else 0
            body: object
            status, body = (fault, {"message": "busy"}) if fault else made.answer(self.path)
            if made.page is not None:
                status, body = 200, made.page
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def kubeconfig(tmp_path: Path, cluster: Cluster) -> str:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "shop",
        "contexts": [{"name": "shop", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": cluster.url}}],
        "users": [{"name": "u", "user": {"token": "not-a-secret-of-anybody"}}],
    }
    (tmp_path / "config").write_text(yaml.safe_dump(document).replace("\n", "\r\n"))
    return "config"


NAMED = "contexts: [{name: a, context: {cluster: c, user: u}}]\ncurrent-context: a\n"
USER = "users: [{name: u, user: {token: t}}]\n"
HERE = "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\n"


def report(run: Run) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(run.out)
    return made


def test_everything_is_read_in_pages_and_nothing_but_read(audit: Audit, kubeconfig: str, cluster: Cluster) -> None:
    cluster.objects = [
        service(annotations={DIRECT: "false"}, name=f"web-{at}", selector={"app": str(at)}) for at in range(1201)
    ]
    cluster.objects += [INTERFACED, controller(VERSION="v2.11.4"), deployment(), ingress()]
    made = report(audit("--kubeconfig", kubeconfig, "--json"))
    names = [each["name"] for each in made["exposures"] if each["kind"] == "Service"]
    assert names == [f"web-{at}" for at in range(1201)]
    assert {finding["rule"] for finding in made["findings"]} >= {"RIP001"}
    assert {finding["file"] for finding in made["findings"]} == {None}
    assert cluster.methods == {"GET"}
    assert cluster.tokens == {"Bearer not-a-secret-of-anybody"}
    asked = [path for path in cluster.asked if path.startswith("/api/v1/services")]
    assert len(asked) == 3
    assert all("limit=500" in path for path in cluster.asked)
    assert not any("secret" in path for path in cluster.asked)


def test_what_a_missing_annotation_means_is_known_from_the_cluster(
    audit: Audit, kubeconfig: str, cluster: Cluster
) -> None:
    """Written objects have the annotation if the default was direct access when they were made (TKE 131136)."""
    cluster.objects = [service(), INTERFACED]
    made = report(audit("--kubeconfig", kubeconfig, "--json"))
    assert made["exposures"][0]["sees"] == "node"
    cluster.forbidden = {"ConfigMap"}
    run = audit("--kubeconfig", kubeconfig, "--json")
    assert (report(run)["exposures"][0]["sees"], run.code) == ("unknown", 3)
    assert "ConfigMap may not be listed" in audit("--kubeconfig", kubeconfig).out


def test_an_ingress_before_a_service_that_is_not_there_is_told(audit: Audit, kubeconfig: str, cluster: Cluster) -> None:
    cluster.objects = [ingress({"ingress.cloud.tencent.com/direct-access": "true"})]
    made = report(audit("--kubeconfig", kubeconfig, "--json"))
    assert made["exposures"][0]["sees"] == "nobody"
    assert [finding["rule"] for finding in made["findings"]] == ["RIP041"]


def test_a_list_that_begins_anew_has_each_object_once(audit: Audit, kubeconfig: str, cluster: Cluster) -> None:
    """410 on the second page: what the first one had is not counted twice."""
    cluster.objects = [
        service(annotations={DIRECT: "true"}, name=f"web-{at}", selector={"app": str(at)}) for at in range(600)
    ]
    cluster.faults = [0, 410]
    names = [each["name"] for each in report(audit("--kubeconfig", kubeconfig, "--json"))["exposures"]]
    assert names == [f"web-{at}" for at in range(600)]


def test_a_busy_server_is_asked_again_and_a_lost_place_means_from_the_start(
    audit: Audit, kubeconfig: str, cluster: Cluster
) -> None:
    cluster.objects = [service(annotations={DIRECT: "true"})]
    cluster.faults = [429, 503, 410]
    run = audit("--kubeconfig", kubeconfig, "--json")
    assert (run.code, len(report(run)["exposures"])) == (0, 1)


@pytest.mark.parametrize(
    ("broken", "options", "said"),
    [
        (([401], set()), (), "does not know this user"),
        (([400], set()), (), "was answered 400: busy"),
        (([503] * 50, set()), ("--timeout", "1"), "too busy"),
        (([], {"Service", "Ingress"}), (), "may list neither Services nor Ingresses"),
        (([], set()), ("--context", "shp"), "did you mean shop?"),
        (([], set()), ("--timeout", "0"), "--timeout 0"),
    ],
)
@pytest.mark.usefixtures("kubeconfig")
def test_a_server_that_cannot_be_used_is_told_in_words(
    broken: tuple[list[int], set[str]], options: tuple[str, ...], said: str, audit: Audit, cluster: Cluster
) -> None:
    cluster.faults, cluster.forbidden = broken
    run = audit("--kubeconfig", "config", "--json", *options)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "not-a-secret-of-anybody" not in run.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "names no cluster"),
        ("a: [", "is no YAML"),
        (
            "contexts: [{name: a, context: {cluster: c}}]\ncurrent-context: a\nclusters: [{name: c, cluster: {}}]\n",
            "cluster 'c' has no server",
        ),
        (
            "contexts: [{name: a, context: {cluster: c}}]\ncurrent-context: a\nclusters: [{name: c, cluster: {server: nowhere}}]\n",
            "'nowhere' is no URL; it starts with https://",
        ),
        (HERE + "contexts: [{name: a, context: {cluster: c}}]\ncurrent-context: b\n", "has no context 'b'"),
        (NAMED + HERE, "has no user 'u'"),
        (
            NAMED
            + USER
            + "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1', certificate-authority-data: '!!!'}}]\n",
            "certificate-authority-data is not base64",
        ),
        (
            NAMED + USER + HERE,
            "127.0.0.1:1 cannot be reached",
        ),
        (
            NAMED + HERE + "users: [{name: u, user: {exec: {command: no-such-program-of-anybody}}}]\n",
            "hands out no credentials",
        ),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_told_in_words(
    content: str, said: str, audit: Audit, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(content)
    run = audit("--kubeconfig", "config")
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize("token", ["SEKRET\n", "SEKRET é", "SEKRET\x00", "SEK\nRET", 5])
def test_a_token_is_sent_or_refused_and_never_printed(
    token: object, audit: Audit, cluster: Cluster, kubeconfig: str, tmp_path: Path
) -> None:
    document = yaml.safe_load((tmp_path / kubeconfig).read_text())
    document["users"][0]["user"] = {"token": token}
    (tmp_path / kubeconfig).write_text(yaml.safe_dump(document))
    cluster.objects = [config_map({"a": "b"})]
    run = audit("--kubeconfig", kubeconfig, "--timeout", "3")
    sent = token == "SEKRET\n"
    assert (run.code, cluster.tokens) == ((0, {"Bearer SEKRET"}) if sent else (2, set()))
    assert "SEK" not in run.err + run.out
    assert sent or "token" in run.err


def test_a_kubeconfig_that_is_no_text_is_said_and_other_mistakes_are_not_taken_for_it(
    audit: Audit, kubeconfig: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    assert "--kubeconfig binary: cannot be read: is no UTF-8 text" in audit("--kubeconfig", "binary").err

    def broken(*_: object) -> None:
        raise ValueError("a mistake of the library's own")

    monkeypatch.setattr("realip.audit.live.list_cluster", broken)
    with pytest.raises(ValueError, match="of the library's own"):
        audit("--kubeconfig", kubeconfig)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ({"metadata": [1]}, "metadata is a list, not a map"),
        ({"metadata": {"continue": [1]}}, "metadata.continue is a list, not text"),
        ({"items": {"a": 1}}, "items is a map, not a list"),
        ([], "no JSON object"),
        ({"items": [{"metadata": [1], "spec": 5, "status": "a"}, None]}, "has no name"),
        (
            {"items": [{"metadata": {"name": 5, "annotations": [1], "labels": "a"}, "spec": {"containers": 5}}]},
            "has no name",
        ),
    ],
)
def test_a_list_of_another_shape_is_told_in_words(
    page: object, said: str, audit: Audit, cluster: Cluster, kubeconfig: str
) -> None:
    cluster.page = page
    run = audit("--kubeconfig", kubeconfig)
    assert said in run.err
    assert run.code == 2


def test_the_program_of_a_kubeconfig_is_asked_as_kubectl_asks_it(
    audit: Audit, cluster: Cluster, kubeconfig: str, tmp_path: Path
) -> None:
    script = tmp_path / "login"
    script.write_text('#!/bin/sh\necho \'{"kind":"ExecCredential","status":{"token":"handed-out"}}\'\n')
    script.chmod(0o755)
    document = yaml.safe_load((tmp_path / kubeconfig).read_text())
    document["users"][0]["user"] = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(script)}}
    (tmp_path / kubeconfig).write_text(yaml.safe_dump(document))
    cluster.objects = [config_map({"a": "b"})]
    assert audit("--kubeconfig", kubeconfig).code == 0
    assert cluster.tokens == {"Bearer handed-out"}


def test_a_name_and_a_password_are_sent_as_they_are_meant(
    audit: Audit, cluster: Cluster, kubeconfig: str, tmp_path: Path
) -> None:
    document = yaml.safe_load((tmp_path / kubeconfig).read_text())
    document["users"][0]["user"] = {"username": "Aladdin", "password": "open sesame"}
    (tmp_path / kubeconfig).write_text(yaml.safe_dump(document))
    cluster.objects = [config_map({"a": "b"})]
    assert audit("--kubeconfig", kubeconfig).code == 0
    assert cluster.tokens == {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}  # RFC 7617, section 2


def test_a_proxy_that_a_kubeconfig_names_is_gone_through(
    audit: Audit, cluster: Cluster, kubeconfig: str, tmp_path: Path
) -> None:
    """Asked of the proxy, a request has the whole address in its first line (RFC 9112, section 3.2.2)."""
    document = yaml.safe_load((tmp_path / kubeconfig).read_text())
    document["clusters"][0]["cluster"] = {"server": "http://cls-1.example.com:6443", "proxy-url": cluster.url}
    (tmp_path / kubeconfig).write_text(yaml.safe_dump(document))
    run = audit("--kubeconfig", kubeconfig, "--timeout", "5")
    assert run.code == 0, run.err
    assert cluster.asked
    assert all(path.startswith("http://cls-1.example.com:6443/api") for path in cluster.asked)


def test_an_object_of_a_cluster_is_fixed_without_what_the_cluster_wrote_into_it(
    audit: Audit, cluster: Cluster, kubeconfig: str, tmp_path: Path
) -> None:
    written = {DIRECT: "false", "service.kubernetes.io/loadbalance-id": "lb-1a2b3c4d"}
    body = service(annotations=written)
    body["metadata"] |= {"uid": "1", "resourceVersion": "2", "managedFields": [{"manager": "kubectl"}]}
    body["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}
    cluster.objects = [body, INTERFACED]
    assert audit("--kubeconfig", kubeconfig, "--fix", "-o", "fixed").code == 1
    assert cluster.methods == {"GET"}
    made = yaml.safe_load((tmp_path / "fixed/service-shop-web.yaml").read_text())
    assert made["metadata"] == {"name": "web", "namespace": "shop", "annotations": {DIRECT: "true"}}
    assert "status" not in made
    assert audit("fixed").code == 0
