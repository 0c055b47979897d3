"""Rules about annotations: keys that TKE does not know there, and values that it does not take."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from realip import tke
from realip.audit import keys
from realip.audit.charts import CHART_SERVICE
from realip.audit.objects import Found
from realip.audit.refusals import refusal
from realip.audit.rule import REMOVED, Change, Cost, Match, Part, Renamed
from realip.audit.scene import Scene
from realip.behaviour import Binding
from realip.messages import Message, message
from realip.tke_objects import is_qcloud, is_true

__all__ = ["CHARTS", "PARTS"]

_ANNOTATIONS = ("metadata", "annotations")
_NEAR = 0.88
_OWN_WORDS = ("tencent", "qcloud", "tke")
"""Words in the prefix of a key by which TKE's is meant, however it is spelt."""
_GRACE = {"Service": tke.SERVICE_GRACE_DELETION, "Ingress": tke.INGRESS_GRACE_DELETION}


def _looked_at(scene: Scene, found: Found) -> bool:
    """An object whose annotations TKE reads."""
    if not found.annotations:
        return False
    if _owner(found) == "Service":
        return found.spec.get("type") == "LoadBalancer"
    return is_qcloud(found.body, scene.world.default_class)


def _owner(found: Found) -> str:
    """The kind whose keys an object has: a Service's, where a chart makes it."""
    return "Service" if found.kind == CHART_SERVICE else found.kind


def _grace(scene: Scene, found: Found) -> Iterator[Match]:
    if not _looked_at(scene, found):
        return
    key = _GRACE[found.kind]
    asked = is_true(found.annotations.get(_DIRECT[found.kind]))
    if is_true(found.annotations.get(key)) and not asked and scene.access(found).binding is not Binding.PODS:
        yield Match((*_ANNOTATIONS, key), {"key": key, "instead": _DIRECT[found.kind]})
    for old in found.annotations:
        about = keys.DOCUMENTED[found.kind].get(old)
        if about is not None and about.instead is not None and "grace" in old:
            yield Match((*_ANNOTATIONS, old), {"key": old, "instead": about.instead})


_DIRECT = {"Service": tke.SERVICE_DIRECT_ACCESS, "Ingress": tke.INGRESS_DIRECT_ACCESS}


def _unknown_keys(scene: Scene, found: Found) -> Iterator[tuple[str, str]]:
    """Each annotation that TKE does not read on this object, and the one that is meant, if any is."""
    if not _looked_at(scene, found):
        return
    known = keys.DOCUMENTED[_owner(found)]
    from_server = keys.written_by_tke(found.body)
    for key in found.annotations:
        if key == tke.CLASS_ANNOTATION:
            continue
        about = known.get(key)
        if about is None:
            if not _of_other_kind(_owner(found), key) and (meant := meant_by(_owner(found), str(key))) is not None:
                yield str(key), meant
        elif (about.by_tke and not from_server) or (about.instead == "" and not from_server):
            yield str(key), ""


@cache
def meant_by(kind: str, key: str) -> str | None:
    """The documented key that an unknown one stands for; empty where none is near; None for a key that is not TKE's at all."""
    if key in keys.OF_OTHERS and kind == "Service":
        return keys.OF_OTHERS[key]
    documented = [name for name, about in keys.DOCUMENTED[kind].items() if not about.by_tke]
    folded = {name.casefold().replace("_", "-"): name for name in documented}
    spelt = key.casefold().replace("_", "-")
    if spelt in folded:
        return folded[spelt]
    if near := get_close_matches(spelt, folded, n=1, cutoff=_NEAR):
        return folded[near[0]]
    prefix, _, name = key.rpartition("/")
    named = next((each for each in documented if each.rpartition("/")[2] == name), "")
    if named and "-" in name and (not prefix or any(word in prefix for word in _OWN_WORDS)):
        return named
    owned = prefix.endswith("cloud.tencent.com") and prefix.split(".")[0] in {
        "service",
        "ingress",
        "services",
        "ingresses",
    }
    if not owned:
        return None
    return named


