"""Two people update one stack at the same time: one is told so, and the other's update is not disturbed."""

import threading

from tests.engine.conftest import Live
from tests.engine.standins.faults import Fault

HELD_SECONDS = 60.0


def test_the_second_of_two_updates_is_told_who_holds_the_stack(live: Live) -> None:
    project = live("vpc-cni-direct-native")
    started, may_go_on = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        started.set()
        assert may_go_on.wait(HELD_SECONDS), "nobody let the first update go on"

    project.world.faults.arm(Fault(lambda c: c.changes and c.type.endswith(":Cluster"), hold))
    with project.start("up") as first:
        assert started.wait(HELD_SECONDS), "the first update did not get to the cluster"
        second = project.up().failed()
        removal = project.destroy().failed()
        may_go_on.set()
        first().succeeded()
    for refused in (second, removal):
        assert "currently locked by 1 lock" in refused.text
        assert "pulumi cancel" in refused.text
    assert {urn: n for urn, n in project.world.cloud.made.items() if n != 1} == {}
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []
