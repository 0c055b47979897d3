"""What each scenario's Kubernetes objects have to be, as data: what the scenarios' authors state, and what we add.

`STATED` repeats the facts of the guide (its Service, Ingress and ConfigMap, field by field) and of the manifests
behind it (Deployment, names, replicas, images, placement). `DOCUMENTED` is what TKE's documents say of the ways that the
guide does not have, which borrow its names. `ADDED` names everything beyond them with its reason. A field that is in none of
them, or is missing from the objects, fails the test.
"""

from dataclasses import dataclass
from typing import Any

from tests.support.guide import FACTS, GUIDE

ALL = frozenset(FACTS)
OURS = ALL - set(GUIDE)
SOCKET = frozenset(slug for slug, facts in FACTS.items() if facts.layer == 4)
HEADER = ALL - SOCKET
DIRECT = frozenset(slug for slug, facts in FACTS.items() if facts.connection == "direct")
NON_DIRECT = ALL - DIRECT
LOCAL = SOCKET & NON_DIRECT
SUPER = frozenset(slug for slug, facts in FACTS.items() if facts.nodes == "super")
SWITCHED = frozenset({"globalrouter-direct-native", "globalrouter-direct-native-ingress"})
"""Pods behind routes of the cluster's own, reached straight (TKE 41897)."""


@dataclass(frozen=True)
class Stated:
    """A fact of the guide or of the manifests behind it."""

    kind: str
    path: str
    value: Any
    slugs: frozenset[str] = ALL


@dataclass(frozen=True)
class Documented:
    """A fact of TKE's documents about a way that is not in the guide."""

    kind: str
    path: str
    value: Any
    source: str
    slugs: frozenset[str]


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
    Stated("Service", "metadata.name", "clb-direct-pod", SOCKET & DIRECT),
    Stated("Service", "metadata.namespace", "default", SOCKET),
    Stated("Service", _SERVICE_ANNOTATION.format("direct-access"), "true", SOCKET & DIRECT),
    Stated("Service", _SERVICE_ANNOTATION.format("loadbalance-type"), "OPEN", frozenset({"vpc-cni-direct-native"})),
    Stated("Service", "spec.selector.app", "real-ip-app"),
    Stated("Service", "spec.type", "LoadBalancer", SOCKET),
    Stated("Service", "spec.ports[0].protocol", "TCP"),
    Stated("Service", "spec.ports[0].port", 80),
    Stated("Service", "spec.ports[0].targetPort", 5000),
    # Service, scenarios 4 and 5
    Stated("Service", "metadata.name", "real-ip-service", HEADER),
    Stated("Service", "metadata.namespace", "kestrel-catchip", HEADER),
    Stated("Service", "spec.type", "NodePort", HEADER & NON_DIRECT),
    # Ingress, scenarios 4 and 5
    Stated("Ingress", "apiVersion", "networking.k8s.io/v1", HEADER),
    Stated("Ingress", "kind", "Ingress", HEADER),
    Stated("Ingress", "metadata.name", "real-ip-ingress", HEADER),
    Stated("Ingress", "metadata.namespace", "kestrel-catchip", HEADER),
    Stated("Ingress", "metadata.annotations[kubernetes.io/ingress.class]", "qcloud", HEADER),
    Stated("Ingress", "spec.rules[0].http.paths[0].path", "/", HEADER),
    Stated("Ingress", "spec.rules[0].http.paths[0].pathType", "Prefix", HEADER),
    Stated("Ingress", "spec.rules[0].http.paths[0].backend.service.name", "real-ip-service", HEADER),
    Stated("Ingress", "spec.rules[0].http.paths[0].backend.service.port.number", 80, HEADER),
    # The switch, scenario 2
    *(
        Stated("ConfigMapPatch", path, value, SWITCHED)
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
    Stated("Deployment", "metadata.name", "real-ip-demo", SOCKET),
    Stated("Deployment", "metadata.name", "real-ip-deployment", HEADER),
    Stated("Deployment", "metadata.namespace", "default", SOCKET),
    Stated("Deployment", "metadata.namespace", "kestrel-catchip", HEADER),
    Stated("Deployment", "spec.replicas", 3, DIRECT),
    Stated("Deployment", "spec.replicas", 2, NON_DIRECT),
    Stated("Deployment", "spec.selector.matchLabels.app", "real-ip-app"),
    Stated("Deployment", "spec.template.metadata.labels.app", "real-ip-app"),
    Stated("Deployment", f"{_CONTAINER}.name", "real-ip-container", SOCKET),
    Stated("Deployment", f"{_CONTAINER}.name", "flask-container", HEADER),
    Stated("Deployment", f"{_CONTAINER}.image", "vickytan-demo.tencentcloudcr.com/kestrelli/images:v1.0", SOCKET),
    Stated(
        "Deployment",
        f"{_CONTAINER}.image",
        "test-angel01.tencentcloudcr.com/kestrelli/kestrel-seven-real-ip:v1.0",
        HEADER,
    ),
    Stated("Deployment", f"{_CONTAINER}.ports[0].containerPort", 5000),
    Stated(
        "Deployment",
        f"{_POD}.nodeSelector[node.kubernetes.io/instance-type]",
        "eklet",
        SUPER,
    ),
    # The namespace that the scenarios with an Ingress name
    Stated("Namespace", "metadata.name", "kestrel-catchip", HEADER),
)

