"""The picture is of the objects that a stack makes: were one of them otherwise, it would show where the address goes lost."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from realip.messages import ENGLISH
from realip.offline.journey import EXAMPLE_CLIENT, Journey, draw, journey
from realip.offline.monitor import Recording
from realip.offline.program import record
from realip.offline.stackfile import read_stack
from realip.scenarios import SCENARIOS, by_slug
from realip.settings.models import Settings

ROOT = Path(__file__).resolve().parents[2]
DIRECT = "service.cloud.tencent.com/direct-access"
INGRESS_DIRECT = "ingress.cloud.tencent.com/direct-access"
Change = Callable[[str, dict[str, Any]], dict[str, Any] | None]


def recorded(slug: str) -> tuple[Settings, Recording]:
    stack = read_stack(slug, folder=ROOT)
    assert stack.settings is not None
    return stack.settings, record(stack)


def drawn(slug: str, change: Change = lambda _, inputs: inputs) -> tuple[Journey, str]:
    """The picture of a stack whose resources are changed, or left out where the change gives None."""
    settings, recording = recorded(slug)
    changed = [(each, change(each.type, dict(each.inputs))) for each in recording.resources]
    recording.resources = [replace(each, inputs=inputs) for each, inputs in changed if inputs is not None]
    lines = ["".join(span.text for span in line) for line in draw(settings, recording, ENGLISH)]
    return journey(settings, recording, ENGLISH), "\n".join(lines)


def said(key: str, value: str, kind: str) -> Change:
    def change(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if token.endswith(f":{kind}"):
            metadata = inputs["metadata"]
            inputs["metadata"] = {**metadata, "annotations": {**metadata["annotations"], key: value}}
        return inputs

    return change


@pytest.mark.parametrize("slug", [row.slug for row in SCENARIOS])
def test_the_mark_stands_where_the_scenario_says_that_the_app_reads(slug: str) -> None:
    found, text = drawn(slug)
    row = by_slug(slug)
    assert row is not None
    assert found.reads == row.reads.value
    assert text.count("the app reads the client here") == 1


def test_without_direct_access_the_picture_goes_through_a_node_port_and_has_no_mark() -> None:
    found, text = drawn("vpc-cni-direct-native", said(DIRECT, "false", "Service"))
    *_, node, pod = found.hops
    assert node.passed
    assert "node port" in node.detail
    assert "10.0.80.0/20" in str(pod.peer)
    assert EXAMPLE_CLIENT not in str(pod.peer)
    assert "the app reads the client here" not in text


def test_a_cluster_without_the_switch_ends_at_the_load_balancer() -> None:
    found, text = drawn(
        "globalrouter-direct-native",
        lambda token, inputs: (
            {**inputs, "data": {"GlobalRouteDirectAccess": "false"}} if token.endswith("ConfigMapPatch") else inputs
        ),
    )
    assert [hop.place for hop in found.hops] == ["client", "CLB"]
    assert "the app reads the client here" not in text


def test_policy_cluster_in_place_of_local_shows_a_node_to_the_app() -> None:
    def change(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if token.endswith(":Service"):
            inputs["spec"] = {**inputs["spec"], "externalTrafficPolicy": "Cluster"}
        return inputs

    found, text = drawn("vpc-cni-nondirect-native-local", change)
    assert "10.0.80.0/20" in str(found.hops[-1].peer)
    assert "the app reads the client here" not in text


def test_an_ingress_over_node_ports_shows_a_node_at_the_socket_and_the_client_in_the_header() -> None:
    service = said(INGRESS_DIRECT, "false", "Ingress")

    def change(token: str, inputs: dict[str, Any]) -> dict[str, Any] | None:
        if token.endswith(":Service"):
            inputs["spec"] = {**inputs["spec"], "type": "NodePort"}
        return service(token, inputs)

    found, _ = drawn("vpc-cni-direct-native-ingress", change)
    pod = found.hops[-1]
    assert "10.0.80.0/20" in str(pod.peer)
    assert str(pod.forwarded_for).endswith(EXAMPLE_CLIENT)
    assert found.reads == "X-Forwarded-For"
