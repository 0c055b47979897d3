"""A kubeconfig: which API server a context leads to, and who asks it. Wrong ones are told in words, without what is secret."""

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from realip.errors import InputError, nearest

__all__ = ["Kubeconfig", "KubernetesError", "read_kubeconfig"]

_PROGRAM_SECONDS = 60.0
"""Time that a program has to hand out credentials: somebody may have to log in."""


class KubernetesError(InputError):
    """A kubeconfig that cannot be used, or an API server that does not answer as one."""


@dataclass(frozen=True)
class Kubeconfig:
    """One context of a kubeconfig; what lets somebody in is not shown."""

    server: str
    """URL of the API server."""
    context: str = ""
    server_name: str | None = None
    """The name that its certificate is issued for, where the URL has another one."""
    proxy: str | None = None
    verify: bool = True
    authority: bytes | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    authorization: str | None = field(default=None, repr=False)
    """The header that says who asks; None for a user with a certificate."""


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
    server = _server(cluster, str(chosen.get("cluster")))
    user = _with_credentials(user, server, folder, programs=programs)
    return Kubeconfig(
        server=server,
        context=str(named),
        server_name=cluster.get("tls-server-name"),
        proxy=cluster.get("proxy-url"),
        verify=not cluster.get("insecure-skip-tls-verify"),
        authority=_data(cluster, "certificate-authority", folder),
        certificate=_data(user, "client-certificate", folder),
        key=_data(user, "client-key", folder),
        authorization=_authorization(user, folder),
    )


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        # TKE hands kubeconfigs out with carriage returns in them.
        config = yaml.safe_load(text.replace("\r", ""))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise KubernetesError("the kubeconfig is no YAML; give the whole file as TKE hands it out") from None
    if not isinstance(config, Mapping) or not config.get("clusters"):
        raise KubernetesError("the kubeconfig names no cluster; give the whole file as TKE hands it out")
    return config


def _entries(config: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    listed = config.get(f"{kind}s")
    return [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []


def _names(config: Mapping[str, Any], kind: str) -> list[str]:
    return sorted(str(entry.get("name")) for entry in _entries(config, kind))


def _entry(config: Mapping[str, Any], kind: str, name: object) -> Mapping[str, Any]:
    for entry in _entries(config, kind):
        if entry.get("name") == name and isinstance(entry.get(kind), Mapping):
            found: Mapping[str, Any] = entry[kind]
            return found
    known = _names(config, kind)
    advice = f"{nearest(str(name), known)}; " if known else ""
    raise KubernetesError(f"the kubeconfig has no {kind} {name!r}; {advice}it has {', '.join(known) or 'none'}")


def _server(cluster: Mapping[str, Any], name: str) -> str:
    server = str(cluster.get("server") or "")
    if not server:
        raise KubernetesError(f"the kubeconfig's cluster {name!r} has no server")
    try:
        url = urlsplit(server)
        port = url.port  # ValueError for one that is no number
        del port
    except ValueError:
        url = urlsplit("")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise KubernetesError(f"the kubeconfig's server {server[:80]!r} is no URL; it starts with https://")
    return server.rstrip("/")


def _data(holder: Mapping[str, Any], name: str, folder: Path | None) -> bytes | None:
    if (encoded := holder.get(f"{name}-data")) is not None:
        try:
            return base64.b64decode("".join(str(encoded).split()), validate=True)
        except (ValueError, binascii.Error):
            raise KubernetesError(f"the kubeconfig's {name}-data is not base64") from None
    return None if holder.get(name) is None else _file(folder, holder[name])


def _file(folder: Path | None, name: object) -> bytes:
    if folder is None:
        raise KubernetesError(
            f"the kubeconfig names the file {name}; put its content in: 'kubectl config view --flatten'"
        )
    try:
        return (folder / str(name)).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise KubernetesError(f"the kubeconfig's file {name} cannot be read: {why}") from None


# --- Who asks ----------------------------------------------------------------------------------------------------------


def _authorization(user: Mapping[str, Any], folder: Path | None) -> str | None:
    token = user.get("token")
    if not token and user.get("tokenFile"):
        token = _file(folder, user["tokenFile"]).decode(errors="replace").strip()
    if token:
        return f"Bearer {token}"
    if user.get("username") and user.get("password"):
        pair = f"{user['username']}:{user['password']}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"
    return None


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
    about = user.get("exec")
    return _handed_out(about, server, folder) if isinstance(about, Mapping) else user


def _handed_out(about: Mapping[str, Any], server: str, folder: Path | None) -> Mapping[str, Any]:
    """The credentials that a program hands out (client.authentication.k8s.io)."""
    arguments = about.get("args")
    command = [str(about.get("command")), *map(str, arguments if isinstance(arguments, list) else ())]
    if folder is not None and "/" in command[0]:
        command[0] = str(folder / command[0])
    asked = {
        "apiVersion": about.get("apiVersion"),
        "kind": "ExecCredential",
        "spec": {"interactive": False, "cluster": {"server": server}},
    }
    variables = about.get("env")
    extra = {
        str(each.get("name")): str(each.get("value"))
        for each in (variables if isinstance(variables, list) else ())
        if isinstance(each, Mapping)
    }
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
    status = answer.get("status") if isinstance(answer, Mapping) else None
    status = status if isinstance(status, Mapping) else {}
    made: dict[str, Any] = {"token": status.get("token")}
    certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
    if certificate and key:
        made["client-certificate-data"] = base64.b64encode(str(certificate).encode()).decode()
        made["client-key-data"] = base64.b64encode(str(key).encode()).decode()
    if not any(made.values()):
        raise KubernetesError(f"the kubeconfig's program {command[0]} hands out no credentials: its answer has none")
    return made
