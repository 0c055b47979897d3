"""The audit's prediction for an address of the lab, from the objects on the API server, before packets say what is so.

Nothing of the lab's own rules goes into it: the objects are read as `realip audit --kubeconfig` reads them. Only the address is
looked up at the load balancer, as a person would in the object's status.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lab.rig.lab import Lab
from realip.audit.examine import examine
from realip.audit.reading import objects_in
from realip.audit.report import Row
from realip.audit.world import World
from realip.behaviour import ClusterFacts, PodNetwork

_KINDS = "services,ingresses,configmaps,nodes,namespaces,pods,deployments,endpointslices,tkeserviceconfigs"


@dataclass(frozen=True)
class Prediction:
    """A row of the audit's report, and the rules that found something in its object."""

    exposure: str
    """`Service namespace/name` and so on."""
    sees: str
    reads: str | None
    forgeable: bool | None
    app_reads: str
    """The place where the app looks: `socket`, `x-forwarded-for`."""
    rules: Sequence[str] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self) | {"rules": list(self.rules)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Prediction":
        """The other way round."""
        return cls(**values | {"rules": tuple(values["rules"])})

    @property
    def verdicts(self) -> frozenset[str]:
        """The verdicts of `realip verify` that would agree; none where the audit cannot tell.

        Two where the audit leaves open whether somebody reaches the app past its load balancer.
        """
        if self.sees == "nobody":
            return frozenset({"no address", "unreachable"})
        if self.sees in ("node", "proxy"):
            return frozenset({"translated"})
        if self.sees != "client":
            return frozenset()
        if self.reads != self.app_reads:
            # At layer 7 the socket has the load balancer; at layer 4 nobody writes the header, so anybody can.
            return frozenset({"translated" if self.app_reads == "socket" else "spoofable"})
        if self.forgeable:
            return frozenset({"spoofable"})
        return frozenset({"preserved"} if self.forgeable is False else {"preserved", "spoofable"})


def predict(lab: Lab, exposure: str, app_reads: str) -> Prediction:
    """The prediction for `Service namespace/name` or `Ingress namespace/name`, and an app that reads there."""
    row = next(each for each in _rows(lab) if str(each.found) == exposure)
    about = row.exposure
    return Prediction(exposure, about.sees.value, about.reads, about.forgeable, app_reads, row.rules)


def predict_address(lab: Lab, url: str, app_reads: str) -> Prediction | None:
    """The prediction for whatever is behind an address: a load balancer's, or a node port; None where it is neither."""
    parts = urlsplit(url)
    keys = [key for key, entry in lab.bound().items() if entry.get("address") == parts.hostname]
    if not keys:
        services = lab.get("services", "--all-namespaces")["items"]
        keys = [
            f"Service {each['metadata']['namespace']}/{each['metadata']['name']}"
            for each in services
            if any(port.get("nodePort") == parts.port for port in each["spec"].get("ports") or ())
        ]
    return predict(lab, keys[0], app_reads) if keys else None


def _rows(lab: Lab) -> list[Row]:
    text = json.dumps(lab.get(_KINDS, "--all-namespaces"))
    found = [each for each in objects_in(text, "lab") if each is not None]
    world = World(found, facts=ClusterFacts(network=PodNetwork(lab.scenario.choices.network_mode.value)), live=True)
    return examine([world], {}).rows
