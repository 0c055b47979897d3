"""Headers that the caller has sent with every request: a password, a tenant. Their values are never shown."""

import os
import re
from pathlib import Path

from realip.errors import InputError
from realip.verify.forgery import NONCE_HEADER
from realip.verify.headers import known_header
from realip.verify.text import printable

__all__ = ["request_header"]

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OURS = (
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "cache-control",
    "accept-encoding",
    NONCE_HEADER.lower(),
)
_ENVIRONMENT, _FILE = "@env:", "@file:"
_LONGEST = 8_192
"""Characters of a value; servers take little more."""


def request_header(text: str) -> tuple[str, str]:
    """Name and value out of `Name: value`; `@env:VARIABLE` and `@file:PATH` stand for what is there.

    Raises InputError, which never shows a value.
    """
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not _NAME.fullmatch(name):
        raise InputError(
            "--request-header: write it as 'Name: value', with @env:VARIABLE or @file:PATH for a secret value"
        )
    where = f"--request-header {printable(name)!r}"
    if name.lower() in _OURS:
        raise InputError(f"{where}: this header is the probes' own (for Host there is --host)")
    if known_header(name) is not None:
        raise InputError(f"{where}: the probes forge this header, so that one of your own would hide what is believed")
    value = _value(value, where)
    if len(value) > _LONGEST or not _VALUE.fullmatch(value):
        raise InputError(f"{where}: its value has to be one line of up to {_LONGEST} characters of Latin-1")
    return name, value


def _value(text: str, where: str) -> str:
    if text.startswith(_ENVIRONMENT):
        variable = text[len(_ENVIRONMENT) :]
        if variable not in os.environ:
            raise InputError(f"{where}: there is no variable {printable(variable)!r} in the environment")
        return os.environ[variable].strip()
    if text.startswith(_FILE):
        path = text[len(_FILE) :]
        try:
            with Path(path).open(encoding="utf-8") as file:
                return file.read(_LONGEST + 2).strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise InputError(f"{where}: {printable(path)!r} cannot be read ({why})") from None
    return text
