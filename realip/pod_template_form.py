"""A part of a PodTemplateSpec by itself: whether it has the API's fields and the directives of a strategic merge, and nothing else."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from realip.errors import nearest
from realip.pod_fields import ROOT, Field, fields_of
from realip.problems import HALF_A_CHARACTER, KEY_IS_NO_TEXT, MUST_BE
from realip.quantities import amount_of
from realip.strategic_merge import DELETE_FROM, ORDER, PATCH, RETAIN

__all__ = ["Fault", "Steps", "form_faults", "with_texts"]

Steps = tuple[int | str, ...]
"""A place in a part of a pod template as somebody wrote it: fields and positions."""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a part of a pod template."""

    steps: Steps
    """Where: fields and positions, from the template on."""
    value: Any
    message: str


def form_faults(part: Any, is_later: Callable[[object], bool] = lambda _: False) -> Iterator[Fault]:
    """The faults of a part of a pod template by itself: no field of the API, of another kind, or no directive."""
    yield from _Look(is_later).map(part, ROOT, ())


class _Look:
    """A look at a part of a pod template by itself."""

    def __init__(self, is_later: Callable[[object], bool]) -> None:
        self._is_later = is_later

    def map(self, part: Any, type_: str, at: Steps, field: Field | None = None) -> Iterator[Fault]:
        """Something that has to be a map of a type's fields."""
        if not isinstance(part, Mapping):
            yield Fault(at, part, self._unlike("map", part))
            return
        fields = fields_of(type_) or {}
        if field is not None and field.merges and field.key and PATCH not in part and part.get(field.key) is None:
            yield Fault(at, part, f"has no {field.key}, by which entries of this list are told apart; add it")
        for key, value in part.items():
            place = (*at, key)
            if not isinstance(key, str):
                yield Fault(at, part, KEY_IS_NO_TEXT)
            elif key.startswith("$"):
                yield from self._directive(key, value, part, fields, place)
            elif half := _half_a_character(key):
                yield Fault(at, None, half)
            elif key not in fields:
                known = _OF_METADATA if at == ("metadata",) else fields
                yield Fault(place, value, f"is not a field of {type_}; {_guess(key, known)}")
            elif at == ("metadata",) and key not in _OF_METADATA:
                yield Fault(place, value, f"says nothing in a pod template; known are {', '.join(_OF_METADATA)}")
            elif value is not None:
                yield from self._value(value, fields[key], place)

    def _value(self, value: Any, field: Field, at: Steps) -> Iterator[Fault]:
        entry = Field(field.type, merges=field.merges, key=field.key)
        if field.is_list:
            if not isinstance(value, Sequence) or isinstance(value, str | bytes):
                yield Fault(at, value, self._unlike("list", value))
                return
            for index, one in enumerate(value):
                yield from self._one(one, entry, (*at, index))
            yield from self._twice(value, field, at)
        elif field.is_map:
            if not isinstance(value, Mapping):
                yield Fault(at, value, self._unlike("map", value))
                return
            for key, one in value.items():
                if not isinstance(key, str):
                    yield Fault(at, value, KEY_IS_NO_TEXT)
                elif half := _half_a_character(key):
                    yield Fault(at, None, half)
                elif key.startswith("$"):
                    yield from self._directive(key, one, value, {}, (*at, key))
                elif one is not None:
                    yield from self._one(one, entry, (*at, key))
        else:
            yield from self._one(value, entry, at)

    def _twice(self, entries: Sequence[Any], field: Field, at: Steps) -> Iterator[Fault]:
        """Entries that a merge makes one of, since it tells them apart by their key alone; not where it replaces the list."""
        seen: list[Any] = []
        for index, one in enumerate(entries):
            if field.key is None or not isinstance(one, Mapping) or one.get(PATCH) == "replace":
                return
            key = one.get(field.key)
            if key is None or PATCH in one or self._is_later(key):
                continue
            if key in seen:
                message = f"is in the list already, and a merge makes one of the two; name it once, or put {{{PATCH}: replace}} first for two"
                yield Fault((*at, index, field.key), key, message)
            seen.append(key)

    def _one(self, value: Any, field: Field, at: Steps) -> Iterator[Fault]:
        if field.inside is not None:
            yield from self.map(value, field.type, at, field)
            key = value.get(field.key) if field.key and isinstance(value, Mapping) else None
            if self._is_later(key):
                yield Fault((*at, str(field.key)), None, "is an output, and entries are merged by it now; write it out")
        elif (wrong := _wrong_kind(value, field.type)) and not self._is_later(value):
            yield Fault(at, value, wrong)

    def _unlike(self, kind: str, value: Any) -> str:
        if self._is_later(value):
            return "is an output, and what is in it is merged now; write it out, with outputs as the values inside"
        return MUST_BE[kind]

    def _directive(
        self, key: str, value: Any, part: Mapping[str, Any], fields: Mapping[str, Field], at: Steps
    ) -> Iterator[Fault]:
        """A directive of strategic merge."""
        name = key.partition("/")[2]
        if key == PATCH:
            if value not in ("replace", "delete"):
                yield Fault(at, value, "is no directive; write replace or delete")
            elif value == "replace" and (empty := [one for one in part if part[one] is None]):
                yield Fault((*at[:-1], empty[0]), None, f"removes nothing where {PATCH} replaces all; leave it out")
        elif key == RETAIN:
            if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
                yield Fault(at, value, "must be a list of the keys that stay")
            elif left := [
                one for one in part if not one.startswith("$") and part[one] is not None and one not in value
            ]:
                yield Fault(at, list(value), f"leaves out {', '.join(left)}, said beside it; add it")
        elif not key.startswith((DELETE_FROM, ORDER)):
            yield Fault(at, value, f"is no directive; write {PATCH}, {RETAIN}, {DELETE_FROM}LIST or {ORDER}LIST")
        elif name not in fields or not fields[name].merges:
            merging = sorted(one for one in fields if fields[one].merges)
            yield Fault(at, value, f"names no list that is merged; known are {', '.join(merging) or 'none'}")
        elif key.startswith(DELETE_FROM) and fields[name].key:
            yield Fault(at, value, f"is for plain values; write an entry with {fields[name].key} and {PATCH}: delete")
        elif not isinstance(value, list | tuple):
            yield Fault(at, value, MUST_BE["list"])
        elif key.startswith(ORDER):
            yield from self._order(value, part.get(name) or (), fields[name], at)

    def _order(self, value: Sequence[Any], said: Any, field: Field, at: Steps) -> Iterator[Fault]:
        """An order names every entry that is said beside it."""
        key = field.key
        if key and not all(isinstance(one, Mapping) and key in one for one in value):
            yield Fault(at, list(value), f"must be a list of entries with {key} alone")
            return
        names = [one[key] if key else one for one in value]
        entries = [one for one in said if not (isinstance(one, Mapping) and PATCH in one)]
        missing = [one.get(key) if key else one for one in entries if (one.get(key) if key else one) not in names]
        if missing:
            yield Fault(at, list(value), f"leaves out {', '.join(map(str, missing))}, said beside it; add it")


