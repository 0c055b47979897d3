"""The lab's service controller: TKE's part between the API server and CLB."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lab.rig.api import CONFIG_MAP, EVENT, INGRESS, NODE, SERVICE, Api
from lab.rig.balancer import Balancer
from lab.rig.binding import Cluster, LoadBalancer, load_balancers
from lab.rig.layout import CLB_ADDRESSES, Layout
from lab.rig.tke_keys import CONTROLLER_CONFIG

if TYPE_CHECKING:
    from ipaddress import IPv4Address

FIRST_ADDRESS = 1
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
        self._bound: dict[str, LoadBalancer] = {}
        self._told: dict[str, str] = {}
        """The problem that the last event of an object named."""

    def sync(self) -> None:
        """Read the objects, bind the load balancer, write the addresses."""
        cluster = self._read()
        found = [self._or_last_good(wanted) for wanted in load_balancers(cluster)]
        self._bound = {each.key: each for each in found if each.key in self._bound or not each.problem}
        self._give_addresses()
        self._balancer.apply(self._addresses, found)
        self._told = {each.key: self._told.get(each.key, "") for each in found}
        for each in found:
            self._publish(cluster, each)

    def _read(self) -> Cluster:
        # TKE makes the ConfigMap, with its own keys; here it may be missing, as on a cluster without the service controller.
        config = self._api.get(CONFIG_MAP, *CONTROLLER_CONFIG)
        data: Mapping[str, str] = (config or {}).get("data") or {}
        return Cluster(
            global_router=self._layout.routed_pods,
            services=self._api.list(SERVICE),
            ingresses=self._api.list(INGRESS),
            slices=self._api.list("endpointslices"),
            nodes=self._api.list(NODE),
            controller_config=data,
        )

    def _or_last_good(self, wanted: LoadBalancer) -> LoadBalancer:
        last = self._bound.get(wanted.key)
        if not wanted.problem or last is None:
            return wanted
        return replace(last, problem=wanted.problem)

    def _give_addresses(self) -> None:
        self._addresses = {key: address for key, address in self._addresses.items() if key in self._bound}
        free = (address for address in list(CLB_ADDRESSES)[FIRST_ADDRESS:-1] if address not in self._addresses.values())
        for key in self._bound:
            if key not in self._addresses:
                self._addresses[key] = next(free)

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

    def _warn(self, named: Mapping[str, Any], found: LoadBalancer) -> None:
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
