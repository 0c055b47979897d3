"""Puts a scenario on its API server: what `realip render` writes, applied as the documentation says."""

import sys
from collections.abc import Mapping
from pathlib import Path

from lab.rig.lab import Lab
from lab.rig.shell import PROJECT, LabError, run, wait_for
from lab.rig.tke_keys import CONTROLLER_CONFIG
from tools.catalogue import locate

RENDER_SECONDS = 180.0
SERVED_SECONDS = 120.0
FIELD_MANAGER = "realip"
RENDERED = "rendered"


def render(lab: Lab) -> Path:
    """The folder with the objects of the scenario's default stack."""
    return render_stack(lab.scenario.slug, lab.folder / RENDERED)


def render_stack(slug: str, folder: Path, config: Mapping[str, object] | None = None) -> Path:
    """The folder with the objects of a stack, with these values in place of its own."""
    # It runs outside the namespaces, so nothing but the kernel would end it with a killed `up`.
    ending = [str(locate("setpriv")), "--pdeathsig", "KILL", "--"]
    values = [word for key, value in (config or {}).items() for word in ("--config", f"{key}={value}")]
    command = [*ending, sys.executable, "-m", "realip", "render", slug, *values, "--output", str(folder)]
    run(command, timeout=RENDER_SECONDS, folder=PROJECT)
    return folder


def apply(lab: Lab, folder: Path) -> None:
    """Server-side apply, file after file in the order of their names; TKE's own ConfigMap with force."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise LabError(f"`realip render` wrote no objects to {folder}")
    for path in files:
        force = ["--force-conflicts"] if CONTROLLER_CONFIG[1] in path.read_text() else []
        lab.kubectl("apply", "--server-side", f"--field-manager={FIELD_MANAGER}", *force, f"--filename={path}")


def wait_until_served(lab: Lab) -> None:
    """Until the load balancer has its address, every pod is ready, and the load balancer and kube-proxy know all of them."""
    names = lab.scenario.names
    wait_for(f"an address of {lab.key}", lambda: lab.address, seconds=SERVED_SECONDS)
    lab.wait_rolled_out(names.deployment, seconds=SERVED_SECONDS)
    lab.wait_bound(lab.key, direct=lab.is_direct, backends=lab.backends(), seconds=SERVED_SECONDS)
    service = lab.get("service", names.service, f"--namespace={names.namespace}")
    for port in service["spec"]["ports"]:
        if port.get("nodePort"):
            lab.wait_node_port(port["nodePort"])
