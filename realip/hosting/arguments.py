"""From what a program in another language says to the arguments of a component: names in Python's spelling, values opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi.provider.experimental.analyzer import ComponentDefinition, PropertyDefinition, TypeDefinition

from realip.components._arguments import Arguments, place, unknown_argument
from realip.hosting.nulls import LOAD_BALANCER, NOTHING_LEFT
from realip.hosting.outputs import opened
from realip.problems import MISSING, Problem, under_unknown_key

__all__ = ["Translation"]


@dataclass
class Translation:
    """The translation of one component's arguments."""

    types: Mapping[str, TypeDefinition]
    """The types that arguments have, by their names."""
    problems: list[Problem] = field(default_factory=list)
    """Keys that no argument has, in the consumer's spelling: a component would know some of them in its own; and what is lost."""

    def arguments(self, inputs: Mapping[str, Any], component: ComponentDefinition) -> dict[str, Any]:
        """The arguments of a component."""
        return self._object(opened(inputs), component.inputs, component.inputs_mapping, Arguments())

    def _object(
        self,
        given: Mapping[str, Any],
        properties: Mapping[str, PropertyDefinition],
        names: Mapping[str, str],
        at: Arguments,
    ) -> dict[str, Any]:
        made = {}
        for key, value in given.items():
            if key == LOAD_BALANCER and value == {}:
                self.problems.append(Problem(at.at(key).path, MISSING, NOTHING_LEFT))
            elif key in properties:
                made[names[key]] = self._value(value, properties[key], at.at(key))
            else:
                message = unknown_argument(key, list(names.values()))
                self.problems.append(Problem(place(at, key).path, under_unknown_key(value), message))
        return made

    def _value(self, value: Any, kind: PropertyDefinition, at: Arguments) -> Any:
        """A value in its place. One of another kind stays as it is: the component tells."""
        if isinstance(value, Mapping):
            if (described := self._described(kind)) is not None:
                return self._object(value, described.properties, described.properties_mapping, at)
            if (inner := kind.additional_properties) is not None:
                return {key: self._value(item, inner, at.entry(key)) for key, item in value.items()}
        elif isinstance(value, Sequence) and not isinstance(value, str) and (inner := kind.items) is not None:
            return [self._value(item, inner, at.entry(index)) for index, item in enumerate(value)]
        return value

    def _described(self, kind: PropertyDefinition) -> TypeDefinition | None:
        return self.types.get(kind.ref.rpartition(":")[2]) if kind.ref else None
