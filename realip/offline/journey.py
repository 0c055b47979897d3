"""How a client's address travels from the client to the app, hop by hop, in the scenario that a stack follows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from realip import tke
from realip.scenarios import ExposureKind
from realip.settings.address_plan import AddressPlan, address_plan
from realip.terminal import Line, Span

if TYPE_CHECKING:
    from realip.settings.models import Settings

__all__ = ["EXAMPLE_CLIENT", "Hop", "draw", "journey", "outsiders_warning"]

EXAMPLE_CLIENT = "198.51.100.7"
"""A client outside, from a range that RFC 5737 keeps for documents."""


@dataclass(frozen=True)
class Hop:
    """One place that a request comes to, or passes by."""

    place: str
    """client, CLB, node or pod."""
    detail: str
    passed: bool
    """Whether a connection ends or is translated here; if not, packets go by untouched."""
    peer: str | None
    """The address that the connection comes from, as this place sees it; None at the client and where it is passed by."""
    forwarded_for: str | None
    """What X-Forwarded-For says of the client here, where there is such a header."""


def journey(settings: "Settings") -> list[Hop]:
    """The hops of a stack, from the client on."""
    plan = address_plan(settings)
    return _JOURNEYS[settings.row.exposure](settings, plan)


def _direct(settings: "Settings", plan: AddressPlan) -> list[Hop]:
    row, app = settings.row, settings.app
    client = _client(settings)
    if row.super_nodes:
        node = "no machine and no node port in between: each pod has an address of the VPC"
    elif plan.cluster is not None:
        node = f"no node port: routed on to the pod, source untouched; native nodes in {_listed(plan.node_ranges)}"
    else:
        node = f"no node port: the pod has an address of the VPC; native nodes in {_listed(plan.node_ranges)}"
    return [
        Hop("client", client, passed=True, peer=None, forwarded_for=None),
        Hop(
            "CLB",
            f"{_load_balancer(settings)}, layer 4, TCP port {app.service_port}",
            passed=True,
            peer=client,
            forwarded_for=None,
        ),
        Hop("node", node, passed=False, peer=None, forwarded_for=None),
        Hop("pod", f"port {app.port}, in {_listed(plan.pod_ranges)}", passed=True, peer=client, forwarded_for=None),
    ]


def _non_direct(settings: "Settings", plan: AddressPlan) -> list[Hop]:
    client, nodes = _client(settings), _listed(plan.node_ranges)
    low, high = tke.NODE_PORT_RANGE
    return [
        Hop("client", client, passed=True, peer=None, forwarded_for=None),
        Hop(
            "CLB",
            f"{_load_balancer(settings)}, layer 7, HTTP port 80",
            passed=True,
            peer=client,
            forwarded_for=f"..., {client}",
        ),
        Hop(
            "node",
            f"node port ({low}-{high}) of native nodes in {nodes}",
            passed=True,
            peer="the load balancer's",
            forwarded_for=f"..., {client}",
        ),
        Hop(
            "pod",
            f"port {settings.app.port}, in {_listed(plan.pod_ranges)}",
            passed=True,
            peer=f"a node's, in {nodes}",
            forwarded_for=f"..., {client}",
        ),
    ]


_JOURNEYS: Mapping[ExposureKind, Callable[["Settings", AddressPlan], list[Hop]]] = {
    ExposureKind.DIRECT_SERVICE: _direct,
    ExposureKind.NODE_PORT_INGRESS: _non_direct,
}


def _client(settings: "Settings") -> str:
    """An example of a client that may come: from outside the VPC, unless nobody there can."""
    vpc = ip_network(settings.network.cidr)
    allowed = [ip_network(cidr) for cidr in settings.access.client_cidrs]
    if settings.load_balancer.internal:
        allowed = [cidr for cidr in allowed if _within(cidr, vpc)]
    else:
        allowed = sorted(allowed, key=lambda cidr: _within(cidr, vpc))
    network = allowed[0] if allowed else vpc
    example = ip_address(EXAMPLE_CLIENT)
    return str(example if example in network else network[min(7, network.num_addresses - 1)])


def _within(cidr: IPv4Network | IPv6Network, vpc: IPv4Network | IPv6Network) -> bool:
    return isinstance(cidr, IPv4Network) and isinstance(vpc, IPv4Network) and cidr.subnet_of(vpc)


def _load_balancer(settings: "Settings") -> str:
    if settings.load_balancer.existing_id is not None:
        return f"existing {settings.load_balancer.existing_id}"
    return "internal" if settings.load_balancer.internal else "public"


def _listed(networks: tuple[object, ...]) -> str:
    return ", ".join(map(str, networks))


def outsiders_warning(settings: "Settings") -> str | None:
    """What a preview warns of where a public exposure lets nobody from outside the VPC in; None if that is as it should be."""
    clients = settings.access.client_cidrs
    vpc = ip_network(settings.network.cidr)
    if settings.load_balancer.internal or not all(_within(ip_network(cidr), vpc) for cidr in clients):
        return None
    found = ", ".join(f'"{cidr}"' for cidr in clients)
    return (
        f"access.clientCidrs = [{found}]: lets nobody outside the VPC reach the app, although its load balancer is public; "
        'say who may: ["0.0.0.0/0"] is everyone'
    )


def draw(settings: "Settings") -> Iterator[Line]:
    """The hops as lines."""
    hops = journey(settings)
    yield [Span("How a client's address travels", "title")]
    yield []
    for number, hop in enumerate(hops):
        mark = "●" if hop.passed else "○"
        yield [
            Span(f"  {mark} {hop.place:<8}", "hop" if hop.passed else "passed"),
            Span(hop.detail, "client" if hop.place == "client" else "" if hop.passed else "passed"),
        ]
        bar = "  │ " if number < len(hops) - 1 else "    "
        for label, value in (("socket peer", hop.peer), ("X-Forwarded-For", hop.forwarded_for)):
            if value is not None:
                here = hop.place == "pod" and label == settings.row.reads.value
                yield [
                    Span(bar, "guide"),
                    Span(f"{'':<8}{label:<17}", "aside"),
                    Span(value, "client" if value.endswith(hops[0].detail) else "later"),
                    *([Span("   ✓ the app reads the client here", "decisive")] if here else []),
                ]
        if number < len(hops) - 1:
            yield [Span("  │", "guide")]
