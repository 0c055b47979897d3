"""Inline SVG: a request's path, and plots of the load. Colours are the page's CSS classes, so they follow its theme."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lab.proof.trace import Station, Trace, Wire, address_of

BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 104, 54, 118, 4
WIRE_Y = 44
HEIGHT, HEADER_HEIGHT = 76, 14
SHORT_NAME = 13
SMALLEST = 0.7
"""The share of its width to which a path shrinks with the window before it scrolls."""

ROW, LABEL, PLOT, RIGHT = 34, 76, 206, 66


def path(trace: Trace) -> str:
    """The stations from client to pod, and on each wire the source address that its far end saw."""
    # The internet only routes; it is in the table of every interface.
    stations = [each for each in trace.stations if each.role != "internet"]
    width = len(stations) * BOX_WIDTH + (len(stations) - 1) * GAP + 2 * MARGIN
    height = HEIGHT + (HEADER_HEIGHT if any(each.came and each.came.forwarded_for for each in stations) else 0)
    words = f"{trace.title}: " + ", ".join(f"{each.title} saw {_source(each.came)}" for each in stations if each.came)
    parts = [
        f'<svg class="path" viewBox="0 0 {width} {height}" width="{width}" height="{height}" style="min-width:{width * SMALLEST:.0f}px" role="img" aria-label="{escape(words)}">'
    ]
    for index, station in enumerate(stations):
        x = MARGIN + index * (BOX_WIDTH + GAP)
        if station.came:
            parts.append(_wire(x - GAP, station.came, trace.client))
        parts.append(_box(x, station, trace))
    return "".join([*parts, "</svg>"])


def _source(wire: Wire | None) -> str:
    return address_of(wire.source) if wire else ""


def _wire(x: int, wire: Wire, client: str) -> str:
    source = _source(wire)
    kind = "kept" if source == client else "lost"
    mark = "" if kind == "kept" else "≠ "
    end = x + GAP - 3
    middle = x + GAP / 2 - 1
    lines = [
        f'<line class="wire {kind}" x1="{x + 3}" y1="{WIRE_Y}" x2="{end - 7}" y2="{WIRE_Y}"/>',
        f'<path class="head {kind}" d="M{end - 9} {WIRE_Y - 5} L{end} {WIRE_Y} L{end - 9} {WIRE_Y + 5} Z"/>',
        f'<text class="source {kind}" x="{middle}" y="{WIRE_Y - 9}">{mark}{escape(source)}</text>',
        f'<text class="target" x="{middle}" y="{WIRE_Y + 15}">→ {escape(wire.target)}</text>',
    ]
    if wire.forwarded_for:
        lines.append(f'<text class="header" x="{middle}" y="{WIRE_Y + 30}">XFF {escape(wire.forwarded_for)}</text>')
    title = f"{wire.interface}: {wire.source} to {wire.target}"
    return f"<g><title>{escape(title)}</title>{''.join(lines)}</g>"


def _box(x: int, station: Station, trace: Trace) -> str:
    y = WIRE_Y - BOX_HEIGHT / 2
    title = station.title
    if station.is_pod:
        title = f"pod …{title[-5:]}"
    elif len(title) > SHORT_NAME:
        title = f"{title[:SHORT_NAME]}…"
    middle = x + BOX_WIDTH / 2
    kind = "pod" if station.is_pod else station.role.split("-", maxsplit=1)[0]
    hover = "; ".join([station.title, *station.kernel])
    return (
        f'<g><title>{escape(hover)}</title><rect class="box {kind}" x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="9"/>'
        f'<text class="station" x="{middle}" y="{WIRE_Y - 3}">{escape(title)}</text>'
        f'<text class="does" x="{middle}" y="{WIRE_Y + 13}">{escape(_does(station, trace))}</text></g>'
    )


def _does(station: Station, trace: Trace) -> str:
    """The packet's treatment there, as the captures and the kernel's table show it."""
    if station.came is None:
        return trace.client
    if not station.left:
        return "app"
    left = station.left[-1]
    if (station.came.source, station.came.target) == (left.source, left.target):
        return "routes"
    if station.kernel:
        if station.came.source == left.source:
            return "new target"
        return "new source" if station.came.target == left.target else "rewrites both"
    return "new connection"


@dataclass(frozen=True)
class Bar:
    """One row of a plot."""

    label: str
    kind: str
    """The CSS class that colours it."""
    parts: Sequence[float]
    """Lengths, one after the other."""
    text: str
    hover: str
    marks: Sequence[float] = ()
    """Single rounds."""


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars from zero, with the single rounds as ticks."""
    most = max(max(sum(row.parts), *row.marks, 0.0) for row in rows) or 1.0
    height = ROW * len(rows) + 8
    width = LABEL + PLOT + RIGHT
    parts = [f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">']
    for index, row in enumerate(rows):
        y = 4 + index * ROW
        parts.append(
            f'<g><title>{escape(row.hover)}</title><text class="label" x="{LABEL - 10}" y="{y + 20}">{escape(row.label)}</text>'
        )
        x = float(LABEL)
        for number, length in enumerate(row.parts):
            size = max(length / most * PLOT - (1.5 if number < len(row.parts) - 1 else 0), 0.0)
            parts.append(
                f'<rect class="bar {row.kind} part-{number}" x="{x:.1f}" y="{y + 7}" width="{size:.1f}" height="18" rx="3"/>'
            )
            x += length / most * PLOT
        for mark in row.marks:
            at = LABEL + mark / most * PLOT
            parts.append(f'<line class="mark" x1="{at:.1f}" y1="{y + 4}" x2="{at:.1f}" y2="{y + 28}"/>')
        end = LABEL + max(sum(row.parts), *row.marks, 0.0) / most * PLOT
        parts.append(f'<text class="value" x="{end + 6:.1f}" y="{y + 20}">{escape(row.text)}</text></g>')
    return "".join([*parts, f'<line class="axis" x1="{LABEL}" y1="2" x2="{LABEL}" y2="{height - 2}"/></svg>'])


@dataclass(frozen=True)
class Curve:
    """Latency by percentile for one way."""

    label: str
    kind: str
    points: Sequence[tuple[float, float]]
    """Percent and microseconds."""


def curves(title: str, found: Sequence[Curve]) -> str:
    """Latency by percentile; time on a logarithmic axis, percentiles stretched towards the tail."""
    width, height, left, right, top, bottom = 1040, 300, 64, 128, 14, 34
    percents = [10.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9]
    values = [value for curve in found for percent, value in curve.points if percent >= percents[0]]
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))

    def across(percent: float) -> float:
        first, last = _tail(percents[0]), _tail(percents[-1])
        return left + (_tail(percent) - first) / (last - first) * (width - left - right)

    def up(value: float) -> float:
        return top + (1 - math.log10(value / low) / math.log10(high / low)) * (height - top - bottom)

    parts = [f'<svg class="curves" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">']
    tick = low
    while tick <= high:
        y = up(tick)
        parts.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{width - right}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick end" x="{left - 8}" y="{y + 4:.1f}">{_time(tick)}</text>')
        tick *= 10
    parts += [
        f'<text class="tick" x="{across(percent):.1f}" y="{height - 12}">p{percent:g}</text>' for percent in percents
    ]
    ends = []
    for curve in found:
        points = [
            (across(percent), up(value), percent, value) for percent, value in curve.points if percent >= percents[0]
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
        parts.append(f'<polyline class="curve {curve.kind}" points="{line}"/>')
        for x, y, percent, value in points:
            if percent in percents:
                hover = escape(f"{curve.label}, p{percent:g}: {_time(value)}")
                parts.append(
                    f'<circle class="dot {curve.kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{hover}</title></circle>'
                )
        ends.append((points[-1][1], curve.label))
    lowest = 0.0
    for y, label in sorted(ends):
        # Names never lie on one another.
        lowest = max(y, lowest + 16)
        parts.append(f'<text class="name" x="{width - right + 10}" y="{lowest + 4:.1f}">{escape(label)}</text>')
    return "".join([*parts, "</svg>"])


def _tail(percent: float) -> float:
    """A percentile's place on the axis: each further nine is as wide as the one before."""
    return -math.log10(1 - percent / 100)


def _time(microseconds: float) -> str:
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:g} s"
    return f"{microseconds / 1e3:g} ms" if microseconds >= 1e3 else f"{microseconds:g} µs"
