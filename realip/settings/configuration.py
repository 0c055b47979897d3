"""Configuration keys that nothing reads: of another namespace, or of a misspelt one."""

import difflib
from collections.abc import Iterable, Iterator

from realip.problems import MISSING, Problem
from realip.settings.models import Settings

__all__ = ["PROVIDERS", "foreign_keys", "slips"]

PROVIDERS = frozenset({"kubernetes", "pulumi", "tencentcloud"})
"""Namespaces of the engine and of the providers in use."""
_NEAR = 0.75


def slips(keys: Iterable[str], project: str) -> Iterator[Problem]:
    """Keys that would be the project's, were their namespace not misspelt."""
    for key in keys:
        if _foreign(key, project) and _near(key, project):
            name = key.partition(":")[2]
            yield Problem(key, MISSING, f"is read by nobody; did you mean {project}:{name}?")


def foreign_keys(keys: Iterable[str], project: str) -> Iterator[Problem]:
    """Keys that neither the project nor a provider of it reads, slips too; another program may have a use for them."""
    keys = list(keys)
    yield from slips(keys, project)
    for key in keys:
        if _foreign(key, project) and not _near(key, project):
            yield Problem(key, MISSING, f"is not read by realip, whose keys start with {project}:")


def _foreign(key: str, project: str) -> bool:
    return key.partition(":")[0] not in {project, *PROVIDERS}


def _near(key: str, project: str) -> bool:
    """A name of the settings behind something that is nearly the project's name."""
    namespace, _, name = key.partition(":")
    ratio = difflib.SequenceMatcher(None, namespace.casefold(), project.casefold()).ratio()
    known = {field.alias or field_name for field_name, field in Settings.model_fields.items()}
    return ratio >= _NEAR and name.partition(".")[0] in known
