"""`realip scenarios`: the table of the scenarios, and the decision that leads to one. Needs neither Pulumi nor pydantic."""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import product

from realip import streams, tke
from realip.messages import Say, add_language, speaker
from realip.scenarios import SCENARIOS, Choices, Connection, NetworkMode, NodeType, Scenario, resolve
from realip.terminal import Line, Node, Span, Table, cell, print_page, tree

__all__ = ["add_arguments", "key_features", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    parser.add_argument("--json", action="store_true", help="print table and decision as JSON")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the scenarios. Gives the exit code."""
    if arguments.json:
        return streams.put(f"{json.dumps(_as_json(), indent=2)}\n", 0)
    return print_page(_page(speaker(arguments.lang, sys.stdout.encoding)))


def key_features(scenario: Scenario) -> dict[str, str]:
    """The settings that make a scenario, each thing as it is written, and on what."""
    features: dict[str, str] = {}
    if scenario.global_route_direct_access:
        features[tke.GLOBAL_ROUTE_DIRECT_ACCESS] = "true"
    features["type"] = scenario.exposure.service_type
    features[tke.SERVICE_DIRECT_ACCESS] = scenario.exposure.direct_access
    if scenario.explicit_public:
        features[tke.SERVICE_LOAD_BALANCER_TYPE] = tke.SERVICE_LOAD_BALANCER_TYPE_PUBLIC
    if scenario.exposure.has_ingress:
        features[tke.CLASS_ANNOTATION] = tke.CLASS_QCLOUD
        features[tke.INGRESS_DIRECT_ACCESS] = scenario.exposure.direct_access
    if scenario.super_nodes:
        features |= tke.SUPER_NODE_SELECTOR
    return features


def _page(say: Say) -> Iterator[Line | Table]:
    yield [Span(say("scenarios_heading", count=len(SCENARIOS)), "title")]
    yield []
    yield Table(
        ("", *(say(f"scenarios_{column}") for column in ("stack", "mode", "connection", "nodes"))),
        [
            [
                cell(row.number, "name"),
                cell(row.slug, "decisive"),
                cell(_mode(say, row.choices)),
                cell(_connection(say, row.choices)),
                cell(_nodes(say, row.choices)),
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
    yield []
    for choices in _combinations():
        answer = resolve(choices)
        if not isinstance(answer, Scenario):
            named = say(
                "choices", mode=_mode(say, choices), nodes=_nodes(say, choices), connection=_connection(say, choices)
            )
            yield [Span(say("scenarios_reason", choices=named), "name"), Span(say(answer.why))]


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
    for key, value in key_features(row).items():
        root.add(Span(f'{key}: "{value}"' if key != "type" else f"type: {value}"))
    return root


def _decision(say: Say) -> Node:
    """The guide's decision graph: network mode, then nodes, then connection."""
    root = Node([Span(say("scenarios_ask_mode"), "title")])
    for mode in NetworkMode:
        nodes = root.add(Span(say(f"mode_{mode.value}"), "kind"), Span(f" → {say('scenarios_ask_nodes')}", "aside"))
        for kind in NodeType:
            offered = [resolve(Choices(mode, kind, connection)) for connection in Connection]
            rows = [answer for answer in offered if isinstance(answer, Scenario)]
            name = Span(say(f"nodes_{kind.value}"), "kind")
            if len(rows) > 1:
                connections = nodes.add(name, Span(f" → {say('scenarios_ask_connection')}", "aside"))
                for row in rows:
                    connections.add(Span(_connection(say, row.choices), "kind"), *_answer(row))
            elif rows:
                nodes.add(name, *_answer(rows[0]))
            else:
                answer = next(answer for answer in offered if not isinstance(answer, Scenario))
                nodes.add(name, Span(f" → {say('scenarios_nearest', number=answer.nearest.number)}", "aside"))
    return root


def _answer(row: Scenario) -> Line:
    return [Span(" → ", "aside"), Span(f"{row.number} {row.slug}", "decisive")]


def _combinations() -> Iterator[Choices]:
    return (Choices(*choices) for choices in product(NetworkMode, NodeType, Connection))


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
                "reads": row.reads.value,
                "keyFeatures": key_features(row),
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
    }
    if isinstance(answer, Scenario):
        return {**asked, "offered": True, "stack": answer.slug}
    return {**asked, "offered": False, "reason": answer.reason, "nearest": answer.nearest.slug}
