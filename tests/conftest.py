"""What all tests have in common."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.support import temporary

# The same examples each time: a red build is then about the change, and not about the day. HYPOTHESIS_PROFILE=explore
# looks for new ones.
for name, derandomize in (("same", True), ("explore", False)):
    settings.register_profile(
        name, derandomize=derandomize, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# Where a whole run is in the background, a shell has its programs ignore Ctrl-C, and all that they start: tests of it need it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # so that it ends a run in its own order, too
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """One folder for what the run leaves, whether tests run here or in processes that this one starts."""
    if not hasattr(config, "workerinput"):
        temporary.one_folder()
