"""The objects of a cluster: lists of named kinds, in pages, and nothing else. Never a Secret, never a write."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from realip.audit.objects import KINDS, LAST_APPLIED, Found, Place, as_map, as_maps
from realip.audit.reading import take
from realip.kubeconfig import Kubeconfig, KubernetesError
from realip.kubernetes_api import ApiServer, Forbidden, UnknownKind, connected
from realip.messages import Message, message

__all__ = ["Listing", "list_cluster"]

_PATHS: Mapping[str, tuple[str, ...]] = {
    "Service": ("/api/v1/services",),
    "Ingress": ("/apis/networking.k8s.io/v1/ingresses",),
    "IngressClass": ("/apis/networking.k8s.io/v1/ingressclasses",),
    "ConfigMap": ("/api/v1/configmaps",),
    "Node": ("/api/v1/nodes",),
    "Namespace": ("/api/v1/namespaces",),
    "Pod": ("/api/v1/pods",),
    "Deployment": ("/apis/apps/v1/deployments",),
    "StatefulSet": ("/apis/apps/v1/statefulsets",),
    "DaemonSet": ("/apis/apps/v1/daemonsets",),
    "ReplicaSet": ("/apis/apps/v1/replicasets",),
    "ReplicationController": ("/api/v1/replicationcontrollers",),
    "Rollout": ("/apis/argoproj.io/v1alpha1/rollouts",),
    "CloneSet": ("/apis/apps.kruise.io/v1alpha1/clonesets",),
    "EndpointSlice": ("/apis/discovery.k8s.io/v1/endpointslices",),
    "TkeServiceConfig": ("/apis/cloud.tencent.com/v1alpha1/tkeserviceconfigs",),
    "Gateway": ("/apis/gateway.networking.k8s.io/v1/gateways",),
    "GatewayClass": ("/apis/gateway.networking.k8s.io/v1/gatewayclasses",),
    "HTTPRoute": (
        "/apis/gateway.networking.k8s.io/v1/httproutes",
        "/apis/gateway.networking.k8s.io/v1beta1/httproutes",
    ),
    "GRPCRoute": (
        "/apis/gateway.networking.k8s.io/v1/grpcroutes",
        "/apis/gateway.networking.k8s.io/v1alpha2/grpcroutes",
    ),
    "TLSRoute": (
        "/apis/gateway.networking.k8s.io/v1alpha3/tlsroutes",
        "/apis/gateway.networking.k8s.io/v1alpha2/tlsroutes",
    ),
    "TCPRoute": ("/apis/gateway.networking.k8s.io/v1alpha2/tcproutes",),
    "EnvoyProxy": ("/apis/gateway.envoyproxy.io/v1alpha1/envoyproxies",),
    "ClientTrafficPolicy": ("/apis/gateway.envoyproxy.io/v1alpha1/clienttrafficpolicies",),
    "BackendTrafficPolicy": ("/apis/gateway.envoyproxy.io/v1alpha1/backendtrafficpolicies",),
    "IstioOperator": ("/apis/install.istio.io/v1alpha1/istiooperators",),
    "EnvoyFilter": ("/apis/networking.istio.io/v1alpha3/envoyfilters",),
}
"""Where each kind is listed; the first path that the server knows."""
assert _PATHS.keys() == KINDS.keys()  # noqa: S101 - a kind without a path would never be seen
_DECIDING = ("Service", "Ingress")


@dataclass
class Listing:
    """The objects that could be listed."""

    found: list[Found] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    """Kinds that may not be listed."""
    notes: list[Message] = field(default_factory=list)


def list_cluster(kubeconfig: Kubeconfig, seconds: float, tell: Callable[[Message], None]) -> Listing:
    """List every kind within so many seconds. InputError where the server cannot be asked, or shows nothing that counts."""
    listing, reasons = Listing(), []
    with connected(kubeconfig, seconds) as server:
        for kind in _PATHS:
            try:
                _list(server, kind, listing, tell)
            except Forbidden as refused:
                listing.hidden.add(kind)
                reasons.append(str(refused))
                listing.notes.append(message("audit_forbidden", kind=kind, why=str(refused)))
    if listing.hidden.issuperset(_DECIDING):
        raise KubernetesError(
            f"may list neither Services nor Ingresses; give its user `get` and `list` on them ({reasons[0]})"
        )
    return listing


def _list(server: ApiServer, kind: str, listing: Listing, tell: Callable[[Message], None]) -> None:
    for path in _PATHS[kind]:
        with contextlib.suppress(UnknownKind):
            found = _read(server, path, kind, tell)
            listing.found += found
            return


def _read(server: ApiServer, path: str, kind: str, tell: Callable[[Message], None]) -> list[Found]:
    """The objects of one list, each page made lean as it comes: a large cluster has a hundred thousand pods."""
    found: list[Found] = []
    for page in server.pages(path, found.clear):
        version = str(page.get("apiVersion") or "v1")
        found += _taken(as_maps(page.get("items")), kind, version, server.kubeconfig.context)
        tell(message("audit_listing", kind=kind, count=len(found)))
    return found


def _taken(items: list[Mapping[str, Any]], kind: str, version: str, name: str) -> Iterator[Found]:
    for item in items:
        found = take({**_lean(item, kind), "kind": kind, "apiVersion": version}, kind, version, Place(name))
        if found is not None:
            yield found


def _lean(item: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """Of an object what is looked at."""
    metadata = {key: value for key, value in as_map(item.get("metadata")).items() if key != "managedFields"}
    annotations = as_map(metadata.get("annotations"))
    if LAST_APPLIED in annotations:
        metadata["annotations"] = {key: value for key, value in annotations.items() if key != LAST_APPLIED}
    if kind == "Pod":
        spec = as_map(item.get("spec"))
        containers = [
            {"name": each.get("name"), "resources": each.get("resources")} for each in as_maps(spec.get("containers"))
        ]
        kept = {key: spec[key] for key in ("nodeName", "hostNetwork", "nodeSelector") if key in spec}
        return {"metadata": metadata, "spec": {**kept, "containers": containers}}
    return {**item, "metadata": metadata}
