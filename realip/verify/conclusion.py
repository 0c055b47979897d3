"""One verdict and one sentence out of all probes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from realip.messages import Message, message
from realip.verify.attempt import Attempt, Kind
from realip.verify.coverage import Coverage
from realip.verify.evidence import Evidence, Label
from realip.verify.forgery import SHAPES
from realip.verify.judge import Judge, Judgement
from realip.verify.options import Plan
from realip.verify.report import Caller, ProbeRow, Rollout, Verdict

__all__ = ["Findings", "callers", "conclude", "row"]

_WORST_FIRST = (Verdict.SPOOFABLE, Verdict.TRANSLATED, Verdict.UNREACHABLE, Verdict.UNKNOWN)
_ENOUGH_SHAPES = 10
"""Of the kinds of forged requests, those that 20 probes send: with them every header and kind of address was tried."""


@dataclass(frozen=True)
class Findings:
    """Everything that a run saw, judged."""

    plan: Plan
    judge: Judge
    attempts: Sequence[Attempt]
    """Probes of the target and of node ports."""
    rows: Sequence[ProbeRow]
    """Their rows, in the same order."""
    extras: Sequence[Attempt]
    extra_rows: Sequence[ProbeRow]
    coverage: Coverage
    pods: dict[str, int]
    rollout: Rollout | None
    forged_headers: Sequence[str]

    @property
    def target(self) -> list[Attempt]:
        """The probes of the target that were answered."""
        return [attempt for attempt in self.attempts if attempt.kind is Kind.TARGET and attempt.sighting]


def row(attempt: Attempt, judgement: Judgement) -> ProbeRow:
    """An attempt and its verdict as the report has them."""
    evidence = judgement.evidence
    host = f"[{attempt.address}]" if attempt.family == 6 else str(attempt.address)
    return ProbeRow(
        kind=attempt.kind.value,
        family=attempt.family,
        endpoint=f"{host}:{attempt.port}",
        connection="kept" if attempt.kept else "new",
        forged=attempt.forgery.chain or tuple(map(str, attempt.forgery.owners)),
        local=str(attempt.local) if attempt.local else None,
        status=attempt.status,
        saw=", ".join(evidence.values) if evidence and evidence.values else _claimed(attempt),
        field=evidence.field if evidence else _claimed_field(attempt),
        label=evidence.label.value if evidence else None,
        verdict=judgement.verdict,
        by=judgement.by,
        believed=judgement.believed,
        why=judgement.reason,
        pod=attempt.sighting.pod if attempt.sighting else None,
        tries=attempt.tries,
        milliseconds=attempt.milliseconds,
    )


def _believed_claims(attempt: Attempt) -> list[tuple[str, str]]:
    claims = attempt.sighting.believed if attempt.sighting else attempt.shown
    return [(str(claim.address), claim.field) for claim in claims]


def _claimed(attempt: Attempt) -> str | None:
    found = _believed_claims(attempt)
    return found[0][0] if found else None


def _claimed_field(attempt: Attempt) -> str | None:
    found = _believed_claims(attempt)
    return found[0][1] if found else None


def callers(judge: Judge, attempts: Sequence[Attempt]) -> tuple[Caller, ...]:
    """The address taken for the caller's own, by family."""
    found = []
    for family in (4, 6):
        owns = [judge.own(attempt) for attempt in attempts if attempt.family == family and attempt.kind is Kind.TARGET]
        if owns:
            learned = next((own.learned for own in owns if own.learned), None)
            addresses = {address for own in owns if own.learned for address in own.addresses}
            found.append(Caller(family, tuple(sorted(map(str, addresses))), learned))
    return tuple(found)


def _often(rows: Sequence[ProbeRow], verdict: Verdict) -> Message:
    """The reason that most rows of a verdict give."""
    return Counter(row.why for row in rows if row.verdict is verdict).most_common(1)[0][0]


def conclude(findings: Findings) -> tuple[Verdict, Message]:
    """The verdict of the run and the sentence that says it.

    One probe that is not preserved is enough. A node port that is closed is as it has to be and counts for nothing, and
    so does an extra request that was refused.
    """
    verdict, sentence = _conclude(findings)
    rollout = findings.rollout
    if rollout is None:
        return verdict, sentence
    return verdict, message(
        "with_rollout",
        sentence=sentence,
        answered=rollout.answered,
        requests=rollout.requests,
        refused=rollout.refused,
        lost=rollout.lost,
        gap=f"{rollout.longest_gap:.1f}",
    )


