"""The verdict of a probe, case by case; the networks are those of a cluster on TKE."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from realip.reads import Reads
from realip.verify.answers import Sighting
from realip.verify.ip import Ranges
from realip.verify.judge import Attempt, Judge, find_trusted_hop

RANGES = Ranges.parse(
    {"vpc": ["10.0.0.0/16"], "nodes": ["10.0.0.0/20"], "pods": ["10.0.16.0/20"], "services": ["10.0.128.0/20"]}, "test"
)
PUBLIC_CLB = "119.29.29.29"
PRIVATE_CLB = "10.0.40.9"
OFFICE = "192.168.7.5"
MY_PUBLIC = "81.2.69.142"


def _judge(**settings: Any) -> Judge:
    return replace(Judge(Reads.SOCKET_PEER, RANGES), **settings)


def _asked(target: str, local: str | None, saw: str, **settings: Any) -> Attempt:
    attempt = Attempt(
        kind="target",
        address=ip_address(target),
        port=80,
        kept=False,
        forged=(),
        local=ip_address(local) if local else None,
        reached=True,
        status=200,
        sighting=Sighting(values=(saw,)),
    )
    return replace(attempt, **settings)


def _verdict(judge: Judge, attempt: Attempt) -> tuple[str, str | None]:
    judgement = judge.judge(attempt)
    return judgement.verdict.value, judgement.by.value if judgement.by else None


@pytest.mark.parametrize(
    ("target", "local", "saw", "expected"),
    [
        # A routed private network keeps the socket's own address; a client in the VPC beside the cluster is one.
        (PRIVATE_CLB, OFFICE, OFFICE, ("preserved", None)),
        (PRIVATE_CLB, "10.0.50.3", "10.0.50.3", ("preserved", None)),
        (PRIVATE_CLB, OFFICE, f"::ffff:{OFFICE}", ("preserved", None)),
        # An address that only one machine in the world has is a proof wherever the target is.
        (PUBLIC_CLB, MY_PUBLIC, MY_PUBLIC, ("preserved", None)),
        ("2402:4e00::9", "2402:4e00::5", "2402:4e00::5", ("preserved", None)),
        # In a lab documentation ranges stand for public ones.
        ("203.0.113.9", "198.51.100.7", "198.51.100.7", ("preserved", None)),
        ("203.0.113.9", "198.51.100.7", "10.0.1.7", ("translated", "node")),
        # A caller behind NAT has nothing to compare with.
        (PUBLIC_CLB, OFFICE, MY_PUBLIC, ("unknown", None)),
        (PUBLIC_CLB, OFFICE, OFFICE, ("unknown", None)),
        (PRIVATE_CLB, "100.64.3.4", "100.64.3.4", ("unknown", None)),
        (PRIVATE_CLB, "169.254.3.4", "169.254.3.4", ("unknown", None)),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", ("unknown", None)),
        (PUBLIC_CLB, None, MY_PUBLIC, ("unknown", None)),
        # From inside the cluster packets may never pass the load balancer.
        (PRIVATE_CLB, "10.0.1.7", "10.0.1.7", ("unknown", None)),
        (PRIVATE_CLB, "10.0.17.7", "10.0.17.7", ("unknown", None)),
        (PUBLIC_CLB, "10.0.17.7", "10.0.1.1", ("unknown", None)),
        ("10.0.129.1", OFFICE, OFFICE, ("unknown", None)),
        # Whose address it is instead is told without knowing the caller's.
        (PUBLIC_CLB, OFFICE, "10.0.1.7", ("translated", "node")),
        (PUBLIC_CLB, OFFICE, "10.0.17.1", ("translated", "pod range")),
        (PUBLIC_CLB, OFFICE, "10.0.129.1", ("translated", "service range")),
        (PUBLIC_CLB, OFFICE, "10.0.200.1", ("translated", "VPC")),
        (PUBLIC_CLB, OFFICE, "100.64.0.9", ("translated", "100.64.0.0/10")),
        (PUBLIC_CLB, OFFICE, PUBLIC_CLB, ("translated", "load balancer")),
        (PUBLIC_CLB, OFFICE, "127.0.0.1", ("translated", "loopback")),
        (PUBLIC_CLB, OFFICE, "172.17.0.1", ("translated", "NAT")),
        ("2402:4e00::9", "fd00::5", MY_PUBLIC, ("translated", "NAT")),
        (PUBLIC_CLB, OFFICE, "64:ff9b::5102:458e", ("translated", "NAT")),
        (PRIVATE_CLB, OFFICE, "10.0.1.7", ("translated", "node")),
        (PRIVATE_CLB, OFFICE, "192.168.9.9", ("translated", "NAT")),
        (PUBLIC_CLB, MY_PUBLIC, "81.2.69.200", ("translated", "NAT")),
        (PRIVATE_CLB, "100.64.3.4", "100.64.9.9", ("unknown", None)),
        # What is no single address is no proof.
        (PRIVATE_CLB, OFFICE, f"{OFFICE}, {OFFICE}", ("unknown", None)),
        (PRIVATE_CLB, OFFICE, "unknown", ("unknown", None)),
    ],
)
def test_socket_verdict(target: str, local: str | None, saw: str, expected: tuple[str, str | None]) -> None:
    assert _verdict(_judge(), _asked(target, local, saw)) == expected


@pytest.mark.parametrize(
    ("echoed", "target", "local", "saw", "expected"),
    [
        (MY_PUBLIC, PUBLIC_CLB, OFFICE, MY_PUBLIC, "preserved"),
        (MY_PUBLIC, PUBLIC_CLB, OFFICE, "81.2.69.200", "translated"),
        # kube-proxy cuts the way to the balancer short: the app sees the caller's private address.
        (MY_PUBLIC, PUBLIC_CLB, OFFICE, OFFICE, "unknown"),
        # What a service outside sees says nothing of a way inside a private network, nor the other way round.
        (MY_PUBLIC, PRIVATE_CLB, "100.64.3.4", "192.168.3.3", "unknown"),
        (MY_PUBLIC, PRIVATE_CLB, OFFICE, OFFICE, "preserved"),
        # But nobody else has a public address.
        (MY_PUBLIC, PRIVATE_CLB, "100.64.3.4", MY_PUBLIC, "preserved"),
        (OFFICE, PUBLIC_CLB, "100.64.3.4", OFFICE, "translated"),
        (OFFICE, PRIVATE_CLB, "100.64.3.4", OFFICE, "preserved"),
    ],
)
def test_echo_service_counts_only_for_a_target_of_its_own_kind(
    echoed: str, target: str, local: str, saw: str, expected: str
) -> None:
    judge = _judge(echoed={4: frozenset({ip_address(echoed)})})
    assert _verdict(judge, _asked(target, local, saw))[0] == expected


@pytest.mark.parametrize(
    ("given", "target", "saw", "expected"),
    [
        (MY_PUBLIC, PUBLIC_CLB, MY_PUBLIC, ("preserved", None)),
        (MY_PUBLIC, PUBLIC_CLB, "81.2.69.200", ("translated", "NAT")),
        (MY_PUBLIC, PUBLIC_CLB, OFFICE, ("translated", "NAT")),
        # A NAT64 on the caller's side: asked over IPv6, and the target is told which IPv4 address to see.
        (MY_PUBLIC, "64:ff9b::771d:1d1d", MY_PUBLIC, ("preserved", None)),
    ],
)
def test_given_address_is_believed(given: str, target: str, saw: str, expected: tuple[str, str | None]) -> None:
    judge = _judge(given=frozenset({ip_address(given)}))
    assert _verdict(judge, _asked(target, OFFICE if ":" not in target else "fd00::5", saw)) == expected


def test_pod_of_an_unknown_cluster_needs_a_public_address_as_proof() -> None:
    judge = _judge(ranges=Ranges(), in_pod=True)
    assert _verdict(judge, _asked(PRIVATE_CLB, "10.0.17.7", "10.0.17.7"))[0] == "unknown"
    given = replace(judge, given=frozenset({ip_address(MY_PUBLIC)}))
    assert _verdict(given, _asked(PUBLIC_CLB, "10.0.17.7", MY_PUBLIC))[0] == "preserved"


def test_named_node_is_told_without_ranges() -> None:
    judge = _judge(ranges=Ranges(), nodes=frozenset({ip_address("10.7.0.4")}))
    assert _verdict(judge, _asked(PUBLIC_CLB, OFFICE, "10.7.0.4")) == ("translated", "node")


def test_trusted_element_is_the_one_that_no_claim_moves() -> None:
    judge = Judge(Reads.X_FORWARDED_FOR, given=frozenset({ip_address(MY_PUBLIC)}))

    def got(*values: str) -> Attempt:
        return replace(_asked(PUBLIC_CLB, OFFICE, ""), sighting=Sighting(values=values))

    claim = "198.51.100.7"
    assert find_trusted_hop(judge, [got(MY_PUBLIC), got(claim, MY_PUBLIC), got(claim, claim, MY_PUBLIC)]) == 1
    assert find_trusted_hop(judge, [got(MY_PUBLIC, "10.0.0.1"), got(claim, MY_PUBLIC, "10.0.0.1")]) == 2
    assert find_trusted_hop(judge, [got(MY_PUBLIC), got(MY_PUBLIC, claim)]) is None
    assert find_trusted_hop(judge, [got(MY_PUBLIC), got()]) is None
    assert find_trusted_hop(replace(judge, given=frozenset()), [got(MY_PUBLIC)]) is None
    assert find_trusted_hop(judge, []) is None


def test_claim_that_the_app_believes_is_spoofable_whatever_the_header_shows() -> None:
    claim = ip_address("198.51.100.7")
    attempt = replace(
        _asked(PUBLIC_CLB, OFFICE, ""), forged=(claim,), sighting=Sighting(values=(MY_PUBLIC,), believed=f"{claim}:80")
    )
    judge = Judge(Reads.X_FORWARDED_FOR, given=frozenset({ip_address(MY_PUBLIC)}))
    assert _verdict(judge, attempt)[0] == "spoofable"
