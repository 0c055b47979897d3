"""What tcpdump prints, as this machine's release prints it, becomes hops and stations."""

from lab.proof.capture import Hop, parse
from lab.proof.trace import stations_of

SYN = (
    "1795418112.114927 eth0  Out IP 198.51.100.10.47232 > 203.0.113.65.80: Flags [S], seq 1, win 64240, length 0\n"
    "E..<.g@.@.S...*%..A...P\n"
)
GET = (
    "1795418112.116408 to-vpc Out IP 100.64.0.2.36112 > 10.0.16.12.32235: Flags [P.], seq 1:75, ack 1, win 502, length 74\n"
    "E..r.h@.@...GET / HTTP/1.1\n"
    "Host: 203.0.113.65\n"
    "x-forwarded-for: 192.0.2.66, 198.51.100.10\n\n"
)


def test_a_first_packet_is_read_with_its_interface_and_both_ends() -> None:
    (hop,) = parse("client", SYN)
    assert (hop.interface, hop.direction, hop.source, hop.source_port) == ("eth0", "Out", "198.51.100.10", 47232)
    assert (hop.target, hop.target_port, hop.begins) == ("203.0.113.65", 80, True)


def test_a_request_carries_its_forwarded_for_whatever_the_spelling() -> None:
    (hop,) = parse("balancer", GET)
    assert hop.is_request
    assert hop.forwarded_for == "192.0.2.66, 198.51.100.10"


def test_a_header_of_one_request_is_not_given_to_another() -> None:
    hops = parse("balancer", GET + SYN)
    assert [hop.forwarded_for for hop in hops] == ["192.0.2.66, 198.51.100.10", None]


def hop(when: float, role: str, interface: str, direction: str, *ends: str) -> Hop:
    source, target = ends
    return Hop(when, role, interface, direction, source, 1000, target, 80, begins=True)


def test_a_packet_that_comes_back_to_the_router_visits_it_twice() -> None:
    """On the way over another node's port the VPC's router is passed twice; one station for both would hide the first node."""
    hops = [
        hop(5, "vpc", "to-node-2", "Out", "10.0.0.11", "10.0.160.80"),
        hop(1, "vpc", "to-balancer", "In", "198.51.100.10", "10.0.0.11"),
        hop(2, "vpc", "to-node-1", "Out", "198.51.100.10", "10.0.0.11"),
        hop(3, "node-1", "eth0", "In", "198.51.100.10", "10.0.0.11"),
        hop(3.5, "node-1", "eth0", "Out", "10.0.0.11", "10.0.160.80"),
        hop(4, "vpc", "to-node-1", "In", "10.0.0.11", "10.0.160.80"),
        hop(6, "pod-a", "eth0", "In", "10.0.0.11", "10.0.160.80"),
    ]
    stations = stations_of(hops)
    assert [station.role for station in stations] == ["vpc", "node-1", "vpc", "pod-a"]
    assert [station.came.source.split(":")[0] for station in stations if station.came] == [
        "198.51.100.10",
        "198.51.100.10",
        "10.0.0.11",
        "10.0.0.11",
    ]
    assert stations[-1].is_pod
