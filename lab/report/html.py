"""The report as one HTML page: no script, no font, no picture from anywhere else."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from lab.proof.load import SHAPES
from lab.proof.results import ControlResult, ScenarioResult
from lab.proof.trace import Trace, address_of
from lab.report import svg
from lab.report.content import Content
from lab.report.html_downtime import downtime_section, switch_section
from lab.report.html_load import load_section, span, times
from realip.reads import Reads
from realip.scenarios import by_slug

READS = {Reads.SOCKET_PEER: "the app reads its socket's peer", Reads.X_FORWARDED_FOR: "the app reads X-Forwarded-For"}


def page(content: Content) -> str:
    """The whole page."""
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    body = [
        _head(content),
        _paths(content),
        _controls(content.results),
        downtime_section(content.downtime),
        switch_section(content.switches),
        load_section(content.load) if content.load else "",
        _limits(content),
        _foot(content),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Who sees the client's address: a lab report</title>\n<style>\n{style}</style></head>\n"
        f"<body><main>\n{chr(10).join(body)}\n</main></body></html>\n"
    )


def _head(content: Content) -> str:
    results = content.results
    kept = sum(result.preserved for result in results)
    controls = [control for result in results for control in result.controls]
    shown = sum(control.passed for control in controls)
    tiles = [
        (
            f"{kept} of {len(results)}",
            "scenarios keep the client's address, by <code>realip verify</code> from outside the cluster",
        ),
        (
            f"{shown} of {len(controls)}",
            "negative controls show the loss, the forgery or the missing proof that they have to show",
        ),
    ]
    if content.load:
        for name, words in (("node-port", "a node port in the way"), ("ingress", "an Ingress over a node port")):
            found = content.load.against_direct(SHAPES[0].name, name)
            tiles.append((times(found.ratio), f"median latency with {words}, against direct ({span(found)})"))
    drawn = "".join(f'<div class="tile"><b>{escape(number)}</b><span>{words}</span></div>' for number, words in tiles)
    return (
        "<header><h1>Who sees the client's address</h1>"
        '<p class="lead">The ways to put an application on TKE so that it knows its clients\' addresses, rebuilt from network namespaces '
        "on one machine: real packets, real kube-proxy, a real API server, and the objects that our stacks render.</p>"
        f'<div class="tiles">{drawn}</div></header>'
    )


def _chip(words: str, *, good: bool) -> str:
    return f'<span class="chip {"good" if good else "bad"}">{"✔" if good else "✘"} {escape(words)}</span>'


def _paths(content: Content) -> str:
    parts = [
        "<h2>The path of a request, as captured</h2>",
        (
            "<p>One request each. On every wire stands the source address that tcpdump saw where the packet came in; below it, where it was "
            "addressed to. Hover for the interface and for what the kernel's connection table rewrote.</p>"
        ),
        (
            '<div class="legend"><span><i></i>the client\'s own address</span><span><i class="lost"></i>somebody else\'s</span>'
            '<span><i class="header"></i>XFF: the request\'s X-Forwarded-For header</span></div>'
        ),
    ]
    for result in content.results:
        row = by_slug(result.slug)
        reads = READS[row.reads] if row else ""
        number = f"{row.number}. " if row else ""
        path = content.traces.get(result.slug)
        head = (
            f'<div class="title"><h3>{number}{escape(result.title)}</h3>{_chip(result.verdict, good=result.preserved)}'
        )
        head += f'<span class="note">{escape(reads)}</span></div>'
        saw = (
            f'<p>The app saw <span class="mono">{escape(path.app_saw)}</span>. {escape(result.summary)}</p>'
            if path
            else ""
        )
        wrong = "".join(f'<p class="wrong">✘ {escape(words)}</p>' for words in result.undocumented)
        parts.append(f'<section class="card">{head}{saw}{wrong}{_path(path) if path else ""}</section>')
    if content.lost:
        head = f'<div class="title"><h3>{escape(content.lost.title)}</h3>{_chip("translated", good=False)}'
        head += '<span class="note">the same pods behind a Service with direct access "false"</span></div>'
        saw = f'<p>The app saw <span class="mono">{escape(content.lost.app_saw)}</span>: the node\'s kube-proxy put its own address in.</p>'
        parts.append(f'<section class="card">{head}{saw}{_path(content.lost)}</section>')
    return "".join(parts)


def _path(path: Trace) -> str:
    rows = []
    for station in path.stations:
        came = [("in", station.came)] if station.came else []
        for direction, wire in [*came, *(("out", wire) for wire in station.left)]:
            kind = "kept" if address_of(wire.source) == path.client else "lost"
            rows.append(
                f'<tr><td>{escape(station.title)}</td><td class="mono">{escape(wire.interface)}</td><td>{direction}</td>'
                f'<td class="mono {kind}">{escape(wire.source)}</td><td class="mono">{escape(wire.target)}</td>'
                f'<td class="mono">{escape(wire.forwarded_for or "")}</td></tr>'
            )
        rows += [
            f'<tr><td>{escape(station.title)}</td><td colspan="5">kernel: <span class="mono">{escape(line)}</span></td></tr>'
            for line in station.kernel
        ]
    head = (
        "<tr><th>Where</th><th>Interface</th><th></th><th>Source</th><th>Destination</th><th>X-Forwarded-For</th></tr>"
    )
    return (
        f'<div class="scroll">{svg.path(path)}</div><details><summary>Every interface</summary>'
        f'<div class="scroll"><table>{head}{"".join(rows)}</table></div></details>'
    )


def _controls(results: Sequence[ScenarioResult]) -> str:
    rows = [_control(result, control) for result in results for control in result.controls]
    if not rows:
        return ""
    head = (
        "<tr><th></th><th>Control</th><th>Has to be</th><th>Verdict</th><th>The app saw</th><th>realip audit</th></tr>"
    )
    return (
        "<h2>Negative controls</h2><p>A rig that cannot show a loss proves nothing. Each control changes one thing in the lab of the "
        "scenario with that number and runs the same <code>realip verify</code>; ✔ means that it showed what it has to show. The last "
        "column says whether <code>realip audit</code> foretold it from the objects alone, or why it could not.</p>"
        f'<div class="card scroll"><table>{head}{"".join(rows)}</table></div>'
    )


def _control(result: ScenarioResult, control: ControlResult) -> str:
    row = by_slug(result.slug)
    return (
        f"<tr><td>{row.number if row else ''}</td><td>{escape(control.title)}</td><td>{escape(control.expected)}</td>"
        f'<td>{_chip(control.verdict, good=control.passed)}</td><td class="mono">{escape(control.saw)}</td>'
        f"<td>{escape('foretold' if control.foreseen else control.unseen or 'says otherwise')}</td></tr>"
    )


def _limits(content: Content) -> str:
    assumed, limits = (
        "".join(f"<li>{escape(words)}</li>" for words in found) for found in (content.assumed, content.limits)
    )
    return (
        "<h2>What is assumed of TKE</h2><p>Where its documents leave it open, the lab does the following; none of it is verified against "
        f"Tencent Cloud.</p><ul>{assumed}</ul><h2>What a lab on one kernel cannot show</h2><ul>{limits}</ul>"
    )


def _foot(content: Content) -> str:
    machine = content.machine
    programs = ", ".join(f"{name} {version}" for name, version in machine.programs.items())
    return (
        f"<footer>{escape(machine.when)}. Linux {escape(machine.kernel)}, {machine.processors} processors, load average "
        f"{machine.busy} when the report began. {escape(programs)}.</footer>"
    )
