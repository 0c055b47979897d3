"""How often a property is tried: for every change as often as finds what was planted, in `make thorough` more often and anew."""

import os

from hypothesis import settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "same")
THOROUGH = PROFILE == "explore"


def examples(few: int, many: int) -> settings:
    """Settings of a property: how many examples for every change, and how many in `make thorough`."""
    return settings(max_examples=many if THOROUGH else few)
