"""The verdict of a probe, case by case; the networks are those of a cluster on TKE."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from realip.messages import english, message
from realip.verify.attempt import Attempt, Kind
from realip.verify.caller import Caller
from realip.verify.evidence import Claim, Evidence, Label, Sighting
from realip.verify.forgery import Forgery
from realip.verify.ip import Ranges
from realip.verify.judge import Judge, find_trusted_hop
from realip.verify.reading import Reading
from realip.verify.report import Translator

RANGES = Ranges.parse(
    {"vpc": ["10.0.0.0/16"], "nodes": ["10.0.0.0/20"], "pods": ["10.0.16.0/20"], "services": ["10.0.128.0/20"]}, "test"
)
PUBLIC_CLB = "119.29.29.29"
PRIVATE_CLB = "10.0.40.9"
OFFICE = "192.168.7.5"
MY_PUBLIC = "81.2.69.142"


def _judge(header: str | None = None, nodes: frozenset[Any] = frozenset(), **known: Any) -> Judge:
    return Judge(Reading(header), replace(Caller(RANGES), **known), nodes)


def _chain(*values: str, header: str | None = "X-Forwarded-For") -> Sighting:
    return Sighting(header=Evidence(Label.HEADER, f"headers.{header}", values), shows_headers=True)


def _asked(target: str, local: str | None, saw: str = "", **settings: Any) -> Attempt:
    attempt = Attempt(
        kind=Kind.TARGET,
        address=ip_address(target),
        port=80,
        local=ip_address(local) if local else None,
        reached=True,
        status=200,
        sighting=Sighting(peers=(Evidence(Label.SOCKET_PEER, "remote_addr", (saw,)),)),
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
        # A bridge of containers or virtual machines never shows its own address.
        (PRIVATE_CLB, "172.17.0.2", "10.20.0.7", ("unknown", None)),
        (PRIVATE_CLB, "172.17.0.2", "172.17.0.2", ("unknown", None)),
        (PRIVATE_CLB, "192.168.122.9", "10.20.0.7", ("unknown", None)),
        # Blocks that clusters give to pods, though the registry calls them public.
        (PUBLIC_CLB, "11.1.1.2", "11.1.1.2", ("unknown", None)),
        (PUBLIC_CLB, "9.1.1.2", "9.1.1.2", ("unknown", None)),
        # A NAT64 or a carrier's NAT on the caller's own side.
        ("64:ff9b::771d:1d1d", "2402:4e00::5", MY_PUBLIC, ("unknown", None)),
        (PRIVATE_CLB, OFFICE, "100.64.9.9", ("unknown", None)),
        # Asking oneself.
        (PRIVATE_CLB, PRIVATE_CLB, PRIVATE_CLB, ("unknown", None)),
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


def test_pod_of_an_unknown_cluster_needs_an_address_that_others_gave_it() -> None:
    judge = _judge(ranges=Ranges(), in_pod=True)
    assert _verdict(judge, _asked(PRIVATE_CLB, "10.0.17.7", "10.0.17.7"))[0] == "unknown"
    # TKE gives pods addresses of 11/8, and others give them public ones.
    for pod in ("11.0.9.5", "81.2.69.9"):
        assert _verdict(judge, _asked("11.0.9.9", pod, pod))[0] == "unknown"
        assert _verdict(judge, _asked(PUBLIC_CLB, pod, pod))[0] == "unknown"
    given = _judge(ranges=Ranges(), in_pod=True, given=frozenset({ip_address(MY_PUBLIC)}))
    assert _verdict(given, _asked(PUBLIC_CLB, "10.0.17.7", MY_PUBLIC))[0] == "preserved"


@pytest.mark.parametrize("where", [{"in_pod": True}, {"sign": "kube-proxy on port 10256"}])
def test_address_that_kube_proxy_put_in_inside_the_cluster_is_no_loss(where: dict[str, Any]) -> None:
    """A pod asked the public address: the app saw a node's, and the load balancer saw no packet."""
    own = frozenset({ip_address("10.0.17.7")})
    assert (
        _verdict(_judge(ranges=Ranges(), given=own, **where), _asked(PUBLIC_CLB, "10.0.17.7", "10.0.1.7"))[0]
        == "unknown"
    )
    outside = _judge(ranges=Ranges(), given=frozenset({ip_address(MY_PUBLIC)}))
    assert _verdict(outside, _asked(PUBLIC_CLB, MY_PUBLIC, "10.0.1.7"))[0] == "translated"


