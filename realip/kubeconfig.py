"""A kubeconfig: which API server a context leads to, and who asks it. Wrong ones are told in words, without what is secret."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from realip.credentials import KubernetesError, authorization, content_of, in_whose_name, with_credentials
from realip.errors import nearest
from realip.impersonation import FIELDS
from realip.shapes import Shape, wrong_kinds
from realip.yaml_size import size

__all__ = ["NO_YAML", "Kubeconfig", "KubernetesError", "read_kubeconfig", "without_userinfo"]

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
_SERVER_SCHEMES = ("https", "http")
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_LONGEST_LABEL = 63
NO_YAML = (yaml.YAMLError, ValueError, RecursionError, AttributeError, LookupError, TypeError, ArithmeticError)
"""The errors of PyYAML, for a value that is not what its tag says too; their words quote the text."""
_MOST_VALUES = 50_000


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
    other = in_whose_name(user)
    user = with_credentials(user, server, folder, programs=programs)
    return Kubeconfig(
        server=server,
        context=str(named),
        server_name=_server_name(cluster),
        proxy=_url(cluster, "proxy-url", _PROXY_SCHEMES) or None,
        verify=not cluster.get("insecure-skip-tls-verify"),
        authority=content_of(cluster, "certificate-authority", folder),
        certificate=content_of(user, "client-certificate", folder),
        key=content_of(user, "client-key", folder),
        authorization=authorization(user, folder),
        impersonation=other,
    )


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        # TKE hands kubeconfigs out with carriage returns in them.
        loader = yaml.SafeLoader(text.replace("\r", ""))
        root = loader.get_single_node()
        if root is not None and ((values := size(root)) is None or values > _MOST_VALUES):
            raise KubernetesError("the kubeconfig has an alias that leads to too many values; write them out")
        config = None if root is None else loader.construct_document(root)
    except NO_YAML:
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
