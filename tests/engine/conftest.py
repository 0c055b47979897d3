"""What the engine's tests share: the CLI, a project on a fresh cloud, and the stacks."""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import tools
from realip.scenarios import SCENARIOS
from tests.engine.driver import REPOSITORY, Project, World, copy_project, world
from tests.engine.standins.keys import PROVIDER
from tests.support.stacks import first_of_each

STACKS = [scenario.slug for scenario in SCENARIOS]
SOME = [
    "vpc-cni-direct-native",
    "globalrouter-direct-native",
    "vpc-cni-direct-super",
    "globalrouter-nondirect-native",
    "globalrouter-direct-native-ingress",
    "vpc-cni-nondirect-native-local",
]
"""Stacks of every kind of exposure, network mode and node, with and without the switch, for what each of those decides:
all of them live their whole lives, and have a golden state."""
DIRECT = [slug for slug in SOME if "nondirect" not in slug]
CLUSTERS = first_of_each(lambda row: (row.network_mode, row.super_nodes))
"""Where only network mode and nodes do."""


def stands(stack: str) -> pytest.MarkDecorator:
    """Marks a test that looks at a stack of `standing`: one worker of pytest makes it, once."""
    return pytest.mark.xdist_group(f"standing {stack}")


STANDING = [pytest.param(stack, marks=stands(stack)) for stack in STACKS]
"""All stacks, for tests with `standing`."""
ADMINISTRATORS = ["198.18.0.0/24"]
"""Who may reach the API server: not the documentation range of the committed stack files, which a real update refuses."""

Live: TypeAlias = Callable[..., Project]


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The CLI that `make tools` finds or builds."""
    try:
        return tools.locate("pulumi")
    except tools.ToolMissing as missing:
        pytest.fail(f"{missing}\nThe engine's tests need it: make tools", pytrace=False)


def start(
    closing: ExitStack,
    parent: Path,
    pulumi: Path,
    stack: str,
    *,
    configured: bool = True,
    environment: Mapping[str, str] | None = None,
    secrets_provider: str = PROVIDER,
    **choices: Any,
) -> Project:
    """A project with one stack, on a cloud of its own; `environment`: what the engine sees besides."""
    surroundings: World = closing.enter_context(world(**choices))
    folder = parent / f"{stack}-{len(list(parent.iterdir()))}"
    copy_project(REPOSITORY, folder)
    project = Project(
        folder,
        stack,
        surroundings,
        pulumi,
        extra_environment=environment or {},
        secrets_provider=secrets_provider,
    ).init()
    if configured:
        project.configure({"realip:access": {"adminCidrs": ADMINISTRATORS}})
    return project


@pytest.fixture
def live(tmp_path: Path, pulumi: Path) -> Iterator[Live]:
    """Make a project: `live("vpc-cni-direct-native", exposure_seconds=None)`."""
    with ExitStack() as closing:
        yield functools.partial(start, closing, tmp_path, pulumi)


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory, pulumi: Path) -> Iterator[Live]:
    """A stack that is up, one for all tests that only look at it."""
    with ExitStack() as closing:

        @functools.cache
        def make(stack: str) -> Project:
            project = start(closing, tmp_path_factory.mktemp("standing"), pulumi, stack)
            project.up().succeeded()
            return project

        yield make


@pytest.fixture
def standing_to_change(standing: Live) -> Iterator[Live]:
    """A stack that is up, as it was before when the test is over."""
    with ExitStack() as closing:

        def make(stack: str) -> Project:
            project = standing(stack)
            closing.enter_context(project.branch())
            closing.callback(project.world.faults.clear)
            return project

        yield make
