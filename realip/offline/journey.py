"""How a client's address travels from the client to the app, hop by hop, as the model judges the objects of a stack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from realip import tke
from realip.behaviour import FORWARDED, SOCKET, Binding, Sees
from realip.messages import Say
from realip.offline.exposed import exposed, only_with_pods
from realip.reads import Reads
from realip.settings.address_plan import AddressPlan, address_plan
from realip.settings.exposure_plan import forwarding, listeners
from realip.terminal import Line, Span
from realip.text_width import padded

if TYPE_CHECKING:
    from realip.offline.monitor import Recording
    from realip.settings.models import Settings

__all__ = ["EXAMPLE_CLIENT", "Hop", "Journey", "draw", "journey", "outsiders_warning"]

EXAMPLE_CLIENT = "198.51.100.7"
"""A client outside, from a range that RFC 5737 keeps for documents."""


_PLACE, _LABEL = 8, 17
"""Columns of a place's name, and of what is seen there."""


@dataclass(frozen=True)
class Hop:
    """One place that a request comes to, or passes by."""

    place: str
    """client, CLB, node or pod."""
    detail: str
    passed: bool
    """A connection ends or is translated here; if not, packets go by untouched."""
    peer: str | None
    """The address that the connection comes from, as this place sees it; None at the client and where it is passed by."""
    forwarded_for: str | None
    """The client in X-Forwarded-For here, where there is such a header."""


@dataclass(frozen=True)
class Journey:
    """The way of a request, and where on it the app finds the client."""

    hops: list[Hop]
    reads: str | None
    """The label of the place in the pod where the client's address is; None where it does not arrive."""


def journey(settings: "Settings", recording: "Recording", say: Say) -> Journey:
    """The hops of a stack, from the client on, in words of a language: as the model says what becomes of its objects."""
    exposure, plan, client = exposed(recording, settings), address_plan(settings), _client(settings)
    hops = [Hop("client", client, passed=True, peer=None, forwarded_for=None)]
    forwarded = client if exposure.reads == FORWARDED else None
    local = only_with_pods(recording)
    hops.append(_layer_7(settings, client, say) if forwarded else _layer_4(settings, client, say))
    if exposure.sees is Sees.NOBODY:
        return Journey(hops, None)
    if exposure.binding is Binding.NODE_PORTS:
        peer = say("peer_load_balancer") if forwarded else client
        hops.append(_node(settings, plan, peer, forwarded, say, local=local))
    else:
        hops.append(_passed_node(settings, plan, say))
    keeps = exposure.binding is not Binding.NODE_PORTS or local
    nodes = say("peer_node", ranges=_where(settings, plan.node_ranges))
    peer = (say("peer_layer_7") if forwarded else client) if keeps else nodes
    hops.append(_pod(settings, plan, peer, forwarded, say))
    return Journey(hops, _LABELS[str(exposure.reads)] if exposure.sees is Sees.CLIENT else None)


_LABELS = {SOCKET: Reads.SOCKET_PEER.value, FORWARDED: Reads.X_FORWARDED_FOR.value}
"""The labels of the places that the model names."""


def _node(settings: "Settings", plan: AddressPlan, peer: str, forwarded: str | None, say: Say, *, local: bool) -> Hop:
    """A node whose port takes the connection."""
    low, high = tke.NODE_PORT_RANGE
    words = say(
        "hop_local_node" if local else "hop_node_port", low=low, high=high, ranges=_where(settings, plan.node_ranges)
    )
    return Hop("node", words, passed=True, peer=peer, forwarded_for=forwarded and _appended(forwarded))


def _layer_4(settings: "Settings", client: str, say: Say) -> Hop:
    """The load balancer that forwards connections."""
    detail = say("hop_layer_4", kind=_load_balancer(settings, say), ports=_listening(settings, say))
    return Hop("CLB", detail, passed=True, peer=client, forwarded_for=None)


def _layer_7(settings: "Settings", client: str, say: Say) -> Hop:
    """The load balancer that speaks HTTP, and appends the client to the header."""
    spoken = forwarding(settings).listeners.items()
    ports = ", ".join(say("listener_port", protocol=protocol, port=port) for protocol, port in spoken)
    detail = say("hop_layer_7", kind=_load_balancer(settings, say), ports=ports)
    return Hop("CLB", detail, passed=True, peer=client, forwarded_for=_appended(client))


