"""The annotations that TKE's documents name, by the kind of object, with the values that they may have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from realip import tke

__all__ = ["BOOLEANS", "DOCUMENTED", "OF_OTHERS", "Key", "ours", "written_by_tke"]


@dataclass(frozen=True)
class Key:
    """An annotation of TKE's."""

    values: frozenset[str] | None = None
    """The values that it may have; None: the documents leave them open."""
    by_tke: bool = False
    """TKE writes it, and nobody else."""
    instead: str | None = None
    """For a key that is out of use: what stands in its place, or nothing."""


BOOLEANS = frozenset({"true", "false"})
_CHARGE_TYPES = frozenset(tke.INTERNET_CHARGE_TYPES)


def _keys(prefix: str, names: str, **about: object) -> Mapping[str, Key]:
    return {f"{prefix}{name}": Key(**about) for name in names.split()}  # type: ignore[arg-type]


_SERVICE_CLOUD, _SERVICE_KUBERNETES = "service.cloud.tencent.com/", "service.kubernetes.io/"
_INGRESS_CLOUD, _INGRESS_KUBERNETES = "ingress.cloud.tencent.com/", "kubernetes.io/ingress."

SERVICE: Mapping[str, Key] = {
    **_keys(
        _SERVICE_CLOUD,
        "direct-access pass-to-target tke-service-config-auto enable-grace-deletion local-svc-weighted-balance "
        "modification-protection deletion-protection loadbalance-retain",
        values=BOOLEANS,
    ),
    **_keys(
        _SERVICE_CLOUD,
        "security-groups specify-protocol tke-service-config lb-rs-weight cross-region-id cross-vpc-id mode target-groups "
        "hybrid-type snat-pro-info prevent-loopback loadbalance-type client-token sync-begin-time sync-end-time",
    ),
    **_keys(_SERVICE_CLOUD, "enable-grace-shutdown enable-grace-shutdown-tkex", instead=tke.SERVICE_GRACE_DELETION),
    **_keys(_SERVICE_KUBERNETES, "local-svc-only-bind-node-with-pod", values=BOOLEANS),
    **_keys(
        _SERVICE_KUBERNETES,
        "tke-existed-lbid service.extensiveParameters qcloud-loadbalancer-internal-subnetid "
        "qcloud-loadbalancer-backends-label qcloud-loadbalancer-internet-max-bandwidth-out "
        "service.internetMaxBandwidthOut",
    ),
    **_keys(_SERVICE_KUBERNETES, "qcloud-loadbalancer-internet-charge-type", values=_CHARGE_TYPES),
    **_keys(_SERVICE_KUBERNETES, "loadbalance-type", instead=""),
    **_keys(
        _SERVICE_KUBERNETES,
        "loadbalance-id loadbalance-nat-ipv6 loadbalance-ipv6 loadbalance-name loadbalance-domain",
        by_tke=True,
    ),
    **_keys(_SERVICE_CLOUD, "status.conditions status.loadbalancer loadbalancer-source-endpoints", by_tke=True),
    **_keys(_SERVICE_KUBERNETES, "qcloud-loadbalancer-clusterid qcloud-loadbalancer-internal", by_tke=True),
}
"""Of a Service (TKE 51258, 51259, 45492, 41897)."""

INGRESS: Mapping[str, Key] = {
    **_keys(
        _INGRESS_CLOUD,
        "direct-access pass-to-target tke-service-config-auto enable-grace-deletion modification-protection "
        "deletion-protection auto-rewrite rewrite-support loadbalance-retain enable-group mix-target-prefer",
        values=BOOLEANS,
    ),
    **_keys(
        _INGRESS_CLOUD,
        "security-groups listen-ports certificate tke-service-config cross-region-id cross-vpc-id lb-rs-weight "
        "auto-rewrite-code hybrid-type snat-pro-info prevent-loopback client-token sync-begin-time sync-end-time",
    ),
    **_keys(_INGRESS_CLOUD, "enable-grace-shutdown enable-grace-shutdown-tkex", instead=tke.INGRESS_GRACE_DELETION),
    **_keys(_INGRESS_CLOUD, "loadbalance-nat-ipv6 loadbalance-ipv6 status.conditions", by_tke=True),
    **_keys(_INGRESS_KUBERNETES, "rule-mix", values=BOOLEANS),
    **_keys(
        _INGRESS_KUBERNETES,
        "class existLbId subnetId internetMaxBandwidthOut extensiveParameters http-rules https-rules backends-label",
    ),
    **_keys(_INGRESS_KUBERNETES, "internetChargeType", values=_CHARGE_TYPES),
    **_keys(_INGRESS_KUBERNETES, "qcloud-loadbalance-id qcloud-loadbalance-name", by_tke=True),
}
"""Of an Ingress (TKE 56112)."""

DOCUMENTED: Mapping[str, Mapping[str, Key]] = {"Service": SERVICE, "Ingress": INGRESS}
"""By the kind of object that they are for."""

OF_OTHERS: Mapping[str, str] = {
    "service.kubernetes.io/exist-lb-id": tke.SERVICE_EXISTING_LOAD_BALANCER,
    "service.kubernetes.io/existed-lbid": tke.SERVICE_EXISTING_LOAD_BALANCER,
    "service.cloud.tencent.com/tke-existed-lbid": tke.SERVICE_EXISTING_LOAD_BALANCER,
    "service.kubernetes.io/direct-access": tke.SERVICE_DIRECT_ACCESS,
}
"""Keys that are met in manifests and that no document has, and the documented one that is meant."""

_KUBERNETES_OWN = (
    "service.kubernetes.io/topology-mode",
    "service.kubernetes.io/topology-aware-hints",
    "service.kubernetes.io/headless",
    "service.kubernetes.io/service-proxy-name",
)
"""Keys of Kubernetes' own under a prefix that TKE uses too."""
_OURS = {
    "Service": (_SERVICE_CLOUD, _SERVICE_KUBERNETES, _INGRESS_CLOUD, _INGRESS_KUBERNETES),
    "Ingress": (_INGRESS_CLOUD, _INGRESS_KUBERNETES, _SERVICE_CLOUD),
}


def ours(kind: str, keys: Iterable[object]) -> list[str]:
    """Those of an object's annotations that are TKE's, by their prefix."""
    prefixes = _OURS[kind]
    return [key for key in keys if isinstance(key, str) and key.startswith(prefixes) and key not in _KUBERNETES_OWN]


def written_by_tke(body: Mapping[str, object]) -> bool:
    """True for an object that came from an API server, where TKE has had its turn."""
    metadata, status = body.get("metadata"), body.get("status")
    named = isinstance(metadata, Mapping) and (metadata.get("uid") or metadata.get("resourceVersion"))
    balanced = isinstance(status, Mapping) and status.get("loadBalancer")
    return bool(named or balanced)
