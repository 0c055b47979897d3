"""The layout of every scenario's lab: names that meet, or addresses, would let one lab take away or answer for another."""

import pytest

from lab.rig.layout import layout_of
from realip.scenarios import SCENARIOS, Scenario


def test_no_scenario_s_namespaces_are_found_by_the_name_of_another() -> None:
    """One slug begins with another: `down` of the shorter one would take the longer one's namespaces with it."""
    bases = [layout_of(row).base for row in SCENARIOS]
    assert any(
        one.startswith(other)
        for one in (row.slug for row in SCENARIOS)
        for other in (row.slug for row in SCENARIOS)
        if one != other
    )
    assert not any(one.startswith(other) for one in bases for other in bases if one is not other)


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: row.slug)
def test_pods_have_addresses_of_their_own_wherever_they_sit(row: Scenario) -> None:
    """Nodes, pods, and in a GlobalRouter cluster pods with addresses of the VPC: none of the ranges meet."""
    layout = layout_of(row)
    ranges = [each for node in layout.nodes for each in (node.pods, node.eni_pods) if each]
    assert not any(one.overlaps(other) for one in ranges for other in ranges if one is not other)
    assert all(node.eni_pods.subnet_of(layout.ranges.vpc[0]) for node in layout.nodes if node.eni_pods)
    assert any(node.eni_pods for node in layout.nodes) is (layout.routed_pods and not row.super_nodes)
    if row.super_nodes:
        assert all(node.pods.subnet_of(layout.ranges.vpc[0]) for node in layout.nodes)
