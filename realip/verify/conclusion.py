"""One verdict and one sentence out of all probes."""

from collections import Counter
from collections.abc import Sequence

from realip.reads import Reads
from realip.verify.ip import parse_address
from realip.verify.judge import Attempt, Judge, Judgement
from realip.verify.options import Plan
from realip.verify.report import Caller, ProbeRow, Rollout, Verdict

__all__ = ["callers", "conclude", "row", "warnings"]

_WORST_FIRST = (Verdict.SPOOFABLE, Verdict.TRANSLATED, Verdict.UNREACHABLE, Verdict.UNKNOWN)


def row(attempt: Attempt, judgement: Judgement) -> ProbeRow:
    """An attempt and its verdict as the report has them."""
    sighting = attempt.sighting
    host = f"[{attempt.address}]" if attempt.family == 6 else str(attempt.address)
    return ProbeRow(
        kind=attempt.kind,
        family=attempt.family,
        endpoint=f"{host}:{attempt.port}",
        connection="kept" if attempt.kept else "new",
        forged=tuple(map(str, attempt.forged)),
        local=str(attempt.local) if attempt.local else None,
        status=attempt.status,
        saw=", ".join(sighting.values) if sighting and sighting.values is not None else None,
        verdict=judgement.verdict,
        by=judgement.by,
        reason=judgement.reason,
        pod=sighting.pod if sighting else None,
        tries=attempt.tries,
        milliseconds=attempt.milliseconds,
    )


def callers(judge: Judge, attempts: Sequence[Attempt]) -> tuple[Caller, ...]:
    """What the caller's own address was taken to be, by family."""
    found = []
    for family in (4, 6):
        owns = [judge.own(attempt) for attempt in attempts if attempt.family == family and attempt.kind == "target"]
        if owns:
            learned = next((own.learned for own in owns if own.learned), None)
            addresses = {address for own in owns if own.learned for address in own.addresses}
            found.append(Caller(family, tuple(sorted(map(str, addresses))), learned))
    return tuple(found)


def _often(rows: Sequence[ProbeRow], verdict: Verdict) -> str:
    """The reason that most rows of a verdict give."""
    return Counter(row.reason for row in rows if row.verdict is verdict).most_common(1)[0][0]


def conclude(
    plan: Plan, rows: Sequence[ProbeRow], hop: int | None, pods: dict[str, int], rollout: Rollout | None
) -> tuple[Verdict, str]:
    """The verdict of the run and the sentence that says it.

    One probe that is not preserved is enough. A node port that is closed is as it has to be and counts for nothing.
    """
    counted = [row for row in rows if row.kind == "target" or row.verdict is not Verdict.UNREACHABLE]
    count = Counter(row.verdict for row in counted)
    total = len(counted)
    rolled = f" {_rollout_words(rollout)}" if rollout else ""
    url = plan.target.url
    for verdict in _WORST_FIRST:
        if count[verdict]:
            share = f"{count[verdict]} of {total} probes"
            return verdict, _bad(verdict, share, _often(counted, verdict), url, count[Verdict.PRESERVED]) + rolled
    if plan.pods is not None and len(pods) < plan.pods:
        named = f"{len(pods)} of {plan.pods} pods have answered" if pods else "the app does not name itself"
        return (
            Verdict.UNKNOWN,
            f"Cannot tell for every pod: all {total} probes kept the client's address, but {named}." + rolled,
        )
    if rollout and rollout.refused + rollout.lost:
        return Verdict.UNREACHABLE, "Every answer showed the client's own address, but requests failed." + rolled
    if plan.reads is Reads.SOCKET_PEER:
        how = "as the peer of its socket"
    else:
        how = f"as element {hop or 1} from the right of X-Forwarded-For, and forged headers change nothing"
    answered = f" ({len(pods)} {'pod' if len(pods) == 1 else 'pods'} answered)" if pods else ""
    return (
        Verdict.PRESERVED,
        f"Preserved: in all {total} probes of {url} the application saw the client's own address {how}{answered}."
        + rolled,
    )


def _bad(verdict: Verdict, share: str, reason: str, url: str, preserved: int) -> str:
    if verdict is Verdict.SPOOFABLE:
        return f"Not safe: a client can choose the address that the application believes ({share} of {url}): {reason}."
    if verdict is Verdict.TRANSLATED:
        return f"Not preserved: the client's address was lost in {share} of {url}: {reason}."
    if verdict is Verdict.UNREACHABLE and not preserved:
        return f"Cannot tell: {url} gave no answer: {reason}."
    if verdict is Verdict.UNREACHABLE:
        return f"Cannot tell: {share} of {url} got no answer ({reason}), although {preserved} showed the client's own address."
    return f"Cannot tell ({share} of {url}): {reason}."


def _rollout_words(rollout: Rollout) -> str:
    failed = f"{rollout.refused} refused, {rollout.lost} lost"
    return f"During the rollout {rollout.answered} of {rollout.requests} requests were answered, {failed}; the longest gap was {rollout.longest_gap:.1f} s."


def warnings(plan: Plan, judge: Judge, attempts: Sequence[Attempt]) -> list[str]:
    """What a reader should know that changes no verdict."""
    found = []
    target = [attempt for attempt in attempts if attempt.kind == "target" and attempt.sighting]
    if any(attempt.address.is_loopback for attempt in target):
        found.append("the target is on this machine (a test, or a forwarded port): this says nothing about a cluster")
    if (
        any(attempt.address.is_private and not attempt.address.is_loopback for attempt in target)
        and not plan.ranges.nodes
    ):
        found.append(
            "the cluster's networks are not known (--range): from one of its own nodes this would prove nothing"
        )
    again = sum(attempt.tries > 1 for attempt in target)
    if again:
        found.append(f"{again} of {len(target)} probes were answered only when tried again")
    if plan.probes > 1 and target and not any(attempt.kept for attempt in target):
        found.append("the target kept no connection open, so nothing was seen over a kept one")
    if plan.reads is Reads.X_FORWARDED_FOR:
        if judge.hop and judge.hop > 1:
            found.append(
                f"the application has to take element {judge.hop} from the right of X-Forwarded-For, not the last one"
            )
        if any(_real_ip_forged(attempt) for attempt in target):
            found.append("a forged X-Real-IP reaches the application unchanged: it must not read that header")
    return found


def _real_ip_forged(attempt: Attempt) -> bool:
    real = attempt.sighting.real_ip if attempt.sighting else None
    return real is not None and parse_address(real) in attempt.forged
