"""The report as a person reads it: a table of probes, what the rows rest on, and the sentence."""

import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from realip.messages import english
from realip.verify.report import ProbeRow, Report, Verdict
from realip.verify.text import printable

__all__ = ["report_text"]

_STYLES = {
    Verdict.PRESERVED: "green",
    Verdict.TRANSLATED: "red",
    Verdict.SPOOFABLE: "red",
    Verdict.UNREACHABLE: "yellow",
    Verdict.UNKNOWN: "yellow",
}
_LONGEST_SEEN = 60
_MOST_GROUPS = 60
"""Lines of the table; the JSON has all rows."""
_WIDTH = 150
"""Columns, where there is no terminal to fit."""


@dataclass(frozen=True)
class _Group:
    rows: list[ProbeRow]

    def cells(self) -> list[Text]:
        row = self.rows[0]
        seen = [_masked(row) for row in self.rows]
        verdict = row.verdict.value + (f" ({row.by.value})" if row.by else "")
        # A closed node port is the good end of that probe.
        style = "green" if row.kind == "node port" and row.verdict is Verdict.UNREACHABLE else _STYLES[row.verdict]
        times = sorted(row.milliseconds for row in self.rows)
        return [
            Text(str(len(self.rows))),
            Text(f"{row.kind} IPv{row.family}" if row.kind == "target" else f"{row.kind} {row.endpoint}"),
            Text(row.connection),
            Text("forged" if row.forged else "plain"),
            Text(printable(seen[0] or "-", _LONGEST_SEEN)),
            Text(f"{times[len(times) // 2]:.0f} ms"),
            Text(verdict, style=style),
            Text(printable(row.reason, 300)),
        ]


def _masked(row: ProbeRow) -> str | None:
    """What the application saw, with forged addresses by that name: they differ from probe to probe."""
    seen = row.saw
    for forged in row.forged:
        seen = seen and seen.replace(forged, "(forged)")
    return seen


def _groups(rows: Sequence[ProbeRow]) -> list[_Group]:
    groups: dict[tuple[object, ...], _Group] = {}
    for row in rows:
        key: tuple[object, ...] = (
            row.kind,
            row.family,
            row.connection,
            bool(row.forged),
            _masked(row),
            row.verdict,
            row.by,
            row.reason,
        )
        key = (*key, row.endpoint if row.kind == "node port" else None)
        groups.setdefault(key, _Group([])).rows.append(row)
    return list(groups.values())


def report_text(report: Report, *, terminal: bool) -> str:
    """The report as text, for a terminal coloured and to its width."""
    file = io.StringIO()
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if terminal else _WIDTH
    console = Console(file=file, highlight=False, force_terminal=terminal, width=width)
    table = Table(box=None, pad_edge=False, title_justify="left")
    for heading in ("probes", "where", "connection", "headers", "the app saw", "median", "verdict", "why"):
        table.add_column(heading, justify="right" if heading in {"probes", "median"} else "left", overflow="fold")
    groups = _groups(report.probes)
    for group in groups[:_MOST_GROUPS]:
        table.add_row(*group.cells())
    if groups:
        console.print(table)
    if len(groups) > _MOST_GROUPS:
        console.print(Text(f"... and {len(groups) - _MOST_GROUPS} more lines; --json has every probe"))
    for caller in report.caller:
        told = f"{', '.join(caller.addresses)} ({caller.learned})" if caller.learned else "not known"
        console.print(Text(f"your IPv{caller.family} address: {told}"))
    if report.pods:
        answers = ", ".join(
            f"{printable(name, _LONGEST_SEEN)} ({count})" for name, count in list(report.pods.items())[:_MOST_GROUPS]
        )
        console.print(Text(f"pods that answered: {answers}"))
    if report.rollout:
        for example in report.rollout.examples:
            console.print(Text(f"lost in the rollout: {printable(english(example))}"))
    for warning in report.warnings:
        console.print(Text(f"note: {printable(warning, 300)}"))
    console.print(Text(report.summary, style=f"bold {_STYLES[report.verdict]}"))
    return file.getvalue()
