"""The page's section about load: one sentence, a curve, and bars and a table for each shape."""

from collections.abc import Sequence
from html import escape

from lab.proof.load import SHAPES, Comparison, Load, Measured, Shape
from lab.report import svg

PARTS = {"client": "load generator", "balancer": "proxy", "app": "app"}


def times(ratio: float) -> str:
    """A ratio, written the same way wherever it stands."""
    return f"{ratio:.2f}\N{MULTIPLICATION SIGN}"


def span(found: Comparison) -> str:
    """The range of the single rounds, in words."""
    return f"{found.low:.2f} to {times(found.high)}, longer in {found.longer} of {found.rounds} rounds"


def load_section(load: Load) -> str:
    """What each way to the pods costs."""
    titles = {way.name: way.title for way in load.ways}
    short = {way.name: way.short for way in load.ways}
    parts = [
        "<h2>What each way costs</h2>",
        (
            f"<p>The same load by wrk on the same pods (scenario <code>{escape(load.slug)}</code>), rounds interleaved; bars are medians "
            f"over the rounds, thin marks the single rounds. {_sentence(load)}</p>"
        ),
    ]
    curves = [svg.Curve(short[each.way], each.way, each.percentiles) for each in load.of(SHAPES[0].name)]
    title = "Latency by percentile, one connection at a time"
    parts.append(f'<section class="card"><h3>{title}</h3>{svg.curves(title, curves)}</section>')
    parts += [_shape(shape, load.of(shape.name), titles, short) for shape in SHAPES]
    return "".join(parts)


def _sentence(load: Load) -> str:
    """The guide's claim that direct access reduces latency, as far as the figures bear it out."""
    node_port, ingress = (load.against_direct(SHAPES[0].name, way) for way in ("node-port", "ingress"))
    fresh = load.against_direct(SHAPES[2].name, "ingress")
    if node_port.is_sure:
        words = (
            f"Through a node port the median of a request is {times(node_port.ratio)} as long as straight to the pod ({span(node_port)}; a lone "
            "connection stays with one pod, and costs least if that is on the node it entered by). That is what “reduces latency” comes "
            "to on one kernel: real, and small beside an application that works for milliseconds."
        )
    else:
        words = (
            f"Whether going straight to the pod is faster cannot be told from this run: through a node port the median was "
            f"{times(node_port.ratio)} as long ({span(node_port)}). On a quiet machine, and in all rounds, measure again."
        )
    return (
        f"{words} CPU time per request: {node_port.cpu:+.1f} µs with the node port. The Ingress takes {times(ingress.ratio)} as long, "
        "most of it because this load balancer opens a connection to the node for each request; where clients open one each themselves, "
        f"it is {times(fresh.ratio)}."
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
            f"{each.cpu_total:,.1f}",
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
        f'<section class="card"><h3>{escape(shape.title)} <small>({found[0].rounds} rounds)</small></h3><div class="plots">{drawn}</div>'
        f'<div class="scroll"><table>{head}{rows}</table></div></section>'
    )
