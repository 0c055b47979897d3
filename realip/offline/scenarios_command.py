"""`realip scenarios`: the table of the scenarios, and the decision that leads to one. Needs neither Pulumi nor pydantic."""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import product

from realip import streams, tke
from realip.messages import Say, add_language, speaker
from realip.scenarios import (
    SCENARIOS,
    Choices,
    Connection,
    ExposureKind,
    Layer,
    NetworkMode,
    NodeType,
    Scenario,
    offered,
    resolve,
)
from realip.terminal import Line, Node, Span, Table, cell, print_page, tree

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    parser.add_argument("--json", action="store_true", help="print table and decision as JSON")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the scenarios. Gives the exit code."""
    if arguments.json:
        return streams.put(f"{json.dumps(_as_json(), indent=2)}\n", 0)
    return print_page(_page(speaker(arguments.lang, sys.stdout.encoding)))


def _key_features(scenario: Scenario) -> dict[str, str]:
    """The settings that make a scenario, each thing as it is written, and on what."""
    features: dict[str, str] = {}
    if scenario.global_route_direct_access:
        features[tke.GLOBAL_ROUTE_DIRECT_ACCESS] = "true"
    features["type"] = scenario.exposure.service_type
    if scenario.exposure is ExposureKind.LOCAL_SERVICE:
        features["externalTrafficPolicy"] = tke.LOCAL_POLICY
        features[tke.SERVICE_LOCAL_ONLY_WITH_POD] = "true"
        features[tke.SERVICE_LOCAL_WEIGHTED] = "true"
    features[tke.SERVICE_DIRECT_ACCESS] = scenario.exposure.direct_access
    if scenario.explicit_public:
        features[tke.SERVICE_LOAD_BALANCER_TYPE] = tke.SERVICE_LOAD_BALANCER_TYPE_PUBLIC
    if scenario.exposure.has_ingress:
        features[tke.CLASS_ANNOTATION] = tke.CLASS_QCLOUD
        features[tke.INGRESS_DIRECT_ACCESS] = scenario.exposure.direct_access
    if scenario.super_nodes:
        features |= tke.SUPER_NODE_SELECTOR
    return features


_FIELDS = {"type", "externalTrafficPolicy"}
"""Fields of a Service's spec; everything else that makes a scenario is a key that holds text."""


def _page(say: Say) -> Iterator[Line | Table]:
    yield [Span(say("scenarios_heading", count=len(SCENARIOS)), "title")]
    yield []
    yield Table(
        ("", *(say(f"scenarios_{column}") for column in ("stack", "mode", "connection", "nodes", "layer"))),
        [
            [
                cell(row.number, "name"),
                cell(row.slug, "decisive"),
                cell(row.network_mode.value),
                cell(_connection(say, row.choices)),
                cell(_nodes(say, row.choices)),
                cell(str(row.choices.layer.value)),
            ]
            for row in SCENARIOS
        ],
        numbers=frozenset({0}),
    )
    yield []
    yield [Span(say("scenarios_which"), "title")]
    yield []
    yield from tree(_decision(say))
    yield []
    yield [Span(say("scenarios_makes"), "title")]
    for row in SCENARIOS:
        yield []
        yield from tree(_made(row, say))
    yield []
    yield [Span(say("scenarios_not_offered"), "title")]
    for root in _not_offered(say):
        yield []
        yield from tree(root)


def _not_offered(say: Say) -> Iterator[Node]:
    """Each reason, and the combinations that are not offered for it, with what is nearest."""
    reasons: dict[str, Node] = {}
    for choices in _combinations():
        answer = resolve(choices)
        if not isinstance(answer, Scenario):
            named = say(
                "choices",
                mode=_mode(say, choices),
                nodes=_nodes(say, choices),
                connection=_connection(say, choices),
                layer=choices.layer.value,
            )
            reason = say(answer.why)
            nearest = Span(f" → {say('scenarios_nearest')} ", "aside")
            root = reasons.setdefault(reason, Node([Span(reason)]))
            root.add(Span(named, "name"), nearest, *_named(answer.nearest))
    yield from reasons.values()


def _mode(say: Say, choices: Choices) -> str:
    return say(f"mode_{choices.network_mode.value}")


def _nodes(say: Say, choices: Choices) -> str:
    return say(f"nodes_{choices.node_type.value}")


def _connection(say: Say, choices: Choices) -> str:
    return say(f"connection_{choices.connection.value}")


def _made(row: Scenario, say: Say) -> Node:
    """Where a scenario's app reads, and what is written for that."""
    root = Node([Span(f"{row.number} ", "name"), Span(row.slug, "decisive")])
    root.add(Span(say("scenarios_reads", where=say(f"app_reads_{row.reads.value}")), "client"))
    for key, value in _key_features(row).items():
        root.add(Span(f"{key}: {value}" if key in _FIELDS else f'{key}: "{value}"'))
    return root


def _decision(say: Say) -> Node:
    """The decision graph: the guide's network mode, nodes and connection, then the layer."""
    root = Node([Span(say("scenarios_ask_mode"), "title")])
    for mode in NetworkMode:
        nodes = root.add(Span(say(f"mode_{mode.value}"), "kind"), _asks(say, "nodes"))
        for kind in NodeType:
            name, left = Span(say(f"nodes_{kind.value}"), "kind"), offered(mode, kind)
            if len(left) == 1:  # there is nothing to ask
                _layers(say, nodes.add(name, _asks(say, "layer")), *left.values())
                continue
            connections = nodes.add(name, _asks(say, "connection"))
            for connection, rows in left.items():
                asked = Span(say(f"connection_{connection.value}"), "kind")
                _layers(say, connections.add(asked, _asks(say, "layer")), rows)
    return root


def _asks(say: Say, what: str) -> Span:
    return Span(f" → {say(f'scenarios_ask_{what}')}", "aside")


def _layers(say: Say, under: Node, rows: list[Scenario]) -> None:
    for row in rows:
        under.add(Span(say(f"layer_{row.choices.layer.value}"), "kind"), *_answer(row))


def _answer(row: Scenario) -> Line:
    return [Span(" → ", "aside"), *_named(row)]


def _named(row: Scenario) -> Line:
    return [Span(f"{row.number} {row.slug}", "decisive")]


def _combinations() -> Iterator[Choices]:
    return (Choices(*choices) for choices in product(NetworkMode, NodeType, Connection, Layer))


def _as_json() -> dict[str, object]:
    return {
        "scenarios": [
            {
                "number": row.number,
                "stack": row.slug,
                "title": row.title,
                "networkMode": row.network_mode.value,
                "nodeType": row.choices.node_type.value,
                "connection": row.choices.connection.value,
                "layer": row.choices.layer.value,
                "exposure": row.exposure.value,
                "reads": row.reads.value,
                "keyFeatures": _key_features(row),
                "minimumKubernetesVersion": ".".join(map(str, row.minimum_version)),
            }
            for row in SCENARIOS
        ],
        "decision": [_combination(choices) for choices in _combinations()],
    }


def _combination(choices: Choices) -> dict[str, object]:
    answer = resolve(choices)
    asked = {
        "networkMode": choices.network_mode.value,
        "nodeType": choices.node_type.value,
        "connection": choices.connection.value,
        "layer": choices.layer.value,
    }
    if isinstance(answer, Scenario):
        return {**asked, "offered": True, "stack": answer.slug}
    return {**asked, "offered": False, "reason": answer.reason, "nearest": answer.nearest.slug}
