"""Results and report in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from lab.proof.load import SHAPES, Load
from lab.proof.results import ScenarioResult
from lab.proof.trace import Trace, address_of
from lab.report.content import Content
from realip.scenarios import by_slug


def show_results(found: Sequence[ScenarioResult], console: Console) -> None:
    """Two tables: what has to be preserved, and what has to be lost."""
    table = Table(title="Who sees the client's address", title_justify="left", header_style="bold")
    for name in ("", "Scenario", "Verdict", "The app saw", "Pods"):
        table.add_column(name, overflow="fold")
    for each in found:
        row = by_slug(each.slug)
        number = str(row.number) if row else ""
        table.add_row(number, each.slug, _colored(each.verdict, each.preserved), _short(each.saw), str(len(each.pods)))
    console.print(table)
    controls = [(each, control) for each in found for control in each.controls]
    if controls:
        table = Table(title="Negative controls", title_justify="left", header_style="bold")
        for name in ("", "Control", "Has to be", "Verdict", "The app saw"):
            table.add_column(name, overflow="fold")
        for each, control in controls:
            row = by_slug(each.slug)
            number = str(row.number) if row else ""
            verdict = _colored(control.verdict, control.passed)
            table.add_row(number, control.title, control.expected, verdict, control.saw)
        console.print(table)
    for each in found:
        for words in each.undocumented:
            console.print(f"[red]{each.slug}[/]: {words}")
        if not each.preserved:
            console.print(f"[red]{each.slug}[/]: {each.summary}")
        for control in each.controls:
            if not control.passed:
                console.print(f"[red]{each.slug}, {control.title}[/]: {control.words}")


def _short(saw: Sequence[str]) -> str:
    """The addresses that the app saw; the many different forged headers count as one."""
    ends = list(dict.fromkeys(each.split(",")[-1].strip() for each in saw))
    return ", ".join(f"..., {end}" if any("," in each for each in saw) else end for end in ends)


def _colored(words: str, good: bool) -> str:
    return f"[green]✔ {words}[/]" if good else f"[red]✘ {words}[/]"


def show(content: Content, console: Console) -> None:
    """The report in a terminal."""
    for slug, path in content.traces.items():
        _show_path(slug, path, console)
    if content.lost:
        _show_path("for contrast", content.lost, console)
    if content.load:
        _show_load(content.load, console)


def _show_path(slug: str, path: Trace, console: Console) -> None:
    mark = "[green]✔[/]" if path.keeps else "[yellow]✘[/]"
    table = Table(
        title=f"{path.title} ({slug})\n{mark} the app saw {path.app_saw}", title_justify="left", header_style="bold"
    )
    table.add_column("Station")
    table.add_column("Source coming in", overflow="fold")
    table.add_column("Source going out", overflow="fold")
    for station in path.stations:
        came = f"{_source(station.came.source, path)} [dim]{station.came.interface}[/]" if station.came else ""
        left = ""
        if station.left:
            last = station.left[-1]
            header = f"\n[cyan]X-Forwarded-For: {last.forwarded_for}[/]" if last.forwarded_for else ""
            left = f"{_source(last.source, path)} [dim]{' '.join(wire.interface for wire in station.left)}[/]{header}"
        table.add_row(station.title, came, left)
    console.print(table)


def _source(place: str, path: Trace) -> str:
    address = address_of(place)
    return f"[green]{address}[/]" if address == path.client else f"[yellow]{address}[/]"


def _show_load(load: Load, console: Console) -> None:
    titles = {way.name: way.title for way in load.ways}
    for shape in SHAPES:
        table = Table(title=shape.title, title_justify="left", header_style="bold")
        table.add_column("Way")
        for name in ("p50 µs", "p99 µs", "requests/s", "CPU µs/request", "against direct"):
            table.add_column(name, justify="right")
        base = load.of(shape.name)[0]
        for each in load.of(shape.name):
            against = (
                "" if each is base else f"p50 {each.p50 / base.p50:.2f}x, CPU {each.cpu_total / base.cpu_total:.2f}x"
            )
            table.add_row(
                titles[each.way],
                f"{each.p50:,.0f}",
                f"{each.p99:,.0f}",
                f"{each.rate:,.0f}",
                f"{each.cpu_total:,.1f}",
                against,
            )
        console.print(table)
