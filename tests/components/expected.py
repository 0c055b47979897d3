"""What each scenario's Kubernetes objects have to be, as data: what the scenarios' authors state, and what we add.

`STATED` repeats the facts of the guide (its Service, Ingress and ConfigMap, field by field) and of the manifests
behind it (Deployment, names, replicas, images, placement). `ADDED` names everything beyond them with its reason. A field
that is in neither, or is missing from the objects, fails the test.
"""

from dataclasses import dataclass
from typing import Any

from tests.support.guide import GUIDE

ALL = frozenset(GUIDE)
DIRECT = frozenset(slug for slug, facts in GUIDE.items() if facts.connection == "direct")
NON_DIRECT = ALL - DIRECT


@dataclass(frozen=True)
class Stated:
    """A fact of the guide or of the manifests behind it."""

    kind: str
    path: str
    value: Any
    slugs: frozenset[str] = ALL


@dataclass(frozen=True)
class Added:
    """Something that neither states, and why it is there."""

    kind: str
    path: str
    value: Any
    reason: str
    slugs: frozenset[str] = ALL


_SERVICE_ANNOTATION = "metadata.annotations[service.cloud.tencent.com/{}]"
_POD = "spec.template.spec"
_CONTAINER = "spec.template.spec.containers[0]"

STATED = (
    # Service, guide's "Configuration Examples", scenarios 1 to 3
    Stated("Service", "apiVersion", "v1"),
    Stated("Service", "kind", "Service"),
    Stated("Service", "metadata.name", "clb-direct-pod", DIRECT),
    Stated("Service", "metadata.namespace", "default", DIRECT),
    Stated("Service", _SERVICE_ANNOTATION.format("direct-access"), "true", DIRECT),
    Stated("Service", _SERVICE_ANNOTATION.format("loadbalance-type"), "OPEN", frozenset({"vpc-cni-direct-native"})),
    Stated("Service", "spec.selector.app", "real-ip-app"),
    Stated("Service", "spec.type", "LoadBalancer", DIRECT),
    Stated("Service", "spec.ports[0].protocol", "TCP"),
    Stated("Service", "spec.ports[0].port", 80),
    Stated("Service", "spec.ports[0].targetPort", 5000),
    # Service, scenarios 4 and 5
    Stated("Service", "metadata.name", "real-ip-service", NON_DIRECT),
    Stated("Service", "metadata.namespace", "kestrel-catchip", NON_DIRECT),
    Stated("Service", "spec.type", "NodePort", NON_DIRECT),
    # Ingress, scenarios 4 and 5
    Stated("Ingress", "apiVersion", "networking.k8s.io/v1", NON_DIRECT),
    Stated("Ingress", "kind", "Ingress", NON_DIRECT),
    Stated("Ingress", "metadata.name", "real-ip-ingress", NON_DIRECT),
    Stated("Ingress", "metadata.namespace", "kestrel-catchip", NON_DIRECT),
    Stated("Ingress", "metadata.annotations[kubernetes.io/ingress.class]", "qcloud", NON_DIRECT),
    Stated("Ingress", "spec.rules[0].http.paths[0].path", "/", NON_DIRECT),
    Stated("Ingress", "spec.rules[0].http.paths[0].pathType", "Prefix", NON_DIRECT),
    Stated("Ingress", "spec.rules[0].http.paths[0].backend.service.name", "real-ip-service", NON_DIRECT),
    Stated("Ingress", "spec.rules[0].http.paths[0].backend.service.port.number", 80, NON_DIRECT),
    # The switch, scenario 2
    *(
        Stated("ConfigMapPatch", path, value, frozenset({"globalrouter-direct-native"}))
        for path, value in (
            ("apiVersion", "v1"),
            ("kind", "ConfigMap"),
            ("metadata.name", "tke-service-controller-config"),
            ("metadata.namespace", "kube-system"),
            ("data.GlobalRouteDirectAccess", "true"),
        )
    ),
    # Deployment, the manifests behind the guide
    Stated("Deployment", "apiVersion", "apps/v1"),
    Stated("Deployment", "kind", "Deployment"),
    Stated("Deployment", "metadata.name", "real-ip-demo", DIRECT),
    Stated("Deployment", "metadata.name", "real-ip-deployment", NON_DIRECT),
    Stated("Deployment", "metadata.namespace", "default", DIRECT),
    Stated("Deployment", "metadata.namespace", "kestrel-catchip", NON_DIRECT),
    Stated("Deployment", "spec.replicas", 3, DIRECT),
    Stated("Deployment", "spec.replicas", 2, NON_DIRECT),
    Stated("Deployment", "spec.selector.matchLabels.app", "real-ip-app"),
    Stated("Deployment", "spec.template.metadata.labels.app", "real-ip-app"),
    Stated("Deployment", f"{_CONTAINER}.name", "real-ip-container", DIRECT),
    Stated("Deployment", f"{_CONTAINER}.name", "flask-container", NON_DIRECT),
    Stated("Deployment", f"{_CONTAINER}.image", "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0", DIRECT),
    Stated(
        "Deployment",
        f"{_CONTAINER}.image",
        "test-angel01.tencentcloudcr.com/kestrelli/kestrel-seven-real-ip:v1.0",
        NON_DIRECT,
    ),
    Stated("Deployment", f"{_CONTAINER}.ports[0].containerPort", 5000),
    Stated(
        "Deployment",
        f"{_POD}.nodeSelector[node.kubernetes.io/instance-type]",
        "eklet",
        frozenset({"vpc-cni-direct-super"}),
    ),
    # The namespace that the non-direct scenarios name
    Stated("Namespace", "metadata.name", "kestrel-catchip", NON_DIRECT),
)

