"""Text of others made fit for a terminal, a log and a report."""

import re

__all__ = ["printable"]

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")


def printable(text: str, longest: int = 100) -> str:
    """The text without control and direction characters, cut at `longest` characters."""
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text[: longest + 1])
    return text if len(text) <= longest else text[:longest] + "…"
