"""The report as one page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from realip.messages import Speaker
from realip.page import page, text
from realip.verify.attempt import Kind
from realip.verify.coverage import found_share
from realip.verify.report import ProbeRow, Report
from realip.verify.rows import groups, learned, pods, reads, row_verdict, verdict, where

__all__ = ["Circumstances", "html"]

_MOST_OPEN = 4
"""Forged addresses of a probe that are shown without being asked for."""
_STYLE = """\
.verdict { border: 1px solid var(--line); border-left: .5rem solid currentColor; padding: .75rem 1rem; background: var(--band); }
.verdict b { font-size: 1.3rem; } .verdict p { color: var(--ink); margin: .25rem 0 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; }
th { overflow-wrap: normal; } td.code, dd, .code { font-family: ui-monospace, monospace; font-size: 13px; }
td.code { min-width: 6.5rem; }
td.short, td .code { white-space: nowrap; overflow-wrap: normal; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
"""


@dataclass(frozen=True)
class Circumstances:
    """The facts that an auditor asks for and the report lacks."""

    machine: str
    """The name of the machine that asked."""
    start: datetime
    end: datetime
    """Both in UTC."""
    version: str
    """The name and version of the program that asked."""
    options: Sequence[str]
    """The words of the command line besides the target, without secrets."""


def html(report: Report, circumstances: Circumstances, say: Speaker) -> str:
    """The page."""
    none = f"<p>{text(say('none'))}</p>"
    body = [
        f"<h1>{text(say('page_title'))}</h1>",
        _verdict(report, say),
        _section(say("page_asked"), _facts(_asked(report, circumstances, say))),
        _section(say("page_rests"), _list(_rests_on(report, say)) or none),
        _section(say("page_limits"), _list(_limits(report, say))),
        _section(say("page_probes"), _table(report.probes, say) if report.probes else none),
    ]
    if report.extras:
        about = f'<p class="soft">{text(say("page_extras_say"))}</p>'
        body.append(_section(say("page_extras"), about + _table(report.extras, say)))
    if report.forged_headers:
        body.append(_section(say("page_forged"), f'<p class="code">{text(", ".join(report.forged_headers))}</p>'))
    return page(say.language, say("page_title"), _STYLE, body)


def _verdict(report: Report, say: Speaker) -> str:
    found = verdict(report, say)
    code = text(say("page_exit_code", code=report.exit_code))
    sentence = text(say.say(report.sentence))
    return f'<div class="verdict {found.style}"><b>{text(found.words)}</b> <span class="soft">{code}</span><p>{sentence}</p></div>'


def _section(title: str, content: str) -> str:
    return f"<section><h2>{text(title)}</h2>{content}</section>"


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{text(each)}</li>" for each in texts)
    return f"<ul>{items}</ul>" if items else ""


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in facts) + "</dl>"


def _asked(report: Report, circumstances: Circumstances, say: Speaker) -> Iterator[tuple[str, str]]:
    yield say("page_url"), report.url
    if report.stack:
        yield say("page_stack"), report.stack
    yield say("page_reads"), reads(report, say)
    if report.trusted_hop:
        yield say("page_trusted_hop"), str(report.trusted_hop)
    yield say("page_method"), report.method
    yield say("page_options"), " ".join(circumstances.options) or say("none")
    yield say("page_machine"), circumstances.machine
    sockets = dict.fromkeys(row.local for row in (*report.probes, *report.extras) if row.local)
    yield say("page_sockets"), ", ".join(sockets) or say("none")
    for caller in report.caller:
        how = learned(caller.learned, say)
        told = (
            say("page_caller_value", addresses=say("separator").join(caller.addresses), learned=how)
            if caller.learned
            else how
        )
        yield say("page_caller", family=caller.family), told
    start, end = (f"{at:%Y-%m-%d %H:%M:%S}" for at in (circumstances.start, circumstances.end))
    yield say("page_when"), say("page_when_value", start=start, end=end, seconds=f"{report.seconds:.2f}")
    yield say("page_version"), circumstances.version


def _rests_on(report: Report, say: Speaker) -> Iterator[str]:
    counts: dict[str, int] = {}
    for group in groups(report.probes, say):
        counts[group.why] = counts.get(group.why, 0) + len(group.rows)
    for reason, count in counts.items():
        yield f"{count}\N{MULTIPLICATION SIGN} {reason}"
    if report.pods:
        yield pods(report, say)
    if report.rollout:
        for example in report.rollout.examples:
            yield say("rollout_lost", reason=example)


def _limits(report: Report, say: Speaker) -> Iterator[str]:
    yield from (say.say(note) for note in report.notes)
    yield say("limit_moment")
    count = sum(row.kind == Kind.TARGET.value for row in report.probes)
    if count:
        yield say("limit_probes", count=count, share=found_share(count))
    for code in ("limit_headers", "limit_udp", "limit_application"):
        yield say(code)


def _table(rows: Sequence[ProbeRow], say: Speaker) -> str:
    columns = ("where", "connection", "headers", "forged", "status", "saw", "field", "pod", "time", "verdict", "why")
    head = "".join(f"<th>{text(say(f'column_{name}'))}</th>" for name in columns)
    lines = (f"<tr><td>{number}</td>{_row(row, say)}</tr>" for number, row in enumerate(rows, start=1))
    return f'<div class="wide"><table><thead><tr><th>{text(say("page_number"))}</th>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _row(row: ProbeRow, say: Speaker) -> str:
    found = row_verdict(row, say)
    endpoint = "" if row.kind == Kind.NODE_PORT.value else f' <span class="code">{text(row.endpoint)}</span>'
    return (
        f"<td>{text(where(row, say))}{endpoint}</td>"
        f'<td class="short">{text(say(f"connection_{row.connection}"))}</td>'
        f'<td class="short">{text(say("headers_forged" if row.forged else "headers_plain"))}</td>'
        f'<td class="code">{_forged(row)}</td>'
        f"<td>{text(row.status or say('seen_nothing'))}</td>"
        f'<td class="code">{text(row.saw or say("seen_nothing"))}</td>'
        f'<td class="code">{text(say.value(row.field or say("seen_nothing")))}</td>'
        f'<td class="code">{text(row.pod or say("seen_nothing"))}</td>'
        f"<td>{row.milliseconds:.0f}</td>"
        f'<td class="short {found.style}">{text(found.words)}</td>'
        f"<td>{text(say.say(row.why))}</td>"
    )


def _forged(row: ProbeRow) -> str:
    if len(row.forged) <= _MOST_OPEN:
        return text(", ".join(row.forged))
    return f"<details><summary>{len(row.forged)}</summary>{text(', '.join(row.forged))}</details>"
