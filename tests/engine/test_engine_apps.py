"""Many apps on a cluster that exists, on the real engine: the program that the benchmarks measure."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.driver import CLUSTER, REPOSITORY, Project, copy_project, world
from tests.engine.standins.values import UNKNOWN_ON_THE_WIRE

PROGRAMS = ["engine_apps", "engine_apps_flat"]
OWN = {"Deployment": "deployment", "Service": "service", "PodDisruptionBudget": "disruption-budget"}
"""The objects of an app, and how their resources' names end."""


@pytest.fixture
def apps(request: pytest.FixtureRequest, tmp_path: Path, pulumi: Path) -> Iterator[Project]:
    """One of the two programs, with three apps."""
    with world() as surroundings:
        copy_project(REPOSITORY / "benchmarks" / request.param, tmp_path / "run")
        project = Project(tmp_path / "run", "dev", surroundings, pulumi).init()
        project.configure({"apps:number": "3", "apps:cluster": CLUSTER})
        project.configure_secret("kubeconfig", surroundings.existing_cluster())
        yield project


def _changes(project: Project, number: int) -> Counter[str]:
    project.configure({"apps:number": str(number)})
    return Counter(f"{step.op} {step.kind} {step.name}" for step in project.up().succeeded().changes)


@pytest.mark.parametrize("apps", PROGRAMS, indirect=True)
def test_an_app_more_or_less_touches_no_other_app(apps: Project) -> None:
    urls = {f"app-{number}" for number in range(3)}
    apps.up().succeeded()
    assert set(apps.outputs()["urls"]) == urls
    assert apps.preview("--expect-no-changes").succeeded().changes == []
    known = apps.outputs()["urls"]
    apps.configure({"apps:number": "4"})
    planned = apps.preview().succeeded().outputs()["urls"]
    assert planned == {**known, "app-3": UNKNOWN_ON_THE_WIRE}, "one that is not there yet hides the others' addresses"
    own = [f"{kind} apps-app-3-{name}" for kind, name in OWN.items()]
    assert _changes(apps, 4) == Counter(f"create {made}" for made in own)
    assert _changes(apps, 3) == Counter(f"delete {made}" for made in own)
    assert set(apps.outputs()["urls"]) == urls
    apps.destroy().succeeded()
    assert apps.resources() == []
    (server,) = apps.world.cloud.servers.values()
    assert [key for key in server.objects if key[0] in OWN] == []
