"""The values that the Kubernetes API takes in a pod template's fields: those of short lists, numbers between limits, names, and what must be said.

Kinds are told elsewhere (`realip.pod_template_form`), and what excludes each other in `realip.pod_validity`. The rules are those of the API
reference of Kubernetes 1.34 for the template of a Deployment. A value that is known later is the API server's to judge.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from realip import rules
from realip.pod_rules import config_key, file_name
from realip.pod_security import Place

__all__ = ["value_problems"]

_FOREVER = range(2**31)
_ONCE_OR_MORE = range(1, 2**31)
_MODES = range(0o1000)
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_POLICIES = ("Honor", "Ignore")

_WORDS: Mapping[tuple[str, str], Sequence[str]] = {
    ("Container", "imagePullPolicy"): ("Always", "IfNotPresent", "Never"),
    ("Container", "terminationMessagePolicy"): ("File", "FallbackToLogsOnError"),
    ("ContainerPort", "protocol"): ("TCP", "UDP", "SCTP"),
    ("EmptyDirVolumeSource", "medium"): ("", "Memory", "HugePages", "HugePages-2Mi", "HugePages-1Gi"),
    ("HTTPGetAction", "scheme"): ("HTTP", "HTTPS"),
    ("ImageVolumeSource", "pullPolicy"): ("Always", "IfNotPresent", "Never"),
    ("LabelSelectorRequirement", "operator"): _OPERATORS,
    ("NodeSelectorRequirement", "operator"): (*_OPERATORS, "Gt", "Lt"),
    ("PersistentVolumeClaimSpec", "volumeMode"): ("Filesystem", "Block"),
    ("PodOS", "name"): ("linux", "windows"),
    ("PodSecurityContext", "fsGroupChangePolicy"): ("OnRootMismatch", "Always"),
    ("PodSecurityContext", "supplementalGroupsPolicy"): ("Merge", "Strict"),
    ("PodSpec", "dnsPolicy"): ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    ("PodSpec", "preemptionPolicy"): ("PreemptLowerPriority", "Never"),
    ("PodSpec", "restartPolicy"): ("Always",),
    ("SeccompProfile", "type"): ("RuntimeDefault", "Unconfined", "Localhost"),
    ("Toleration", "effect"): ("", *_EFFECTS),
    ("Toleration", "operator"): ("", "Exists", "Equal"),
    ("TopologySpreadConstraint", "nodeAffinityPolicy"): _POLICIES,
    ("TopologySpreadConstraint", "nodeTaintsPolicy"): _POLICIES,
    ("TopologySpreadConstraint", "whenUnsatisfiable"): ("DoNotSchedule", "ScheduleAnyway"),
    ("VolumeMount", "mountPropagation"): ("None", "HostToContainer", "Bidirectional"),
    ("VolumeMount", "recursiveReadOnly"): ("Disabled", "IfPossible", "Enabled"),
}
"""Values of a type's field of which there are few."""

