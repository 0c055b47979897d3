"""`realip preview`: what a stack would create, resources under their components, and how a client's address travels."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from realip.offline.journey import draw, journey, outsiders_warning
from realip.offline.summary import summary
from realip.offline.values import SECRET, plain, sources
from realip.terminal import Line, Node, Span, tree

if TYPE_CHECKING:
    from realip.offline.monitor import Recording, Resource
    from realip.settings.models import Settings

__all__ = ["as_json", "page", "warnings"]

_LATER = re.compile(r"(<[^<>]+>)")


def warnings(recording: "Recording", settings: "Settings | None") -> list[str]:
    """What the program warned of, and an exposure that nobody can use."""
    outsiders = outsiders_warning(settings) if settings and _follows(recording, settings) else None
    return [*recording.warnings, *([outsiders] if outsiders is not None else [])]


def page(recording: "Recording", settings: "Settings | None") -> Iterator[Line]:
    """The preview as lines."""
    created, components, read = _counts(recording)
    yield from _title(recording, settings)
    for warning in warnings(recording, settings):
        yield []
        yield [Span("warning: ", "warning"), Span(warning)]
    yield []
    for root in _forest(recording):
        yield from tree(root)
    looked_at = f", and read {read}" if read else ""
    yield []
    yield [
        Span("`pulumi up` would create "),
        Span(f"{created} resources", "title"),
        Span(f" in {components} components{looked_at}."),
    ]
    yield []
    if settings and _follows(recording, settings):
        yield from draw(settings)
        yield []
    if not recording.outputs:
        return
    yield [Span("Outputs", "title")]
    yield []
    width = max((len(name) for name in recording.outputs), default=0)
    for name, value in recording.outputs.items():
        yield [Span(f"  {name:<{width}}  ", "aside"), *_told(_flat(plain(value)))]


def _title(recording: "Recording", settings: "Settings | None") -> Iterator[Line]:
    if settings is None:
        yield [Span(f"Project {recording.project}", "title"), Span(f"  ·  stack {recording.stack}", "aside")]
        return
    row = settings.row
    yield [Span(f"Scenario {row.number}: {row.title}", "title"), Span(f"  ·  stack {recording.stack}", "aside")]
    yield [Span("The app reads the client's address from "), Span(_reads(row.reads.value), "client"), Span(".")]


def _reads(where: str) -> str:
    return "the socket peer" if where == "socket peer" else "the last entry of X-Forwarded-For"


def _follows(recording: "Recording", settings: "Settings") -> bool:
    """Whether the program made the stack that the settings describe, and not something of its own."""
    return recording.outputs.get("scenario") == settings.row.slug


def _counts(recording: "Recording") -> tuple[int, int, int]:
    """How many resources are made, how many components group them, and how many are only read."""
    made = sum(resource.custom and not resource.read for resource in recording.resources)
    components = sum(not resource.custom for resource in recording.resources)
    return made, components, sum(resource.read for resource in recording.resources)


def _forest(recording: "Recording") -> list[Node]:
    """The resources, each under its parent."""
    below: dict[str, list[Resource]] = defaultdict(list)
    known = {resource.urn for resource in recording.resources}
    for resource in recording.resources:
        below[resource.parent if resource.parent in known else ""].append(resource)
    return [_node(resource, below) for resource in below[""]]


def _node(resource: "Resource", below: "Mapping[str, list[Resource]]") -> Node:
    if not resource.custom:
        kind = resource.type.rpartition(":")[2]
        node = Node([Span(kind, "component"), Span(f"  {resource.name}", "aside")])
    else:
        said = summary(resource)
        about = _told(f"  {said.about}") if said.about else []
        node = Node([Span(said.kind, "kind"), Span(f"  {resource.name}", "aside"), *about])
        for line in said.decisive:
            node.add(Span("▸ ", "decisive"), Span(line, "decisive"))
        for line in said.details:
            node.add(*_told(line))
    node.children += [_node(child, below) for child in below.get(resource.urn, ())]
    return node


def _told(text: str) -> list[Span]:
    """A text, with what is known later and what is secret set apart."""
    return [
        Span(part, "later" if _LATER.fullmatch(part) or part == SECRET else "") for part in _LATER.split(text) if part
    ] or [Span("")]


def _flat(value: Any) -> str:
    """An output on one line."""
    if isinstance(value, Mapping):
        return "  ".join(f"{key} {_flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(item) for item in value)
    return "none" if value is None else str(value)


def as_json(recording: "Recording", settings: "Settings | None") -> dict[str, Any]:
    """The preview as JSON has it; docs/offline.md describes the keys."""
    created, components, read = _counts(recording)
    return {
        "project": recording.project,
        "stack": recording.stack,
        "scenario": settings and settings.row.slug,
        "reads": settings and settings.row.reads.value,
        "counts": {"create": created, "components": components, "read": read},
        "warnings": warnings(recording, settings),
        "resources": [resource_as_json(resource) for resource in recording.resources],
        "outputs": plain(recording.outputs),
        "journey": [
            {
                "place": hop.place,
                "detail": hop.detail,
                "passedBy": not hop.passed,
                "socketPeer": hop.peer,
                "forwardedFor": hop.forwarded_for,
            }
            for hop in (journey(settings) if settings and _follows(recording, settings) else ())
        ],
    }


def resource_as_json(resource: "Resource") -> dict[str, Any]:
    """One resource; `knownAfterUp` lists the places of its inputs that name another resource's output in <...>."""
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "component": not resource.custom,
        "read": resource.read,
        "inputs": plain(dict(resource.inputs)),
        "knownAfterUp": sorted({path for path, _ in sources(dict(resource.inputs))}),
        "dependsOn": sorted(resource.dependencies),
        "provider": resource.provider,
        "options": dict(resource.options),
    }
