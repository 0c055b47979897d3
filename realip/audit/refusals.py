"""Services that an API server refuses for a value in their spec (core/v1, Service)."""

from collections.abc import Iterator
from dataclasses import dataclass

from realip.audit.objects import Found, as_maps
from realip.audit.world import PATCHED
from realip.messages import Message, message

__all__ = ["HEADLESS", "Refusal", "refusal"]

HEADLESS = "None"
"""The clusterIP of a Service that has no address of its own."""
_WORDS = {
    "type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    "externalTrafficPolicy": ("Cluster", "Local"),
    "internalTrafficPolicy": ("Cluster", "Local"),
    "sessionAffinity": ("None", "ClientIP"),
    "ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
}
_PROTOCOLS = ("TCP", "UDP", "SCTP")


@dataclass(frozen=True)
class Refusal:
    """A value for which a Service is refused."""

    path: tuple[str | int, ...]
    key: str
    """The path in words."""
    value: object
    values: str | Message
    """The values that are taken there."""
    known: tuple[str, ...] = ()
    """The same where they are words."""


def refusal(found: Found) -> Refusal | None:
    """The first value for which the API server refuses a Service; None where it refuses none."""
    return next(_refusals(found), None) if found.kind == "Service" else None


def _refusals(found: Found) -> Iterator[Refusal]:
    spec = found.spec
    for key, known in _WORDS.items():
        value = spec.get(key)
        if value is not None and value not in known:
            yield Refusal(("spec", key), key, value, ", ".join(known), known)
    for number, port in enumerate(as_maps(spec.get("ports"))):
        if (value := port.get("protocol")) is not None and value not in _PROTOCOLS:
            path = ("spec", "ports", number, "protocol")
            yield Refusal(path, f"ports[{number}].protocol", value, ", ".join(_PROTOCOLS), _PROTOCOLS)
    if spec.get("type") not in ("LoadBalancer", "NodePort"):
        return
    if spec.get("clusterIP") == HEADLESS:
        yield Refusal(("spec", "clusterIP"), "clusterIP", HEADLESS, message("values_cluster_ip"))
    # Without a selector as well it is a part of a Service, as documents and patches have them.
    if not spec.get("ports") and spec.get("selector") and PATCHED not in found.body:
        yield Refusal(("spec", "ports"), "ports", "", message("values_ports"))
