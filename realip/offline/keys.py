"""`--config KEY=VALUE`: where in a stack's configuration a value goes, as `pulumi config set --path` has it."""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import yaml

from realip.errors import InputError
from realip.offline.dialect import read_yaml

__all__ = ["Override", "parse_override"]

_STEP = re.compile(r'(?P<dot>\.?)(?P<name>[^.\[\]"=\s]+)|\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]')
_EXAMPLES = (
    'write KEY=VALUE such as app.port=8080, access.adminCidrs[0]=192.0.2.7/32 or nodes.labels["example.com/a"]=b'
)


@dataclass(frozen=True)
class Override:
    """A value for one place: `key` with its namespace, then names and indexes below it."""

    text: str
    key: str
    path: tuple[str | int, ...]
    value: Any

    def apply(self, configuration: MutableMapping[str, Any]) -> None:
        """Put the value in its place, replacing what is there; InputError where there is no such place."""
        configuration[self.key] = self._placed(configuration.get(self.key), self.path)

    def _placed(self, there: Any, path: tuple[str | int, ...]) -> Any:
        """The value `there`, copied, with the value at `path`."""
        if not path:
            return self.value
        step, rest = path[0], path[1:]
        if isinstance(step, int):
            return self._in_list(there, step, rest)
        if there is not None and not isinstance(there, Mapping):
            raise self._refuse(f"there is no {step!r} in {_kind(there)}; replace {self.key} as a whole")
        members = dict(there or {})
        members[step] = self._placed(members.get(step), rest)
        return members

    def _in_list(self, there: Any, index: int, rest: tuple[str | int, ...]) -> list[Any]:
        if there is not None and not isinstance(there, list):
            raise self._refuse(f"there is no [{index}] in {_kind(there)}; replace {self.key} as a whole")
        entries = list(there or [])
        if index > len(entries):
            raise self._refuse(f"the list has {len(entries)} entries, so [{len(entries)}] is the next one")
        if index == len(entries):
            entries.append(None)
        entries[index] = self._placed(entries[index], rest)
        return entries

    def _refuse(self, problem: str) -> InputError:
        return InputError(f"--config {self.text!r}: {problem}")


def parse_override(text: str, namespace: str) -> Override:
    """The override that an argument of `--config` stands for; `namespace` is the project's name."""
    steps: list[str | int] = []
    position = 0
    while (matched := _STEP.match(text, position)) and _fits(matched, first=not steps):
        position = matched.end()
        if matched["index"] is not None:
            steps.append(int(matched["index"]))
        elif matched["quoted"] is not None:
            steps.append(re.sub(r"\\(.)", r"\1", matched["quoted"]))
        else:
            steps.append(matched["name"])
    if not steps or text[position : position + 1] != "=":
        raise InputError(f"--config {text!r}: is not a path and a value; {_EXAMPLES}")
    key = str(steps[0])
    if ":" not in key:
        key = f"{namespace}:{key}"
    try:
        value = read_yaml(text[position + 1 :])
    except yaml.YAMLError as error:
        raise InputError(f"--config {text!r}: the value is not YAML ({_problem(error)}); {_EXAMPLES}") from None
    return Override(text, key, tuple(steps[1:]), value)


def _fits(matched: re.Match[str], *, first: bool) -> bool:
    """A step may stand there: names are divided by dots, and a path starts with a name."""
    if matched["name"] is not None:
        return bool(matched["dot"]) is not first
    return not (first and matched["index"] is not None)


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "a map" if isinstance(value, Mapping) else f"{value!r}"


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "it has a character that YAML does not allow")
