"""A verification from the first look-up to the report."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from realip.reads import Reads
from realip.verify.client import Asker, trust
from realip.verify.conclusion import callers, conclude, row, warnings
from realip.verify.forgery import Forger
from realip.verify.ip import Address, parse_address
from realip.verify.judge import Attempt, Judge, find_trusted_hop
from realip.verify.options import Plan, VerifyOptions
from realip.verify.probing import Coverage, Prober, Progress, gather
from realip.verify.report import Report, Rollout, Verdict
from realip.verify.resolve import Unresolved, addresses_of, way_to
from realip.verify.rollout import watch_rollout
from realip.verify.url import Target

__all__ = ["run"]

_PAUSE = 0.2
_ECHO_ASKED = 2
"""How often an echo service is asked: a caller may leave by more than one address."""


class _Run:
    def __init__(self, options: VerifyOptions, progress: Progress, stopped: Callable[[], bool]) -> None:
        self.plan = plan = Plan.of(options)
        self.progress, self.stopped = progress, stopped
        self.started = time.perf_counter()
        self.deadline = asyncio.get_running_loop().time() + plan.timeout
        self.context = trust(plan.ca_file, secure=plan.target.scheme == "https")
        self.echo_context = trust(None, secure=plan.echo is not None and plan.echo.scheme == "https")
        self.warnings: list[str] = []

    def left(self) -> float:
        return self.deadline - asyncio.get_running_loop().time()

    def asker(self) -> Asker:
        return Asker(self.plan.target, self.plan.reads, self.plan.path, self.context, self.deadline)

    async def addresses(self) -> list[Address]:
        """The target's addresses that this machine has a way to; waits until its name has some."""
        host, family = self.plan.target.host, self.plan.family
        while True:
            try:
                found = await addresses_of(host, family, max(0.001, self.left()))
            except Unresolved as error:
                if self.left() <= _PAUSE or parse_address(host):
                    raise
                self.progress(f"waiting for the target: {error}; {self.left():.0f} s left")
                await asyncio.sleep(_PAUSE)
                continue
            ways = [address for address in found if way_to(address)]
            families = sorted(
                {address.version for address in set(found) - set(ways)} - {address.version for address in ways}
            )
            if ways and families:
                self.warnings.append(
                    f"this machine has no way to the target's IPv{families[0]} addresses: not asked there"
                )
            # With no way at all the requests themselves say what is wrong.
            return ways or found

    async def echo(self, families: Iterable[int]) -> dict[int, frozenset[Address]]:
        """What the echo service says this machine's address is, by family."""
        service = self.plan.echo
        if service is None:
            return {}
        results = await gather(partial(self._echo_of, service, family) for family in families)
        told = {}
        for family, addresses, problem in results:
            if addresses:
                told[family] = frozenset(addresses)
            else:
                self.warnings.append(f"the echo service did not tell your IPv{family} address: {problem}")
        return told

    async def _echo_of(self, service: Target, family: int) -> tuple[int, list[Address], str]:
        try:
            address = (await addresses_of(service.host, family, max(0.001, self.left())))[0]
        except Unresolved as error:
            return family, [], str(error)
        asker = Asker(service, Reads.SOCKET_PEER, None, self.echo_context, self.deadline)

        async def once() -> Attempt:
            async with asker.connect(address) as connection:
                return await connection.ask()

        attempts = await gather(once for _ in range(_ECHO_ASKED))
        sightings = [attempt.sighting for attempt in attempts if attempt.sighting]
        told = [parse_address(value) for sighting in sightings for value in sighting.values or ()]
        problem = attempts[0].problem or (sightings[0].problem if sightings else None) or "its answer is no address"
        return family, [address for address in told if address is not None and address.version == family], problem

    async def report(self) -> Report:
        plan = self.plan
        self.progress(f"asking {plan.target.url}")
        try:
            addresses = await self.addresses()
        except Unresolved as error:
            return self._report(
                Verdict.UNREACHABLE,
                f"Cannot tell: {error}.",
                judge=Judge(plan.reads),
                attempts=[],
                pods={},
                rollout=None,
            )
        ranges = plan.ranges
        locals_ = [local for local in map(way_to, addresses) if local]
        forger = Forger([*plan.expect, *addresses, *locals_, *plan.nodes, *ranges.vpc, *ranges.nodes, *ranges.pods])
        prober = Prober(self.asker(), addresses, forger, self.progress)
        async with asyncio.TaskGroup() as group:
            echo = group.create_task(self.echo(sorted({address.version for address in addresses})))
            attempts = await prober.first_round(plan.probes)
            if plan.node_port is not None:
                node_ports = group.create_task(prober.node_ports(plan.nodes, plan.node_port))
            attempts += await prober.cover(attempts, plan.pods)
        judge = Judge(plan.reads, ranges, plan.expect, echo.result(), frozenset(plan.nodes), plan.in_pod)
        if plan.reads is Reads.X_FORWARDED_FOR:
            judge = replace(judge, hop=plan.trusted_hops or find_trusted_hop(judge, attempts))
        pods = Coverage.of(attempts, plan.pods).pods
        rollout = None
        if plan.rollout is not None and any(attempt.sighting for attempt in attempts):
            rollout, notable, later = await watch_rollout(prober, judge, plan.rollout, self.stopped, self.progress)
            attempts += notable
            pods = {name: pods.get(name, 0) + later.get(name, 0) for name in sorted({*pods, *later})}
        if plan.node_port is not None:
            attempts += node_ports.result()
        rows = [row(attempt, judge.judge(attempt)) for attempt in attempts]
        verdict, summary = conclude(plan, rows, judge.hop, pods, rollout)
        return self._report(verdict, summary, judge=judge, attempts=attempts, pods=pods, rollout=rollout)

    def _report(
        self,
        verdict: Verdict,
        summary: str,
        *,
        judge: Judge,
        attempts: list[Attempt],
        pods: dict[str, int],
        rollout: Rollout | None,
    ) -> Report:
        return Report(
            verdict=verdict,
            summary=summary,
            url=self.plan.target.url,
            reads=self.plan.reads.value,
            stack=self.plan.stack,
            probes=tuple(row(attempt, judge.judge(attempt)) for attempt in attempts),
            caller=callers(judge, attempts),
            pods=pods,
            trusted_hop=judge.hop,
            warnings=tuple(self.warnings + warnings(self.plan, judge, attempts)),
            rollout=rollout,
            seconds=time.perf_counter() - self.started,
        )


async def run(options: VerifyOptions, progress: Progress, stopped: Callable[[], bool]) -> Report:
    """Verify, on the running event loop. `stopped` is asked whether to end a rollout's watch early."""
    return await _Run(options, progress, stopped).report()