@pytest.mark.parametrize(
    ("known", "local", "saw", "expected"),
    [
        ({}, OFFICE, OFFICE, "unknown"),
        ({}, MY_PUBLIC, MY_PUBLIC, "unknown"),
        ({"given": frozenset({ip_address(OFFICE)})}, OFFICE, OFFICE, "unknown"),
        ({"echoed": {4: frozenset({ip_address(MY_PUBLIC)})}}, OFFICE, MY_PUBLIC, "preserved"),
        # A node that is told where the cluster is can tell whether it belongs to it.
        ({"ranges": RANGES}, OFFICE, OFFICE, "preserved"),
    ],
)
def test_node_of_an_unknown_cluster_needs_an_address_that_others_gave_it(
    known: dict[str, Any], local: str, saw: str, expected: str
) -> None:
    judge = _judge(**{"ranges": Ranges(), "sign": "kube-ipvs0", **known})
    target = PRIVATE_CLB if ip_address(saw).is_private else PUBLIC_CLB
    assert _verdict(judge, _asked(target, local, saw))[0] == expected


def test_address_of_the_clusters_own_that_is_given_proves_nothing() -> None:
    judge = _judge(given=frozenset({ip_address("10.0.1.7")}))
    assert _verdict(judge, _asked(PRIVATE_CLB, OFFICE, "10.0.1.7"))[0] == "unknown"


def test_target_among_this_machines_addresses_proves_nothing() -> None:
    """kube-proxy in IPVS mode takes every load balancer's address."""
    judge = _judge(itself=frozenset({ip_address(PUBLIC_CLB)}), given=frozenset({ip_address(MY_PUBLIC)}))
    assert _verdict(judge, _asked(PUBLIC_CLB, MY_PUBLIC, MY_PUBLIC))[0] == "unknown"


def test_named_node_is_told_without_ranges() -> None:
    judge = _judge(ranges=Ranges(), nodes=frozenset({ip_address("10.7.0.4")}))
    assert _verdict(judge, _asked(PUBLIC_CLB, OFFICE, "10.7.0.4")) == ("translated", "node")


def test_network_of_a_further_name_is_called_by_it() -> None:
    judge = _judge(ranges=Ranges.parse({"egress": ["203.0.113.0/24"]}, "test"))
    judgement = judge.judge(_asked(PUBLIC_CLB, OFFICE, "203.0.113.9"))
    assert (judgement.verdict.value, judgement.by) == ("translated", Translator.OTHER)
    assert "one of egress" in english(judgement.reason)


def _forged(*values: str, header: str = "X-Forwarded-For") -> Forgery:
    owners = {ip_address(value): header for value in values}
    return Forgery(1, "n", ((header, ", ".join(values)),) if values else (), owners)


def _got(*values: str, claims: tuple[str, ...] = (), **settings: Any) -> Attempt:
    return _asked(PUBLIC_CLB, OFFICE, sighting=_chain(*values), forgery=_forged(*claims), **settings)


def test_trusted_element_is_the_one_that_no_claim_moves() -> None:
    judge = _judge("X-Forwarded-For", given=frozenset({ip_address(MY_PUBLIC)}))
    one, two = "192.31.196.7", "192.31.196.8"
    plain, single = _got(MY_PUBLIC), _got(one, MY_PUBLIC, claims=(one,))
    assert find_trusted_hop(judge, [plain, single, _got(one, two, MY_PUBLIC, claims=(one, two))]) == 1
    assert find_trusted_hop(judge, [_got(MY_PUBLIC, "10.0.0.1"), _got(one, MY_PUBLIC, "10.0.0.1", claims=(one,))]) == 2
    assert find_trusted_hop(judge, [plain, _got(MY_PUBLIC, one, claims=(one,))]) is None
    assert find_trusted_hop(judge, [plain, _got()]) is None
    assert find_trusted_hop(_judge("X-Forwarded-For"), [plain]) is None
    assert find_trusted_hop(judge, []) is None


