"""A verification from the first look-up to the report."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from realip.messages import Message, message
from realip.verify.answers import Question
from realip.verify.attempt import Attempt, Kind
from realip.verify.caller import Caller
from realip.verify.client import Asker, trust
from realip.verify.conclusion import Findings, callers, conclude, row
from realip.verify.coverage import Coverage
from realip.verify.echo import ask_echo
from realip.verify.extras import Extras
from realip.verify.forgery import Forger, Ledger
from realip.verify.ip import Address, parse_address, public
from realip.verify.judge import Judge, Judgement, find_trusted_hop
from realip.verify.notes import notes
from realip.verify.options import DEFAULT_PROBES, Plan, VerifyOptions
from realip.verify.probing import Prober, Tell
from realip.verify.report import ProbeRow, Report, Verdict
from realip.verify.resolve import Unresolved, addresses_of, way_to
from realip.verify.rollout import watch_rollout
from realip.verify.surroundings import cluster_sign, own_address

__all__ = ["run"]

_PAUSE = 0.2
MOST_ADDRESSES = 32
"""Addresses of one name that are asked; a report names those that were not."""
_ROUNDS_EACH = 3
"""Probes for every address of a target with many, so that each gets plain and forged ones."""


class _Run:
    def __init__(self, options: VerifyOptions, tell: Tell, stopped: Callable[[], bool]) -> None:
        self.plan = plan = Plan.of(options)
        self.tell, self.stopped = tell, stopped
        self.started = time.perf_counter()
        self.deadline = asyncio.get_running_loop().time() + plan.timeout
        self.context = trust(plan.ca_file, secure=plan.target.scheme == "https")
        self.notes: list[Message] = []

    def left(self) -> float:
        return self.deadline - asyncio.get_running_loop().time()

    async def addresses(self) -> list[Address]:
        """The target's addresses that this machine has a way to; waits until its name has some."""
        host, family = self.plan.target.host, self.plan.family
        while True:
            try:
                found = await addresses_of(host, family, max(0.001, self.left()))
            except Unresolved as error:
                if self.left() <= _PAUSE or parse_address(host):
                    raise
                self.tell(message("waiting", problem=error.why, left=f"{self.left():.0f}"))
                await asyncio.sleep(_PAUSE)
                continue
            ways = [address for address in found if way_to(address)]
            families = sorted(
                {address.version for address in set(found) - set(ways)} - {address.version for address in ways}
            )
            if ways and families:
                self.notes.append(message("note_no_way", family=families[0]))
            # With no way at all the requests themselves say what is wrong.
            ways = ways or found
            if len(ways) > MOST_ADDRESSES:
                left_out = ", ".join(map(str, ways[MOST_ADDRESSES:][:MOST_ADDRESSES]))
                self.notes.append(message("note_not_asked", addresses=left_out))
            return ways[:MOST_ADDRESSES]

    def caller(self, addresses: Sequence[Address], echoed: dict[int, frozenset[Address]]) -> Caller:
        """The knowledge of the caller; this machine is looked at only where that may matter."""
        plan = self.plan
        away = [address for address in addresses if not address.is_loopback]
        sign = cluster_sign() if away and not plan.ranges.known and not plan.in_pod else None
        return Caller(plan.ranges, plan.expect, echoed, plan.in_pod, sign, frozenset(filter(own_address, away)))

    async def report(self) -> Report:
        plan = self.plan
        self.tell(message("asking", url=plan.target.url))
        try:
            addresses = await self.addresses()
        except Unresolved as error:
            return self._unresolved(error.why)
        locals_ = [local for local in map(way_to, addresses) if local]
        ledger = Ledger([*plan.expect, *addresses, *locals_, *plan.nodes, *plan.ranges.all])
        own = [*plan.expect, *(local for local in locals_ if public(local) or not plan.expect)]
        forger = Forger(ledger, plan.reading.header, own)
        asker = Asker(
            plan.target,
            Question(plan.reading, plan.path, ledger=ledger),
            self.context,
            self.deadline,
            plan.method,
            plan.request_headers,
        )
        prober = Prober(asker, addresses, forger, Extras(asker, forger, plan.reading.header), self.tell)
        async with asyncio.TaskGroup() as group:
            families = sorted({address.version for address in addresses})
            echo = group.create_task(self._echo(families, addresses))
            attempts = await prober.first_round(self._probes(addresses))
            if plan.node_port is not None:
                node_ports = group.create_task(prober.node_ports(plan.nodes, plan.node_port))
            attempts += await prober.cover(attempts, plan.pods)
        attempts = _offended(_alike(attempts))
        extras = prober.extra_attempts
        judge = self._judge(addresses, echo.result(), [*attempts, *extras])
        coverage = Coverage.of(attempts, plan.pods)
        pods, rollout = coverage.pods, None
        if plan.rollout is not None and any(attempt.sighting for attempt in attempts):
            rollout, notable, later = await watch_rollout(prober, judge, plan.rollout, self.stopped, self.tell)
            attempts += notable
            pods = {name: pods.get(name, 0) + later.get(name, 0) for name in sorted({*pods, *later})}
        if plan.node_port is not None:
            attempts += node_ports.result()
        findings = Findings(
            plan,
            judge,
            attempts,
            [row(attempt, judge.judge(attempt)) for attempt in attempts],
            extras,
            [_extra_row(attempt, judge.judge(attempt)) for attempt in extras],
            coverage,
            pods,
            rollout,
            _forged(attempts),
        )
        return self._report(findings)

    def _probes(self, addresses: Sequence[Address]) -> int:
        """How many requests to send: every address gets some, and if there are to be many, plain and forged ones."""
        if len(addresses) == 1:
            return self.plan.probes
        many = self.plan.probes >= min(DEFAULT_PROBES, 2 * len(addresses))
        return max(self.plan.probes, len(addresses) * (_ROUNDS_EACH if many else 1))

    async def _echo(self, families: Iterable[int], addresses: Sequence[Address]) -> dict[int, frozenset[Address]]:
        if self.plan.echo is None:
            return {}
        told, problems = await ask_echo(self.plan, families, addresses, self.deadline)
        self.notes += problems
        return told

    def _judge(
        self, addresses: Sequence[Address], echoed: dict[int, frozenset[Address]], attempts: Sequence[Attempt]
    ) -> Judge:
        """The verdict of all answers together on how each is to be read."""
        plan = self.plan
        header = plan.reading.header
        sightings = [attempt.sighting for attempt in attempts if attempt.sighting and attempt.kind is Kind.TARGET]
        claims = [claim for sighting in sightings for claim in sighting.claims if claim.header == header]
        judge = Judge(
            plan.reading,
            self.caller(addresses, echoed),
            frozenset(plan.nodes),
            frozenset(addresses),
            hides=any(
                claim.header == header and claim.echo and not claim.stale
                for sighting in sightings
                if sighting.shows_headers and sighting.header is None
                for claim in sighting.claims
            ),
            numbered=any(sighting.fresh is not None for sighting in sightings),
            shown=any(sighting.header is not None and sighting.header.values for sighting in sightings),
            fields=frozenset(each.field for sighting in sightings for each in (*sighting.peers, *sighting.conclusions)),
            echoing=any(claim.echo and not claim.stale for claim in claims),
            unclaimed=not any(sighting.claims or sighting.fresh is not None for sighting in sightings),
        )
        if header is None:
            return judge
        judge = replace(judge, hides=judge.hides or _hidden(judge, attempts), concluded=_concluded(judge, attempts))
        return replace(judge, hop=plan.trusted_hops or find_trusted_hop(judge, attempts))

    def _unresolved(self, why: Message) -> Report:
        sentence = message("unresolved", reason=why)
        judge = Judge(self.plan.reading)
        findings = Findings(self.plan, judge, [], [], [], [], Coverage.of([], None), {}, None, ())
        return self._report(findings, (Verdict.UNREACHABLE, sentence))

    def _report(self, findings: Findings, said: tuple[Verdict, Message] | None = None) -> Report:
        verdict, sentence = said or conclude(findings)
        plan = self.plan
        return Report(
            verdict=verdict,
            sentence=sentence,
            url=plan.target.url,
            reads=plan.reading.value,
            method=plan.method,
            stack=plan.stack,
            probes=tuple(findings.rows),
            extras=tuple(findings.extra_rows),
            forged_headers=tuple(findings.forged_headers),
            caller=callers(findings.judge, findings.attempts),
            pods=findings.pods,
            trusted_hop=findings.judge.hop,
            notes=(*self.notes, *notes(findings)),
            rollout=findings.rollout,
            seconds=time.perf_counter() - self.started,
        )


