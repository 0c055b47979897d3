"""The findings and exposures of an audit, and the JSON that programs read."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from realip.audit.objects import Found
from realip.audit.rule import Match, Part, Rule, Severity
from realip.behaviour import Exposure, Sees
from realip.messages import ENGLISH, Message, Say, Speaker

if TYPE_CHECKING:
    from realip.audit.proof import Proof

__all__ = ["Finding", "Report", "Row"]

_EXIT = {Severity.ERROR: 1, Severity.WARNING: 1, Severity.UNKNOWN: 3}
_SEVERITY_STYLES = {Severity.ERROR: "bad", Severity.WARNING: "doubtful", Severity.UNKNOWN: "doubtful"}
_SEES_STYLES = {Sees.CLIENT: "good", Sees.UNKNOWN: "doubtful"}
_CODE_STYLES = {0: "good", 1: "bad", 3: "doubtful"}


@dataclass(frozen=True)
class Finding:
    """A rule's condition that holds at a place."""

    rule: Rule
    part: Part
    found: Found
    match: Match
    line: int | None

    @property
    def severity(self) -> Severity:
        """The rule's, unless this place is more or less certain."""
        return self.match.severity or self.rule.severity

    @property
    def style(self) -> str:
        """The way in which it is shown: `bad` or `doubtful`."""
        return _SEVERITY_STYLES[self.severity]

    @property
    def file(self) -> str | None:
        """The file that the object comes from; None where it comes from a cluster."""
        return self.found.place.file if self.found.place.line is not None or self.line is not None else None

    @property
    def fingerprint(self) -> tuple[str, str, str, str]:
        """The part that stays the same when a file moves or grows."""
        return self.rule.id, *self.found.key

    def message(self, say: Say = ENGLISH) -> str:
        """The sentence about this place, in a language."""
        return say(f"rule_says_{self.rule.id}", **self.match.values)

    def remedy(self, say: Say = ENGLISH) -> str:
        """The way to mend it, in a language, with what can be pasted."""
        words = say(f"rule_remedy_{self.rule.id}")
        paste = self.paste
        return f"{words} {paste}" if paste else words

    @property
    def paste(self) -> str:
        """The command or the lines that mend it, or that would tell; empty where there are none."""
        return self.part.paste.format(namespace=self.found.namespace, name=self.found.name)

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {
            "rule": self.rule.id,
            "severity": self.severity.value,
            "kind": self.found.kind,
            "namespace": self.found.namespace,
            "name": self.found.name,
            "message": self.message(),
            "remedy": self.remedy(),
            "file": self.file,
            "line": self.line,
        }


@dataclass(frozen=True)
class Row:
    """An exposure, and the rules that found something about it."""

    exposure: Exposure
    found: Found
    rules: tuple[str, ...]
    world: str = ""

    @property
    def style(self) -> str:
        """The way in which it is shown: `good`, `bad` or `doubtful`."""
        return "bad" if self.exposure.forgeable else _SEES_STYLES.get(self.exposure.sees, "bad")

    def why(self, say: Speaker) -> str:
        """The sentence about it, with what would tell where that is open."""
        said = say.say(self.exposure.why)
        return said if self.exposure.tells is None else f"{said} {say.say(self.exposure.tells)}"

    def to_json(self) -> dict[str, Any]:
        """The exposure as JSON has it."""
        exposure = self.exposure
        return {
            "kind": exposure.kind,
            "namespace": exposure.namespace,
            "name": exposure.name,
            "sees": exposure.sees.value,
            "reads": exposure.reads,
            "forgeable": exposure.forgeable,
            "why": self.why(ENGLISH),
            "rules": list(self.rules),
        }


@dataclass
class Report:
    """All of an audit."""

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    suppressed: list[tuple[Finding, str]] = field(default_factory=list)
    """Findings that an annotation accepts, each with its reason."""
    known: int = 0
    """Findings that the baseline has already."""
    proofs: "list[Proof] | None" = None
    """Predictions beside their proof; None where none was asked for."""
    notes: list[Message] = field(default_factory=list)
    """Things that were not seen."""

    @property
    def exit_code(self) -> int:
        """0 clean, 1 a finding, or a prediction that packets disprove, 3 only such as cannot be decided."""
        codes = {_EXIT[finding.severity] for finding in self.findings}
        return (
            1 if 1 in codes or any(proof.agreement == "disagrees" for proof in self.proofs or ()) else 3 if codes else 0
        )

    @property
    def style(self) -> str:
        """The way in which its sum is shown: `good`, `bad` or `doubtful`."""
        return _CODE_STYLES[self.exit_code]

    def summary(self, say: Say) -> str:
        """The numbers of exposures and findings, in a sentence."""
        counts = Counter(finding.severity for finding in self.findings)
        return say(
            "audit_summary",
            exposures=len(self.rows),
            findings=len(self.findings),
            errors=counts[Severity.ERROR],
            warnings=counts[Severity.WARNING],
            unknown=counts[Severity.UNKNOWN],
        )

    def beside(self, say: Speaker) -> Iterator[str]:
        """Sentences beside the findings: what is accepted and why, what a baseline has, and what was not seen."""
        for finding, reason in self.suppressed:
            yield say("audit_accepted_item", rule=finding.rule.id, object=str(finding.found), reason=reason)
        if self.known:
            yield say("audit_known", count=self.known)
        yield from (say.say(note) for note in self.notes)

    def to_json(self) -> Mapping[str, Sequence[Any]]:
        """The report as JSON has it."""
        return {
            "exposures": [row.to_json() for row in self.rows],
            "findings": [finding.to_json() for finding in self.findings],
            **({} if self.proofs is None else {"proofs": [proof.to_json() for proof in self.proofs]}),
        }

    def to_json_text(self) -> str:
        """The same as text."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"
