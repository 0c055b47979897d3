"""How a client's address travels from the client to the app, hop by hop, in the scenario that a stack follows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from realip import tke
from realip.messages import Say
from realip.scenarios import ExposureKind
from realip.settings.address_plan import AddressPlan, address_plan
from realip.settings.exposure_plan import forwarding, listeners
from realip.terminal import Line, Span
from realip.text_width import padded

if TYPE_CHECKING:
    from realip.settings.models import Settings

__all__ = ["EXAMPLE_CLIENT", "Hop", "draw", "journey", "outsiders_warning"]

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


def journey(settings: "Settings", say: Say) -> list[Hop]:
    """The hops of a stack, from the client on, in words of a language."""
    plan = address_plan(settings)
    return _JOURNEYS[settings.row.exposure](settings, plan, say)


def _direct_service(settings: "Settings", plan: AddressPlan, say: Say) -> list[Hop]:
    client = _client(settings)
    return [
        Hop("client", client, passed=True, peer=None, forwarded_for=None),
        _layer_4(settings, client, say),
        _passed_node(settings, plan, say),
        _pod(settings, plan, client, None, say),
    ]


def _local_service(settings: "Settings", plan: AddressPlan, say: Say) -> list[Hop]:
    client, (low, high) = _client(settings), tke.NODE_PORT_RANGE
    node = say("hop_local_node", low=low, high=high, ranges=_where(settings, plan.node_ranges))
    return [
        Hop("client", client, passed=True, peer=None, forwarded_for=None),
        _layer_4(settings, client, say),
        Hop("node", node, passed=True, peer=client, forwarded_for=None),
        _pod(settings, plan, client, None, say),
    ]


def _direct_ingress(settings: "Settings", plan: AddressPlan, say: Say) -> list[Hop]:
    client = _client(settings)
    return [
        Hop("client", client, passed=True, peer=None, forwarded_for=None),
        _layer_7(settings, client, say),
        _passed_node(settings, plan, say),
        _pod(settings, plan, say("peer_layer_7"), client, say),
    ]


def _node_port_ingress(settings: "Settings", plan: AddressPlan, say: Say) -> list[Hop]:
    client, nodes = _client(settings), _where(settings, plan.node_ranges)
    low, high = tke.NODE_PORT_RANGE
    return [
        Hop("client", client, passed=True, peer=None, forwarded_for=None),
        _layer_7(settings, client, say),
        Hop(
            "node",
            say("hop_node_port", low=low, high=high, ranges=nodes),
            passed=True,
            peer=say("peer_load_balancer"),
            forwarded_for=_appended(client),
        ),
        _pod(settings, plan, say("peer_node", ranges=nodes), client, say),
    ]


_JOURNEYS: Mapping[ExposureKind, Callable[["Settings", AddressPlan, Say], list[Hop]]] = {
    ExposureKind.DIRECT_SERVICE: _direct_service,
    ExposureKind.LOCAL_SERVICE: _local_service,
    ExposureKind.DIRECT_INGRESS: _direct_ingress,
    ExposureKind.NODE_PORT_INGRESS: _node_port_ingress,
}


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


def draw(settings: "Settings", say: Say) -> Iterator[Line]:
    """The hops as lines."""
    hops = journey(settings, say)
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
                here = hop.place == "pod" and label == settings.row.reads.value
                yield [
                    Span(bar, "guide"),
                    Span(f"{'':<{_PLACE}}{padded(say(f'label_{label}'), _LABEL)}", "aside"),
                    Span(value, "client" if value.endswith(hops[0].detail) else "later"),
                    *([Span(f"   ✓ {say('journey_reads_here')}", "decisive")] if here else []),
                ]
        if number < len(hops) - 1:
            yield [Span("  │", "guide")]
