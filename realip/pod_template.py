"""A part of a PodTemplateSpec that somebody writes, and what is wrong with it, before anything is merged or made.

Beside its own form (`realip.pod_template_form`), what comes of merging it is looked at: everything that settings or arguments say has
to be as they say it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from realip import echo, tke
from realip.pod import ECHO_VOLUME, Pod, template
from realip.pod_rules import lie_in_one
from realip.pod_security import Place, violations
from realip.pod_template_form import Fault, Steps, form_faults
from realip.pod_validity import contradictions
from realip.rules import RESTRICTED
from realip.strategic_merge import merged

__all__ = ["Words", "beyond_level", "faults"]


@dataclass(frozen=True)
class Words:
    """The names under which people know what the library writes into a pod template."""

    label: str
    image: str
    container: str
    port: str
    readiness_path: str
    drain_seconds: str
    command: str
    args: str
    env: str
    env_from: str
    files: str
    image_pull_secrets: str
    service_account: str
    resources: str
    capabilities: str
    security: str
    run_as_user: str
    echo: str
    super_nodes: str
    eni_pods: str
    tolerations: str


def faults(
    part: Mapping[str, Any],
    pod: Pod,
    words: Words,
    is_later: Callable[[object], bool] = lambda _: False,
    *,
    enforced: bool,
) -> Iterator[Fault]:
    """Everything wrong with a part of the template of a pod.

    `is_later` tells values that nobody knows yet; `enforced`: the namespace is made, and enforces the pod's level.
    """
    yield from list(form_faults(part, is_later)) or _owned(part, pod, words, is_later, enforced=enforced)


def beyond_level(part: Mapping[str, Any], pod: Pod) -> Iterator[Fault]:
    """The places of a part, right by itself, that are beyond the Pod Security level of its pod."""
    for place, message in violations(merged(template(pod), part), pod.security):
        yield Fault(*_said_at(part, place), message)


def _owned(
    part: Mapping[str, Any], pod: Pod, words: Words, is_later: Callable[[object], bool], *, enforced: bool
) -> Iterator[Fault]:
    """Things that settings or arguments say, of which a merge would make something else."""
    before = template(pod)
    after = merged(before, part)
    own = _container(pod)
    if _at(after, own) is None:
        steps, value = _said_at(part, own)
        yield Fault(steps, value, f"takes away the app's own container, {pod.container}; keep it")
        return
    told: dict[Steps, Fault] = {}
    for place, owner in (*_owners_in_container(before, pod, words), *_owners_in_pod(before, pod, words)):
        if _at(before, place) != _at(after, place):
            steps, value = _said_at(part, place)
            told.setdefault(steps, Fault(steps, value, f"is what {owner} says; say it there"))
    yield from told.values() or _left_without(after, part, pod, words, is_later)
    if not told:
        yield from _refused(after, part, pod, enforced=enforced)


def _refused(after: Mapping[str, Any], part: Mapping[str, Any], pod: Pod, *, enforced: bool) -> Iterator[Fault]:
    """Places that the API refuses, of the pod or of its Deployment; each is told once, first as what its level forbids."""
    told: dict[Steps, Fault] = {}
    for fault in beyond_level(part, pod) if enforced or pod.security == RESTRICTED else ():
        told.setdefault(fault.steps, fault)
    for place, message in contradictions(after):
        steps, value = _said_at(part, place)
        told.setdefault(steps, Fault(steps, value, message))
    yield from told.values()


def _container(pod: Pod) -> Place:
    return ("spec", "containers", ("name", pod.container))


def _owners_in_container(before: Mapping[str, Any], pod: Pod, words: Words) -> Iterator[tuple[Place, str]]:
    """Everything about the app's container that is said elsewhere, and where."""
    own = _container(pod)
    yield (*own, "image"), words.image
    yield (*own, "command"), words.command
    yield (*own, "args"), words.args
    yield (*own, "envFrom"), words.env_from
    yield from (((*own, "env", ("name", name)), words.env) for name in pod.env)
    if pod.echo is not None:
        yield from (((*own, "env", ("name", name)), words.echo) for name in (echo.PORT, echo.POD))
    yield from (((*own, "resources", "requests", amount), words.resources) for amount in pod.requests)
    yield from (((*own, "resources", "limits", amount), words.resources) for amount in pod.limits)
    for amount in tke.POD_ENI if pod.eni else ():
        yield (*own, "resources", "requests", amount), words.eni_pods
        yield (*own, "resources", "limits", amount), words.eni_pods
    yield (*own, "securityContext", "capabilities"), words.capabilities
    yield (*own, "readinessProbe", "httpGet"), words.readiness_path
    yield (*own, "readinessProbe", "tcpSocket"), words.readiness_path
    if pod.drain_seconds:
        yield (*own, "lifecycle", "preStop"), words.drain_seconds
    ports = _at(before, (*own, "ports"))
    yield from (((*own, "ports", ("containerPort", port["containerPort"])), words.port) for port in ports)
    for mount in _at(before, (*own, "volumeMounts")) or ():
        yield (*own, "volumeMounts", ("mountPath", mount["mountPath"])), _mounted_by(mount["name"], words)


