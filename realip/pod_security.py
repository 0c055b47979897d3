"""The Pod Security levels, held against a pod that settings and a pod template make together.

The API server takes a Deployment beyond the level of its namespace and refuses its pods, so that a rollout waits in vain. The rules
are those of kubernetes.io, "Pod Security Standards", 1.34. A value that is known later is the API server's to judge.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from realip.rules import BASELINE_CAPABILITIES, RESTRICTED, RESTRICTED_CAPABILITIES

__all__ = ["Place", "violations"]

Place = tuple[int | str | tuple[str, Any], ...]
"""A place in a pod template: fields, and entries of a list, as (key, value) where they are told apart by one."""

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
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_SELINUX_TYPES = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")


def violations(template: Mapping[str, Any], level: str) -> Iterator[tuple[Place, str]]:
    """Places of a pod template that a level forbids, or at which it asks for more, with what to do.

    But for `hostNetwork`, which no pod behind a load balancer of its own can have at any level.
    """
    look = _Look(level)
    yield from look.annotations((template.get("metadata") or {}).get("annotations") or {})
    yield from look.pod(template["spec"])


def _containers(spec: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for group in ("initContainers", "containers"):
        for container in spec.get(group) or ():
            yield ("spec", group, ("name", container["name"])), container


def _context_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return part.get("securityContext") or {}


@dataclass(frozen=True)
class _Look:
    """A look at a pod template with one level in mind."""

    level: str

    @property
    def _restricted(self) -> bool:
        return self.level == RESTRICTED

    def _forbidden(self, what: str) -> str:
        whose = "" if self._restricted else " of the namespace that is made"
        return f"is beyond the {self.level} Pod Security level{whose}, which forbids {what}; remove it"

    def annotations(self, said: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
        """Profiles of AppArmor, as they were said before there was a field."""
        for key, value in said.items():
            right = value in ("", "runtime/default") or not isinstance(value, str) or value.startswith("localhost/")
            if key.startswith(_APP_ARMOR) and not right:
                yield ("metadata", "annotations", key), self._forbidden("other profiles than runtime/default")

    def pod(self, spec: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
        """A PodSpec."""
        for field in ("hostPID", "hostIPC"):
            if spec.get(field) is True:
                yield ("spec", field), self._forbidden("what the node's own processes share")
        yield from self._context(_context_of(spec), ("spec", "securityContext"))
        for volume in spec.get("volumes") or ():
            forbidden = volume.keys() - _VOLUMES - {"name"} if self._restricted else volume.keys() & {"hostPath"}
            for kind in sorted(forbidden):
                yield ("spec", "volumes", ("name", volume["name"]), kind), self._forbidden("volumes of this kind")
        for place, container in _containers(spec):
            yield from self._container(container, place)
        if self._restricted:
            yield from self._left_unsaid(spec)

    def _left_unsaid(self, spec: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
        """Fields that the pod, or else each of its containers, has to say."""
        asked: Mapping[str, tuple[Callable[[Mapping[str, Any]], Any], str]] = {
            "runAsNonRoot": (_non_root, "runAsNonRoot: true"),
            "seccompProfile": (_seccomp_type, "seccompProfile: {type: RuntimeDefault}"),
        }
        for field, (said, remedy) in asked.items():
            without = [place for place, one in _containers(spec) if not said(_context_of(one))]
            if without and not said(_context_of(spec)):
                names = ", ".join(str(place[-1][1]) for place in without if isinstance(place[-1], tuple))
                message = (
                    f"leaves {names} without {field}, for which the restricted Pod Security level asks; add securityContext: "
                    f"{{{remedy}}}"
                )
                yield ("spec", "securityContext", field), message

    def _container(self, container: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
        context = _context_of(container)
        capabilities = context.get("capabilities") or {}
        dropped = capabilities.get("drop") or ()
        if self._restricted and (
            context.get("allowPrivilegeEscalation") in (None, True)
            or (isinstance(dropped, list | tuple) and "ALL" not in dropped)
        ):
            message = (
                "keeps privileges that the restricted Pod Security level asks every container to give up; add securityContext: "
                "{allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}"
            )
            yield place, message
        inside = (*place, "securityContext")
        if context.get("privileged") is True:
            yield (*inside, "privileged"), self._forbidden("privileged containers")
        allowed = RESTRICTED_CAPABILITIES if self._restricted else BASELINE_CAPABILITIES
        added = capabilities.get("add")  # an output, where a port that is one may be below 1024
        for capability in added if isinstance(added, list | tuple) else ():
            if isinstance(capability, str) and capability not in allowed:
                message = self._forbidden(f"{capability} and every capability but {', '.join(allowed)}")
                yield (*inside, "capabilities", "add"), message
        if context.get("procMount") not in (None, "Default"):
            yield (*inside, "procMount"), self._forbidden("other views of /proc than the usual one")
        yield from self._context(context, inside)
        for port in container.get("ports") or ():
            if isinstance(port.get("hostPort"), int) and port["hostPort"]:
                at = (*place, "ports", ("containerPort", port["containerPort"]), "hostPort")
                yield at, self._forbidden("ports of the node")
        for field in ("livenessProbe", "readinessProbe", "startupProbe"):
            yield from self._asked((container.get(field) or {}), (*place, field))
        for hook, handler in (container.get("lifecycle") or {}).items():
            yield from self._asked(handler if isinstance(handler, Mapping) else {}, (*place, "lifecycle", hook))

    def _asked(self, handler: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
        """A probe or hook that asks somebody else than the pod."""
        for kind in ("httpGet", "tcpSocket"):
            host = (handler.get(kind) or {}).get("host")
            if isinstance(host, str) and host:
                yield (*place, kind, "host"), self._forbidden("probes and hooks that ask another host than the pod")

    def _context(self, context: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
        """A security context, of a pod or of a container."""
        if self._restricted and context.get("runAsNonRoot") is False:
            yield (*place, "runAsNonRoot"), self._forbidden("root")
        if self._restricted and context.get("runAsUser") == 0:
            yield (*place, "runAsUser"), self._forbidden("root")
        for field in ("seccompProfile", "appArmorProfile"):
            kind = (context.get(field) or {}).get("type")
            if isinstance(kind, str) and kind not in _PROFILES:
                yield (*place, field, "type"), self._forbidden(f"other profiles than {' and '.join(_PROFILES)}")
        selinux = context.get("seLinuxOptions") or {}
        for field in ("user", "role"):
            if isinstance(selinux.get(field), str) and selinux[field]:
                yield (*place, "seLinuxOptions", field), self._forbidden(f"an SELinux {field}")
        kind = selinux.get("type")
        if isinstance(kind, str) and kind and kind not in _SELINUX_TYPES:
            yield (*place, "seLinuxOptions", "type"), self._forbidden("SELinux types that are not for containers")
        if (context.get("windowsOptions") or {}).get("hostProcess") is True:
            yield (*place, "windowsOptions", "hostProcess"), self._forbidden("processes of a Windows node")
        for parameter in context.get("sysctls") or ():
            name = parameter.get("name")
            if isinstance(name, str) and name not in _SYSCTLS:
                yield (
                    (*place, "sysctls"),
                    self._forbidden(f"{name} and other kernel parameters that reach beyond a pod"),
                )


def _non_root(context: Mapping[str, Any]) -> Any:
    return context.get("runAsNonRoot")


def _seccomp_type(context: Mapping[str, Any]) -> Any:
    return (context.get("seccompProfile") or {}).get("type")
