"""Results and report in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lab.proof.load import SHAPES, Load
from lab.proof.results import ScenarioResult
from lab.proof.trace import Trace, address_of
from lab.report.content import Content
from realip.scenarios import by_slug


def show_results(found: Sequence[ScenarioResult], console: Console) -> None:
    """Two tables: what has to be preserved, and what has to be lost."""
    table = table_of("Who sees the client's address", "#", "Scenario", "Verdict", "The app saw", "Pods")
    for each in found:
        verdict = colored(each.verdict, good=each.preserved)
        table.add_row(number_of(each.slug), each.slug, verdict, escape(_short(each.saw)), str(len(each.pods)))
    console.print(table)
    if any(each.controls for each in found):
        table = table_of("Negative controls", "#", "Control", "Verdict", "The app saw")
        for each in found:
            for control in each.controls:
                verdict = colored(control.verdict, good=control.passed)
                table.add_row(number_of(each.slug), escape(control.title), verdict, escape(control.saw))
        console.print(table)
    for each in found:
        _show_failures(each, console)


def _show_failures(result: ScenarioResult, console: Console) -> None:
    for words in result.undocumented:
        console.print(f"[red]{result.slug}[/]: {escape(words)}")
    if not result.preserved:
        console.print(f"[red]{result.slug}[/]: {escape(result.summary)}")
    if not result.foreseen:
        console.print(f"[red]{result.slug}[/]: the audit says otherwise: {escape(str(result.predicted))}")
    for control in result.controls:
        if not control.foreseen and not control.unseen:
            about = escape(str(control.predicted))
            console.print(f"[red]{result.slug}, {control.title}[/]: the audit says otherwise: {about}")
        if not control.passed:
            console.print(
                f"[red]{result.slug}, {control.title}[/]: has to be {control.expected}. {escape(control.words)}"
            )


def table_of(title: str, *columns: str) -> Table:
    """A table, to be filled."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def number_of(slug: str) -> str:
    """A scenario's number."""
    row = by_slug(slug)
    return str(row.number) if row else ""


def _short(saw: Sequence[str]) -> str:
    """The addresses that the app saw; the many different forged headers count as one."""
    ends = list(dict.fromkeys(each.split(",")[-1].strip() for each in saw))
    return ", ".join(f"..., {end}" if any("," in each for each in saw) else end for end in ends)


def colored(words: str, *, good: bool) -> str:
    """Words with a mark, green or red."""
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
    table = table_of(
        f"{path.title} ({slug})\n{mark} the app saw {escape(path.app_saw)}", "Station", "Source in", "Source out"
    )
    for station in path.stations:
        came = f"{_source(station.came.source, path)} [dim]{station.came.interface}[/]" if station.came else ""
        left = ""
        if station.left:
            last = station.left[-1]
            header = f"\n[cyan]X-Forwarded-For: {escape(last.forwarded_for)}[/]" if last.forwarded_for else ""
            left = f"{_source(last.source, path)} [dim]{' '.join(wire.interface for wire in station.left)}[/]{header}"
        table.add_row(station.title, came, left)
    console.print(table)


def _source(place: str, path: Trace) -> str:
    address = address_of(place)
    return f"[green]{address}[/]" if address == path.client else f"[yellow]{address}[/]"


def _show_load(load: Load, console: Console) -> None:
    titles = {way.name: way.title for way in load.ways}
    for shape in SHAPES:
        measured = load.of(shape.name)
        table = table_of(f"{shape.title}; p50, p99 and CPU in µs, medians of {measured[0].rounds} rounds", "Way")
        for name in ("p50", "p99", "requests/s", "CPU/request", "p50 to direct"):
            table.add_column(name, justify="right")
        for each in measured:
            found = load.against_direct(shape.name, each.way)
            table.add_row(
                titles[each.way],
                f"{each.p50:,.0f}",
                f"{each.p99:,.0f}",
                f"{each.rate:,.0f}",
                f"{each.cpu_total:,.1f}",
                "" if each.way == "direct" else f"{found.ratio:.2f}x",
            )
        console.print(table)
