"""Version numbers as programs print them, and the ranges that are supported."""

import re
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, order=True)
class Version:
    """A release: three numbers; what follows them (``-rc.1``, ``+dirty``) does not matter for what a program can do."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def find(cls, text: str) -> Self | None:
        """The first version in a program's answer (``go version go1.24.7 linux/amd64``), or None."""
        match = re.search(r"(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?(?!\d)", text)
        return cls(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True)
class Range:
    """Versions from ``lowest`` on that are below ``below``."""

    lowest: Version
    below: Version

    def __contains__(self, version: Version) -> bool:
        return self.lowest <= version < self.below

    def __str__(self) -> str:
        return f"at least {self.lowest} and below {self.below}"
