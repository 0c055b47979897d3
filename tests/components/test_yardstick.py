"""A ratio says something only where both programs ask for the same resources."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.written import written
from realip.offline.monitor import Recording
from realip.offline.program import record, record_program
from realip.offline.stackfile import read_stack
from realip.offline.values import Secret
from tests.support.stacks import SLUGS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def _program(name: str, **configuration: str) -> Recording:
    def run() -> None:
        runpy.run_path(str(BENCHMARKS / name / "__main__.py"), run_name="__main__")

    values = {f"benchmark:{key}": value for key, value in configuration.items()}
    return record_program(run, project="benchmark", stack="dev", configuration=values)


def _asked(recording: Recording) -> dict[str, Any]:
    return {
        f"{resource.type} {resource.name}": (resource.inputs, resource.options)
        for resource in recording.resources
        if resource.custom
    }


def _components(recording: Recording) -> list[str]:
    return [resource.type for resource in recording.resources if not resource.custom]


def test_the_flat_program_of_the_benchmarks_asks_for_the_same_resources_as_the_stack() -> None:
    by_hand, library = _program("engine_flat"), record(read_stack("vpc-cni-direct-native"))
    assert _asked(by_hand) == _asked(library)
    assert set(by_hand.outputs) == set(library.outputs)
    assert not _components(by_hand)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_program_written_for_a_stack_asks_for_the_same_resources(slug: str, tmp_path: Path) -> None:
    library = record(read_stack(slug))
    (tmp_path / "flat.py").write_text(written(library), encoding="utf-8")
    program = runpy.run_path(str(tmp_path / "flat.py"))["program"]
    flat = record_program(program, project="flat", stack="flat", configuration={})
    wanted = {
        (made.type, made.name): _as_text(made.inputs) for made in library.resources if made.custom and not made.read
    }
    assert {(made.type, made.name): _as_text(made.inputs) for made in flat.resources} == wanted
    assert set(flat.outputs) == set(library.outputs)


def _as_text(value: Any) -> Any:
    """A value whose secrets are told, and whose booleans are as the protocol of providers has them."""
    if isinstance(value, Secret):
        return _as_text(value.value)
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("number", [1, 7])
def test_many_apps_ask_for_the_same_resources_as_the_flat_program_and_one_component(number: int) -> None:
    configuration = {"kubeconfig": "{}", "cluster": "cls-1", "number": str(number)}
    by_hand, library = (_program(name, **configuration) for name in ("engine_apps_flat", "engine_apps"))
    assert _asked(by_hand) == _asked(library)
    assert len(_asked(library)) == 3 * number + 1
    assert set(by_hand.outputs) == set(library.outputs)
    assert not _components(by_hand)
    assert _components(library) == ["realip:index:Apps"]
