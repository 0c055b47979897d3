"""The examiner examined: what is known of real set-ups has to be true of their models too."""

import ast
from dataclasses import replace
from pathlib import Path as File

import pytest

from tests.soundness.addresses import CLAIMS, PRIVATE_ONLY, PUBLIC, kind
from tests.soundness.answers import render
from tests.soundness.generating import make
from tests.soundness.model import FORWARDED_FOR, App, Ask, Cache, Hop, Path, Shape, Source, World
from tests.soundness.truth import HEADERS, Question, Truth, truth

CLIENT = "119.29.29.7"
BALANCER, SECOND = "10.0.0.7", "10.0.0.8"
SOCKET, HEADER = Question(), Question(FORWARDED_FOR)
ECHO = Shape(None, headers="multi")
LEFT, RIGHT = Source(FORWARDED_FOR), Source(FORWARDED_FOR, "right")


def world(app: App, *hops: Hop, shape: Shape | None = None) -> World:
    return World(CLIENT, (Path(app, hops),), shape=shape or Shape())


def test_model_shares_no_code_with_the_judge() -> None:
    own = {"addresses", "answers", "generating", "model", "serving", "truth"}
    for name in own:
        tree = ast.parse((File(__file__).parent / f"{name}.py").read_text())
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not {module for module in imported if module.startswith("realip")}
        assert {module for module in imported if module.startswith("tests")} <= {
            f"tests.soundness.{one}" for one in own
        }


def test_claims_are_of_the_classes_that_they_stand_for() -> None:
    assert {name: {kind(address) for address in addresses} for name, addresses in CLAIMS.items()} == {
        name: {name} for name in CLAIMS
    }


def test_world_of_a_number_is_always_the_same() -> None:
    assert [make(number) for number in range(50)] == [make(number) for number in range(50)]


@pytest.mark.parametrize("name", HEADERS)
def test_application_on_the_internet_that_believes_a_header_is_forgeable(name: str) -> None:
    assert truth(world(App((Source(name),))), SOCKET) is Truth.FORGED
    assert truth(world(App()), SOCKET) is Truth.KEEPS


@pytest.mark.parametrize("accepts", [PUBLIC, PRIVATE_ONLY, frozenset({"shared"}), frozenset({"public 6"})])
def test_application_that_is_choosy_about_addresses_is_forgeable(accepts: frozenset[str]) -> None:
    assert truth(world(App((replace(LEFT, accepts=accepts),))), SOCKET) is Truth.FORGED


@pytest.mark.parametrize("choosy", [{"from_request": 3}, {"believes_only": frozenset({CLIENT})}, {"folded": True}])
def test_application_that_believes_under_a_condition_is_forgeable(choosy: dict[str, object]) -> None:
    assert truth(world(replace(App((LEFT,)), **choosy)), SOCKET) is Truth.FORGED  # type: ignore[arg-type]


def test_header_that_is_taken_whole_is_forgeable_by_one_address_and_not_by_a_list() -> None:
    reader = Path(App((Source("True-Client-IP", whole=True),)))
    assert reader.see(CLIENT, Ask((("True-Client-IP", "10.66.6.6"),))).conclusion == "10.66.6.6"
    assert reader.see(CLIENT, Ask((("True-Client-IP", "10.66.6.6, 10.66.6.7"),))).conclusion == CLIENT
    assert truth(World(CLIENT, (reader,)), SOCKET) is Truth.FORGED


def test_conditions_that_no_client_meets_keep_the_address() -> None:
    assert truth(world(replace(App((LEFT,)), believes_only=frozenset({BALANCER}))), SOCKET) is Truth.KEEPS
    posting = world(replace(App((LEFT,)), method="POST"))
    assert truth(posting, SOCKET) is Truth.KEEPS
    assert truth(posting, Question(method="POST")) is Truth.FORGED
    later = world(replace(App((LEFT,)), from_request=2))
    assert truth(replace(later, keeps_open=False), SOCKET) is Truth.KEEPS


def test_address_that_is_translated_is_lost() -> None:
    assert truth(world(App(translator="10.0.0.11")), SOCKET) is Truth.LOST
    assert truth(world(App(translator="10.0.0.11", loses_from=4)), SOCKET) is Truth.LOST


@pytest.mark.parametrize(
    ("does", "expected"),
    [
        ("append", Truth.KEEPS),
        ("overwrite", Truth.KEEPS),
        ("new line", Truth.KEEPS),
        ("prepend", Truth.FORGED),
        ("fill in", Truth.FORGED),
        ("first line", Truth.FORGED),
        ("pass", Truth.LOST),
        ("strip", Truth.LOST),
    ],
)
def test_what_a_balancer_does_decides_what_the_header_is_worth(does: str, expected: Truth) -> None:
    hop = Hop(BALANCER, does)  # type: ignore[arg-type]
    assert truth(world(App(), hop, shape=ECHO), HEADER) is expected
    assert truth(world(App((RIGHT,)), hop), HEADER) is expected


