"""Proxies inside pods that take connections before the app does: which pods get one, and on which ports."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from realip.audit.objects import as_maps

__all__ = ["Injected", "has_sidecar"]

_PROXIES = frozenset({"istio-proxy", "linkerd-proxy", "kuma-sidecar"})
_EVERY = "*"


@dataclass(frozen=True)
class Injected:
    """The reasons for a proxy in a pod: its own labels and annotations, and its namespace's."""

    labels: Mapping[str, Any]
    annotations: Mapping[str, Any]
    spec: Mapping[str, Any]
    namespace_labels: Mapping[str, Any]
    namespace_annotations: Mapping[str, Any]

    @property
    def own(self) -> Mapping[str, Any]:
        """The words of the pod itself; a label counts over an annotation."""
        return {**self.annotations, **self.labels}


def has_sidecar(pod: Injected, ports: Iterable[object]) -> bool:
    """True for a pod in which a proxy takes the connections to some of these ports (numbers, or names of its containers' ports)."""
    apps = as_maps(pod.spec.get("containers"))
    if pod.annotations.get("sidecar.istio.io/interceptionMode") == "TPROXY" or _is_gateway(pod, apps):
        return False
    wanted = {_number(port, apps) for port in ports}
    if not _taken(pod.annotations, wanted):
        return False
    containers = [*apps, *as_maps(pod.spec.get("initContainers"))]
    return any(str(container.get("name")) in _PROXIES for container in containers) or _is_injected(pod)


def _is_injected(pod: Injected) -> bool:
    """Istio, Linkerd and Kuma ask a pod first and then its namespace."""
    own = pod.own
    said = own.get("sidecar.istio.io/inject")
    if said is None and pod.namespace_labels.get("istio-injection") != "disabled":
        meshed = pod.namespace_labels.get("istio-injection") == "enabled"
        said = "true" if meshed or "istio.io/rev" in {**pod.namespace_labels, **pod.labels} else None
    linkerd = own.get("linkerd.io/inject", pod.namespace_annotations.get("linkerd.io/inject"))
    kuma = own.get("kuma.io/sidecar-injection", pod.namespace_labels.get("kuma.io/sidecar-injection"))
    return said == "true" or linkerd in ("enabled", "ingress") or kuma in ("enabled", "true")


def _taken(annotations: Mapping[str, Any], ports: Collection[str]) -> bool:
    """Some of the ports are not taken out of what the proxy takes."""
    included = _listed(annotations.get("traffic.sidecar.istio.io/includeInboundPorts"))
    if included is not None and _EVERY not in included and not included & set(ports):
        return False
    out: set[str] = set()
    for key in (
        "traffic.sidecar.istio.io/excludeInboundPorts",
        "config.linkerd.io/skip-inbound-ports",
        "traffic.kuma.io/exclude-inbound-ports",
    ):
        out |= _listed(annotations.get(key)) or set()
    return not out or not set(ports) <= out


def _listed(said: object) -> set[str] | None:
    return {port.strip() for port in said.split(",")} - {""} if isinstance(said, str) else None


def _number(port: object, containers: Iterable[Mapping[str, Any]]) -> str:
    """A port as its number where some container names it."""
    for container in containers:
        for known in as_maps(container.get("ports")):
            if known.get("name") == port:
                return str(known.get("containerPort"))
    return str(port)


def _is_gateway(pod: Injected, containers: list[Mapping[str, Any]]) -> bool:
    """Pods in which the proxy is the app: a gateway of the mesh."""
    if pod.annotations.get("inject.istio.io/templates") == "gateway":
        return True
    return bool(containers) and all(str(container.get("name")) in _PROXIES for container in containers)