_NUMBERS: Mapping[tuple[str, str], range] = {
    ("ConfigMapVolumeSource", "defaultMode"): _MODES,
    ("ContainerPort", "containerPort"): rules.PORTS,
    ("ContainerPort", "hostPort"): rules.PORTS,
    ("DownwardAPIVolumeFile", "mode"): _MODES,
    ("DownwardAPIVolumeSource", "defaultMode"): _MODES,
    ("GRPCAction", "port"): rules.PORTS,
    ("HTTPGetAction", "port"): rules.PORTS,
    ("KeyToPath", "mode"): _MODES,
    ("PodSecurityContext", "fsGroup"): _FOREVER,
    ("PodSecurityContext", "runAsGroup"): _FOREVER,
    ("PodSecurityContext", "runAsUser"): _FOREVER,
    ("PodSpec", "terminationGracePeriodSeconds"): _FOREVER,
    ("PreferredSchedulingTerm", "weight"): range(1, 101),
    ("Probe", "failureThreshold"): _ONCE_OR_MORE,
    ("Probe", "initialDelaySeconds"): _FOREVER,
    ("Probe", "periodSeconds"): _ONCE_OR_MORE,
    ("Probe", "successThreshold"): _ONCE_OR_MORE,
    ("Probe", "terminationGracePeriodSeconds"): _ONCE_OR_MORE,
    ("Probe", "timeoutSeconds"): _ONCE_OR_MORE,
    ("ProjectedVolumeSource", "defaultMode"): _MODES,
    ("SecretVolumeSource", "defaultMode"): _MODES,
    ("SecurityContext", "runAsGroup"): _FOREVER,
    ("SecurityContext", "runAsUser"): _FOREVER,
    ("ServiceAccountTokenProjection", "expirationSeconds"): range(600, 2**32 + 1),
    ("SleepAction", "seconds"): _ONCE_OR_MORE,
    ("TCPSocketAction", "port"): rules.PORTS,
    ("TopologySpreadConstraint", "maxSkew"): _ONCE_OR_MORE,
    ("TopologySpreadConstraint", "minDomains"): _ONCE_OR_MORE,
    ("WeightedPodAffinityTerm", "weight"): range(1, 101),
}
"""Limits of a type's field with a number."""


def _address(value: str) -> object:
    try:
        return ip_address(value)
    except ValueError:
        raise ValueError("is no IP address; write one such as 10.0.0.53") from None


def _mount_path(value: str) -> object:
    if not value or ":" in value:
        raise ValueError("is no place for a volume; write a path such as /data, without a colon")
    return value


def _from_the_root(value: str) -> object:
    if not value.startswith("/") or ".." in value.split("/"):
        raise ValueError("is no path from the root on; write one such as /data")
    return value


_TEXTS: Mapping[tuple[str, str], Callable[[str], object]] = {
    ("ConfigMapEnvSource", "name"): rules.dns_subdomain,
    ("ConfigMapKeySelector", "key"): config_key,
    ("ConfigMapKeySelector", "name"): rules.dns_subdomain,
    ("ConfigMapVolumeSource", "name"): rules.dns_subdomain,
    ("Container", "image"): rules.image_reference,
    ("Container", "name"): rules.dns_label,
    ("ContainerPort", "name"): rules.port_name,
    ("DownwardAPIVolumeFile", "path"): file_name,
    ("EnvVar", "name"): rules.environment_name,
    ("EnvVar", "value"): rules.process_text,
    ("HostAlias", "ip"): _address,
    ("HostPathVolumeSource", "path"): _from_the_root,
    ("KeyToPath", "key"): config_key,
    ("KeyToPath", "path"): file_name,
    ("LocalObjectReference", "name"): rules.dns_subdomain,
    ("NFSVolumeSource", "path"): _from_the_root,
    ("PersistentVolumeClaimVolumeSource", "claimName"): rules.dns_subdomain,
    ("PodAffinityTerm", "topologyKey"): rules.label_key,
    ("PodSpec", "hostname"): rules.dns_label,
    ("PodSpec", "priorityClassName"): rules.dns_subdomain,
    ("PodSpec", "runtimeClassName"): rules.dns_subdomain,
    ("PodSpec", "schedulerName"): rules.dns_subdomain,
    ("PodSpec", "subdomain"): rules.dns_label,
    ("SecretEnvSource", "name"): rules.dns_subdomain,
    ("SecretKeySelector", "key"): config_key,
    ("SecretKeySelector", "name"): rules.dns_subdomain,
    ("SecretVolumeSource", "secretName"): rules.dns_subdomain,
    ("Toleration", "key"): rules.label_key,
    ("Toleration", "value"): rules.label_value,
    ("TopologySpreadConstraint", "topologyKey"): rules.label_key,
    ("Volume", "name"): rules.dns_label,
    ("VolumeMount", "mountPath"): _mount_path,
}
"""The rule of a type's field with text. Empty text is no value to the API but where it must be said."""

