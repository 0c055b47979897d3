"""Changes to a lab that are put back: Services and Ingresses of a control's own, keys of TKE's ConfigMap, open node ports."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lab.proof.own import OWN_LABEL
from lab.rig import deploy, network
from lab.rig.balancer import GROUPS_FILE, LAG_FILE
from lab.rig.lab import Lab
from lab.rig.shell import wait_for
from lab.rig.tke_keys import (
    CONTROLLER_CONFIG,
    DEFAULT_DIRECT_ACCESS,
    GLOBAL_ROUTE_DIRECT_ACCESS,
)

MARKER = "changing"


@contextmanager
def undone(lab: Lab) -> Iterator[None]:
    """Around anything that changes a lab. What a killed command had changed is put right first."""
    marker = lab.folder / MARKER
    if marker.exists():
        restore(lab)
    marker.touch()
    yield
    marker.unlink()


def restore(lab: Lab) -> None:
    """Make a lab again what `up` made it."""
    network.set_security_groups(lab.layout)
    (lab.folder / GROUPS_FILE).unlink(missing_ok=True)
    (lab.folder / LAG_FILE).unlink(missing_ok=True)
    for node in lab.layout.nodes:
        lab.kubectl("uncordon", node.name)
    namespace = f"--namespace={lab.scenario.names.namespace}"
    lab.kubectl(
        "delete", "service,ingress,deployment,secret,configmap", namespace, f"--selector={OWN_LABEL}", "--wait=false"
    )
    config_namespace, config = CONTROLLER_CONFIG
    data = lab.get("configmap", config, f"--namespace={config_namespace}").get("data", {})
    own = {DEFAULT_DIRECT_ACCESS, GLOBAL_ROUTE_DIRECT_ACCESS} & data.keys()
    patch = json.dumps({"data": dict.fromkeys(own)})
    lab.kubectl("patch", "configmap", config, f"--namespace={config_namespace}", "--type=merge", f"--patch={patch}")
    deploy.apply(lab, lab.folder / deploy.RENDERED)
    deploy.wait_until_served(lab)


@contextmanager
def objects(lab: Lab, *wanted: dict[str, Any]) -> Iterator[None]:
    """Objects that are there for a while; when it is over, so is their place on the load balancer."""
    lab.apply(*wanted)
    try:
        yield
    finally:
        for each in reversed(wanted):
            metadata = each["metadata"]
            lab.kubectl(
                "delete", each["kind"], metadata["name"], f"--namespace={metadata['namespace']}", "--wait=false"
            )
        keys = {f"{each['kind']} {each['metadata']['namespace']}/{each['metadata']['name']}" for each in wanted}
        wait_for(
            "the load balancer to let go of the control's addresses",
            lambda: not keys & lab.bound().keys(),
            seconds=20,
        )


@contextmanager
def open_node_ports(lab: Lab) -> Iterator[None]:
    """The nodes' security group lets the internet reach node ports for a while."""
    network.set_security_groups(lab.layout, open_node_ports=True)
    try:
        yield
    finally:
        network.set_security_groups(lab.layout)


@contextmanager
def closed_to_clients(lab: Lab, group: str, networks: Sequence[str]) -> Iterator[None]:
    """The nodes' security group lets no client in for a while; a group for load balancers lets these networks in."""
    path = lab.folder / GROUPS_FILE
    path.write_text(json.dumps({group: list(networks)}))
    network.set_security_groups(lab.layout, closed_to_clients=True)
    try:
        yield
    finally:
        network.set_security_groups(lab.layout)
        path.unlink()


@contextmanager
def configured(lab: Lab, key: str, value: str | None) -> Iterator[None]:
    """A key of the service controller's ConfigMap set for a while; None takes it away."""
    namespace, config = CONTROLLER_CONFIG

    def write(wanted: str | None) -> None:
        patch = json.dumps({"data": {key: wanted}})
        lab.kubectl("patch", "configmap", config, f"--namespace={namespace}", "--type=merge", f"--patch={patch}")

    before = lab.get("configmap", config, f"--namespace={namespace}").get("data", {}).get(key)
    write(value)
    try:
        yield
    finally:
        write(before)
