"""One control plane for all tests of this folder; each test finds it as new."""

from collections.abc import Callable, Iterator

import pytest

from tests.cluster import live
from tools.controlplane import ControlPlane

Renderer = Callable[..., live.Render]


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    with ControlPlane() as plane:
        yield plane


@pytest.fixture
def cluster(control_plane: ControlPlane) -> Iterator[live.Cluster]:
    cluster = live.Cluster(control_plane)
    yield cluster
    cluster.clean()
    cluster.api.close()


@pytest.fixture(scope="session")
def render(tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    """``render(stack, "app.replicas=5")``: each combination is rendered once."""
    known: dict[tuple[str, ...], live.Render] = {}

    def rendered(stack: str, *settings: str) -> live.Render:
        if (stack, *settings) not in known:
            known[stack, *settings] = live.render(stack, tmp_path_factory.mktemp(stack), *settings)
        return known[stack, *settings]

    return rendered
