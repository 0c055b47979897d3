"""`realip diff`: the differences between two stacks by resource and field, and what an update would replace."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from realip.messages import ENGLISH, Say
from realip.offline.differences import FieldChange, differences
from realip.offline.replacements import REFUSED, followers, place, read_at_creation, replaces
from realip.offline.summary import summary
from realip.terminal import Line, Span

if TYPE_CHECKING:
    from realip.offline.monitor import Recording, Resource

__all__ = ["Change", "Comparison", "as_json", "compare", "page"]


@dataclass(frozen=True)
class Change:
    """A resource of both stacks that differs, or follows one that does."""

    resource: "Resource"
    fields: tuple[FieldChange, ...]
    replaced: bool = False
    """The engine would replace it: by a field of its own, or because what it follows is replaced."""
    follows: str | None = None
    """The resource whose replacement replaces this one."""
    refused: tuple[str, ...] = ()
    """Codes of messages that say why an update would be refused."""


@dataclass(frozen=True)
class Comparison:
    """The differences between stack a and stack b, as an update from a to b would meet them."""

    a: str
    b: str
    only_in_a: "tuple[Resource, ...]"
    only_in_b: "tuple[Resource, ...]"
    changed: tuple[Change, ...]
    outputs: tuple[FieldChange, ...]

    @property
    def same(self) -> bool:
        """Nothing differs."""
        return not (self.only_in_a or self.only_in_b or self.changed or self.outputs)


def compare(a: "Recording", b: "Recording") -> Comparison:
    """Compare two stacks. A resource is the same in both when it has the same type, name and parents."""
    of_a, of_b = ({place(resource): resource for resource in one.resources} for one in (a, b))
    fields = {here: _fields(resource, of_b[here]) for here, resource in of_a.items() if here in of_b}
    replaced = {
        here for here, found in fields.items() if any(replaces(of_b[here].type, change.path) for change in found)
    }
    following = {here: leader for here, leader in followers(b, replaced).items() if here in of_a}
    return Comparison(
        a=a.stack,
        b=b.stack,
        only_in_a=tuple(resource for here, resource in of_a.items() if here not in of_b),
        only_in_b=tuple(resource for here, resource in of_b.items() if here not in of_a),
        changed=tuple(
            Change(
                of_b[here],
                found,
                replaced=here in replaced or here in following,
                follows=of_b[following[here]].name if here in following else None,
                refused=() if here in replaced or here in following else tuple(_refused(of_b[here].type, found)),
            )
            for here, found in fields.items()
            if found or here in following
        ),
        outputs=tuple(differences(a.outputs, b.outputs)),
    )


def _fields(a: "Resource", b: "Resource") -> tuple[FieldChange, ...]:
    return (*differences(dict(a.inputs), dict(b.inputs)), *differences(dict(a.options), dict(b.options), "options"))


def _refused(kind: str, fields: Sequence[FieldChange]) -> Iterator[str]:
    """Reasons for which a provider would refuse to take an entry away."""
    for (refusing, path), reason in REFUSED.items():
        if kind == refusing and any(change.path.startswith(f"{path}[") and change.b is None for change in fields):
            yield reason


def page(comparison: Comparison, say: Say) -> Iterator[Line]:
    """The comparison as lines."""
    yield [Span(f"{comparison.a} → {comparison.b}", "title")]
    yield []
    if comparison.same:
        yield [Span(say("diff_nothing"))]
        return
    for mark, style, resources in (
        ("-", "removed", comparison.only_in_a),
        ("+", "added", comparison.only_in_b),
    ):
        for resource in resources:
            yield [Span("  " if resource.read else f"{mark} ", style), *_named(resource, style, say)]
    for change in comparison.changed:
        yield [Span("+- " if change.replaced else "~ ", "changed"), *_named(change.resource, "name", say)]
        if change.follows is not None:
            yield [Span(f"    {say('diff_follows', name=change.follows)}", "aside")]
        yield from _lines(change.fields, say, change.resource.type)
        for reason in change.refused:
            yield [Span(f"    {say('diff_refused')}", "warning"), Span(say(reason))]
    if comparison.outputs:
        yield [Span("~ ", "changed"), Span(say("diff_outputs"), "name")]
        yield from _lines(comparison.outputs, say)
    if any(change.replaced for change in comparison.changed):
        yield []
        yield [Span(say("diff_replaced"), "aside")]


def _named(resource: "Resource", style: str, say: Say) -> Line:
    kind = summary(resource, say).kind if resource.custom else resource.type.rpartition(":")[2]
    read = [Span(f"  {say('is_read')}", "aside")] if resource.read else []
    return [Span(kind, "kind"), Span(f"  {resource.name}", style), *read]


def _lines(fields: Sequence[FieldChange], say: Say, kind: str = "") -> Iterator[Line]:
    for change in fields:
        because = [Span(f"  {say('diff_replaces')}", "warning")] if replaces(kind, change.path) else []
        because += [Span(f"  {say('diff_unread')}", "warning")] if read_at_creation(change.path) else []
        yield [Span(f"    {change.path}: "), *_values(change, say), *because]


def _values(change: FieldChange, say: Say) -> Line:
    if change.reordered:
        return [Span(say("diff_reordered"), "changed")]
    if change.a is None:
        return [Span(f"+ {_shown(change.b)}", "added")]
    if change.b is None:
        return [Span(f"- {_shown(change.a)}", "removed")]
    return [Span(_shown(change.a), "removed"), Span(" → ", "aside"), Span(_shown(change.b), "added")]


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON has it; docs/offline.md describes the keys."""
    return {
        "a": comparison.a,
        "b": comparison.b,
        "onlyInA": [_identity(resource) for resource in comparison.only_in_a],
        "onlyInB": [_identity(resource) for resource in comparison.only_in_b],
        "changed": [
            {
                **_identity(change.resource),
                "fields": [_field(item, change.resource.type) for item in change.fields],
                "replaced": change.replaced,
                "follows": change.follows,
                "refused": list(map(ENGLISH, change.refused)),
            }
            for change in comparison.changed
        ],
        "outputs": [_field(change) for change in comparison.outputs],
    }


def _identity(resource: "Resource") -> dict[str, Any]:
    return {"type": resource.type, "name": resource.name, "component": not resource.custom, "read": resource.read}


def _field(change: FieldChange, kind: str = "") -> dict[str, Any]:
    unread = {"readAtCreation": True} if read_at_creation(change.path) else {}
    return {"path": change.path, "a": change.a, "b": change.b, "replaces": replaces(kind, change.path), **unread}
