"""Who an app's container runs as, and what it is given for that: the Pod Security level, the user, and how it listens on low ports."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi

from realip import pod, pod_rules, rules
from realip.components._arguments import Arguments, Known, as_integer, is_later
from realip.pod import added_capabilities, is_root, level_of
from realip.problems import Problem

__all__ = ["capabilities_of", "known_ports", "security_of", "security_problems", "user_of"]


def security_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Arguments that the `restricted` Pod Security level forbids, and ports that tell what others than root are given."""
    level = security_of(args)
    if not is_root(level, args.number("run_as_user")):
        listed = [(arguments.at("ports").entry(index), port) for index, port in enumerate(args.entries("ports"))]
        for place, port in [(arguments, args), *listed]:
            if is_later(port.get("port")):
                message = "is not known yet, and how pods without root may listen there depends on it; write it out"
                yield place.lacks("port", message)
    if level != rules.RESTRICTED:
        return
    if args.number("run_as_user") == 0:
        yield arguments.refuse("run_as_user", 0, pod_rules.ROOT_FORBIDDEN)
    for index, capability in enumerate(args.entries("capabilities")):
        if capability in rules.BASELINE_CAPABILITIES and capability not in rules.RESTRICTED_CAPABILITIES:
            message = pod_rules.capability_forbidden("pod_security")
            yield arguments.at("capabilities").refuse_entry(index, capability, message)


def security_of(args: Mapping[str, Any]) -> str:
    """The Pod Security level of the pods."""
    return level_of(args.get("pod_security"), is_echo=bool(args.get("echo")))


def user_of(args: Mapping[str, Any]) -> int | None:
    """The user that pods run as; None for the image's."""
    said = int(args["run_as_user"]) if "run_as_user" in args else None
    return pod.user_of(said, security_of(args), is_echo=bool(args.get("echo")))


def capabilities_of(args: Mapping[str, Any], *, root: bool) -> "pulumi.Input[Sequence[pulumi.Input[str]]] | None":
    """Capabilities that the image needs, and the one for listening on a low port; none in most cases."""
    wanted, ports, known = args.get("capabilities") or (), _ports(args), known_ports(args)
    if len(known) == len(ports):
        return added_capabilities(wanted, known, root=root)
    later: pulumi.Output[Any] = pulumi.Output.all(*ports).apply(
        lambda numbers: added_capabilities(wanted, numbers, root=root)
    )
    return later


def _ports(args: Mapping[str, Any]) -> "list[pulumi.Input[int]]":
    """Where the container listens."""
    return [as_integer(port["port"]) for port in args.get("ports") or ()] or [as_integer(args["port"])]


def known_ports(args: Mapping[str, Any]) -> list[int]:
    """Those that are known by now."""
    return [port for port in _ports(args) if isinstance(port, int)]
