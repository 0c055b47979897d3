"""Values of Helm charts of gateways, which hold what the chart writes into ConfigMaps, arguments and Services.

They are no Kubernetes objects, whether a file holds them or an object that has a controller install a chart; those of a chart that is
known here are looked at where they would say whom a gateway believes, and which Service leads to it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from realip.audit.charts import services_of
from realip.audit.objects import Found, Place, as_map, as_maps
from realip.audit.yaml_text import map_in

__all__ = ["NGINX_KEYS", "VALUES", "as_values", "carried", "holders", "nginx_data"]

VALUES = "HelmValues"
"""The kind under which such a document is reported; Kubernetes has none of that name."""
NGINX_KEYS = frozenset(
    {
        "use-forwarded-headers",
        "compute-full-forwarded-for",
        "proxy-real-ip-cidr",
        "use-proxy-protocol",
        "enable-real-ip",
        "forwarded-for-header",
    }
)
"""Keys of ingress-nginx's ConfigMap about clients' addresses."""
_TRAEFIK_ARGUMENTS = ("additionalArguments", "globalArguments")
_TRAEFIK_PORT_KEYS = {"forwardedheaders", "proxyprotocol"}
_DOT = re.compile(r"(?<!\\)\.")
_Path = tuple[str | int, ...]


def as_values(body: Mapping[str, Any], place: Place) -> Iterator[Found]:
    """A document without kind as the values of a gateway's chart, and the Services that it makes; nothing of any other document."""
    name = "values" if place.file == "-" else PurePath(place.file).name
    values = Found(VALUES, "", name, body, place)
    if any(_is_known(inner) for _, inner in holders(body)):
        yield values
    yield from services_of(values, "")


@dataclass(frozen=True)
class _Given:
    """A chart and the values that it is given."""

    chart: str
    namespace: object
    values: Mapping[str, Any]
    whole: bool = True
    """No other values are named."""


def carried(body: Mapping[str, Any], kind: str, group: str, place: Place) -> Iterator[Found]:
    """The values in an object that has a controller install a chart (Flux, Argo CD, k3s, Crossplane), and the Services that it makes."""
    reader = _CARRIERS.get((kind, group))
    if reader is None:
        return
    metadata, spec = as_map(body.get("metadata")), as_map(body.get("spec"))
    name = str(metadata.get("name"))
    for given in reader(metadata, spec):
        space = given.namespace or metadata.get("namespace") or "default"
        values = Found(VALUES, str(space), name, given.values, place)
        yield values
        if given.whole or given.values:
            yield from services_of(values, given.chart)


def _flux(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[_Given]:
    del metadata
    named = as_map(as_map(spec.get("chart")).get("spec")).get("chart") or as_map(spec.get("chartRef")).get("name")
    yield _Given(_last(named), spec.get("targetNamespace"), as_map(spec.get("values")), not spec.get("valuesFrom"))


def _argo(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[_Given]:
    del metadata
    spec = as_map(as_map(spec.get("template")).get("spec")) or spec  # an ApplicationSet's
    space = as_map(spec.get("destination")).get("namespace")
    for source in [as_map(spec.get("source")), *as_maps(spec.get("sources"))]:
        helm = as_map(source.get("helm"))
        named = source.get("chart") or source.get("path")
        if helm or source.get("chart"):
            values = _over(_parsed(helm.get("values")), as_map(helm.get("valuesObject")))
            for parameter in as_maps(helm.get("parameters")):
                values = _over(values, _dotted(str(parameter.get("name")), parameter.get("value")))
            yield _Given(_last(named), space, values, not helm.get("valueFiles"))


def _k3s(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[_Given]:
    values = _parsed(spec.get("valuesContent"))
    for name, value in as_map(spec.get("set")).items():
        values = _over(values, _dotted(name, value))
    yield _Given(_last(spec.get("chart") or metadata.get("name")), spec.get("targetNamespace"), values)


def _crossplane(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[_Given]:
    del metadata
    wanted = as_map(spec.get("forProvider"))
    values = as_map(wanted.get("values"))
    for each in as_maps(wanted.get("set")):
        values = _over(values, _dotted(str(each.get("name")), each.get("value")))
    chart = _last(as_map(wanted.get("chart")).get("name"))
    yield _Given(chart, wanted.get("namespace"), values, not wanted.get("valuesFrom"))


_CARRIERS: Mapping[tuple[str, str], Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[_Given]]] = {
    ("HelmRelease", "helm.toolkit.fluxcd.io"): _flux,
    ("Application", "argoproj.io"): _argo,
    ("ApplicationSet", "argoproj.io"): _argo,
    ("HelmChart", "helm.cattle.io"): _k3s,
    ("HelmChartConfig", "helm.cattle.io"): _k3s,
    ("Release", "helm.crossplane.io"): _crossplane,
}


def _last(named: object) -> str:
    """The name of a chart in a path or an address of a registry."""
    return str(named or "").rstrip("/").rpartition("/")[2]


def _parsed(values: object) -> Mapping[str, Any]:
    """Values that an object has as text; none where that is no YAML, such as a template of an ApplicationSet."""
    return map_in(values) if isinstance(values, str) else as_map(values)


def _over(values: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    """Values with others over them, as Helm merges them."""
    made = dict(values)
    for key, value in more.items():
        known = made.get(key)
        made[key] = _over(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return made


def _dotted(name: str, value: object) -> Mapping[str, Any]:
    """One value as `helm --set` names it: dots between keys, with a backslash before a dot in one."""
    made: Any = value
    for key in reversed([part.replace("\\.", ".") for part in _DOT.split(name)]):
        made = {key: made}
    return as_map(made)


def holders(body: Mapping[str, Any]) -> Iterator[tuple[_Path, Mapping[str, Any]]]:
    """The values of a chart, and those of the charts in it, each by its name."""
    yield (), body
    for key, value in body.items():
        if isinstance(value, Mapping):
            yield (key,), value


def nginx_data(body: Mapping[str, Any]) -> Iterator[tuple[_Path, Mapping[str, str]]]:
    """The data that ingress-nginx's chart writes into the controller's ConfigMap, as text, which the chart makes of every value."""
    for path, values in holders(body):
        config = as_map(as_map(values.get("controller")).get("config"))
        if NGINX_KEYS & config.keys():
            yield (*path, "controller", "config"), {str(key): _text(value) for key, value in config.items()}


def _is_known(values: Mapping[str, Any]) -> bool:
    if NGINX_KEYS & as_map(as_map(values.get("controller")).get("config")).keys():
        return True
    arguments = [words for name in _TRAEFIK_ARGUMENTS if isinstance(words := values.get(name), list)]
    if any(str(word).casefold().startswith("--entrypoints.") for words in arguments for word in words):
        return True
    ports = as_map(values.get("ports"))
    return any(_TRAEFIK_PORT_KEYS & {str(key).casefold() for key in as_map(port)} for port in ports.values())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
