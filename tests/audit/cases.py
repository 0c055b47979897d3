"""For every rule, objects that it has to find, and nearly the same that it must not."""

from dataclasses import dataclass, field
from typing import Any

from tests.audit.objects import (
    DIRECT,
    INGRESS_DIRECT,
    INTERFACED,
    ONLY,
    OVERLAY,
    ROUTED,
    Object,
    changed,
    config_map,
    controller,
    deployment,
    envoy_class,
    envoy_proxy,
    gateway,
    http_route,
    ingress,
    node,
    pod,
    policy,
    route,
    service,
    text,
)

TRUE, FALSE = {DIRECT: "true"}, {DIRECT: "false"}
I_TRUE, I_FALSE = {INGRESS_DIRECT: "true"}, {INGRESS_DIRECT: "false"}
SUPER, MIXED_SUPER = node("eklet-subnet-1-a", super_node=True), node("eklet-subnet-1-b", super_node=True)
PASS = "service.cloud.tencent.com/pass-to-target"
GROUPS = "service.cloud.tencent.com/security-groups"
EXISTING = "service.kubernetes.io/tke-existed-lbid"
PARAMETERS = "service.kubernetes.io/service.extensiveParameters"
PROTOCOLS = "service.cloud.tencent.com/specify-protocol"
GRACE = "service.cloud.tencent.com/enable-grace-deletion"
WEIGHTED = "service.cloud.tencent.com/local-svc-weighted-balance"
TARGETS = "service.cloud.tencent.com/target-groups"
SNAT = "service.cloud.tencent.com/snat-pro-info"
READS = "realip.audit/reads"
LOCAL: dict[str, Any] = {"externalTrafficPolicy": "Local"}


@dataclass(frozen=True)
class Case:
    """Texts that a rule finds something in, and texts that it does not."""

    found: list[str]
    not_found: list[str]
    kinds: set[str] = field(default_factory=set)


def listeners(keep_alive: int) -> Object:
    return {
        "apiVersion": "cloud.tencent.com/v1alpha1",
        "kind": "TkeServiceConfig",
        "metadata": {"name": "front-config", "namespace": "shop"},
        "spec": {"loadBalancer": {"l7Listeners": [{"protocol": "HTTP", "port": 80, "keepaliveEnable": keep_alive}]}},
    }


def sending(*, enable: bool) -> Object:
    return {
        "apiVersion": "cloud.tencent.com/v1alpha1",
        "kind": "TkeServiceConfig",
        "metadata": {"name": "pp", "namespace": "shop"},
        "spec": {
            "loadBalancer": {"l4Listeners": [{"protocol": "TCP", "port": 80, "proxyProtocol": {"enable": enable}}]}
        },
    }


NGINX_SERVICE = service(
    annotations=TRUE, name="ingress-nginx-controller", selector={"app.kubernetes.io/name": "ingress-nginx"}
)
NGINX_SENDS = service(
    annotations=TRUE | {"service.cloud.tencent.com/tke-service-config": "pp"}, name="ingress-nginx-controller"
)
NGINX_HTTP = changed(NGINX_SERVICE, "metadata.annotations", TRUE | {PROTOCOLS: '{"80":{"protocol":["HTTP"]}}'})
TRAEFIK = {"containers": [{"name": "traefik", "image": "traefik:v3.3", "args": []}]}


def traefik(*words: str) -> Object:
    made = deployment(name="traefik", labels={"app.kubernetes.io/name": "traefik"})
    made["spec"]["template"]["spec"]["containers"] = [
        {"name": "traefik", "args": ["--providers.kubernetesingress", *words]}
    ]
    return made


def istio(count: int) -> Object:
    return {
        "apiVersion": "install.istio.io/v1alpha1",
        "kind": "IstioOperator",
        "metadata": {"name": "mesh", "namespace": "istio-system"},
        "spec": {"meshConfig": {"defaultConfig": {"gatewayTopology": {"numTrustedProxies": count}}}},
    }


TOPOLOGY = "spec.meshConfig.defaultConfig.gatewayTopology"
ISTIO_SERVICE = changed(NGINX_SERVICE, "metadata.name", "istio-ingressgateway")


def envoy_filter(hops: int, context: str = "GATEWAY") -> Object:
    config = {"use_remote_address": True, "xff_num_trusted_hops": hops}
    patch = {"operation": "MERGE", "value": {"name": "hcm", "typed_config": config}}
    return {
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": {"name": "xff", "namespace": "istio-system"},
        "spec": {"configPatches": [{"applyTo": "NETWORK_FILTER", "match": {"context": context}, "patch": patch}]},
    }


OTHER = changed(ingress(), "spec.ingressClassName", "nginx")

