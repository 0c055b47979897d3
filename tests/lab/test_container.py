"""A pod that brings its own program runs that program: a lab that ran its own in its place would prove nothing about it."""

import json
import os
import shlex
import subprocess
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from lab.rig.container import command_of, sysctls_of
from realip.reads import Reads
from realip.scenarios import SCENARIOS

if TYPE_CHECKING:
    from lab.rig.api import Api

ADDRESS = IPv4Address("10.0.0.9")
PROGRAM = "import json, os, sys; print(json.dumps([sys.argv, dict(os.environ)]))"


class ConfigMaps:
    """An API server that has one ConfigMap."""

    def get(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        assert (kind, namespace) == ("configmaps", "shop")
        return {"data": {"server.py": PROGRAM, "other.txt": "x"}} if name == "program" else None


API = cast("Api", ConfigMaps())


def pod(**container: Any) -> dict[str, Any]:
    volume = {"name": "code", "configMap": {"name": "program", "items": [{"key": "server.py", "path": "server.py"}]}}
    found = {"name": "app", "image": "python:3", "ports": [{"containerPort": 8080}], **container}
    return {
        "metadata": {"namespace": "shop", "name": "app-1"},
        "spec": {"nodeName": "node-1", "containers": [found], "volumes": [volume]},
    }


def test_a_python_program_out_of_a_config_map_runs_with_its_arguments_and_variables(tmp_path: Path) -> None:
    own = pod(
        command=["python3", "/app/server.py"],
        args=["--port", "8080"],
        env=[
            {"name": "PORT", "value": "8080"},
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        ],
        volumeMounts=[{"name": "code", "mountPath": "/app"}],
    )
    command = command_of(API, own, ADDRESS, tmp_path)
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"SECRET": "of the machine"}
    )
    arguments, variables = json.loads(done.stdout)
    assert arguments == [str(tmp_path / "app" / "server.py"), "--port", "8080"]
    assert {name: variables[name] for name in ("PORT", "POD_NAME", "POD_IP", "HOSTNAME")} == {
        "PORT": "8080",
        "POD_NAME": "app-1",
        "POD_IP": str(ADDRESS),
        "HOSTNAME": "app-1",
    }
    assert "SECRET" not in variables, "a container does not have the machine's variables"
    assert not (tmp_path / "app" / "other.txt").exists(), "a key that was not asked for was mounted"


def test_the_guide_s_images_are_played_by_the_lab_s_own_program(tmp_path: Path) -> None:
    for row in SCENARIOS:
        command = command_of(API, pod(image=row.image), ADDRESS, tmp_path)
        reads = "headers" if row.reads is Reads.X_FORWARDED_FOR else "socket"
        assert command[-6:] == ["--port", "8080", "--pod", "app-1", "--reads", reads]


BINDS = "import socket; socket.create_server(('', 80)); print('listens')"
WITHOUT_ROOT = {"runAsNonRoot": True, "runAsUser": 65532}


@pytest.mark.parametrize(
    ("context", "listens"),
    [
        ({}, True),
        (WITHOUT_ROOT, False),
        (WITHOUT_ROOT | {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]}, True),
    ],
)
def test_a_pod_without_root_listens_on_a_low_port_where_its_kernel_parameters_allow_it(
    tmp_path: Path, context: dict[str, Any], listens: bool
) -> None:
    own = pod(command=["python3", "/app/server.py"], volumeMounts=[{"name": "code", "mountPath": "/app"}])
    own["spec"]["securityContext"] = context
    command = command_of(API, own, ADDRESS, tmp_path)
    (tmp_path / "app" / "server.py").write_text(BINDS)
    settings = [word for each in sysctls_of(own) for word in ("sysctl", "-q", "-w", each, "&&")]
    script = " ".join([*settings, shlex.join(command)])
    done = subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout == "listens\n") is listens, done.stderr
    assert listens or "PermissionError" in done.stderr
