"""What the reports say of lost requests: a loss that reads as none, or a cut by design that reads as a failure, would mislead."""

import io

import pytest
from rich.console import Console

from lab.proof.downtime import Downtime
from lab.proof.pouring import Poured
from lab.proof.switch import PAIRS, Switched, pairs_of
from lab.report.html_downtime import downtime_section, switch_section
from lab.report.terminal_downtime import lost_words, problems, show, switch_cells
from lab.rig.lab import Lab
from realip.scenarios import SCENARIOS, by_slug

SLUG = "vpc-cni-direct-native"


def phase(name: str = "rolling-update", **counts: object) -> Poured:
    return Poured.from_json({"name": name, "new": 50, "kept": 50, "seconds": 1.0, **counts})


def downtime(*phases: Poured, **more: object) -> Downtime:
    return Downtime(SLUG, list(phases), 100, 2.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "passed"),
    [
        (downtime(phase()), True),
        (downtime(phase(lost_new={"refused": 1})), False),
        (downtime(phase(lost_kept={"reset": 1})), False),
        (downtime(phase("node-drain", lost_kept={"reset": 1}), cut=["node-drain"]), True),
        (downtime(phase("node-drain", lost_new={"reset": 1}), cut=["node-drain"]), False),
        (downtime(phase("rolling-update", lost_kept={"reset": 1}), cut=["node-drain"]), False),
        (downtime(phase(strangers={"10.0.0.1": 1})), False),
        (downtime(phase(), problem="waited 240 s"), False),
        (downtime(phase(), contrasts=[phase("unprepared", lost_new={"refused": 1})]), True),
        (downtime(phase(), contrasts=[phase("unprepared")]), False),
    ],
)
def test_what_counts_as_zero_downtime(found: Downtime, *, passed: bool) -> None:
    assert found.passed is passed
    assert bool(problems(found)) is not passed
    assert Downtime.from_json(found.to_json()) == found


def test_a_table_says_how_many_of_how_many_and_on_which_connections() -> None:
    assert lost_words(phase()) == "0 of 100"
    assert lost_words(phase(lost_kept={"reset": 2})) == "2 of 100 (all on kept connections)"
    assert lost_words(phase(lost_new={"refused": 1}, lost_kept={"reset": 2})) == "3 of 100 (2 on kept connections)"


def test_both_reports_show_the_loss_and_what_came_in_place_of_answers() -> None:
    found = downtime(phase(lost_new={"refused": 7}), contrasts=[phase("unprepared", lost_new={"<b>reset</b>": 3})])
    output = io.StringIO()
    show([found], Console(file=output, width=200))
    page = downtime_section([found])
    for text in (output.getvalue(), page):
        assert "7 of 100" in text
        assert "3 of 100" in text
    assert "refused" in output.getvalue()
    assert "<b>reset" not in page
    assert downtime_section([]) == switch_section([]) == ""


def switched(**more: object) -> Switched:
    values: dict[str, object] = {"same_address": True, "new": None, "gap": 0.0}
    return Switched(SLUG, SCENARIOS[3].slug, phases=[phase("change", lost_kept={"reset": 4})], **(values | more))  # type: ignore[arg-type]


def test_a_switch_says_whether_clients_need_another_address_and_for_how_long_there_is_none() -> None:
    assert switch_cells(switched()) == ["the same", "4 of 100, 4 of them on kept connections", "", "never"]
    moved = switched(same_address=False, new=phase("new", lost_new={"status 503": 1}), gap=3.21)
    assert switch_cells(moved) == ["a new one", "4 of 100, 4 of them on kept connections", "1 of 100", "3.2 s"]
    assert "3.2 s" in switch_section([moved])
    assert Switched.from_json(moved.to_json()) == moved


def test_every_switch_stays_in_its_network_mode_and_on_its_kind_of_nodes() -> None:
    """Otherwise it would be another cluster, and no switch."""
    for start, target in PAIRS:
        one, other = by_slug(start), by_slug(target)
        assert one
        assert other
        assert (one.network_mode, one.super_nodes) == (other.network_mode, other.super_nodes)
    assert len(pairs_of([Lab(row) for row in SCENARIOS])) == len(PAIRS)
