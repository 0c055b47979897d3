"""The rows of a report in a person's words, those that say the same made one: for the terminal and for the page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from realip.messages import Speaker
from realip.verify.attempt import Kind
from realip.verify.report import ProbeRow, Report, Verdict
from realip.verify.text import printable

__all__ = ["Group", "StyledVerdict", "groups", "learned", "pods", "reads", "row_verdict", "verdict", "where"]

_LONGEST_SEEN = 60
_LONGEST_WORDS = 400
_BETWEEN_CHINESE = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""A blank that stood between Chinese and an address."""


@dataclass(frozen=True)
class StyledVerdict:
    """A verdict in words, and what kind of one it is: `good`, `bad` or `doubtful`."""

    words: str
    style: str


_STYLES = {
    Verdict.PRESERVED: "good",
    Verdict.TRANSLATED: "bad",
    Verdict.SPOOFABLE: "bad",
    Verdict.UNREACHABLE: "doubtful",
    Verdict.UNKNOWN: "doubtful",
}


def verdict(report: Report, say: Speaker) -> StyledVerdict:
    """The verdict of a run."""
    return StyledVerdict(say(f"verdict_{report.verdict.value}"), _STYLES[report.verdict])


def row_verdict(row: ProbeRow, say: Speaker) -> StyledVerdict:
    """The verdict of a probe, and whose address was seen instead."""
    words = say(f"verdict_{row.verdict.value}")
    if row.by:
        words = say("verdict_by", verdict=words, by=say(f"by_{row.by.name.lower()}"))
    # A closed node port, and a strange request that is refused, are the good end of that probe.
    harmless = row.kind != Kind.TARGET.value and row.verdict is Verdict.UNREACHABLE
    return StyledVerdict(words, "good" if harmless else _STYLES[row.verdict])


def where(row: ProbeRow, say: Speaker) -> str:
    """The request."""
    if row.kind == Kind.TARGET.value:
        return say("where_target", family=row.family)
    if row.kind == Kind.NODE_PORT.value:
        return say("where_node_port", endpoint=row.endpoint)
    return say(f"where_{row.kind.lower().replace(' ', '_')}")


def _masked(row: ProbeRow, text: str, name: str) -> str:
    """A text with forged addresses by that name: they differ from probe to probe. The caller's own, which is forged too, stays."""
    if row.verdict is Verdict.PRESERVED:
        return text
    for forged in row.forged:
        if forged != row.local:
            text = re.sub(rf"(?<![0-9A-Fa-f:.]){re.escape(forged)}(?![0-9A-Fa-f:]|\.[0-9])", name, text)
    return text


def reads(report: Report, say: Speaker) -> str:
    """The place that the application reads."""
    return say("reads_socket_peer") if report.reads == "socket peer" else say("reads_header", header=report.reads)


def learned(how: str | None, say: Speaker) -> str:
    """How an address was learned."""
    return say(f"learned_{(how or 'nothing').replace(' ', '_')}")


def pods(report: Report, say: Speaker, most: int | None = None) -> str:
    """The pods that answered, and how often."""
    counted = list(report.pods.items())[:most]
    named = (say("pod_count", name=printable(name, _LONGEST_SEEN), count=count) for name, count in counted)
    return say("pods_answered", pods=say("separator").join(named))


@dataclass(frozen=True)
class Group:
    """Probes that say the same."""

    rows: list[ProbeRow]
    where: str
    connection: str
    headers: str
    seen: str
    verdict: StyledVerdict
    why: str

    @property
    def median(self) -> float:
        """Milliseconds."""
        times = sorted(row.milliseconds for row in self.rows)
        return times[len(times) // 2]


def groups(rows: Sequence[ProbeRow], say: Speaker) -> list[Group]:
    """The probes, in the order in which they first came."""
    found: dict[tuple[object, ...], Group] = {}
    for row in rows:
        said = (
            where(row, say),
            say(f"connection_{row.connection}"),
            say("headers_forged" if row.forged else "headers_plain"),
            printable(_masked(row, row.saw or say("seen_nothing"), say("seen_forged")), _LONGEST_SEEN),
            row_verdict(row, say),
            printable(_BETWEEN_CHINESE.sub("", _masked(row, say.say(row.why), say("why_forged"))), _LONGEST_WORDS),
        )
        found.setdefault(said, Group([], *said)).rows.append(row)
    return list(found.values())
