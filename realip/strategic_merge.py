"""Strategic merge, as the Kubernetes API server applies a patch of type `application/strategic-merge-patch+json` to a pod template.

Maps merge key by key, null removes a key, lists with a merge key merge entry by entry, all others are replaced. Directives:
`$patch: replace|delete` in a map or in a list's entry, `$retainKeys`, `$deleteFromPrimitiveList/<list>`, `$setElementOrder/<list>`.
The rules are those of sigs.k8s.io, "Strategic Merge Patch"; tests/cluster compares every step with a real API server.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from realip.pod_fields import ROOT, Field, fields_of
from realip.quantities import quantity_text

__all__ = ["DELETE_FROM", "ORDER", "PATCH", "RETAIN", "merged"]

PATCH, RETAIN = "$patch", "$retainKeys"
DELETE_FROM, ORDER = "$deleteFromPrimitiveList/", "$setElementOrder/"


def merged(template: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A pod template with a patch merged into it; neither is changed, and a value that nobody knows yet stays as it is."""
    return _merge_map(template, patch, ROOT)


def _merge_map(original: Mapping[str, Any], patch: Mapping[str, Any], type_: str) -> dict[str, Any]:
    match patch.get(PATCH):
        case "replace":
            return _plain_map(patch, type_)
        case "delete":
            return {}
    found = {key: value for key, value in original.items() if key in patch.get(RETAIN, original)}
    for key, value in patch.items():
        if key.startswith(DELETE_FROM) and isinstance(found.get(name := key.removeprefix(DELETE_FROM)), Sequence):
            found[name] = [entry for entry in found[name] if entry not in value]
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            found.pop(key, None)
        elif key in found:
            found[key] = _merge_value(found[key], value, _field(type_, key))
        else:
            found[key] = _plain(value, _field(type_, key))
    for key, order in patch.items():
        if key.startswith(ORDER) and (name := key.removeprefix(ORDER)) in found:
            field = _field(type_, name)
            before = original.get(name) or ()
            found[name] = _ordered(found[name], order, before, field.key)
    return found


def _field(type_: str, key: str) -> Field:
    """The field of that name; of a map with free keys, its entries."""
    fields = fields_of(type_)
    return (fields or {}).get(key) or Field(type_)


def _merge_value(original: Any, patch: Any, field: Field) -> Any:
    if isinstance(original, Mapping) and isinstance(patch, Mapping):
        return _merge_map(original, patch, field.type)
    if _is_list(original) and _is_list(patch) and field.merges:
        return _merge_list(original, patch, field)
    return _plain(patch, field)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _merge_list(original: Sequence[Any], patch: Sequence[Any], field: Field) -> list[Any]:
    key = field.key
    if key is None:
        both = list(dict.fromkeys((*original, *patch)))
        return _ordered(both, patch, original, None)
    if any(entry.get(PATCH) == "replace" for entry in patch):
        return list(_plain(patch, field))
    gone = [entry[key] for entry in patch if entry.get(PATCH) == "delete"]
    found = kept = [entry for entry in original if entry.get(key) not in gone]
    changes = [entry for entry in patch if PATCH not in entry]
    found = list(kept)
    for change in changes:
        place = next((at for at, entry in enumerate(found) if entry.get(key) == change[key]), None)
        if place is None:
            found.append(_plain_map(change, field.type))
        else:
            found[place] = _merge_map(found[place], change, field.type)
    return _ordered(found, changes, kept, key)


def _ordered(entries: Sequence[Any], wanted: Sequence[Any], before: Sequence[Any], key: str | None) -> list[Any]:
    """Entries in the order of a patch; those that it does not name keep their place before the next that was behind them."""

    def name(entry: Any) -> Any:
        return entry.get(key) if key is not None else entry

    places, old = _places(map(name, wanted)), _places(map(name, before))
    named = sorted((entry for entry in entries if name(entry) in places), key=lambda entry: places[name(entry)])
    others = sorted((entry for entry in entries if name(entry) not in places), key=lambda entry: old[name(entry)])
    found = []
    while named and others:
        first, second = old.get(name(others[0])), old.get(name(named[0]))
        comes_first = first is not None and second is not None and first < second
        found.append(others.pop(0) if comes_first else named.pop(0))
    return [*found, *named, *others]


def _places(names: Any) -> dict[Any, int]:
    places: dict[Any, int] = {}
    for place, name in enumerate(names):
        places.setdefault(name, place)
    return places


def _plain(value: Any, field: Field) -> Any:
    """A value of a patch where nothing was before: without directives and nulls, quantities as text."""
    if isinstance(value, Mapping):
        return _plain_map(value, field.type)
    if _is_list(value):
        entry = Field(field.type)
        return [_plain(part, entry) for part in value if not (isinstance(part, Mapping) and PATCH in part)]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if field.type == "Quantity":
        return quantity_text(value)
    return int(value) if float(value).is_integer() else value  # other languages hand over 80.0 for 80


def _plain_map(value: Mapping[str, Any], type_: str) -> dict[str, Any]:
    if value.get(PATCH) == "delete":
        return {}
    return {
        key: _plain(part, _field(type_, key))
        for key, part in value.items()
        if part is not None and not key.startswith("$")
    }
