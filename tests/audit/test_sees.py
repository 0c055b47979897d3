"""Whose address an app sees, by what decides it: a client that is promised and not there is the worst that an audit can say."""

from typing import Any

import pytest

from tests.audit.cases import FALSE, GROUPS, NGINX_HTTP, NGINX_SERVICE, OTHER, PROTOCOLS, SNAT, TARGETS, TRUE, sending
from tests.audit.objects import (
    DIRECT,
    INGRESS_DIRECT,
    ROUTED,
    Object,
    changed,
    config_map,
    controller,
    deployment,
    envoy_class,
    envoy_proxy,
    gateway,
    ingress,
    policy,
    service,
    text,
)
from tests.audit.test_audit_rules import audited

LOCAL: dict[str, Any] = {"externalTrafficPolicy": "Local"}
NO_NODE_PORTS: dict[str, Any] = {"allocateLoadBalancerNodePorts": False}
TWO = [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "https", "port": 443, "targetPort": 8443}]
HTTP = {PROTOCOLS: '{"80":{"protocol":["HTTP"]}}'}
ELSEWHERE = {PROTOCOLS: '{"8443":{"protocol":["HTTP"]}}'}
SUPER = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {
                    "matchExpressions": [
                        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["eklet"]}
                    ]
                }
            ]
        }
    }
}
EITHER = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                *SUPER["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"],
                {"matchExpressions": [{"key": "role", "operator": "Exists"}]},
            ]
        }
    }
}
GAMES = {"statefulset.kubernetes.io/pod-name": "web-0"}
PROXY_PROTOCOL = {"use-proxy-protocol": "true"}
EDGE = (gateway(), envoy_class("proxy"), envoy_proxy(annotations={DIRECT: "true"}))


