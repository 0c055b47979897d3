"""The rule about TKE's keys in a place where nobody reads them: labels, a spec, a workload or its pods."""

from collections.abc import Iterator, Mapping
from typing import Any

from realip import tke
from realip.audit import keys
from realip.audit.objects import WORKLOADS, Found, as_map
from realip.audit.rule import REMOVED, Change, Cost, Match, Part
from realip.audit.scene import Scene
from realip.messages import Message, message

__all__ = ["ELSEWHERE", "PARTS"]

_ANNOTATIONS = ("metadata", "annotations")
_LABEL_OF_TKE = "service.cloud.tencent.com/loadbalance-type"
_OWNERS: Mapping[str, str] = {
    key: kind
    for kind, documented in keys.DOCUMENTED.items()
    for key, about in documented.items()
    if not about.by_tke and key not in (_LABEL_OF_TKE, tke.CLASS_ANNOTATION)
}
"""Each key that people write, and the kind of object that it is for."""
_PLACES = (
    ("annotations",),
    ("metadata", "labels"),
    ("spec", "annotations"),
    ("spec", "labels"),
    ("spec", "template", "metadata", "annotations"),
    ("spec", "template", "metadata", "labels"),
)
"""Where keys are met that belong among an object's annotations."""


def _misplaced(scene: Scene, found: Found) -> Iterator[Match]:
    del scene
    for path, key in _found_in(found):
        place, owner = ".".join(path), _OWNERS[key]
        yield Match((*path, key), {"key": key, "kind": found.kind, "meant": _meant(place, owner)})


def _meant(place: str, owner: str) -> Message:
    return message("meant_place", place=place, owner=owner)


def _found_in(found: Found) -> Iterator[tuple[tuple[str, ...], str]]:
    if found.kind == "Pod" and as_map(found.body.get("metadata")).get("ownerReferences"):
        return  # its maker says the same
    own = () if found.kind in keys.DOCUMENTED else (_ANNOTATIONS,)
    for path in (*own, *_PLACES):
        inner: Mapping[str, Any] = found.body
        for step in path:
            inner = as_map(inner.get(step))
        for key in inner:
            if key in _OWNERS:
                yield path, key


def _put_right(scene: Scene, found: Found) -> Iterator[Change]:
    """Among the annotations, of an object of the right kind."""
    del scene
    for path, key in _found_in(found):
        if _OWNERS[key] == found.kind:
            value: Any = found.body
            for step in (*path, key):
                value = value[step]
            yield Change(found, (*path, key), REMOVED)
            if key not in found.annotations and isinstance(value, str):
                yield Change(found, (*_ANNOTATIONS, key), value)


PARTS = {"RIP033": Part(("Service", "Ingress"), _misplaced, fix=_put_right, cost=Cost.REBIND)}
ELSEWHERE = {"RIP033": Part((*WORKLOADS, "Pod", "Namespace"), _misplaced)}
