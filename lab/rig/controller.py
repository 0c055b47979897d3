"""The lab's service controller: what TKE's does between the API server and CLB."""

from typing import TYPE_CHECKING

from lab.rig.api import CONFIG_MAP, NODE, SERVICE, Api
from lab.rig.balancer import Balancer
from lab.rig.binding import Cluster, Entrance, entrances
from lab.rig.plan import ENTRANCES, Plan
from realip import tke

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address

FIRST_ENTRANCE = 1
KINDS = {"Service": SERVICE, "Ingress": "ingresses"}


class Controller:
    """Gives every LoadBalancer Service and every `qcloud` Ingress an address, binds it by TKE's rules, writes its status."""

    def __init__(self, api: Api, plan: Plan, balancer: Balancer) -> None:
        """Nothing is bound before the first `sync`."""
        self._api = api
        self._plan = plan
        self._balancer = balancer
        self._addresses: dict[str, IPv4Address] = {}

    def sync(self) -> None:
        """Read the objects, bind the load balancer, write the addresses."""
        cluster = self._read()
        found = entrances(cluster)
        self._give_addresses(found)
        self._balancer.apply(self._addresses, found)
        for entrance in found:
            self._publish(cluster, entrance)

    def _read(self) -> Cluster:
        # TKE makes the map, with its own keys; here it may be missing, as on a cluster without the service controller.
        switches = self._api.get(CONFIG_MAP, *tke.SERVICE_CONTROLLER_CONFIG)
        data: Mapping[str, str] = (switches or {}).get("data") or {}
        return Cluster(
            global_router=self._plan.routed_pods,
            services=self._api.list(SERVICE),
            ingresses=self._api.list("ingresses"),
            slices=self._api.list("endpointslices"),
            nodes=self._api.list(NODE),
            switches=data,
        )

    def _give_addresses(self, found: list[Entrance]) -> None:
        keys = {entrance.key for entrance in found}
        self._addresses = {key: address for key, address in self._addresses.items() if key in keys}
        free = (address for address in list(ENTRANCES)[FIRST_ENTRANCE:-1] if address not in self._addresses.values())
        for entrance in found:
            if entrance.key not in self._addresses:
                self._addresses[entrance.key] = next(free)

    def _publish(self, cluster: Cluster, entrance: Entrance) -> None:
        address = str(self._addresses[entrance.key])
        objects = cluster.services if entrance.kind == "Service" else cluster.ingresses
        for each in objects:
            metadata = each["metadata"]
            if (metadata["namespace"], metadata["name"]) == (entrance.namespace, entrance.name):
                said = [
                    entry.get("ip") for entry in each.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
                ]
                if said != [address] and not entrance.problem:
                    body = {"status": {"loadBalancer": {"ingress": [{"ip": address}]}}}
                    self._api.merge(KINDS[entrance.kind], body, entrance.namespace, entrance.name, "status")