def namespace(labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None) -> Object:
    metadata = {"name": "shop", "labels": labels or {}, "annotations": annotations or {}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def of_kind(body: Object, kind: str) -> Object:
    return changed(body, "kind", kind)


def of_web(*words: str) -> Object:
    """Pods of the app, with annotations `key=value`."""
    return deployment(annotations=dict(word.split("=", 1) for word in words))


BEHIND = changed(NGINX_SERVICE, "spec.type", "NodePort")
"""A controller that TKE's own Ingress leads to."""
OUTER = ingress({INGRESS_DIRECT: "false"}, to="ingress-nginx-controller", name="outer")
BELIEVES = config_map({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "10.0.0.0/8"})

WEB, FRONT, GATE = "Service web", "Ingress front", "Gateway edge"
SEES: dict[str, tuple[str, str, list[Object]]] = {
    # Direct access is for pods (TKE 41897; E4082 of an Ingress), Local for endpoints that name their node.
    "endpoints by hand behind direct access": (WEB, "unknown", [service(annotations=TRUE, selector=None)]),
    "endpoints by hand behind Local": (WEB, "unknown", [service(annotations=FALSE, selector=None, **LOCAL)]),
    "endpoints by hand over node ports": (WEB, "node", [service(annotations=FALSE, selector=None)]),
    # core/v1: without allocation there is nothing that a load balancer could be bound to on a node.
    "no node ports": (WEB, "nobody", [service(annotations=FALSE, **NO_NODE_PORTS)]),
    "no node ports, Local": (WEB, "nobody", [service(annotations=FALSE, **LOCAL, **NO_NODE_PORTS)]),
    "no node ports, and the default not known": (WEB, "unknown", [service(**LOCAL, **NO_NODE_PORTS)]),
    "no node ports, direct": (WEB, "client socket", [service(annotations=TRUE, **NO_NODE_PORTS)]),
    "a node port by hand": (
        WEB,
        "client socket",
        [service(annotations=FALSE, ports=[{"port": 80, "nodePort": 30080}], **LOCAL, **NO_NODE_PORTS)],
    ),
    # TKE 51259: the annotation is ignored for a port that the Service has not, and covers no other.
    "HTTP on a port that is not there": (WEB, "node socket", [service(annotations=FALSE | ELSEWHERE)]),
    "HTTP on a port that is not there, direct": (WEB, "client socket", [service(annotations=TRUE | ELSEWHERE)]),
    "HTTP on one of two ports": (WEB, "node socket", [service(annotations=FALSE | HTTP, ports=TWO)]),
    "HTTP on one of two ports, direct": (
        WEB,
        "client x-forwarded-for",
        [service(annotations=TRUE | HTTP, ports=TWO)],
    ),
    "HTTP on one of two ports, default not known": (WEB, "unknown", [service(annotations=HTTP, ports=TWO)]),
    # A load balancer that may ask its backends from an address of its own (TKE 79749).
    "addresses for SNAT": (WEB, "unknown", [service(annotations=TRUE | {SNAT: "{}"})]),
    "target groups": (WEB, "unknown", [service(annotations=TRUE | {TARGETS: "lbtg-1a2b3c4d"})]),
    "addresses for SNAT and HTTP": (WEB, "client x-forwarded-for", [service(annotations=TRUE | HTTP | {SNAT: "{}"})]),
    # An API server takes none of these.
    "an address of None": (WEB, "nobody", [service(annotations=TRUE, clusterIP="None")]),
    "no ports": (WEB, "nobody", [service(annotations=TRUE, ports=None)]),
    "a protocol in small letters": (
        WEB,
        "nobody",
        [service(annotations=TRUE, ports=[{"port": 80, "protocol": "tcp"}])],
    ),
    "an affinity in small letters": (WEB, "nobody", [service(annotations=TRUE, sessionAffinity="clientip")]),
    "an affinity, which changes no source": (WEB, "node", [service(annotations=FALSE, sessionAffinity="ClientIP")]),
    "a policy for traffic inside": (WEB, "node", [service(annotations=FALSE, internalTrafficPolicy="Local")]),
    # Pods on super nodes are reached directly, whichever way they are sent there.
    "super nodes by affinity": (WEB, "client", [service(annotations=FALSE), deployment(affinity=SUPER)]),
    "super nodes or others": (WEB, "node", [service(annotations=FALSE), deployment(affinity=EITHER)]),
    "super nodes by toleration, which sends nothing there": (
        WEB,
        "node",
        [
            service(annotations=FALSE),
            deployment(tolerations=[{"key": "eks.tke.cloud.tencent.com/eklet", "operator": "Exists"}]),
        ],
    ),
    "one pod of a StatefulSet on super nodes": (
        WEB,
        "client",
        [
            service(annotations=FALSE, selector=GAMES),
            of_kind(deployment(nodeSelector={"node.kubernetes.io/instance-type": "eklet"}), "StatefulSet"),
        ],
    ),
    "one pod of another StatefulSet": (
        WEB,
        "node",
        [
            service(annotations=FALSE, selector={"statefulset.kubernetes.io/pod-name": "webs-0"}),
            of_kind(deployment(nodeSelector={"node.kubernetes.io/instance-type": "eklet"}), "StatefulSet"),
        ],
    ),
    # TKE 48793: the pods' annotation decides, and not that of what makes them.
    "an interface asked for on the Deployment": (
        WEB,
        "nobody",
        [
            service(annotations=TRUE),
            changed(deployment(), "metadata.annotations", {"tke.cloud.tencent.com/networks": "tke-route-eni"}),
            ROUTED,
            controller(GlobalRouteDirectAccess="false"),
        ],
    ),
    # A mesh's proxy takes the connection before the app does.
    "Linkerd in a pod": (WEB, "proxy", [service(annotations=TRUE), of_web("linkerd.io/inject=enabled")]),
    "Linkerd in a namespace": (
        WEB,
        "proxy",
        [service(annotations=TRUE), deployment(), namespace(annotations={"linkerd.io/inject": "enabled"})],
    ),
    "Linkerd, not in this pod": (
        WEB,
        "client",
        [
            service(annotations=TRUE),
            of_web("linkerd.io/inject=disabled"),
            namespace(annotations={"linkerd.io/inject": "enabled"}),
        ],
    ),
    "Linkerd, not on this port": (
        WEB,
        "client",
        [
            service(annotations=TRUE),
            of_web("linkerd.io/inject=enabled", "config.linkerd.io/skip-inbound-ports=9090,8080"),
        ],
    ),
    "Linkerd, not on another port": (
        WEB,
        "proxy",
        [service(annotations=TRUE), of_web("linkerd.io/inject=enabled", "config.linkerd.io/skip-inbound-ports=9090")],
    ),
    "a revision of Istio": (
        WEB,
        "proxy",
        [service(annotations=TRUE), deployment(), namespace({"istio.io/rev": "stable"})],
    ),
    "a revision of Istio where injection is off": (
        WEB,
        "client",
        [
            service(annotations=TRUE),
            deployment(),
            namespace({"istio.io/rev": "stable", "istio-injection": "disabled"}),
        ],
    ),
    "Istio that takes no port": (
        WEB,
        "client",
        [
            service(annotations=TRUE),
            of_web("sidecar.istio.io/inject=true", "traffic.sidecar.istio.io/includeInboundPorts="),
        ],
    ),
    "Istio that leaves a port out, which the Service names": (
        WEB,
        "client",
        [
            service(annotations=TRUE, ports=[{"port": 80, "targetPort": "http"}]),
            changed(
                of_web("sidecar.istio.io/inject=true", "traffic.sidecar.istio.io/excludeInboundPorts=8080"),
                "spec.template.spec.containers",
                [{"name": "web", "ports": [{"name": "http", "containerPort": 8080}]}],
            ),
        ],
    ),
    "Kuma in a namespace": (
        WEB,
        "proxy",
        [service(annotations=TRUE), deployment(), namespace({"kuma.io/sidecar-injection": "enabled"})],
    ),
    # A gateway that waits for PROXY protocol takes no connection without it.
    "nginx that waits for PROXY protocol": (
        FRONT,
        "nobody",
        [OTHER, service("ClusterIP"), NGINX_SERVICE, config_map(PROXY_PROTOCOL)],
    ),
    "nginx that gets PROXY protocol": (
        FRONT,
        "client",
        [
            OTHER,
            service("ClusterIP"),
            changed(
                NGINX_SERVICE, "metadata.annotations", TRUE | {"service.cloud.tencent.com/tke-service-config": "pp"}
            ),
            sending(enable=True),
            config_map(PROXY_PROTOCOL),
        ],
    ),
    "Envoy Gateway that waits for PROXY protocol": (GATE, "nobody", [*EDGE, policy(proxyProtocol={})]),
    "Envoy Gateway that waits for it, in the older key": (GATE, "nobody", [*EDGE, policy(enableProxyProtocol=True)]),
    "Envoy Gateway that does without, too": (GATE, "client", [*EDGE, policy(proxyProtocol={"optional": True})]),
    "Envoy Gateway whose Service is patched": (
        GATE,
        "node",
        [
            gateway(),
            envoy_class("proxy"),
            envoy_proxy(annotations={DIRECT: "false"}, patch={"value": {"spec": {"externalTrafficPolicy": "Cluster"}}}),
        ],
    ),
    "Envoy Gateway with an annotation that is no text": (
        GATE,
        "nobody",
        [gateway(), envoy_class("proxy"), envoy_proxy(annotations={DIRECT: True})],
    ),
    # Past a gateway, with any header that the app behind it believes.
    "nginx before a load balancer's Service": (
        FRONT,
        "client x-forwarded-for forgeable",
        [OTHER, service(annotations=TRUE), NGINX_SERVICE, config_map({"use-forwarded-headers": "false"})],
    ),
    "nginx before a Service with node ports": (
        FRONT,
        "client x-forwarded-for",
        [OTHER, service("NodePort"), NGINX_SERVICE, config_map({"use-forwarded-headers": "false"})],
    ),
    # Behind a load balancer of layer 7 the gateway's settings decide.
    "nginx behind HTTP, settings not shown": (FRONT, "unknown", [OTHER, service("ClusterIP"), NGINX_HTTP]),
    "nginx behind TKE's Ingress that believes it": (
        FRONT,
        "client",
        [OTHER, service("ClusterIP"), OUTER, BEHIND, BELIEVES],
    ),
    "nginx behind TKE's Ingress that does not": (
        FRONT,
        "proxy",
        [OTHER, service("ClusterIP"), OUTER, BEHIND, config_map({"use-forwarded-headers": "false"})],
    ),
}


@pytest.mark.parametrize("name", SEES)
def test_a_client_is_promised_where_it_arrives_and_nowhere_else(name: str) -> None:
    which, wanted, objects = SEES[name]
    rows = {f"{row.exposure.kind} {row.exposure.name}": row for row in audited(text(*objects)).rows}
    exposure = rows[which].exposure
    said = f"{exposure.sees} {exposure.reads}{' forgeable' if exposure.forgeable else ''}"
    assert said.startswith(wanted), rows[which].why
    assert "forgeable" not in said or "forgeable" in wanted


@pytest.mark.parametrize(
    "key",
    [
        "service.cloud.tencent.com/direct-acess",
        "services.cloud.tencent.com/direct-access",
        "service.tencent.cloud.com/direct-access",
        "cloud.tencent.com/direct-access",
        "service.cloud.tencent.com/directAccess",
        "service.kubernetes.io/direct-access",
        "direct-access",
    ],
)
def test_a_key_that_is_nearly_tkes_is_told_with_the_one_that_is_meant(key: str) -> None:
    report = audited(text(service(annotations={key: "true", GROUPS: "sg-1a2b3c4d"})))
    said = [finding.message() for finding in report.findings if finding.rule.id == "RIP020"]
    assert len(said) == 1
    assert f"{DIRECT} may be meant" in said[0]
    others = audited(text(service(annotations={DIRECT: "true", f"example.com/{key.rpartition('/')[2]}": "true"})))
    assert [finding.rule.id for finding in others.findings] == []
