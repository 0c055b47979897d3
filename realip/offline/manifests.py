"""`realip render`: a stack's Kubernetes objects as YAML, in an order that applies with `kubectl apply --server-side`."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from realip import resource_types, tke
from realip.errors import InputError
from realip.offline.dialect import is_text
from realip.offline.values import Secret, sources, text

if TYPE_CHECKING:
    from realip.offline.monitor import Recording, Resource

__all__ = ["Manifest", "manifests", "stream", "write"]

_MARK = "# Written by `realip render"
"""How a file that may be overwritten starts."""
_ORDER = (
    "Namespace",
    "ResourceQuota",
    "LimitRange",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "NetworkPolicy",
    tke.SERVICE_CONFIG_KIND,
    # A Service before its pods: TKE puts its readiness gate into pods that are made after it.
    "Service",
    "Deployment",
)
"""Kinds that others need come first; what is not listed comes last."""
_PATCH = "Patch"
_FIRST_KEYS = ("apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "type")
_OF_INTERNAL_SUBNET = (
    "loadBalancer.internal = true puts the load balancer in a subnet that this stack makes; "
    "set loadBalancer.internalSubnetId to one that exists, such as --config loadBalancer.internalSubnetId=subnet-1a2b3c4d"
)
_OF_OWN_GROUP = (
    "access.clientCidrs makes a security group of the load balancer's own; leave it out and name groups that exist, such as "
    "--config 'access.clientCidrs=[]' --config 'loadBalancer.securityGroupIds=[sg-1a2b3c4d]'"
)
_SETTINGS = {
    tke.SERVICE_INTERNAL_SUBNET: _OF_INTERNAL_SUBNET,
    tke.INGRESS_INTERNAL_SUBNET: _OF_INTERNAL_SUBNET,
    tke.SERVICE_SECURITY_GROUPS: _OF_OWN_GROUP,
    tke.INGRESS_SECURITY_GROUPS: _OF_OWN_GROUP,
}
"""Which setting makes an annotation's value known."""


@dataclass(frozen=True)
class Manifest:
    """One Kubernetes object as it is applied."""

    body: Mapping[str, Any]
    patch: bool
    """It sets fields of an object that somebody else owns."""

    @property
    def kind(self) -> str:
        """The object's kind."""
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.body["metadata"]["name"])

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """Where it stands: an existing object is patched before anything that relies on it is made."""
        kinds = (*_ORDER, self.kind)
        step = 1 if self.patch else kinds.index(self.kind)
        return (step if self.kind == "Namespace" else step + 1, 0 if self.patch else 1, self.kind, self.name)

    def to_yaml(self) -> str:
        """The object as a YAML document, with what has to be known to apply it."""
        body = yaml.dump(_ordered(self.body), Dumper=_Dumper, sort_keys=False, width=10_000)
        return f"{_OWNED if self.patch else ''}{body}"


_OWNED = """\
# TKE makes and owns this object, and one key of it is set: apply it with --force-conflicts, and only where it exists.
"""


def manifests(recording: "Recording") -> list[Manifest]:
    """The Kubernetes objects that a stack makes or patches, in the order in which they apply.

    InputError where one has a value that only `pulumi up` finds out, or a secret.
    """
    made = [_manifest(resource) for resource in recording.resources if _is_object(resource)]
    return sorted(made, key=lambda manifest: manifest.rank)


def stream(made: Iterable[Manifest], stack: str) -> str:
    """All objects as one stream of YAML documents."""
    return _header(stack) + "---\n".join(manifest.to_yaml() for manifest in made)


def write(made: Sequence[Manifest], stack: str, folder: Path) -> list[Path]:
    """Write each object to its own file, named in the order in which they apply. Gives the files.

    Either all files are written or none. What an earlier run wrote there is replaced, or removed if there is no such
    object any more; other files stay. InputError if one of those is in the way.
    """
    files = {name: f"{_header(stack)}{manifest.to_yaml()}" for name, manifest in zip(_names(made), made, strict=True)}
    try:
        if folder.is_dir():
            _replace(files, folder)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".realip-", dir=folder.parent) as temporary:
                ready = Path(temporary) / folder.name
                ready.mkdir()
                _fill(ready, files)
                ready.rename(folder)
    except OSError as error:
        raise InputError(f"-o {folder}: cannot be written: {error.strerror}") from None
    return [folder / name for name in files]


