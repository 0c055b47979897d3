"""`realip diff`: what differs between two stacks, by resource and field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from realip.offline.summary import summary
from realip.offline.values import leaves, plain
from realip.terminal import Line, Span

if TYPE_CHECKING:
    from realip.offline.monitor import Recording, Resource

__all__ = ["Change", "Comparison", "FieldChange", "as_json", "compare", "page"]

_ABSENT = object()


@dataclass(frozen=True)
class FieldChange:
    """A field that differs; a side that does not have it has None."""

    path: str
    a: Any
    b: Any


@dataclass(frozen=True)
class Change:
    """A resource of both stacks that differs."""

    resource: "Resource"
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Comparison:
    """What differs between stack a and stack b."""

    a: str
    b: str
    only_in_a: "tuple[Resource, ...]"
    only_in_b: "tuple[Resource, ...]"
    changed: tuple[Change, ...]
    outputs: tuple[FieldChange, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.only_in_a or self.only_in_b or self.changed or self.outputs)


def compare(a: "Recording", b: "Recording") -> Comparison:
    """What differs. A resource is the same in both when it has the same type, name and parents."""
    of_a, of_b = _by_place(a), _by_place(b)
    changes = (Change(resource, _fields(resource, of_b[place])) for place, resource in of_a.items() if place in of_b)
    return Comparison(
        a=a.stack,
        b=b.stack,
        only_in_a=tuple(resource for place, resource in of_a.items() if place not in of_b),
        only_in_b=tuple(resource for place, resource in of_b.items() if place not in of_a),
        changed=tuple(change for change in changes if change.fields),
        outputs=tuple(_differences(a.outputs, b.outputs)),
    )


def _by_place(recording: "Recording") -> "dict[str, Resource]":
    """Resources by their URN without the stack's name."""
    return {resource.urn.split("::", 2)[2]: resource for resource in recording.resources}


def _fields(a: "Resource", b: "Resource") -> tuple[FieldChange, ...]:
    return (*_differences(a.inputs, b.inputs), *_differences(a.options, b.options, prefix="options."))


def _differences(a: Mapping[str, Any], b: Mapping[str, Any], prefix: str = "") -> Iterator[FieldChange]:
    of_a, of_b = dict(leaves(a)), dict(leaves(b))
    for path in sorted({*of_a, *of_b}):
        left, right = of_a.get(path, _ABSENT), of_b.get(path, _ABSENT)
        if left != right:
            yield FieldChange(f"{prefix}{path}", _side(left), _side(right))


def _side(value: Any) -> Any:
    return None if value is _ABSENT else plain(value)


def page(comparison: Comparison) -> Iterator[Line]:
    """The comparison as lines."""
    yield [Span(f"{comparison.a} → {comparison.b}", "title")]
    yield []
    if comparison.same:
        yield [Span("Nothing differs.")]
        return
    for mark, style, resources in (
        ("-", "removed", comparison.only_in_a),
        ("+", "added", comparison.only_in_b),
    ):
        for resource in resources:
            yield [Span(f"{mark} ", style), *_named(resource, style)]
    for change in comparison.changed:
        yield [Span("~ ", "changed"), *_named(change.resource, "name")]
        yield from _lines(change.fields)
    if comparison.outputs:
        yield [Span("~ ", "changed"), Span("outputs", "name")]
        yield from _lines(comparison.outputs)


def _named(resource: "Resource", style: str) -> Line:
    kind = summary(resource).kind if resource.custom else resource.type.rpartition(":")[2]
    return [Span(kind, "kind"), Span(f"  {resource.name}", style)]


def _lines(fields: tuple[FieldChange, ...]) -> Iterator[Line]:
    for change in fields:
        yield [Span(f"    {change.path}: "), *_values(change)]


def _values(change: FieldChange) -> Line:
    if change.a is None:
        return [Span(f"+ {_shown(change.b)}", "added")]
    if change.b is None:
        return [Span(f"- {_shown(change.a)}", "removed")]
    return [Span(_shown(change.a), "removed"), Span(" → ", "aside"), Span(_shown(change.b), "added")]


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON has it; docs/offline.md describes the keys."""
    return {
        "a": comparison.a,
        "b": comparison.b,
        "onlyInA": [_identity(resource) for resource in comparison.only_in_a],
        "onlyInB": [_identity(resource) for resource in comparison.only_in_b],
        "changed": [
            {**_identity(change.resource), "fields": [_field(item) for item in change.fields]}
            for change in comparison.changed
        ],
        "outputs": [_field(change) for change in comparison.outputs],
    }


def _identity(resource: "Resource") -> dict[str, Any]:
    return {"type": resource.type, "name": resource.name, "component": not resource.custom}


def _field(change: FieldChange) -> dict[str, Any]:
    return {"path": change.path, "a": change.a, "b": change.b}
