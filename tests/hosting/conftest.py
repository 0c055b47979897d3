"""What the plugin's tests share."""

from collections.abc import Iterator

import pytest

from tests.hosting.plugin import Plugin, running


@pytest.fixture(scope="session")
def plugin() -> Iterator[Plugin]:
    """The plugin, started once: components leave nothing behind in it."""
    with running() as started:
        yield started
