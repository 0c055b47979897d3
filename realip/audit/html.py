"""An audit as one page."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from realip import __version__
from realip.audit.report import Finding, Report, Row
from realip.messages import Speaker
from realip.page import page, text

if TYPE_CHECKING:
    from realip.audit.proof import Proof

__all__ = ["html"]

_STYLE = """\
.finding { border: 1px solid var(--line); border-left: .5rem solid currentColor; padding: .5rem .75rem; margin: .5rem 0; background: var(--band); }
.finding p { margin: .2rem 0; color: var(--ink); } code { font: 13px ui-monospace, monospace; }
@media print { .finding { break-inside: avoid; } }
"""


def html(report: Report, say: Speaker) -> str:
    """The page."""
    body = [
        f"<h1>{text(say('audit_page'))}</h1>",
        f'<p class="{report.style}"><b>{text(report.summary(say))}</b></p>',
        *(f'<p class="soft">{text(words)}</p>' for words in report.beside(say)),
    ]
    body += _tables(report, say)
    if report.findings:
        body.append(f"<h2>{text(say('audit_findings'))}</h2>")
        seen: set[str] = set()
        for finding in report.findings:
            body.append(_finding(finding, say, anchor=finding.rule.id not in seen))
            seen.add(finding.rule.id)
    if report.proofs:
        body.append(f"<h2>{text(say('audit_proofs'))}</h2>")
        body += (_proof(proof, say) for proof in report.proofs)
    body.append(f'<p class="soft">realip {text(__version__)}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC</p>')
    return page(say.language, say("audit_page"), _STYLE, body)


def _tables(report: Report, say: Speaker) -> Iterator[str]:
    by_space: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in report.rows:
        by_space[row.world, row.exposure.namespace].append(row)
    columns = ("exposure", "sees", "reads", "forgeable", "why", "rules")
    head = "".join(f"<th>{text(say(f'audit_{name}'))}</th>" for name in columns)
    for (world, space), rows in sorted(by_space.items()):
        where = f'{text(space)} <span class="soft">{text(say("audit_stack", name=world) if world else "")}</span>'
        lines = "".join(f"<tr>{_row(row, say)}</tr>" for row in rows)
        yield f'<h2>{where}</h2><div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _row(row: Row, say: Speaker) -> str:
    exposure = row.exposure
    forgeable = {True: "audit_yes", False: "audit_no", None: "audit_open"}[exposure.forgeable]
    rules = ", ".join(f'<a href="#{text(rule)}">{text(rule)}</a>' for rule in row.rules)
    return (
        f"<td>{text(exposure.kind)} <b>{text(exposure.name)}</b></td>"
        f'<td class="{row.style}">{text(say(f"sees_{exposure.sees.value}"))}</td>'
        f"<td>{text(exposure.reads or say('audit_nothing'))}</td><td>{text(say(forgeable))}</td>"
        f"<td>{text(row.why(say))}</td><td>{rules}</td>"
    )


def _finding(finding: Finding, say: Speaker, *, anchor: bool) -> str:
    file = finding.file or ""
    place = file if finding.line is None else say("audit_at", file=file, line=finding.line)
    anchored = f' id="{text(finding.rule.id)}"' if anchor else ""
    paste = f"<p><code>{text(finding.paste)}</code></p>" if finding.paste else ""
    return (
        f'<div class="finding {finding.style}"{anchored}><b>{text(finding.rule.id)}</b> '
        f'{text(say(f"severity_{finding.severity.value}"))} <span class="soft">{text(place)}</span>'
        f"<p><b>{text(finding.found)}</b>: {text(say(f'rule_title_{finding.rule.id}'))} "
        f"({text(say(f'effect_{finding.rule.effect.value}'))})</p>"
        f"<p>{text(finding.message(say))}</p><p>{text(say(f'rule_remedy_{finding.rule.id}'))}</p>{paste}"
        f'<p class="soft">{text(say(f"rule_when_{finding.rule.id}"))} ({text(finding.rule.source)})</p></div>'
    )


def _proof(proof: "Proof", say: Speaker) -> str:
    exposure = proof.exposure
    name = f"{exposure.kind} {exposure.namespace}/{exposure.name}"
    return f'<div class="finding {proof.style}"><b>{text(name)}</b><p>{text(proof.line(say))}</p></div>'
