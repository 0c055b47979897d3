"""Where this program runs: signs that it is inside a cluster, where a load balancer's address may lead anywhere.

On a node kube-proxy answers for Services, their load balancers' addresses too, and in a pod the node does. What an
application sees then proves nothing of a client outside.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

from realip.verify.ip import Address

__all__ = ["cluster_sign", "in_pod", "own_address"]

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_INTERFACES = ("kube-ipvs", "nodelocaldns", "cni0", "cbr0", "cali", "cilium_", "flannel.", "lxc_health", "antrea-")
"""Network interfaces that kube-proxy and network plug-ins make on a node."""
_PORTS = {10250: "kubelet", 10256: "kube-proxy", 10249: "kube-proxy"}
"""Ports on which a node's own programs listen (kubernetes.io, Ports and Protocols)."""
_PROGRAMS = ("kube-proxy", "kubelet", "k3s-agent", "k3s-server")
_FILTERS = (("iptables-save", "-t", "nat", "KUBE-SERVICES"), ("nft", "list", "tables", "kube-proxy"))
"""How to ask the packet filter, and what kube-proxy has put there."""
_LIMIT = 0.5
"""Seconds for a look at this machine's packet filter."""


def in_pod() -> bool:
    """The program runs in a pod of some cluster."""
    return "KUBERNETES_SERVICE_HOST" in os.environ or _SERVICE_ACCOUNT.is_dir()


def own_address(address: Address) -> bool:
    """An address is one of this machine's own, as those are that kube-proxy in IPVS mode takes. Sends nothing."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def cluster_sign() -> str | None:
    """The sign on this machine that it is a node of a cluster, None if nothing does."""
    return _interface() or _listener(_PORTS) or _process() or _rules()


def _interface() -> str | None:
    try:
        names = [name for _, name in socket.if_nameindex()]
    except OSError:
        return None
    return next((name for name in names if name.startswith(_INTERFACES)), None)


def _listener(ports: Iterable[int]) -> str | None:
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(_LIMIT)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"{_PORTS[port]} on port {port}"
    return None


def _process() -> str | None:
    """A node's own program in this network namespace; of programs of others nothing can be said."""
    processes = Path("/proc")
    try:
        here = (processes / "self/ns/net").readlink()
        found = [path for path in processes.iterdir() if path.name.isdecimal()]
    except OSError:
        return None
    for path in found:
        try:
            name = (path / "comm").read_text(encoding="utf-8", errors="replace").strip()
            if name in _PROGRAMS and (path / "ns/net").readlink() == here:
                return name
        except OSError:
            continue
    return None


def _rules() -> str | None:
    """Only root may look; a machine without the programs has no such rules of kube-proxy either."""
    if os.geteuid() != 0:
        return None
    for name, *arguments, mark in _FILTERS:
        program = shutil.which(name)
        if program is None:
            continue
        try:
            done = subprocess.run([program, *arguments], capture_output=True, timeout=_LIMIT, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if mark.encode() in done.stdout:
            return f"the packet filter's {mark}"
    return None
