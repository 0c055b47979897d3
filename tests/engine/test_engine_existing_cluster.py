"""A stack on a cluster that somebody else made: it looks, makes the app and its exposure, and takes nothing else along."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import yaml

from tests.engine.conftest import Live
from tests.engine.driver import CLUSTER, Project

ENI = {"tke.cloud.tencent.com/eni-ip": "10"}
SUPER = {"node.kubernetes.io/instance-type": "eklet"}


@dataclass
class Shown:
    """The API server over HTTP, which a stack reads before it writes: its nodes, and who asked for what."""

    address: str = ""
    nodes: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and credentials of each request."""


@pytest.fixture
def shown() -> Iterator[Shown]:
    found = Shown(nodes=[{"metadata": {"name": "a"}, "status": {"allocatable": ENI}}])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            found.asked.append((self.command, path, self.headers.get("Authorization", "")))
            answers: dict[str, Any] = {
                "/version": {"gitVersion": "v1.32.2-tke.1"},
                "/api/v1/nodes": {"kind": "NodeList", "metadata": {}, "items": found.nodes},
                "/api/v1/namespaces/kube-system/configmaps/tke-service-controller-config": {
                    "data": {"VERSION": "v2.11.4"}
                },
            }
            body = json.dumps(answers.get(path, {})).encode()
            self.send_response(200 if path in answers else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    for method in ("POST", "PUT", "PATCH", "DELETE"):  # none comes; one that did would be seen
        setattr(Handler, f"do_{method}", Handler.do_GET)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


def _project(live: Live, shown: Shown, stack: str, **sections: Any) -> Project:
    """The stack, told of a cluster that is there already, with its kubeconfig as a secret."""
    project = live(stack, configured=False)
    kubeconfig = yaml.safe_load(project.world.existing_cluster())
    (endpoint,) = project.world.cloud.records.values()
    endpoint.computed["clusterExternalEndpoint"] = "127.0.0.1"
    kubeconfig["clusters"][0]["cluster"] = {"server": shown.address}
    kubeconfig["users"][0]["user"].pop("client-key-data")
    content = yaml.safe_load(project.settings_file.read_text("utf-8"))
    content["config"] = {
        "tencentcloud:region": "ap-guangzhou",
        "realip:scenario": stack,
        "realip:cluster": {"id": CLUSTER},
        "realip:access": {"clientCidrs": ["0.0.0.0/0"]},
        **{f"realip:{section}": values for section, values in sections.items()},
    }
    project.settings_file.write_text(yaml.safe_dump(content), "utf-8")
    command = ("config", "set", "--stack", stack, "--secret", "--path", "realip:access.kubeconfig")
    project.cli(*command, text=yaml.safe_dump(kubeconfig)).succeeded()
    return project


def _live_objects(project: Project) -> list[str]:
    (server,) = project.world.cloud.servers.values()
    return sorted(f"{key[0]}/{key[2]}" for key in server.objects if key[1] != "kube-system")


@pytest.mark.parametrize(
    ("stack", "sections", "objects"),
    [
        ("vpc-cni-direct-native", {}, {"Deployment/real-ip-demo", "Service/clb-direct-pod"}),
        (
            "vpc-cni-nondirect-native",
            {"app": {"deploy": False, "selector": {"app": "shop"}, "service": "shop", "ingress": "shop"}},
            {"Ingress/shop", "Service/shop"},
        ),
        ("vpc-cni-direct-super", {}, {"Deployment/real-ip-demo"}),
    ],
)
def test_a_stack_lives_on_a_cluster_that_stays_and_its_kubeconfig_is_nowhere_in_plain_text(
    live: Live, shown: Shown, stack: str, sections: dict[str, Any], objects: set[str]
) -> None:
    shown.nodes.append({"metadata": {"name": "eklet-a", "labels": SUPER}})
    project = _project(live, shown, stack, **sections)
    cloud, secret = project.world.cloud, project.world.cloud.token(CLUSTER)
    before = dict(cloud.records)
    said = [project.preview().succeeded(), project.up().succeeded(), project.refresh().succeeded()]
    made = {one for one in _live_objects(project) if not one.startswith(("Namespace/", "PodDisruptionBudget/"))}
    assert objects <= made
    assert project.outputs()["clusterId"] == CLUSTER
    assert project.outputs()["address"] == "192.0.2.1"
    assert project.preview("--expect-no-changes").succeeded().changes == []
    said.append(project.destroy().succeeded())
    assert _live_objects(project) == []
    assert cloud.records == before, "nothing of network, cluster or nodes is made, changed or deleted"
    assert [str(call) for call in project.world.log if call.changes and call.package == "tencentcloud"] == []
    assert {method for method, _, _ in shown.asked} == {"GET"}
    assert {sender for _, _, sender in shown.asked} == {f"Bearer {secret}"}
    texts = {**{operation.command: operation.text for operation in said}, **dict(project.texts())}
    assert [where for where, text in texts.items() if secret in text] == []


def test_named_clients_are_the_load_balancers_and_go_with_it(live: Live, shown: Shown) -> None:
    project = _project(live, shown, "vpc-cni-direct-native", access={"clientCidrs": ["198.19.0.0/16"]})
    before = set(project.world.cloud.records)
    project.up().succeeded()
    made = [record.short for key, record in project.world.cloud.records.items() if key not in before]
    assert sorted(made) == ["Group", "GroupRuleSet"]
    project.destroy().succeeded()
    assert set(project.world.cloud.records) == before


def test_a_scenario_that_the_cluster_cannot_have_writes_nothing(live: Live, shown: Shown) -> None:
    project = _project(live, shown, "globalrouter-direct-native")
    for operation in (project.preview(), project.up()):
        told = operation.failed().text
        assert f"cannot be on {CLUSTER}, which is VPC-CNI by its nodes" in told
        assert "Traceback" not in told
    assert project.world.log.changes() == []


def test_an_update_asks_who_the_clients_are_before_it_opens_a_way_to_the_app(live: Live, shown: Shown) -> None:
    project = _project(live, shown, "vpc-cni-direct-native", access={})
    (warning,) = [text for text in project.preview().succeeded().messages if "access.clientCidrs" in text]
    assert f"the nodes of {CLUSTER} are not this stack's" in warning
    assert "access.clientCidrs: is missing" in project.up().failed().text
    assert project.world.log.changes() == []
