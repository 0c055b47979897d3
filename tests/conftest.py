"""What all tests have in common."""

import os

from hypothesis import HealthCheck, settings

# In CI the same examples each time: a red build is then about the change, and not about the day.
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
