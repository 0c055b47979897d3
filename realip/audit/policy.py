"""The rules for Pulumi's policy packs: what they find in the resources of a program. Needs no engine, and no pulumi-policy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from realip.audit.examine import examine
from realip.audit.rule import Severity
from realip.audit.state import world_of

__all__ = ["Violation", "violations"]


@dataclass(frozen=True)
class Violation:
    """A finding about a resource."""

    urn: str
    rule: str
    severity: Severity
    message: str
    """The finding and the way to mend it, with the rule's id in front."""


def violations(resources: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[Violation]:
    """Findings about all resources of a stack together, each resource given by its URN, its type and its properties."""
    world = world_of((token, properties, properties, urn) for urn, token, properties in resources)
    for finding in examine([world], {}).findings:
        said = f"{finding.rule.id}: {finding.found}: {finding.message()} {finding.remedy()}"
        yield Violation(finding.found.place.file, finding.rule.id, finding.severity, said)
