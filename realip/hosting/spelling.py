"""The words of problems for a reader who does not write Python.

Names are as the schema has them, and there is no advice on options that only Python, or only a stack file, has.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pulumi.provider.experimental.analyzer import ComponentDefinition, TypeDefinition

from realip.components._component import NO_PROVIDER
from realip.problems import Problem

__all__ = ["Spelling", "setting"]

_PROVIDER = (
    "is missing, and the ambient kubeconfig may be any cluster's; give a Kubernetes provider of this cluster in the resource option "
    "`provider`, with its kubeconfig, clusterIdentifier and enableServerSideApply: true"
)
_COMMAND = re.compile(r":? '?pulumi config set[^']*'")
"""Advice on how a stack file is written, at the end of a message."""
_OF_A_STACK_FILE = {"is set with --secret, but": "is a secret, but", "set it without --secret": "make it no secret"}
_ENTRY = re.compile(r'(\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\])')


def setting(problem: Problem) -> Problem:
    """A problem of a setting, whose names are those of the schema, without advice on a stack file."""
    message = _COMMAND.sub("", problem.message)
    for words, others in _OF_A_STACK_FILE.items():
        message = message.replace(words, others)
    return replace(problem, message=message)


class Spelling:
    """How names are spelt in the schema."""

    def __init__(self, components: Iterable[ComponentDefinition], types: Iterable[TypeDefinition]) -> None:
        """Learn the names that the schema spells otherwise."""
        mappings = [found.inputs_mapping for found in components] + [found.properties_mapping for found in types]
        self._names: Mapping[str, str] = {
            python: name for names in mappings for name, python in names.items() if python != name
        }
        self._words = re.compile(rf"(?<![\w$-])({'|'.join(sorted(self._names, key=len, reverse=True))})(?![\w-])")

    def text(self, text: str) -> str:
        """A sentence with the schema's names."""
        return self._words.sub(lambda word: self._names[word[0]], text)

    def problem(self, problem: Problem) -> Problem:
        """A problem of arguments that Python names."""
        if problem == NO_PROVIDER:
            return Problem("provider", problem.value, _PROVIDER)
        message = self.text(problem.message).replace("is None,", "is null,")
        return replace(problem, path=self._path(problem.path), message=message)

    def unknown_key(self, problem: Problem) -> Problem:
        """A problem of a key that no argument has, whose path is as somebody wrote it."""
        return replace(problem, message=self.text(problem.message))

    def _path(self, path: str) -> str:
        """A path whose entries of maps, which are a user's own, stay as they are."""
        return "".join(step if step.startswith("[") else self.text(step) for step in _ENTRY.split(path))