def _conclude(findings: Findings) -> tuple[Verdict, Message]:
    counted = [row for row in findings.rows if row.kind == Kind.TARGET.value or row.verdict is not Verdict.UNREACHABLE]
    count = Counter(row.verdict for row in counted)
    url = findings.plan.target.url
    for verdict in _WORST_FIRST:
        bad_extras = [row for row in findings.extra_rows if row.verdict is verdict]
        if count[verdict]:
            share = message("share", count=count[verdict], total=len(counted))
            return verdict, _bad(verdict, share, _often(counted, verdict), url, count[Verdict.PRESERVED])
        if bad_extras and verdict in {Verdict.SPOOFABLE, Verdict.TRANSLATED}:
            kind = kind_words(bad_extras[0].kind, findings)
            share = message("share_extra", kind=kind)
            return verdict, _bad(verdict, share, bad_extras[0].why, url, count[Verdict.PRESERVED])
    if doubt := _pods_in_doubt(findings, len(counted)):
        return Verdict.UNKNOWN, doubt
    if findings.rollout and findings.rollout.refused + findings.rollout.lost:
        return Verdict.UNREACHABLE, message("rollout_failed")
    return Verdict.PRESERVED, _good(findings, len(counted), url)


def kind_words(kind: str, findings: Findings) -> Message:
    """The attempt of an extra request."""
    return message(f"kind_{kind.lower().replace(' ', '_')}", header=findings.judge.reading.header or "X-Forwarded-For")


def _pods_in_doubt(findings: Findings, probes: int) -> Message | None:
    """Why the probes do not speak for every pod."""
    pods, wanted, coverage = findings.pods, findings.plan.pods, findings.coverage
    if wanted is not None and len(pods) < wanted:
        if not pods:
            return message("pods_nameless", probes=probes)
        return message("pods_missing", probes=probes, seen=len(pods), wanted=wanted)
    if coverage.half and findings.plan.probes > 1:
        return message("pods_half_asked", probes=probes, count=coverage.half, seen=len(pods))
    if coverage.missing and findings.plan.probes > 1:
        return message("search_gave_up", probes=probes, seen=len(pods))
    return None


def _good(findings: Findings, probes: int, url: str) -> Message:
    answered = {0: message("answered_nobody"), 1: message("answered_pod")}.get(
        len(findings.pods), message("answered_pods", count=len(findings.pods))
    )
    return message(
        "preserved_one" if probes == 1 else "preserved",
        probes=probes,
        url=url,
        how=_how(findings),
        claims=_claims(findings),
        answered=answered,
    )


def _how(findings: Findings) -> Message:
    """As what the application saw it."""
    judge = findings.judge
    read: list[Evidence] = [
        evidence
        for attempt in findings.target
        if attempt.sighting and (evidence := judge.evidence(attempt.sighting)[0])
    ]
    evidence = read[0]
    if evidence.label is Label.HEADER:
        return message("how_header", hop=judge.hop or 1, header=judge.reading.header)
    if judge.reading.header is None and evidence.label is Label.SOCKET_PEER:
        return message("how_peer", field=evidence.field)
    if any(len(each.values) > 1 for each in read):
        return message("how_conclusion_chain", hop=judge.hop or 1, field=evidence.field)
    return message("how_conclusion", field=evidence.field)


def _claims(findings: Findings) -> Message:
    """Forgeries without an effect: no more than what was sent."""
    forged = [attempt for attempt in findings.target if attempt.forgery.forged]
    shapes = {attempt.forgery.shape for attempt in forged}
    if not forged:
        return message("claims_none")
    if len(shapes) < min(_ENOUGH_SHAPES, len(SHAPES)):
        return message("claims_some", forged=len(forged))
    return message("claims_all", forged=len(forged), headers=len(findings.forged_headers))


def _bad(verdict: Verdict, share: Message, reason: Message, url: str, preserved: int) -> Message:
    if verdict is Verdict.UNREACHABLE:
        if not preserved:
            return message("unreachable", url=url, reason=reason)
        return message("unreachable_some", share=share, url=url, reason=reason, preserved=preserved)
    code = {Verdict.SPOOFABLE: "spoofable", Verdict.TRANSLATED: "translated"}.get(verdict, "unknown")
    return message(code, share=share, url=url, reason=reason)