_REQUIRED: Mapping[str, Sequence[str]] = {
    "CSIVolumeSource": ("driver",),
    "ConfigMapKeySelector": ("name", "key"),
    "ContainerPort": ("containerPort",),
    "DownwardAPIVolumeFile": ("path",),
    "EnvVar": ("name",),
    "GRPCAction": ("port",),
    "HTTPGetAction": ("port",),
    "HTTPHeader": ("name",),
    "HostAlias": ("ip",),
    "HostPathVolumeSource": ("path",),
    "KeyToPath": ("key", "path"),
    "LabelSelectorRequirement": ("key", "operator"),
    "NFSVolumeSource": ("server", "path"),
    "NodeSelectorRequirement": ("key", "operator"),
    "ObjectFieldSelector": ("fieldPath",),
    "PersistentVolumeClaimVolumeSource": ("claimName",),
    "PodAffinityTerm": ("topologyKey",),
    "PodReadinessGate": ("conditionType",),
    "PreferredSchedulingTerm": ("preference", "weight"),
    "ResourceFieldSelector": ("resource",),
    "SecretKeySelector": ("name", "key"),
    "ServiceAccountTokenProjection": ("path",),
    "Sysctl": ("name", "value"),
    "TCPSocketAction": ("port",),
    "TopologySpreadConstraint": ("maxSkew", "topologyKey", "whenUnsatisfiable"),
    "Volume": ("name",),
    "VolumeMount": ("name", "mountPath"),
    "WeightedPodAffinityTerm": ("podAffinityTerm", "weight"),
}
"""Fields of a type that must be said."""

_LABELS = ("nodeSelector", "matchLabels", "labels")
"""Maps whose keys and values are labels'."""


def value_problems(value: Mapping[str, Any], type_: str, place: Place) -> Iterator[tuple[Place, str]]:
    """The places of an object's own fields that hold what the API refuses, with what to do; not those of objects inside."""
    for name in _REQUIRED.get(type_, ()):
        if value.get(name) in (None, ""):
            yield place, f"has no {name}, and Kubernetes asks for one; add it"
    for name, said in value.items():
        if said is None:
            continue
        problem = _problem(said, type_, name)
        if problem is not None:
            yield (*place, name), problem
        if name in _LABELS and isinstance(said, Mapping):
            yield from _label_problems(said, (*place, name))
        if name == "annotations" and isinstance(said, Mapping):
            yield from (((*place, name, key), found) for key in said if (found := _kept(key, _annotation_key)))


def _problem(said: object, type_: str, name: str) -> str | None:
    known = (type_, name)
    if known in _WORDS and isinstance(said, str) and said not in _WORDS[known]:
        return f"is nothing that Kubernetes takes here; write {' or '.join(word for word in _WORDS[known] if word)}"
    if known in _NUMBERS and isinstance(said, int | float):
        problem = _kept(said, lambda number: rules.within(number, _NUMBERS[known]))
        return problem and f"{problem}; {'raise' if 'least' in problem else 'lower'} it"
    if known in _TEXTS and isinstance(said, str) and said:
        return _kept(said, _TEXTS[known])
    return None


def _label_problems(labels: Mapping[str, object], place: Place) -> Iterator[tuple[Place, str]]:
    for key, said in labels.items():
        problem = _kept(key, rules.label_key)
        if problem is None and isinstance(said, str):
            problem = _kept(said, rules.label_value)
        if problem is not None:
            yield (*place, key), problem


def _annotation_key(key: str) -> object:
    return rules.label_key(key.lower())


def _kept(value: Any, rule: Callable[[Any], object]) -> str | None:
    """The problem that a rule has with a value; None if there is none."""
    try:
        rule(value)
    except ValueError as error:
        return str(error)
    return None