def _hidden(judge: Judge, attempts: Iterable[Attempt]) -> bool:
    """The application knows its client, while no answer shows the header, though it was forged: it is left out, as by httpbin."""
    seen = [(attempt, attempt.sighting) for attempt in attempts if attempt.sighting and attempt.kind is Kind.TARGET]
    return any(attempt.forgery.forged for attempt, _ in seen) and all(
        sighting.shows_headers
        and sighting.header is None
        and any(
            each.sure and parse_address(each.values[0]) in judge.own(attempt).addresses for each in sighting.conclusions
        )
        for attempt, sighting in seen
    )


def _concluded(judge: Judge, attempts: Iterable[Attempt]) -> frozenset[str]:
    """The fields of conclusions in which any answer shows the caller's own address."""
    return frozenset(
        each.field
        for attempt in attempts
        if attempt.sighting and attempt.kind is Kind.TARGET
        for each in attempt.sighting.conclusions
        if len(each.values) == 1 and parse_address(each.values[0]) in judge.own(attempt).addresses
    )


def _forged(attempts: Iterable[Attempt]) -> tuple[str, ...]:
    """The headers that were forged."""
    return tuple(dict.fromkeys(name for attempt in attempts for name, _ in attempt.forgery.headers))


def _extra_row(attempt: Attempt, judgement: Judgement) -> ProbeRow:
    """The row of a request that may be refused: only a finding is one."""
    made = row(attempt, judgement)
    finding = judgement.verdict is Verdict.SPOOFABLE or (
        judgement.verdict is Verdict.TRANSLATED and attempt.kind is Kind.CONNECTION
    )
    if finding or judgement.verdict is Verdict.PRESERVED:
        return made
    return replace(made, verdict=Verdict.UNREACHABLE if attempt.sighting is None else Verdict.UNKNOWN)


