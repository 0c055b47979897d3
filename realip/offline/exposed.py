"""The exposure that a recorded program makes, as the model of TKE judges it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from realip import resource_types, tke
from realip.behaviour import ClusterFacts, Exposure, PodNetwork, Pods, ingress_exposure, service_exposure
from realip.offline.values import plain
from realip.tke_objects import annotations_of, is_local, is_true

if TYPE_CHECKING:
    from realip.offline.monitor import Recording
    from realip.settings.models import Settings

__all__ = ["exposed", "only_with_pods"]

_Object = Mapping[str, Any]


def exposed(recording: "Recording", settings: "Settings") -> Exposure:
    """The way for clients to the app: its Ingress, where there is one, else its Service."""
    services = {_name(body): body for body in _objects(recording, resource_types.SERVICE)}
    cluster, pods = _cluster(recording, settings), _pods(recording, settings)
    for ingress in _objects(recording, resource_types.INGRESS):
        return ingress_exposure(ingress, services, cluster, pods)
    return service_exposure(_balanced(services), cluster, pods)


def only_with_pods(recording: "Recording") -> bool:
    """Nodes hand connections to their own pods alone: policy Local of the app's Service."""
    return any(is_local(body) for body in _objects(recording, resource_types.SERVICE))


def _balanced(services: Mapping[str, _Object]) -> _Object:
    return next(body for body in services.values() if body.get("spec", {}).get("type") == "LoadBalancer")


def _objects(recording: "Recording", kind: str) -> Iterator[_Object]:
    for resource in recording.resources:
        if resource.type == kind and not resource.read:
            yield plain(dict(resource.inputs))


def _name(body: _Object) -> str:
    return str(body.get("metadata", {}).get("name"))


def _cluster(recording: "Recording", settings: "Settings") -> ClusterFacts:
    said = [
        body.get("data", {}).get(tke.GLOBAL_ROUTE_DIRECT_ACCESS)
        for body in _objects(recording, resource_types.CONFIG_MAP_PATCH)
    ]
    network = PodNetwork(settings.row.network_mode.value)
    return ClusterFacts(network=network, global_route_direct_access=is_true(said[0]) if said else None)


def _pods(recording: "Recording", settings: "Settings") -> Pods:
    templates = [body.get("spec", {}).get("template", {}) for body in _objects(recording, resource_types.DEPLOYMENT)]
    interfaces = [
        any(network in str(annotations_of(template).get(tke.POD_NETWORKS)) for network in tke.ENI_NETWORKS)
        for template in templates
    ]
    return Pods(
        on_super=settings.row.super_nodes, own_interface=settings.app.eni_pods or (bool(interfaces) and all(interfaces))
    )
