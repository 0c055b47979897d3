"""Objects for the audit's tests, as teams write them."""

import copy
from typing import Any

import yaml

DIRECT = "service.cloud.tencent.com/direct-access"
INGRESS_DIRECT = "ingress.cloud.tencent.com/direct-access"
ONLY = "service.kubernetes.io/local-svc-only-bind-node-with-pod"
Object = dict[str, Any]


def text(*objects: Object | str) -> str:
    """Objects as one YAML text; text stays as it is."""
    return "---\n".join(each if isinstance(each, str) else yaml.safe_dump(each, sort_keys=False) for each in objects)


def metadata(name: str, annotations: dict[str, Any] | None = None, **more: Any) -> Object:
    return {"name": name, "namespace": "shop", **({"annotations": annotations} if annotations else {}), **more}


def service(
    kind: str | None = "LoadBalancer", annotations: dict[str, Any] | None = None, name: str = "web", **spec: Any
) -> Object:
    made: Object = {
        "type": kind,
        "selector": {"app": "web"},
        "ports": [{"name": "http", "port": 80, "targetPort": 8080}],
    }
    made |= spec
    made = {key: value for key, value in made.items() if value is not None}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, annotations), "spec": made}


def ingress(annotations: dict[str, Any] | None = None, to: str = "web", name: str = "front", **spec: Any) -> Object:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": to, "port": {"number": 80}}}}
    made = {"rules": [{"host": "shop.example.com", "http": {"paths": [path]}}], **spec}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(name, annotations),
        "spec": made,
    }


def deployment(
    labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None, name: str = "web", **spec: Any
) -> Object:
    pod = {"containers": [{"name": "web", "image": "registry.example.com/web:1"}], **spec}
    labels = labels or {"app": "web"}
    template = {"metadata": {"labels": labels, **({"annotations": annotations} if annotations else {})}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name),
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def config_map(data: dict[str, Any], name: str = "ingress-nginx-controller", namespace: str = "shop") -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


def controller(**data: str) -> Object:
    """TKE's ConfigMap."""
    return config_map(data, "tke-service-controller-config", "kube-system")


def node(name: str, *, pod_cidr: str | None = None, interfaces: int = 0, super_node: bool = False) -> Object:
    labels = {"node.kubernetes.io/instance-type": "eklet"} if super_node else {"kubernetes.io/os": "linux"}
    room = {"cpu": "4"} | ({"tke.cloud.tencent.com/eni-ip": str(interfaces)} if interfaces else {})
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"podCIDR": pod_cidr} if pod_cidr else {},
        "status": {"allocatable": room},
    }


def pod(name: str, on: str, labels: dict[str, str] | None = None) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name, labels=labels or {"app": "web"}),
        "spec": {"nodeName": on, "containers": []},
    }


ROUTED = node("10.0.0.1", pod_cidr="172.16.1.0/24")
"""A node of a GlobalRouter cluster."""
INTERFACED = node("10.0.0.2", interfaces=27)
"""A node of a VPC-CNI cluster."""
OVERLAY = config_map({"routing-mode": "tunnel"}, "cilium-config", "kube-system")


def gateway(name: str = "edge", listeners: list[Object] | None = None, **spec: Any) -> Object:
    listeners = listeners or [{"name": "http", "protocol": "HTTP", "port": 80}]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": metadata(name),
        "spec": {"gatewayClassName": "eg", "listeners": listeners, **spec},
    }


def envoy_class(proxy: str | None = None) -> Object:
    spec: Object = {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}
    if proxy:
        spec["parametersRef"] = {
            "group": "gateway.envoyproxy.io",
            "kind": "EnvoyProxy",
            "name": proxy,
            "namespace": "shop",
        }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "eg"},
        "spec": spec,
    }


def envoy_proxy(**envoy_service: Any) -> Object:
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyProxy",
        "metadata": metadata("proxy"),
        "spec": {"provider": {"type": "Kubernetes", "kubernetes": {"envoyService": envoy_service}}},
    }


def policy(kind: str = "ClientTrafficPolicy", target: str = "edge", **spec: Any) -> Object:
    reference = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": target}
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": kind,
        "metadata": metadata("policy"),
        "spec": {"targetRefs": [reference], **spec},
    }


def http_route(to: str = "web", kind: str = "HTTPRoute", parent: Object | None = None, **spec: Any) -> Object:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": metadata(to),
        "spec": {
            "parentRefs": [parent or {"name": "edge"}],
            "rules": [{"backendRefs": [{"name": to, "port": 80}]}],
            **spec,
        },
    }


def route(kind: str = "TLSRoute") -> Object:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1alpha2",
        "kind": kind,
        "metadata": metadata("secure"),
        "spec": {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [{"name": "web", "port": 8443}]}]},
    }


def changed(body: Object, path: str, value: Any) -> Object:
    """A copy with a value at a dotted path."""
    made = copy.deepcopy(body)
    inner: Any = made
    *steps, last = path.split(".")
    for step in steps:
        inner = inner.setdefault(step, {})
    inner[last] = value
    return made
