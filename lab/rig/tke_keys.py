"""TKE's keys as its documents spell them, in a table of the lab's own.

Nothing here comes from `realip.tke`: a lab that bound whatever key the library spells would find a misspelt one as good as the
right one. `457/N` is a document of Tencent Cloud, `provider` a field of the Terraform provider behind the Pulumi SDK.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SERVICE_DIRECT_ACCESS = "service.cloud.tencent.com/direct-access"
INGRESS_DIRECT_ACCESS = "ingress.cloud.tencent.com/direct-access"
INGRESS_CLASS = "kubernetes.io/ingress.class"
QCLOUD = "qcloud"
ONLY_NODES_WITH_PODS = "service.kubernetes.io/local-svc-only-bind-node-with-pod"
WEIGHTED_BALANCE = "service.cloud.tencent.com/local-svc-weighted-balance"
GRACE_DELETION = {
    "Service": "service.cloud.tencent.com/enable-grace-deletion",
    "Ingress": "ingress.cloud.tencent.com/enable-grace-deletion",
}
SERVICE_CONFIG = "service.cloud.tencent.com/tke-service-config"
INGRESS_CONFIG = "ingress.cloud.tencent.com/tke-service-config"
SERVICE_SECURITY_GROUPS = "service.cloud.tencent.com/security-groups"
INGRESS_SECURITY_GROUPS = "ingress.cloud.tencent.com/security-groups"
SERVICE_PASS_TO_TARGET = "service.cloud.tencent.com/pass-to-target"  # noqa: S105 - an annotation, not a password
INGRESS_PASS_TO_TARGET = "ingress.cloud.tencent.com/pass-to-target"  # noqa: S105 - likewise
LISTEN_PORTS = "ingress.cloud.tencent.com/listen-ports"
AUTO_REWRITE = "ingress.cloud.tencent.com/auto-rewrite"
CERTIFICATE = "qcloud_cert_id"
"""Key of a certificate's Secret that holds its id at Tencent Cloud (TKE's page about certificates of Ingresses)."""
READINESS_GATE = "cloud.tencent.com/load-balancer-backendgroup-ready"
"""Condition that TKE adds to pods that a load balancer reaches straight (457/41897)."""
NETWORKS, SHARED_ENI = "tke.cloud.tencent.com/networks", "tke-route-eni"
"""A pod's annotation for an address of the VPC in a GlobalRouter cluster that has VPC-CNI too (457/48793)."""
CONTROLLER_CONFIG = ("kube-system", "tke-service-controller-config")
"""Namespace and name of the service controller's ConfigMap (457/131136)."""
GLOBAL_ROUTE_DIRECT_ACCESS = "GlobalRouteDirectAccess"
DEFAULT_DIRECT_ACCESS = "EnableDefaultDirectAccess"
POD_GRACE_DELETION = "EnablePodGracefulDeletion"
SUPER_NODE_LABEL = ("node.kubernetes.io/instance-type", "eklet")
SUPER_NODE_TAINT = "eks.tke.cloud.tencent.com/eklet"


@dataclass(frozen=True)
class Documented:
    """A key that a document names."""

    source: str
    values: frozenset[str] | None = None
    """The values that it may have; None: the document leaves them open."""


_BOOLEAN = frozenset({"true", "false"})
_CHARGE_TYPES = frozenset({"TRAFFIC_POSTPAID_BY_HOUR", "BANDWIDTH_POSTPAID_BY_HOUR"})


def _of(source: str, prefix: str, open_keys: str, booleans: str = "") -> dict[str, Documented]:
    """A document's keys that share a prefix, given as words."""
    return {f"{prefix}{name}": Documented(source) for name in open_keys.split()} | {
        f"{prefix}{name}": Documented(source, _BOOLEAN) for name in booleans.split()
    }


ANNOTATIONS: Mapping[str, Mapping[str, Documented]] = {
    "Service": {
        "service.kubernetes.io/qcloud-loadbalancer-internet-charge-type": Documented("457/51258", _CHARGE_TYPES),
        "service.cloud.tencent.com/loadbalance-type": Documented(
            "the guide, scenario 1; no document", frozenset({"OPEN"})
        ),
        **_of(
            "457/51258",
            "service.cloud.tencent.com/",
            "security-groups specify-protocol tke-service-config lb-rs-weight cross-region-id cross-vpc-id mode",
            "direct-access pass-to-target tke-service-config-auto enable-grace-deletion local-svc-weighted-balance "
            "modification-protection",
        ),
        **_of(
            "457/51258",
            "service.kubernetes.io/",
            "tke-existed-lbid service.extensiveParameters qcloud-loadbalancer-internal-subnetid "
            "qcloud-loadbalancer-backends-label qcloud-loadbalancer-internet-max-bandwidth-out",
            "local-svc-only-bind-node-with-pod",
        ),
    },
    "Ingress": {
        "kubernetes.io/ingress.internetChargeType": Documented("457/56112", _CHARGE_TYPES),
        INGRESS_CLASS: Documented("457/56112", frozenset({QCLOUD})),
        **_of(
            "457/56112",
            "ingress.cloud.tencent.com/",
            "security-groups listen-ports certificate tke-service-config mix-target-prefer loadbalance-retain enable-group",
            "direct-access pass-to-target tke-service-config-auto enable-grace-deletion modification-protection "
            "deletion-protection auto-rewrite rewrite-support",
        ),
        **_of(
            "457/56112",
            "kubernetes.io/ingress.",
            "existLbId subnetId internetMaxBandwidthOut extensiveParameters http-rules https-rules",
            "rule-mix",
        ),
    },
}
"""Annotations that a person may set, by the kind of object; those that TKE writes itself, such as `loadbalance-id`, are no settings."""

CONTROLLER_CONFIG_KEYS: Mapping[str, Documented] = _of(
    "457/131136",
    "",
    "",
    "GlobalRouteDirectAccess EnableDefaultDirectAccess EnableDefaultModificationProtection EnableNodeGracefulDeletion "
    "EnablePodGracefulDeletion EnableIngressController",
)
"""What the service controller's ConfigMap may be told; its `VERSION` and `REUSE_LOADBALANCER` are read-only."""

NODE_SELECTORS: Mapping[str, Documented] = {
    SUPER_NODE_LABEL[0]: Documented("457/41897", frozenset({SUPER_NODE_LABEL[1]}))
}
TOLERATIONS: Mapping[str, Documented] = {
    SUPER_NODE_TAINT: Documented("provider kubernetes_serverless_node_pool.taints")
}
