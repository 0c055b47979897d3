"""Raw resources: a component hands out every resource that it made, so that a program can go on where its arguments end."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import RealIpStack
from realip.scenarios import SCENARIOS
from tests.components.argument_trees import TREES
from tests.support.recording import Recording, run
from tests.support.stacks import settings

PAGE = Path(__file__).parents[2] / "docs" / "components.md"
NAMED = {
    "ZONE": r"[a-z]+-[a-z]+-\d",
    "HOST": r"[a-z*][a-z.]+",
    "PORT": r"\d+",
    "POOL": "[a-z]+",
    "APP": "[a-z]+",
    "NAME": "[a-z]+",
}
"""Names that people give, as the page spells them."""


def _listed() -> dict[str, list[str]]:
    """The keys that the page lists, by the component."""
    section = PAGE.read_text("utf-8").split("## Raw resources")[1].split("\n## ")[0]
    rows = [row.split("|")[1:3] for row in section.splitlines() if row.startswith("| `")]
    return {name: re.findall("`([^`]+)`", keys) for names, keys in rows for name in re.findall("`([^`]+)`", names)}


def _pattern(key: str) -> str:
    return "".join(NAMED.get(part, re.escape(part)) for part in re.split("([A-Z]+)", key))


def _page_names(component: str, handed: Iterable[str]) -> None:
    listed = [_pattern(key) for key in _listed()[component]]
    assert [key for key in handed if not any(re.fullmatch(pattern, key) for pattern in listed)] == []


def _tree(number: int) -> tuple[Recording, dict[str, pulumi.Resource]]:
    component, args = TREES[number]
    handed: dict[str, pulumi.Resource] = {}

    def program() -> None:
        cluster = kubernetes.Provider("their-cluster", kubeconfig="{}")
        made = component("mine", args, pulumi.ResourceOptions(providers=[cluster]))
        handed.update(made.resources)

    return run(program), handed


def _handed_out(recording: Recording, name: str, handed: dict[str, pulumi.Resource]) -> None:
    (owner,) = (found for found in recording.resources if found.name == name and not found.custom)
    made = {(child.type, child.name) for child in recording.resources if child.parent == owner.urn}
    assert made
    assert {(one.pulumi_resource_type, one.pulumi_resource_name) for one in handed.values()} == made
    for key, resource in handed.items():
        rest = resource.pulumi_resource_name.removeprefix(name).removeprefix("-")
        assert key == rest or (not rest and key), key


@pytest.mark.parametrize("number", range(len(TREES)), ids=[f"{tree[0].__name__}-{n}" for n, tree in enumerate(TREES)])
def test_a_component_hands_out_every_resource_that_it_made_and_the_page_names_it(number: int) -> None:
    recording, handed = _tree(number)
    _handed_out(recording, "mine", handed)
    _page_names(TREES[number][0].__name__, handed)


@pytest.mark.parametrize("slug", [scenario.slug for scenario in SCENARIOS])
def test_a_stack_hands_out_every_resource_that_it_made_down_to_those_of_its_parts(slug: str) -> None:
    handed: dict[str, dict[str, pulumi.Resource]] = {}

    def program() -> None:
        stack = RealIpStack("realip", settings(slug))
        parts: dict[str, Any] = {"realip": stack, **{part: stack.resources[part] for part in ("network", "access")}}
        handed.update({name: dict(part.resources) for name, part in parts.items()})

    recording = run(program)
    _page_names("RealIpStack", handed["realip"])
    _handed_out(recording, "realip", handed["realip"])
    _handed_out(recording, "realip-network", handed["network"])
    _handed_out(recording, "realip-access", handed["access"])


def test_the_page_lists_no_resource_that_nothing_makes() -> None:
    made: dict[str, set[str]] = {}
    for number, (component, _) in enumerate(TREES):
        made.setdefault(component.__name__, set()).update(_tree(number)[1])
    for component, keys in _listed().items():
        if component != "RealIpStack":
            missing = [key for key in keys if not any(re.fullmatch(_pattern(key), one) for one in made[component])]
            assert missing in ([], ["APP-echo", "APP-autoscaler"], ["certificate-PORT"]), component
