"""The decision against the guide's graph and TKE's documents: all combinations, and the table's rows."""

from itertools import product

import pytest

from realip import SCENARIOS, Choices, Connection, Layer, NetworkMode, NodeType, NotOffered, Scenario, resolve
from realip.scenarios import by_slug
from tests.support.guide import FACTS, GUIDE, Facts

GRAPH = {facts.choices: facts.number for facts in FACTS.values()}
ALL = list(product(("VPC-CNI", "GlobalRouter"), ("native", "super"), ("direct", "non-direct"), (4, 7)))


def _resolve(mode: str, node_type: str, connection: str, layer: int | None = None) -> Scenario | NotOffered:
    said = () if layer is None else (Layer(layer),)
    return resolve(Choices(NetworkMode(mode), NodeType(node_type), Connection(connection), *said))


@pytest.mark.parametrize("choices", ALL)
def test_each_combination_leads_where_the_graph_does(choices: tuple[str, str, str, int]) -> None:
    answer = _resolve(*choices)
    number = GRAPH.get(choices)
    if number is None:
        assert isinstance(answer, NotOffered)
    else:
        assert isinstance(answer, Scenario)
        assert answer.number == number


@pytest.mark.parametrize(("slug", "facts"), GUIDE.items())
def test_the_guides_three_questions_lead_to_the_guides_scenarios(slug: str, facts: Facts) -> None:
    """A stack file of three choices, from before there was a layer, means what it meant."""
    answer = _resolve(facts.mode, facts.nodes, facts.connection)
    assert isinstance(answer, Scenario)
    assert answer.slug == slug


@pytest.mark.parametrize("choices", [choices for choices in ALL if choices not in GRAPH])
def test_what_is_not_offered_says_why_and_what_is_near(choices: tuple[str, str, str, int]) -> None:
    mode, node_type, connection, layer = choices
    assert (node_type, connection) == ("super", "non-direct"), "nothing else is impossible"
    answer = _resolve(*choices)
    assert isinstance(answer, NotOffered)
    said = str(answer)
    for words in (mode, f"{node_type} nodes", connection, f"layer {layer}", "is not offered", "no node port"):
        assert words in said
    assert answer.nearest in SCENARIOS
    near = answer.nearest
    assert near.super_nodes, "who asked for super nodes gets the scenario that has them"
    assert (near.network_mode.value, near.choices.layer) == (mode, layer), "and keeps the rest of what was asked"
    assert f"`{near.slug}`" in said


def test_the_table_is_what_guide_and_documents_say() -> None:
    assert {
        row.slug: (row.number, row.exposure.service_type, row.exposure.direct_access, row.reads.value)
        for row in SCENARIOS
    } == {slug: (facts.number, facts.service_type, facts.direct, facts.reads) for slug, facts in FACTS.items()}
    assert [row.number for row in SCENARIOS] == list(range(1, len(SCENARIOS) + 1))


def test_rows_say_the_same_thing_in_every_column() -> None:
    for row in SCENARIOS:
        assert row.network_mode is row.choices.network_mode
        assert row.super_nodes == (row.choices.node_type is NodeType.SUPER)
        assert row.exposure.has_ingress == (row.names.ingress is not None)
        assert row.exposure.direct_access == ("true" if row.choices.connection is Connection.DIRECT else "false")
        assert row.exposure.layer is row.choices.layer
        assert row.reads.value == ("X-Forwarded-For" if row.choices.layer is Layer.SEVEN else "socket peer")
        assert row.title
    assert len({row.title for row in SCENARIOS}) == len({row.slug for row in SCENARIOS}) == len(SCENARIOS)


def test_an_account_of_the_wrong_kind_cannot_have_direct_access_by_routes_or_to_super_nodes() -> None:
    """TKE 41897: GlobalRouter's direct access, and pods of super nodes; ENIs of native nodes and node ports are for everyone."""
    assert [row.slug for row in SCENARIOS if row.billed_by_ip] == [
        slug for slug, facts in FACTS.items() if facts.billed_by_ip
    ]


def test_only_globalrouter_direct_needs_the_config_map_and_only_the_first_writes_that_it_is_public() -> None:
    assert [row.number for row in SCENARIOS if row.global_route_direct_access] == [2, 8]
    assert [row.number for row in SCENARIOS if row.explicit_public] == [1]


def test_a_kubernetes_that_cannot_do_it_is_too_old() -> None:
    """1.20 for direct access (the guide's manifests); networking.k8s.io/v1 Ingress is served since 1.19, matchLabelKeys since 1.27."""
    oldest = dict.fromkeys((1, 2, 3, 6, 7, 8, 9, 10), (1, 20)) | {4: (1, 19), 5: (1, 19)}
    assert {row.number: row.minimum_version for row in SCENARIOS} == oldest | {11: (1, 27), 12: (1, 27)}


def test_a_stack_is_found_by_its_name_and_by_no_other() -> None:
    for row in SCENARIOS:
        assert by_slug(row.slug) is row
    assert by_slug("vpc-cni") is None
    assert by_slug("") is None
