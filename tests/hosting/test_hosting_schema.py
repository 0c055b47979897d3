"""The schema that other languages' programs are generated from: every generator has to make sense of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from realip.hosting import Host


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(json.loads(str(Host().schema)))


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every component and type, with where it is."""
    for token, described in (*schema["resources"].items(), *schema["types"].items()):
        for kind in ("inputProperties", "properties"):
            for name, found in (described.get(kind) or {}).items():
                yield f"{token}.{name}", found


def test_go_has_a_type_for_every_object_in_a_list_or_a_map(schema: dict[str, Any]) -> None:
    """Go's generator makes no arguments type for an object that only occurs as a plain entry, and refers to it all the same."""
    entries = {
        where: inner
        for where, found in properties(schema)
        for kind in ("items", "additionalProperties")
        if (inner := found.get(kind)) and str(inner.get("$ref")).startswith("#/types/")
    }
    assert {"realip:index:Network.nodeSubnets", "realip:index:Apps.apps"} <= set(entries)
    assert [where for where, inner in entries.items() if inner.get("plain")] == []