def _of_other_kind(kind: str, key: str) -> bool:
    other = "Ingress" if kind == "Service" else "Service"
    return key in keys.DOCUMENTED[other]


def _unknown(scene: Scene, found: Found) -> Iterator[Match]:
    for key, meant in _unknown_keys(scene, found):
        yield Match((*_ANNOTATIONS, key), {"key": key, "meant": _meaning(_owner(found), key, meant)})


def _meaning(kind: str, key: str, meant: str) -> Message:
    if meant:
        return message("meant_key", key=meant)
    about = keys.DOCUMENTED[kind].get(key)
    return message("meant_by_tke" if about is not None and about.by_tke else "meant_nothing")


def _wrong_object(scene: Scene, found: Found) -> Iterator[Match]:
    if not _looked_at(scene, found):
        return
    for key in found.annotations:
        if key not in keys.DOCUMENTED[_owner(found)] and _of_other_kind(_owner(found), key):
            yield Match(
                (*_ANNOTATIONS, key), {"key": key, "kind": _owner(found), "meant": _instead(_owner(found), key)}
            )


def _instead(kind: str, key: str) -> Message:
    twin = _twin(kind, key)
    return message("meant_twin", key=twin) if twin else message("meant_no_twin")


def _twin(kind: str, key: str) -> str | None:
    """The key of this kind of object that says what a key of the other kind says."""
    mine = "service.cloud.tencent.com/" if kind == "Service" else "ingress.cloud.tencent.com/"
    twin = mine + key.rpartition("/")[2]
    pairs = {
        tke.SERVICE_EXISTING_LOAD_BALANCER: tke.INGRESS_EXISTING_LOAD_BALANCER,
        tke.SERVICE_INTERNAL_SUBNET: tke.INGRESS_INTERNAL_SUBNET,
        tke.SERVICE_INTERNET_BANDWIDTH: tke.INGRESS_INTERNET_BANDWIDTH,
        tke.SERVICE_INTERNET_CHARGE_TYPE: tke.INGRESS_INTERNET_CHARGE_TYPE,
        tke.SERVICE_PARAMETERS: tke.INGRESS_PARAMETERS,
    }
    both = pairs | {value: name for name, value in pairs.items()}
    return twin if twin in keys.DOCUMENTED[kind] else both.get(key)


def _on_other_type(scene: Scene, found: Found) -> Iterator[Match]:
    """Direct access asked of a Service that has no load balancer."""
    if found in scene.backed:
        return  # it says what the Ingress before it says, and does no harm
    if refusal(found) is not None:
        return  # of a type that Kubernetes does not have
    if not found.spec.get("type") and not found.spec.get("ports"):
        return  # a part of a Service, such as a patch of Kustomize's
    if found.spec.get("type", "ClusterIP") != "LoadBalancer" and is_true(
        found.annotations.get(tke.SERVICE_DIRECT_ACCESS)
    ):
        kind = found.spec.get("type", "ClusterIP")
        yield Match((*_ANNOTATIONS, tke.SERVICE_DIRECT_ACCESS), {"key": tke.SERVICE_DIRECT_ACCESS, "type": kind})


def _not_text(scene: Scene, found: Found) -> Iterator[Match]:
    """On any object, looked at or not: the API server refuses it."""
    for key in scene.refused_keys(found):
        value = json.dumps(found.annotations[key], default=str)
        yield Match((*_ANNOTATIONS, key), {"key": key, "value": value[:60]})


def _bad_value(scene: Scene, found: Found) -> Iterator[Match]:
    if not _looked_at(scene, found):
        return
    for key, value in found.annotations.items():
        about = keys.DOCUMENTED[_owner(found)].get(key)
        if about is not None and about.values is not None and isinstance(value, str) and value not in about.values:
            yield Match(
                (*_ANNOTATIONS, key), {"key": key, "value": value[:60], "values": ", ".join(sorted(about.values))}
            )
    for key in (tke.SERVICE_PROTOCOLS, tke.SERVICE_PARAMETERS, tke.INGRESS_PARAMETERS):
        value = found.annotations.get(key)
        if isinstance(value, str) and key in keys.DOCUMENTED[_owner(found)] and not _is_json_map(value):
            yield Match((*_ANNOTATIONS, key), {"key": key, "value": value[:60], "values": "JSON"})