def test_element_that_one_number_of_claims_was_seen_with_is_not_known_to_hold() -> None:
    """A balancer that puts the client first: with a single claim behind it, it looks like the second from the right."""
    judge = _judge("X-Forwarded-For", given=frozenset({ip_address(MY_PUBLIC)}))
    prepended = _got(MY_PUBLIC, "192.31.196.7", claims=("192.31.196.7",))
    assert find_trusted_hop(judge, [prepended]) is None
    assert _verdict(judge, prepended)[0] == "spoofable"


def test_client_further_left_is_blamed_on_a_proxy_not_on_a_nat() -> None:
    judge = _judge("X-Forwarded-For", given=frozenset({ip_address(MY_PUBLIC)}))
    judgement = judge.judge(_got(MY_PUBLIC, "43.1.2.3"))
    assert (judgement.verdict.value, judgement.by) == ("translated", Translator.PROXY)
    assert "--trusted-hops 2" in english(judgement.reason)
    assert "NAT" not in english(judgement.reason)


def _claimed(field: str, *, echo: bool = False, stale: bool = False) -> Sighting:
    claim = Claim(ip_address("192.31.196.7"), "True-Client-IP", field, echo, stale)
    return replace(_chain(MY_PUBLIC), claims=(claim,))


def test_claim_that_shows_outside_the_headers_is_spoofable_and_names_its_header() -> None:
    judge = _judge("X-Forwarded-For", given=frozenset({ip_address(MY_PUBLIC)}))
    believed = judge.judge(_asked(PUBLIC_CLB, OFFICE, sighting=_claimed("client_ip")))
    assert (believed.verdict.value, believed.believed) == ("spoofable", "True-Client-IP")
    assert "True-Client-IP" in english(believed.reason)
    echoed = judge.judge(_asked(PUBLIC_CLB, OFFICE, sighting=_claimed("headers.True-Client-IP", echo=True)))
    assert echoed.verdict.value == "preserved"


@pytest.mark.parametrize(
    "sighting",
    [
        _claimed("headers.True-Client-IP", echo=True, stale=True),
        replace(_chain(MY_PUBLIC), fresh=False),
        replace(_chain(MY_PUBLIC), cached="Age: 7"),
    ],
    ids=["another's claim", "another's number", "says so"],
)
def test_answer_that_was_made_for_another_request_is_no_proof(sighting: Sighting) -> None:
    judge = _judge("X-Forwarded-For", given=frozenset({ip_address(MY_PUBLIC)}))
    judgement = judge.judge(_asked(PUBLIC_CLB, OFFICE, sighting=sighting))
    assert judgement.verdict.value == "unknown"
    assert "cache" in english(judgement.reason)


def test_answer_without_the_number_that_others_show_is_no_proof() -> None:
    judge = replace(_judge("X-Forwarded-For", given=frozenset({ip_address(MY_PUBLIC)})), numbered=True)
    assert _verdict(judge, _got(MY_PUBLIC))[0] == "unknown"
    fresh = _asked(PUBLIC_CLB, OFFICE, sighting=replace(_chain(MY_PUBLIC), fresh=True))
    assert _verdict(judge, fresh)[0] == "preserved"


@pytest.mark.parametrize(
    ("target", "node", "settings", "expected"),
    [
        (PUBLIC_CLB, "203.0.113.9", {"refused": True}, "unreachable"),
        (PUBLIC_CLB, "203.0.113.9", {"problem": message("no_connection_within", limit="5")}, "unreachable"),
        # Less was waited than a filter that drops takes to be known.
        (PUBLIC_CLB, "203.0.113.9", {"problem": message("no_connection_within", limit="1"), "cut_short": True}, "unknown"),
        (PUBLIC_CLB, "203.0.113.9", {"problem": message("no_connection", why="no route to host")}, "unknown"),
        # From outside nobody reaches a private address, however open its port is.
        (PUBLIC_CLB, "10.0.1.7", {"refused": True}, "unknown"),
        (PRIVATE_CLB, "10.0.1.7", {"refused": True}, "unreachable"),
    ],
)  # fmt: skip
def test_node_port_is_closed_only_if_that_is_known(
    target: str, node: str, settings: dict[str, Any], expected: str
) -> None:
    judge = replace(_judge("X-Forwarded-For"), targets=frozenset({ip_address(target)}))
    attempt = replace(_asked(node, None), kind=Kind.NODE_PORT, sighting=None, reached=False, status=None, **settings)
    assert _verdict(judge, attempt)[0] == expected
