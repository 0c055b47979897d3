"""The spelling of what a stack writes, held against TKE's documents.

TKE passes over a key that it does not know, and where its default happens to be the value that was meant, no packet shows it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from lab.rig import tke_keys
from lab.rig.tke_keys import Documented

Object = Mapping[str, Any]


def rendered(folder: Path) -> list[dict[str, Any]]:
    """The objects that `realip render` wrote to a folder."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]


def undocumented(objects: Sequence[Object]) -> list[str]:
    """A sentence for each key or value that TKE's documents do not know; empty when all are theirs."""
    return [f"{each['kind']} {each['metadata']['name']}: {words}" for each in objects for words in _of(each)]


def _of(found: Object) -> Iterator[str]:
    kind, metadata, spec = found["kind"], found["metadata"], found.get("spec") or {}
    yield from _unknown("annotation", metadata.get("annotations"), tke_keys.ANNOTATIONS.get(kind, {}))
    match kind:
        case "ConfigMap":
            if (metadata.get("namespace"), metadata["name"]) != tke_keys.CONTROLLER_CONFIG:
                yield f"TKE has no ConfigMap {metadata.get('namespace')}/{metadata['name']}"
            yield from _unknown("key", found.get("data"), tke_keys.CONTROLLER_CONFIG_KEYS)
        case "Ingress":
            yield from _unknown_class(spec.get("ingressClassName"))
        case "Deployment":
            template = spec["template"]
            yield from _unknown("annotation", template.get("metadata", {}).get("annotations"), {})
            yield from _unknown("node selector", template["spec"].get("nodeSelector"), tke_keys.NODE_SELECTORS)
            tolerated = {each.get("key", ""): "" for each in template["spec"].get("tolerations") or ()}
            yield from _unknown("toleration", tolerated, tke_keys.TOLERATIONS)


def _unknown(what: str, written: Mapping[str, str] | None, known: Mapping[str, Documented]) -> Iterator[str]:
    for key, value in (written or {}).items():
        document = known.get(key)
        if document is None:
            yield f"no document of TKE has the {what} {key}"
        elif document.values is not None and value not in document.values:
            yield f"{what} {key} may be {' or '.join(sorted(document.values))} ({document.source}), not {value!r}"


def _unknown_class(name: str | None) -> Iterator[str]:
    if name not in {None, tke_keys.QCLOUD}:
        yield f"TKE has no Ingress class {name}"
