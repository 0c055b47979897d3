"""The pod templates that the Kubernetes API refuses in any namespace, although each of their fields is one of its own.

The rules are those of the API reference of Kubernetes 1.34: fields of which there may be one, and values that exclude each other. A
value that is known later is the API server's to judge.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from realip.pod_fields import ROOT, Field, fields_of
from realip.pod_security import Place
from realip.pod_values import value_problems
from realip.quantities import amount_of

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
    yield from value_problems(value, type_, place)
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
    if look := _LOOKS.get(type_):
        yield from look(value, place)
    if type_ in _PROFILES and not value.get("type"):
        yield place, "has no type, which Kubernetes asks for; add type: RuntimeDefault, or leave the profile out"
    if type_ == "WindowsSecurityContextOptions" and value.get("hostProcess") is True:
        yield (*place, "hostProcess"), "asks for the address of the node, and each pod needs one of its own; remove it"
    if type_ == "SecurityContext" and value.get("allowPrivilegeEscalation") is False:
        remedy = "cannot be with allowPrivilegeEscalation: false; remove it, or set that to true"
        if value.get("privileged") is True:
            yield (*place, "privileged"), remedy
        added = (value.get("capabilities") or {}).get("add")
        if isinstance(added, list | tuple) and "CAP_SYS_ADMIN" in added:
            yield (*place, "capabilities", "add"), f"names CAP_SYS_ADMIN, which {remedy}"


def _of_pod(spec: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """A pod of a Deployment, with a name for each container, a volume for each mount, and servers for its own DNS."""
    if spec.get("ephemeralContainers"):
        yield (*place, "ephemeralContainers"), "cannot be in a template, says Kubernetes; make them containers"
    if spec.get("activeDeadlineSeconds") is not None:
        yield (*place, "activeDeadlineSeconds"), "ends pods, and those of a Deployment are started again; remove it"
    if spec.get("dnsPolicy") == "None" and not (spec.get("dnsConfig") or {}).get("nameservers"):
        message = "needs dnsConfig.nameservers, since the cluster's DNS is not asked; add them, or remove it"
        yield (*place, "dnsPolicy"), message
    yield from _containers(spec, place)


def _containers(spec: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """Names, ports and mounts of containers, which have one network and the pod's volumes."""
    volumes = [volume.get("name") for volume in spec.get("volumes") or ()]
    known = all(isinstance(name, str) for name in volumes)
    names: list[object] = []
    ports: list[tuple[object, object]] = []
    # A merge puts what somebody adds before what is there: from the end on it is theirs that is told to change.
    for group in ("containers", "initContainers"):
        for one in reversed(spec.get(group) or ()):
            at = (*place, group, ("name", one.get("name")))
            if one.get("name") in names:
                yield (*at, "name"), "is another container's too; take another name"
            names.append(one.get("name"))
            stays = group == "containers" or one.get("restartPolicy") == "Always"
            listening = _ports(one) if stays else []
            for port in listening:
                if port in ports and isinstance(port[0], int):
                    message = "is another container's too, and all of a pod have one network; take another port"
                    yield (*at, "ports", ("containerPort", port[0]), "containerPort"), message
            ports += listening
            for mount in one.get("volumeMounts") or ():
                name = mount.get("name")
                if known and isinstance(name, str) and name not in volumes:
                    message = "is no volume of the pod; add one of that name to spec.volumes"
                    yield (*at, "volumeMounts", ("mountPath", mount.get("mountPath")), "name"), message


def _ports(container: Mapping[str, Any]) -> list[tuple[object, object]]:
    return [(port.get("containerPort"), port.get("protocol") or "TCP") for port in container.get("ports") or ()]


def _of_container(container: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """Probes that ask something, and of which one success is enough to live."""
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if not isinstance(probe, Mapping) or not probe:
            continue
        if all(probe.get(handler) is None for handler in _ONE_OF["Probe"]):
            yield (*place, name), f"asks nothing; add one of {', '.join(_ONE_OF['Probe'])}"
        if name != "readinessProbe" and probe.get("successThreshold") not in (None, 1):
            yield (*place, name, "successThreshold"), "must be 1 for this probe, says Kubernetes; remove it"


def _of_resources(resources: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """Requests within limits."""
    limits = resources.get("limits") or {}
    for name, request in (resources.get("requests") or {}).items():
        least, most = amount_of(request), amount_of(limits.get(name))
        if least is not None and most is not None and least > most:
            yield (*place, "requests", name), f"is more than its limit, {limits[name]}; lower it"


def _of_toleration(toleration: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """A toleration whose parts belong together."""
    key, operator, value = (toleration.get(name) for name in ("key", "operator", "value"))
    if operator == "Exists" and value:
        yield (*place, "value"), "goes with the operator Equal; remove it, or write Equal"
    if not key and operator != "Exists":
        yield place, "has no key; add one, or write operator: Exists for every taint"
    if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
        yield (*place, "tolerationSeconds"), "goes with the effect NoExecute; remove it"


_MOST_NAMESERVERS = 3


def _of_dns(config: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """Servers that can be asked, and no more than a resolver knows."""
    servers = config.get("nameservers") or ()
    if len(servers) > _MOST_NAMESERVERS:
        yield (*place, "nameservers"), f"are more than Kubernetes takes; name at most {_MOST_NAMESERVERS}"
    for index, server in enumerate(servers):
        if isinstance(server, str) and not _is_address(server):
            yield (*place, "nameservers", index), "is no IP address; write one such as 10.0.0.53"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


_LOOKS: Mapping[str, Callable[[Mapping[str, Any], Place], Iterator[tuple[Place, str]]]] = {
    "Container": _of_container,
    "PodDNSConfig": _of_dns,
    "PodSpec": _of_pod,
    "ResourceRequirements": _of_resources,
    "Toleration": _of_toleration,
}
"""Looks at what the fields of a type have to do with each other."""
