"""Whatever a file holds, the answer is a report or a sentence, never a stack of frames."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from realip.audit.examine import examine
from realip.audit.fix import fixed_objects
from realip.audit.html import html
from realip.audit.junit import junit_text
from realip.audit.patches import patch_text
from realip.audit.reading import objects_in
from realip.audit.sarif import sarif_text
from realip.audit.world import World
from realip.errors import InputError
from realip.messages import ENGLISH
from tests.audit.cases import CASES

TEXTS = sorted({text for case in CASES.values() for text in [*case.found, *case.not_found]})
_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def all_of(text: str) -> None:
    """Everything that a command does with a text; InputError is an answer too."""
    try:
        found = [each for each in objects_in(text, "x.yaml") if each is not None]
        world = World(found)
        report = examine([world], {"x.yaml": text})
        fixed = fixed_objects(world)
    except InputError:
        return
    json.loads(report.to_json_text())
    json.loads(sarif_text(report))
    assert junit_text(report)
    assert html(report, ENGLISH)
    for each in fixed:
        assert patch_text(each, {"x.yaml": text})


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEXTS), st.data())
def test_a_broken_text_is_told_in_words(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    match data.draw(st.sampled_from(["cut", "put", "drop", "line"])):
        case "cut":
            broken = text[:at]
        case "put":
            broken = text[:at] + data.draw(st.text(max_size=3)) + text[at:]
        case "drop":
            broken = text[:at] + text[at + data.draw(st.integers(1, 20)) :]
        case _:
            lines = text.splitlines(keepends=True)
            del lines[data.draw(st.integers(0, len(lines) - 1))]
            broken = "".join(lines)
    all_of(broken)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in _places(item, (*path, key)))]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([text for text in TEXTS if "!!str" not in text]), st.data())
def test_a_value_of_another_kind_is_survived_anywhere(text: str, data: st.DataObject) -> None:
    import yaml  # noqa: PLC0415

    bodies = [body for body in yaml.safe_load_all(text) if body]
    body = data.draw(st.sampled_from(bodies))
    path = data.draw(st.sampled_from([place for place in _places(body) if place]))
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(_values)
    all_of("---\n".join(json.dumps(each) + "\n" for each in bodies))
