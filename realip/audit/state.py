"""Objects of Pulumi programs: of a state that `pulumi stack export` writes, and of this project's own stack files."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from realip import resource_types
from realip.audit.objects import Found, Place, as_map
from realip.audit.reading import take
from realip.audit.world import PATCHED, World
from realip.behaviour import ClusterFacts, PodNetwork
from realip.errors import InputError
from realip.escapes import SECRET
from realip.networks import EVERYONE
from realip.offline.values import SIGNATURE, plain

__all__ = ["stack_world", "state_world", "world_of"]

_PATCH = "Patch"
_NETWORKS = {
    "VPC-CNI": PodNetwork.VPC_CNI,
    "GR": PodNetwork.GLOBAL_ROUTER,
    "CiliumOverlay": PodNetwork.CILIUM_OVERLAY,
}
_SECONDS = 60.0
_MOST_WORDS = 300


def state_world(named: str, network: PodNetwork | None = None) -> World:
    """The cluster of a state: a file, or a stack that the Pulumi command line knows. InputError for what is neither.

    `network` is that of a cluster that the state does not make.
    """
    path = Path(named)
    text = _file(path, named) if path.is_file() else _exported(named)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"--state {named}: is not the JSON that `pulumi stack export` writes") from None
    resources = _resources(document)
    if resources is None:
        raise InputError(
            f"--state {named}: has no deployment.resources; write it with `pulumi stack export --file {named}`"
        )
    entries = [
        (
            str(each.get("type")),
            as_map(each.get("outputs")) or as_map(each.get("inputs")),
            as_map(each.get("inputs")),
            named,
        )
        for each in resources
        if isinstance(each, Mapping) and each.get("custom") and not each.get("delete")
    ]
    return world_of(entries, network)


def stack_world(path: Path, network: PodNetwork | None = None) -> World:
    """The cluster that a stack file of this project's kind would make: its program is run as `realip preview` does.

    `network` is that of a cluster that exists already.
    """
    from realip.offline.program import record  # noqa: PLC0415 - loads Pulumi, which nothing else needs
    from realip.offline.stackfile import read_stack  # noqa: PLC0415

    stack = read_stack(path.name.removeprefix("Pulumi.").rpartition(".")[0], folder=path.resolve().parent)
    entries = [
        (each.type, as_map(plain(dict(each.inputs))), as_map(plain(dict(each.inputs))), str(path))
        for each in record(stack).resources
        if each.custom and not each.read
    ]
    everyone = stack.settings is not None and EVERYONE[0] in stack.settings.access.client_cidrs
    accepted = {"RIP011": f"access.clientCidrs has {EVERYONE[0]}"} if everyone else {}
    return world_of(entries, network, name=stack.name, accepted=accepted)


def world_of(entries: "Iterable[Entry]", network: PodNetwork | None = None, **about: Any) -> World:
    """The cluster that resources of Pulumi make up; `network` is for one that is none of them."""
    known = list(entries)
    return World(_objects(known), facts=ClusterFacts(network=_network(known) or network), **about)


def _file(path: Path, named: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"--state {named}: cannot be read: {getattr(error, 'strerror', None) or 'is not UTF-8'}"
        ) from None


def _exported(stack: str) -> str:
    if not stack or stack.startswith("-") or "\0" in stack:
        raise InputError(f"--state {stack!r}: name a file of `pulumi stack export`, or a stack")
    command = ["pulumi", "stack", "export", "--non-interactive", "--stack", stack]
    hint = f"there is no file {stack}, and"
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        raise InputError(f"--state {stack}: {hint} no `pulumi` program on the PATH to export a stack with") from None
    except OSError as error:
        raise InputError(f"--state {stack}: {hint} the `pulumi` program cannot be started ({error.strerror})") from None
    except subprocess.TimeoutExpired:
        raise InputError(f"--state {stack}: `pulumi stack export` did not end within {_SECONDS:.0f} s") from None
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())[:_MOST_WORDS]
        raise InputError(f"--state {stack}: {hint} the stack cannot be exported: {said or done.returncode}")
    return done.stdout.decode(errors="replace")


def _resources(document: object) -> list[Any] | None:
    """The resources of an export, or of a checkpoint of a backend."""
    top = as_map(document)
    for holder in (top.get("deployment"), as_map(as_map(top.get("checkpoint")).get("latest")), top.get("latest")):
        found = as_map(holder).get("resources")
        if isinstance(found, list):
            return found
    return [] if "deployment" in top else None


Entry = tuple[str, Mapping[str, Any], Mapping[str, Any], str]
"""A resource's type, what it has, what it was given, and the name of its place."""


def _objects(entries: Iterable[Entry]) -> Iterator[Found]:
    for kind_token, has, given, named in entries:
        if not resource_types.of_kubernetes(kind_token):
            continue
        body = has if has.get("kind") and has.get("metadata") else given
        version, kind = _of_token(kind_token, body)
        whole = {**body, "kind": kind, "apiVersion": version}
        found = _taken(whole | ({PATCHED: True} if kind_token.endswith(_PATCH) else {}), kind, version, named)
        if found is not None:
            yield found


def _of_token(token: str, body: Mapping[str, Any]) -> tuple[str, str]:
    """Version and kind of `kubernetes:apps/v1:Deployment`, or of `kubernetes:core/v1:ConfigMapPatch`."""
    _, version, kind = [*token.split(":"), "", ""][:3]
    return str(body.get("apiVersion") or version.removeprefix("core/")), str(
        body.get("kind") or kind.removesuffix(_PATCH)
    )


def _taken(body: Mapping[str, Any], kind: str, version: str, named: str) -> Found | None:
    shown: Any = _without_secrets(body)
    metadata = shown.get("metadata")
    if isinstance(metadata, dict):
        # Pulumi's own annotations are no part of what TKE reads.
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict):
            kept = {key: value for key, value in annotations.items() if not str(key).startswith("pulumi.com/")}
            metadata["annotations"] = kept
    return take(shown, kind, version, Place(named))


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            return SECRET
        return {key: _without_secrets(item) for key, item in value.items()}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value


def _network(entries: Iterable[Entry]) -> PodNetwork | None:
    """The network of the cluster that a program makes; None where it makes none, or several of different ones."""
    networks = {
        _NETWORKS.get(str(given.get("networkType") or has.get("networkType")))
        for kind_token, has, given, _ in entries
        if kind_token == resource_types.CLUSTER
    }
    return networks.pop() if len(networks) == 1 else None
