"""The Services that charts of gateways make, as far as the values given to them say.

What a chart does with its values is known of the charts in the table. Of another one only a part is taken that holds annotations of
TKE's: they are for a Service of type LoadBalancer, unless the part names another type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from realip.audit import keys
from realip.audit.objects import Found, as_map

__all__ = ["CHART_SERVICE", "services_of"]

CHART_SERVICE = "ChartService"
"""The kind under which such a Service is reported; Kubernetes has none of that name."""
_DEEPEST = 4
"""Levels of values that are searched for annotations of TKE's."""
_NO_SERVICES = frozenset({"metadata", "ingress", "deployment", "daemonset", "statefulset", "serviceAccount", "pod"})
"""Parts of values whose annotations are for something else."""
_FIELDS = ("type", "externalTrafficPolicy", "loadBalancerClass", "allocateLoadBalancerNodePorts")
_Path = tuple[str, ...]


@dataclass(frozen=True)
class _Slot:
    """A part of a chart's values that becomes a Service."""

    path: _Path
    type: str = "LoadBalancer"
    """By default."""
    quotes: bool = False
    """The chart makes text of every annotation."""
    enabled: bool = True
    """By default."""
    above: _Path | None = None
    """A part whose fields hold where this one has none."""


_NGINX = (
    _Slot(("controller", "service"), quotes=True),
    _Slot(("controller", "service", "internal"), quotes=True, enabled=False, above=("controller", "service")),
)
_CHARTS: Mapping[str, tuple[_Slot, ...]] = {
    "ingress-nginx": _NGINX,
    "rke2-ingress-nginx": _NGINX,
    "traefik": (_Slot(("service",)),),
    "higress": (_Slot(("higress-core", "gateway", "service")),),
    "higress-core": (_Slot(("gateway", "service")),),
    "gateway": (_Slot(("service",)),),
    "kubernetes-ingress": (_Slot(("controller", "service"), type="NodePort"),),
    "apisix": (_Slot(("service",), type="NodePort", quotes=True),),
}
"""Charts by their names, from their values.yaml: `gateway` is Istio's, `kubernetes-ingress` HAProxy Technologies'."""


def services_of(values: Found, chart: str) -> Iterator[Found]:
    """The Services that a chart makes of its values; `chart` is empty where it is not known."""
    slots = _CHARTS.get(chart)
    if slots is None:
        slots = tuple(_Slot(path) for path in _annotated(values.body))
    for slot in slots:
        part = _at(values.body, slot.path)
        said = part.get("enabled", slot.enabled)
        if (
            said is False
            or part.get("type") == "None"
            or (slot.above and not _at(values.body, slot.above).get("enabled", True))
        ):
            continue
        yield _service(values, chart, slot, part)


def _service(values: Found, chart: str, slot: _Slot, part: Mapping[str, Any]) -> Found:
    above = _at(values.body, slot.above) if slot.above else {}
    given = {**as_map(above), **as_map(part.get("spec")), **part}
    spec = {key: given[key] for key in _FIELDS if given.get(key) not in (None, "")}
    annotations = {
        str(key): _text(value) if slot.quotes else value
        for name in ("annotations", "annotationsTCP", "serviceAnnotations")
        for key, value in as_map(part.get(name)).items()
    }
    space = values.namespace or "default"
    name = f"{values.name}:{'.'.join(slot.path)}"
    labels = {"app.kubernetes.io/name": chart or values.name}
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": space, "labels": labels, "annotations": annotations},
        "spec": {"type": slot.type, **spec, "selector": labels},
    }
    return Found(CHART_SERVICE, space, name, body, values.place, annotations)


def _annotated(values: Mapping[str, Any], path: _Path = ()) -> Iterator[_Path]:
    """The parts that hold annotations of TKE's for a Service."""
    held = {**as_map(values.get("annotations")), **as_map(values.get("serviceAnnotations"))}
    if path and path[-1] not in _NO_SERVICES and keys.SERVICE.keys() & held.keys():
        yield path
    elif len(path) < _DEEPEST:
        for key, inner in values.items():
            if isinstance(inner, Mapping):
                yield from _annotated(inner, (*path, str(key)))


def _at(values: Mapping[str, Any], path: _Path) -> Mapping[str, Any]:
    for step in path:
        values = as_map(values.get(step))
    return values


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
