"""The exceptions of the library, all for mistakes that a person can mend, and the guess at what was meant.

    InputError                  any bad input
    ├── SettingsError           a stack file, or settings that a program made
    └── ArgumentError           a component's arguments; a `pulumi.RunError` too, so that Pulumi prints no traceback

Each is importable from `realip`. Nothing else is raised for input.
"""

import difflib
from collections.abc import Iterable

__all__ = ["InputError", "nearest"]


class InputError(Exception):
    """Bad input, told so that the reader can act: which field, which value, what is wrong, what to do instead.

    The message is complete: whoever catches it prints it as it is, without a traceback, and ends with exit code 2.
    """


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` where a known word is near, else the list of the known ones."""
    known = sorted(known)
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean {by_folded[close[0]]}?"
    return f"known are {', '.join(known)}"