def _is_json_map(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


# --- Fixes -------------------------------------------------------------------------------------------------------------


def _without_grace(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _grace(scene, found):
        yield Change(found, match.path, REMOVED)


def _renamed(scene: Scene, found: Found) -> Iterator[Change]:
    for key, meant in _unknown_keys(scene, found):
        yield Change(found, (*_ANNOTATIONS, key), _named(found, meant))


def _named(found: Found, meant: str | None) -> object:
    """The right name for a key; it goes where there is none, or something under it already."""
    return Renamed(meant) if meant and meant not in found.annotations else REMOVED


def _moved(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _wrong_object(scene, found):
        key = match.values["key"]
        yield Change(found, match.path, _named(found, _twin(found.kind, key)))


def _quoted(scene: Scene, found: Found) -> Iterator[Change]:
    for key in scene.refused_keys(found):
        value = found.annotations[key]
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)
        yield Change(found, (*_ANNOTATIONS, key), text)


def _said_right(scene: Scene, found: Found) -> Iterator[Change]:
    words = {"true": "true", "yes": "true", "on": "true", "1": "true", "enable": "true", "enabled": "true"}
    words |= {"false": "false", "no": "false", "off": "false", "0": "false", "disable": "false", "disabled": "false"}
    for match in _bad_value(scene, found):
        key, value = match.values["key"], str(match.values["value"]).strip()
        about = keys.DOCUMENTED[found.kind].get(key)
        if about is not None and about.values == keys.BOOLEANS and value.casefold() in words:
            yield Change(found, match.path, words[value.casefold()])
        elif about is not None and about.values and value.upper() in about.values:
            yield Change(found, match.path, value.upper())


def _off(scene: Scene, found: Found) -> Iterator[Change]:
    for match in _on_other_type(scene, found):
        yield Change(found, match.path, REMOVED)


_BOTH = ("Service", "Ingress")
_ON_OFF = sorted(
    {name for known in keys.DOCUMENTED.values() for name, about in known.items() if about.values == keys.BOOLEANS}
)
_CEL_VALUES = (
    "{looked_at} && " + f"{_ON_OFF}.exists(key, key in variables.said && !(variables.said[key] in ['true', 'false']))"
)
_CEL_FOREIGN = "{looked_at} && {foreign}.exists(key, key in variables.said)"
_CEL_OLD = "{looked_at} && variables.said.exists(key, key.contains('cloud.tencent.com/enable-grace-shutdown'))"
PARTS = {
    "RIP019": Part(_BOTH, _grace, fix=_without_grace, cel=_CEL_OLD),
    "RIP020": Part(_BOTH, _unknown, fix=_renamed, cost=Cost.REBIND),
    "RIP031": Part(("Service", "Ingress", "Gateway"), _not_text, fix=_quoted, cost=Cost.REBIND),
    "RIP032": Part(_BOTH, _bad_value, fix=_said_right, cost=Cost.REBIND, cel=_CEL_VALUES),
    "RIP033": Part(_BOTH, _wrong_object, fix=_moved, cost=Cost.REBIND, cel=_CEL_FOREIGN),
    "RIP040": Part(("Service",), _on_other_type, fix=_off),
}
CHARTS = {
    "RIP020": Part((CHART_SERVICE,), _unknown),
    "RIP031": Part((CHART_SERVICE,), _not_text),
    "RIP032": Part((CHART_SERVICE,), _bad_value),
    "RIP033": Part((CHART_SERVICE,), _wrong_object),
}
"""The same rules on Services that charts make; nobody but the author of the values can change them there."""
