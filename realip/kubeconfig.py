"""A kubeconfig: which API server a context leads to, and who asks it. Wrong ones are told in words, without what is secret."""

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from realip.errors import InputError, nearest
from realip.impersonation import FIELDS, impersonation
from realip.shapes import Shape, wrong_kinds

__all__ = ["Kubeconfig", "KubernetesError", "read_kubeconfig", "without_userinfo"]

_PROGRAM_SECONDS = 60.0
"""Time that a program has to hand out credentials: somebody may have to log in."""
_FILE: Mapping[str, Shape] = {
    "current-context": str,
    "contexts": [{"name": str, "context": {"cluster": str, "user": str}}],
    "clusters": [
        {
            "name": str,
            "cluster": {
                "server": str,
                "tls-server-name": str,
                "proxy-url": str,
                "insecure-skip-tls-verify": bool,
                "certificate-authority": str,
                "certificate-authority-data": str,
            },
        }
    ],
    "users": [
        {
            "name": str,
            "user": {
                "token": str,
                "tokenFile": str,
                "username": str,
                "password": str,
                "client-certificate": str,
                "client-certificate-data": str,
                "client-key": str,
                "client-key-data": str,
                "auth-provider": {},
                "exec": {"command": str, "apiVersion": str, "args": [str], "env": [{"name": str, "value": str}]},
                **FIELDS,
            },
        }
    ],
}
"""Fields of a kubeconfig that are looked at. kubectl refuses one of another kind as well."""
_HANDED_OUT: Mapping[str, Shape] = {"status": {"token": str, "clientCertificateData": str, "clientKeyData": str}}
"""An ExecCredential."""
_SERVER_SCHEMES = ("https", "http")
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_LONGEST_LABEL = 63


class KubernetesError(InputError):
    """A kubeconfig that cannot be used, or an API server that does not answer as one."""


@dataclass(frozen=True)
class Kubeconfig:
    """One context of a kubeconfig; what lets somebody in is not shown."""

    server: str = field(repr=False)
    """URL of the API server; it may hold a password, as that of the proxy may."""
    context: str = ""
    server_name: str | None = None
    """The name that its certificate is issued for, where the URL has another one."""
    proxy: str | None = field(default=None, repr=False)
    verify: bool = True
    authority: bytes | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    authorization: str | None = field(default=None, repr=False)
    """The header that says who asks; None for a user with a certificate."""
    impersonation: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Headers that name somebody else, in whose name that one asks."""


def read_kubeconfig(
    text: str, *, context: str | None = None, folder: Path | None = None, programs: bool = False
) -> Kubeconfig:
    """The cluster and the user of a kubeconfig's context, the current one if none is named; KubernetesError if it has none.

    Files that it names lie in `folder`, its own. `programs`: one that it names for credentials is run, as kubectl does; for a
    kubeconfig that somebody gives on a command line, and never for one out of a stack's configuration.
    """
    config = _loaded(text)
    named = context or config.get("current-context")
    if not named:
        known = ", ".join(_names(config, "context")) or "none"
        raise KubernetesError(f"the kubeconfig has no current-context; name a context ({known}), or set one")
    chosen = _entry(config, "context", named)
    cluster = _entry(config, "cluster", chosen.get("cluster"))
    user = _entry(config, "user", chosen.get("user")) if chosen.get("user") else {}
    if not cluster.get("server"):
        raise KubernetesError(f"the kubeconfig's cluster {chosen.get('cluster')!r} has no server")
    server = _url(cluster, "server", _SERVER_SCHEMES).rstrip("/")
    other = _in_whose_name(user)
    user = _with_credentials(user, server, folder, programs=programs)
    _complete(user)
    return Kubeconfig(
        server=server,
        context=str(named),
        server_name=_server_name(cluster),
        proxy=_url(cluster, "proxy-url", _PROXY_SCHEMES) or None,
        verify=not cluster.get("insecure-skip-tls-verify"),
        authority=_data(cluster, "certificate-authority", folder),
        certificate=_data(user, "client-certificate", folder),
        key=_data(user, "client-key", folder),
        authorization=_authorization(user, folder),
        impersonation=other,
    )


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        # TKE hands kubeconfigs out with carriage returns in them.
        config = yaml.safe_load(text.replace("\r", ""))
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError, LookupError, TypeError, ArithmeticError):
        # PyYAML's own errors for a value that is not what its tag says are any of these.
        raise KubernetesError("the kubeconfig is no YAML; give the whole file as TKE hands it out") from None
    if not isinstance(config, Mapping) or not config.get("clusters"):
        raise KubernetesError("the kubeconfig names no cluster; give the whole file as TKE hands it out")
    if wrong := list(wrong_kinds(config, _FILE)):
        raise KubernetesError(
            f"in the kubeconfig {'; '.join(wrong)}. Put quotes around text, or give the file as TKE hands it out"
        )
    return config


def _entries(config: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [entry for entry in config.get(f"{kind}s") or () if entry]


def _names(config: Mapping[str, Any], kind: str) -> list[str]:
    return sorted(str(entry.get("name")) for entry in _entries(config, kind))


def _entry(config: Mapping[str, Any], kind: str, name: object) -> Mapping[str, Any]:
    for entry in _entries(config, kind):
        if entry.get("name") == name:
            return entry.get(kind) or {}
    known = _names(config, kind)
    advice = f"{nearest(str(name), known)}; " if known else ""
    raise KubernetesError(f"the kubeconfig has no {kind} {name!r}; {advice}it has {', '.join(known) or 'none'}")


def _url(cluster: Mapping[str, Any], name: str, schemes: Sequence[str]) -> str:
    """The URL of a cluster's field, nothing where there is none."""
    text = str(cluster.get(name) or "").strip()
    if text and not _leads_somewhere(text, schemes):
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise KubernetesError(
            f"the kubeconfig's {name} {without_userinfo(text)[:80]!r} is no URL; it starts with {starts} and ends with host, "
            "port or path"
        )
    return text


