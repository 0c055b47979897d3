"""What all tests have in common."""

import gc
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests.support import temporary
from tests.support.thoroughness import PROFILE

# The same examples each time: a red build is then about the change, and not about the day. `make thorough` looks for new ones.
for name, derandomize in (("same", True), ("explore", False)):
    settings.register_profile(
        name, derandomize=derandomize, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
settings.load_profile(PROFILE)

# Where a whole run is in the background, a shell has its programs ignore Ctrl-C, and all that they start: tests of it need it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # so that it ends a run in its own order, too
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """One folder for what the run leaves, whether tests run here or in processes that this one starts."""
    if not hasattr(config, "workerinput"):
        temporary.one_folder()


# --- What makes a run short ------------------------------------------------------------------------------------------

TRACE = sys.gettrace()
"""What traces this process for coverage, if something does. Traced code takes two to three times as long on Python 3.11."""
# What modules and collected tests consist of stays to the end: looking through it for garbage was a quarter of a run.
gc.disable()


def pytest_collection_finish() -> None:
    """All modules are there now; from here on only fixtures and tests are traced, and only what they leave is looked through."""
    gc.freeze()
    gc.enable()
    sys.settrace(None)


@contextmanager
def _traced(item: pytest.Item | None = None) -> Iterator[None]:
    """Trace, but for a property and for a table that is marked as `repeats`: their hundreds of cases go where others go."""
    if item and (item.get_closest_marker("repeats") or is_hypothesis_test(getattr(item, "obj", None))):
        yield
        return
    before = sys.gettrace()
    sys.settrace(TRACE)
    try:
        yield
    finally:
        sys.settrace(before)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    with _traced():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    with _traced(pyfuncitem):
        return (yield)
