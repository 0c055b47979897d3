"""Values of Helm charts of gateways, which hold what the chart writes into ConfigMaps and arguments.

They are no Kubernetes objects; those of a chart that is known here are looked at where they would say whom a gateway believes.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from realip.audit.gateways import NGINX_KEYS
from realip.audit.objects import Found, Place, as_map

__all__ = ["VALUES", "as_values", "holders", "nginx_data"]

VALUES = "HelmValues"
"""The kind under which such a document is reported; Kubernetes has none of that name."""
_TRAEFIK_ARGUMENTS = ("additionalArguments", "globalArguments")
_TRAEFIK_PORT_KEYS = {"forwardedheaders", "proxyprotocol"}
_Path = tuple[str | int, ...]


def as_values(body: Mapping[str, Any], place: Place) -> Found | None:
    """A document without kind as the values of a gateway's chart; None where it is no such thing."""
    if any(_is_known(values) for _, values in holders(body)):
        name = "values" if place.file == "-" else PurePath(place.file).name
        return Found(VALUES, "", name, body, place)
    return None


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
