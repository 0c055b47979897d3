"""Values among the inputs of a component that nobody prints: they are secrets, or may be some."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.provider.experimental.analyzer import ComponentDefinition, PropertyDefinition, TypeDefinition

from realip.hosting.outputs import holds_output, is_output
from realip.problems import MISSING, under_unknown_key

__all__ = ["Confidential", "steps"]

_MAY_BE_SECRET = frozenset({"args", "command", "env", "kubeconfig", "podTemplate"})
"""Arguments whose values nobody prints, marked as a secret or not."""
_STEP = re.compile(r'\.?([^.\[\]]+)|\[([0-9]+|"(?:[^"\\]|\\.)*")\]')


@dataclass(frozen=True)
class Confidential:
    """The places of one component's inputs where a secret may stand."""

    component: ComponentDefinition
    types: Mapping[str, TypeDefinition]
    """The types that arguments have, by their names."""

    def hides(self, path: str, inputs: Mapping[str, Any]) -> bool:
        """The value at a path is marked as a secret, known later, or stands where somebody may have put a secret unmarked."""
        value = _value_at(path, inputs)
        return holds_output(value) or (value is not None and self._may_be_secret(path, value))

    def _may_be_secret(self, path: str, value: Any) -> bool:
        known: Mapping[str, PropertyDefinition] | None = self.component.inputs
        kind: PropertyDefinition | None = None
        for key in steps(path):
            if known is None:
                kind = kind and (kind.items or kind.additional_properties)
            elif key in known:
                kind = known[str(key)]
                if key in _MAY_BE_SECRET:
                    return True
            else:
                return under_unknown_key(value) is MISSING
            known = self._arguments(kind)
        return known is not None and self._take_secrets(known)

    def _take_secrets(self, known: Mapping[str, PropertyDefinition]) -> bool:
        """Some of these arguments, or one inside them, may hold a secret."""
        return any(name in _MAY_BE_SECRET or self._inside(kind) for name, kind in known.items())

    def _inside(self, kind: PropertyDefinition) -> bool:
        inner = kind.items or kind.additional_properties
        found = self._arguments(kind)
        return self._take_secrets(found) if found else inner is not None and self._inside(inner)

    def _arguments(self, kind: PropertyDefinition | None) -> Mapping[str, PropertyDefinition] | None:
        """The arguments of an object whose keys are known ones."""
        described = self.types.get(kind.ref.rpartition(":")[2]) if kind and kind.ref else None
        return described.properties if described and not described.enum else None


def steps(path: str) -> Iterator[int | str]:
    """The keys of a path, however each is written."""
    for step in _STEP.finditer(path):
        yield step[1] if step[1] is not None else json.loads(step[2])


def _value_at(path: str, inputs: Any) -> Any:
    """The value at a path, or the output in which it would be; None where there is nothing of it."""
    found = inputs
    for key in steps(path):
        if is_output(found):
            return found
        if isinstance(found, Mapping) and isinstance(key, str):
            found = found.get(key)
        elif isinstance(found, list) and isinstance(key, int) and key < len(found):
            found = found[key]
        else:
            return None
    return found
