"""What a stack file says that nobody reads, or that goes wrong minutes into an update, has to be told before."""

import json
from typing import Any

import pytest
from pulumi.runtime.config import set_all_config

from realip import RealIpStack, SettingsError, load_settings, parse_settings, tke
from realip.scenarios import SCENARIOS
from realip.settings.advice import advice
from realip.settings.models import Settings
from tests.support.recording import Registered, run

ACCESS = {"adminCidrs": ["198.18.0.0/24"]}
TAINT = {"key": "team", "effect": "NoSchedule"}
SSD = {"disk": "ssd"}
SELECTED = {"podTemplate": {"spec": {"nodeSelector": {**SSD, "kubernetes.io/arch": "amd64"}}}}
LARGE = {"instanceTypes": ["S5.16XLARGE256"], "replicas": 5}


def _load(config: dict[str, Any], secret: list[str], *, preview: bool = True) -> Any:
    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}

    def program() -> None:
        set_all_config(text, secret)
        load_settings()

    return run(program, preview=preview, config=text, stack="mine")


def test_a_namespace_that_nothing_reads_is_warned_of_in_a_run() -> None:
    found = _load({"realip:access": ACCESS, "relip:app": {"port": 1}, "tencentcloud:region": "ap-guangzhou"}, [])
    assert [text for _, text in found.messages] == ["relip:app: is read by nobody; did you mean realip:app?"]


@pytest.mark.parametrize(
    "cidrs",
    [
        ["0.0.0.0/1"],
        ["1.0.0.0/8", "0.0.0.0/2"],
        ["::/1"],
        ["4.0.0.0/7", "6.0.0.0/8", "8.0.0.0/8"],
        ["2000::/3"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        [f"{first}.0.0.0/9" for first in range(11, 19)],
    ],
)
def test_a_share_of_the_internet_that_nobody_has_alone_is_refused_unless_it_is_meant(cidrs: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"of the internet|the whole internet together"):
        parse_settings({"access": {"adminCidrs": cidrs}})
    parse_settings({"access": {"adminCidrs": cidrs, "allowEveryone": True}})


@pytest.mark.parametrize("cidrs", [["4.0.0.0/8"], ["10.0.0.0/8", "172.16.0.0/12", "4.0.0.0/8"], ["2400::/16"]])
def test_as_much_as_one_organization_has_is_taken(cidrs: list[str]) -> None:
    parse_settings({"access": {"adminCidrs": cidrs}})


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"access": {"adminCidrs": ["127.0.0.1/32"]}}, "access.adminCidrs[0]", "one machine's own"),
        ({"access": {"adminCidrs": ["169.254.1.0/24"]}}, "access.adminCidrs[0]", "link-local"),
        ({"access": {"adminCidrs": ["100.64.0.0/10"]}}, "access.adminCidrs[0]", "carriers"),
        ({"access": {"adminCidrs": ["224.0.0.0/24"]}}, "access.adminCidrs[0]", "multicast"),
        ({"access": {**ACCESS, "clientCidrs": ["203.0.113.0/24"]}}, "access.clientCidrs[0]", "documentation range"),
        (
            {"access": {**ACCESS, "clientCidrs": [f"43.1.{third}.0/24" for third in range(97)]}},
            "access.clientCidrs",
            "41428",
        ),
        (
            {
                "access": ACCESS,
                "network": {
                    "cidr": "10.0.0.0/16",
                    "vpcId": "vpc-1",
                    "nodeSubnets": [{"zone": "ap-guangzhou-6", "id": "subnet-1", "cidr": "10.0.0.0/20"}],
                    "podSubnets": [{"zone": "ap-guangzhou-6", "id": "subnet-1", "cidr": "10.0.0.0/20"}],
                },
            },
            "network.podSubnets[0].id",
            "TKE recommends a subnet for pods alone",
        ),
        ({"access": ACCESS, "network": {"nat": False}}, "network.nat", "without a way out"),
        ({"access": ACCESS, "cluster": {"version": "1.28.3"}}, "cluster.version", "preStop"),
        ({"access": ACCESS, "adopt": {"vpc": "vpc-1"}}, "adopt", "where it says import-replacement"),
        ({"access": ACCESS, "cluster": {"version": "1.31.1"}}, "cluster.version", "take one of 1.30 or 1.32"),
        ({"access": {"adminCidrs": [f"43.1.{third}.0/24" for third in range(101)]}}, "access.adminCidrs", "41428"),
        ({"access": ACCESS, "app": {"cpuRequest": "2", "cpuLimit": "2"}}, "app.cpuRequest", "1.9 cores"),
        ({"access": ACCESS, "app": {"memoryRequest": "3Gi", "memoryLimit": "3Gi"}}, "app.memoryRequest", "2972 MiB"),
        (
            {"access": ACCESS, "app": {"memoryRequest": "2Gi", "memoryLimit": "2Gi", "replicas": 2}},
            "app.replicas",
            "room for 2 pods",
        ),
        (
            {"access": ACCESS, "app": {"replicas": 15}, "nodes": {"instanceTypes": ["S5.SMALL1", "SA5.MEDIUM2"]}},
            "app.replicas",
            "room for 10 pods",
        ),
        (
            {"access": ACCESS, "nodes": {"taints": [TAINT], "pools": [{"name": "gpu", "taints": [TAINT]}]}},
            "nodes.taints",
            "CoreDNS",
        ),
        (
            {"access": ACCESS, "app": {"autoscaling": {"minReplicas": 2, "maxReplicas": 151}}, "nodes": LARGE},
            "app.autoscaling.maxReplicas",
            "150 pods that TKE recommends at most for L5",
        ),
        (
            {"access": ACCESS, "app": {"servicePort": 443}, "scenario": "vpc-cni-nondirect-native"},
            "app.servicePort",
            "listens for clients at 80 all the same",
        ),
        ({"access": {"adminCidrs": ["2400:3200::/32"]}}, "access.adminCidrs", "IPv6 alone"),
        (
            {"access": ACCESS, "app": SELECTED, "nodes": {"pools": [{"name": "a", "labels": SSD, "taints": [TAINT]}]}},
            "app.podTemplate.spec.nodeSelector",
            "is a label of no node",
        ),
    ],
)
def test_what_would_go_wrong_late_is_told_early(settings: dict[str, Any], path: str, words: str) -> None:
    (problem,) = advice(parse_settings(settings))
    assert problem.path == path
    assert words in problem.message


