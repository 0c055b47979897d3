"""Secrets in a stack's configuration: which values may be one, which have to be, and how none gets into a message.

The engine hands configuration over decrypted, and tells of a whole section that something in it is a secret, not of what. So
the models mark the values that may be secret. Those stay secrets up to the state; a section without any may not hold one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from pydantic import BaseModel

from realip.escapes import SECRET
from realip.problems import MISSING, Problem
from realip.settings.models import Settings
from realip.settings.problems import SettingsError
from realip.settings.values import MayBeSecret

__all__ = ["hidden", "refuse_credentials", "refuse_plain_kubeconfig", "section_problems"]

_SHORTEST = 3
"""Characters from which on a value is looked for in messages: shorter ones say nothing, and are everywhere."""
_CREDENTIALS = {
    "tencentcloud:secretId": "TENCENTCLOUD_SECRET_ID",
    "tencentcloud:secretKey": "TENCENTCLOUD_SECRET_KEY",
    "tencentcloud:securityToken": "TENCENTCLOUD_SECURITY_TOKEN",
    "tencentcloud:assumeRoleWithWebIdentity": "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN",
    "kubernetes:kubeconfig": "KUBECONFIG",
}
"""Configuration of the providers that lets somebody in, and the environment variable that does the same."""


def _takes_secrets(section: str) -> bool:
    """A section of the settings with values that may be secret."""
    fields = {field.alias or name: field for name, field in Settings.model_fields.items()}
    return section in fields and _marked(fields[section].annotation, fields[section].metadata)


def _marked(annotation: Any, metadata: Iterable[Any] = ()) -> bool:
    if any(isinstance(mark, MayBeSecret) for mark in (*metadata, *getattr(annotation, "__metadata__", ()))):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_marked(field.annotation, field.metadata) for field in annotation.model_fields.values())
    return any(_marked(part) for part in get_args(annotation))


def section_problems(secret: Iterable[str]) -> Iterator[Problem]:
    """Sections that hold a secret although nothing in them is kept as one."""
    for section in sorted(secret):
        if not _takes_secrets(section):
            message = "is set with --secret, but its values are plain in the state and in the cloud; set it without --secret, and keep what nobody may see out of it"
            yield Problem(section, SECRET, message)


def refuse_credentials(configuration: Mapping[str, object], encrypted: Collection[str]) -> None:
    """Raise SettingsError for credentials of a provider in plain text; `encrypted` are the keys that are not."""
    found = [
        Problem(
            key,
            SECRET,
            f"is a credential in plain text; remove it and set {variable}, or encrypt it: 'pulumi config set --secret {key}'",
        )
        for key, variable in _CREDENTIALS.items()
        if key in configuration and key not in encrypted
    ]
    if found:
        raise SettingsError(found)


def refuse_plain_kubeconfig(values: Mapping[str, object], secret: Collection[str]) -> None:
    """Raise SettingsError for a kubeconfig that lies in the stack file for everybody to read."""
    access = values.get("access")
    if isinstance(access, Mapping) and access.get("kubeconfig") is not None and "access" not in secret:
        message = (
            "is a credential in plain text; encrypt it: 'pulumi config set --secret --path access.kubeconfig', which "
            "reads it from its input"
        )
        raise SettingsError([Problem("access.kubeconfig", SECRET, message)])


def hidden(problems: Iterable[Problem], values: Mapping[str, object], secret: Collection[str]) -> Iterator[Problem]:
    """Problems without any value of a section that holds a secret."""
    texts = sorted({text for section in secret for text in _texts(values.get(section))}, key=len, reverse=True)
    for problem in problems:
        message = problem.message
        for text in texts:
            message = message.replace(text, SECRET)
        inside = any(
            problem.path == section or problem.path.startswith((f"{section}.", f"{section}[")) for section in secret
        )
        value = SECRET if inside and problem.value is not MISSING else problem.value
        yield replace(problem, value=value, message=message)


def _texts(value: object) -> Iterator[str]:
    """Every value below, as text; keys are no secrets."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool) and len(str(value)) >= _SHORTEST:
        yield str(value)