def _replace(files: Mapping[str, str], folder: Path) -> None:
    """Put files into a folder that exists, once all of them are ready on the same disk."""
    for name in files:
        if (folder / name).exists() and not _is_ours(folder / name):
            raise InputError(
                f"-o {folder}: {name} is there and was not written by `realip render`; choose another folder, or move it"
            )
    gone = [path for path in sorted(folder.glob("*.yaml")) if path.name not in files and _is_ours(path)]
    temporary = Path(tempfile.mkdtemp(prefix=".realip-", dir=folder))
    try:
        _fill(temporary, files)
        for name in files:
            (temporary / name).replace(folder / name)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    for path in gone:
        path.unlink()


def _fill(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MARK)) == _MARK.encode()


def _header(stack: str) -> str:
    return f"{_MARK} {stack}`; what is changed here is lost when it runs again.\n"


def _names(made: Sequence[Manifest]) -> list[str]:
    """A file name for each object: its place, its kind, and its name where a kind comes more than once."""
    labels = [f"{manifest.kind.lower()}{'-patch' if manifest.patch else ''}" for manifest in made]
    many = Counter(labels)
    return [
        f"{number:02}-{label}{f'-{manifest.name}' if many[label] > 1 else ''}.yaml"
        for number, (label, manifest) in enumerate(zip(labels, made, strict=True), start=1)
    ]


def _is_object(resource: "Resource") -> bool:
    return resource.custom and not resource.read and resource_types.of_kubernetes(resource.type)


def _manifest(resource: "Resource") -> Manifest:
    body = {key: value for key, value in resource.inputs.items() if key != "status"}
    what = f"{resource.type.rpartition(':')[2]} {resource.name!r}"
    _refuse_secrets(body, what)
    for path, source in sources(body):
        raise InputError(
            f"{what}: {path} = {text(_later_text(source))} is known only after `pulumi up`; {_remedy(path, source)}"
        )
    metadata = dict(body.get("metadata") or {})
    if not body.get("kind") or not metadata.get("name"):
        raise InputError(
            f"{what}: has no kind or no name of its own, so it cannot be applied without Pulumi; name it in the program"
        )
    annotations = {
        key: value
        for key, value in (metadata.pop("annotations", None) or {}).items()
        if not key.startswith("pulumi.com/")
    }
    if annotations:
        metadata["annotations"] = annotations
    return Manifest({**body, "metadata": metadata}, resource.type.endswith(_PATCH))


def _later_text(source: str) -> str:
    return f"<{source}>" if source else "<known after up>"


def _remedy(path: str, source: str) -> str:
    for annotation, remedy in _SETTINGS.items():
        if annotation in path:
            return remedy
    made_by = f" of {source.rpartition('.')[0]!r}" if source else ""
    return f"give the value{made_by} in the settings, or deploy the stack with `pulumi up`"


def _refuse_secrets(value: Any, what: str) -> None:
    if isinstance(value, Secret):
        raise InputError(f"{what}: has a secret in it, which is not written to a file; apply it with `pulumi up`")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_secrets(item, what)
    elif isinstance(value, list):
        for item in value:
            _refuse_secrets(item, what)


def _ordered(value: Any) -> Any:
    """Keys in the order in which people write them, the rest by name."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (_FIRST_KEYS.index(key) if key in _FIRST_KEYS else len(_FIRST_KEYS), key))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


class _Dumper(yaml.SafeDumper):
    """Writes text so that no reader of YAML, 1.1 or 1.2, takes it for a number or a truth value."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's
        """Write everything out."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the base class's
        """Indent lists below their key, as Kubernetes' own documents do."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if is_text(value) else '"')


_Dumper.add_representer(str, _text)
