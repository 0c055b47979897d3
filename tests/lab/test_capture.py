"""What tcpdump prints, as this machine's release prints it, becomes packets and stations."""

from dataclasses import replace

from lab.proof.capture import Packet, parse
from lab.proof.trace import packets_of, stations_of

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
    (packet,) = parse("client", SYN)
    assert (packet.interface, packet.direction, packet.source, packet.source_port) == (
        "eth0",
        "Out",
        "198.51.100.10",
        47232,
    )
    assert (packet.target, packet.target_port, packet.begins) == ("203.0.113.65", 80, True)


def test_a_request_carries_its_forwarded_for_whatever_the_spelling() -> None:
    (packet,) = parse("balancer", GET)
    assert packet.is_request
    assert packet.forwarded_for == "192.0.2.66, 198.51.100.10"


def test_a_header_of_one_request_is_not_given_to_another() -> None:
    packets = parse("balancer", GET + SYN)
    assert [packet.forwarded_for for packet in packets] == ["192.0.2.66, 198.51.100.10", None]


def packet(when: float, role: str, interface: str, direction: str, *ends: str) -> Packet:
    source, target = ends
    return Packet(when, role, interface, direction, source, 1000, target, 80, begins=True)


def test_a_packet_that_comes_back_to_the_router_visits_it_twice() -> None:
    """On the way over another node's port the VPC's router is passed twice; one station for both would hide the first node."""
    packets = [
        packet(5, "vpc", "to-node-2", "Out", "10.0.0.11", "10.0.160.80"),
        packet(1, "vpc", "to-balancer", "In", "198.51.100.10", "10.0.0.11"),
        packet(2, "vpc", "to-node-1", "Out", "198.51.100.10", "10.0.0.11"),
        packet(3, "node-1", "eth0", "In", "198.51.100.10", "10.0.0.11"),
        packet(3.5, "node-1", "eth0", "Out", "10.0.0.11", "10.0.160.80"),
        packet(4, "vpc", "to-node-1", "In", "10.0.0.11", "10.0.160.80"),
        packet(6, "pod-a", "eth0", "In", "10.0.0.11", "10.0.160.80"),
    ]
    stations = stations_of(packets)
    assert [station.role for station in stations] == ["vpc", "node-1", "vpc", "pod-a"]
    assert [station.came.source.split(":")[0] for station in stations if station.came] == [
        "198.51.100.10",
        "198.51.100.10",
        "10.0.0.11",
        "10.0.0.11",
    ]
    assert stations[-1].is_pod


def test_a_health_check_in_the_same_moment_is_no_part_of_a_request_s_way() -> None:
    """It comes from the load balancer, so the page would show an address lost that arrived."""
    check = packet(2, "pod-a", "eth0", "In", "100.64.0.2", "10.0.160.80")
    begins = packet(2.5, "pod-a", "eth0", "In", "198.51.100.10", "10.0.160.80")
    asks = replace(begins, time=2.6, begins=False)
    elsewhere = replace(asks, role="pod-b")
    assert packets_of([check, begins, asks, elsewhere], 1, 3, {"pod-b"}) == [begins, asks]
    assert packets_of([check, begins, asks], 2.55, 3, set()) == [asks]
