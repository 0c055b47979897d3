"""The echo app: it runs on a plain image, and `realip verify` reads its answers at both layers."""

import ast
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, SettingsError, Workload, WorkloadArgs, echo, parse_settings
from tests.support.recording import run
from tests.support.stacks import SLUGS, settings, up
from tests.verify.servers import appends, proxy_to, serving

PROGRAM = Path(echo.__file__).parent / echo.FILE


@pytest.fixture
def served() -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "POD_NAME": "web-7f"}
    # As in the container: no folder of its own, no package around it.
    program = subprocess.Popen(
        [sys.executable, "-I", "-u", str(PROGRAM)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == f"listening on {port}\n"
    yield port, program
    program.kill()
    program.wait()
    program.stdout.close()


def test_it_answers_with_the_socket_the_headers_and_its_pod(served: tuple[int, Any]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{served[0]}/a?b=c", data=b"x" * 70000, headers={"X-Forwarded-For": "198.18.0.9"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
        told = json.load(answer)
    assert (told["remote_addr"], told["pod"], told["path"], told["method"]) == ("127.0.0.1", "web-7f", "/a?b=c", "POST")
    assert told["headers"]["X-Forwarded-For"] == "198.18.0.9"


def test_lines_of_a_header_are_one_list_and_connections_are_kept(served: tuple[int, Any]) -> None:
    with socket.create_connection(("127.0.0.1", served[0]), timeout=10) as connection:
        request = b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.18.0.1\r\nx-forwarded-for: 198.18.0.2\r\n\r\n"
        connection.sendall(request * 2)
        stream = connection.makefile("rb")
        for _ in range(2):
            assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
            fields = dict(line.split(b": ", 1) for line in iter(stream.readline, b"\r\n"))
            told = json.loads(stream.read(int(fields[b"Content-Length"])))
            assert told["headers"]["X-Forwarded-For"] == "198.18.0.1, 198.18.0.2"
            assert fields[b"Connection"] == b"keep-alive\r\n"


def test_it_ends_when_it_is_told_to_and_answers_first(served: tuple[int, Any]) -> None:
    port, program = served
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        while not _has_accepted(port):
            pass
        program.send_signal(signal.SIGTERM)
        connection.sendall(b"\r\n")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Connection: close" in answer, "a client would send its next request into a closed connection"
    assert program.wait(10) == 0


def _has_accepted(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return answer.status == 200  # type: ignore[no-any-return]


def _verified(url: str, reads: str) -> str:
    command = [
        *(sys.executable, "-m", "realip", "verify", "--url", url),
        *("--reads", reads, "--expect", "127.0.0.1", "--json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    verdict: str = json.loads(done.stdout)["verdict"]
    return verdict


def test_verify_reads_it_at_layer_4(served: tuple[int, Any]) -> None:
    """A client that writes PROXY protocol or headers of its own chooses nothing that it shows."""
    assert _verified(f"http://127.0.0.1:{served[0]}/", "socket") == "preserved"


def test_verify_reads_it_at_layer_7(served: tuple[int, Any]) -> None:
    with serving(proxy_to(served[0], appends)) as balancer:
        assert _verified(balancer.url, "x-forwarded-for") == "preserved"
    # Without a load balancer before it nothing appends to what a client writes.
    assert _verified(f"http://127.0.0.1:{served[0]}/", "x-forwarded-for") == "spoofable"


def test_it_is_read_by_any_python_that_an_image_may_have() -> None:
    ast.parse(echo.source(), feature_version=(3, 9))
    imported = {node.names[0].name for node in ast.walk(ast.parse(echo.source())) if isinstance(node, ast.Import)}
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("slug", SLUGS)
def test_a_stack_runs_it_on_a_plain_image(slug: str) -> None:
    found = up(slug, app={"echo": True, "port": 8080})
    deployment, program = found.one("Deployment"), found.named("realip-echo")
    spec = deployment.inputs["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["image"] == echo.IMAGE
    assert program.inputs["data"] == {echo.FILE: echo.source()}
    assert program.inputs["metadata"]["namespace"] == deployment.inputs["metadata"]["namespace"]
    assert program.name in found.waits_for(deployment)
    (volume,) = spec["volumes"]
    assert volume["configMap"]["name"] == program.inputs["metadata"]["name"]
    (mount,) = container["volumeMounts"]
    assert container["command"][-1] == f"{mount['mountPath']}/{echo.FILE}"
    env = {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}
    assert env == {"PORT": "8080", "POD_NAME": {"fieldRef": {"fieldPath": "metadata.name"}}}
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert "realip-echo" not in {made.name for made in up(slug).resources}, "the guide's images stay the default"


def test_another_programs_command_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"app\.command = .*is for another program than the echo app"):
        parse_settings(settings(app={"echo": True, "command": ["x"]}))


@pytest.mark.parametrize("name", ["PORT", "POD_NAME"])
def test_a_variable_that_tells_it_where_to_listen_is_nobody_elses(name: str) -> None:
    """It would be in the container twice, and the API server takes a list with an entry twice from nobody."""
    for app, words in (
        ({"env": {name: "1"}}, rf"app\.env\.{name} = .*tell the echo app; remove it"),
        ({"podTemplate": _own_env(name)}, r"app\.podTemplate.*env\[0\] = .* is what app\.echo says"),
    ):
        with pytest.raises(SettingsError, match=words):
            parse_settings(settings(app={"echo": True, **app}))
    with pytest.raises(ArgumentError, match=rf'env\["{name}"\] = "1": .*tell the echo app; remove it'):
        run(lambda: Workload("web", _WEB | {"env": {name: "1"}}, _on_a_cluster()))
    parse_settings(settings(app={"env": {name: "1"}}))


def _own_env(name: str) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "real-ip-container", "env": [{"name": name, "value": "1"}]}]}}


def _on_a_cluster() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=kubernetes.Provider("cluster", kubeconfig="{}"))


_WEB: WorkloadArgs = {
    "deployment": "web",
    "echo": True,
    "labels": {"app": "web"},
    "port": 5000,
    "resources": {"cpu_request": "1", "cpu_limit": "1", "memory_request": "1Gi", "memory_limit": "1Gi"},
}
