"""Stacks whose states are kept by real servers."""

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

import tools
from tests.engine.conftest import pulumi, start
from tests.engine.driver import Project
from tests.servers.state_servers import StateServer

__all__ = ["Kept", "pulumi"]

STACK = "vpc-cni-direct-native"
Kept: TypeAlias = Callable[[type[StateServer]], tuple[Project, StateServer]]


@pytest.fixture
def kept(tmp_path: Path, pulumi: Path) -> Iterator[Kept]:
    """Make a server, and a project whose state it keeps: `kept(PostgreSQL)`."""
    with ExitStack() as closing:

        @functools.cache
        def make(kind: type[StateServer]) -> tuple[Project, StateServer]:
            try:
                server = closing.enter_context(kind())
            except tools.ToolMissing as missing:
                pytest.fail(f"{missing}\nThe tests of state servers need it: make tools", pytrace=False)
            environment = {**server.environment, "PULUMI_BACKEND_URL": server.url}
            return start(closing, tmp_path, pulumi, STACK, environment=environment), server

        yield make