def _alike(attempts: list[Attempt]) -> list[Attempt]:
    """The attempts; where plain requests fail with the same status, the forged headers are not the reason."""
    plain = {each.status for each in attempts if each.problem and each.problem.code == "http_status"}
    return [
        replace(each, problem=message("http_status", status=each.status))
        if each.problem and each.problem.code == "http_status_forged" and each.status in plain
        else each
        for each in attempts
    ]


def _offended(attempts: list[Attempt]) -> list[Attempt]:
    """The attempts, with what is to be said where every request with many headers is refused and plain ones are not."""
    plain = [attempt for attempt in attempts if not attempt.forgery.forged]
    crowds = [attempt for attempt in attempts if len(attempt.forgery.owners) > _CROWD]
    refused = [attempt for attempt in crowds if _is_refused(attempt)]
    if not refused or len(refused) < len(crowds) or not any(attempt.sighting for attempt in plain):
        return attempts
    return [
        replace(attempt, problem=_offence(attempt), transient=False) if attempt in refused else attempt
        for attempt in attempts
    ]


def _is_refused(attempt: Attempt) -> bool:
    """An error instead of an answer, or a connection that was cut."""
    if attempt.sighting is not None or not attempt.reached:
        return False
    return attempt.status >= 400 if attempt.status else attempt.transient


def _offence(attempt: Attempt) -> Message:
    if attempt.status:
        return message("firewall", status=attempt.status)
    return message("firewall_cut", problem=attempt.problem or message("no_answer"))


_CROWD = 12
"""Claims of a request that has more headers than one program reads."""


async def run(options: VerifyOptions, tell: Tell, stopped: Callable[[], bool]) -> Report:
    """Verify, on the running event loop. `stopped` is asked whether to end a rollout's watch early."""
    return await _Run(options, tell, stopped).report()
