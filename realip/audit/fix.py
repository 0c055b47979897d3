"""Changed objects that a second audit finds nothing in: minimal, with their comments, each naming its rules and their cost."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from realip import tke
from realip.audit.examine import accepts
from realip.audit.objects import Found
from realip.audit.rule import REMOVED, Change, Cost, Part, Renamed, Rule
from realip.audit.rules import BY_KIND
from realip.audit.scene import Scene
from realip.audit.world import World
from realip.messages import Message

__all__ = ["Fixed", "fixed_objects"]

_MOST_PASSES = 12
"""One change may make another one possible: an annotation has to be text before its value matters."""
_SPELLING = ("RIP031", "RIP044", "RIP033", "RIP020", "RIP032")
"""Rules about how a thing is written: what is meant is to be known before it is judged."""
_MAKE_ANEW = {
    tke.SERVICE_INTERNAL_SUBNET,
    tke.SERVICE_EXISTING_LOAD_BALANCER,
    tke.INGRESS_INTERNAL_SUBNET,
    tke.INGRESS_EXISTING_LOAD_BALANCER,
}
"""Annotations with which TKE takes another load balancer."""


@dataclass
class Fixed:
    """An object with its changes; none where it only belongs to one that is changed."""

    found: Found
    """As it was."""
    body: Mapping[str, Any]
    """As it is now."""
    changes: list[Change] = field(default_factory=list)
    reasons: list[tuple[Rule, Message, Cost]] = field(default_factory=list)
    """Each rule, its sentence as a message, and the change's cost."""


def fixed_objects(world: World) -> list[Fixed]:
    """The objects of a world that rules change, and those that their findings are about."""
    bodies: dict[Found, Found] = {found: found for found in world.objects}
    made: dict[Found, Fixed] = {}
    for _ in range(_MOST_PASSES):
        now = {current: original for original, current in bodies.items()}
        scene = Scene(world.with_objects(bodies.values()))
        touched: set[Found] = set()
        for current, rule, part, about in _fixable(scene):
            changes = list(part.fix(scene, current)) if part.fix else []
            objects = {change.found for change in changes}
            if not changes or objects & touched:
                continue
            touched |= objects
            for changed in objects:
                mine = [change for change in changes if change.found is changed]
                original = now[changed]
                fixed = made.setdefault(original, Fixed(original, changed.body))
                fixed.body = _apply(changed.body, mine)
                fixed.changes += [replace(change, found=original) for change in mine]
                fixed.reasons.append((rule, about, _cost(changed, mine, part)))
                bodies[original] = replace_body(original, fixed.body)
            # A Service behind an Ingress makes sense together with it only.
            made.setdefault(now[current], Fixed(now[current], current.body))
        if not touched:
            break
    return list(made.values())


def _fixable(scene: Scene) -> Iterator[tuple[Found, Rule, Part, Message]]:
    for found in scene.world.objects:
        accepted = accepts(found)
        for rule, part in sorted(BY_KIND.get(found.kind, ()), key=_order):
            if part.fix is None or rule.id in accepted:
                continue
            for match in part.check(scene, found):
                yield found, rule, part, Message(f"rule_says_{rule.id}", match.values)
                break


def _order(of: tuple[Rule, Part]) -> int:
    return _SPELLING.index(of[0].id) if of[0].id in _SPELLING else len(_SPELLING)


def replace_body(found: Found, body: Mapping[str, Any]) -> Found:
    """The same object with other content."""
    annotations = (body.get("metadata") or {}).get("annotations") or {}
    return Found(found.kind, found.namespace, found.name, body, found.place, annotations)


def _apply(body: Mapping[str, Any], changes: Sequence[Change]) -> Mapping[str, Any]:
    made = copy.deepcopy(dict(body))
    for change in changes:
        put(made, change.path, change.value)
    return made


def put(body: Any, path: Sequence[str | int], value: Any) -> None:
    """Set a value at a path, with the maps on the way; take it away where the value is `REMOVED`, and an empty map with it."""
    *steps, last = path
    inner: Any = body
    above: list[tuple[Any, str | int]] = []
    for step in steps:
        above.append((inner, step))
        if isinstance(step, str) and inner.get(step) is None:
            inner[step] = {}
        inner = inner[step]
    if isinstance(value, Renamed):
        _rename(inner, last, value.key)
        return
    if value is not REMOVED:
        inner[last] = value
        return
    if isinstance(inner, dict):
        inner.pop(last, None)
    elif isinstance(last, int):
        del inner[last]
    while above and not inner and isinstance(inner, dict):
        inner, step = above.pop()
        del inner[step]


def _rename(inner: dict[Any, Any], old: object, new: str) -> None:
    """Another name for a key, with its place, and with its comments where it has some."""
    comments = getattr(getattr(inner, "ca", None), "items", {})
    if old in comments:
        comments[new] = comments.pop(old)
    items = [(new if key == old else key, value) for key, value in inner.items()]
    for key in list(inner):
        kept = comments.get(key)
        del inner[key]
        if kept is not None:
            comments[key] = kept  # ruamel.yaml takes them away with the key
    inner.update(items)


def _cost(found: Found, changes: Iterable[Change], part: Part) -> Cost:
    for change in changes:
        if change.path[-1] in _MAKE_ANEW:
            return Cost.NEW_LOAD_BALANCER
        if change.path == ("spec", "type") and found.spec.get("type") == "LoadBalancer":
            return Cost.LOAD_BALANCER_GONE
    return part.cost
