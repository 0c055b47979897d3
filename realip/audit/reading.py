"""Objects of a text: of one document or many, YAML or JSON, lists taken apart."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from realip.audit import json_text, yaml_text
from realip.audit.helm_values import as_values, carried
from realip.audit.objects import CLUSTER_WIDE, KINDS, NAMELESS, Found, Place
from realip.errors import InputError

__all__ = ["objects_in", "take"]

_LARGEST_NAME = 300
_NO_NAME = "-"


def objects_in(text: str, name: str) -> Iterator[Found | None]:
    """The objects of a text, None for each object of a kind that is not looked at. InputError for what is neither YAML nor JSON."""
    entries: Iterable[tuple[Any, int, yaml_text.Piece]]
    if json_text.is_json(text):
        try:
            entries = list(json_text.documents(text, name))
        except InputError as refused:
            try:
                entries = list(yaml_text.documents(text, name))  # a flow of YAML looks like it
            except InputError as also:
                raise (also if yaml_text.hint(text) else refused) from None
    else:
        entries = yaml_text.documents(text, name)
    for value, line, piece in entries:
        for found in _of(value, Place(name, line, piece.start, piece.end)):
            if found is not None and piece.twice is not None:
                key, at = piece.twice
                raise InputError(
                    f"{name}, line {at}: {key[:80]!r} is there twice in one map, and Kubernetes takes the last one without a "
                    "word; take one out"
                )
            yield found


def _of(value: Any, place: Place) -> Iterator[Found | None]:
    if value is None:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _of(item, Place(place.file, place.line, place.start, place.end, index))
        return
    if not isinstance(value, dict):
        raise InputError(f"{_said(place)}: is {_kind_of(value)}, not a Kubernetes object")
    kind, version = value.get("kind"), value.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str):
        if "kind" not in value:
            yield from as_values(value, place)
        return
    if kind.endswith("List") and "items" in value:
        yield from _items(value, kind, version, place)
        return
    yield from carried(value, kind, _group_of(version), place)
    yield take(value, kind, version, place)


def _items(value: Mapping[str, Any], kind: str, version: str, place: Place) -> Iterator[Found | None]:
    items = value["items"]
    if items is None:
        return
    if not isinstance(items, list):
        raise InputError(f"{_said(place)}: items of {kind} are {_kind_of(items)}, not a list")
    of = kind.removesuffix("List")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise InputError(f"{_said(place)}: items[{index}] of {kind} is {_kind_of(item)}, not an object")
        inner = Place(place.file, place.line, place.start, place.end, index)
        # What an API server lists has the kind on the list only.
        if of and "kind" not in item:
            yield take({**item, "kind": of, "apiVersion": version}, of, version, inner)
        else:
            yield from _of(item, inner)


def take(body: Mapping[str, Any], kind: str, version: str, place: Place) -> Found | None:
    """An object of a kind that is looked at; None for others. InputError for one without a name."""
    if kind not in KINDS or _group_of(version) not in KINDS[kind]:
        return None
    metadata: Any = body.get("metadata")
    if kind in NAMELESS and not metadata:
        metadata = {}
    if not isinstance(metadata, Mapping):
        raise InputError(f"{_said(place)}: {kind} has no metadata with a name")
    name, generated = metadata.get("name"), metadata.get("generateName")
    if name is None and isinstance(generated, str):
        name = f"{generated}*"
    if name is None and kind in NAMELESS:
        name = _NO_NAME
    if not isinstance(name, str) or not name or len(name) > _LARGEST_NAME:
        raise InputError(
            f"{_said(place)}: {kind} has no name, or one that is no text; metadata.name = {str(name)[:80]!r}"
        )
    namespace = metadata.get("namespace")
    if namespace is not None and not isinstance(namespace, str):
        raise InputError(f"{_said(place)}: {kind} {name}: metadata.namespace = {str(namespace)[:80]!r} is no text")
    annotations = metadata.get("annotations")
    if annotations is not None and not isinstance(annotations, Mapping):
        raise InputError(f"{_said(place)}: {kind} {name}: metadata.annotations is {_kind_of(annotations)}, not a map")
    spec = body.get("spec")
    if spec is not None and not isinstance(spec, Mapping):
        raise InputError(f"{_said(place)}: {kind} {name}: spec is {_kind_of(spec)}, not a map")
    if "name" not in metadata or "metadata" not in body:
        body = {**body, "metadata": {**metadata, "name": name}}
    nowhere = kind in CLUSTER_WIDE or (kind in NAMELESS and not namespace)
    space = "" if nowhere else namespace or "default"
    return Found(kind, space, name, body, place, annotations or {})


def _group_of(version: str) -> str:
    """`apps` of `apps/v1`; empty for the core's `v1`."""
    return version.rpartition("/")[0]


def _said(place: Place) -> str:
    item = "" if place.index is None else f", item {place.index}"
    return f"{place.file}{'' if place.line is None else f', line {place.line}'}{item}"


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "a map", list: "a list", str: "plain text", int: "a number", float: "a number", type(None): "empty"}
    return names.get(type(value), type(value).__name__)
