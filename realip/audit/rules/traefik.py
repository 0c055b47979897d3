"""The rule about Traefik's entry points, wherever they are set: arguments, variables, a file, or the chart's values."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from realip.audit import gateways
from realip.audit.helm_values import VALUES, holders
from realip.audit.objects import WORKLOADS, Found, as_map, as_maps
from realip.audit.rule import Match, Part
from realip.audit.scene import Scene
from realip.audit.yaml_text import map_in

__all__ = ["PARTS"]

# Traefik reads names without regard to case, in each of its forms.
_ARGUMENT = re.compile(
    r"--entrypoints\.([^.=]+)\.(?:forwardedheaders|proxyprotocol)\.(insecure|trustedips)(?:=(.*))?", re.IGNORECASE
)
_VARIABLE = re.compile(
    r"TRAEFIK_ENTRYPOINTS_(.+)_(?:FORWARDEDHEADERS|PROXYPROTOCOL)_(INSECURE|TRUSTEDIPS)", re.IGNORECASE
)
_BELIEFS = ("forwardedheaders", "proxyprotocol")
_Path = tuple[str | int, ...]


def _believes(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    for path, entry in _trusting(found):
        yield Match(path, {"entry": entry})


def _trusting(found: Found) -> Iterator[tuple[_Path, str]]:
    """Each entry point that believes whoever asks, and where that is said."""
    if found.kind == "ConfigMap":
        for key, value in as_map(found.body.get("data")).items():
            if isinstance(value, str) and (entry := _in_file(str(key), value)):
                yield ("data", key), entry
    elif found.kind == VALUES:
        for path, values in holders(found.body):
            yield from _in_values(path, values)
    else:
        inner: _Path = ("spec",) if found.kind == "Pod" else ("spec", "template", "spec")
        spec: Mapping[str, Any] = found.body
        for step in inner:
            spec = as_map(spec.get(str(step)))
        for number, container in enumerate(as_maps(spec.get("containers"))):
            for name in ("command", "args"):
                for index, entry in _in_words(container.get(name)):
                    yield (*inner, "containers", number, name, index), entry
            for index, variable in enumerate(as_maps(container.get("env"))):
                if entry := _in_variable(variable):
                    yield (*inner, "containers", number, "env", index), entry


def _in_words(words: object) -> Iterator[tuple[int, str]]:
    """Arguments of Traefik, with `=` or the value as the next word."""
    said = [str(word) for word in words] if isinstance(words, list) else []
    for index, word in enumerate(said):
        if match := _ARGUMENT.fullmatch(word):
            following = said[index + 1] if index + 1 < len(said) and not said[index + 1].startswith("-") else None
            value = match[3] if match[3] is not None else following
            if _says_everyone(match[2], value):
                yield index, match[1]


def _in_variable(variable: Mapping[str, Any]) -> str:
    match = _VARIABLE.fullmatch(str(variable.get("name")))
    value = variable.get("value")
    return match[1].casefold() if match and isinstance(value, str) and _says_everyone(match[2], value) else ""


def _says_everyone(option: str, value: str | None) -> bool:
    if option.casefold() == "insecure":
        return value is None or value.casefold() in ("true", "1", "t")
    return value is not None and gateways.everyone(value.strip("\"'").split(","))


def _in_values(path: _Path, values: Mapping[str, Any]) -> Iterator[tuple[_Path, str]]:
    for name, port in as_map(values.get("ports")).items():
        for about, said in as_map(port).items():
            if str(about).casefold() in _BELIEFS and _is_trusting(said):
                yield (*path, "ports", name, about), str(name)
    for name in ("additionalArguments", "globalArguments"):
        for index, entry in _in_words(values.get(name)):
            yield (*path, name, index), entry


def _in_file(name: str, text: str) -> str:
    """The first entry point of Traefik's own configuration that believes whoever asks; empty where none does, or it is none."""
    folded = text.casefold()
    if "entrypoints" not in folded or not any(word in folded for word in _BELIEFS):
        return ""
    try:
        static = tomllib.loads(text) if name.endswith(".toml") else map_in(text)
    except (ValueError, RecursionError):
        return ""
    for entry_name, entry in as_map(_folded(static).get("entrypoints")).items():
        if any(_is_trusting(_folded(as_map(entry)).get(about)) for about in _BELIEFS):
            return str(entry_name)
    return ""


def _is_trusting(said: object) -> bool:
    about = _folded(as_map(said))
    networks = about.get("trustedips")
    if isinstance(networks, str):
        networks = networks.split(",")
    return about.get("insecure") is True or (isinstance(networks, list) and gateways.everyone(_texts(networks)))


def _texts(values: Iterable[object]) -> list[str]:
    return [str(value) for value in values]


def _folded(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {str(key).casefold(): value for key, value in values.items()}


PARTS = {"RIP035": Part(("ConfigMap", *WORKLOADS, "Pod", VALUES), _believes)}
