"""The `restricted` Pod Security level, held against a pod that settings and a pod template make together.

The API server takes a Deployment beyond the level of its namespace and refuses its pods, so that a rollout waits in vain. The rules
are those of kubernetes.io, "Pod Security Standards", 1.34. A value that is known later is the API server's to judge.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from realip.rules import RESTRICTED_CAPABILITIES

__all__ = ["violations"]

Place = tuple[str | tuple[str, Any], ...]
"""A place in a PodSpec: fields, and entries of a list as (key, value)."""

_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}
_PROFILES = ("RuntimeDefault", "Localhost")
_SELINUX_TYPES = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")


def violations(spec: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Places of a PodSpec that the level forbids, or at which it asks for more, with what to do."""
    for field in ("hostPID", "hostIPC"):
        if spec.get(field) is True:
            yield (field,), _forbidden("what the node's own processes share")
    yield from _context(spec.get("securityContext") or {}, ("securityContext",))
    for volume in spec.get("volumes") or ():
        for kind in volume.keys() - _VOLUMES - {"name"}:
            yield ("volumes", ("name", volume["name"]), kind), _forbidden("volumes of this kind")
    for group in ("initContainers", "containers"):
        for container in spec.get(group) or ():
            place: Place = (group, ("name", container["name"]))
            yield from _container(container, place)


def _forbidden(what: str) -> str:
    return f"is beyond the restricted Pod Security level, which forbids {what}; remove it"


def _container(container: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    context = container.get("securityContext") or {}
    capabilities = context.get("capabilities") or {}
    dropped = capabilities.get("drop") or ()
    if context.get("allowPrivilegeEscalation") in (None, True) or (
        isinstance(dropped, list | tuple) and "ALL" not in dropped
    ):
        yield (
            place,
            (
                "keeps privileges that the restricted Pod Security level asks every container to give up; add securityContext: "
                "{allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}"
            ),
        )
    inside = (*place, "securityContext")
    if context.get("privileged") is True:
        yield (*inside, "privileged"), _forbidden("privileged containers")
    for capability in capabilities.get("add") or ():
        if isinstance(capability, str) and capability not in RESTRICTED_CAPABILITIES:
            yield (
                (*inside, "capabilities", "add"),
                _forbidden(f"{capability} and every capability but NET_BIND_SERVICE"),
            )
    if context.get("procMount") not in (None, "Default"):
        yield (*inside, "procMount"), _forbidden("other views of /proc than the usual one")
    yield from _context(context, inside)
    for port in container.get("ports") or ():
        if isinstance(port.get("hostPort"), int) and port["hostPort"]:
            yield (
                (*place, "ports", ("containerPort", port["containerPort"]), "hostPort"),
                _forbidden("ports of the node"),
            )
    for field in ("livenessProbe", "readinessProbe", "startupProbe"):
        yield from _asked((container.get(field) or {}), (*place, field))
    for hook, handler in (container.get("lifecycle") or {}).items():
        yield from _asked(handler if isinstance(handler, Mapping) else {}, (*place, "lifecycle", hook))


def _asked(handler: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """A probe or hook that asks somebody else than the pod."""
    for kind in ("httpGet", "tcpSocket"):
        host = (handler.get(kind) or {}).get("host")
        if isinstance(host, str) and host:
            yield (*place, kind, "host"), _forbidden("probes and hooks that ask another host than the pod")


def _context(context: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    """A security context, of a pod or of a container."""
    if context.get("runAsNonRoot") is False:
        yield (*place, "runAsNonRoot"), _forbidden("root")
    if context.get("runAsUser") == 0:
        yield (*place, "runAsUser"), _forbidden("root")
    for field in ("seccompProfile", "appArmorProfile"):
        kind = (context.get(field) or {}).get("type")
        if isinstance(kind, str) and kind not in _PROFILES:
            yield (*place, field, "type"), _forbidden(f"other profiles than {' and '.join(_PROFILES)}")
    selinux = context.get("seLinuxOptions") or {}
    for field in ("user", "role"):
        if isinstance(selinux.get(field), str) and selinux[field]:
            yield (*place, "seLinuxOptions", field), _forbidden(f"an SELinux {field}")
    kind = selinux.get("type")
    if isinstance(kind, str) and kind and kind not in _SELINUX_TYPES:
        yield (*place, "seLinuxOptions", "type"), _forbidden("SELinux types that are not for containers")
    if (context.get("windowsOptions") or {}).get("hostProcess") is True:
        yield (*place, "windowsOptions", "hostProcess"), _forbidden("processes of a Windows node")
    for parameter in context.get("sysctls") or ():
        if isinstance(parameter.get("name"), str) and parameter["name"] not in _SYSCTLS:
            yield (
                (*place, "sysctls"),
                _forbidden(f"{parameter['name']} and other kernel parameters that reach beyond a pod"),
            )
