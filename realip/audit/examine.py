"""An audit: every rule against every object, what is accepted taken out."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from realip.audit.lines import Lines
from realip.audit.objects import Found
from realip.audit.report import Finding, Report, Row
from realip.audit.rules import BY_ID, BY_KIND
from realip.audit.scene import Scene
from realip.audit.world import World
from realip.errors import InputError, nearest

__all__ = ["IGNORE", "examine", "without_known"]

IGNORE = "realip.audit/ignore"
"""An annotation by which an object accepts findings: `RIP004: reason`, several with `;` between them."""


def examine(worlds: Iterable[World], texts: Mapping[str, str]) -> Report:
    """Find what there is to find. InputError for an annotation that accepts a rule that is not there, or without a reason."""
    report, lines = Report(), Lines(texts)
    for world in worlds:
        scene = Scene(world)
        by_object: dict[Found, list[str]] = defaultdict(list)
        for found in world.objects:
            accepted = {**world.accepted, **accepts(found)}
            for finding in _findings(scene, found, lines):
                if (reason := accepted.get(finding.rule.id)) is not None:
                    report.suppressed.append((finding, reason))
                    continue
                report.findings.append(finding)
                if finding.rule.id not in by_object[found]:
                    by_object[found].append(finding.rule.id)
        for found, exposure in scene.exposures.items():
            report.rows.append(Row(exposure, found, tuple(by_object.get(found, ())), world.name))
    return report


def _findings(scene: Scene, found: Found, lines: Lines) -> Iterator[Finding]:
    for rule, part in BY_KIND.get(found.kind, ()):
        for match in part.check(scene, found):
            yield Finding(rule, part, found, match, lines.of(found, match.path))


def accepts(found: Found) -> Mapping[str, str]:
    """The rules that an object accepts, each with the reason."""
    said = found.annotations.get(IGNORE)
    if said is None:
        return {}
    accepted = {}
    for part in str(said).split(";"):
        if not part.strip():
            continue
        rule, _, reason = (" ".join(said.split()) for said in part.partition(":"))
        place = f"{found.place.file}: {found}: {IGNORE} = {part.strip()[:80]!r}"
        if not rule or not reason:
            raise InputError(f"{place}: write the rule and the reason: RIP001: seen by nobody")
        if rule not in BY_ID:
            raise InputError(f"{place}: there is no rule {rule[:80]}; {nearest(rule[:80], BY_ID)}")
        accepted[rule] = reason
    return accepted


def without_known(report: Report, baseline: str) -> None:
    """Take out of a report what a baseline has: a report as `--json` writes it. InputError for another file."""
    try:
        text = Path(baseline).read_text(encoding="utf-8")
        entries = json.loads(text)["findings"]
        known = Counter((entry["rule"], entry["kind"], entry["namespace"], entry["name"]) for entry in entries)
    except OSError as error:
        raise InputError(f"--baseline {baseline!r}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"--baseline {baseline!r}: is no report; write one with `realip audit ... --json > {baseline}`"
        ) from None
    new = []
    for finding in report.findings:
        if known[finding.fingerprint] > 0:
            known[finding.fingerprint] -= 1
            report.known += 1
        else:
            new.append(finding)
    report.findings = new
