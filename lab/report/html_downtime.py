"""The page's section about zero downtime: what each disruption lost, and what is lost with something of the defaults missing."""

from collections.abc import Sequence
from html import escape

from lab.proof.downtime import CONTRASTS, DISRUPTIONS, Downtime
from lab.proof.pouring import Poured
from lab.proof.switch import RATE, Switched
from lab.report.terminal_downtime import SWITCH_COLUMNS, lost_words, switch_cells
from lab.rig.pour import KEPT
from realip.scenarios import by_slug


def downtime_section(found: Sequence[Downtime]) -> str:
    """The section; empty where nothing was measured."""
    if not found:
        return ""
    first = found[0]
    words = (
        f"<p>{first.rate:g} requests a second from the client, half of them on new connections and half on {KEPT} kept ones, asked once each. "
        f"The stacks are the library's with its defaults. Every change takes {first.lag:g} s to reach the load balancer, and a pod that it "
        "reaches straight is ready when its health check has found it so: TKE's readiness gate, played by the lab's controller.</p>"
    )
    heads = "".join(f'<th class="number">{escape(each.title)}</th>' for each in DISRUPTIONS)
    rows = "".join(_row(each) for each in found)
    table = f'<table><tr><th></th><th>Scenario</th>{heads}<th class="number">slowest answer</th></tr>{rows}</table>'
    parts = ["<h2>Requests lost while the app is disrupted</h2>", words, f'<div class="card scroll">{table}</div>']
    titles = {each.name: each.title for each in CONTRASTS}
    contrasts = "".join(
        f"<tr><td>{_number(each.slug)}</td><td>{escape(titles[contrast.name])}</td>"
        f'<td class="number">{contrast.lost:,} of {contrast.asked:,}</td><td>{escape(contrast.words)}</td></tr>'
        for each in found
        for contrast in each.contrasts
    )
    if contrasts:
        parts.append(
            "<h3>With something of the defaults missing</h3><p>These have to lose requests, or the measurement could not see a loss.</p>"
            '<div class="card scroll"><table><tr><th></th><th>What is missing</th><th class="number">Lost</th><th>How</th></tr>'
            f"{contrasts}</table></div>"
        )
    return "".join(parts)


def _row(found: Downtime) -> str:
    by_name = {phase.name: phase for phase in found.phases}
    cells = "".join(_cell(found, by_name.get(each.name)) for each in DISRUPTIONS)
    slowest = max((phase.longest for phase in found.phases), default=0.0)
    return (
        f'<tr><td>{_number(found.slug)}</td><td class="mono">{escape(found.slug)}</td>{cells}'
        f'<td class="number">{slowest * 1000:,.0f} ms</td></tr>'
    )


def _cell(found: Downtime, phase: Poured | None) -> str:
    if phase is None:
        return "<td></td>"
    good = found.has_passed(phase)
    mark = f'<span class="chip {"good" if good else "bad"}">{"✔" if good else "✘"} {lost_words(phase)}</span>'
    return f'<td class="number" title="{escape(phase.words)}">{mark}</td>'


def _number(slug: str) -> str:
    row = by_slug(slug)
    return str(row.number) if row else ""


def switch_section(found: Sequence[Switched]) -> str:
    """The section about changes of way; empty where none was measured."""
    if not found:
        return ""
    rows = "".join(
        f'<tr><td class="mono">{escape(each.start)}</td><td class="mono">{escape(each.target)}</td>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in switch_cells(each))
        + "</tr>"
        for each in found
    )
    heads = "".join(f"<th>{name}</th>" for name in ("From", "To", "Address", *SWITCH_COLUMNS))
    return (
        f"<h2>Requests lost while an app is changed to another way</h2><p>{RATE} requests a second at the old address, and as many at the new "
        "one from the moment that it is known. The app's names and image stay; what the new way does not have is deleted last.</p>"
        f'<div class="card scroll"><table><tr>{heads}</tr>{rows}</table></div>'
    )
