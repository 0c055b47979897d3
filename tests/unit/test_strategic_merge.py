"""A patch of a pod template does what Kubernetes' API server makes of it."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realip.pod_template_form import form_faults
from realip.strategic_merge import merged
from tests.support.patches import BASE, patch
from tests.support.thoroughness import examples

CONFIRMED = json.loads((Path(__file__).parent / "confirmed_merges.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("seed", "template"), CONFIRMED)
def test_a_merge_is_what_an_api_server_has_confirmed(seed: int, template: dict[str, Any]) -> None:
    assert merged(BASE, patch(seed)) == template


def _spec(**fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = merged(BASE, {"spec": fields})["spec"]
    return found


def test_entries_of_a_list_with_a_merge_key_are_merged_and_others_are_replaced() -> None:
    container = _spec(containers=[{"name": "app", "args": ["--c"], "env": [{"name": "B", "value": "9"}]}])[
        "containers"
    ][0]
    assert container["args"] == ["--c"]
    assert {one["name"]: one["value"] for one in container["env"]} == {"A": "1", "B": "9", "C": "3"}
    assert container["image"] == "app:1"
    assert _spec(tolerations=[{"key": "x"}])["tolerations"] == [{"key": "x"}], (
        "tolerations have no merge key in the API"
    )


def test_directives_take_away() -> None:
    assert [one["name"] for one in _spec(volumes=[{"name": "data", "$patch": "delete"}])["volumes"]] == ["conf"]
    assert _spec(nodeSelector={"$patch": "replace", "a": "b"})["nodeSelector"] == {"a": "b"}
    changed = {"name": "conf", "$retainKeys": ["name", "emptyDir"], "emptyDir": {}}
    assert {"name": "conf", "emptyDir": {}} in _spec(volumes=[changed])["volumes"]
    assert "dnsPolicy" not in _spec(dnsPolicy=None)
    assert "nodeSelector" not in _spec(nodeSelector=None)


@given(st.integers(0, 10**9))
@examples(300, 10_000)
def test_a_merge_changes_neither_side_and_leaves_no_directive(seed: int) -> None:
    change = patch(seed)
    base, said = copy.deepcopy(BASE), copy.deepcopy(change)
    found = merged(BASE, change)
    assert (BASE, change) == (base, said)
    assert '"$' not in json.dumps(found)
    assert "null" not in json.dumps(found)
    assert merged(found, {}) == found
    list(form_faults(change))
