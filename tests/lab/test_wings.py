"""The lab's three wings lie one upon the other: a rig that asked its own proof would find what it expects."""

import ast
from pathlib import Path

from tests.lab.conftest import PROJECT

WINGS = ("rig", "proof", "report")


def imports(path: Path) -> set[str]:
    """The lab's modules that a file imports, wherever in the file it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{name.name}" for name in node.names)
    return {name for name in found if name.startswith("lab.")}


def modules(wing: str) -> dict[str, set[str]]:
    return {f"lab.{wing}.{path.stem}": imports(path) for path in (PROJECT / "lab" / wing).glob("*.py")}


def test_no_wing_imports_from_one_above_it() -> None:
    upward = {
        f"{module} imports {name}"
        for number, wing in enumerate(WINGS)
        for module, names in modules(wing).items()
        for name in names
        if name.split(".")[1] not in WINGS[: number + 1]
    }
    assert upward == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    arrows = {module: names for wing in WINGS for module, names in modules(wing).items()}
    arrows = {module: names & arrows.keys() for module, names in arrows.items()}
    assert sum(map(len, arrows.values())) > 30, "the imports were not found"
    while leaves := {module for module, names in arrows.items() if not names & arrows.keys()}:
        arrows = {module: names for module, names in arrows.items() if module not in leaves}
    assert arrows.keys() == set()
