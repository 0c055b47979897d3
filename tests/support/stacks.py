"""Whole stacks under the recorder."""

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from realip import RealIpStack, parse_settings
from realip.scenarios import SCENARIOS, Scenario
from tests.support.recording import Recording, run

SLUGS = [scenario.slug for scenario in SCENARIOS]


def first_of_each(kind: Callable[[Scenario], object]) -> list[str]:
    """The first stack of each kind."""
    return list({kind(row): row.slug for row in reversed(SCENARIOS)}.values())


EXPOSURES = first_of_each(lambda row: row.exposure)
"""Where only what the exposure writes decides."""
ADMINISTRATORS = "198.18.0.0/24"
EVERYONE = "0.0.0.0/0"


def settings(slug: str = "vpc-cni-direct-native", **sections: Any) -> dict[str, Any]:
    """Plain settings that a stack file might hold, `sections` over those that every stack needs."""
    plain: dict[str, Any] = {
        "scenario": slug,
        "access": {"adminCidrs": [ADMINISTRATORS], "clientCidrs": [EVERYONE]},
        "tags": {"team": "edge"},
    }
    return plain | sections


def program(values: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> Callable[[], None]:
    """A program like the project's own."""

    def body() -> None:
        stack = RealIpStack("realip", parse_settings(values), opts)
        for name, value in stack.stack_outputs.items():
            pulumi.export(name, value)

    return body


def up(slug: str = "vpc-cni-direct-native", **sections: Any) -> Recording:
    """What `pulumi up` registers."""
    return _run_once(json.dumps(settings(slug, **sections)), preview=False)


def preview(slug: str = "vpc-cni-direct-native", **sections: Any) -> Recording:
    """What `pulumi preview` registers before anything exists."""
    return _run_once(json.dumps(settings(slug, **sections)), preview=True)


@functools.cache
def _run_once(values: str, *, preview: bool) -> Recording:
    return run(program(json.loads(values)), preview=preview)
