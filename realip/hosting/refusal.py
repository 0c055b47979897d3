"""Problems as the engine tells them: each beside the property that it is about."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails

from realip.escapes import SECRET
from realip.hosting.outputs import holds_output
from realip.problems import MISSING, Problem

__all__ = ["refusal"]

_MAY_BE_SECRET = frozenset({"args", "command", "env", "kubeconfig", "podTemplate"})
"""Arguments whose values nobody prints, marked as a secret or not."""
_HOLD_SECRETS = frozenset({"access", "app"})
"""Sections with such arguments: what stands in a section's place may be meant for one of them."""
_NAME = re.compile(r"(?:^|\.)(\w+)")
_STEP = re.compile(r'\.?([^.\[\]]+)|\[([0-9]+|"(?:[^"\\]|\\.)*")\]')


def refusal(problems: Iterable[Problem], inputs: Mapping[str, Any], *told: str) -> InputPropertiesError:
    """All problems of a component's inputs, spelled as the schema has them, and what else is `told`.

    The engine prints the value of each property that is named to it. Where that may be a secret, the problem is told in the
    message instead, in words that show none.
    """
    sentences = [*told]
    errors: list[InputPropertyErrorDetails] = []
    for problem in problems:
        if _may_be_secret(problem.path, inputs):
            sentences.append(str(replace(problem, value=MISSING)))
        elif problem.value == SECRET or holds_output(_value_at(problem.path, inputs)):
            sentences.append(str(problem))
        else:
            errors.append({"property_path": problem.path, "reason": problem.message})
    return InputPropertiesError("\n".join(sentences), errors)


def _may_be_secret(path: str, inputs: Mapping[str, Any]) -> bool:
    """The value at a path is one that nobody prints, as is a whole section that is none: a kubeconfig, one level too high."""
    names = _NAME.findall(path)
    misplaced = path in _HOLD_SECRETS and not isinstance(inputs.get(path), Mapping)
    return misplaced or bool(_MAY_BE_SECRET.intersection(names))


def _value_at(path: str, inputs: Any) -> Any:
    """The value at a path, or as near to it as there is one; None where there is nothing of it."""
    found = inputs
    for step in _STEP.finditer(path):
        key = step[1] if step[1] is not None else json.loads(step[2])
        if isinstance(found, Mapping) and isinstance(key, str):
            found = found.get(key)
        elif isinstance(found, list) and isinstance(key, int) and key < len(found):
            found = found[key]
        else:
            break
    return found
