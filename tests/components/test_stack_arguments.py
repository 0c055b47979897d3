"""RealIpStack in a program without a stack file: settings, or a mapping of them, checked like a stack file."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from realip import InputError, NetworkMode, RealIpStack, Settings, parse_settings
from realip.settings.address_plan import address_plan
from tests.support.recording import Recording, run

ACCESS = {"adminCidrs": ["198.18.0.0/24"]}


def _stack(args: Settings | Mapping[str, Any]) -> Recording:
    return run(lambda: RealIpStack("realip", args))


def test_a_mapping_makes_the_same_stack_as_settings() -> None:
    values = {"scenario": "globalrouter-direct-native", "access": ACCESS}
    by_mapping, by_settings = _stack(values), _stack(parse_settings(values))
    assert {made.urn: made.inputs for made in by_mapping.resources} == {
        made.urn: made.inputs for made in by_settings.resources
    }


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"access": ACCESS, "aps": {}}, ["RealIpStack 'realip'", "aps", "is not a known setting", "did you mean app?"]),
        ({"access": ACCESS, "app": {"port": 0}}, ["app.port = 0", "must be at least 1"]),
        ({}, ["access.adminCidrs", "is missing"]),
        (Settings(), ["RealIpStack 'realip'", "access.adminCidrs", "is missing"]),
        (
            parse_settings({"access": ACCESS}).model_copy(
                update={"cluster": parse_settings({"access": ACCESS}).cluster.model_copy(update={"services": 64})}
            ),
            ["cluster.services = 64", "belongs to GlobalRouter"],
        ),
    ],
    ids=["an unknown key", "a wrong value", "nobody may come", "settings made by hand", "settings that were changed"],
)
def test_what_a_stack_file_may_not_say_a_program_may_not_either(args: Any, words: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        _stack(args)
    for word in words:
        assert word in str(refused.value)


def test_pods_of_super_nodes_have_addresses_of_the_vpc_in_either_network_mode() -> None:
    """In GlobalRouter too (TKE 41897): verify would take a pod's address for a stranger's."""
    settings = parse_settings({"scenario": "vpc-cni-direct-super", "access": ACCESS})
    row = settings.row
    assert row.network_mode is NetworkMode.VPC_CNI
    plan = address_plan(settings)
    assert plan.pod_ranges == plan.node_ranges
    routed = address_plan(parse_settings({"scenario": "globalrouter-direct-native", "access": ACCESS}))
    assert routed.pod_ranges == (routed.cluster,)
    assert replace(routed, super_nodes=True).pod_ranges == routed.node_ranges
