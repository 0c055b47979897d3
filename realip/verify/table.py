"""The report on a terminal: a table of probes, what the rows rest on, and the sentence."""

from collections.abc import Callable, Iterator, Sequence

from realip.messages import Speaker
from realip.terminal import Line, Span, Table, cell
from realip.verify.report import Report
from realip.verify.rows import Group, groups, learned, pods, verdict, where
from realip.verify.text import printable

__all__ = ["page"]

_MOST_GROUPS = 60
"""Lines of the table; the JSON has all rows."""
_LONGEST_WORDS = 400


def page(report: Report, say: Speaker) -> Iterator[Line | Table]:
    """The report as a page."""
    found = groups(report.probes, say)
    if found:
        yield from _table(found[:_MOST_GROUPS], say)
        if len(found) > _MOST_GROUPS:
            yield [Span(say("more_lines", count=len(found) - _MOST_GROUPS))]
        yield []
    for words in _rests_on(report, say):
        yield [Span(printable(words, _LONGEST_WORDS))]
    for note in report.notes:
        yield [Span(printable(say("note", note=note), _LONGEST_WORDS))]
    if found:
        yield []
    style = verdict(report, say).style
    yield [Span(say.say(report.sentence), f"{style} verdict")]


def _table(found: Sequence[Group], say: Speaker) -> Iterator[Line | Table]:
    """The columns that differ between the groups in a table, what does not beside its name, and the reasons under it: they are long."""
    reasons = list(dict.fromkeys(group.why for group in found))
    columns: list[tuple[str, Callable[[Group], Line]]] = [
        ("where", lambda group: cell(group.where)),
        ("connection", lambda group: cell(group.connection)),
        ("headers", lambda group: cell(group.headers)),
        ("saw", lambda group: cell(group.seen)),
        ("verdict", lambda group: cell(group.verdict.words, group.verdict.style)),
    ]
    differ = [(name, show) for name, show in columns if len({tuple(show(group)) for group in found}) > 1]
    same = [(name, show) for name, show in columns if (name, show) not in differ] if len(found) > 1 else []
    if len(found) == 1:
        differ = columns
    rows = []
    for group in found:
        counts = [cell(len(group.rows)), cell(say("milliseconds", count=f"{group.median:.0f}"))]
        why = [cell(reasons.index(group.why) + 1)] if len(reasons) > 1 else []
        rows.append([*counts, *(show(group) for _, show in differ), *why])
    for name, show in same:
        yield [Span(say("fact", name=say(f"column_{name}")), "aside"), *show(found[0])]
    head = ["probes", "median", *(name for name, _ in differ), *(["why"] if len(reasons) > 1 else [])]
    if same:
        yield []
    yield Table([say(f"column_{name}") for name in head], rows, numbers=frozenset({0, 1}))
    yield []
    for number, reason in enumerate(reasons, start=1):
        if len(reasons) > 1:
            yield [Span(say("reason_item", number=number, reason=reason))]
        else:
            yield [Span(say("fact", name=say("column_why")), "aside"), Span(reason)]


def _rests_on(report: Report, say: Speaker) -> Iterator[str]:
    for caller in report.caller:
        addresses = say("separator").join(caller.addresses)
        how = learned(caller.learned, say)
        if caller.learned:
            yield say("caller_told", family=caller.family, addresses=addresses, learned=how)
        else:
            yield say("caller_not_known", family=caller.family)
    if report.pods:
        yield pods(report, say, _MOST_GROUPS)
    if report.extras:
        kinds = (
            say("extra_item", kind=where(row, say), verdict=say(f"verdict_{row.verdict.value}"))
            for row in report.extras
        )
        yield say("extras_sent", kinds=say("separator").join(kinds))
    if report.rollout:
        for example in report.rollout.examples:
            yield say("rollout_lost", reason=example)
