"""Builds and removes the network of a lab: namespaces, the wires between them, routes, and the VPC's own rules.

    client --- internet --- balancer --- vpc --- node-1 --- pods
    office ---     |                      |  --- node-2 --- pods
                   +----------------------+  --- control plane, pods of super nodes

Interfaces are made inside the namespaces, so the machine's own network never sees one. Each wire is named after what is on
its far end, because the names are what the captures show.
"""

import os
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from ipaddress import IPv4Address

from lab.rig.layout import (
    BALANCER_LINK,
    CLB_ADDRESSES,
    CLIENT_NETWORK,
    GATEWAY_OFFSET,
    NODE_PUBLIC,
    OFFICE_NETWORK,
    OFFICE_PUBLIC,
    PASSED_DSCP,
    PREFIX,
    Layout,
    Node,
)
from lab.rig.shell import NAMESPACES, LabError, run, run_inside, wait_for

POD_GATEWAY = "169.254.1.1"
"""VPC-CNI pods route everything to this address on their node's end of the wire, as TKE's do."""
BRIDGE_MEMORY = 8_640_000
"""Hundredths of a second, a day: a bridge that forgets a pod floods its packets to all pods."""
NO_TIME_WAIT = "net.ipv4.tcp_max_tw_buckets=0"
"""In pods: a load test opens thousands of connections a second, and through a node port all of them come from two addresses.
New ones would meet sockets in TIME_WAIT of old ones, be refused by their time stamps, and wait a second to try again."""
HEALTH_CHECKS = "100.64.0.0/10"
"""Where a load balancer's own packets come from."""
_FLOW_MARK = "0x1"
_FLOW_TABLE = "101"
_ENI_TABLE = "100"
_INTERNET_VPC = ("192.0.2.1", "192.0.2.2")
_INTERNET_BALANCER = ("192.0.2.5", "192.0.2.6")

_SYSCTLS = {
    "net.ipv4.ip_forward": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.default.send_redirects": "0",
    "net.ipv6.conf.all.disable_ipv6": "1",
    "net.ipv6.conf.default.disable_ipv6": "1",
}


