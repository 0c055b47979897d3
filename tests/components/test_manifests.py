"""The Kubernetes objects of each scenario: what its authors state, what we add by name, and nothing else."""

from collections import Counter
from typing import Any

import pytest

from tests.components.expected import ADDED, ROWS, expected
from tests.support.flat import flatten
from tests.support.guide import FACTS
from tests.support.recording import Recording
from tests.support.stacks import SLUGS, up


def _fields(recording: Recording) -> dict[tuple[str, str], Any]:
    objects = [resource for resource in recording.kubernetes if not resource.read]
    kinds = Counter(resource.type for resource in objects)
    assert all(number == 1 for number in kinds.values()), kinds
    return {
        (resource.type.rpartition(":")[2], path): value
        for resource in objects
        for path, value in flatten(resource.inputs)
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_objects_are_what_the_guide_states_plus_what_we_name(slug: str) -> None:
    found, wanted = _fields(up(slug)), expected(slug)
    slipped_in = {key: value for key, value in found.items() if key not in wanted}
    slipped_out = {key: value for key, value in wanted.items() if key not in found}
    assert (slipped_in, slipped_out) == ({}, {})
    assert found == wanted


@pytest.mark.parametrize("slug", SLUGS)
def test_no_field_is_both_stated_and_added(slug: str) -> None:
    rows = Counter((row.kind, row.path) for row in ROWS if slug in row.slugs)
    assert [key for key, number in rows.items() if number > 1] == []


def test_every_addition_has_a_reason() -> None:
    assert [row for row in ADDED if not row.reason.strip()] == []


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if not FACTS[slug].config_map])
def test_only_the_scenario_that_needs_the_switch_touches_tkes_map(slug: str) -> None:
    recording = up(slug)
    assert recording.of("ConfigMap") == []
    assert recording.of("ConfigMapPatch") == []


def test_what_the_scenarios_say_of_themselves_agrees_with_their_objects() -> None:
    for slug in SLUGS:
        recording = up(slug)
        outputs, wanted = recording.stack.outputs, expected(slug)
        assert outputs["scenario"] == slug
        assert outputs["reads"] == ("X-Forwarded-For" if recording.of("Ingress") else "socket peer")
        assert outputs["namespace"] == wanted["Deployment", "metadata.namespace"]
        assert outputs["deployment"] == wanted["Deployment", "metadata.name"]
        assert outputs["service"] == wanted["Service", "metadata.name"]
        assert outputs.get("ingress") == wanted.get(("Ingress", "metadata.name"))
        assert (outputs["address"], outputs["url"]) == ("198.18.0.10", "http://198.18.0.10/")
