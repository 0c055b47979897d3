"""An audit as one page that stands alone: no network, no script; light or dark as its reader's screen is."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from realip import __version__
from realip.audit.report import Finding, Report, Row
from realip.audit.rule import Severity
from realip.behaviour import Sees
from realip.messages import Language, Speaker

__all__ = ["html"]

_LANGUAGES = {Language.ENGLISH: "en", Language.CHINESE: "zh-CN"}
_LONGEST = 2000
_STYLES = {Sees.CLIENT: "good", Sees.UNKNOWN: "doubtful"}
_SEVERITIES = {Severity.ERROR: "bad", Severity.WARNING: "doubtful", Severity.UNKNOWN: "doubtful"}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --line: #d8dce0; --soft: #5c6670; --band: #f4f6f8;
  --good: #116329; --bad: #b3261e; --doubtful: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #15181b; --line: #343a40; --soft: #9aa4ae;
  --band: #1e2226; --good: #6fcf85; --bad: #ff8a80; --doubtful: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, td, th { overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubtful { color: var(--doubtful); } .soft { color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.finding { border: 1px solid var(--line); border-left: .5rem solid currentColor; padding: .5rem .75rem; margin: .5rem 0; background: var(--band); }
.finding p { margin: .2rem 0; color: var(--ink); } code { font: 13px ui-monospace, monospace; }
@media print { body { max-width: none; padding: 0; } tr, .finding { break-inside: avoid; } }
"""


def html(report: Report, say: Speaker) -> str:
    """The page."""
    title = _text(say("audit_page"))
    counts = {severity: sum(each.severity is severity for each in report.findings) for severity in Severity}
    summary = say(
        "audit_summary",
        exposures=len(report.rows),
        findings=len(report.findings),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        unknown=counts[Severity.UNKNOWN],
    )
    body = [f"<h1>{title}</h1>", f"<p><b>{_text(summary)}</b></p>"]
    if report.suppressed:
        body.append(f'<p class="soft">{_text(say("audit_accepted", count=len(report.suppressed)))}</p>')
    if report.known:
        body.append(f'<p class="soft">{_text(say("audit_known", count=report.known))}</p>')
    body += [f'<p class="soft">{_text(say.say(note))}</p>' for note in report.notes]
    body += _tables(report, say)
    if report.findings:
        body.append(f"<h2>{_text(say('audit_findings'))}</h2>")
        seen: set[str] = set()
        for finding in report.findings:
            body.append(_finding(finding, say, anchor=finding.rule.id not in seen))
            seen.add(finding.rule.id)
    body.append(f'<p class="soft">realip {_text(__version__)}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC</p>')
    return (
        f'<!doctype html>\n<html lang="{_LANGUAGES[say.language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing that a manifest says may load or run anything, even if it got here unescaped.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _tables(report: Report, say: Speaker) -> Iterator[str]:
    by_space: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in report.rows:
        by_space[row.world, row.exposure.namespace].append(row)
    columns = ("exposure", "sees", "reads", "forgeable", "why", "rules")
    head = "".join(f"<th>{_text(say(f'audit_{name}'))}</th>" for name in columns)
    for (world, space), rows in sorted(by_space.items()):
        where = f'{_text(space)} <span class="soft">{_text(say("audit_stack", name=world) if world else "")}</span>'
        lines = "".join(f"<tr>{_row(row, say)}</tr>" for row in rows)
        yield f'<h2>{where}</h2><div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _row(row: Row, say: Speaker) -> str:
    exposure = row.exposure
    style = "bad" if exposure.forgeable else _STYLES.get(exposure.sees, "bad")
    forgeable = {True: "audit_yes", False: "audit_no", None: "audit_open"}[exposure.forgeable]
    rules = ", ".join(f'<a href="#{_text(rule)}">{_text(rule)}</a>' for rule in row.rules)
    return (
        f"<td>{_text(exposure.kind)} <b>{_text(exposure.name)}</b></td>"
        f'<td class="{style}">{_text(say(f"sees_{exposure.sees.value}"))}</td>'
        f"<td>{_text(exposure.reads or say('audit_nothing'))}</td><td>{_text(say(forgeable))}</td>"
        f"<td>{_text(row.why(say))}</td><td>{rules}</td>"
    )


def _finding(finding: Finding, say: Speaker, *, anchor: bool) -> str:
    file = finding.file or ""
    place = file if finding.line is None else say("audit_at", file=file, line=finding.line)
    anchored = f' id="{_text(finding.rule.id)}"' if anchor else ""
    paste = f"<p><code>{_text(finding.paste)}</code></p>" if finding.paste else ""
    return (
        f'<div class="finding {_SEVERITIES[finding.severity]}"{anchored}><b>{_text(finding.rule.id)}</b> '
        f'{_text(say(f"severity_{finding.severity.value}"))} <span class="soft">{_text(place)}</span>'
        f"<p><b>{_text(finding.found)}</b>: {_text(say(f'rule_title_{finding.rule.id}'))} "
        f"({_text(say(f'effect_{finding.rule.effect.value}'))})</p>"
        f"<p>{_text(finding.message(say))}</p><p>{_text(say(f'rule_remedy_{finding.rule.id}'))}</p>{paste}"
        f'<p class="soft">{_text(say(f"rule_when_{finding.rule.id}"))} ({_text(finding.rule.source)})</p></div>'
    )


def _text(text: object) -> str:
    said = str(text)[:_LONGEST]
    return escape("".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in said))
