"""The credentials of a kubeconfig's user: what is in the file, in files that it names, or handed out by a program. None is shown."""

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realip.errors import InputError
from realip.impersonation import impersonation
from realip.shapes import Shape, wrong_kinds

__all__ = ["KubernetesError", "authorization", "content_of", "in_whose_name", "with_credentials"]

_PROGRAM_SECONDS = 60.0
"""Time that a program has to hand out credentials: somebody may have to log in."""
_HANDED_OUT: Mapping[str, Shape] = {"status": {"token": str, "clientCertificateData": str, "clientKeyData": str}}
"""An ExecCredential."""
_PAIRS = (
    (("username",), ("password",)),
    (("client-certificate", "client-certificate-data"), ("client-key", "client-key-data")),
)
"""Fields that let nobody in one without the other."""


class KubernetesError(InputError):
    """A kubeconfig that cannot be used, or an API server that does not answer as one."""


def content_of(holder: Mapping[str, Any], name: str, folder: Path | None) -> bytes | None:
    """The content behind a field such as `client-key`: its `-data`, or the file that it names; None where there is neither."""
    if encoded := holder.get(f"{name}-data"):
        try:
            return base64.b64decode("".join(encoded.split()), validate=True)
        except (ValueError, binascii.Error):
            raise KubernetesError(f"the kubeconfig's {name}-data is not base64") from None
    return _file(folder, holder[name]) if holder.get(name) else None


def _file(folder: Path | None, name: str) -> bytes:
    if folder is None:
        raise KubernetesError(
            f"the kubeconfig names the file {name}; put its content in: 'kubectl config view --flatten'"
        )
    try:
        return (folder / name).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise KubernetesError(f"the kubeconfig's file {name} cannot be read: {why}") from None


def _complete(user: Mapping[str, Any]) -> None:
    """Refuse half of a pair: kubectl asks a person for the other half, and without it nobody would be let in."""
    for pair in _PAIRS:
        for said, lacking in (pair, pair[::-1]):
            if any(user.get(name) for name in said) and not any(user.get(name) for name in lacking):
                raise KubernetesError(
                    f"the kubeconfig's user has a {said[0]} and no {lacking[0]}; add it, or fetch the kubeconfig anew"
                )


def in_whose_name(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers that name somebody else, in whose name a user asks."""
    try:
        return impersonation(user)
    except ValueError as error:
        raise KubernetesError(f"the kubeconfig's user {error}") from None


def authorization(user: Mapping[str, Any], folder: Path | None) -> str | None:
    """The header that says who asks; None for a user with a certificate."""
    if token := user.get("token"):
        return "Bearer " + _token(token, "the kubeconfig's token")
    if user.get("tokenFile"):
        content = _file(folder, user["tokenFile"]).decode(errors="replace")
        return "Bearer " + _token(content, "the kubeconfig's tokenFile")
    if user.get("username"):
        return _basic(user["username"], user["password"])
    return None


def _token(token: str, where: str) -> str:
    """A token without the blanks around it. It is printable ASCII (RFC 6750, section 2.1), and shown to nobody."""
    token = token.strip()
    if not token or not all("!" <= character <= "~" for character in token):
        raise KubernetesError(
            f"{where} is empty, or has blanks or characters in it that no token has; fetch the kubeconfig anew"
        )
    return token


def _basic(name: str, password: str) -> str:
    """The header for a name and a password, by what RFC 7617, section 2, lets them be; a file's line break is in neither."""
    name, password = name.strip("\r\n"), password.strip("\r\n")
    pair = f"{name}:{password}"
    if ":" in name or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", pair):
        raise KubernetesError(
            "the kubeconfig's username and password have characters in them that cannot be sent: control characters, or a "
            "colon in the username; fetch the kubeconfig anew"
        )
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def with_credentials(user: Mapping[str, Any], server: str, folder: Path | None, *, programs: bool) -> Mapping[str, Any]:
    """A user as it is, or as the program that its entry names says."""
    for kind in ("exec", "auth-provider"):
        if user.get(kind) and not (programs and kind == "exec"):
            raise KubernetesError(
                f"the kubeconfig asks a program who you are ({kind}), and none is run here; take one with a token or a "
                "certificate, such as TKE's own"
            )
    found = _handed_out(user["exec"], server, folder) if user.get("exec") else user
    _complete(found)
    return found


def _handed_out(about: Mapping[str, Any], server: str, folder: Path | None) -> Mapping[str, Any]:
    """The credentials that a program hands out (client.authentication.k8s.io)."""
    command = [about.get("command") or "", *(each or "" for each in about.get("args") or ())]
    if not command[0]:
        raise KubernetesError("the kubeconfig's exec names no command; fetch the kubeconfig anew")
    if folder is not None and "/" in command[0]:
        command[0] = str(folder / command[0])
    asked = {
        "apiVersion": about.get("apiVersion"),
        "kind": "ExecCredential",
        "spec": {"interactive": False, "cluster": {"server": server}},
    }
    extra = {each.get("name") or "": each.get("value") or "" for each in about.get("env") or () if each}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROGRAM_SECONDS,
            check=True,
            env={**os.environ, **extra, "KUBERNETES_EXEC_INFO": json.dumps(asked)},
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise KubernetesError(f"the kubeconfig's program {command[0]} hands out no credentials: {why}") from None
    otherwise = f"the kubeconfig's program {command[0]} hands out no credentials"
    if wrong := list(wrong_kinds(answer, _HANDED_OUT)):
        raise KubernetesError(f"{otherwise}: in its answer {'; '.join(wrong)}")
    status = (answer or {}).get("status") or {}
    made: dict[str, Any] = {}
    if token := status.get("token"):
        made["token"] = _token(token, f"the kubeconfig's program {command[0]}'s token")
    certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
    if certificate and key:
        made["client-certificate-data"] = base64.b64encode(certificate.encode(errors="replace")).decode()
        made["client-key-data"] = base64.b64encode(key.encode(errors="replace")).decode()
    if not made:
        raise KubernetesError(f"{otherwise}: its answer has none")
    return made
