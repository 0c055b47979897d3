"""A rule as data, and what it finds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from realip.audit.objects import Found

if TYPE_CHECKING:
    from realip.audit.scene import Scene

__all__ = ["REMOVED", "Change", "Cost", "Effect", "Match", "Part", "Renamed", "Rule", "Severity"]


class Severity(StrEnum):
    """The weight of a finding."""

    ERROR = "error"
    WARNING = "warning"
    UNKNOWN = "unknown"
    """Not decided by what the input shows; the finding says what would tell."""


class Effect(StrEnum):
    """The fate of clients' addresses."""

    LOST = "lost"
    FORGEABLE = "forgeable"
    BROKEN = "broken"
    RISKY = "risky"
    """It does not do what its author expects, or will not for long."""
    UNDECIDED = "undecided"


class Cost(StrEnum):
    """The cost of a change."""

    NOTHING = "nothing"
    REBIND = "rebind"
    """The load balancer stays, its backends change."""
    ROLLOUT = "rollout"
    """One rollout of the pods."""
    NEW_LOAD_BALANCER = "new"
    """A new load balancer, with a new address."""
    LOAD_BALANCER_GONE = "gone"
    """A load balancer less, and its address with it."""


@dataclass(frozen=True)
class Change:
    """One change to an object: a value at a path; `REMOVED` takes it away, `Renamed` its key's name."""

    found: Found
    path: tuple[str | int, ...]
    value: Any


REMOVED = object()


@dataclass(frozen=True)
class Renamed:
    """The value of a change that gives a key another name, where it stands."""

    key: str


@dataclass(frozen=True)
class Match:
    """A place where a rule's condition holds."""

    path: tuple[str | int, ...] = ()
    """The path in the object that it is about, as deep as the object has it."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The values of its sentence."""
    severity: Severity | None = None
    """In place of the rule's."""


@dataclass(frozen=True)
class Part:
    """A rule on some kinds of objects."""

    kinds: tuple[str, ...]
    check: Callable[["Scene", Found], Iterator[Match]]
    paste: str = ""
    """The command or the lines that mend it, or tell, with `{namespace}` and `{name}`."""
    fix: Callable[["Scene", Found], Iterator[Change]] | None = None
    cost: Cost = Cost.NOTHING
    """The cost of the fix."""
    cel: str = ""
    """The condition where one object shows it, for an admission policy (`realip.audit.admission`); empty where it takes more."""


@dataclass(frozen=True)
class Rule:
    """A rule. Its words are in the catalogue: `rule_title_ID`, `rule_when_ID`, `rule_says_ID`, `rule_remedy_ID`."""

    id: str
    """Never changes, and is never given to another rule."""
    effect: Effect
    severity: Severity
    source: str
    """The document that says so: `TKE 41897`."""
    parts: tuple[Part, ...]

    def part(self, kind: str) -> Part:
        """The part about a kind of objects."""
        return next(part for part in self.parts if kind in part.kinds)
