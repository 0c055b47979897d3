"""Taints of nodes, which both kinds of node pools have."""

from collections.abc import Iterator, Sequence
from typing import NotRequired, TypedDict

from realip import machine_rules, rules
from realip.components._arguments import Arguments, Items, Known, Shape
from realip.problems import Problem

__all__ = ["EFFECTS", "TAINTS", "Taint", "taint_problems", "taints"]

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
"""Effects of a taint on pods that do not tolerate it."""


class Taint(TypedDict):
    """A taint of nodes."""

    key: str
    """The taint's key."""
    value: NotRequired[str]
    """The taint's value; empty if unset."""
    effect: str
    """NoSchedule, PreferNoSchedule or NoExecute."""


TAINT = Shape(
    Taint,
    {"key": rules.label_key, "value": rules.label_value, "effect": lambda value: rules.one_of(value, EFFECTS)},
)


TAINTS = Items(TAINT)


def taint_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Taints that a node would have twice."""
    given, place = args.entries("taints"), arguments.at("taints")
    pairs = [(one.text("key") or index, one.text("effect")) for index, one in enumerate(given)]
    for index, message in machine_rules.repeated_taints(pairs):
        yield place.entry(index).refuse("key", given[index].text("key"), message)


def taints(given: Sequence[Taint]) -> list[dict[str, str]]:
    """Taints as the provider has them (kubernetes_native_node_pool and kubernetes_serverless_node_pool, `taints`)."""
    return [{"key": taint["key"], "value": taint.get("value", ""), "effect": taint["effect"]} for taint in given]
