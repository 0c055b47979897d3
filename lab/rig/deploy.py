"""Puts a scenario on its API server: what `realip render` writes, applied as the documentation says."""

import sys
from pathlib import Path

from lab.rig.shell import PROJECT, LabError, run, wait_for
from lab.rig.world import World
from tools.catalogue import locate

RENDER_SECONDS = 60.0
SERVED_SECONDS = 60.0
FIELD_MANAGER = "realip"
RENDERED = "rendered"


def render(world: World) -> Path:
    """The folder with the objects of the scenario's default stack."""
    folder = world.folder / RENDERED
    # It runs outside the namespaces, so nothing but the kernel would end it with a killed `up`.
    ending = [str(locate("setpriv")), "--pdeathsig", "KILL", "--"]
    command = [*ending, sys.executable, "-m", "realip", "render", world.scenario.slug, "--output", str(folder)]
    run(command, timeout=RENDER_SECONDS, folder=PROJECT)
    return folder


def apply(world: World, folder: Path) -> None:
    """Server-side apply, file after file in the order of their names; the switch, which TKE owns, with force."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise LabError(f"`realip render {world.scenario.slug}` wrote no objects")
    for path in files:
        force = ["--force-conflicts"] if "tke-service-controller-config" in path.read_text() else []
        world.kubectl("apply", "--server-side", f"--field-manager={FIELD_MANAGER}", *force, f"--filename={path}")


def wait_until_served(world: World) -> None:
    """Until the entrance has its address, every pod is ready, and the load balancer and kube-proxy know all of them."""
    names = world.scenario.names
    wait_for(f"an address of {world.key}", lambda: world.address, seconds=SERVED_SECONDS)
    deployment = ("deployment", names.deployment, f"--namespace={names.namespace}")

    def ready() -> int:
        found = world.get(*deployment)
        wanted, have = found["spec"]["replicas"], found.get("status", {}).get("readyReplicas", 0)
        return wanted if have == wanted else 0

    replicas = wait_for(f"the pods of Deployment {names.deployment}", ready, seconds=SERVED_SECONDS)
    world.wait_bound(world.key, backends=replicas if world.scenario.direct else len(world.plan.nodes))
    service = world.get("service", names.service, f"--namespace={names.namespace}")
    for port in service["spec"]["ports"]:
        if port.get("nodePort"):
            world.wait_node_port(port["nodePort"])