DOCUMENTED = (
    Documented("Service", "spec.externalTrafficPolicy", "Local", "TKE 45492", LOCAL),
    Documented("Service", _SERVICE_ANNOTATION.format("direct-access"), "false", "TKE 41897, 131136", LOCAL),
    Documented(
        "Service",
        "metadata.annotations[service.kubernetes.io/local-svc-only-bind-node-with-pod]",
        "true",
        "TKE 45492: by default nearly all nodes are bound, and health checks have to find those with pods",
        LOCAL,
    ),
    Documented("Service", _SERVICE_ANNOTATION.format("local-svc-weighted-balance"), "true", "TKE 45492, 51258", LOCAL),
    Documented(
        "Service",
        _SERVICE_ANNOTATION.format("pass-to-target"),
        "true",
        "TKE 51258: everyone may come, but through the load balancer, and no node port is open",
        LOCAL,
    ),
    Documented("Service", "metadata.name", "clb-local-node", "none: a name of ours", LOCAL),
    Documented(
        "Ingress",
        "metadata.annotations[ingress.cloud.tencent.com/direct-access]",
        "true",
        "TKE 41897, 56112",
        HEADER & DIRECT,
    ),
    Documented(
        "Ingress",
        "metadata.annotations[ingress.cloud.tencent.com/enable-grace-deletion]",
        "true",
        "TKE 56112: with direct access, a pod's weight goes to zero before the pod stops",
        HEADER & DIRECT,
    ),
    Documented(
        "Service",
        "spec.type",
        "ClusterIP",
        "TKE 81004, E4047: only what goes through node ports asks for a Service that has one",
        HEADER & DIRECT,
    ),
    Documented("Service", _SERVICE_ANNOTATION.format("direct-access"), "true", "TKE 41897, 131136", HEADER & DIRECT),
)

_DEFAULT_DIRECT = (
    "TKE's default for a missing annotation depends on the cluster's age: it is always written (TKE 131136)"
)

