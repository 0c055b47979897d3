"""Whatever somebody writes, it is either settings that hold together or an error with paths; never anything else."""

from collections import Counter
from ipaddress import IPv4Network, ip_network
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realip import SettingsError, parse_settings
from realip.settings.address_plan import address_plan
from realip.settings.advice import refusals
from realip.settings.models import Settings
from tests.support import strategies
from tests.support.stacks import SLUGS
from tests.support.thoroughness import examples

EVERYONE = {"0.0.0.0/0", "::/0"}
REMEDIES = (
    "; write ", "; choose ", "; use ", "; take ", " give ", "; add ", "; remove ", "; say ", "; name ", "; set ", "; put ", "; let ",
    "; keep ", "; swap ", "; lower ", "; quote ", "; did you mean ", "; known are ", "; TKE takes ", "Nearest scenario: ",
    "must be ", "is not one of ", " needs ",
)  # fmt: skip


def _parsed(values: dict[str, Any]) -> Settings | None:
    """The settings, or None for an error, once both have been looked at."""
    try:
        made = parse_settings(values)
    except SettingsError as error:
        _is_readable(error)
        return None
    _holds_together(made)
    return made


def _is_readable(error: SettingsError) -> None:
    assert error.problems
    for problem in error.problems:
        said = str(problem)
        assert problem.path, said
        assert any(remedy in said for remedy in REMEDIES), said
        assert "\n" not in said
        assert "pydantic" not in said
        assert "Traceback" not in said
        said.encode()
    assert not [key for key, times in Counter(map(str, error.problems)).items() if times > 1], str(error)


def _holds_together(made: Settings) -> None:
    plan, row, network = address_plan(made), made.row, made.network
    subnets = {(subnet.id, subnet.network) for subnet in (*plan.node_subnets, *plan.pod_subnets)}
    known = [subnet for _, subnet in subnets if subnet is not None]
    if network.vpc_id is None or network.node_subnets is not None:
        assert all(any(subnet.subnet_of(network) for network in plan.vpc_ranges) for subnet in known)
        wide = [
            *plan.vpc_ranges,
            *([plan.cluster] if plan.cluster else []),
            *([plan.own_services] if plan.own_services else []),
        ]
        for one, other in (*combinations(known, 2), *combinations(wide, 2)):
            assert not one.overlaps(other)
    assert plan.node_subnets
    node_zones = {subnet.zone for subnet in plan.node_subnets}
    assert not row.slug.startswith("vpc") or node_zones <= {subnet.zone for subnet in plan.pod_subnets}
    assert row.slug.startswith("vpc") or not plan.pod_subnets
    pools: list[Any] = [made.nodes, *made.nodes.pools]
    nodes = sum(pool.autoscaling.max if pool.autoscaling else pool.replicas for pool in pools)
    if plan.cluster is not None:
        assert plan.pods_per_node is not None
        services = 0 if plan.own_services else plan.service_number
        assert plan.cluster.num_addresses >= services + nodes * plan.pods_per_node
        assert plan.own_services or plan.services.subnet_of(plan.cluster)
    assert plan.services.num_addresses == plan.service_number
    assert plan.service_number in {2**power for power in range(5, 16)}
    assert row.super_nodes or nodes <= int(made.cluster.level.removeprefix("L"))
    if not row.super_nodes and all(subnet.network for subnet in plan.node_subnets):
        assert (
            sum(IPv4Network(subnet.network).num_addresses - 3 for subnet in plan.node_subnets if subnet.network)
            >= nodes
        )
    assert tuple(map(int, made.cluster.version.split(".")))[:2] >= row.minimum_version
    if made.access.endpoint == "public":
        assert made.access.admin_cidrs
        assert made.access.allow_everyone or not EVERYONE & set(made.access.admin_cidrs)
    else:
        assert not made.access.admin_cidrs
    for cidr in (*made.access.admin_cidrs, *made.access.client_cidrs):
        assert str(ip_network(cidr)) == cidr
    said = made.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert parse_settings(said) == made, "settings that are written back are other settings"
    refusals(made)


@given(strategies.anything())
@examples(500, 15_000)
def test_whatever_a_stack_file_says(values: dict[str, Any]) -> None:
    _parsed(values)


@given(strategies.mostly_right())
@examples(400, 4000)
def test_what_somebody_might_mean(values: dict[str, Any]) -> None:
    _parsed(values)


@given(st.dictionaries(st.text(max_size=8) | st.integers(), strategies.JUNK, max_size=4))
@examples(150, 1500)
def test_no_settings_at_all(values: dict[str, Any]) -> None:
    assert _parsed(values) is None, "someone has to be named who may reach the API server"


@pytest.mark.repeats
def test_the_generated_settings_are_of_both_kinds() -> None:
    """Or the properties would be about nothing."""
    right: Counter[str] = Counter()
    problems: Counter[str] = Counter()

    @given(strategies.mostly_right())
    @settings(max_examples=300, derandomize=True)
    def collect(values: dict[str, Any]) -> None:
        right[values["scenario"]] += _parsed(values) is not None

    @given(strategies.anything())
    @settings(max_examples=300, derandomize=True)
    def collect_problems(values: dict[str, Any]) -> None:
        try:
            parse_settings(values)
        except SettingsError as error:
            problems.update(problem.path.partition("[")[0] for problem in error.problems)

    collect()
    collect_problems()
    for slug in SLUGS:
        assert right[slug] >= 5, right
    assert len(problems) >= 50, problems


@pytest.mark.parametrize("slug", SLUGS)
def test_the_checker_itself_sees_a_plan_that_does_not_hold(slug: str) -> None:
    good = parse_settings({"scenario": slug, "access": {"adminCidrs": ["198.18.0.0/24"]}})
    _holds_together(good)
    access = good.access.model_copy(update={"admin_cidrs": ("0.0.0.0/0",)})
    with pytest.raises(AssertionError):
        _holds_together(good.model_copy(update={"access": access}))