CASES: dict[str, Case] = {
    "RIP001": Case(
        [
            text(service(annotations=FALSE)),
            text(service(annotations=FALSE, externalTrafficPolicy="Cluster")),
            text(service(), controller(VERSION="v2.11.4", EnableDefaultDirectAccess="false")),
            text(service(), controller(VERSION="v2.10.1", EnableDefaultDirectAccess="true")),
            text(service(), controller(VERSION="v2.9.0", GlobalRouteDirectAccess="true")),
            text(service(annotations=FALSE), deployment(hostNetwork=True)),
            text(service(annotations=FALSE | {GROUPS: "sg-1a2b3c4d"}), INTERFACED),
            text(service(annotations=FALSE | {PROTOCOLS: '{"443":{"protocol":["HTTPS"]}}'})),
        ],
        [
            text(service(annotations=TRUE)),
            text(service(annotations=FALSE, **LOCAL)),
            text(service(), controller(VERSION="v2.11.4", EnableDefaultDirectAccess="true")),
            text(service("ClusterIP", FALSE)),
            text(service(annotations=FALSE), SUPER),
            text(service(annotations=FALSE), deployment(nodeSelector={"node.kubernetes.io/instance-type": "eklet"})),
            text(service(annotations=FALSE | {PROTOCOLS: '{"80":{"protocol":["HTTP"]}}'})),
            text(service(annotations=FALSE, loadBalancerClass="example.com/metal")),
            text(service(annotations=FALSE | {"service.cloud.tencent.com/mode": "skip"})),
            text(service()),
        ],
    ),
    "RIP002": Case(
        [
            text(service()),
            text(service(annotations={GROUPS: "sg-1a2b3c4d"})),
            text(service(), controller(VERSION="v2.10.0", EnableDefaultDirectAccess="true")),
            text(service(), controller(VERSION="v2.11.4", GlobalRouteDirectAccess="true")),
            text(ingress(), service("ClusterIP")),
            text(ingress({READS: "socket"}), service("NodePort")),
        ],
        [
            text(service(annotations=TRUE)),
            text(service(annotations=FALSE)),
            text(service(), controller(VERSION="v2.11.4", EnableDefaultDirectAccess="true")),
            text(service(), controller(VERSION="v2.12.0", EnableDefaultDirectAccess="false")),
            text(service(**LOCAL)),
            text(service(), SUPER),
            text(service("NodePort")),
            text(ingress(), service("NodePort")),
            text(changed(ingress(), "spec.ingressClassName", "nginx"), service("ClusterIP")),
        ],
    ),
    "RIP003": Case(
        [
            text(service(annotations=TRUE), ROUTED, controller(GlobalRouteDirectAccess="false")),
            text(service(annotations=TRUE), ROUTED, controller(VERSION="v2.9.0")),
            text(service(annotations=TRUE), ROUTED),
            text(service(), ROUTED, controller(VERSION="v2.11.4", EnableDefaultDirectAccess="true")),
            text(ingress(I_TRUE), service("NodePort"), ROUTED, controller(GlobalRouteDirectAccess="false")),
        ],
        [
            text(service(annotations=TRUE), ROUTED, controller(GlobalRouteDirectAccess="true")),
            text(service(annotations=TRUE), INTERFACED, controller(GlobalRouteDirectAccess="false")),
            text(service(annotations=FALSE, **LOCAL), ROUTED, controller(GlobalRouteDirectAccess="false")),
            text(
                service(annotations=TRUE),
                ROUTED,
                controller(GlobalRouteDirectAccess="false"),
                deployment(annotations={"tke.cloud.tencent.com/networks": "tke-route-eni"}),
            ),
            text(service(annotations=TRUE), SUPER, controller(GlobalRouteDirectAccess="false")),
            text(service(annotations=TRUE)),
        ],
    ),
    "RIP004": Case(
        [
            text(service(annotations=TRUE), OVERLAY),
            text(ingress(I_TRUE), service("NodePort"), OVERLAY),
            text(service(annotations=TRUE), config_map({"tunnel": "vxlan"}, "cilium-config", "kube-system")),
        ],
        [
            text(service(annotations=FALSE, **LOCAL), OVERLAY),
            text(service(annotations=TRUE), config_map({"routing-mode": "native"}, "cilium-config", "kube-system")),
            text(service(annotations=TRUE), config_map({"routing-mode": "tunnel"}, "cilium-config", "elsewhere")),
        ],
    ),
    "RIP005": Case(
        [
            text(service(annotations=TRUE), deployment(hostNetwork=True)),
            text(ingress(I_TRUE), service("NodePort"), deployment(hostNetwork=True)),
        ],
        [
            text(service(annotations=TRUE), deployment(hostNetwork=False)),
            text(service(annotations=TRUE), deployment({"app": "other"}, hostNetwork=True)),
            text(service(annotations=FALSE), deployment(hostNetwork=True)),
        ],
    ),
    "RIP006": Case(
        [text(service(annotations=FALSE), SUPER, INTERFACED, pod("a", "eklet-subnet-1-a"), pod("b", "10.0.0.2"))],
        [
            text(service(annotations=TRUE), SUPER, INTERFACED, pod("a", "eklet-subnet-1-a"), pod("b", "10.0.0.2")),
            text(service(annotations=FALSE), SUPER, INTERFACED, pod("b", "10.0.0.2")),
            text(
                service(annotations=FALSE),
                SUPER,
                MIXED_SUPER,
                pod("a", "eklet-subnet-1-a"),
                pod("b", "eklet-subnet-1-b"),
            ),
        ],
    ),
    "RIP007": Case(
        [
            text(ingress(I_FALSE | {READS: "socket"}), service("NodePort")),
            text(ingress(I_FALSE), changed(service("NodePort"), "metadata.annotations", {READS: "socket"})),
            text(ingress(I_TRUE), service("NodePort"), deployment(annotations={READS: "Socket"})),
        ],
        [
            text(ingress(I_FALSE | {READS: "x-forwarded-for"}), service("NodePort")),
            text(ingress(I_FALSE), service("NodePort")),
            text(service(annotations=TRUE | {READS: "socket"})),
        ],
    ),
    "RIP008": Case(
        [
            text(ingress(I_FALSE), service("ClusterIP")),
            text(ingress(I_FALSE), service(None)),
            text(ingress(I_FALSE), service("ClusterIP", clusterIP="None")),
        ],
        [
            text(ingress(I_TRUE), service("ClusterIP")),
            text(ingress(I_FALSE), service("NodePort")),
            text(ingress(I_FALSE), service("ClusterIP"), SUPER),
            text(changed(ingress(I_FALSE), "spec.ingressClassName", "nginx"), service("ClusterIP")),
            text(ingress(I_FALSE), changed(service("ClusterIP"), "metadata.namespace", "other")),
        ],
    ),
    "RIP009": Case(
        [
            text(ingress(I_TRUE), service("ClusterIP", selector=None)),
            text(ingress(I_TRUE), service("NodePort", selector={})),
            text(service(annotations=TRUE, selector=None)),
        ],
        [
            text(ingress(I_TRUE), service("ClusterIP")),
            text(ingress(I_FALSE), service("NodePort", selector=None)),
            text(service(annotations=FALSE, selector=None)),
            text(service(annotations=TRUE)),
        ],
    ),
    "RIP010": Case(
        [
            text(OTHER, service(annotations=TRUE), NGINX_SERVICE),
            text(ingress(I_FALSE), service(annotations=FALSE)),
            text(ingress(I_TRUE), service("NodePort")),
            text(ingress(I_TRUE), service("ClusterIP"), service(annotations=TRUE, name="old")),
            text(ingress(I_FALSE), service("NodePort"), service("NodePort", name="debug")),
            text(
                ingress(I_TRUE),
                service("ClusterIP"),
                deployment({"app": "web", "tier": "front"}),
                service("NodePort", name="debug", selector={"tier": "front"}),
            ),
            text(gateway(), envoy_class(), http_route(), service(annotations=TRUE)),
            text(gateway(), envoy_class(), http_route(kind="GRPCRoute"), service(annotations=TRUE)),
            text(
                changed(gateway(), "metadata.namespace", "edge"),
                envoy_class(),
                http_route(parent={"name": "edge", "namespace": "edge"}),
                service(annotations=TRUE),
            ),
        ],
        [
            text(ingress(I_FALSE), service("NodePort")),
            text(ingress(I_TRUE), service("ClusterIP")),
            text(ingress(I_TRUE), service("ClusterIP"), service("NodePort", name="other", selector={"app": "other"})),
            text(ingress(I_TRUE), service("ClusterIP"), changed(service("NodePort"), "metadata.namespace", "other")),
            text(ingress(I_TRUE), service("ClusterIP"), service("ClusterIP", name="metrics")),
            text(OTHER, service("NodePort"), NGINX_SERVICE),
            text(OTHER, service(annotations=TRUE)),
            text(gateway(), envoy_class(), http_route(), service("NodePort")),
            text(gateway(), envoy_class(), http_route(), service(annotations=TRUE, name="other")),
            text(
                gateway(),
                envoy_class(),
                http_route(rules=[{"backendRefs": [{"group": "example.com", "kind": "Bucket", "name": "web"}]}]),
                service(annotations=TRUE),
            ),
            text(
                gateway(),
                envoy_class(),
                http_route(parent={"name": "edge", "namespace": "x"}),
                service(annotations=TRUE),
            ),
            text(
                gateway(),
                envoy_class(),
                http_route(parent={"name": "edge", "kind": "Service", "group": ""}),
                service(annotations=TRUE),
            ),
        ],
    ),
    "RIP011": Case(
        [
            text(service(annotations=TRUE | {PASS: "true"})),
            text(service(annotations=TRUE | {PASS: "true", GROUPS: " "})),
            text(ingress(I_FALSE | {"ingress.cloud.tencent.com/pass-to-target": "true"}), service("NodePort")),
        ],
        [
            text(service(annotations=TRUE | {PASS: "true", GROUPS: "sg-1a2b3c4d"})),
            text(service(annotations=TRUE | {PASS: "false"})),
            text(service(annotations=TRUE | {PASS: "true", EXISTING: "lb-1a2b3c4d"})),
            text(
                ingress(
                    I_FALSE
                    | {
                        "ingress.cloud.tencent.com/pass-to-target": "true",
                        "ingress.cloud.tencent.com/security-groups": "sg-1a2b3c4d",
                    }
                ),
                service("NodePort"),
            ),
        ],
    ),
    "RIP012": Case(
        [
            text(service(annotations=TRUE | {PASS: "true", EXISTING: "lb-1a2b3c4d"})),
            text(
                ingress(
                    I_TRUE
                    | {
                        "ingress.cloud.tencent.com/pass-to-target": "true",
                        "kubernetes.io/ingress.existLbId": "lb-1a2b3c4d",
                    }
                )
            ),
        ],
        [
            text(service(annotations=TRUE | {PASS: "false", EXISTING: "lb-1a2b3c4d"})),
            text(service(annotations=TRUE | {PASS: "true", GROUPS: "sg-1a2b3c4d"})),
        ],
    ),
    "RIP013": Case(
        [
            text(service(annotations=TRUE | {PARAMETERS: '{"AddressIPVersion":"IPV6"}'})),
            text(service(annotations=TRUE | {PARAMETERS: '{"VipIsp":"CTCC","AddressIPVersion":"ipv6"}'})),
            text(ingress(I_TRUE | {"kubernetes.io/ingress.extensiveParameters": '{"AddressIPVersion": "IPV6"}'})),
        ],
        [
            text(service(annotations=TRUE | {PARAMETERS: '{"AddressIPVersion":"IPv6FullChain"}'})),
            text(service(annotations=TRUE | {PARAMETERS: '{"AddressIPVersion":"IPV4"}'})),
            text(service(annotations=TRUE | {PARAMETERS: '{"LoadBalancerName":"IPV6"}'})),
        ],
    ),
    "RIP014": Case([text(listeners(1))], [text(listeners(0))]),
    "RIP015": Case(
        [
            text(service(annotations=TRUE | {PROTOCOLS: '{"80":{"protocol":["HTTP"],"hosts":{"a.example.com":{}}}}'})),
            text(
                service(
                    annotations=TRUE
                    | {PROTOCOLS: '{"443":{"protocol":["HTTPS"],"hosts":{"a.example.com":{"tls":"s"}}}}'},
                    ports=[{"port": 443, "targetPort": 8443}],
                )
            ),
            text(service(annotations=TRUE | {PROTOCOLS: '{"80":{"protocol":["TCP","HTTP"]}}'})),
        ],
        [
            text(service(annotations=TRUE | {PROTOCOLS: '{"443":{"protocol":["TCP_SSL"],"tls":"secret"}}'})),
            text(service(annotations=TRUE | {PROTOCOLS: '{"53":{"protocol":["TCP","UDP"]}}'})),
        ],
    ),
    "RIP016": Case(
        [
            text(service(annotations=TRUE | {TARGETS: "lbtg-1a2b3c4d"})),
            text(service(annotations=TRUE | {SNAT: '{"snatIps":[{"subnetId":"subnet-1a2b3c4d"}]}'})),
        ],
        [text(service("NodePort", {TARGETS: "lbtg-1a2b3c4d"}, **LOCAL)), text(service(annotations=TRUE))],
    ),
    "RIP017": Case(
        [
            text(service(annotations=FALSE, **LOCAL)),
            text(service(**LOCAL)),
            text(service(annotations=FALSE | {ONLY: "false"}, **LOCAL)),
        ],
        [
            text(service(annotations=FALSE | {ONLY: "true"}, **LOCAL)),
            text(service(annotations=TRUE, **LOCAL)),
            text(service("NodePort", **LOCAL)),
            text(service(annotations=FALSE, **LOCAL), SUPER),
        ],
    ),
    "RIP018": Case(
        [text(service(annotations=FALSE | {WEIGHTED: "true"}, **LOCAL))],
        [
            text(service(annotations=FALSE | {WEIGHTED: "true", ONLY: "true"}, **LOCAL)),
            text(service(annotations=FALSE | {WEIGHTED: "false"}, **LOCAL)),
        ],
    ),
    "RIP019": Case(
        [
            text(service(annotations=FALSE | {GRACE: "true"}, **LOCAL)),
            text(service(annotations={GRACE: "true"})),
            text(service(annotations=TRUE | {"service.cloud.tencent.com/enable-grace-shutdown": "true"})),
            text(ingress(I_FALSE | {"ingress.cloud.tencent.com/enable-grace-deletion": "true"}), service("NodePort")),
        ],
        [
            text(service(annotations=TRUE | {GRACE: "true"})),
            text(service(annotations=FALSE | {GRACE: "false"}, **LOCAL)),
            text(service(annotations={GRACE: "true"}), SUPER),
            text(ingress(I_TRUE | {"ingress.cloud.tencent.com/enable-grace-deletion": "true"}), service("ClusterIP")),
        ],
    ),
    "RIP020": Case(
        [
            text(service(annotations=TRUE | {"service.kubernetes.io/loadbalance-id": "lb-1a2b3c4d"})),
            text(service(annotations=TRUE | {"service.kubernetes.io/exist-lb-id": "lb-1a2b3c4d"})),
            text(service(annotations={"service.cloud.tencent.com/direct-acess": "true"})),
            text(service(annotations={"service.cloud.tencent.com/direct_access": "true"})),
            text(service(annotations={"service.cloud.tencent.com/directAccess": "true"})),
            text(service(annotations=TRUE | {"service.cloud.tencent.com/keep-client-ip": "true"})),
            text(ingress({"ingress.cloud.tencent.com/direct-acces": "true"})),
            text(service(annotations=TRUE | {"service.kubernetes.io/loadbalance-type": "classic"})),
        ],
        [
            text(service(annotations=TRUE | {EXISTING: "lb-1a2b3c4d"})),
            text(service(annotations=TRUE | {"example.com/direct-access": "true"})),
            text(service(annotations=TRUE | {"service.kubernetes.io/topology-mode": "Auto"})),
            text(service(annotations=TRUE | {"prometheus.io/scrape": "true"})),
            text(
                changed(
                    service(annotations=TRUE | {"service.kubernetes.io/loadbalance-id": "lb-1a2b3c4d"}),
                    "metadata.resourceVersion",
                    "4711",
                )
            ),
            text(service("ClusterIP", {"service.cloud.tencent.com/direct-acess": "true"})),
        ],
    ),
    "RIP021": Case(
        [
            text(service(annotations=TRUE, loadBalancerSourceRanges=["203.0.113.0/24"])),
            text(
                service(annotations=TRUE | {"service.beta.kubernetes.io/load-balancer-source-ranges": "203.0.113.0/24"})
            ),
        ],
        [
            text(service(annotations=TRUE, loadBalancerSourceRanges=[])),
            text(service("NodePort", loadBalancerSourceRanges=["203.0.113.0/24"])),
        ],
    ),
    "RIP022": Case(
        [
            text(NGINX_SERVICE, config_map({"use-forwarded-headers": "true"})),
            text(config_map({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "0.0.0.0/0"})),
            text(config_map({"enable-real-ip": "true"})),
            text(config_map({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "0.0.0.0/1, 128.0.0.0/1"})),
        ],
        [
            text(NGINX_SERVICE, config_map({"use-forwarded-headers": "false"})),
            text(config_map({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "10.0.0.0/8,172.16.0.0/12"})),
            text(config_map({"proxy-real-ip-cidr": "0.0.0.0/0"})),
        ],
    ),
    "RIP023": Case(
        [text(config_map({"compute-full-forwarded-for": "true"}))],
        [text(config_map({"compute-full-forwarded-for": "false"})), text(config_map({"keep-alive": "75"}))],
    ),
    "RIP024": Case(
        [
            text(NGINX_SERVICE, config_map({"use-proxy-protocol": "true"})),
            text(config_map({"use-proxy-protocol": "true"})),
            text(NGINX_SENDS, sending(enable=True), config_map({"use-proxy-protocol": "false"})),
            text(gateway(), envoy_class("proxy"), envoy_proxy(annotations=TRUE), policy(proxyProtocol={})),
            text(changed(istio(0), TOPOLOGY, {"proxyProtocol": {}}), ISTIO_SERVICE),
            text(changed(istio(0), TOPOLOGY, {"proxyProtocol": {}})),
            text(config_map({"mesh": "defaultConfig:\n  gatewayTopology:\n    proxyProtocol: {}\n"}, "istio")),
        ],
        [
            text(NGINX_SENDS, sending(enable=True), config_map({"use-proxy-protocol": "true"})),
            text(NGINX_SENDS, sending(enable=False), config_map({"use-proxy-protocol": "false"})),
            text(NGINX_SERVICE, config_map({"use-proxy-protocol": "false"})),
            text(
                gateway(), envoy_class("proxy"), envoy_proxy(annotations=TRUE), policy(proxyProtocol={"optional": True})
            ),
            text(gateway(name="other"), envoy_class("proxy"), envoy_proxy(annotations=TRUE), policy(proxyProtocol={})),
            text(istio(0), ISTIO_SERVICE),
            text(
                changed(istio(0), TOPOLOGY, {"proxyProtocol": {}}),
                changed(NGINX_SENDS, "metadata.name", "istio-ingressgateway"),
                sending(enable=True),
            ),
        ],
    ),
    "RIP025": Case(
        [
            text(
                config_map(
                    {"nginx.conf": "http {\n  set_real_ip_from 0.0.0.0/0;\n  real_ip_header X-Forwarded-For;\n}"}, "web"
                )
            ),
            text(config_map({"default.conf": "set_real_ip_from   ::/0;"}, "web")),
            text(config_map({"a.conf": "set_real_ip_from 0.0.0.0/1;\nset_real_ip_from 128.0.0.0/1;"}, "web")),
            text(config_map({"set-real-ip-from": "0.0.0.0/0", "real-ip-header": "X-Forwarded-For"}, "nginx-config")),
            text(ingress(I_FALSE | {"nginx.ingress.kubernetes.io/server-snippet": "set_real_ip_from 0.0.0.0/0;"})),
        ],
        [
            text(config_map({"nginx.conf": "set_real_ip_from 10.0.0.0/8;\nreal_ip_header X-Forwarded-For;"}, "web")),
            text(config_map({"nginx.conf": "# set_real_ip_from 0.0.0.0/0;\nset_real_ip_from 10.0.0.0/8;"}, "web")),
            text(config_map({"nginx.conf": "set_real_ip_from 0.0.0.0/0;\nreal_ip_header proxy_protocol;"}, "web")),
            text(config_map({"notes": "no set_real_ip_from at all"}, "web")),
        ],
    ),
    "RIP026": Case(
        [
            text(gateway(), envoy_class(), policy(clientIPDetection={"xForwardedFor": {"numTrustedHops": 1}})),
            text(policy(clientIPDetection={"xForwardedFor": {"numTrustedHops": 2}})),
        ],
        [
            text(gateway(), envoy_class(), policy(clientIPDetection={"xForwardedFor": {"numTrustedHops": 0}})),
            text(gateway(), envoy_class(), policy(clientIPDetection={"directSourceIP": {}})),
            text(
                gateway(),
                envoy_class("proxy"),
                envoy_proxy(annotations=TRUE | {PROTOCOLS: '{"80":{"protocol":["HTTP"]}}'}),
                policy(clientIPDetection={"xForwardedFor": {"numTrustedHops": 1}}),
            ),
        ],
    ),
    "RIP027": Case(
        [
            text(policy(clientIPDetection={"customHeader": {"name": "EO-Connecting-IP"}})),
            text(policy(clientIPDetection={"xForwardedFor": {"trustedCIDRs": ["0.0.0.0/0"]}})),
        ],
        [
            text(policy(clientIPDetection={"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8"]}})),
            text(policy(clientIPDetection={"directSourceIP": {}})),
        ],
    ),
    "RIP028": Case(
        [
            text(route("TLSRoute")),
            text(route("TCPRoute")),
            text(
                gateway(listeners=[{"name": "tls", "protocol": "TLS", "port": 443, "tls": {"mode": "Passthrough"}}]),
                envoy_class(),
            ),
            text(service(annotations=TRUE), deployment({"app": "web", "sidecar.istio.io/inject": "true"})),
        ],
        [
            text(route("TLSRoute"), policy("BackendTrafficPolicy", "secure", proxyProtocol={"version": "V2"})),
            text(
                gateway(listeners=[{"name": "tls", "protocol": "TLS", "port": 443, "tls": {"mode": "Terminate"}}]),
                envoy_class(),
            ),
            text(service(annotations=TRUE), deployment({"app": "web", "sidecar.istio.io/inject": "false"})),
            text(
                service(annotations=TRUE),
                deployment(
                    {"app": "web", "sidecar.istio.io/inject": "true"},
                    {"traffic.sidecar.istio.io/excludeInboundPorts": "8080"},
                ),
            ),
        ],
    ),
    "RIP029": Case(
        [text(service(annotations=TRUE), service(annotations=FALSE, name="old"))],
        [
            text(service(annotations=TRUE), service(annotations=TRUE, name="internal")),
            text(service(annotations=TRUE), service(annotations=FALSE, name="old", selector={"app": "old"})),
        ],
    ),
    "RIP030": Case(
        [
            text(gateway(), envoy_class("proxy"), envoy_proxy(annotations=FALSE, externalTrafficPolicy="Cluster")),
            text(gateway(), envoy_class("proxy"), envoy_proxy(annotations=FALSE)),
            text(gateway(), envoy_class("proxy"), envoy_proxy(annotations=TRUE), OVERLAY),
            text(gateway(), envoy_class("proxy"), envoy_proxy(externalTrafficPolicy="Cluster")),
            text(gateway(gatewayClassName="istio")),
        ],
        [
            text(gateway(), envoy_class("proxy"), envoy_proxy(annotations=TRUE)),
            text(gateway(), envoy_class("proxy"), envoy_proxy(annotations=FALSE | {ONLY: "true"})),
            text(gateway(gatewayClassName="istio", infrastructure={"annotations": TRUE})),
        ],
    ),
    "RIP031": Case(
        [
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    service.cloud.tencent.com/direct-access: true\nspec:\n  type: LoadBalancer\n",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    service.cloud.tencent.com/direct-access: yes\nspec:\n  type: LoadBalancer\n",
            text(service(annotations={DIRECT: 1})),
            text(ingress({INGRESS_DIRECT: True})),
            text(envoy_proxy(annotations={DIRECT: True})),
            text(config_map({"use-forwarded-headers": True})),
            text(controller(EnableDefaultDirectAccess=False)),  # type: ignore[arg-type]
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    service.cloud.tencent.com/direct-access:\nspec:\n  type: ClusterIP\n",
        ],
        [
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    service.cloud.tencent.com/direct-access: 'true'\nspec:\n  type: LoadBalancer\n",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    service.cloud.tencent.com/direct-access: !!str true\nspec:\n  type: LoadBalancer\n",
            text(envoy_proxy(annotations=TRUE)),
            text(config_map({"use-forwarded-headers": "true"})),
            text(config_map({"retries": 3}, "of-a-template")),
        ],
    ),
    "RIP032": Case(
        [
            text(service(annotations={DIRECT: "True"})),
            text(service(annotations={DIRECT: "yes"})),
            text(service(annotations={DIRECT: ""})),
            text(service(annotations=TRUE | {PROTOCOLS: "HTTP"})),
            text(
                service(
                    annotations=TRUE | {"service.kubernetes.io/qcloud-loadbalancer-internet-charge-type": "TRAFFIC"}
                )
            ),
        ],
        [
            text(service(annotations={DIRECT: "true"})),
            text(service(annotations=TRUE | {PROTOCOLS: '{"80":{"protocol":["TCP"]}}'})),
            text(service("ClusterIP", {DIRECT: "True"})),
        ],
    ),
    "RIP033": Case(
        [
            text(service(annotations={INGRESS_DIRECT: "true"})),
            text(ingress({DIRECT: "true"})),
            text(ingress(I_TRUE | {EXISTING: "lb-1a2b3c4d"})),
            text(changed(service(), "metadata.labels", TRUE)),
            text(changed(service(), "spec.annotations", TRUE)),
            text(changed(service(), "annotations", TRUE)),
            text(service(), deployment(annotations=TRUE)),
            text(service(), changed(deployment(), "metadata.annotations", TRUE)),
        ],
        [
            text(service(annotations=TRUE)),
            text(ingress(I_TRUE)),
            text(service("ClusterIP", {INGRESS_DIRECT: "true"})),
            text(changed(service(), "metadata.labels", {"service.cloud.tencent.com/loadbalance-type": "INTERNAL"})),
            text(service(), deployment(annotations={"eks.tke.cloud.tencent.com/cpu": "2"})),
        ],
    ),
    "RIP034": Case(
        [text(service("NodePort")), text(service("NodePort", externalTrafficPolicy="Cluster"))],
        [
            text(service("NodePort", **LOCAL)),
            text(service("NodePort"), ingress(I_FALSE)),
            text(service("NodePort"), OTHER),
            text(service("ClusterIP")),
        ],
    ),
    "RIP035": Case(
        [
            text(traefik("--entryPoints.web.forwardedHeaders.insecure")),
            text(traefik("--entrypoints.websecure.forwardedHeaders.insecure=true")),
            text(traefik("--entryPoints.web.proxyProtocol.trustedIPs=0.0.0.0/0")),
            text(
                config_map(
                    {"traefik.yml": "entryPoints:\n  web:\n    forwardedHeaders:\n      insecure: true\n"}, "traefik"
                )
            ),
        ],
        [
            text(traefik("--entryPoints.web.address=:8000/tcp")),
            text(traefik("--entryPoints.web.forwardedHeaders.insecure=false")),
            text(traefik("--entryPoints.web.forwardedHeaders.trustedIPs=10.0.0.0/8")),
            text(config_map({"traefik.yml": "entryPoints:\n  web:\n    address: ':8000'\n"}, "traefik")),
        ],
    ),
    "RIP036": Case(
        [
            text(envoy_filter(1)),
            text(istio(1)),
            text(config_map({"mesh": "defaultConfig:\n  gatewayTopology:\n    numTrustedProxies: 2\n"}, "istio")),
            text(deployment(annotations={"proxy.istio.io/config": '{"gatewayTopology": {"numTrustedProxies": 1}}'})),
        ],
        [
            text(envoy_filter(0)),
            text(envoy_filter(1, "SIDECAR_INBOUND")),
            text(istio(0)),
            text(config_map({"mesh": "defaultConfig:\n  gatewayTopology:\n    numTrustedProxies: 0\n"}, "istio")),
            text(istio(1), changed(NGINX_HTTP, "metadata.name", "istio-ingressgateway")),
        ],
    ),
    "RIP037": Case(
        [text(config_map({"use-forwarded-headers": "true", "forwarded-for-header": "EO-Connecting-IP"}))],
        [
            text(
                config_map(
                    {
                        "use-forwarded-headers": "true",
                        "forwarded-for-header": "EO-Connecting-IP",
                        "proxy-real-ip-cidr": "203.0.113.0/24",
                    }
                )
            ),
            text(config_map({"use-forwarded-headers": "false", "forwarded-for-header": "EO-Connecting-IP"})),
        ],
    ),
    "RIP038": Case(
        [
            text(OTHER, service("ClusterIP"), changed(NGINX_SERVICE, "metadata.annotations", FALSE)),
            text(OTHER, NGINX_HTTP, config_map({"use-forwarded-headers": "false"})),
        ],
        [
            text(OTHER, service("ClusterIP"), NGINX_SERVICE),
            text(ingress(I_TRUE), service("ClusterIP"), changed(NGINX_SERVICE, "metadata.annotations", FALSE)),
            text(OTHER, NGINX_HTTP, config_map({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "10.0.0.0/8"})),
        ],
    ),
    "RIP039": Case(
        [
            text(OTHER, service("ClusterIP")),
            text(gateway(gatewayClassName="cilium")),
            text(service(annotations=TRUE, loadBalancerClass="example.com/metal")),
        ],
        [
            text(OTHER, service("ClusterIP"), NGINX_SERVICE),
            text(ingress(), service("ClusterIP")),
            text(gateway(), envoy_class()),
        ],
    ),
    "RIP040": Case(
        [text(service("NodePort", TRUE, **LOCAL)), text(service("ClusterIP", TRUE))],
        [
            text(service("NodePort", FALSE, **LOCAL)),
            text(service(annotations=TRUE)),
            text(service("ClusterIP", TRUE), ingress(I_TRUE)),
            text(service(None, TRUE, selector=None, ports=None)),
        ],
    ),
    "RIP041": Case(
        [text(ingress(I_TRUE), service("ClusterIP", ports=[{"port": 8080}]))],
        [
            text(ingress(I_TRUE), service("ClusterIP", ports=[{"port": 8080}, {"port": 80}])),
            text(ingress(I_TRUE)),
        ],
    ),
    "RIP042": Case(
        [
            text(service(annotations=TRUE | {ONLY: "true"})),
            text(service(annotations=FALSE | {WEIGHTED: "true", ONLY: "true"})),
        ],
        [
            text(service(annotations=FALSE | {ONLY: "true"}, **LOCAL)),
            text(service(annotations=TRUE | {ONLY: "false"})),
        ],
    ),
    "RIP043": Case(
        [
            text(service(annotations=TRUE | {READS: "x-forwarded-for"})),
            text(service("NodePort", {READS: "X-Real-IP"}, **LOCAL)),
            text(service(annotations=TRUE), deployment(annotations={READS: "x-forwarded-for"})),
        ],
        [
            text(service(annotations=TRUE | {READS: "socket"})),
            text(service(annotations=TRUE | {READS: "x-forwarded-for", PROTOCOLS: '{"80":{"protocol":["HTTP"]}}'})),
            text(service("NodePort", {READS: "x-forwarded-for"}), ingress(I_FALSE)),
            text(service("ClusterIP", {READS: "x-forwarded-for"})),
        ],
    ),
    "RIP044": Case(
        [
            text(service("loadbalancer", TRUE)),
            text(service(annotations=FALSE, externalTrafficPolicy="local")),
            text(service("NodePort", externalTrafficPolicy="CLUSTER")),
            text(service(annotations=TRUE, ports=[{"port": 80, "protocol": "tcp"}])),
            text(service(annotations=TRUE, sessionAffinity="clientIP")),
            text(service(annotations=TRUE, clusterIP="None")),
            text(service(annotations=TRUE, ports=None)),
        ],
        [
            text(service(annotations=TRUE)),
            text(service("ExternalName", externalName="api.example.com", ports=None)),
            text(service("ClusterIP", clusterIP="None")),
            text(service(annotations=TRUE, ports=[{"port": 80, "protocol": "SCTP"}], clusterIP="172.16.0.9")),
            text(service(annotations=FALSE, **LOCAL)),
        ],
    ),
}