ADDED = (
    Added(
        "Service",
        _SERVICE_ANNOTATION.format("enable-grace-deletion"),
        "true",
        "a rollout takes a pod's weight to zero before it stops the pod (TKE 51258)",
        SOCKET & DIRECT,
    ),
    Added("Service", _SERVICE_ANNOTATION.format("direct-access"), "false", _DEFAULT_DIRECT, HEADER & NON_DIRECT),
    Added(
        "Service",
        "metadata.annotations[pulumi.com/waitFor]",
        "jsonpath={.status.loadBalancer.ingress[0]}",
        "done when the address is there; waiting for ready pods would deadlock with TKE's readiness gate",
        SOCKET,
    ),
    Added(
        "Ingress",
        "metadata.annotations[ingress.cloud.tencent.com/direct-access]",
        "false",
        _DEFAULT_DIRECT,
        HEADER & NON_DIRECT,
    ),
    Added(
        "Ingress",
        "metadata.annotations[ingress.cloud.tencent.com/pass-to-target]",
        "true",
        "everyone may come, but through the load balancer: no node port is open for forged headers (TKE 56112)",
        HEADER,
    ),
    Added(
        "Ingress",
        "metadata.annotations[pulumi.com/waitFor]",
        "jsonpath={.status.loadBalancer.ingress[0]}",
        "done when the address is there",
        HEADER,
    ),
    Added(
        "ConfigMapPatch",
        "metadata.annotations[pulumi.com/patchForce]",
        "true",
        "TKE's controller owns the map",
        SWITCHED,
    ),
    Added(
        "ConfigMapPatch",
        "metadata.annotations[pulumi.com/patchFieldManager]",
        "realip",
        "one owner for good, or every update leaves another one behind",
        SWITCHED,
    ),
    Added("Namespace", "apiVersion", "v1", "a namespace other than `default` has to be made", HEADER),
    Added("Namespace", "kind", "Namespace", "a namespace other than `default` has to be made", HEADER),
    Added(
        "Namespace",
        "metadata.labels[pod-security.kubernetes.io/enforce]",
        "baseline",
        "nothing privileged runs beside the app",
        HEADER,
    ),
    *(
        Added(
            "PodDisruptionBudget", path, value, "a drain takes one pod after the other, and never the last one", slugs
        )
        for path, value, slugs in (
            ("apiVersion", "policy/v1", ALL),
            ("kind", "PodDisruptionBudget", ALL),
            ("metadata.name", "real-ip-demo", SOCKET),
            ("metadata.name", "real-ip-deployment", HEADER),
            ("metadata.namespace", "default", SOCKET),
            ("metadata.namespace", "kestrel-catchip", HEADER),
            ("spec.maxUnavailable", 1, ALL),
            ("spec.selector.matchLabels.app", "real-ip-app", ALL),
        )
    ),
    Added(
        "PodDisruptionBudget",
        "spec.unhealthyPodEvictionPolicy",
        "AlwaysAllow",
        "a pod that never gets ready keeps no node from being drained",
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
            ("labelSelector.matchLabels.app", "real-ip-app"),
        )
    ),
    Added(
        "Deployment",
        f"{_POD}.topologySpreadConstraints[0].whenUnsatisfiable",
        "ScheduleAnyway",
        "a zone that is full stops no pod",
    ),
    Added(
        "Deployment",
        f"{_POD}.topologySpreadConstraints[1].whenUnsatisfiable",
        "ScheduleAnyway",
        "a node that is full stops no pod",
        ALL - LOCAL,
    ),
    *(
        Added("Deployment", f"{_POD}.topologySpreadConstraints[1].{path}", value, reason, LOCAL)
        for path, value, reason in (
            ("whenUnsatisfiable", "DoNotSchedule", "a node without a pod drops connections (TKE 48793)"),
            ("matchLabelKeys[0]", "pod-template-hash", "the new pods are spread, and not beside the old ones"),
            ("nodeTaintsPolicy", "Honor", "a node that is being drained does not keep pods waiting"),
        )
    ),
    Added(
        "Deployment",
        f"{_POD}.tolerations[0].key",
        "eks.tke.cloud.tencent.com/eklet",
        "the taint of super nodes",
        SUPER,
    ),
    Added("Deployment", f"{_POD}.tolerations[0].operator", "Exists", "the taint of super nodes", SUPER),
    Added("Deployment", f"{_POD}.tolerations[0].effect", "NoSchedule", "the taint of super nodes", SUPER),
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

ROWS: tuple[Stated | Documented | Added, ...] = (*STATED, *DOCUMENTED, *ADDED)


def expected(slug: str) -> dict[tuple[str, str], Any]:
    """Every field of every object of a scenario, by kind and path."""
    return {(row.kind, row.path): row.value for row in ROWS if slug in row.slugs}