_DEFAULT_DIRECT = (
    "TKE's default for a missing annotation depends on the cluster's age: it is always written (TKE 131136)"
)
_SUPER = frozenset(slug for slug, facts in GUIDE.items() if facts.nodes == "super")
_CONFIG_MAP = frozenset(slug for slug, facts in GUIDE.items() if facts.config_map)

ADDED = (
    Added(
        "Service",
        _SERVICE_ANNOTATION.format("enable-grace-deletion"),
        "true",
        "a rollout takes a pod's weight to zero before it stops the pod (TKE 51258)",
        DIRECT,
    ),
    Added("Service", _SERVICE_ANNOTATION.format("direct-access"), "false", _DEFAULT_DIRECT, NON_DIRECT),
    Added(
        "Service",
        "metadata.annotations[pulumi.com/waitFor]",
        "jsonpath={.status.loadBalancer.ingress[0]}",
        "done when the address is there; waiting for ready pods would deadlock with TKE's readiness gate",
        DIRECT,
    ),
    Added(
        "Ingress",
        "metadata.annotations[ingress.cloud.tencent.com/direct-access]",
        "false",
        _DEFAULT_DIRECT,
        NON_DIRECT,
    ),
    Added(
        "Ingress",
        "metadata.annotations[ingress.cloud.tencent.com/pass-to-target]",
        "true",
        "everyone may come, but through the load balancer: no node port is open for forged headers (TKE 56112)",
        NON_DIRECT,
    ),
    Added(
        "Ingress",
        "metadata.annotations[pulumi.com/waitFor]",
        "jsonpath={.status.loadBalancer.ingress[0]}",
        "done when the address is there",
        NON_DIRECT,
    ),
    Added(
        "ConfigMapPatch",
        "metadata.annotations[pulumi.com/patchForce]",
        "true",
        "TKE's controller owns the map",
        _CONFIG_MAP,
    ),
    Added(
        "ConfigMapPatch",
        "metadata.annotations[pulumi.com/patchFieldManager]",
        "realip",
        "one owner for good, or every update leaves another one behind",
        _CONFIG_MAP,
    ),
    Added("Namespace", "apiVersion", "v1", "a namespace other than `default` has to be made", NON_DIRECT),
    Added("Namespace", "kind", "Namespace", "a namespace other than `default` has to be made", NON_DIRECT),
    Added(
        "Namespace",
        "metadata.labels[pod-security.kubernetes.io/enforce]",
        "baseline",
        "nothing privileged runs beside the app",
        NON_DIRECT,
    ),
    Added("Deployment", "metadata.labels.app", "real-ip-app", "found by the label that its pods carry"),
    Added("Deployment", "spec.strategy.type", "RollingUpdate", "the next two need it"),
    Added("Deployment", "spec.strategy.rollingUpdate.maxSurge", 1, "the new pod comes before the old one goes"),
    Added("Deployment", "spec.strategy.rollingUpdate.maxUnavailable", 0, "never fewer pods than asked for"),
    Added(
        "Deployment", f"{_POD}.automountServiceAccountToken", value=False, reason="the app does not talk to the cluster"
    ),
    Added("Deployment", f"{_POD}.securityContext.seccompProfile.type", "RuntimeDefault", "baseline, and better"),
    Added(
        "Deployment", f"{_POD}.terminationGracePeriodSeconds", 40, "Kubernetes' 30 seconds on top of the 10 of draining"
    ),
    *(
        Added("Deployment", f"{_POD}.topologySpreadConstraints[{index}].{path}", value, reason)
        for index, (topology, reason) in enumerate(
            (
                ("topology.kubernetes.io/zone", "a lost zone takes not every pod"),
                ("kubernetes.io/hostname", "a lost node takes not every pod"),
            )
        )
        for path, value in (
            ("topologyKey", topology),
            ("maxSkew", 1),
            ("whenUnsatisfiable", "ScheduleAnyway"),
            ("labelSelector.matchLabels.app", "real-ip-app"),
        )
    ),
    Added(
        "Deployment",
        f"{_POD}.tolerations[0].key",
        "eks.tke.cloud.tencent.com/eklet",
        "the taint of super nodes",
        _SUPER,
    ),
    Added("Deployment", f"{_POD}.tolerations[0].operator", "Exists", "the taint of super nodes", _SUPER),
    Added("Deployment", f"{_POD}.tolerations[0].effect", "NoSchedule", "the taint of super nodes", _SUPER),
    *(
        Added("Deployment", f"{_CONTAINER}.resources.{path}", value, "a super node sizes and bills a pod by it")
        for path, value in (
            ("requests.cpu", "250m"),
            ("requests.memory", "256Mi"),
            ("limits.cpu", "1"),
            ("limits.memory", "512Mi"),
        )
    ),
    Added(
        "Deployment",
        f"{_CONTAINER}.readinessProbe.tcpSocket.port",
        5000,
        "no traffic before the app listens; an HTTP probe would put a node's address into the app's log",
    ),
    Added("Deployment", f"{_CONTAINER}.readinessProbe.periodSeconds", 5, "a new pod is found ready soon"),
    Added(
        "Deployment", f"{_CONTAINER}.securityContext.allowPrivilegeEscalation", value=False, reason="nothing needs it"
    ),
    Added("Deployment", f"{_CONTAINER}.securityContext.capabilities.drop[0]", "ALL", "port 5000 needs none"),
    Added(
        "Deployment",
        f"{_CONTAINER}.lifecycle.preStop.sleep.seconds",
        10,
        "a pod goes on serving while the load balancer lets go of it",
    ),
)

ROWS: tuple[Stated | Added, ...] = (*STATED, *ADDED)


def expected(slug: str) -> dict[tuple[str, str], Any]:
    """Every field of every object of a scenario, by kind and path."""
    return {(row.kind, row.path): row.value for row in ROWS if slug in row.slugs}
