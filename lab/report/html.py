"""The report as one HTML page: no script, no font, no picture from anywhere else."""

import statistics
from collections.abc import Sequence
from html import escape
from pathlib import Path

from lab.proof.load import SHAPES, Load, Measured, Shape
from lab.proof.results import ControlResult, ScenarioResult
from lab.proof.trace import Trace, address_of
from lab.report import svg
from lab.report.content import Content
from realip.reads import Reads
from realip.scenarios import by_slug

TIMES = "\N{MULTIPLICATION SIGN}"
READS = {Reads.SOCKET_PEER: "the app reads its socket's peer", Reads.X_FORWARDED_FOR: "the app reads X-Forwarded-For"}
SURE = 0.85
"""Share of rounds that have to agree before the page says that one way is faster: 7 of 8, by chance one time in 28."""
PARTS = {"client": "load generator", "balancer": "proxy", "app": "app"}


def page(content: Content) -> str:
    """The whole page."""
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    body = [
        _head(content),
        _paths(content),
        _controls(content.results),
        _load(content.load) if content.load else "",
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
            pairs = ratios(content.load, SHAPES[0], name)
            middle, low, high = statistics.median(pairs), min(pairs), max(pairs)
            tiles.append(
                (
                    f"{middle:.2f}{TIMES}",
                    f"median latency with {words}, against direct ({low:.2f} to {high:.2f} over the rounds)",
                )
            )
    drawn = "".join(f'<div class="tile"><b>{escape(number)}</b><span>{words}</span></div>' for number, words in tiles)
    return (
        "<header><h1>Who sees the client's address</h1>"
        '<p class="lead">The ways to put an application on TKE so that it knows its clients\' addresses, rebuilt from network namespaces '
        "on one machine: real packets, real kube-proxy, a real API server, and the objects that our stacks render.</p>"
        f'<div class="tiles">{drawn}</div></header>'
    )


def ratios(load: Load, shape: Shape, way: str) -> list[float]:
    """Median latency of a way against direct, round by round: neighbours in time are compared, whatever the machine did."""
    by_way = {each.way: each for each in load.of(shape.name)}
    return [other / base for base, other in zip(by_way["direct"].p50s, by_way[way].p50s, strict=True)]


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
        parts.append(f'<section class="card">{head}{saw}{_path(path) if path else ""}</section>')
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
    head = "<tr><th></th><th>Control</th><th>Has to be</th><th>Verdict</th><th>The app saw</th></tr>"
    return (
        "<h2>Negative controls</h2><p>A rig that cannot show a loss proves nothing. Each control changes one thing in the lab of the "
        "scenario with that number and runs the same <code>realip verify</code>; ✔ means that it showed what it has to show.</p>"
        f'<div class="card scroll"><table>{head}{"".join(rows)}</table></div>'
    )


def _control(result: ScenarioResult, control: ControlResult) -> str:
    row = by_slug(result.slug)
    return (
        f"<tr><td>{row.number if row else ''}</td><td>{escape(control.title)}</td><td>{escape(control.expected)}</td>"
        f'<td>{_chip(control.verdict, good=control.passed)}</td><td class="mono">{escape(control.saw)}</td></tr>'
    )


def _load(load: Load) -> str:
    titles = {way.name: way.title for way in load.ways}
    short = {way.name: way.short for way in load.ways}
    parts = [
        "<h2>What each way costs</h2>",
        (
            f"<p>The same load by wrk on the same pods (scenario <code>{escape(load.slug)}</code>), rounds interleaved; bars are medians over "
            f"{len(load.measured[0].rates)} rounds, thin marks the single rounds. {_sentence(load)}</p>"
        ),
    ]
    curves = [svg.Curve(short[each.way], each.way, each.percentiles) for each in load.of(SHAPES[0].name)]
    title = "Latency by percentile, one connection at a time"
    parts.append(f'<section class="card"><h3>{title}</h3>{svg.curves(title, curves)}</section>')
    parts += [_shape(shape, load.of(shape.name), titles, short) for shape in SHAPES]
    return "".join(parts)


def _sentence(load: Load) -> str:
    """The guide's claim that direct access reduces latency, as far as the figures bear it out."""
    direct, node_port, ingress = load.of(SHAPES[0].name)
    fresh, _, fresh_ingress = load.of(SHAPES[2].name)
    pairs = ratios(load, SHAPES[0], "node-port")
    middle = statistics.median(pairs)
    longer = sum(each > 1 for each in pairs)
    span = f"{min(pairs):.2f} to {max(pairs):.2f}{TIMES}, longer in {longer} of {len(pairs)} rounds"
    if middle > 1 and longer >= SURE * len(pairs):
        words = (
            f"Going straight to the pod takes {node_port.p50 - direct.p50:.0f} µs off the median of a request: through a node port it is "
            f"{middle:.2f}{TIMES} as long ({span}; a lone connection stays with one pod, and costs least if that is on the node it entered by). That is what “reduces latency” comes to on one kernel: real, and small beside "
            "an application that works for milliseconds."
        )
    else:
        words = (
            f"Whether going straight to the pod is faster cannot be told from this run: through a node port the median was {middle:.2f}{TIMES} "
            f"as long ({span}). On a quiet machine measure again."
        )
    cpu = node_port.cpu_total - direct.cpu_total
    return (
        f"{words} CPU time per request: {cpu:+.1f} µs with the node port. The Ingress takes {ingress.p50 / direct.p50:.1f}{TIMES} as long, "
        "most of it because this load balancer opens a connection to the node for each request; where clients open one each themselves, "
        f"it is {fresh_ingress.p50 / fresh.p50:.1f}{TIMES}."
    )


def _shape(shape: Shape, found: Sequence[Measured], titles: dict[str, str], short: dict[str, str]) -> str:
    latency = [
        svg.Bar(
            short[each.way],
            each.way,
            [each.p50],
            f"{each.p50:,.0f}",
            f"{titles[each.way]}: p50 {each.p50:,.0f} µs, p99 {each.p99:,.0f} µs",
            each.p50s,
        )
        for each in found
    ]
    rate = [
        svg.Bar(
            short[each.way],
            each.way,
            [each.rate],
            f"{each.rate:,.0f}",
            f"{titles[each.way]}: {each.rate:,.0f} requests/s",
            each.rates,
        )
        for each in found
    ]
    cpu = [
        svg.Bar(
            short[each.way],
            each.way,
            [each.cpu[part] for part in PARTS],
            f"{each.cpu_total:,.0f}",
            f"{titles[each.way]}: " + ", ".join(f"{words} {each.cpu[part]:,.1f} µs" for part, words in PARTS.items()),
        )
        for each in found
    ]
    plots = [
        ("Median latency", "µs", latency),
        ("Throughput", "requests/s", rate),
        ("CPU per request", f"µs: {', '.join(PARTS.values())}", cpu),
    ]
    drawn = "".join(
        f"<div><h4>{name} <small>{unit}</small></h4>{svg.bars(name, rows)}</div>" for name, unit, rows in plots
    )
    rows = "".join(
        f'<tr><td>{escape(titles[each.way])}</td><td class="number">{each.p50:,.0f}</td><td class="number">{each.p99:,.0f}</td>'
        f'<td class="number">{each.rate:,.0f}</td><td class="number">{each.cpu_total:,.1f}</td>'
        f'<td class="number">{each.requests:,}</td><td class="number">{each.errors}</td></tr>'
        for each in found
    )
    heads = ("p50 µs", "p99 µs", "requests/s", "CPU µs/request", "requests", "errors")
    head = "<tr><th>Way</th>" + "".join(f'<th class="number">{name}</th>' for name in heads) + "</tr>"
    return (
        f'<section class="card"><h3>{escape(shape.title)}</h3><div class="plots">{drawn}</div>'
        f'<div class="scroll"><table>{head}{rows}</table></div></section>'
    )


def _limits(content: Content) -> str:
    items = "".join(f"<li>{escape(words)}</li>" for words in content.limits)
    return f"<h2>What a lab on one kernel cannot show</h2><ul>{items}</ul>"


def _foot(content: Content) -> str:
    machine = content.machine
    programs = ", ".join(f"{name} {version}" for name, version in machine.programs.items())
    return (
        f"<footer>{escape(machine.when)}. Linux {escape(machine.kernel)}, {machine.processors} processors, load average "
        f"{machine.busy} when the report began. {escape(programs)}.</footer>"
    )
