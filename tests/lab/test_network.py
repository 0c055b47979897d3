"""The lab's network by itself, without a cluster on it."""

import os
import signal
import subprocess
from dataclasses import replace
from threading import Timer

import pytest

from lab.proof.capture import Capture
from lab.rig import network
from lab.rig.lab import Lab
from lab.rig.layout import CLB_ADDRESSES, layout_of
from lab.rig.shell import run_inside
from realip.scenarios import by_slug
from tests.lab.conftest import on_the_machine

pytestmark = on_the_machine


@pytest.mark.parametrize("slug", ["globalrouter-nondirect-native", "vpc-cni-nondirect-native"])
def test_a_pod_with_the_address_of_one_that_is_gone_is_reached_at_once(slug: str) -> None:
    """As on a node whose network plugin announces a new pod: neighbours do not look for the old one for ten seconds."""
    scenario = by_slug(slug)
    assert scenario
    # Under a name of its own: the scenario's lab may be up.
    layout = replace(layout_of(scenario), scenario=replace(scenario, slug=f"alone-{slug}"))
    node = layout.nodes[0]
    address = node.pods[10]
    try:
        network.build(layout)
        # A bridge forgets all its neighbours when it has no pod, and when its own link address, the lowest of its ports', changes.
        if layout.routed_pods:
            run_inside(node.namespace, ["ip", "link", "set", "cbr0", "address", "02:00:00:00:00:01"])
        network.add_pod(layout, node, "other", node.pods[11])
        for name in ("first", "second"):
            network.add_pod(layout, node, name, address)
            answer = Lab(scenario).ask(node.namespace, f"http://{address}:9/", seconds=2)
            assert "ConnectionRefused" in answer["problem"], f"the {name} pod: {answer['problem']}"
            network.remove_pod(layout, node, name, address)
    finally:
        network.remove(network.existing(layout.base))


def test_a_capture_that_is_behind_still_shows_every_packet() -> None:
    """On a busy machine tcpdump reads late; what it has not read when it is told to end, it never writes."""
    scenario = by_slug("vpc-cni-direct-native")
    assert scenario
    layout = replace(layout_of(scenario), scenario=replace(scenario, slug="alone-capture"))
    client = layout.namespace("client")
    try:
        network.build(layout)
        with Capture(layout, roles=("client", "internet")) as capture:
            inside = subprocess.run(["ip", "netns", "pids", client], capture_output=True, text=True, check=True).stdout
            (tcpdump,) = (int(number) for number in inside.split())
            os.kill(tcpdump, signal.SIGSTOP)
            Lab(scenario).ask(client, f"http://{CLB_ADDRESSES[0]}/", seconds=1)
            Timer(0.3, os.kill, (tcpdump, signal.SIGCONT)).start()
        assert {packet.role for packet in capture.packets if packet.source == str(layout.client)} == {
            "client",
            "internet",
        }
        assert {packet.interface for packet in capture.packets}.isdisjoint({"lo"})
    finally:
        network.remove(network.existing(layout.base))


def test_a_pod_that_leaves_during_a_capture_takes_nothing_else_with_it() -> None:
    """The pods of the last rollout may still be leaving; the namespace of one goes, with the tcpdump in it."""
    scenario = by_slug("vpc-cni-direct-native")
    assert scenario
    layout = replace(layout_of(scenario), scenario=replace(scenario, slug="alone-leaving"))
    node, client = layout.nodes[0], layout.namespace("client")
    address = node.pods[10]
    try:
        network.build(layout)
        network.add_pod(layout, node, "leaving", address)
        network.add_pod(layout, node, "gone", node.pods[11])
        capture = Capture(layout, roles=("client", "leaving", "gone"))
        network.remove_pod(layout, node, "gone", node.pods[11])
        with capture:
            Lab(scenario).ask(node.namespace, f"http://{address}:9/", seconds=1)
            network.remove_pod(layout, node, "leaving", address)
            Lab(scenario).ask(client, f"http://{CLB_ADDRESSES[0]}/", seconds=1)
        assert {packet.role for packet in capture.packets} == {"client", "leaving"}
    finally:
        network.remove(network.existing(layout.base))
