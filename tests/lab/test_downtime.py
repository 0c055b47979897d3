"""A rolling update under load loses no request and no client's address, with what the library renders by default.

The requests go on until the last old pod is gone, however long that takes: nothing here depends on the machine's speed.
"""

import json
from typing import Any

import pytest

from realip.scenarios import by_slug
from tests.lab.conftest import Round, lab, on_the_machine

pytestmark = on_the_machine

RATE = 100
"""Requests a second for each way, all four at once; a quarter of what is measured by hand, two at once."""
WAYS = [
    "vpc-cni-direct-native",
    "vpc-cni-direct-native-ingress",
    "globalrouter-nondirect-native-local",
    "vpc-cni-nondirect-native",
]
"""One of each exposure; all twelve ways are measured by hand (docs/lab.md)."""
SECONDS = 420.0


@pytest.fixture(scope="module")
def measured(round_: Round) -> dict[str, dict[str, Any]]:
    assert round_.results
    words = (
        "zero-downtime",
        *WAYS,
        "--only",
        "rolling-update",
        "--rate",
        str(RATE),
        "--at-once",
        str(len(WAYS)),
        "--json",
    )
    done = lab(*words, timeout=SECONDS)
    assert done.returncode in {0, 1}, done.stderr
    return {each["slug"]: each for each in json.loads(done.stdout)}


def _told(measured: dict[str, dict[str, Any]], slug: str) -> dict[str, Any]:
    """The measurement of a way; a machine that had no time to send requests when they were due proves nothing of it."""
    found = measured[slug]
    if found["problem"].startswith("the machine was too busy"):
        pytest.skip(found["problem"])
    return found


@pytest.mark.parametrize("slug", WAYS)
def test_a_rolling_update_loses_no_request(measured: dict[str, dict[str, Any]], slug: str) -> None:
    found = _told(measured, slug)
    assert found["problem"] == ""
    (phase,) = found["phases"]
    assert (phase["lost_new"], phase["lost_kept"]) == ({}, {})
    assert phase["strangers"] == {}, "the app took somebody else for the client"
    assert found["passed"]


@pytest.mark.parametrize("slug", WAYS)
def test_the_load_saw_all_of_the_change(measured: dict[str, dict[str, Any]], slug: str) -> None:
    """Old pods answered and new ones, on both kinds of connections."""
    scenario = by_slug(slug)
    assert scenario
    found = _told(measured, slug)
    assert found["phases"], found["problem"]
    (phase,) = found["phases"]
    templates = {pod.rsplit("-", 1)[0] for pod in phase["pods"]}
    assert len(templates) == 2, "only pods of one revision answered"
    assert len(phase["pods"]) >= 2 * scenario.replicas
    assert len({pod.rsplit("-", 1)[0] for pod in phase["pods_new"]}) == 2
    assert min(phase["new"], phase["kept"]) > 0
