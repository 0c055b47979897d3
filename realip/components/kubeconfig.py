"""A TKE kubeconfig, made usable from where Pulumi runs."""

from ipaddress import IPv6Address
from typing import Any
from urllib.parse import urlsplit

import pulumi
import yaml

from realip import tke
from realip.kubeconfig import NO_YAML

__all__ = ["reachable"]


def reachable(kubeconfig: str, endpoint: str) -> str:
    """The kubeconfig with a server that resolves, and the carriage returns that TKE writes taken out.

    TKE's kubeconfig may name `cls-....ccs.tencent-cloud.com`, which resolves inside Tencent Cloud only. Then `endpoint`,
    the address or name of the endpoint that was opened, becomes the server, and the certificate is still checked against
    the name that it was issued for.
    """
    config = _loaded(kubeconfig)
    for entry in config.get("clusters") or ():
        cluster = entry.get("cluster") or {}
        server = urlsplit(str(cluster.get("server", "")))
        if endpoint and server.hostname and server.hostname.endswith(tke.INTERNAL_ONLY_API_DOMAIN):
            host = urlsplit(endpoint if "//" in endpoint else f"//{_bracketed(endpoint)}").netloc
            cluster["server"] = f"https://{host}"
            cluster["tls-server-name"] = server.hostname
    return yaml.safe_dump(config, sort_keys=False)


def _loaded(kubeconfig: str) -> dict[str, Any]:
    try:
        config = yaml.safe_load(kubeconfig.replace("\r", "")) or {}
    except NO_YAML:  # its words quote the text, and what is in there lets somebody in
        config = None
    if not isinstance(config, dict):
        raise pulumi.RunError(
            "TKE handed a kubeconfig out that is none; run the update again, or look at the cluster's endpoint in the console"
        )
    return config


def _bracketed(endpoint: str) -> str:
    """An IPv6 address as a URL has it; anything else as it is."""
    try:
        return f"[{IPv6Address(endpoint)}]"
    except ValueError:
        return endpoint
