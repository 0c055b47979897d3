"""Exposures: an address, a host name, one that comes late, one that never comes. Every wait ends."""

import re

import pytest

from tests.engine.conftest import STANDING, Live
from tests.engine.driver import Project
from tests.support.stacks import EXPOSURES

PATIENCE = 300


def patient(project: Project) -> Project:
    """The stack, told how long to wait."""
    project.configure({"realip:loadBalancer": {"timeoutSeconds": PATIENCE}})
    return project


def waits(project: Project) -> list[float]:
    """How long the Kubernetes provider was told to wait, each time."""
    return [seconds for server in project.world.cloud.servers.values() for _, seconds in server.waits]


@pytest.mark.parametrize("stack", EXPOSURES)
def test_an_exposure_with_a_host_name_and_no_address_has_a_url(live: Live, stack: str) -> None:
    project = live(stack, hostname_exposures=True)
    project.up().succeeded()
    outputs = project.outputs()
    assert outputs["address"] == "lb-00000001.clb.gz.tencentclb.com"
    assert outputs["url"] == "http://lb-00000001.clb.gz.tencentclb.com/"
    assert project.preview("--expect-no-changes").succeeded().changes == []


@pytest.mark.parametrize("stack", ["vpc-cni-direct-native", "globalrouter-nondirect-native"])
def test_an_address_that_comes_within_the_deadline_is_waited_for(live: Live, stack: str) -> None:
    project = patient(live(stack, exposure_seconds=PATIENCE - 1))
    project.up().succeeded()
    assert waits(project) == [PATIENCE]
    assert project.outputs()["address"] == "192.0.2.1"


@pytest.mark.parametrize("stack", ["vpc-cni-direct-native", "globalrouter-nondirect-native"])
def test_an_address_that_never_comes_ends_the_wait_and_one_more_up_finishes(live: Live, stack: str) -> None:
    project = patient(live(stack, exposure_seconds=None))
    late = project.up().failed()
    said = "\n".join(late.messages)
    assert re.search(r"realip-(service|ingress)", late.text)
    assert f"timed out after {PATIENCE} s" in said
    assert "was not assigned an IP address" in said
    project.up().failed()
    assert waits(project) == [PATIENCE, PATIENCE], "the second wait, an update's, has another deadline"

    (server,) = project.world.cloud.servers.values()
    server.exposure_seconds = PATIENCE - 1
    project.up().succeeded()
    assert project.outputs()["address"] == "192.0.2.1"
    assert set(server.made.values()) == {1}
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


def test_a_stack_whose_address_never_came_can_be_destroyed(live: Live) -> None:
    project = patient(live("vpc-cni-direct-super", exposure_seconds=None))
    project.up().failed()
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@pytest.mark.parametrize("stack", EXPOSURES)
def test_an_app_that_never_gets_ready_is_named_and_does_not_keep_its_exposure_from_being_made(
    live: Live, stack: str
) -> None:
    """An image that cannot be pulled: the address is there meanwhile, and one more `up` with a better image finishes."""
    project = live(stack, app_seconds=None)
    project.configure({"realip:app": {"timeoutSeconds": 90}})
    failed = project.up(
        "--continue-on-error"
    ).failed()  # here the wait is over at once, and the engine would make no more
    assert "(realip-deployment):" in failed.text
    assert "timed out after 90 s waiting for Deployment/" in failed.text
    assert not re.search(r"\(realip-(service|ingress)\)", failed.text)
    (server,) = project.world.cloud.servers.values()
    assert len(server.exposures()) == 1
    assert all("status" in found.live for found in server.objects.values() if found.is_exposure)

    server.app_seconds = 80
    project.configure({"realip:app": {"timeoutSeconds": 90, "image": "nginx:1.29.3"}})
    project.up().succeeded()
    assert project.outputs()["address"] == "192.0.2.1"
    assert set(server.made.values()) == {1}
    assert project.preview("--expect-no-changes").succeeded().changes == []


@pytest.mark.parametrize("stack", STANDING)
def test_every_object_that_can_keep_an_update_waiting_has_a_deadline_for_create_and_update(
    standing: Live, stack: str
) -> None:
    waiting = {"Deployment", "Service", "Ingress", "ConfigMapPatch"}
    found = set()
    for resource in standing(stack).resources():
        kind = resource["type"].rpartition(":")[2]
        if resource["type"].startswith("kubernetes:") and kind in waiting:
            deadlines = resource.get("customTimeouts") or {}
            assert deadlines.get("create"), resource["urn"]
            assert deadlines.get("create") == deadlines.get("update"), resource["urn"]
            found.add(kind)
    assert {"Deployment", "Service"} <= found


@pytest.mark.parametrize("stack", ["vpc-cni-direct-native", "globalrouter-nondirect-native"])
@pytest.mark.parametrize("back", [False, True])
def test_whoever_gets_another_load_balancer_is_told_how_to_get_its_address(
    live: Live, stack: str, *, back: bool
) -> None:
    """TKE keeps the old address in the status for a while, and an update is done before that."""
    project = live(stack)
    project.configure({"realip:loadBalancer": {"internal": back}})
    project.up().succeeded()
    old = project.outputs()["address"]
    project.configure({"realip:loadBalancer": {"internal": not back}})
    for operation in (project.preview(), project.up()):
        (said,) = [message for message in operation.succeeded().messages if "another load balancer" in message]
        assert "subnetid changes" in said.lower()
    (command,) = re.findall("'pulumi (up --refresh)'", said)
    project.run(*command.split()).succeeded()
    (server,) = project.world.cloud.servers.values()
    (exposure,) = [found for found in server.objects.values() if found.is_exposure]
    address = project.outputs()["address"]
    assert exposure.live["status"]["loadBalancer"]["ingress"] == [{"ip": address}]
    assert address != old
    assert address in project.outputs()["url"]
    assert [m for m in project.up().succeeded().messages if "load balancer" in m] == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@pytest.mark.parametrize("stack", ["vpc-cni-direct-native", "globalrouter-nondirect-native"])
def test_what_leaves_the_load_balancer_in_place_warns_of_none(live: Live, stack: str) -> None:
    project = live(stack)
    project.up().succeeded()
    project.configure({"realip:loadBalancer": {"securityGroupIds": ["sg-1a2b3c4d"]}})
    changed = project.up().succeeded()
    assert [step.op for step in changed.changes] == ["update"]
    assert changed.messages == []


@pytest.mark.parametrize("stack", ["vpc-cni-direct-native", "globalrouter-nondirect-native"])
def test_a_bandwidth_that_tke_does_not_read_any_more_is_told_in_preview_and_up(live: Live, stack: str) -> None:
    """The annotation changes, and the load balancer does not (TKE 51258, 56112)."""
    project = live(stack)
    project.configure({"realip:loadBalancer": {"bandwidth": 10}})
    project.up().succeeded()
    project.configure({"realip:loadBalancer": {"bandwidth": 20}})
    for operation in (project.preview(), project.up()):
        (said,) = operation.succeeded().messages
        assert re.search(
            r"max-?bandwidth-?out changes, which TKE reads only when it makes the load balancer", said, re.IGNORECASE
        )
        assert "CLB console" in said
    assert project.up().succeeded().messages == []
