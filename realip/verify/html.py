"""The report as one page that stands alone: no network, no script; light or dark as its reader's screen is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from realip.messages import Language, Speaker
from realip.verify.attempt import Kind
from realip.verify.coverage import found_share
from realip.verify.report import ProbeRow, Report
from realip.verify.rows import groups, learned, pods, reads, row_verdict, verdict, where
from realip.verify.text import printable

__all__ = ["Circumstances", "html"]

_LONGEST = 2000
_MOST_OPEN = 4
"""Forged addresses of a probe that are shown without being asked for."""
_LANGUAGES = {Language.ENGLISH: "en", Language.CHINESE: "zh-CN"}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --line: #d8dce0; --soft: #5c6670; --band: #f4f6f8;
  --good: #116329; --bad: #b3261e; --doubtful: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #15181b; --line: #343a40; --soft: #9aa4ae; --band: #1e2226;
  --good: #6fcf85; --bad: #ff8a80; --doubtful: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, li, td, th, dd { overflow-wrap: anywhere; }
.verdict { border: 1px solid var(--line); border-left: .5rem solid currentColor; padding: .75rem 1rem; background: var(--band); }
.verdict b { font-size: 1.3rem; } .verdict p { color: var(--ink); margin: .25rem 0 0; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubtful { color: var(--doubtful); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; overflow-wrap: normal; } td.code, dd, .code { font-family: ui-monospace, monospace; font-size: 13px; }
td.code { min-width: 6.5rem; }
td.short, td .code { white-space: nowrap; overflow-wrap: normal; } .soft { color: var(--soft); }
@media print { body { max-width: none; padding: 0; } tr { break-inside: avoid; } }
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
    title = _text(say("page_title"))
    none = f"<p>{_text(say('none'))}</p>"
    body = [
        f"<h1>{title}</h1>",
        _verdict(report, say),
        _section(say("page_asked"), _facts(_asked(report, circumstances, say))),
        _section(say("page_rests"), _list(_rests_on(report, say)) or none),
        _section(say("page_limits"), _list(_limits(report, say))),
        _section(say("page_probes"), _table(report.probes, say) if report.probes else none),
    ]
    if report.extras:
        about = f'<p class="soft">{_text(say("page_extras_say"))}</p>'
        body.append(_section(say("page_extras"), about + _table(report.extras, say)))
    if report.forged_headers:
        body.append(_section(say("page_forged"), f'<p class="code">{_text(", ".join(report.forged_headers))}</p>'))
    return (
        f'<!doctype html>\n<html lang="{_LANGUAGES[say.language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing that a target answered may load or run anything, even if it got here unescaped.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _verdict(report: Report, say: Speaker) -> str:
    found = verdict(report, say)
    code = _text(say("page_exit_code", code=report.exit_code))
    sentence = _text(say.say(report.sentence))
    return f'<div class="verdict {found.style}"><b>{_text(found.words)}</b> <span class="soft">{code}</span><p>{sentence}</p></div>'


def _text(text: object) -> str:
    return escape(printable(str(text), _LONGEST))


def _section(title: str, content: str) -> str:
    return f"<section><h2>{_text(title)}</h2>{content}</section>"


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{_text(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in facts) + "</dl>"


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
    head = "".join(f"<th>{_text(say(f'column_{name}'))}</th>" for name in columns)
    lines = (f"<tr><td>{number}</td>{_row(row, say)}</tr>" for number, row in enumerate(rows, start=1))
    return f'<div class="wide"><table><thead><tr><th>{_text(say("page_number"))}</th>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _row(row: ProbeRow, say: Speaker) -> str:
    found = row_verdict(row, say)
    endpoint = "" if row.kind == Kind.NODE_PORT.value else f' <span class="code">{_text(row.endpoint)}</span>'
    return (
        f"<td>{_text(where(row, say))}{endpoint}</td>"
        f'<td class="short">{_text(say(f"connection_{row.connection}"))}</td>'
        f'<td class="short">{_text(say("headers_forged" if row.forged else "headers_plain"))}</td>'
        f'<td class="code">{_forged(row)}</td>'
        f"<td>{_text(row.status or say('seen_nothing'))}</td>"
        f'<td class="code">{_text(row.saw or say("seen_nothing"))}</td>'
        f'<td class="code">{_text(say.value(row.field or say("seen_nothing")))}</td>'
        f'<td class="code">{_text(row.pod or say("seen_nothing"))}</td>'
        f"<td>{row.milliseconds:.0f}</td>"
        f'<td class="short {found.style}">{_text(found.words)}</td>'
        f"<td>{_text(say.say(row.why))}</td>"
    )


def _forged(row: ProbeRow) -> str:
    if len(row.forged) <= _MOST_OPEN:
        return _text(", ".join(row.forged))
    return f"<details><summary>{len(row.forged)}</summary>{_text(', '.join(row.forged))}</details>"