def _passed_node(settings: "Settings", plan: AddressPlan, say: Say) -> Hop:
    """A node that packets go by untouched, if there is one."""
    if settings.row.super_nodes:
        node = say("hop_super_node")
    elif plan.cluster is not None and not settings.app.eni_pods:
        node = say("hop_routed_node", ranges=_where(settings, plan.node_ranges))
    else:
        node = say("hop_passed_node", ranges=_where(settings, plan.node_ranges))
    return Hop("node", node, passed=False, peer=None, forwarded_for=None)


def _pod(settings: "Settings", plan: AddressPlan, peer: str, forwarded: str | None, say: Say) -> Hop:
    """The pod, which sees `peer` at its socket, and `forwarded` last in the header where there is one."""
    detail = say("hop_pod", port=_targets(settings), ranges=_where(settings, plan.pod_ranges))
    return Hop("pod", detail, passed=True, peer=peer, forwarded_for=None if forwarded is None else _appended(forwarded))


def _appended(client: str) -> str:
    return f"..., {client}"


def _client(settings: "Settings") -> str:
    """An example of a client that may come: from outside the VPC, unless nobody there can."""
    vpc = address_plan(settings).vpc_ranges
    allowed = [ip_network(cidr) for cidr in settings.access.client_cidrs]
    if settings.load_balancer.internal:
        allowed = [cidr for cidr in allowed if _within(cidr, vpc)]
    else:
        allowed = sorted(allowed, key=lambda cidr: _within(cidr, vpc))
    network = allowed[0] if allowed else vpc[0]
    example = ip_address(EXAMPLE_CLIENT)
    return str(example if example in network else network[min(7, network.num_addresses - 1)])


def _within(cidr: IPv4Network | IPv6Network, vpc: Sequence[IPv4Network]) -> bool:
    return isinstance(cidr, IPv4Network) and any(cidr.subnet_of(network) for network in vpc)


def _load_balancer(settings: "Settings", say: Say) -> str:
    if settings.load_balancer.existing_id is not None:
        return say("load_balancer_existing", name=settings.load_balancer.existing_id)
    return say("load_balancer_internal" if settings.load_balancer.internal else "load_balancer_public")


def _listening(settings: "Settings", say: Say) -> str:
    found = listeners(settings)
    return ", ".join(say("listener_port", protocol=listener.protocol, port=listener.port) for listener in found)


def _targets(settings: "Settings") -> str:
    return ", ".join(dict.fromkeys(str(listener.target) for listener in listeners(settings)))


def _where(settings: "Settings", networks: tuple[object, ...]) -> str:
    """Networks that addresses are from, or the existing cluster whose networks are not known."""
    return settings.cluster.id or ", ".join(map(str, networks))


def outsiders_warning(settings: "Settings", say: Say) -> str | None:
    """The warning of a preview where a public exposure lets nobody from outside the VPC in; None if that is as it should be."""
    clients = settings.access.client_cidrs
    vpc = address_plan(settings).vpc_ranges
    if settings.load_balancer.internal or not all(_within(ip_network(cidr), vpc) for cidr in clients):
        return None
    found = ", ".join(f'"{cidr}"' for cidr in clients)
    return say("nobody_outside", found=found)


def draw(settings: "Settings", recording: "Recording", say: Say) -> Iterator[Line]:
    """The hops as lines."""
    found = journey(settings, recording, say)
    hops = found.hops
    yield [Span(say("journey_heading"), "title")]
    yield []
    for number, hop in enumerate(hops):
        mark = "●" if hop.passed else "○"
        yield [
            Span(f"  {mark} {padded(say(f'place_{hop.place}'), _PLACE)}", "hop" if hop.passed else "passed"),
            Span(hop.detail, "client" if hop.place == "client" else "" if hop.passed else "passed"),
        ]
        bar = "  │ " if number < len(hops) - 1 else "    "
        for label, value in (("socket peer", hop.peer), ("X-Forwarded-For", hop.forwarded_for)):
            if value is not None:
                here = hop.place == "pod" and label == found.reads
                yield [
                    Span(bar, "guide"),
                    Span(f"{'':<{_PLACE}}{padded(say(f'label_{label}'), _LABEL)}", "aside"),
                    Span(value, "client" if value.endswith(hops[0].detail) else "later"),
                    *([Span(f"   ✓ {say('journey_reads_here')}", "decisive")] if here else []),
                ]
        if number < len(hops) - 1:
            yield [Span("  │", "guide")]
