"""Notes that change no verdict."""

from collections.abc import Iterator

from realip.messages import Message, message
from realip.verify.conclusion import Findings
from realip.verify.coverage import found_share
from realip.verify.evidence import Evidence, Label
from realip.verify.forgery import SHAPES
from realip.verify.headers import CLIENT_HEADERS, plain
from realip.verify.ip import parse_address

__all__ = ["notes"]

_MOST_NAMES = 6
_ENOUGH_PROBES = 20
_DEEP = 3
_LARGEST_WORD = 12
"""The largest number that stands as a word."""


def notes(findings: Findings) -> list[Message]:
    """The notes of a run."""
    return [*_about_the_way(findings), *_about_the_probes(findings), *_about_headers(findings)]


def _about_the_way(findings: Findings) -> Iterator[Message]:
    plan, answered = findings.plan, findings.target
    if any(attempt.address.is_loopback for attempt in answered):
        yield message("note_loopback")
    if not plan.ranges.nodes and any(
        attempt.address.is_private and not attempt.address.is_loopback for attempt in answered
    ):
        yield message("note_ranges")
    if plan.ranges.others:
        yield message("note_range_names", names=", ".join(sorted(plan.ranges.others)))


def _about_the_probes(findings: Findings) -> Iterator[Message]:
    plan, answered = findings.plan, findings.target
    again = sum(attempt.tries > 1 for attempt in answered)
    if again:
        yield message("note_again", again=again, count=len(answered))
    if not answered:
        return
    depth = max(attempt.place for attempt in answered)
    if plan.probes > 1 and depth == 1:
        yield message("note_not_kept")
    elif plan.probes > 1 and depth < _DEEP:
        yield message("note_depth", depth=depth)
    if plan.probes < _ENOUGH_PROBES:
        yield message("note_few", probes=plan.probes, shapes=len(SHAPES), enough=_ENOUGH_PROBES)
    if not findings.pods:
        extras = [attempt for attempt in findings.extras if attempt.sighting]
        fresh = sum(not attempt.kept for attempt in answered) + len(extras)
        yield message("note_share", count=fresh, share=_number(found_share(fresh)))
    if plan.method != "GET":
        yield message("note_method", method=plan.method)


def _number(count: int) -> Message | int:
    return message(f"number_{count}") if 0 < count <= _LARGEST_WORD else count


def _about_headers(findings: Findings) -> Iterator[Message]:
    judge, header = findings.judge, findings.judge.reading.header
    passed, copied = _arrived(findings)
    if passed and header is not None:
        names: Message | str = ", ".join(passed[:_MOST_NAMES])
        if len(passed) > _MOST_NAMES:
            names = message("note_passed_more", names=names, count=len(passed) - _MOST_NAMES)
        yield message("note_passed", names=names)
    for claimed, field in copied[:_MOST_NAMES]:
        yield message("note_copied", header=claimed, field=field)
    if header is None:
        return
    if judge.hop and judge.hop > 1:
        yield message("note_hop", hop=judge.hop, header=header)
    if findings.plan.node_port is None:
        yield message("note_node_ports", header=header)
    if other := _conclusion_beside(findings):
        yield message("note_conclusion", saw=other.values[0], field=other.field, header=header)


def _arrived(findings: Findings) -> tuple[list[str], list[tuple[str, str]]]:
    """The forged headers that the application got as they were, and those that it got under another name, with the field."""
    header = findings.judge.reading.header
    passed: dict[str, None] = {}
    copied: dict[tuple[str, str], None] = {}
    for attempt in findings.target:
        for claim in attempt.sighting.claims if attempt.sighting else ():
            place = plain(claim.field.rpartition(".")[2]).removeprefix("http")
            if not claim.echo or claim.stale or claim.header == header:
                continue
            if place == plain(claim.header).removeprefix("http"):
                passed[claim.header] = None
            elif place != plain(header or ""):
                copied[claim.header, claim.field] = None
    return sorted(passed, key=_place), list(copied)


def _place(name: str) -> int:
    return next((place for place, header in enumerate(CLIENT_HEADERS) if header.name == name), len(CLIENT_HEADERS))


def _conclusion_beside(findings: Findings) -> Evidence | None:
    """The application's own conclusion about its client, where that is another address than the header's."""
    for attempt in findings.target:
        sighting, own = attempt.sighting, findings.judge.own(attempt).addresses
        evidence = findings.judge.evidence(sighting)[0] if sighting else None
        if sighting is None or evidence is None or evidence.label is not Label.HEADER or not own:
            continue
        for other in sighting.conclusions:
            address = parse_address(other.values[0]) if other.sure and len(other.values) == 1 else None
            if address is not None and address not in own:
                return other
    return None
