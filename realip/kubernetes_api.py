"""Reads of a Kubernetes API server by a kubeconfig: GET alone, each with a deadline, told in words where it fails."""

import base64
import binascii
import contextlib
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from realip.errors import InputError

if TYPE_CHECKING:
    import httpx

__all__ = ["ApiServer", "Forbidden", "Kubeconfig", "KubernetesError", "connected", "read_kubeconfig"]

PAGE = 500
"""Objects of one answer to a list, as kubectl asks for them."""
TIMEOUT = 20.0
"""Seconds that an answer may take."""


class KubernetesError(InputError):
    """A kubeconfig that cannot be used, or an API server that does not answer as one."""


class Forbidden(KubernetesError):
    """The API server knows who asks, and does not let them read this."""


@dataclass(frozen=True)
class Kubeconfig:
    """One context of a kubeconfig; what lets somebody in is not shown."""

    server: str
    """URL of the API server."""
    server_name: str | None = None
    """The name that its certificate is issued for, where the URL has another one."""
    proxy: str | None = None
    verify: bool = True
    authority: bytes | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


def read_kubeconfig(text: str, *, context: str | None = None, folder: Path | None = None) -> Kubeconfig:
    """The cluster and the user of a kubeconfig's context, the current one if none is named; KubernetesError if it has none.

    Files that it names lie in `folder`, its own. No program that it names is run.
    """
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError:
        raise KubernetesError("the kubeconfig is no YAML; give the whole file as TKE hands it out") from None
    if not isinstance(config, Mapping) or not config.get("clusters"):
        raise KubernetesError("the kubeconfig names no cluster; give the whole file as TKE hands it out")
    named = context or config.get("current-context")
    if not named:
        raise KubernetesError("the kubeconfig has no current-context; name a context, or set one")
    chosen = _entry(config, "context", named)
    cluster = _entry(config, "cluster", chosen.get("cluster"))
    user = _entry(config, "user", chosen.get("user")) if chosen.get("user") else {}
    server = str(cluster.get("server") or "")
    if urlsplit(server).scheme not in ("http", "https") or not urlsplit(server).hostname:
        raise KubernetesError(f"the kubeconfig's server {server!r} is no URL; it starts with https://")
    for program in ("exec", "auth-provider"):
        if user.get(program):
            raise KubernetesError(
                f"the kubeconfig asks a program who you are ({program}), and none is run here; take one with a token or a "
                "certificate, such as TKE's own"
            )
    token = user.get("token")
    if not token and user.get("tokenFile"):
        token = _file(folder, user["tokenFile"]).decode(errors="replace").strip()
    return Kubeconfig(
        server=server.rstrip("/"),
        server_name=cluster.get("tls-server-name"),
        proxy=cluster.get("proxy-url"),
        verify=not cluster.get("insecure-skip-tls-verify"),
        authority=_data(cluster, "certificate-authority", folder),
        certificate=_data(user, "client-certificate", folder),
        key=_data(user, "client-key", folder),
        token=str(token) if token else None,
    )


def _entry(config: Mapping[str, Any], kind: str, name: object) -> Mapping[str, Any]:
    for entry in config.get(f"{kind}s") or ():
        if isinstance(entry, Mapping) and entry.get("name") == name and isinstance(entry.get(kind), Mapping):
            found: Mapping[str, Any] = entry[kind]
            return found
    known = [str(entry.get("name")) for entry in config.get(f"{kind}s") or () if isinstance(entry, Mapping)]
    raise KubernetesError(f"the kubeconfig has no {kind} {name!r}; it has {', '.join(known) or 'none'}")


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
    except OSError as error:
        raise KubernetesError(f"the kubeconfig's file {name}: {error.strerror}") from None


@dataclass
class ApiServer:
    """A connection to an API server, which reads and nothing else."""

    kubeconfig: Kubeconfig
    _client: "httpx.Client"

    def get(self, path: str, **parameters: str) -> Mapping[str, Any] | None:
        """The object at a path such as `/api/v1/nodes`, None if there is none; Forbidden or KubernetesError otherwise."""
        import httpx  # noqa: PLC0415 - loaded by who reads a cluster alone

        name = self.kubeconfig.server_name
        try:
            answer = self._client.get(
                self.kubeconfig.server + path, params=parameters, extensions={"sni_hostname": name} if name else {}
            )
        except httpx.TimeoutException:
            raise KubernetesError(
                f"{self.kubeconfig.server} did not answer within {TIMEOUT:.0f} s; is its endpoint open to this address?"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise KubernetesError(f"{self.kubeconfig.server} cannot be reached: {error}") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise Forbidden(f"GET {path} is refused: {_reason(answer)}")
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not answer.is_success or not isinstance(found, Mapping):
            raise KubernetesError(f"GET {path} was answered {answer.status_code}: {_reason(answer)}")
        return found

    def list(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The objects of a list, page by page; nothing where the cluster does not know the kind."""
        parameters = {"limit": str(PAGE)}
        while True:
            page = self.get(path, **parameters)
            if page is None:
                return
            yield from page.get("items") or ()
            following = (page.get("metadata") or {}).get("continue")
            if not following:
                return
            parameters["continue"] = str(following)


def _reason(answer: "httpx.Response") -> str:
    """The API server's own words, or the status."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    message = found.get("message") if isinstance(found, Mapping) else None
    return str(message or answer.reason_phrase or "no reason given")


@contextlib.contextmanager
def connected(kubeconfig: Kubeconfig) -> Iterator[ApiServer]:
    """A connection to the API server of a kubeconfig, which trusts its authority alone; KubernetesError for bad certificates."""
    import httpx  # noqa: PLC0415 - loaded by who reads a cluster alone

    headers = {"Accept": "application/json", "User-Agent": "realip"}
    if kubeconfig.token:
        headers["Authorization"] = f"Bearer {kubeconfig.token}"
    try:
        client = httpx.Client(
            verify=_tls(kubeconfig), headers=headers, timeout=TIMEOUT, trust_env=False, proxy=kubeconfig.proxy
        )
    except (ValueError, httpx.InvalidURL) as error:
        raise KubernetesError(f"the kubeconfig's proxy-url cannot be used: {error}") from None
    with client:
        yield ApiServer(kubeconfig, client)


def _tls(kubeconfig: Kubeconfig) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if kubeconfig.authority is not None:
            context = ssl.create_default_context(cadata=kubeconfig.authority.decode("ascii"))
        if not kubeconfig.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if kubeconfig.certificate is not None and kubeconfig.key is not None:
            _present(context, kubeconfig.certificate, kubeconfig.key)
    except (ssl.SSLError, ValueError) as error:
        raise KubernetesError(f"the kubeconfig's certificates cannot be used: {error}") from None
    return context


def _present(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Load a client certificate, which Python takes from a file alone: one that nobody else can read, gone at once."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("certificate", certificate), ("key", key)):
            (Path(folder) / name).touch(mode=0o600)
            (Path(folder) / name).write_bytes(content)
        context.load_cert_chain(Path(folder) / "certificate", Path(folder) / "key")
