"""An audit on a terminal: by namespace one line for each exposure, then the findings, each with what to do."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from realip.audit.report import Finding, Report, Row
from realip.behaviour import Sees
from realip.messages import Speaker
from realip.terminal import Line, Span
from realip.text_width import padded, width

if TYPE_CHECKING:
    from realip.audit.proof import Proof

__all__ = ["page"]

_INDENT = "  "


def page(report: Report, say: Speaker) -> Iterator[Line]:
    """The lines of a report."""
    by_space: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in report.rows:
        by_space[row.world, row.exposure.namespace].append(row)
    for (world, space), rows in sorted(by_space.items()):
        where = say("audit_stack", name=world) if world else ""
        yield [Span(f"{space}  " if where else space, "title"), Span(where, "aside")]
        yield from _exposures(rows, say)
        yield []
    if report.findings:
        yield [Span(say("audit_findings"), "title")]
        for finding in report.findings:
            yield []
            yield from _finding(finding, say)
        yield []
    if report.proofs:
        yield [Span(say("audit_proofs"), "title")]
        for proof in report.proofs:
            yield _proof(proof, say)
        yield []
    yield from _summary(report, say)


def _proof(proof: "Proof", say: Speaker) -> Line:
    exposure = proof.exposure
    name = Span(f"{_INDENT}{exposure.kind} {exposure.namespace}/{exposure.name}  ", "name")
    return [name, Span(proof.line(say), "aside" if proof.report is None else proof.style)]


def _exposures(rows: list[Row], say: Speaker) -> Iterator[Line]:
    names = [f"{row.exposure.kind} {row.exposure.name}" for row in rows]
    longest = min(40, max(map(width, names)))
    sees = {each: say(f"sees_{each.value}") for each in Sees}
    widest = max(map(width, sees.values()))
    for row, name in zip(rows, names, strict=True):
        exposure = row.exposure
        yield [
            Span(f"{_INDENT}{padded(name, longest)}  ", "name"),
            Span(f"{padded(sees[exposure.sees], widest)}  ", row.style),
            Span(row.why(say)),
            *([Span(f" [{', '.join(row.rules)}]", "aside")] if row.rules else []),
        ]


def _finding(finding: Finding, say: Speaker) -> Iterator[Line]:
    file = finding.file
    place = "" if file is None else file if finding.line is None else say("audit_at", file=file, line=finding.line)
    yield [
        Span(f"{finding.rule.id} ", "name"),
        Span(f"{say(f'severity_{finding.severity.value}')}  ", finding.style),
        Span(str(finding.found)),
        *([Span(f"  {place}", "aside")] if place else []),
    ]
    yield [Span(_INDENT), Span(finding.message(say))]
    yield [Span(_INDENT), Span(say(f"rule_remedy_{finding.rule.id}"), "aside")]
    if finding.paste:
        yield [Span(f"{_INDENT}{_INDENT}"), Span(finding.paste, "decisive")]


def _summary(report: Report, say: Speaker) -> Iterator[Line]:
    yield [Span(report.summary(say), report.style)]
    for words in report.beside(say):
        yield [Span(words, "aside")]
