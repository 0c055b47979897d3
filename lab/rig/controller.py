"""The lab's service controller: TKE's part between the API server and CLB."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING

from lab.rig.api import (
    CONFIG_MAP,
    EVENT,
    INGRESS,
    NODE,
    POD,
    SECRET,
    SERVICE,
    SLICE,
    TKE_SERVICE_CONFIG,
    Api,
)
from lab.rig.balancer import Balancer
from lab.rig.binding import LoadBalancer, load_balancers
from lab.rig.cluster import Cluster, Object, waits_for_gate
from lab.rig.layout import CLB_ADDRESSES, Layout
from lab.rig.tke_keys import CONTROLLER_CONFIG, READINESS_GATE

if TYPE_CHECKING:
    from ipaddress import IPv4Address

FIRST_ADDRESS = 1
GRACE_SECONDS = 30.0
"""How long a pod's end waits for its weight to be zero, at most."""
KINDS = {"Service": (SERVICE, "v1"), "Ingress": (INGRESS, "networking.k8s.io/v1")}


class Controller:
    """Gives every LoadBalancer Service and every `qcloud` Ingress an address, binds it by TKE's rules, writes its status.

    An object that TKE would refuse gets a warning event and is left as it is: without an address if it is new, with the
    backends of its last good state if not.
    """

    def __init__(self, api: Api, layout: Layout, balancer: Balancer) -> None:
        """Nothing is bound before the first `sync`."""
        self._api = api
        self._layout = layout
        self._balancer = balancer
        self._addresses: dict[str, IPv4Address] = {}
        self._free = cycle(list(CLB_ADDRESSES)[FIRST_ADDRESS:-1])
        self._bound: dict[str, LoadBalancer] = {}
        self._applied = threading.Condition()
        self._in_use: set[str] = set()
        """Addresses of pods that get new connections where pods are deleted gracefully."""
        self._told: dict[str, str] = {}
        """The problem that the last event of an object named."""

    def sync(self) -> None:
        """Read the objects, bind the load balancer, write the addresses, open the readiness gates."""
        cluster = read(self._api, self._layout)
        found = [self._or_last_good(wanted) for wanted in load_balancers(cluster)]
        self._bound = {each.key: each for each in found if each.key in self._bound or not each.problem}
        self._give_addresses()
        self._balancer.apply(self._addresses, found)
        with self._applied:
            self._in_use = {
                backend.address
                for each in found
                if each.graceful
                for listener in each.listeners
                for backend in listener.backends
                if backend.weight
            }
            self._applied.notify_all()
        self._told = {each.key: self._told.get(each.key, "") for each in found}
        for each in found:
            self._publish(cluster, each)
        self._open_gates(cluster, found)

    def wait_weightless(self, address: str) -> None:
        """Until no load balancer with graceful deletion gives new connections to a pod (457/109977)."""
        with self._applied:
            self._applied.wait_for(lambda: address not in self._in_use, timeout=GRACE_SECONDS)

    def _open_gates(self, cluster: Cluster, found: Sequence[LoadBalancer]) -> None:
        """TKE's readiness gate: a pod is ready when each load balancer that reaches it straight finds it healthy."""
        for pod in cluster.pods:
            address = pod.get("status", {}).get("podIP", "")
            if not waits_for_gate(pod):
                continue
            mine = [
                each
                for each in found
                if each.direct and address in {backend.address for part in each.listeners for backend in part.backends}
            ]
            if mine and all(self._balancer.healthy(each, address) for each in mine):
                conditions = [
                    each | ({"status": "True"} if each["type"] in {READINESS_GATE, "Ready"} else {})
                    for each in pod["status"]["conditions"]
                ]
                metadata = pod["metadata"]
                body = {"status": {"conditions": conditions}}
                self._api.merge(POD, body, metadata["namespace"], metadata["name"], "status")

    def _or_last_good(self, wanted: LoadBalancer) -> LoadBalancer:
        last = self._bound.get(wanted.key)
        if not wanted.problem or last is None:
            return wanted
        return replace(last, problem=wanted.problem)

    def _give_addresses(self) -> None:
        """An address to each load balancer, and never soon one that another has just given back."""
        self._addresses = {key: address for key, address in self._addresses.items() if key in self._bound}
        for key in self._bound:
            if key not in self._addresses:
                self._addresses[key] = next(each for each in self._free if each not in self._addresses.values())

    def _publish(self, cluster: Cluster, found: LoadBalancer) -> None:
        kind, _ = KINDS[found.kind]
        named = next(
            each
            for each in (cluster.services if found.kind == "Service" else cluster.ingresses)
            if (each["metadata"]["namespace"], each["metadata"]["name"]) == (found.namespace, found.name)
        )
        if found.problem != self._told[found.key]:
            self._told[found.key] = found.problem
            if found.problem:
                self._warn(named, found)
        if found.problem:
            return
        address = str(self._addresses[found.key])
        status = named.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
        if [entry.get("ip") for entry in status] != [address]:
            body = {"status": {"loadBalancer": {"ingress": [{"ip": address}]}}}
            self._api.merge(kind, body, found.namespace, found.name, "status")

    def _warn(self, named: Object, found: LoadBalancer) -> None:
        """The event that `kubectl describe` shows; its reason is TKE's code, its words are the lab's."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        code, _, words = found.problem.partition(": ")
        subject = {
            "apiVersion": KINDS[found.kind][1],
            "kind": found.kind,
            "namespace": found.namespace,
            "name": found.name,
            "uid": named["metadata"]["uid"],
        }
        body = {
            "metadata": {"generateName": f"{found.name}."},
            "type": "Warning",
            "reason": code,
            "message": words,
            "involvedObject": subject,
            "source": {"component": "lab-service-controller"},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        self._api.create(EVENT, body, found.namespace)


def read(api: Api, layout: Layout) -> Cluster:
    """The objects that the rules look at."""
    # TKE makes the ConfigMap, with its own keys; here it may be missing, as on a cluster without the service controller.
    config = api.get(CONFIG_MAP, *CONTROLLER_CONFIG)
    data: Mapping[str, str] = (config or {}).get("data") or {}
    return Cluster(
        global_router=layout.routed_pods,
        services=api.list(SERVICE),
        ingresses=api.list(INGRESS),
        slices=api.list(SLICE),
        nodes=api.list(NODE),
        controller_config=data,
        pods=api.list(POD),
        secrets=api.list(SECRET),
        configs=api.list(TKE_SERVICE_CONFIG),
    )
