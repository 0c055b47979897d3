"""The lab's network by itself, without a cluster on it."""

from dataclasses import replace

import pytest

from lab.rig import network
from lab.rig.lab import Lab
from lab.rig.layout import layout_of
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
