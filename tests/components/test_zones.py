"""Zones come, go and change places: no subnet of another zone, and no address inside the VPC, moves with them.

A subnet's `cidr_block` forces its replacement, and a cluster gives up no pod subnet (provider subnet, kubernetes_cluster).
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realip import parse_settings
from realip.settings.address_plan import address_plan, zone_inside
from realip.settings.advice import advice
from realip.settings.loading import provider_region
from tests.support.stacks import up
from tests.support.thoroughness import examples

ZONES = st.lists(st.integers(1, 8), min_size=1, max_size=6, unique=True).map(
    lambda numbers: [f"ap-guangzhou-{number}" for number in numbers]
)
DEFAULT = ["ap-guangzhou-6", "ap-guangzhou-7"]


def _networks(zones: Sequence[str], **network: Any) -> dict[tuple[str, str], str | None]:
    """The CIDR of each zone's subnets, of nodes and of pods."""
    values = {"access": {"adminCidrs": ["198.18.0.0/24"]}, "network": {"zones": list(zones), **network}}
    plan = address_plan(parse_settings(values))
    groups = {"nodes": plan.node_subnets, "pods": plan.pod_subnets}
    return {(group, subnet.zone): subnet.cidr for group, subnets in groups.items() for subnet in subnets}


@given(ZONES, ZONES, st.sampled_from(["10.0.0.0/16", "10.0.0.0/12", "192.168.0.0/20", "172.16.0.0/25"]))
@examples(100, 2000)
def test_no_zone_has_a_say_in_the_networks_of_another(before: list[str], after: list[str], cidr: str) -> None:
    there, here = (_networks(zones, cidr=cidr) for zones in (before, after))
    assert {place: there[place] for place in there.keys() & here.keys()} == {
        place: here[place] for place in there.keys() & here.keys()
    }
    assert len(set(here.values())) == len(here), "two subnets share a network"


@pytest.mark.parametrize("zones", [DEFAULT, DEFAULT[::-1], [*DEFAULT, "ap-guangzhou-3"], ["ap-guangzhou-8", *DEFAULT]])
def test_an_address_inside_the_vpc_stays_when_the_list_grows_or_is_turned_round(zones: list[str]) -> None:
    inside: dict[str, Any] = {"loadBalancer": {"internal": True}, "access": {"endpoint": "intranet"}}
    found = up(network={"zones": zones}, **inside)
    service = found.one("core/v1:Service").inputs["metadata"]["annotations"]
    subnet = "subnet-realipnetworknodesapguangzhou6"
    assert service["service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"] == subnet
    assert found.one("ClusterEndpoint").inputs["clusterIntranetSubnetId"] == subnet


def test_a_zone_that_is_named_is_taken_and_one_that_is_not_is_told() -> None:
    inside: dict[str, Any] = {
        "loadBalancer": {"internal": True, "zone": "ap-guangzhou-7"},
        "access": {"endpoint": "intranet", "endpointZone": "ap-guangzhou-7"},
    }
    found = up(**inside)
    subnet = "subnet-realipnetworknodesapguangzhou7"
    assert found.one("ClusterEndpoint").inputs["clusterIntranetSubnetId"] == subnet
    assert subnet in found.one("core/v1:Service").inputs["metadata"]["annotations"].values()
    assert advice(parse_settings(inside)) == []
    unsaid: dict[str, Any] = {"loadBalancer": {"internal": True}, "access": {"endpoint": "intranet"}}
    assert advice(parse_settings(unsaid)) == [], "these zones come before any other"
    assert advice(parse_settings(unsaid | {"network": {"zones": [*DEFAULT, "ap-guangzhou-3"]}})) == []
    told = advice(parse_settings(unsaid | {"network": {"zones": ["ap-shanghai-4", "ap-shanghai-2"]}}))
    assert [problem.path for problem in told] == ["loadBalancer.zone", "access.endpointZone"]
    alone = parse_settings({"network": {"zones": DEFAULT[:1]}, "access": {"endpoint": "intranet"}})
    assert advice(alone) == []
    assert zone_inside(alone, None) == DEFAULT[0]


@pytest.mark.parametrize("region", ["ap-guangzhou", "ap-shanghai"])
def test_the_providers_environment_says_its_region_too(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_REGION", region)
    assert provider_region(None) == region
    assert provider_region("ap-tokyo") == "ap-tokyo"
    monkeypatch.delenv("TENCENTCLOUD_REGION")
    assert provider_region(None) is None
