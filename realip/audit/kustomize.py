"""The files that Kustomize is given: those that are patches are parts of objects, and no objects."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from realip.audit.objects import as_map
from realip.audit.yaml_text import documents
from realip.errors import InputError

__all__ = ["patches_of"]

_NAMES = frozenset({"kustomization.yaml", "kustomization.yml"})


def patches_of(file: Path) -> Iterator[str]:
    """The files that a kustomization names as patches, as real paths; nothing of another file."""
    if file.name not in _NAMES or not file.is_file():
        return
    try:
        read = [value for value, _, _ in documents(file.read_text(encoding="utf-8-sig"), str(file))]
    except (OSError, UnicodeDecodeError, InputError):
        return  # told where all files are read
    for body in read:
        for named in _named(as_map(body)):
            yield os.path.realpath(file.parent / named)


def _named(body: Any) -> Iterator[str]:
    for key in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        listed = body.get(key)
        for each in listed if isinstance(listed, list) else []:
            path = as_map(each).get("path") if not isinstance(each, str) else each
            if isinstance(path, str) and "\n" not in path:
                yield path