@pytest.mark.parametrize(
    "settings",
    [
        {"access": {**ACCESS, "clientCidrs": [f"43.1.{third}.0/24" for third in range(96)]}},
        {"access": ACCESS, "cluster": {"version": "1.28.3"}, "app": {"drainSeconds": 0}},
        {"access": ACCESS, "cluster": {"version": "1.30.0"}},
        {"access": ACCESS, "network": {"nat": False}, "nodes": {"internetAccessible": {"maxBandwidthOut": 5}}},
        {"access": ACCESS, "app": {"cpuRequest": "3", "cpuLimit": "3"}, "nodes": {"pools": [{"name": "large"}]}},
        {"access": {"adminCidrs": [f"43.1.{third}.0/24" for third in range(100)]}},
        {"access": {"adminCidrs": ["198.18.0.0/24", "2400:3200::/32"]}},
        {"access": ACCESS, "nodes": {"taints": [TAINT], "pools": [{"name": "system"}]}},
        {"access": ACCESS, "nodes": {"taints": [{**TAINT, "effect": "PreferNoSchedule"}]}},
        {"access": ACCESS, "app": {"replicas": 150}, "nodes": LARGE},
        {"access": ACCESS, "app": SELECTED, "nodes": {"labels": SSD}},
        {"access": ACCESS, "app": SELECTED, "nodes": {"pools": [{"name": "a", "labels": SSD}]}},
        {"access": ACCESS, "app": {"servicePort": 80}, "scenario": "vpc-cni-nondirect-native"},
        {"access": ACCESS, "app": {"memoryRequest": "2Gi", "memoryLimit": "2Gi", "replicas": 1}},
        {"access": ACCESS, "app": {"memoryRequest": "2Gi", "memoryLimit": "2Gi", "autoscaled": True}},
        {
            "access": ACCESS,
            "app": {"memoryRequest": "9Gi", "memoryLimit": "9Gi"},
            "nodes": {"instanceTypes": ["GN7.2XLARGE32"]},
        },
        {"access": ACCESS, "app": {"memoryRequest": "9Gi", "memoryLimit": "9Gi"}, "scenario": "vpc-cni-direct-super"},
        {
            "access": ACCESS,
            "app": {"memoryRequest": "2Gi", "memoryLimit": "2Gi", "replicas": 4},
            "nodes": {"autoscaling": {"min": 2, "max": 5}},
        },
    ],
)
def test_what_goes_well_is_not_warned_of(settings: dict[str, Any]) -> None:
    assert advice(parse_settings(settings)) == []


