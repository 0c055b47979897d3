"""The fields that a pod template may have, and how a patch of each merges, as the Kubernetes API states them.

`pod_fields.json` is what an API server of Kubernetes 1.34 publishes in its OpenAPI document (`python -m tools.pod_fields`). A field
that it marks with a merge key is a list whose entries are merged by that key; every other list is replaced as a whole.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["ROOT", "Field", "fields_of"]

ROOT = "PodTemplateSpec"
"""The type of a pod template."""

_WRITTEN = re.compile(r"(?P<open>[\[{]?)(?P<type>\w+)[\]}]?(?P<merge> merge(?: (?P<key>\w+))?)?")


@dataclass(frozen=True)
class Field:
    """One field of a type."""

    type: str
    """A type of the API, or `string`, `integer`, `boolean`, `Quantity`, `IntOrString`: of a list or a map, that of its entries."""
    is_list: bool = False
    is_map: bool = False
    merges: bool = False
    """A list that a patch is merged into, entry by entry, and does not replace."""
    key: str | None = None
    """The field that tells entries of such a list apart; None where they are plain values."""

    @property
    def inside(self) -> Mapping[str, "Field"] | None:
        """The fields of its type; None for a plain value."""
        return fields_of(self.type)


@cache
def _types() -> Mapping[str, Mapping[str, Field]]:
    written = json.loads((Path(__file__).parent / "pod_fields.json").read_text(encoding="utf-8"))
    return {name: {field: _read(text) for field, text in fields.items()} for name, fields in written.items()}


def _read(text: str) -> Field:
    found = _WRITTEN.fullmatch(text)
    assert found is not None  # noqa: S101 - the file is ours
    opened = found["open"]
    return Field(found["type"], opened == "[", opened == "{", found["merge"] is not None, found["key"])


def fields_of(type_: str) -> Mapping[str, Field] | None:
    """The fields of a type by name; None for a plain value."""
    return _types().get(type_)
