"""Layer 4 listeners of a load balancer: which ports and protocols go together in one Service, and how TKE is told (TKE 51259)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from realip import tke

__all__ = ["PROTOCOLS", "Listener", "ListenerProblem", "listener_problems", "mixed", "service_protocol", "told_to_tke"]

TCP, UDP, TCP_SSL = "TCP", "UDP", "TCP_SSL"
PROTOCOLS = (TCP, UDP, TCP_SSL)
"""TCP_SSL: the load balancer speaks TLS with clients, and TCP with pods."""


@dataclass(frozen=True)
class Listener:
    """A port on which a load balancer listens, with one protocol."""

    port: int
    protocol: str = TCP
    name: str | None = None
    target: object = None
    """Where pods listen; an output where it is not known yet."""
    certified: bool = False
    """It has a certificate."""

    @property
    def transport(self) -> str:
        """TCP or UDP: what Kubernetes and security groups know."""
        return UDP if self.protocol == UDP else TCP


@dataclass(frozen=True)
class ListenerProblem:
    """Something that is wrong with one of several listeners."""

    index: int
    """Which of them."""
    field: str
    """port, protocol, name, target or certificate."""
    value: object
    """None where there is no value."""
    message: str


def listener_problems(listeners: Sequence[Listener], *, direct: bool) -> Iterator[ListenerProblem]:
    """Listeners that Kubernetes or TKE would not take together; `direct`: the load balancer reaches pods straight."""
    if len(listeners) > tke.MAX_LISTENERS:
        message = f"is one more than a load balancer listens on, {tke.MAX_LISTENERS} (CLB 6187); expose the rest by another Service"
        yield ListenerProblem(tke.MAX_LISTENERS, "port", listeners[tke.MAX_LISTENERS].port, message)
    first: dict[int, Listener] = {}
    seen: set[tuple[int, str]] = set()
    names: dict[str, int] = {}
    several = len({listener.port for listener in listeners}) > 1
    for index, listener in enumerate(listeners):
        yield from _alone(index, listener, several=several)
        if (listener.port, listener.transport) in seen:
            message = f"is in the list already with {listener.transport}; remove one of the two"
            yield ListenerProblem(index, "port", listener.port, message)
            continue
        seen.add((listener.port, listener.transport))
        if (other := first.setdefault(listener.port, listener)) is not listener:
            yield from _on_one_port(index, listener, other)
        if listener.name is not None and names.setdefault(listener.name, listener.port) != listener.port:
            yield ListenerProblem(index, "name", listener.name, f"is port {names[listener.name]}'s; take another name")
    if not direct and mixed(listeners):
        index = next(index for index, listener in enumerate(listeners) if listener.transport == UDP)
        message = (
            "beside TCP needs direct access: through node ports TKE takes one of the two in a Service (TKE 51259); take a direct "
            "scenario, or a Service of its own for each"
        )
        yield ListenerProblem(index, "protocol", UDP, message)


def _alone(index: int, listener: Listener, *, several: bool) -> Iterator[ListenerProblem]:
    if several and listener.name is None:
        yield ListenerProblem(
            index, "name", None, "is missing; add it: Kubernetes wants a name for each of several ports"
        )
    if listener.protocol == TCP_SSL and not listener.certified:
        message = (
            "is missing; with TCP_SSL the load balancer speaks TLS: give a certificate's id, or a Secret that has it"
        )
        yield ListenerProblem(index, "certificate", None, message)
    if listener.protocol != TCP_SSL and listener.certified:
        message = f"has a certificate, and {listener.protocol} uses none; write TCP_SSL, or remove the certificate"
        yield ListenerProblem(index, "protocol", listener.protocol, message)


def _on_one_port(index: int, listener: Listener, other: Listener) -> Iterator[ListenerProblem]:
    """TCP and UDP on one port are one port of the Service, which has one target, and the name of the first of them.

    Each may have a name of its own, as Kubernetes wants it where they are two ports.
    """
    message = "is not the same as for {protocol}: TCP and UDP on port {port} are one port of the Service (TKE 51259); write {value}"
    known = all(isinstance(target, int | str) for target in (listener.target, other.target))
    if known and listener.target != other.target:
        told = message.format(protocol=other.protocol, port=other.port, value=other.target)
        yield ListenerProblem(index, "target", listener.target, told)


def mixed(listeners: Sequence[Listener]) -> bool:
    """TCP and UDP are in one Service."""
    return len({listener.transport for listener in listeners}) > 1


def service_protocol(listeners: Sequence[Listener]) -> str:
    """The protocol that every port of the Service says: one for all, since that is what TKE asks of a mixed one."""
    return UDP if listeners and all(listener.transport == UDP for listener in listeners) else TCP


def told_to_tke(listeners: Sequence[Listener], secrets: Mapping[int, object]) -> dict[str, dict[str, object]]:
    """The value of TKE's protocol annotation: protocols by port, where the Service's own ports do not say it all.

    `secrets` has the name of the Secret with the certificate, by port.
    """
    everything = mixed(listeners)
    told: dict[str, dict[str, object]] = {}
    protocols: defaultdict[int, list[str]] = defaultdict(list)
    for listener in listeners:
        protocols[listener.port].append(listener.protocol)
    for port, spoken in protocols.items():
        if everything or TCP_SSL in spoken:
            told[str(port)] = {"protocol": sorted(spoken, key=_udp_last)}
            if TCP_SSL in spoken:
                told[str(port)]["tls"] = secrets[port]
    return told


def _udp_last(protocol: str) -> bool:
    return protocol == UDP  # as in TKE's own examples
