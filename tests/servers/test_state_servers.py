"""States on real servers: whole lives, secrets, two people at once, and a server that dies in the middle of an update."""

import json
import socket
import threading

import pytest

from tests.engine.driver import Project
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault
from tests.engine.test_engine_secrets import leaks
from tests.servers.conftest import Kept
from tests.servers.state_servers import HOST, S3, PostgreSQL, StateServer

SERVERS = [PostgreSQL, S3]
HELD_SECONDS = 60.0
SECRET_KEY, SECRET_VALUE = "shop:password", "a password that somebody put into the configuration"


def cluster_is_made(call: Call) -> bool:
    return call.changes and call.method == "Create" and call.type.endswith(":Cluster")


def everything_once(project: Project) -> None:
    """What the state knows is what the account holds, each made once, and the engine would change nothing."""
    counts = dict(project.world.cloud.made)
    for server in project.world.cloud.servers.values():
        counts.update(server.made)
    assert {urn: number for urn, number in counts.items() if number != 1} == {}
    assert counts.keys() <= {resource["urn"] for resource in project.resources()}
    assert project.preview("--expect-no-changes").succeeded().changes == []


def nothing_left(project: Project) -> None:
    project.destroy().succeeded()
    assert project.resources() == []
    assert project.world.cloud.leftovers() == []


@pytest.mark.parametrize("kind", SERVERS)
def test_a_stack_lives_its_whole_life_and_the_server_never_sees_a_secret(kept: Kept, kind: type[StateServer]) -> None:
    project, server = kept(kind)
    said = {"login": project.cli("login", server.url).succeeded().text}
    project.configure_secret(SECRET_KEY, SECRET_VALUE)
    said["preview"] = project.preview("--diff").succeeded().text
    said["up"] = project.up("--diff").succeeded().text
    everything_once(project)
    project.world.cloud.rotate()
    said["rotated"] = project.up("--refresh", "--diff").succeeded().text
    said["export"] = json.dumps(project.export())
    said["history"] = project.cli("stack", "history", "--stack", project.stack).succeeded().text
    said["whoami"] = project.cli("whoami", "--verbose").succeeded().text
    shown = json.dumps(project.outputs(show_secrets=True))
    stored = dict(server.stored())
    nothing_left(project)
    said["removed"] = project.cli("stack", "rm", "--yes", project.stack).succeeded().text
    seen = {**said, **stored, **dict(project.texts()), **dict(server.stored())}

    assert any("NativeNodePool" in text for text in stored.values()), "this is not the state"
    assert leaks(project, {"outputs": shown}), "the search finds nothing where there is a secret: it proves nothing"
    assert leaks(project, seen) == []
    for secret in (server.password, SECRET_VALUE):
        assert [name for name, text in seen.items() if secret in text] == []
    assert [name for name, _ in server.stored() if name.endswith(f"{project.stack}.json")] == []


def test_a_password_in_the_url_of_a_backend_is_shown_and_kept_in_plain_text(kept: Kept) -> None:
    """Why the documentation puts it into the environment."""
    project, server = kept(PostgreSQL)
    with_password = server.url.replace("//", f"//{PostgreSQL.user}:{server.password}@")
    project.cli("login", with_password).succeeded()
    assert server.password in (project.folder / "home/credentials.json").read_text()
    project.extra_environment = {"PULUMI_BACKEND_URL": with_password}
    assert server.password in project.cli("whoami", "--verbose").succeeded().text


@pytest.mark.parametrize("kind", SERVERS)
def test_the_second_of_two_people_is_told_who_holds_the_stack_and_the_first_is_not_disturbed(
    kept: Kept, kind: type[StateServer]
) -> None:
    project, server = kept(kind)
    started, may_go_on = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        started.set()
        assert may_go_on.wait(HELD_SECONDS), "nobody let the first update go on"

    project.world.faults.arm(Fault(cluster_is_made, hold))
    with project.start("up") as first:
        assert started.wait(HELD_SECONDS), "the first update did not get to the cluster"
        refused = [project.up().failed(), project.destroy().failed()]
        may_go_on.set()
        first().succeeded()
    for operation in refused:
        assert "currently locked by 1 lock" in operation.text
        assert "pulumi cancel" in operation.text
        assert server.password not in operation.text
    everything_once(project)
    nothing_left(project)


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_dies_and_comes_back_during_an_update_loses_nothing(kept: Kept, kind: type[StateServer]) -> None:
    project, server = kept(kind)
    dead = threading.Event()

    def die(_: Call) -> None:
        server.kill()
        dead.set()

    project.world.faults.arm(Fault(cluster_is_made, die, after=True))
    with project.start("up") as finish:
        assert dead.wait(HELD_SECONDS), "the update did not get to the cluster"
        hear_one_request_in_vain(server)
        server.start()
        finish().succeeded()
    everything_once(project)
    nothing_left(project)


def hear_one_request_in_vain(server: StateServer) -> None:
    """Be there once in the server's place, so that the engine has met its absence."""
    with socket.create_server((HOST, server.port)) as nobody:
        nobody.settimeout(HELD_SECONDS)
        connection, _ = nobody.accept()
        connection.close()


@pytest.mark.parametrize(
    ("kind", "waits"),
    # With S3 the engine tries for more than a minute and a half: there somebody ends it at once.
    [pytest.param(PostgreSQL, True, id="PostgreSQL-gives_up"), pytest.param(S3, False, id="S3-killed")],
)
def test_after_a_server_died_in_an_update_cancel_and_one_more_up_lose_and_double_nothing(
    kept: Kept, kind: type[StateServer], *, waits: bool
) -> None:
    project, server = kept(kind)

    def die(_: Call) -> None:
        server.kill()
        if not waits:
            project.kill()

    project.world.faults.arm(Fault(cluster_is_made, die, after=True))
    died = project.up().failed()
    if waits:
        assert "failed to save snapshot" in died.text
    unreachable = project.up().failed()
    assert server.password not in died.text + unreachable.text
    assert "connection refused" in unreachable.text
    server.start()
    locked = project.up().failed()
    assert "currently locked by 1 lock" in locked.text
    project.cancel().succeeded()
    # The server never heard of the cluster: its id is in the console.
    (cluster,) = project.world.cloud.of("Cluster")
    project.configure({"realip:adopt": {"cluster": cluster.id}})
    resumed = project.up().succeeded()
    assert "interrupted while creating" in resumed.text
    assert [step.op for step in resumed.steps if step.kind == "Cluster"] == ["import"]
    project.cli("config", "rm", "--stack", project.stack, "realip:adopt").succeeded()
    everything_once(project)
    nothing_left(project)
