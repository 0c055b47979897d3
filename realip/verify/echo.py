"""A service that answers with its caller's address: what ours is for those outside."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

from realip.messages import Message, message
from realip.verify.answers import Question
from realip.verify.attempt import Attempt
from realip.verify.client import Asker, trust
from realip.verify.forgery import Forger, Ledger
from realip.verify.ip import Address, contains, parse_address
from realip.verify.options import Plan
from realip.verify.reading import Reading
from realip.verify.resolve import Unresolved, addresses_of
from realip.verify.side_by_side import gather

__all__ = ["ask_echo"]

_ASKED = 2
"""How often it is asked: a caller may leave by more than one address."""

Told = tuple[int, list[Address], Message | None]


async def ask_echo(
    plan: Plan, families: Iterable[int], targets: Sequence[Address], deadline: float
) -> tuple[dict[int, frozenset[Address]], list[Message]]:
    """The machine's addresses as the plan's echo service says them, by family, and notes on what it did not say."""
    results: list[Told] = await gather(partial(_ask, plan, family, targets, deadline) for family in families)
    told = {family: frozenset(addresses) for family, addresses, _ in results if addresses}
    return told, [problem for _, addresses, problem in results if not addresses and problem]


async def _ask(plan: Plan, family: int, targets: Sequence[Address], deadline: float) -> Told:
    service = plan.echo
    assert service is not None  # noqa: S101 - asked only where there is one
    left = deadline - asyncio.get_running_loop().time()
    try:
        address = (await addresses_of(service.host, family, max(0.001, left)))[0]
    except Unresolved as error:
        return family, [], message("note_echo", family=family, problem=error.why)
    if address in targets and (service.port == plan.target.port or not address.is_loopback):
        return family, [], message("note_echo_same", address=address)
    if contains((*plan.ranges.vpc, *plan.ranges.nodes, *plan.ranges.pods, *plan.ranges.services), address):
        return family, [], message("note_echo_inside", address=address)
    question = Question(Reading(), plan.echo_path)
    asker = Asker(service, question, trust(None, secure=service.scheme == "https"), deadline)
    forger = Forger(Ledger(()), None)

    async def once() -> Attempt:
        async with asker.connect(address) as connection:
            return await connection.ask(forger.plain())

    attempts = await gather(once for _ in range(_ASKED))
    found = [value for attempt in attempts for value in _told(attempt)]
    addresses = [seen for seen in map(parse_address, found) if seen is not None and seen.version == family]
    sighting = attempts[0].sighting
    problem = attempts[0].problem or (sighting.problem if sighting else None) or message("peer_not_shown")
    return family, addresses, message("note_echo", family=family, problem=problem)


def _told(attempt: Attempt) -> tuple[str, ...]:
    sighting = attempt.sighting
    if sighting is None or sighting.problem is not None:
        return ()
    found = [sighting.named] if sighting.named else [*sighting.conclusions, *sighting.peers]
    return found[0].values if found and len(found[0].values) == 1 else ()