@pytest.mark.parametrize("slug", [row.slug for row in SCENARIOS])
def test_the_rules_that_are_counted_are_those_that_are_made(slug: str) -> None:
    """As many networks of clients as go without a warning fill a security group to its last rule, where they are its rules."""
    clients = [f"43.{number // 250}.{number % 250}.0/24" for number in range(110)]
    for count in range(90, 105):
        settings = parse_settings({"scenario": slug, "access": {**ACCESS, "clientCidrs": clients[:count]}})
        warned = [problem for problem in advice(settings) if problem.path == "access.clientCidrs"]
        if warned or count == 104:
            break
    assert warned
    assert _rules_of_clients(settings) == tke.MAX_SECURITY_GROUP_RULES + 1
    fewer = parse_settings({"scenario": slug, "access": {**ACCESS, "clientCidrs": clients[: count - 1]}})
    assert _rules_of_clients(fewer) == tke.MAX_SECURITY_GROUP_RULES


def _rules_of_clients(settings: Settings) -> int:
    """How many rules the security group has in which the clients are: the load balancer's own, or the nodes'."""
    (group,) = [
        made.inputs["ingresses"]
        for made in _made(settings)
        if made.type.endswith("GroupRuleSet")
        and any(rule["description"] == "clients" for rule in made.inputs["ingresses"])
    ]
    return len(group)


def _made(settings: Settings) -> list[Registered]:
    return run(lambda: RealIpStack("realip", settings)).resources


def test_names_leave_room_for_what_comes_behind_them() -> None:
    parse_settings({"access": ACCESS, "cluster": {"name": "a" * 39}})
    with pytest.raises(SettingsError, match=r"cluster.name .*too long.* at most 39 letters"):
        parse_settings({"access": ACCESS, "cluster": {"name": "a" * 40}})


def test_an_app_does_not_take_the_api_servers_own_service() -> None:
    with pytest.raises(SettingsError, match=r"app\.service .*API server's own Service"):
        parse_settings({"access": ACCESS, "app": {"service": "kubernetes", "namespace": "default"}})
    parse_settings({"access": ACCESS, "app": {"service": "kubernetes", "namespace": "mine"}})


def test_a_preview_on_an_existing_cluster_says_that_an_update_will_ask_who_the_clients_are() -> None:
    found = _load({"realip:cluster": {"id": "cls-12345678"}, "tencentcloud:region": "ap-guangzhou"}, [])
    told = [text for _, text in found.messages]
    assert any(text.startswith("access.clientCidrs: is missing; the nodes of cls-12345678") for text in told)
    named = {"realip:access": {"clientCidrs": ["0.0.0.0/0"]}, "realip:cluster": {"id": "cls-12345678"}}
    found = _load({**named, "tencentcloud:region": "ap-guangzhou"}, [])
    assert not any("access.clientCidrs" in text for _, text in found.messages)
