"""What a message tells to write has to be right: a remedy that leads into the next error costs a second try."""

import re
from typing import Any

import pytest

from realip import SettingsError, parse_settings
from realip.problems import Problem
from realip.settings.advice import advice

ADMIN = "198.18.0.0/24"
VPC_CNI, GLOBAL_ROUTER = "vpc-cni-direct-native", "globalrouter-direct-native"


def _settings(place: str, network: str) -> dict[str, Any]:
    """Settings in which one place holds a network, and everything else is right."""
    scenario = GLOBAL_ROUTER if place == "cluster.clusterCidr" else VPC_CNI
    settings: dict[str, Any] = {"scenario": scenario, "access": {"adminCidrs": [ADMIN]}}
    match place.partition("[")[0].split("."):
        case ["access", key]:
            settings["access"][key] = [network]
        case ["network", "nodeSubnets"]:
            settings["network"] = {"nodeSubnets": [{"zone": "ap-guangzhou-6", "cidr": network}]}
        case [section, key]:
            settings[section] = {key: network}
    return settings


def _problems(settings: dict[str, Any]) -> list[Problem]:
    try:
        return advice(parse_settings(settings))
    except SettingsError as error:
        return list(error.problems)


def _remedies(message: str) -> list[str]:
    """Every network that a message tells to write."""
    told = message.partition("; ")[2] or message
    written = re.findall(r"(?:write(?: one)?(?: a network)?(?: such as)?|, or|such as) ([0-9a-f][^\s,;]*/[0-9]+)", told)
    return written or [found.replace("<address>", "198.18.0.7") for found in re.findall(r"<address>/32", told)]


PRIVATE = ("network.cidr", "network.nodeSubnets[0].cidr", "cluster.serviceCidr", "cluster.clusterCidr")
ANYWHERE = ("access.adminCidrs[0]", "access.clientCidrs[0]")
WRONG = (
    "10.0.0.0", "10.0.5.7", "172.16.9.1", "192.168.255.255", "10.0.5.7/16", "10.0.1.0/20", "10.0.0.0/8", "10.128.0.0/9", "10.0.0.4/30",
    "10.9.9.9/32", "10.0.0.0/255.255.0.0", "10.0.0.0/33", "8.8.8.8", "8.8.8.0/24", "2402::1", "2402::/32", "fe80::1%eth0", "fe80::1%eth0/64",
    "everyone", "", "10.0.0.0/", "/16", "192.168.1.1/16", "172.16.0.0/11",
)  # fmt: skip
ABROAD = ("198.18.0.7", "198.18.0.7/24", "198.18.0.7/0", "198.18.0.7/2", "198.18.0.7/255.255.255.0", "2402::1", "2402::1/32",
    "2402::1/1", "2402:0::/32", "2402::1%eth0", "me", "198.18.0.7/33")  # fmt: skip


@pytest.mark.parametrize(
    ("place", "network"),
    [
        *((place, wrong) for place in PRIVATE for wrong in WRONG),
        *((place, wrong) for place in ANYWHERE for wrong in ABROAD),
    ],
)
def test_what_an_error_about_a_network_tells_to_write_is_taken(place: str, network: str) -> None:
    found = [problem for problem in _problems(_settings(place, network)) if problem.path == place]
    for problem in found:
        remedies = _remedies(problem.message)
        assert remedies or "overlaps" in problem.message or "lies outside the VPC" in problem.message, str(problem)
        for remedy in remedies:
            again = [str(problem) for problem in _problems(_settings(place, remedy)) if problem.path == place]
            assert [text for text in again if "overlaps" not in text] == [], (str(problem), remedy)


@pytest.mark.parametrize("place", [*PRIVATE, *ANYWHERE])
def test_a_network_without_a_mask_is_wrong_everywhere(place: str) -> None:
    address = "198.18.0.7" if place in ANYWHERE else "10.0.5.7"
    (problem,) = [problem for problem in _problems(_settings(place, address)) if problem.path == place]
    assert "has no mask" in problem.message
    assert _remedies(problem.message)