def test_left_entry_is_the_clients_to_choose_and_the_right_one_is_not() -> None:
    hop = Hop(BALANCER, "append")
    assert truth(world(App((LEFT,)), hop), HEADER) is Truth.FORGED
    assert truth(world(App((RIGHT,)), hop), HEADER) is Truth.KEEPS
    first = replace(RIGHT, lines="first")
    assert truth(world(App((first,)), replace(hop, forwarded_for="new line")), HEADER) is Truth.FORGED


def test_trusted_hops_have_to_be_right() -> None:
    hops = (Hop(BALANCER), Hop(SECOND))
    assert truth(world(App(), *hops, shape=ECHO), HEADER) is Truth.KEEPS
    assert truth(world(App(), *hops, shape=ECHO), replace(HEADER, trusted_hops=2)) is Truth.KEEPS
    assert truth(world(App(), *hops, shape=ECHO), replace(HEADER, trusted_hops=1)) is Truth.LOST
    assert truth(world(App((RIGHT,)), *hops), HEADER) is Truth.LOST
    assert truth(world(App((replace(RIGHT, place=2),)), *hops), HEADER) is Truth.KEEPS
    assert truth(world(App((replace(RIGHT, place=3),)), *hops), HEADER) is Truth.LOST
    assert (
        truth(world(App((replace(RIGHT, trusted=frozenset({BALANCER, SECOND}), walks=True),)), *hops), HEADER)
        is Truth.KEEPS
    )


def test_hop_that_lets_a_client_remove_its_header_is_forgeable() -> None:
    reader = App((RIGHT,))
    assert truth(world(reader, Hop(BALANCER, obeys_connection="after")), HEADER) is Truth.FORGED
    assert truth(world(reader, Hop(BALANCER, obeys_connection="before")), HEADER) is Truth.KEEPS


def test_spelling_with_underscores_gets_past_a_hop_that_keeps_it() -> None:
    reader = App((Source("X-Real-IP"),), folded=True)
    setting = Hop(BALANCER, sets=("X-Real-IP",))
    asked = Question("X-Real-IP")
    assert truth(world(reader, setting), asked) is Truth.FORGED
    assert truth(world(reader, replace(setting, drops_underscores=True)), asked) is Truth.KEEPS


def test_preface_that_anybody_may_send_is_forgeable() -> None:
    assert truth(replace(world(App()), preface="believes"), SOCKET) is Truth.FORGED
    assert truth(replace(world(App()), preface="close"), SOCKET) is Truth.KEEPS


def test_one_wrong_pod_is_enough() -> None:
    right, wrong = Path(App()), Path(App((LEFT,)))
    assert truth(World(CLIENT, (right, right, wrong)), SOCKET) is Truth.FORGED
    assert truth(World(CLIENT, (right, right, right)), SOCKET) is Truth.KEEPS


def test_what_is_no_evidence_proves_nothing() -> None:
    hop = Hop(BALANCER)
    assert truth(replace(world(App()), cache=Cache()), SOCKET) is Truth.UNPROVEN
    assert truth(world(App(), shape=Shape(prose=True)), SOCKET) is Truth.UNPROVEN
    assert truth(world(App(), shape=ECHO), SOCKET) is Truth.UNPROVEN
    assert truth(world(App(), hop, shape=Shape(None, "remote_addr")), HEADER) is Truth.UNPROVEN


def test_answers_show_what_the_truth_takes_them_to_show() -> None:
    headers = (("X-Forwarded-For", "1.2.3.4"), ("x-forwarded-for", "5.6.7.8"))
    seen = Path(App()).see(CLIENT, Ask(headers))
    for style, lines, expected in (
        ("map", "joined", ["1.2.3.4", "5.6.7.8"]),
        ("map", "first", ["1.2.3.4"]),
        ("map", "last", ["5.6.7.8"]),
        ("multi", "joined", ["1.2.3.4", "5.6.7.8"]),
        ("environ", "joined", ["1.2.3.4", "5.6.7.8"]),
        ("records", "joined", ["1.2.3.4", "5.6.7.8"]),
    ):
        shape = Shape(None, headers=style, lines=lines)  # type: ignore[arg-type]
        assert shape.shows_header(FORWARDED_FOR, seen.headers) == expected
        body = render(shape, seen, "web-0")[1].decode()
        assert [address for address in ("1.2.3.4", "5.6.7.8") if address in body] == expected
