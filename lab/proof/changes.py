"""Changes to a lab that are put back: entrances of its own beside the scenario's, switches, an open security group."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.rig import deploy, network
from lab.rig.binding import DEFAULT_DIRECT_ACCESS
from lab.rig.shell import wait_for
from lab.rig.world import World
from realip import tke

PORT = 80
OWN_LABEL = "realip-lab"
"""Label of everything here, so that nobody takes it for the scenario's."""
MARKER = "changing"


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Around anything that changes a lab. What a killed command had changed is put right first."""
    marker = world.folder / MARKER
    if marker.exists():
        restore(world)
    marker.touch()
    yield
    marker.unlink()


def restore(world: World) -> None:
    """Make a lab again what `up` made it."""
    network.set_node_ports_open(world.plan, is_open=False)
    namespace = f"--namespace={world.scenario.names.namespace}"
    world.kubectl("delete", "service,ingress,deployment", namespace, f"--selector={OWN_LABEL}", "--wait=false")
    config_namespace, config = tke.SERVICE_CONTROLLER_CONFIG
    data = world.get("configmap", config, f"--namespace={config_namespace}").get("data", {})
    own = {DEFAULT_DIRECT_ACCESS, tke.GLOBAL_ROUTE_DIRECT_ACCESS} & data.keys()
    patch = json.dumps({"data": dict.fromkeys(own)})
    world.kubectl("patch", "configmap", config, f"--namespace={config_namespace}", "--type=merge", f"--patch={patch}")
    deploy.apply(world, world.folder / deploy.RENDERED)
    deploy.wait_until_served(world)


def own_service(
    world: World, name: str, kind: str = "LoadBalancer", annotations: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    """A Service of the control's own, in front of the scenario's pods."""
    namespace = world.scenario.names.namespace
    pods = world.get("service", world.scenario.names.service, f"--namespace={namespace}")["spec"]
    target = pods["ports"][0]["targetPort"]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {OWN_LABEL: "control"},
            "annotations": annotations or {},
        },
        "spec": {"type": kind, "selector": pods["selector"], "ports": [{"port": PORT, "targetPort": target}], **spec},
    }


def own_ingress(world: World, name: str, service: str) -> dict[str, Any]:
    """An Ingress in front of one of these Services, over its node port."""
    backend = {"service": {"name": service, "port": {"number": PORT}}}
    annotations = {tke.CLASS_ANNOTATION: tke.CLASS_QCLOUD, tke.INGRESS_DIRECT_ACCESS: "false"}
    metadata = {
        "name": name,
        "namespace": world.scenario.names.namespace,
        "labels": {OWN_LABEL: "control"},
        "annotations": annotations,
    }
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {"rules": rules}}


@contextmanager
def objects(world: World, *wanted: dict[str, Any]) -> Iterator[None]:
    """Objects that are there for a while; when it is over, so is their place on the load balancer."""
    world.apply(*wanted)
    try:
        yield
    finally:
        for each in reversed(wanted):
            metadata = each["metadata"]
            world.kubectl(
                "delete", each["kind"], metadata["name"], f"--namespace={metadata['namespace']}", "--wait=false"
            )
        keys = {f"{each['kind']} {each['metadata']['namespace']}/{each['metadata']['name']}" for each in wanted}
        wait_for(
            "the load balancer to let go of the control's entrances",
            lambda: not keys & world.bound().keys(),
            seconds=20,
        )


@contextmanager
def open_node_ports(world: World) -> Iterator[None]:
    """The nodes' security group lets the internet reach node ports for a while."""
    network.set_node_ports_open(world.plan, is_open=True)
    try:
        yield
    finally:
        network.set_node_ports_open(world.plan, is_open=False)


@contextmanager
def switched(world: World, name: str, value: str | None) -> Iterator[None]:
    """A switch of TKE's service controller set for a while; None takes it away."""
    namespace, config = tke.SERVICE_CONTROLLER_CONFIG

    def write(wanted: str | None) -> None:
        patch = json.dumps({"data": {name: wanted}})
        world.kubectl("patch", "configmap", config, f"--namespace={namespace}", "--type=merge", f"--patch={patch}")

    before = world.get("configmap", config, f"--namespace={namespace}").get("data", {}).get(name)
    write(value)
    try:
        yield
    finally:
        write(before)
