"""Allow-lists at the load balancer: who comes in, and that nothing of nodes and pods stands open for it."""

from typing import Any

import pulumi
import pytest

from realip import ArgumentError, ClientAccess
from tests.support.recording import Recording, run
from tests.support.stacks import SLUGS, up

PASS = ("service.cloud.tencent.com/pass-to-target", "ingress.cloud.tencent.com/pass-to-target")
GROUPS = ("service.cloud.tencent.com/security-groups", "ingress.cloud.tencent.com/security-groups")
SOME = {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["198.19.0.0/24", "2400::/16"]}
STRAIGHT = [slug for slug in SLUGS if "-direct-" in slug and not slug.endswith("ingress")]
OTHERS = [slug for slug in SLUGS if slug not in STRAIGHT]


def _carrier(found: Recording) -> dict[str, str]:
    carrier = (found.of("Ingress") or found.of("core/v1:Service"))[0]
    annotations: dict[str, str] = carrier.inputs["metadata"]["annotations"]
    return annotations


def _said(found: Recording, keys: tuple[str, ...]) -> str | None:
    (key,) = [key for key in keys if key.startswith("ingress" if found.of("Ingress") else "service")]
    return _carrier(found).get(key)


def _rules(found: Recording, name: str) -> list[tuple[str, str, str]]:
    """(who, protocol, ports) of the clients in a rule set; nothing where it is not made."""
    return [
        (rule.get("cidrBlock") or rule["ipv6CidrBlock"], rule["protocol"], rule["port"])
        for resource in found.of("GroupRuleSet")
        if resource.name == name
        for rule in resource.inputs["ingresses"]
        if rule["description"] == "clients"
    ]


def _at_nodes(found: Recording) -> list[tuple[str, str, str]]:
    return _rules(found, "realip-network-node-rules")


def _at_load_balancer(found: Recording) -> list[tuple[str, str, str]]:
    return _rules(found, "realip-load-balancer-rules")


@pytest.mark.parametrize("slug", OTHERS)
def test_named_clients_come_in_at_the_load_balancer_and_no_node_port_stands_open(slug: str) -> None:
    found = up(slug, access=SOME)
    assert _at_nodes(found) == []
    assert _at_load_balancer(found) == [("198.19.0.0/24", "TCP", "80"), ("2400::/16", "TCP", "80")]
    assert _said(found, PASS) == "true"
    assert _said(found, GROUPS) == "sg-realiploadbalancer"
    carrier = (found.of("Ingress") or found.of("core/v1:Service"))[0]
    assert "realip-load-balancer-rules" in found.waits_for(carrier), "or it would let everyone in for a while"


@pytest.mark.parametrize("slug", STRAIGHT)
def test_a_service_straight_to_pods_lets_clients_in_at_the_pods_unless_the_load_balancer_is_said(slug: str) -> None:
    found = up(slug, access=SOME)
    assert [cidr for cidr, _, _ in _at_nodes(found)] == SOME["clientCidrs"]
    assert (_at_load_balancer(found), _said(found, PASS), _said(found, GROUPS)) == ([], None, None)
    said = up(slug, access={**SOME, "clientCidrsAt": "load-balancer"})
    assert _at_nodes(said) == []
    assert [cidr for cidr, _, _ in _at_load_balancer(said)] == SOME["clientCidrs"]
    assert (_said(said, PASS), _said(said, GROUPS)) == ("true", "sg-realiploadbalancer")


@pytest.mark.parametrize("slug", OTHERS)
def test_nodes_let_clients_in_where_that_is_said(slug: str) -> None:
    found = up(slug, access={**SOME, "clientCidrsAt": "nodes"})
    assert [cidr for cidr, _, _ in _at_nodes(found)] == SOME["clientCidrs"]
    assert (_at_load_balancer(found), _said(found, PASS), _said(found, GROUPS)) == ([], None, None)


@pytest.mark.parametrize("slug", SLUGS)
def test_everyone_needs_no_list(slug: str) -> None:
    found = up(slug)
    assert _at_load_balancer(found) == []
    assert [resource for resource in found.resources if resource.name == "realip-load-balancer"] == []
    assert _said(found, GROUPS) is None


@pytest.mark.parametrize("slug", SLUGS)
def test_an_existing_load_balancer_takes_no_pass_to_target_so_nodes_let_clients_in(slug: str) -> None:
    found = up(slug, access=SOME, loadBalancer={"existingId": "lb-theirs"})
    assert [cidr for cidr, _, _ in _at_nodes(found)] == SOME["clientCidrs"]
    assert (_at_load_balancer(found), _said(found, PASS), _said(found, GROUPS)) == ([], None, None)


