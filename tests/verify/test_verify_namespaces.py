"""Real packets between network namespaces: a caller and a target on a routed private network, nothing given."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or which("ip") is None, reason="making network namespaces needs root and `ip`"
)

_SERVER = """
import sys, time
from tests.verify.servers import Server, layer_4
server = Server(layer_4, "10.87.1.1", 8080)
print("ready", flush=True)
sys.stdin.read()
"""
_VERIFY = """
import argparse, sys
from realip.verify import command
parser = argparse.ArgumentParser()
command.add_arguments(parser)
sys.exit(command.run(parser.parse_args()))
"""


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@dataclass(frozen=True)
class Network:
    client: str

    def verify(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run the command in the client's namespace."""
        command = ["ip", "netns", "exec", self.client, sys.executable, "-c", _VERIFY, "--url", "http://10.87.1.1:8080/"]
        done = subprocess.run(
            [*command, "--reads", "socket", "--json", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=60,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """Client 10.87.0.2 (and 10.87.0.3) and an app on 10.87.1.1, on one link, in namespaces of their own."""
    names = [f"realip-verify-{os.getpid()}-{role}" for role in ("client", "server")]
    try:
        for name in names:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", names[0], "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", names[1])
        for name, address in zip(names, ("10.87.0.2/16", "10.87.1.1/16"), strict=True):
            _ip("-n", name, "address", "add", address, "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
        with subprocess.Popen(
            ["ip", "netns", "exec", names[1], sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
        ) as server:  # fmt: skip
            assert server.stdout is not None
            assert server.stdin is not None
            assert server.stdout.readline() == b"ready\n"
            yield Network(names[0])
            server.stdin.close()
            server.wait(10)
    finally:
        for name in names:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "delete", name)


def test_routed_private_network_needs_no_expectation(network: Network) -> None:
    code, report = network.verify("--range", "vpc=10.87.0.0/16", "--range", "nodes=10.87.1.0/24")
    assert (code, report["verdict"]) == (0, "preserved")
    assert report["caller"] == [{"family": "IPv4", "addresses": ["10.87.0.2"], "learned": "local socket"}]
    assert [note["code"] for note in report["notes"]] == ["note_share"]


def test_caller_in_the_node_range_proves_nothing(network: Network) -> None:
    code, report = network.verify("--range", "nodes=10.87.0.0/24")
    assert (code, report["verdict"]) == (3, "unknown")
    assert "10.87.0.2 is in its node range" in report["summary"]


def test_other_address_than_the_sockets_is_translated(network: Network) -> None:
    code, report = network.verify("--expect", "10.87.0.9")
    assert (code, report["verdict"]) == (1, "translated")


def test_node_without_a_way_to_it_is_not_known_to_be_closed(network: Network) -> None:
    _ip("-n", network.client, "route", "add", "unreachable", "10.88.0.0/16")
    code, report = network.verify("--node", "10.88.0.1", "--node-port", "30080")
    assert code == 0  # in socket mode a node port counts only if it answers
    assert [row["verdict"] for row in report["probes"] if row["kind"] == "node port"] == ["unreachable"]


# --- Signs of a node ---


@contextmanager
def _sign(network: Network, *made: str, undone: tuple[str, ...]) -> Iterator[None]:
    inside = ["ip", "netns", "exec", network.client]
    subprocess.run([*inside, *made], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run([*inside, *undone], check=True, capture_output=True)


def test_caller_without_a_sign_of_a_cluster_is_a_client(network: Network) -> None:
    code, report = network.verify()
    assert (code, report["verdict"]) == (0, "preserved")
    assert "note_ranges" in [note["code"] for note in report["notes"]]


@pytest.mark.parametrize("given", [(), ("--expect", "10.87.0.2")])
def test_interface_of_kube_proxy_makes_the_caller_a_node(network: Network, given: tuple[str, ...]) -> None:
    link = ("ip", "link")
    with _sign(
        network, *link, "add", "kube-ipvs0", "type", "veth", "peer", "other", undone=(*link, "delete", "kube-ipvs0")
    ):
        code, report = network.verify(*given)
        known, _ = network.verify("--range", "nodes=10.99.0.0/16")
    assert (code, report["verdict"], known) == (3, "unknown", 0)
    assert "kube-ipvs0" in report["summary"]


@pytest.mark.skipif(which("iptables") is None, reason="needs iptables")
def test_rules_of_kube_proxy_make_the_caller_a_node(network: Network) -> None:
    table = ("iptables", "-t", "nat")
    with _sign(network, *table, "-N", "KUBE-SERVICES", undone=(*table, "-X", "KUBE-SERVICES")):
        code, report = network.verify()
    assert (code, report["verdict"]) == (3, "unknown")
    assert "KUBE-SERVICES" in report["summary"]


def test_program_of_a_node_in_this_namespace_makes_the_caller_a_node(network: Network, tmp_path: Path) -> None:
    program = tmp_path / "kube-proxy"
    program.symlink_to(which("sleep") or "/bin/sleep")
    for namespace, verdict in ((network.client, "unknown"), (network.client.replace("client", "server"), "preserved")):
        with subprocess.Popen(["ip", "netns", "exec", namespace, str(program), "60"]) as process:
            try:
                _until(lambda: Path(f"/proc/{process.pid}/comm").read_text().strip() == "kube-proxy")
                assert network.verify()[1]["verdict"] == verdict
            finally:
                process.kill()


def test_address_of_this_machine_that_a_cluster_takes_for_itself_proves_nothing(network: Network) -> None:
    """kube-proxy in IPVS mode gives every load balancer's address to an interface of the node."""
    address = ("ip", "address")
    with _sign(
        network, *address, "add", "10.87.1.1/32", "dev", "lo", undone=(*address, "delete", "10.87.1.1/32", "dev", "lo")
    ):
        server = ["ip", "netns", "exec", network.client, sys.executable, "-c", _SERVER]
        with subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as own:
            assert own.stdout is not None
            assert own.stdin is not None
            assert own.stdout.readline() == b"ready\n"
            code, report = network.verify("--expect", "10.87.1.1")
            own.stdin.close()
    assert (code, report["verdict"]) == (3, "unknown")
    assert "this machine's own address" in report["summary"]


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
