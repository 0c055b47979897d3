"""`realip scenarios`: the table of the scenarios, and the decision that leads to one. Needs neither Pulumi nor pydantic."""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import product

from realip import tke
from realip.scenarios import SCENARIOS, Choices, Connection, NetworkMode, NodeType, Scenario, resolve
from realip.terminal import Line, Node, Span, cell, print_page, table, tree

__all__ = ["add_arguments", "key_features", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    parser.add_argument("--json", action="store_true", help="print table and decision as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Show the scenarios. Gives the exit code."""
    if arguments.json:
        json.dump(_as_json(), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        print_page(_page())
    return 0


def key_features(scenario: Scenario) -> dict[str, str]:
    """What makes a scenario, each thing as it is written, and on what."""
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


def _page() -> Iterator[Line]:
    yield [Span(f"{len(SCENARIOS)} scenarios, and the stack of each", "title")]
    yield []
    yield from table(
        ("", "stack", "network mode", "connection", "nodes", "the app reads the client from"),
        [
            [
                cell(row.number, "name"),
                cell(row.slug, "decisive"),
                cell(row.network_mode.value),
                cell(row.choices.connection.value),
                cell(row.choices.node_type.value),
                cell(row.reads.value, "client"),
            ]
            for row in SCENARIOS
        ],
    )
    yield []
    yield [Span("Which one", "title")]
    yield []
    yield from tree(_decision())
    yield []
    yield [Span("What makes it", "title")]
    yield []
    for row in SCENARIOS:
        features = [
            f'{key}: "{value}"' if key != "type" else f"type: {value}" for key, value in key_features(row).items()
        ]
        yield [Span(f"{row.number}  ", "name"), Span(", ".join(features))]
    yield []
    yield [Span("What is not offered", "title")]
    yield []
    for choices in _combinations():
        answer = resolve(choices)
        if not isinstance(answer, Scenario):
            yield [Span(f"{choices}: ", "name"), Span(answer.reason)]


def _decision() -> Node:
    """The guide's decision graph: network mode, then nodes, then connection."""
    root = Node([Span("network mode?", "title")])
    for mode in NetworkMode:
        nodes = root.add(Span(mode.value, "kind"), Span(" → nodes?", "aside"))
        for kind in NodeType:
            offered = [resolve(Choices(mode, kind, connection)) for connection in Connection]
            rows = [answer for answer in offered if isinstance(answer, Scenario)]
            if len(rows) > 1:
                connections = nodes.add(Span(kind.value, "kind"), Span(" → connection?", "aside"))
                for row in rows:
                    connections.add(Span(row.choices.connection.value, "kind"), *_answer(row))
            elif rows:
                nodes.add(Span(kind.value, "kind"), *_answer(rows[0]))
            else:
                answer = next(answer for answer in offered if not isinstance(answer, Scenario))
                nodes.add(
                    Span(kind.value, "kind"), Span(f" → not offered; nearest is {answer.nearest.number}", "aside")
                )
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
