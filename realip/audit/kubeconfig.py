"""A kubeconfig: the address of an API server, and who asks it."""

import base64
import binascii
import json
import os
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import yaml

from realip.audit.objects import as_map, as_maps
from realip.errors import InputError, nearest

__all__ = ["ApiServer", "read_kubeconfig"]

_EXEC_SECONDS = 60.0


@dataclass(frozen=True)
class ApiServer:
    """An API server and how to ask it."""

    url: SplitResult
    tls: ssl.SSLContext | None
    """None for one that speaks plain HTTP."""
    server_name: str | None
    """The name that its certificate has to carry, where that is not the address's."""
    headers: Mapping[str, str]
    name: str
    """The context, for messages."""


def read_kubeconfig(file: str, context: str | None) -> ApiServer:
    """The API server of a context, the current one by default. InputError for what is wrong with the file."""
    path = Path(file)
    try:
        # TKE hands kubeconfigs out with carriage returns in them.
        document = as_map(yaml.safe_load(path.read_text(encoding="utf-8").replace("\r", "")))
    except (OSError, ValueError) as error:
        raise InputError(f"--kubeconfig {file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except (yaml.YAMLError, RecursionError):
        raise InputError(f"--kubeconfig {file}: is not YAML") from None
    contexts = _named(document, "contexts", "context")
    wanted = context or document.get("current-context")
    if not isinstance(wanted, str) or wanted not in contexts:
        if not contexts:
            raise InputError(f"--kubeconfig {file}: has no contexts, so it is no kubeconfig")
        asked = (
            f"there is no context {wanted!r}; {nearest(wanted, contexts)}"
            if wanted
            else "no context is the current one"
        )
        raise InputError(f"--kubeconfig {file}: {asked}; name one with --context ({', '.join(sorted(contexts))})")
    about = contexts[wanted]
    cluster = _named(document, "clusters", "cluster").get(str(about.get("cluster")))
    if cluster is None or not cluster.get("server"):
        raise InputError(f"--kubeconfig {file}: context {wanted} names a cluster that has no server")
    user = _named(document, "users", "user").get(str(about.get("user")), {})
    try:
        url = urlsplit(str(cluster["server"]))
        port = url.port  # ValueError for one that is no number
        del port
    except ValueError:
        url = urlsplit("")
    if url.scheme not in {"https", "http"} or not url.hostname:
        raise InputError(f"--kubeconfig {file}: server {str(cluster['server'])[:80]!r} is no https:// address")
    if cluster.get("proxy-url"):
        raise InputError(
            f"--kubeconfig {file}: proxy-url is not supported; write the objects with kubectl and audit the file"
        )
    reader = _Reader(path, file)
    given = reader.executed(user, cluster) if user.get("exec") else user
    return ApiServer(
        url=url,
        tls=reader.tls(cluster, given) if url.scheme == "https" else None,
        server_name=cluster.get("tls-server-name"),
        headers=reader.headers(given),
        name=wanted,
    )


def _named(document: Mapping[str, Any], list_name: str, inner: str) -> dict[str, Mapping[str, Any]]:
    return {str(entry.get("name")): as_map(entry.get(inner)) for entry in as_maps(document.get(list_name))}


class _Reader:
    """Reads what a kubeconfig holds, or names by a path beside it."""

    def __init__(self, path: Path, said: str) -> None:
        self._path, self._said = path, said

    def _bytes(self, holder: Mapping[str, Any], key: str) -> bytes | None:
        data, name = holder.get(f"{key}-data"), holder.get(key)
        try:
            if data:
                return base64.b64decode("".join(str(data).split()), validate=True)
            if name:
                return (self._path.parent / str(name)).read_bytes()
        except binascii.Error:
            raise InputError(f"--kubeconfig {self._said}: {key}-data is not base64") from None
        except OSError as error:
            raise InputError(f"--kubeconfig {self._said}: {key} {name}: cannot be read: {error.strerror}") from None
        return None

    def tls(self, cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
        """Whom to trust, and the client's own certificate."""
        authority = self._bytes(cluster, "certificate-authority")
        try:
            made = ssl.create_default_context(cadata=authority.decode() if authority else None)
            if cluster.get("insecure-skip-tls-verify") is True:
                made.check_hostname = False
                made.verify_mode = ssl.CERT_NONE
            certificate, key = self._bytes(user, "client-certificate"), self._bytes(user, "client-key")
            if certificate and key:
                # The library takes files only: readable by nobody else, and gone at once.
                with tempfile.NamedTemporaryFile(prefix="realip-", suffix=".pem") as file:
                    file.write(certificate + b"\n" + key + b"\n")
                    file.flush()
                    made.load_cert_chain(file.name)
        except (ssl.SSLError, ValueError, OSError):
            raise InputError(
                f"--kubeconfig {self._said}: the certificates in it are none that can be used; fetch the kubeconfig anew"
            ) from None
        return made

    def headers(self, user: Mapping[str, Any]) -> Mapping[str, str]:
        """The header that says who asks; none for a user with a certificate."""
        token = user.get("token")
        if not token and user.get("tokenFile"):
            found = self._bytes({"tokenFile": user["tokenFile"]}, "tokenFile")
            token = (found or b"").decode(errors="replace").strip()
        if token:
            return {"Authorization": f"Bearer {token}"}
        if user.get("username") and user.get("password"):
            pair = base64.b64encode(f"{user['username']}:{user['password']}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {}

    def executed(self, user: Mapping[str, Any], cluster: Mapping[str, Any]) -> Mapping[str, Any]:
        """The credentials that a program hands out, as kubectl runs it."""
        about = as_map(user["exec"])
        command = [str(about.get("command")), *map(str, about.get("args") or ())]
        info = {
            "apiVersion": about.get("apiVersion"),
            "kind": "ExecCredential",
            "spec": {"interactive": False, "cluster": {"server": cluster.get("server")}},
        }
        extra = {str(each.get("name")): str(each.get("value")) for each in as_maps(about.get("env"))}
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_EXEC_SECONDS,
                check=True,
                env={**os.environ, **extra, "KUBERNETES_EXEC_INFO": json.dumps(info)},
            )
            status = as_map(as_map(json.loads(done.stdout)).get("status"))
        except (OSError, subprocess.SubprocessError, ValueError, RecursionError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise InputError(f"--kubeconfig {self._said}: {command[0]} hands out no credentials: {why}") from None
        certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
        made: dict[str, Any] = {"token": status.get("token")}
        if certificate and key:
            made["client-certificate-data"] = base64.b64encode(str(certificate).encode()).decode()
            made["client-key-data"] = base64.b64encode(str(key).encode()).decode()
        return made
