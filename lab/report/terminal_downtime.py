"""What was lost while an app was disrupted, in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from lab.proof.downtime import CONTRASTS, DISRUPTIONS, Downtime
from lab.proof.pouring import Poured
from lab.proof.switch import Switched
from lab.report.terminal import colored, number_of, table_of


def show(found: Sequence[Downtime], console: Console) -> None:
    """One table for what the defaults do, one for what is lost without them."""
    if not found:
        return
    title = f"Requests lost under {found[0].rate:g} requests a second, half on new and half on kept connections"
    table = table_of(title, "#", "Scenario", *(each.title for each in DISRUPTIONS), "Slowest answer")
    for each in found:
        by_name = {phase.name: phase for phase in each.phases}
        cells = [_cell(each, by_name.get(disruption.name)) for disruption in DISRUPTIONS]
        slowest = max((phase.longest for phase in each.phases), default=0.0)
        table.add_row(number_of(each.slug), each.slug, *cells, f"{slowest * 1000:,.0f} ms")
    console.print(table)
    titles = {each.name: each.title for each in CONTRASTS}
    contrasts = [(each.slug, contrast) for each in found for contrast in each.contrasts]
    if contrasts:
        table = table_of("The same with something of the defaults missing", "#", "What is missing", "Lost", "How")
        for slug, contrast in contrasts:
            lost = colored(f"{contrast.lost:,} of {contrast.asked:,}", good=contrast.lost > 0)
            table.add_row(number_of(slug), titles[contrast.name], lost, escape(contrast.words))
        console.print(table)
    for each in found:
        for words in problems(each):
            console.print(f"[red]{each.slug}[/]: {escape(words)}")


def _cell(found: Downtime, phase: Poured | None) -> str:
    return "" if phase is None else colored(lost_words(phase), good=found.has_passed(phase))


def lost_words(phase: Poured) -> str:
    """How many requests a phase lost, of how many."""
    new, kept = (sum(kinds.values()) for kinds in (phase.lost_new, phase.lost_kept))
    where = "" if not kept else " (all on kept connections)" if not new else f" ({kept:,} on kept connections)"
    return f"{phase.lost:,} of {phase.asked:,}{where}"


def problems(found: Downtime) -> list[str]:
    """What was not as it has to be, in words."""
    titles = {each.name: each.title for each in (*DISRUPTIONS, *CONTRASTS)}
    words = [f"{titles[phase.name]}: {phase.words}" for phase in found.phases if not found.has_passed(phase)]
    words += [
        f"{titles[each.name]}: nothing was lost, so the measurement shows no loss"
        for each in found.contrasts
        if not each.lost
    ]
    return [*words, *([found.problem] if found.problem else [])]


def show_switches(found: Sequence[Switched], console: Console) -> None:
    """What each change of way cost its clients."""
    if not found:
        return
    table = table_of("Requests lost while an app is changed to another way", "From", "To", "Address", *SWITCH_COLUMNS)
    for each in found:
        table.add_row(each.start, each.target, *map(escape, switch_cells(each)))
    console.print(table)


SWITCH_COLUMNS = ("Lost at the old address", "Lost at the new one", "No address for")


def switch_cells(found: Switched) -> list[str]:
    """Address, losses and gap of a change, in words. Once the old address is gone all that is sent there is lost, and not counted."""
    parts = [phase for phase in map(found.phase, ("change", "moving")) if phase.asked]
    lost, asked = sum(phase.lost for phase in parts), sum(phase.asked for phase in parts)
    kept = sum(sum(phase.lost_kept.values()) for phase in parts)
    old = f"{lost:,} of {asked:,}" + (f", {kept:,} of them on kept connections" if lost else "")
    new = f"{found.new.lost:,} of {found.new.asked:,}" if found.new else ""
    gap = f"{found.gap:.1f} s" if found.gap > 0 else "never"
    return ["the same" if found.same_address else "a new one", old, new, gap]
