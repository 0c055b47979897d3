"""The package's metadata: who publishes it, where it is, and how each language names it."""

from typing import Any
from urllib.parse import urlsplit

__all__ = ["DESCRIPTION", "LICENSE", "metadata"]

DESCRIPTION = "Pulumi components that give applications on Tencent Kubernetes Engine the real IP address of every client, and prove it"
_KEYWORDS = ("pulumi", "kubernetes", "tencentcloud", "tke", "clb", "client-ip", "source-ip")
LICENSE = "Apache-2.0"
_KINDS = ("category/cloud", "kind/component")
"""The words by which Pulumi's registry sorts packages (schema reference, `keywords`)."""
_NAME = "realip"
_NOWHERE = "example.com"
"""A domain that nobody has (RFC 2606), for paths that need one while the project has no address."""


def metadata(homepage: str, version: str) -> dict[str, Any]:
    """The head of the schema, of a project at `homepage`, or at no address yet."""
    address = urlsplit(homepage)
    host, path = address.hostname or _NOWHERE, address.path.strip("/") or _NAME
    owner = path.partition("/")[0]
    domain = ".".join(reversed(host.split("."))) + ("" if not homepage else f".{owner.replace('-', '')}")
    major = int(version.partition(".")[0])
    module = f"{host}/{path}/sdk/go{f'/v{major}' if major > 1 else ''}"
    head: dict[str, Any] = {
        "name": _NAME,
        "displayName": "Real client IP on TKE",
        "version": version,
        "description": DESCRIPTION,
        "keywords": [*_KEYWORDS, *_KINDS],
        "license": LICENSE,
        "publisher": owner,
        "namespace": owner,
        "language": {
            "nodejs": {"packageName": f"@{owner}/{_NAME}", "respectSchemaVersion": True},
            "python": {"packageName": f"pulumi_{_NAME}", "pyproject": {"enabled": True}, "respectSchemaVersion": True},
            "go": {"importBasePath": f"{module}/{_NAME}", "modulePath": module, "respectSchemaVersion": True},
            "java": {"basePackage": domain, "buildFiles": "gradle"},
            "csharp": {
                "rootNamespace": "".join(part.title() for part in owner.split("-")),
                "namespaces": {_NAME: "RealIp"},
                "respectSchemaVersion": True,
            },
        },
    }
    return head | ({"homepage": homepage, "repository": homepage} if homepage else {})
