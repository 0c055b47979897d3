"""Direct access of GlobalRouter and to super nodes needs an account that is billed by IP (TKE 41897): told before anything is made."""

from typing import Any

import pytest

from realip import ArgumentError, Network, RealIpStack, SettingsError, parse_settings
from tests.support.cloud import Cloud
from tests.support.guide import FACTS
from tests.support.recording import Recording, run
from tests.support.stacks import settings

NEED = {slug: facts.instead for slug, facts in FACTS.items() if facts.billed_by_ip}


def _up(slug: str, cloud: Cloud, *, preview: bool = False, **sections: Any) -> Recording:
    return run(lambda: RealIpStack("realip", settings(slug, **sections)), cloud=cloud, preview=preview)


@pytest.mark.parametrize("slug", FACTS)
def test_only_what_depends_on_the_account_asks_for_it_and_only_when_something_is_made(slug: str) -> None:
    cloud = Cloud()
    _up(slug, cloud, preview=True)
    assert cloud.asked == [], "a preview works without credentials"
    _up(slug, cloud)
    assert len(cloud.asked) == (1 if slug in NEED else 0)


@pytest.mark.parametrize(("slug", "instead"), NEED.items())
def test_an_account_that_cannot_have_the_scenario_is_told_which_one_it_can(slug: str, instead: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        _up(slug, Cloud(account_type="LEGACY"))
    for word in ('network.accountType = "LEGACY"', f"`{slug}`", f"take `{instead}`", "TKE 41897"):
        assert word in str(refused.value)
    with pytest.raises(SettingsError, match="is billed by CVM"):
        parse_settings(settings(slug, network={"accountType": "LEGACY"}))
    parse_settings(settings(instead, network={"accountType": "LEGACY"}))


def test_without_the_permission_to_ask_the_answer_can_be_said() -> None:
    cloud = Cloud(account_type=None)
    with pytest.raises(ArgumentError) as refused:
        _up("globalrouter-direct-native", cloud)
    for word in ("network.accountType", "vpc:DescribeNetworkAccountType", "set it", "not authorized"):
        assert word in str(refused.value)
    cloud.asked.clear()
    _up("globalrouter-direct-native", cloud, network={"accountType": "STANDARD"})
    assert cloud.asked == []


@pytest.mark.parametrize(("kind", "sent"), [("STANDARD", ("TRAFFIC_POSTPAID_BY_HOUR", 100)), ("LEGACY", (None, None))])
def test_an_eip_of_an_account_billed_by_cvm_has_no_bandwidth_of_its_own(
    kind: str, sent: tuple[str | None, int | None]
) -> None:
    def program() -> None:
        Network(
            "n",
            {
                "cidr": "10.0.0.0/16",
                "node_subnets": [{"zone": "ap-guangzhou-6", "cidr": "10.0.0.0/20"}],
                "account_type": kind,
            },
        )

    address = run(program).one("Eip/instance:Instance").inputs
    assert (address.get("internetChargeType"), address.get("internetMaxBandwidthOut")) == sent
