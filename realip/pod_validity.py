"""The pod templates that the Kubernetes API refuses in any namespace, although each of their fields is one of its own.

The rules are those of the API reference of Kubernetes 1.34: fields of which there may be one, and values that exclude each other. A
value that is known later is the API server's to judge.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from realip.pod_fields import ROOT, Field, fields_of
from realip.pod_security import Place

__all__ = ["contradictions"]

_ONE_OF: Mapping[str, Sequence[str]] = {
    "EnvFromSource": ("configMapRef", "secretRef"),
    "EnvVar": ("value", "valueFrom"),
    "EnvVarSource": (*(fields_of("EnvVarSource") or {}),),
    "LifecycleHandler": ("exec", "httpGet", "sleep", "tcpSocket"),
    "Probe": ("exec", "grpc", "httpGet", "tcpSocket"),
    "Volume": (*(name for name in fields_of("Volume") or {} if name != "name"),),
    "VolumeProjection": (*(fields_of("VolumeProjection") or {}),),
}
"""Fields of a type of which one may say something."""
_PROFILES = ("AppArmorProfile", "SeccompProfile")


def contradictions(template: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Places of a pod template that the API refuses, with what to do."""
    yield from _map(template, ROOT, ())


def _map(value: Mapping[str, Any], type_: str, place: Place) -> Iterator[tuple[Place, str]]:
    yield from _wrong(value, type_, place)
    for name, field in (fields_of(type_) or {}).items():
        if value.get(name) is not None and field.inside is not None:
            yield from _field(value[name], field, (*place, name))


def _field(value: Any, field: Field, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, Mapping):
        yield from _map(value, field.type, place)
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            if isinstance(entry, Mapping):
                step = index if field.key is None else (field.key, entry.get(field.key))
                yield from _map(entry, field.type, (*place, step))


def _wrong(value: Mapping[str, Any], type_: str, place: Place) -> Iterator[tuple[Place, str]]:
    """The problems of one object of a type by itself."""
    said = [name for name in _ONE_OF.get(type_, ()) if value.get(name) not in (None, "")]
    if len(said) > 1:
        yield place, f"has {' and '.join(said)}, of which Kubernetes takes one; remove the others"
    if type_ in _PROFILES and not value.get("type"):
        yield place, "has no type, which Kubernetes asks for; add type: RuntimeDefault, or leave the profile out"
    if type_ == "PodSpec" and value.get("ephemeralContainers"):
        yield (*place, "ephemeralContainers"), "cannot be in a template, says Kubernetes; make them containers"
    if type_ == "WindowsSecurityContextOptions" and value.get("hostProcess") is True:
        yield (*place, "hostProcess"), "asks for the address of the node, and each pod needs one of its own; remove it"
    if type_ == "SecurityContext" and value.get("allowPrivilegeEscalation") is False:
        remedy = "cannot be with allowPrivilegeEscalation: false; remove it, or set that to true"
        if value.get("privileged") is True:
            yield (*place, "privileged"), remedy
        added = (value.get("capabilities") or {}).get("add")
        if isinstance(added, list | tuple) and "CAP_SYS_ADMIN" in added:
            yield (*place, "capabilities", "add"), f"names CAP_SYS_ADMIN, which {remedy}"
