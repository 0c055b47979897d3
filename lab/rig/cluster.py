"""The objects on the API server as TKE's rules look at them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.rig.tke_keys import NETWORKS, READINESS_GATE, SHARED_ENI, SUPER_NODE_LABEL

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """An address behind a Service, out of its EndpointSlices."""

    address: str
    node: str
    pod: str
    """Name of the pod."""
    ready: bool
    piece: Object
    """The slice that it is in, which has the ports."""

    def port(self, name: str) -> int | None:
        """The number of the port of that name."""
        for port in self.piece.get("ports") or ():
            if (port.get("name") or "") == name:
                return int(port["port"])
        return None


@dataclass(frozen=True)
class Cluster:
    """Everything that the rules look at."""

    global_router: bool
    services: tuple[Object, ...]
    ingresses: tuple[Object, ...]
    slices: tuple[Object, ...]
    nodes: tuple[Object, ...]
    controller_config: Mapping[str, str]
    """Data of the service controller's ConfigMap (457/131136)."""
    pods: tuple[Object, ...] = ()
    secrets: tuple[Object, ...] = ()
    configs: tuple[Object, ...] = ()
    """TkeServiceConfigs."""

    def service(self, namespace: str, name: str) -> Object | None:
        """The Service of that name."""
        return _named(self.services, namespace, name)

    def pod(self, namespace: str, name: str) -> Object | None:
        """The pod of that name."""
        return _named(self.pods, namespace, name)

    def secret(self, namespace: str, name: str) -> Object | None:
        """The Secret of that name."""
        return _named(self.secrets, namespace, name)

    def config(self, namespace: str, name: str) -> Object | None:
        """The TkeServiceConfig of that name."""
        return _named(self.configs, namespace, name)

    def endpoints(self, service: Object) -> list[Endpoint]:
        """Every endpoint of a Service, ready or not."""
        metadata = service["metadata"]
        return [
            Endpoint(
                endpoint["addresses"][0],
                endpoint.get("nodeName", ""),
                endpoint.get("targetRef", {}).get("name", "?"),
                bool(endpoint.get("conditions", {}).get("ready")),
                piece,
            )
            for piece in self.slices
            if piece["metadata"]["namespace"] == metadata["namespace"]
            and piece["metadata"].get("labels", {}).get("kubernetes.io/service-name") == metadata["name"]
            for endpoint in piece.get("endpoints") or ()
        ]

    def ready(self, service: Object) -> list[Endpoint]:
        """The ready endpoints of a Service."""
        return [endpoint for endpoint in self.endpoints(service) if endpoint.ready]

    def is_super(self, name: str) -> bool:
        """True for a super node."""
        label, value = SUPER_NODE_LABEL
        return any(
            node["metadata"]["name"] == name and node["metadata"].get("labels", {}).get(label) == value
            for node in self.nodes
        )

    def is_in_vpc(self, namespace: str, endpoint: Endpoint) -> bool:
        """True where a pod has an address of the VPC whatever the cluster's mode: on a super node, or on an ENI of its own."""
        pod = self.pod(namespace, endpoint.pod)
        return self.is_super(endpoint.node) or (pod is not None and on_eni(pod))

    def nodes_with_ports(self) -> Iterator[tuple[str, str]]:
        """Name and address of every ready node that can have node ports, also of one that takes no new pods (457/45492)."""
        for node in self.nodes:
            name, status = node["metadata"]["name"], node.get("status", {})
            ready = has_condition(node, "Ready")
            address = next(
                (each["address"] for each in status.get("addresses", ()) if each["type"] == "InternalIP"), None
            )
            if ready and address and not self.is_super(name):
                yield name, address


def _named(objects: Sequence[Object], namespace: str, name: str) -> Object | None:
    for each in objects:
        if each["metadata"].get("namespace") == namespace and each["metadata"]["name"] == name:
            return each
    return None


def annotation(found: Object, key: str) -> str | None:
    """The value of an annotation."""
    value: str | None = (found["metadata"].get("annotations") or {}).get(key)
    return value


def condition(found: Object, kind: str) -> str | None:
    """The status of a condition: `True`, `False`, `Unknown`; None where it is not there."""
    for each in found.get("status", {}).get("conditions") or ():
        if each["type"] == kind:
            return str(each["status"])
    return None


def has_condition(found: Object, kind: str) -> bool:
    """True where a condition is met."""
    return condition(found, kind) == "True"


def is_leaving(pod: Object) -> bool:
    """True once a pod was told to end."""
    return bool(pod["metadata"].get("deletionTimestamp"))


def waits_for_gate(pod: Object) -> bool:
    """True for a pod whose containers are ready, and which is not before the load balancer finds it healthy."""
    return has_condition(pod, "ContainersReady") and condition(pod, READINESS_GATE) == "False"


def on_eni(pod: Object) -> bool:
    """True for a pod that asks for an address of the VPC in a GlobalRouter cluster."""
    return annotation(pod, NETWORKS) == SHARED_ENI


def selects(service: Object, pod: Object) -> bool:
    """True where a pod is behind a Service."""
    selector = service["spec"].get("selector") or {}
    labels = pod["metadata"].get("labels") or {}
    return (
        bool(selector)
        and service["metadata"]["namespace"] == pod["metadata"]["namespace"]
        and selector.items() <= labels.items()
    )