@pytest.mark.parametrize("slug", OTHERS)
def test_an_internal_load_balancer_has_its_list_too(slug: str) -> None:
    inside = {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["10.0.0.0/16"]}
    found = up(slug, access=inside, loadBalancer={"internal": True})
    assert _at_load_balancer(found) == [("10.0.0.0/16", "TCP", "80")]
    assert (_at_nodes(found), _said(found, PASS)) == ([], "true")


@pytest.mark.parametrize("slug", SLUGS)
def test_nobody_said_is_the_vpc_alone_at_the_nodes_as_ever(slug: str) -> None:
    found = up(slug, access={"adminCidrs": ["198.18.0.0/24"]})
    assert {cidr for cidr, _, _ in _at_nodes(found)} == {"10.0.0.0/16"}
    assert (_at_load_balancer(found), _said(found, PASS), _said(found, GROUPS)) == ([], None, None)


def test_a_list_is_of_the_ports_that_the_load_balancer_listens_on_and_not_of_the_pods() -> None:
    ports = [
        {"name": "dns", "port": 53, "targetPort": 5353},
        {"name": "dns-udp", "port": 53, "targetPort": 5353, "protocol": "UDP"},
        {"name": "web", "port": 8080, "targetPort": 5000},
    ]
    found = up(access={**SOME, "clientCidrsAt": "load-balancer"}, loadBalancer={"ports": ports})
    assert set(_at_load_balancer(found)) == {
        (cidr, protocol, opened)
        for cidr in SOME["clientCidrs"]
        for protocol, opened in (("TCP", "53,8080"), ("UDP", "53"))
    }


def test_groups_of_their_own_stay_beside_ours() -> None:
    found = up("vpc-cni-nondirect-native", access=SOME, loadBalancer={"securityGroupIds": ["sg-mine"]})
    assert _said(found, GROUPS) == "sg-mine,sg-realiploadbalancer"


def test_an_adopted_group_is_taken_over() -> None:
    found = up("vpc-cni-nondirect-native", access=SOME, adopt={"loadBalancerSecurityGroup": "sg-lost"})
    assert found.named("realip-load-balancer").options.importId == "sg-lost"


# --- the component --------------------------------------------------------------------------------------------------------


def _made(**args: Any) -> Recording:
    def program() -> None:
        made = ClientAccess("shop", args)  # type: ignore[arg-type]
        pulumi.export("id", made.security_group_id)

    return run(program)


def test_a_group_lets_named_clients_in_and_nobody_else() -> None:
    found = _made(client_cidrs=["198.19.0.0/24", "2400::/16"], ports="80,443", udp_ports="443", tags={"team": "edge"})
    group, rules = found.named("shop"), found.named("shop-rules")
    assert (group.inputs["name"], group.inputs["tags"]) == ("shop-load-balancer", {"team": "edge"})
    assert [(rule["protocol"], rule["port"], rule["action"]) for rule in rules.inputs["ingresses"]] == [
        ("TCP", "80,443", "ACCEPT"),
        ("TCP", "80,443", "ACCEPT"),
        ("UDP", "443", "ACCEPT"),
        ("UDP", "443", "ACCEPT"),
    ]
    assert rules.inputs["ingresses"][0]["cidrBlock"] == "198.19.0.0/24"
    assert rules.inputs["ingresses"][1]["ipv6CidrBlock"] == "2400::/16"
    assert found.stack.outputs == {"id": "sg-shop"}


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"client_cidrs": ["198.19.0.0/24"]}, "ports: is missing; name the ports that clients come to"),
        ({"client_cidrs": [], "ports": "80"}, "client_cidrs = []: is empty; give at least one network"),
        ({"client_cidrs": ["198.19.0.1"], "ports": "80"}, "has no mask; write 198.19.0.1/32"),
        ({"client_cidrs": ["2400::/16"], "ports": "80"}, "are IPv6 alone, and the load balancer has an IPv4 address"),
        ({"client_cidrs": ["203.0.113.0/24"], "ports": "80"}, "is a documentation range (RFC 5737), which lets nobody in"),
        ({"client_cidrs": ["198.19.0.0/24"], "ports": "http"}, "is no port from 1 to 65535"),
        ({"client_cidrs": ["198.19.0.0/24"], "ports": "80", "display_name": "x" * 47}, "use 1 to 46"),
    ],
)  # fmt: skip
def test_a_list_that_lets_nobody_in_is_refused(args: dict[str, Any], line: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        _made(**args)
    assert line in str(caught.value)
