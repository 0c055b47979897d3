"""Impersonation: somebody who asks an API server in another's name, as a kubeconfig says it (`as`, `as-groups` and so on)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from realip.shapes import Shape

__all__ = ["FIELDS", "impersonation"]

FIELDS: Mapping[str, Shape] = {"as": str, "as-uid": str, "as-groups": [str], "as-user-extra": {}}
"""Fields of a kubeconfig's user that name another one (client-go, `AuthInfo`)."""


def impersonation(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers that name the other user (Kubernetes, "User impersonation"); ValueError for some that cannot be sent."""
    extra = [field for field in FIELDS if field != "as" and user.get(field)]
    if extra and not user.get("as"):
        raise ValueError(f"says {' and '.join(extra)}, and not whose they are; add the user's name as `as`")
    headers = tuple(_headers(user))
    if not all(value.strip() and value.isprintable() for _, value in headers):
        raise ValueError("asks in somebody else's name by values that cannot be sent; write printable text")
    return headers


def _headers(user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, header in (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid")):
        if user.get(field):
            yield header, user[field]
    yield from (("Impersonate-Group", group) for group in user.get("as-groups") or ())
    for key, values in (user.get("as-user-extra") or {}).items():
        if (
            not isinstance(values, Sequence)
            or isinstance(values, str)
            or not all(isinstance(one, str) for one in values)
        ):
            raise ValueError(f"says as-user-extra.{key}, which has to be a list of text")
        yield from ((f"Impersonate-Extra-{quote(str(key).lower(), safe='')}", value) for value in values)
