"""The house: which module may import which, so that each can be understood, and changed, without those above it."""

import ast
import functools
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FLOORS = (
    {"escapes", "shapes", "yaml_size"},
    {"streams", "text_width", "messages"},
    {
        "errors",
        "reads",
        "documentation_ranges",
        "defaults",
        "tke",
        "terminal",
        "page",
        "problems",
        "quantities",
        "online",
        "impersonation",
    },
    {"credentials"},
    {
        "echo",
        "instance_types",
        "kubeconfig",
        "networks",
        "package",
        "pod_fields",
        "resource_types",
        "scenarios",
        "whole_file",
    },
    {"kubernetes_tls"},
    {"kubernetes_api"},
    {"rules", "tag_rules", "cluster_facts", "tke_objects"},
    {
        "annotations",
        "exposure_rules",
        "forwarding",
        "listeners",
        "machine_rules",
        "pod",
        "pod_numbers",
        "pod_rules",
        "pod_security",
        "strategic_merge",
    },
    {"pod_values", "pod_template_form"},
    {"pod_validity"},
    {"pod_template"},
    {"settings", "behaviour"},
    {"components", "adoption"},
    {"exposure_args", "node_pools", "reached_cluster", "stack_arguments"},
    {"stack"},
    {"hosting", "offline", "verify"},
    {"audit", "init", "watch"},
    {"cli"},
    {"__main__"},
)
"""Rooms of the library from the ground up: a room imports from its own floor's list only itself, and from those below."""

VERIFY_MAY_USE = {
    "escapes",
    "errors",
    "reads",
    "documentation_ranges",
    "streams",
    "messages",
    "page",
    "terminal",
    "whole_file",
    "verify",
}
"""Proof over the wire knows no cloud: it could be a package of its own."""


def _modules() -> dict[str, Path]:
    """Every module of the library, by its dotted name."""
    found = {}
    for path in sorted((ROOT / "realip").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()
WRITTEN_BY_PROGRAMS = {"realip.hosting.stack_arguments"}
"""Modules that nobody reads from top to bottom, nor writes."""


@functools.cache
def _imports(name: str) -> set[str]:
    """Modules of the library that a module imports, wherever the import stands; `realip`'s own lazy names left out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & set(MODULES)
            found |= inner or {node.module}
    return (found & set(MODULES)) - {"realip", name}


def _room(module: str) -> str:
    return module.split(".")[1]


INSIDE = sorted(name for name in MODULES if name != "realip")
RANK = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def test_every_room_has_its_floor() -> None:
    assert {_room(name) for name in INSIDE} == set(RANK)


def test_no_modules_import_each_other_in_a_circle() -> None:
    try:
        TopologicalSorter({name: _imports(name) for name in INSIDE}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", INSIDE)
def test_no_import_runs_upward(name: str) -> None:
    for other in _imports(name):
        assert _room(other) == _room(name) or RANK[_room(other)] < RANK[_room(name)], f"{name} imports {other}"


def test_verify_knows_no_cloud() -> None:
    used = {_room(other) for name in INSIDE if _room(name) == "verify" for other in _imports(name)}
    assert used <= VERIFY_MAY_USE


@pytest.mark.parametrize("name", sorted(set(INSIDE) - WRITTEN_BY_PROGRAMS))
def test_a_module_is_read_at_one_sitting(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= 460


@pytest.mark.parametrize("name", sorted(set(MODULES) - WRITTEN_BY_PROGRAMS))
def test_a_docstring_says_what_a_thing_is(name: str) -> None:
    """By its noun: a reader looks for that, and not for a question."""
    asked = re.findall(r'"""(?:What|Whether) [^\n]*', MODULES[name].read_text(encoding="utf-8"))
    assert asked == []
