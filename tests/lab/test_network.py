"""The lab's network by itself, without a cluster on it."""

import pytest

from lab.rig import network
from lab.rig.lab import Lab
from realip.scenarios import by_slug
from tests.lab.conftest import on_the_machine

pytestmark = on_the_machine


@pytest.mark.parametrize("slug", ["globalrouter-nondirect-native", "vpc-cni-nondirect-native"])
def test_a_pod_with_the_address_of_one_that_is_gone_is_reached_at_once(slug: str) -> None:
    """As on a node whose network plugin announces a new pod: neighbours do not look for the old one for ten seconds."""
    scenario = by_slug(slug)
    assert scenario
    lab = Lab(scenario)
    node = lab.layout.nodes[0]
    address = node.pods[10]
    try:
        network.build(lab.layout)
        # One that stays: a bridge without pods forgets all its neighbours.
        network.add_pod(lab.layout, node, "other", node.pods[11])
        for name in ("first", "second"):
            network.add_pod(lab.layout, node, name, address)
            answer = lab.ask(node.namespace, f"http://{address}:9/", seconds=2)
            assert "ConnectionRefused" in answer["problem"], f"the {name} pod: {answer['problem']}"
            network.remove_pod(lab.layout, node, name, address)
    finally:
        lab.remove()
