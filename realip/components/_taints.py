"""Taints of nodes, which both kinds of node pools have."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from realip import rules
from realip.components._arguments import Shape

__all__ = ["EFFECTS", "TAINT", "Taint", "taints"]

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


def taints(given: Sequence[Taint]) -> list[dict[str, str]]:
    """Taints as the provider has them (kubernetes_native_node_pool and kubernetes_serverless_node_pool, `taints`)."""
    return [{"key": taint["key"], "value": taint.get("value", ""), "effect": taint["effect"]} for taint in given]