def _owners_in_pod(before: Mapping[str, Any], pod: Pod, words: Words) -> Iterator[tuple[Place, str]]:
    """Everything else about the pod that is said elsewhere, and where."""
    yield from ((("metadata", "labels", label), words.label) for label in pod.labels)
    yield from ((("metadata", "annotations", key), words.eni_pods) for key in before["metadata"].get("annotations", ()))
    for volume in before["spec"].get("volumes", ()):
        yield ("spec", "volumes", ("name", volume["name"])), _mounted_by(volume["name"], words)
    secrets = pod.image_pull_secrets
    yield from ((("spec", "imagePullSecrets", ("name", secret)), words.image_pull_secrets) for secret in secrets)
    if pod.security == RESTRICTED:
        yield ("spec", "securityContext", "runAsNonRoot"), words.security
    if pod.run_as_user is not None:
        yield ("spec", "securityContext", "runAsUser"), words.run_as_user
    for field in ("serviceAccountName", "serviceAccount", "automountServiceAccountToken"):
        yield ("spec", field), words.service_account
    yield from (
        (("spec", "nodeSelector", label), words.super_nodes) for label in before["spec"].get("nodeSelector", ())
    )


def _mounted_by(volume: str, words: Words) -> str:
    return words.echo if volume == ECHO_VOLUME else words.files


def _left_without(
    after: Mapping[str, Any], part: Mapping[str, Any], pod: Pod, words: Words, is_later: Callable[[object], bool]
) -> Iterator[Fault]:
    """Parts that are right by themselves, and would leave a pod without something that it needs."""
    spec = after["spec"]
    own = _container(pod)
    mounted = [mount["mountPath"] for mount in _at(template(pod), (*own, "volumeMounts")) or ()]
    for mount in _at(after, (*own, "volumeMounts")) or ():
        path = mount["mountPath"]
        if (
            isinstance(path, str)
            and path not in mounted
            and (near := [other for other in mounted if lie_in_one(path, other)])
        ):
            steps, _ = _said_at(part, (*own, "volumeMounts", ("mountPath", path), "mountPath"))
            yield Fault(
                steps,
                path,
                f"and {near[0]} of {words.files} lie one in the other, and that is read-only; choose another folder",
            )
    for group in ("containers", "initContainers"):
        for one in spec.get(group, ()):
            if not one.get("image"):
                steps, _ = _said_at(part, ("spec", group, ("name", one["name"]), "name"))
                message = f"has no image; give it one, or write the app's own container, {pod.container}"
                yield Fault(steps, one["name"], message)
    for place, owner in (
        (("spec", "tolerations"), words.tolerations),
        (("spec", "securityContext", "sysctls"), words.port),
    ):
        kept = _at(after, place) or ()
        if any(entry not in kept for entry in _at(template(pod), place) or ()):
            message = f"replaces the list as a whole, with what {owner} needs in it; repeat those entries"
            yield Fault(*_said_at(part, place), message)
    on_host = spec.get("hostNetwork")
    if on_host:
        message = "gives pods the address of their node, and the load balancer needs one for each pod; remove it"
        later = "is not known yet, and decides whether each pod has an address of its own; write it out"
        yield Fault(("spec", "hostNetwork"), on_host, later if is_later(on_host) else message)
    grace = spec.get("terminationGracePeriodSeconds")
    if not is_later(grace) and (not isinstance(grace, int) or grace <= pod.drain_seconds):
        message = f"is no longer than the {pod.drain_seconds} of {words.drain_seconds}, which count in; raise it"
        yield Fault(*_said_at(part, ("spec", "terminationGracePeriodSeconds")), message)


def _at(template_: Any, place: Place) -> Any:
    """The value at a place of a template; None if there is none."""
    found: Any = template_
    for step in place:
        if isinstance(step, tuple):
            found = next((one for one in found or () if one.get(step[0]) == step[1]), None)
        elif isinstance(step, int):
            found = found[step]
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _said_at(part: Any, place: Place) -> tuple[Steps, Any]:
    """The place of a template as far as somebody wrote it, and what they wrote there."""
    steps: list[int | str] = []
    for step in place:
        if isinstance(step, tuple):
            entries = part if isinstance(part, Sequence) and not isinstance(part, str) else ()
            index = next((at for at, one in enumerate(entries) if one.get(step[0]) == step[1]), None)
            if index is None:
                break
            steps.append(index)
            part = entries[index]
        elif isinstance(step, int):
            if not isinstance(part, Sequence) or step >= len(part):
                break
            steps.append(step)
            part = part[step]
        elif isinstance(part, Mapping) and step in part:
            steps.append(step)
            part = part[step]
        else:
            break
    return tuple(steps), part