def with_texts(part: Mapping[str, Any], change: Callable[[str], Any]) -> dict[str, Any]:
    """A part of a pod template with its texts changed, but for those that a merge goes by."""
    changed: dict[str, Any] = _with_texts(part, Field(ROOT), change)
    return changed


def _with_texts(value: Any, field: Field, change: Callable[[str], Any]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_with_texts(one, field, change) for one in value]
    if not isinstance(value, Mapping):
        return value
    fields = field.inside or {}
    return {
        key: one if key == field.key or key.startswith("$") else _with_texts(one, fields.get(key, field), change)
        for key, one in value.items()
    }


_OF_METADATA = ("annotations", "labels")
"""Metadata that a template hands on to its pods."""


def _guess(key: str, fields: Collection[str]) -> str:
    """The advice on a field that the API does not have; in programs people spell it in snake_case."""
    first, *rest = key.split("_")
    camel = first + "".join(word.title() for word in rest)
    return f"did you mean {camel}?" if camel in fields else nearest(key, fields)


_LARGEST = 2**63
"""The API's whole numbers end before it."""


def _wrong_kind(value: Any, type_: str) -> str | None:
    """The problem with a plain value of another kind; None if there is none."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
    whole = number and value == int(value)
    if isinstance(value, str) and (half := _half_a_character(value)):
        return half
    match type_:
        case "integer" if not whole:
            return MUST_BE["whole number"]
        case "boolean" if not isinstance(value, bool):
            return MUST_BE["bool"]
        case "IntOrString" if not (whole or isinstance(value, str)):
            return "must be a whole number or text"
        case "Quantity" if amount_of(value) is None:
            return "is no quantity; write one such as 100m or 1Gi"
        case "string" | "Time" if not isinstance(value, str):
            return MUST_BE["text"]
    return None


def _half_a_character(text: str) -> str | None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return HALF_A_CHARACTER
    return None
