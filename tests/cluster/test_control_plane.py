"""The control plane itself: it never outlives who started it, and says what is wrong when it does not come up."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.live import ROOT, Cluster
from tools import catalogue, processes
from tools.controlplane import ControlPlane
from tools.waiting import wait_for

STARTS_ONE = """
import signal, sys
from tools.controlplane import ControlPlane
with ControlPlane() as plane:
    print(plane.folder, *(part.pid for part in plane._running), flush=True)
    signal.pause()
"""


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_nothing_outlives_the_program_that_started_it(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as starter:
        assert starter.stdout is not None
        folder, *pids = starter.stdout.readline().split()
        parts = [int(pid) for pid in pids]
        assert len(parts) == 3
        assert all(map(alive, parts))
        os.killpg(starter.pid, ending)
        starter.wait(timeout=20)
    wait_for("the end of every part", lambda: not any(map(alive, parts)), 10)
    if ending == signal.SIGINT:
        assert not Path(folder).exists()
    else:
        subprocess.run(["rm", "-rf", folder], check=True)


def test_a_part_that_ends_early_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "etcd").write_text("a file where etcd wants its folder")
    plane = ControlPlane(folder=tmp_path)
    message = r"etcd ended with exit code \d+ while waiting for /readyz of the API server\nthe log of etcd ends with:\n[\s\S]*error listing data dir"
    with pytest.raises(processes.Ended, match=message), plane:
        pass
    assert plane._running == []


def test_two_at_once_do_not_meet(cluster: Cluster) -> None:
    with ControlPlane(service_cidr="10.200.0.0/22") as other:
        other.kubectl("create", "namespace", "theirs")
        assert other.get("service", "kubernetes")["spec"]["clusterIP"] == "10.200.0.1"
        assert "theirs" not in cluster.plane.kubectl("get", "namespaces")


def test_the_server_knows_its_version(cluster: Cluster) -> None:
    """Without it clients take the server for an ancient one and leave fields out."""
    versions = json.loads(cluster.plane.kubectl("version", "--output=json"))
    assert versions["serverVersion"]["gitVersion"] == f"v{catalogue.KUBERNETES.version}"
    assert versions["clientVersion"]["gitVersion"] == f"v{catalogue.KUBERNETES.version}"
