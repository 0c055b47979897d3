"""The decision against the guide's graph: all eight combinations, and the table's rows."""

from itertools import product

import pytest

from realip import SCENARIOS, Choices, Connection, NetworkMode, NodeType, NotOffered, Scenario, resolve
from realip.scenarios import by_slug
from tests.support.guide import GUIDE

GRAPH = {(facts.mode, facts.nodes, facts.connection): facts.number for facts in GUIDE.values()}
ALL = list(product(("VPC-CNI", "GlobalRouter"), ("native", "super"), ("direct", "non-direct")))


def _resolve(mode: str, node_type: str, connection: str) -> Scenario | NotOffered:
    return resolve(Choices(NetworkMode(mode), NodeType(node_type), Connection(connection)))


@pytest.mark.parametrize(("mode", "node_type", "connection"), ALL)
def test_each_combination_leads_where_the_graph_does(mode: str, node_type: str, connection: str) -> None:
    answer = _resolve(mode, node_type, connection)
    number = GRAPH.get((mode, node_type, connection))
    if number is None:
        assert isinstance(answer, NotOffered)
    else:
        assert isinstance(answer, Scenario)
        assert answer.number == number


@pytest.mark.parametrize(("mode", "node_type", "connection"), [choice for choice in ALL if choice not in GRAPH])
def test_what_is_not_offered_says_why_and_what_is_near(mode: str, node_type: str, connection: str) -> None:
    answer = _resolve(mode, node_type, connection)
    assert isinstance(answer, NotOffered)
    said = str(answer)
    for words in (mode, f"{node_type} nodes", connection, "is not offered", answer.reason, answer.nearest.slug):
        assert words in said
    assert answer.nearest in SCENARIOS
    assert answer.nearest.super_nodes, "who asked for super nodes gets the scenario that has them"


def test_impossible_and_not_yet_are_told_apart() -> None:
    impossible = _resolve("VPC-CNI", "super", "non-direct")
    not_yet = _resolve("GlobalRouter", "super", "direct")
    assert isinstance(impossible, NotOffered)
    assert isinstance(not_yet, NotOffered)
    assert "no node port" in impossible.reason
    assert "not yet" not in impossible.reason
    assert "not yet" in not_yet.reason


def test_the_table_is_the_guides() -> None:
    assert {
        row.slug: (row.number, row.exposure.service_type, row.exposure.direct_access, row.reads.value)
        for row in SCENARIOS
    } == {slug: (facts.number, facts.service_type, facts.direct, facts.reads) for slug, facts in GUIDE.items()}
    assert [row.number for row in SCENARIOS] == list(range(1, len(SCENARIOS) + 1))


def test_rows_say_the_same_thing_in_every_column() -> None:
    for row in SCENARIOS:
        assert row.network_mode is row.choices.network_mode
        assert row.super_nodes == (row.choices.node_type is NodeType.SUPER)
        assert row.exposure.has_ingress == (row.names.ingress is not None)
        assert row.exposure.direct_access == ("true" if row.choices.connection is Connection.DIRECT else "false")
        assert row.title


def test_only_globalrouter_direct_needs_the_config_map_and_only_the_first_writes_that_it_is_public() -> None:
    assert [row.number for row in SCENARIOS if row.global_route_direct_access] == [2]
    assert [row.number for row in SCENARIOS if row.explicit_public] == [1]


def test_a_kubernetes_that_cannot_do_it_is_too_old() -> None:
    """1.20 for direct access (the guide's manifests); networking.k8s.io/v1 Ingress is served since 1.19."""
    assert {row.number: row.minimum_version for row in SCENARIOS} == {
        1: (1, 20),
        2: (1, 20),
        3: (1, 20),
        4: (1, 19),
        5: (1, 19),
    }


def test_a_stack_is_found_by_its_name_and_by_no_other() -> None:
    for row in SCENARIOS:
        assert by_slug(row.slug) is row
    assert by_slug("vpc-cni") is None
    assert by_slug("") is None
