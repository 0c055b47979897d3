"""`realip preview`: what a stack would create, resources under their components, and how a client's address travels."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from realip.escapes import SECRET
from realip.messages import ENGLISH, Say
from realip.offline.journey import draw, journey, outsiders_warning
from realip.offline.summary import summary
from realip.offline.values import plain, sources
from realip.terminal import Line, Node, Span, tree
from realip.text_width import padded, width

if TYPE_CHECKING:
    from realip.offline.monitor import Recording, Resource
    from realip.settings.models import Settings

__all__ = ["as_json", "page", "warnings"]

_LATER = re.compile(r"(<[^<>]+>)")


def warnings(recording: "Recording", settings: "Settings | None", say: Say) -> list[str]:
    """The warnings of the program, and an exposure that nobody can use."""
    outsiders = outsiders_warning(settings, say) if settings and _follows(recording, settings) else None
    return [*recording.warnings, *([outsiders] if outsiders is not None else [])]


def page(recording: "Recording", settings: "Settings | None", say: Say) -> Iterator[Line]:
    """The preview as lines."""
    created, components, read = _counts(recording)
    yield from _title(recording, settings, say)
    for warning in warnings(recording, settings, say):
        yield []
        yield [Span(say("warning"), "warning"), Span(warning)]
    yield []
    for root in _forest(recording, say):
        yield from tree(root)
    yield []
    yield [
        Span(say("up_creates")),
        Span(say("up_resources", count=created), "title"),
        Span(say("up_components_and_reads" if read else "up_components", count=components, read=read)),
    ]
    yield []
    if settings and _follows(recording, settings):
        yield from _looked_at(settings, say)
        yield from draw(settings, recording, say)
        yield []
    if not recording.outputs:
        return
    yield [Span(say("outputs"), "title")]
    yield []
    longest = max(map(width, recording.outputs))
    for name, value in recording.outputs.items():
        yield [Span(f"  {padded(name, longest)}  ", "guide"), *_told(_flat(plain(value), say))]


def _looked_at(settings: "Settings", say: Say) -> Iterator[Line]:
    """The reads of an existing cluster that come before anything is written to it."""
    if settings.cluster.id is None:
        return
    yield [Span(say("cluster_is_looked_at", cluster=settings.cluster.id))]
    for code in ("version", "nodes", "controller"):
        yield [Span(f"  {say(f'cluster_look_{code}')}")]
    yield [Span(say("cluster_may_refuse"))]
    yield []


def _title(recording: "Recording", settings: "Settings | None", say: Say) -> Iterator[Line]:
    if settings is None:
        yield [Span(say("preview_project", name=recording.project), "title")]
        yield [Span(say("preview_stack", name=recording.stack), "aside")]
        return
    row = settings.row
    mode, nodes = say(f"mode_{row.network_mode.value}"), say(f"nodes_{row.choices.node_type.value}")
    title = say(f"title_{row.exposure.value}", mode=mode, nodes=nodes)
    yield [Span(say("preview_scenario", number=row.number, title=title), "title")]
    yield [Span(say("preview_stack", name=recording.stack), "aside")]
    yield [Span(say("preview_reads")), Span(say(f"app_reads_{row.reads.value}"), "client"), Span(say("full_stop"))]


def _follows(recording: "Recording", settings: "Settings") -> bool:
    """The program made the stack that the settings describe, and not something of its own."""
    return recording.outputs.get("scenario") == settings.row.slug


def _counts(recording: "Recording") -> tuple[int, int, int]:
    """How many resources are made, how many components group them, and how many are only read."""
    made = sum(resource.custom and not resource.read for resource in recording.resources)
    components = sum(not resource.custom for resource in recording.resources)
    return made, components, sum(resource.read for resource in recording.resources)


def _forest(recording: "Recording", say: Say) -> list[Node]:
    """The resources, each under its parent."""
    below: dict[str, list[Resource]] = defaultdict(list)
    known = {resource.urn for resource in recording.resources}
    for resource in recording.resources:
        below[resource.parent if resource.parent in known else ""].append(resource)
    return [_node(resource, below, say) for resource in below[""]]


def _node(resource: "Resource", below: "Mapping[str, list[Resource]]", say: Say) -> Node:
    if not resource.custom:
        kind = resource.type.rpartition(":")[2]
        node = Node([Span(kind, "component"), Span(f"  {resource.name}", "aside")])
    else:
        said = summary(resource, say)
        about = _told(f"  {said.about}") if said.about else []
        node = Node([Span(said.kind, "kind"), Span(f"  {resource.name}", "aside"), *about])
        for line in said.decisive:
            node.add(Span("▸ ", "decisive"), Span(line, "decisive"))
        for line in said.details:
            node.add(*_told(line))
    node.children += [_node(child, below, say) for child in below.get(resource.urn, ())]
    return node


def _told(text: str) -> list[Span]:
    """A text, with what is known later and what is secret set apart."""
    return [
        Span(part, "later" if _LATER.fullmatch(part) or part == SECRET else "") for part in _LATER.split(text) if part
    ] or [Span("")]


def _flat(value: Any, say: Say) -> str:
    """An output on one line."""
    if isinstance(value, Mapping):
        return "  ".join(f"{key} {_flat(item, say)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(item, say) for item in value)
    return say("none") if value is None else str(value)


def as_json(recording: "Recording", settings: "Settings | None") -> dict[str, Any]:
    """The preview as JSON has it; docs/offline.md describes the keys."""
    created, components, read = _counts(recording)
    return {
        "project": recording.project,
        "stack": recording.stack,
        "scenario": settings and settings.row.slug,
        "reads": settings and settings.row.reads.value,
        "counts": {"create": created, "components": components, "read": read},
        "warnings": warnings(recording, settings, ENGLISH),
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
            for hop in (
                journey(settings, recording, ENGLISH).hops if settings and _follows(recording, settings) else ()
            )
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
