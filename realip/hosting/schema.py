"""The schema that programs in other languages are generated from: what Pulumi's analyzer reads, made fit for every one of them."""

from collections.abc import Mapping
from typing import Any

__all__ = ["refined"]


def refined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The analyzer's schema with what it cannot say."""
    made = dict(schema)
    for described in (*made["resources"].values(), *made["types"].values()):
        for properties in ("inputProperties", "properties"):
            for found in (described.get(properties) or {}).values():
                _without_plain_entries(found)
    return made


def _without_plain_entries(found: dict[str, Any]) -> None:
    """Let lists and maps have objects that are no plain ones: for those that only occur plain, Go's generator makes no type."""
    for entries in ("items", "additionalProperties"):
        if isinstance(inner := found.get(entries), dict):
            if str(inner.get("$ref")).startswith("#/types/"):
                inner.pop("plain", None)
            _without_plain_entries(inner)
