"""Lists of which each entry counts once: the same thing twice is a mistake, and Tencent Cloud or Kubernetes refuses most of it."""

from collections.abc import Iterator

from realip import machine_rules
from realip.problems import LISTED_TWICE, Problem, path_of
from realip.settings.sections.nodes import TaintSettings
from realip.settings.sections.section import Section

__all__ = ["list_problems"]

_IN_ORDER = frozenset({"command", "args"})
"""Lists of text in which a word may come twice."""
_TOLD_ELSEWHERE = frozenset({"zones", "auxiliary_cidrs"})
"""Lists of which `realip.settings.checks.network` says more."""


def list_problems(section: Section, place: tuple[int | str, ...] = ()) -> Iterator[Problem]:
    """Every entry of a list that stands in it already, and every taint that a node would have twice."""
    for name, field in type(section).model_fields.items():
        value, at = getattr(section, name), (*place, field.alias or name)
        if isinstance(value, Section):
            yield from list_problems(value, at)
        elif isinstance(value, tuple) and name not in _IN_ORDER | _TOLD_ELSEWHERE:
            yield from _of_list(value, at)


def _of_list(entries: tuple[object, ...], at: tuple[int | str, ...]) -> Iterator[Problem]:
    taints = [(one.key, one.effect) for one in entries if isinstance(one, TaintSettings)]
    for index, message in machine_rules.repeated_taints(taints):
        yield Problem(path_of((*at, index, "key")), taints[index][0], message, (path_of(at),))
    for index, entry in enumerate(entries):
        if isinstance(entry, Section):
            yield from list_problems(entry, (*at, index))
        elif entry in entries[:index]:
            yield Problem(path_of((*at, index)), entry, LISTED_TWICE, (path_of(at),))