def _leads_somewhere(text: str, schemes: Sequence[str]) -> bool:
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port  # ValueError for a port that is no number
    except ValueError:
        return False
    whole = text.isprintable() and " " not in text and not url.query and not url.fragment and port != 0
    return whole and url.scheme in schemes and _is_host(host)


def without_userinfo(url: str) -> str:
    """A URL, or what was meant for one, to be shown: no name or password before its host, no query after its path.

    A password may hold any character, so that the last `@` ends it, whatever a parser takes for the host.
    """
    start = re.match(r"[a-z][a-z0-9+.-]*://", url, re.IGNORECASE)
    scheme = start[0] if start else ""
    return scheme + re.split(r"[?#]", url.removeprefix(scheme).rpartition("@")[2])[0]


def _is_host(name: str) -> bool:
    """An IPv6 address, or a name that DNS can carry: Python's resolver and TLS stumble over others."""
    return ":" in name or all(0 < len(label) <= _LONGEST_LABEL for label in name.removesuffix(".").split("."))


def _server_name(cluster: Mapping[str, Any]) -> str | None:
    name = str(cluster.get("tls-server-name") or "").strip()
    if name and not (name.isascii() and name.isprintable() and _is_host(name)):
        raise KubernetesError(
            f"the kubeconfig's tls-server-name {name[:80]!r} is no name of a server; give the one in its certificate"
        )
    return name or None


def _data(holder: Mapping[str, Any], name: str, folder: Path | None) -> bytes | None:
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


# --- Who asks ----------------------------------------------------------------------------------------------------------


_PAIRS = (
    (("username",), ("password",)),
    (("client-certificate", "client-certificate-data"), ("client-key", "client-key-data")),
)
"""Fields that let nobody in one without the other."""


def _complete(user: Mapping[str, Any]) -> None:
    """Refuse half of a pair: kubectl asks a person for the other half, and without it nobody would be let in."""
    for pair in _PAIRS:
        for said, lacking in (pair, pair[::-1]):
            if any(user.get(name) for name in said) and not any(user.get(name) for name in lacking):
                raise KubernetesError(
                    f"the kubeconfig's user has a {said[0]} and no {lacking[0]}; add it, or fetch the kubeconfig anew"
                )


def _in_whose_name(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    try:
        return impersonation(user)
    except ValueError as error:
        raise KubernetesError(f"the kubeconfig's user {error}") from None


def _authorization(user: Mapping[str, Any], folder: Path | None) -> str | None:
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


def _with_credentials(
    user: Mapping[str, Any], server: str, folder: Path | None, *, programs: bool
) -> Mapping[str, Any]:
    """A user as it is, or as the program that its entry names says."""
    for kind in ("exec", "auth-provider"):
        if user.get(kind) and not (programs and kind == "exec"):
            raise KubernetesError(
                f"the kubeconfig asks a program who you are ({kind}), and none is run here; take one with a token or a "
                "certificate, such as TKE's own"
            )
    return _handed_out(user["exec"], server, folder) if user.get("exec") else user


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
