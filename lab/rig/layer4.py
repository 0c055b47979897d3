"""Layer 4 of the load balancer: the kernel's own address translation. The source of a packet is left alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from ipaddress import IPv4Address
from math import gcd

from lab.rig.binding import LoadBalancer
from lab.rig.health import Place
from lab.rig.layout import PASSED_DSCP
from lab.rig.routes import Backend, Listener
from lab.rig.shell import run_inside

GROUPS_CHAIN = "GROUPS"


def serving(backends: Sequence[Backend], healthy: set[Place] | None) -> list[Backend]:
    """The backends that get new connections: the healthy ones, or all where none is, as CLB does. None: all are."""
    weighed = [backend for backend in backends if backend.weight]
    well = [backend for backend in weighed if healthy is None or backend.place in healthy]
    return well or weighed


def shares(backends: Sequence[Backend]) -> list[Backend]:
    """The backends as often as they have shares, in turn: weights 2 and 1 are three shares."""
    if not backends:
        return []
    unit = reduce(gcd, (backend.weight for backend in backends))
    rounds = max(backend.weight for backend in backends) // unit
    return [backend for number in range(rounds) for backend in backends if number < backend.weight // unit]


def _of_layer_4(
    addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]
) -> Iterator[tuple[IPv4Address, LoadBalancer, Listener]]:
    for load_balancer in found:
        for listener in load_balancer.listeners:
            if listener.layer == 4:
                yield addresses[load_balancer.key], load_balancer, listener


def translation(
    addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer], healthy: set[Place] | None = None
) -> str:
    """The load balancer's whole `nat` table, for `iptables-restore`: connections spread by weight over the backends."""
    lines = ["*nat"]
    for address, _, listener in _of_layer_4(addresses, found):
        protocol = listener.protocol.lower()
        match = f"-A PREROUTING -d {address}/32 -p {protocol} --dport {listener.port}"
        turns = shares(serving(listener.backends, healthy))
        for left, backend in zip(range(len(turns), 0, -1), turns, strict=True):
            share = f" -m statistic --mode nth --every {left} --packet 0" if left > 1 else ""
            lines.append(f"{match}{share} -j DNAT --to-destination {backend.address}:{backend.port}")
    return "\n".join([*lines, "COMMIT", ""])


def security(
    addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer], groups: Mapping[str, Sequence[str]]
) -> str:
    """The load balancers' own security groups and the mark of pass-to-target, for `iptables-restore`.

    `groups`: the networks that each group lets in. A group that is not there lets nobody in. They are asked in the raw
    table, before the destination is translated.
    """
    raw, mangle = ["*raw", f":{GROUPS_CHAIN} - [0:0]"], ["*mangle"]
    for load_balancer in found:
        address = addresses.get(load_balancer.key)
        if address is None:
            continue
        if load_balancer.pass_to_target:
            mangle.append(f"-A PREROUTING -i to-internet -d {address}/32 -j DSCP --set-dscp {PASSED_DSCP}")
        if load_balancer.groups:
            allowed = [network for name in load_balancer.groups for network in groups.get(name, ())]
            raw.append(f"-A PREROUTING -i to-internet -d {address}/32 -j {GROUPS_CHAIN}")
            raw += [f"-A {GROUPS_CHAIN} -d {address}/32 -s {network} -j RETURN" for network in allowed]
            raw.append(f"-A {GROUPS_CHAIN} -d {address}/32 -j DROP")
    return "\n".join([*raw, "COMMIT", *mangle, "COMMIT", ""])


Bound = frozenset[tuple[IPv4Address, str, int, Place]]


def bound(addresses: Mapping[str, IPv4Address], found: Sequence[LoadBalancer]) -> Bound:
    """Every pair of listener and backend, whatever its weight and health."""
    return frozenset(
        (address, listener.protocol.lower(), listener.port, backend.place)
        for address, _, listener in _of_layer_4(addresses, found)
        for backend in listener.backends
    )


def cut(namespace: str, gone: Iterable[tuple[IPv4Address, str, int, Place]]) -> None:
    """End the connections to backends that were unbound: CLB forwards nothing more on them (457/48771)."""
    for address, protocol, port, (target, target_port) in gone:
        match = [
            "--orig-dst",
            str(address),
            "--orig-port-dst",
            str(port),
            "--reply-src",
            target,
            "--reply-port-src",
            str(target_port),
        ]
        # It ends with an error where there was none.
        run_inside(namespace, ["conntrack", "-D", "-p", protocol, *match], check=False)
