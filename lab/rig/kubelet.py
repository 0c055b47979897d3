"""Scheduler and kubelet of the lab: gives every pod a node, an address and a process.

The Deployment's pods are made by the real controller manager, and the EndpointSlices too; this stands in for what would run
on a node. Images are not pulled: which of the guide's two apps a pod runs is told by its image.
"""

import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from lab.rig import echo, network
from lab.rig.api import LEASE, NODE, POD, Api, Object
from lab.rig.binding import is_gated
from lab.rig.cluster import on_eni
from lab.rig.container import command_of, port_of, sysctls_of
from lab.rig.controller import read
from lab.rig.layout import POD_OFFSET, Layout, Node
from lab.rig.shell import LabError, run_inside, start, wait_for
from lab.rig.tke_keys import READINESS_GATE, SUPER_NODE_LABEL, SUPER_NODE_TAINT

START_SECONDS = 15.0
DRAIN_SECONDS = 10.0
LEASES = "kube-node-lease"


@dataclass
class Running:
    """A pod that has a process."""

    node: Node
    address: IPv4Address
    process: subprocess.Popen[bytes]
    leaving: bool = False


def now() -> str:
    """The time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_object(node: Node, layout: Layout) -> Object:
    """The Node that a kubelet would register."""
    labels = {"kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    zone = layout.nodes.index(node) + 1
    labels["topology.kubernetes.io/zone"] = f"zone-{zone}"
    spec: Object = {}
    if node.super_node:
        labels |= dict([SUPER_NODE_LABEL])
        spec["taints"] = [{"key": SUPER_NODE_TAINT, "effect": "NoSchedule"}]
    if layout.routed_pods:
        spec["podCIDR"] = str(node.pods)
        spec["podCIDRs"] = [str(node.pods)]
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node.name, "labels": labels}, "spec": spec}


def node_status(node: Node) -> Object:
    """A healthy node. kube-proxy programs nothing before it finds the InternalIP here."""
    addresses = [{"type": "InternalIP", "address": str(node.address)}, {"type": "Hostname", "address": node.name}]
    if node.public:
        addresses.append({"type": "ExternalIP", "address": str(node.public)})
    room = {"cpu": "4", "memory": "8Gi", "pods": "40"}
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "the lab's own",
        "lastTransitionTime": now(),
    }
    return {"status": {"addresses": addresses, "capacity": room, "allocatable": room, "conditions": [ready]}}


class Kubelet:
    """All nodes' kubelets at once, and the scheduler."""

    def __init__(
        self,
        api: Api,
        layout: Layout,
        folder: Path,
        wake: Callable[[], None],
        wait_weightless: Callable[[str], None],
    ) -> None:
        """`folder` takes the apps' logs; `wake` is called when a pod has ended.

        `wait_weightless` returns when no load balancer that asks for it gives new connections to an address.
        """
        self._api = api
        self._layout = layout
        self._folder = folder
        self._wake = wake
        self._wait_weightless = wait_weightless
        self._running: dict[str, Running] = {}
        self._lock = threading.Lock()

    def register(self) -> None:
        """Put the nodes on the API server."""
        for node in self._layout.nodes:
            self._api.create(NODE, node_object(node, self._layout))
            # Admission taints a new node until a node controller, which the lab does not run, finds it ready.
            self._api.merge(
                NODE, {"spec": {"taints": node_object(node, self._layout)["spec"].get("taints")}}, name=node.name
            )
            self._api.merge(NODE, node_status(node), name=node.name, part="status")

    def sync(self) -> None:
        """Bring the processes in line with the pods."""
        pods = self._api.list(POD)
        for pod in pods:
            key = pod["metadata"]["uid"]
            if pod["metadata"].get("deletionTimestamp"):
                self._end(pod)
            elif not pod["spec"].get("nodeName"):
                self._bind(pod, pods)
            elif key not in self._running and pod.get("status", {}).get("phase") == "Pending":
                self._start(pod)

    def _bind(self, pod: Object, pods: tuple[Object, ...]) -> None:
        registered = {node["metadata"]["name"]: node for node in self._api.list(NODE)}
        fitting = [node for node in self._layout.nodes if fits(pod, registered.get(node.name, {}))]
        if not fitting:
            return
        load = {node.name: sum(1 for other in pods if other["spec"].get("nodeName") == node.name) for node in fitting}
        chosen = min(fitting, key=lambda node: (load[node.name], node.name))
        metadata = pod["metadata"]
        target = {"apiVersion": "v1", "kind": "Node", "name": chosen.name}
        body = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": metadata["name"]}, "target": target}
        self._api.create(POD, body, metadata["namespace"], metadata["name"], "binding")
        pod["spec"]["nodeName"] = chosen.name

    def _start(self, pod: Object) -> None:
        metadata, spec = pod["metadata"], pod["spec"]
        name = metadata["name"]
        node = self._layout.node(spec["nodeName"])
        with self._lock:
            taken = {running.address for running in self._running.values()}
        eni = on_eni(pod)
        network_range = node.eni_pods if eni and node.eni_pods else node.pods
        address = next(each for each in list(network_range)[POD_OFFSET:-1] if each not in taken)
        try:
            namespace = network.add_pod(self._layout, node, name, address)
        except LabError:
            network.remove_pod(self._layout, node, name, address)
            raise
        if sysctls := sysctls_of(pod):
            run_inside(namespace, ["sysctl", "-q", "-w", *sysctls])
        log = self._folder / f"{name}.log"
        command = command_of(self._api, pod, address, self._folder / "pods" / name)
        process = start(command, namespace=namespace, log=log)
        with self._lock:
            self._running[metadata["uid"]] = Running(node, address, process)
        port = port_of(spec["containers"][0])
        wait_for(
            f"the app in pod {name} to listen",
            lambda: _listens(log, process, namespace, port),
            seconds=START_SECONDS,
            interval=0.02,
        )
        gated = is_gated(read(self._api, self._layout), pod)
        self._api.merge(POD, _running_status(pod, node, address, gated=gated), metadata["namespace"], name, "status")

    def _end(self, pod: Object) -> None:
        running = self._running.get(pod["metadata"]["uid"])
        if running is None:
            self._api.delete(POD, pod["metadata"]["namespace"], pod["metadata"]["name"], grace=0)
        elif not running.leaving:
            running.leaving = True
            threading.Thread(target=self._stop, args=(pod, running), daemon=True).start()

    def _stop(self, pod: Object, running: Running) -> None:
        """The pod's last seconds, as a kubelet spends them: the hook, SIGTERM, a while to finish, the end."""
        metadata, spec = pod["metadata"], pod["spec"]
        self._wait_weightless(str(running.address))
        hook = spec["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        grace = metadata.get("deletionGracePeriodSeconds", 30)
        try:
            running.process.wait(timeout=min(hook, grace))
        except subprocess.TimeoutExpired:
            running.process.send_signal(signal.SIGTERM)
        try:
            running.process.wait(timeout=max(1.0, min(DRAIN_SECONDS, grace - hook)))
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()
        try:
            network.remove_pod(self._layout, running.node, metadata["name"], running.address)
            self._api.delete(POD, metadata["namespace"], metadata["name"], grace=0)
        except LabError as problem:
            print(f"pod {metadata['name']}: {problem}", flush=True)
        with self._lock:
            self._running.pop(metadata["uid"], None)
        self._wake()

    def renew(self) -> None:
        """The nodes' heartbeat."""
        for node in self._layout.nodes:
            spec = {
                "holderIdentity": node.name,
                "leaseDurationSeconds": 40,
                "renewTime": now().replace("Z", ".000000Z"),
            }
            body = {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {"name": node.name},
                "spec": spec,
            }
            if self._api.merge(LEASE, {"spec": spec}, LEASES, node.name) is None:
                self._api.create(LEASE, body, LEASES)


def _listens(log: Path, process: subprocess.Popen[bytes], namespace: str, port: int) -> bool:
    text = log.read_text(errors="replace")
    if process.poll() is not None:
        raise LabError(f"the app ended with exit code {process.returncode}: {text.strip()}")
    return echo.READY in text or bool(run_inside(namespace, ["ss", "-Hltn", f"sport = :{port}"]).strip())


def fits(pod: Object, node: Object) -> bool:
    """True where a pod may run: the node takes new pods and has what its selector asks for, and it tolerates each taint."""
    if not node or node["spec"].get("unschedulable"):
        return False
    labels = node["metadata"]["labels"]
    if not (pod["spec"].get("nodeSelector") or {}).items() <= labels.items():
        return False
    tolerations = pod["spec"].get("tolerations") or ()
    # TKE adds the toleration to pods that select super nodes; ours say it themselves.
    return all(
        any(tolerates(toleration, taint) for toleration in tolerations) for taint in node["spec"].get("taints") or ()
    )


def tolerates(toleration: Object, taint: Object) -> bool:
    """Kubernetes' rule for one toleration and one taint."""
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    return bool(toleration.get("key") == taint["key"] and toleration.get("value", "") == taint.get("value", ""))


def _running_status(pod: Object, node: Node, address: IPv4Address, *, gated: bool) -> dict[str, Any]:
    """A pod whose container is ready; the pod itself is not before the service controller opens its readiness gate."""
    closed = {"Ready", READINESS_GATE} if gated else set()
    kinds = ("Initialized", "Ready", "ContainersReady", "PodScheduled", *([READINESS_GATE] if gated else []))
    conditions = [
        {"type": kind, "status": "False" if kind in closed else "True", "lastTransitionTime": now()} for kind in kinds
    ]
    container = pod["spec"]["containers"][0]
    running = {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": now()}},
    }
    return {
        "status": {
            "phase": "Running",
            "conditions": conditions,
            "hostIP": str(node.address),
            "podIP": str(address),
            "podIPs": [{"ip": str(address)}],
            "startTime": now(),
            "containerStatuses": [running],
        }
    }
