"""The layout of one scenario's lab: namespaces, addresses and interface names.

What is public has documentation addresses (RFC 5737), and everything inside the VPC has the ranges of the scenario's own
stack. Nothing here touches the machine.
"""

from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network

from lab.rig.shell import LabError
from realip.scenarios import NetworkMode, Scenario
from realip.settings.address_plan import address_plan
from realip.settings.loading import parse_settings
from realip.settings.models import Settings

PREFIX = "realip-"
"""Every namespace of the lab starts with it; what a killed run left is found by it."""

CLIENT_NETWORK = IPv4Network("198.51.100.0/24")
OFFICE_NETWORK = IPv4Network("192.168.44.0/24")
"""Private addresses behind a NAT gateway, as most people have."""
CLB_ADDRESSES = IPv4Network("203.0.113.64/26")
"""CLB's public addresses (VIPs), one for each Service or Ingress that asks for one."""
NODE_PUBLIC = IPv4Network("203.0.113.128/26")
"""Elastic addresses of nodes: how a client reaches a NodePort around the load balancer."""
OFFICE_PUBLIC = IPv4Address("203.0.113.250")
"""The office's NAT gateway; everybody behind it is seen as this."""
BALANCER_LINK = IPv4Network("100.64.0.0/30")
"""Between load balancer and VPC. The layer 7 proxy's own connections come from here, as CLB's come from 100.64.0.0/10."""

PASSED_DSCP = 10
"""Marks packets of a load balancer with pass-to-target, so that the VPC can tell them from others."""

GATEWAY_OFFSET = 1
NODE_OFFSET = 11
CONTROL_PLANE_OFFSET = 5
ENI_OFFSET = 4
POD_OFFSET = 16
NODES = 2
NODE_SHARE_PREFIX = 26


@dataclass(frozen=True)
class Ranges:
    """The address ranges of a stack: what its output `networkRanges` says."""

    vpc: tuple[IPv4Network, ...]
    nodes: tuple[IPv4Network, ...]
    """A subnet for each zone; nodes are spread over them."""
    pods: tuple[IPv4Network, ...]
    """VPC-CNI: a subnet for each zone. GlobalRouter: the cluster's range, of which every node has a part."""
    services: tuple[IPv4Network, ...]

    def known(self) -> dict[str, list[str]]:
        """The ranges in the shape of the stack's output."""
        return {name: [str(each) for each in getattr(self, name)] for name in ("vpc", "nodes", "pods", "services")}


@dataclass(frozen=True)
class Node:
    """One node of the cluster."""

    name: str
    namespace: str
    """The node's network namespace; empty for a super node, which is not in the path."""
    address: IPv4Address
    gateway: IPv4Address
    """The VPC's router as the node sees it."""
    public: IPv4Address | None
    pods: IPv4Network
    """The range of its pods' addresses."""
    eni: IPv4Address | None = None
    """The first address of the network interface that carries pods' addresses of the VPC; None for a super node."""
    eni_pods: IPv4Network | None = None
    """GlobalRouter: the range of the pods that ask for an address of the VPC (hybrid)."""
    super_node: bool = False


@dataclass(frozen=True)
class Layout:
    """The whole lab of one scenario."""

    scenario: Scenario
    ranges: Ranges
    client: IPv4Address = field(default=CLIENT_NETWORK[10])
    office: IPv4Address = field(default=OFFICE_NETWORK[10])

    @property
    def base(self) -> str:
        """The start of the names of the scenario's namespaces; no other scenario's name begins with it."""
        return f"{PREFIX}{self.scenario.slug}."

    def namespace(self, role: str) -> str:
        """The namespace of a role: `client`, `office`, `internet`, `balancer`, `vpc`, `control`, or a pod's or node's name."""
        return self.base + role

    @property
    def routed_pods(self) -> bool:
        """GlobalRouter: every node has a range of pod addresses behind a bridge. Else pods hold addresses of the VPC."""
        return self.scenario.network_mode is NetworkMode.GLOBAL_ROUTER

    @property
    def control_plane(self) -> IPv4Address:
        """The API server's address."""
        return self.ranges.nodes[0][CONTROL_PLANE_OFFSET]

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes, in the scenario's shape, spread over the zones."""
        return tuple(self._node(number) for number in range(NODES))

    def _node(self, index: int) -> Node:
        super_node = self.scenario.super_nodes
        name = f"{'eklet' if super_node else 'node'}-{index + 1}"
        subnet = self.ranges.nodes[index % len(self.ranges.nodes)]
        routed = self.routed_pods and not super_node
        pods = _share(self.ranges.pods[0 if routed else index % len(self.ranges.pods)], index)
        # Hybrid: the end of the VPC, which no stack of one zone or three carves a subnet from.
        hybrid = _share(IPv4Network((int(self.ranges.vpc[0].broadcast_address) - 255, 24)), index) if routed else None
        return Node(
            name=name,
            namespace="" if super_node else self.namespace(name),
            address=subnet[NODE_OFFSET + index],
            gateway=subnet[GATEWAY_OFFSET],
            public=None if super_node else NODE_PUBLIC[NODE_OFFSET + index],
            pods=pods,
            eni=None if super_node else (hybrid or pods)[ENI_OFFSET],
            eni_pods=hybrid,
            super_node=super_node,
        )

    def node(self, name: str) -> Node:
        """The node of that name."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise LabError(f"no node is called {name}")


def _share(pods: IPv4Network, index: int) -> IPv4Network:
    """The part of the pod range that a node's pods get: 64 addresses, TKE's default on GlobalRouter."""
    if pods.prefixlen > NODE_SHARE_PREFIX - 1:
        raise LabError(
            f"the pod range {pods} is too small for the lab's nodes: it needs a /{NODE_SHARE_PREFIX - 1} or wider"
        )
    return IPv4Network((int(pods.network_address) + index * 2 ** (32 - NODE_SHARE_PREFIX), NODE_SHARE_PREFIX))


def ranges_of(settings: Settings) -> Ranges:
    """The ranges that a stack file leads to."""
    layout = address_plan(settings)
    return Ranges((layout.vpc,), layout.node_ranges, layout.pod_ranges, (layout.services,))


def layout_of(scenario: Scenario) -> Layout:
    """The lab of a scenario with the ranges of its default stack."""
    stack = {"scenario": scenario.slug, "access": {"adminCidrs": [f"{CLIENT_NETWORK[10]}/32"]}}
    return Layout(scenario, ranges_of(parse_settings(stack)))