class Wiring:
    """Collects `ip` commands by namespace and runs them in one go each."""

    def __init__(self) -> None:
        """Nothing collected yet."""
        self._commands: dict[str, list[str]] = defaultdict(list)

    def add(self, namespace: str, *commands: str) -> None:
        """Commands for `ip -batch` in a namespace, without the word `ip`."""
        self._commands[namespace].extend(commands)

    def wire(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """A pair of interfaces, given as (namespace, interface name), both up. Made at once: addresses come later."""
        (namespace, name), (far, far_name) = one, other
        run(["ip", "-n", namespace, "link", "add", name, "type", "veth", "peer", "name", far_name, "netns", far])
        self.add(namespace, f"link set {name} up")
        self.add(far, f"link set {far_name} up")

    def link(self, one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
        """A wire between two single addresses, given as (namespace, interface name, address), each routed to the other."""
        self.wire(one[:2], other[:2])
        for (namespace, name, address), (_, _, peer) in ((one, other), (other, one)):
            self.add(namespace, f"addr add {address}/32 dev {name}", f"route add {peer}/32 dev {name}")

    def apply(self) -> None:
        """Run what was collected."""
        for namespace, commands in self._commands.items():
            run(["ip", "-n", namespace, "-batch", "-"], stdin="\n".join(commands) + "\n")
        self._commands.clear()


def add_namespaces(names: Iterable[str]) -> None:
    """New namespaces with forwarding on, and no other setting of the machine changed."""
    for name in names:
        run(["ip", "netns", "add", name])
        run(["ip", "-n", name, "link", "set", "lo", "up"])
        run_inside(name, ["sysctl", "-q", "-e", "-w", *(f"{key}={value}" for key, value in _SYSCTLS.items())])


def build(layout: Layout) -> None:
    """The network of a scenario, without pods."""
    names = {role: layout.namespace(role) for role in ("client", "office", "internet", "balancer", "vpc", "control")}
    add_namespaces([*names.values(), *(node.namespace for node in layout.nodes if node.namespace)])
    wiring = Wiring()
    _outside(wiring, layout, names)
    _edge(wiring, layout, names)
    control_gateway = layout.ranges.nodes[0][GATEWAY_OFFSET]
    _attach(wiring, layout, names["control"], "eth0", layout.control_plane, "to-control", control_gateway)
    for node in layout.nodes:
        if node.namespace:
            _add_node(wiring, layout, node)
    wiring.apply()
    _vpc_rules(layout)
    run_inside(
        names["internet"],
        ["iptables-restore"],
        stdin=f"*nat\n-A POSTROUTING -s {OFFICE_NETWORK} ! -d {OFFICE_NETWORK} -j SNAT --to-source {OFFICE_PUBLIC}\nCOMMIT\n",
    )


def _outside(wiring: Wiring, layout: Layout, names: dict[str, str]) -> None:
    for role, network, address in (
        ("client", CLIENT_NETWORK, layout.client),
        ("office", OFFICE_NETWORK, layout.office),
    ):
        wiring.wire((names[role], "eth0"), (names["internet"], f"to-{role}"))
        wiring.add(names["internet"], f"addr add {network[GATEWAY_OFFSET]}/{network.prefixlen} dev to-{role}")
        wiring.add(
            names[role],
            f"addr add {address}/{network.prefixlen} dev eth0",
            f"route add default via {network[GATEWAY_OFFSET]} dev eth0",
        )


def _edge(wiring: Wiring, layout: Layout, names: dict[str, str]) -> None:
    """Internet, load balancer and VPC know each other; what came through the load balancer goes back through it."""
    internet, balancer, vpc = names["internet"], names["balancer"], names["vpc"]
    wiring.link((internet, "to-vpc", _INTERNET_VPC[0]), (vpc, "to-internet", _INTERNET_VPC[1]))
    wiring.link((internet, "to-balancer", _INTERNET_BALANCER[0]), (balancer, "to-internet", _INTERNET_BALANCER[1]))
    wiring.link((balancer, "to-vpc", str(BALANCER_LINK[2])), (vpc, "to-balancer", str(BALANCER_LINK[1])))
    wiring.add(
        internet,
        f"route add {CLB_ADDRESSES} via {_INTERNET_BALANCER[1]} dev to-balancer",
        f"route add {NODE_PUBLIC} via {_INTERNET_VPC[1]} dev to-vpc",
    )
    wiring.add(
        balancer,
        f"route add default via {_INTERNET_BALANCER[0]} dev to-internet",
        *(
            f"route replace {network} via {BALANCER_LINK[1]} dev to-vpc"
            for network in layout.ranges.vpc + layout.ranges.pods
        ),
    )
    wiring.add(
        vpc,
        f"route add default via {_INTERNET_VPC[0]} dev to-internet",
        f"rule add fwmark {_FLOW_MARK} lookup {_FLOW_TABLE}",
        f"route add default via {BALANCER_LINK[2]} dev to-balancer table {_FLOW_TABLE}",
    )


def _attach(  # noqa: PLR0917 - two ends of a wire
    wiring: Wiring, layout: Layout, namespace: str, name: str, address: IPv4Address, far_name: str, gateway: IPv4Address
) -> None:
    """One address of the VPC on an interface of its own: the router is the only neighbour, as in a cloud's network."""
    vpc = layout.namespace("vpc")
    wiring.wire((namespace, name), (vpc, far_name))
    wiring.add(vpc, f"addr add {gateway}/32 dev {far_name}", f"route add {address}/32 dev {far_name} src {gateway}")
    wiring.add(
        namespace,
        f"addr add {address}/32 dev {name}",
        f"route add {gateway}/32 dev {name} src {address}",
        f"route add default via {gateway} dev {name} src {address}",
    )


def _add_node(wiring: Wiring, layout: Layout, node: Node) -> None:
    vpc = layout.namespace("vpc")
    _attach(wiring, layout, node.namespace, "eth0", node.address, f"to-{node.name}", node.gateway)
    if layout.routed_pods:
        wiring.add(
            node.namespace,
            f"link add cbr0 type bridge ageing_time {BRIDGE_MEMORY}",
            f"addr add {node.pods[GATEWAY_OFFSET]}/{node.pods.prefixlen} dev cbr0",
            "link set cbr0 up",
        )
        wiring.add(vpc, f"route add {node.pods} via {node.address} dev to-{node.name}")
    carrier = node.eni_pods or node.pods
    gateway, far_name = carrier[GATEWAY_OFFSET], f"to-{node.name}-eni"
    wiring.wire((node.namespace, "eth1"), (vpc, far_name))
    wiring.add(vpc, f"addr add {gateway}/32 dev {far_name}", f"route add {node.eni}/32 dev {far_name} src {gateway}")
    wiring.add(
        node.namespace,
        f"addr add {node.eni}/32 dev eth1",
        f"route add {gateway}/32 dev eth1 src {node.eni}",
        f"route add default via {gateway} dev eth1 table {_ENI_TABLE}",
    )


def _vpc_rules(layout: Layout) -> None:
    """Elastic addresses of nodes, the memory of the load balancer's flows, and a chain that plays the security group."""
    public = [
        f"-A PREROUTING -d {node.public}/32 -j DNAT --to-destination {node.address}"
        for node in layout.nodes
        if node.public
    ]
    rules = [
        "*mangle",
        "-A PREROUTING -i to-balancer -m conntrack --ctstate NEW -j CONNMARK --set-mark 1",
        "-A PREROUTING ! -i to-balancer -m conntrack --ctdir REPLY -j CONNMARK --restore-mark",
        "COMMIT",
        "*nat",
        *public,
        "COMMIT",
    ]
    run_inside(layout.namespace("vpc"), ["iptables-restore"], stdin="\n".join(rules) + "\n")
    set_security_groups(layout)


def set_security_groups(layout: Layout, *, open_node_ports: bool = False, closed_to_clients: bool = False) -> None:
    """The nodes' security group.

    `open_node_ports`: the internet may reach node ports around the load balancer. `closed_to_clients`: what a load balancer
    passes on from a client is let in only where it says pass-to-target; its own packets, such as health checks, always are.
    """
    rules = ["*filter", "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"]
    if not open_node_ports:
        rules.append("-A FORWARD -i to-internet -j DROP")
    if closed_to_clients:
        rules.append(f"-A FORWARD -i to-balancer ! -s {HEALTH_CHECKS} -m dscp ! --dscp {PASSED_DSCP} -j DROP")
    run_inside(layout.namespace("vpc"), ["iptables-restore"], stdin="\n".join([*rules, "COMMIT", ""]))


def add_pod(layout: Layout, node: Node, name: str, address: IPv4Address) -> str:
    """A pod's namespace with its address, wired to its node, or to the VPC itself for a super node; returns its name."""
    namespace = layout.namespace(name)
    add_namespaces([namespace])
    run_inside(namespace, ["sysctl", "-q", "-w", NO_TIME_WAIT])
    wiring = Wiring()
    wire = _wire(name)
    if node.super_node:
        _attach(wiring, layout, namespace, "eth0", address, wire, node.pods[GATEWAY_OFFSET])
    elif _is_behind_bridge(layout, node, address):
        wiring.wire((namespace, "eth0"), (node.namespace, wire))
        wiring.add(node.namespace, f"link set {wire} master cbr0")
        # Whoever knows the address of a pod that is gone would look for its next owner where that one was, for ten seconds.
        wiring.add(
            namespace,
            f"link set eth0 address 02:00:{address.packed.hex(':')}",
            f"addr add {address}/{node.pods.prefixlen} dev eth0",
            f"route add default via {node.pods[GATEWAY_OFFSET]} dev eth0",
        )
    else:
        wiring.wire((namespace, "eth0"), (node.namespace, wire))
        wiring.add(
            node.namespace,
            f"addr add {POD_GATEWAY}/32 dev {wire} scope link",
            f"route add {address}/32 dev {wire} src {node.address}",
            f"rule add to {address} lookup main priority 512",
            f"rule add from {address} lookup {_ENI_TABLE} priority 1536",
        )
        wiring.add(layout.namespace("vpc"), f"route add {address}/32 via {node.eni} dev to-{node.name}-eni")
        wiring.add(
            namespace,
            f"addr add {address}/32 dev eth0",
            f"route add {POD_GATEWAY}/32 dev eth0 scope link",
            f"route add default via {POD_GATEWAY} dev eth0 src {address}",
        )
    wiring.apply()
    return namespace


def _is_behind_bridge(layout: Layout, node: Node, address: IPv4Address) -> bool:
    """True for a pod of GlobalRouter's own kind; in a hybrid cluster others have addresses of the VPC."""
    return layout.routed_pods and address in node.pods


def _wire(pod: str) -> str:
    """The name of a pod's wire at its far end."""
    return f"pod-{sha256(pod.encode()).hexdigest()[:8]}"


def remove_pod(layout: Layout, node: Node, name: str, address: IPv4Address) -> None:
    """Take a pod's processes, namespace and routes away, also of one that was not finished."""
    vpc = layout.namespace("vpc")
    # The kernel takes a namespace's wires away some time after the namespace: the next pod may have the address before that.
    run(["ip", "-n", vpc if node.super_node else node.namespace, "link", "delete", _wire(name)], check=False)
    if not (node.super_node or _is_behind_bridge(layout, node, address)):
        for namespace, command in (
            (node.namespace, f"rule del to {address} lookup main priority 512"),
            (node.namespace, f"rule del from {address} lookup {_ENI_TABLE} priority 1536"),
            (vpc, f"route del {address}/32"),
        ):
            run(["ip", "-n", namespace, *command.split()], check=False)
    remove([layout.namespace(name)])


def existing(prefix: str = PREFIX) -> list[str]:
    """The lab's namespaces that are on the machine."""
    return sorted(path.name for path in NAMESPACES.glob(f"{prefix}*"))


def processes(namespace: str) -> list[int]:
    """The processes that live in a namespace."""
    done = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False)
    return [int(word) for word in done.stdout.split()]


def remove(names: Iterable[str]) -> None:
    """Stop everything that lives in the namespaces, then take them away."""
    names = list(names)
    me = os.getpid()

    def alive() -> list[int]:
        return [process for name in names for process in processes(name) if process != me]

    for process in alive():
        _kill(process, signal.SIGKILL)

    def gone() -> bool:
        left = alive()
        for process in left:
            _kill(process, signal.SIGKILL)
        return not left

    wait_for("the lab's processes to end", gone, seconds=10, interval=0.02)
    for name in names:
        # An empty file is left when the machine stopped between making the name and mounting the namespace on it.
        run(["ip", "netns", "delete", name], check=False)
        (NAMESPACES / name).unlink(missing_ok=True)
    left = [name for name in names if (NAMESPACES / name).exists()]
    if left:
        raise LabError(f"could not remove the namespaces {', '.join(left)}: try `ip netns delete NAME`")


def _kill(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return
