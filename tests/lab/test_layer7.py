"""Changing backends in a running proxy: a command that misses would leave requests going to a pod that is gone."""

from ipaddress import IPv4Address

import pytest

from lab.rig.binding import LoadBalancer
from lab.rig.layer7 import SLOTS, Slots, configuration, targets
from lab.rig.routes import Backend, Listener, Route
from lab.rig.shell import LabError

ONE, OTHER = ("10.0.0.1", 80), ("10.0.0.2", 80)


def test_new_backends_take_free_slots_and_old_ones_leave_theirs() -> None:
    slots = Slots()
    assert list(slots.put("b", {ONE: 1, OTHER: 2})) == [
        "set server b/s0 addr 10.0.0.1 port 80",
        "set server b/s0 weight 1",
        "set server b/s0 state ready",
        "set server b/s1 addr 10.0.0.2 port 80",
        "set server b/s1 weight 2",
        "set server b/s1 state ready",
    ]
    assert list(slots.put("b", {OTHER: 3})) == ["set server b/s0 state maint", "set server b/s1 weight 3"]
    assert list(slots.put("b", {OTHER: 3})) == []
    assert next(slots.put("b", {OTHER: 3, ONE: 1})) == "set server b/s0 addr 10.0.0.1 port 80"


def test_more_backends_than_slots_are_an_error_and_not_a_silent_loss() -> None:
    with pytest.raises(LabError, match=f"more than {SLOTS} backends"):
        list(Slots().put("b", {(f"10.0.0.{number}", 80): 1 for number in range(SLOTS + 1)}))


def balancer(*backends: Backend, tls: bool = False, redirects: bool = False) -> LoadBalancer:
    routes = () if redirects else (Route("a.example.com", "/", exact=False, backends=backends),)
    listener = Listener(443 if tls else 80, 7, routes, tls=tls, redirects=redirects)
    return LoadBalancer("Ingress", "default", "way", direct=True, why="", listeners=(listener,))


ADDRESSES = {"Ingress default/way": IPv4Address("203.0.113.65")}


def test_backends_are_no_part_of_the_configuration_so_their_change_needs_no_new_proxy() -> None:
    before, after = balancer(Backend("10.0.0.1", 80, "a")), balancer(Backend("10.0.0.2", 80, "b"))
    assert configuration(ADDRESSES, [before]) == configuration(ADDRESSES, [after])
    assert targets(ADDRESSES, [before]) != targets(ADDRESSES, [after])


def test_a_pod_that_ends_gets_no_new_requests() -> None:
    found = balancer(Backend("10.0.0.1", 80, "a", weight=0), Backend("10.0.0.2", 80, "b"))
    assert list(targets(ADDRESSES, [found]).values()) == [{("10.0.0.2", 80): 1}]


def test_https_tells_the_app_so_and_a_redirect_asks_no_backend() -> None:
    secure = configuration(ADDRESSES, [balancer(Backend("10.0.0.1", 80, "a"), tls=True)])
    assert "bind 203.0.113.65:443 ssl crt " in secure
    assert "X-Forwarded-Proto https" in secure
    redirect = configuration(ADDRESSES, [balancer(redirects=True)])
    assert "redirect scheme https code 301" in redirect
    assert "use_backend" not in redirect
