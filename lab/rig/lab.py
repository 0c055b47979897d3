"""A scenario's lab that is up, and what one can do with it."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from lab.rig import ask, network
from lab.rig.agent import KUBECONFIG
from lab.rig.layout import Layout, layout_of
from lab.rig.shell import LabError, run_inside, wait_for
from realip.scenarios import SCENARIOS, Connection, Scenario
from tools.catalogue import locate

STATE = Path("/run/realip-lab")
"""Logs, keys and results of the labs that are up; gone after `down`."""
COMPLETE_FILE = "up"
BOUND_FILE = "bound.json"
AGENT_PID_FILE = "agent.pid"

Object = dict[str, Any]


class Lab:
    """One scenario's lab."""

    def __init__(self, scenario: Scenario) -> None:
        """Nothing is started: see `lab.rig.lifecycle`."""
        self.scenario = scenario
        self.layout: Layout = layout_of(scenario)
        self.folder = STATE / scenario.slug

    @cached_property
    def kubectl_command(self) -> list[str]:
        """The start of every kubectl command."""
        return [str(locate("kubectl")), f"--kubeconfig={self.folder / KUBECONFIG}"]

    def kubectl(self, *arguments: str, stdin: str | None = None, timeout: float = 60) -> str:
        """Output of kubectl, asked as the administrator from the control plane's own namespace."""
        return run_inside(
            self.layout.namespace("control"), [*self.kubectl_command, *arguments], stdin=stdin, timeout=timeout
        )

    def get(self, *arguments: str) -> Object:
        """`kubectl get` as data."""
        found: Object = json.loads(self.kubectl("get", *arguments, "--output", "json"))
        return found

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Server-side apply of objects."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.kubectl(
            "apply", "--server-side", "--force-conflicts", "--field-manager=realip-lab", "--filename=-", stdin=text
        )

    @property
    def is_up(self) -> bool:
        """True once the lab was brought up to the end, as long as its agent runs."""
        return (self.folder / COMPLETE_FILE).exists() and self.agent_runs

    @property
    def agent_runs(self) -> bool:
        """True while the resident process lives."""
        try:
            process = int((self.folder / AGENT_PID_FILE).read_text())
            command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return False
        return b"lab.rig.agent" in command and self.scenario.slug.encode() in command

    def bound(self) -> Object:
        """The load balancer's bindings, by `Service namespace/name` or `Ingress namespace/name`."""
        try:
            found: Object = json.loads((self.folder / BOUND_FILE).read_text())
        except FileNotFoundError:
            return {}
        return found

    @property
    def is_direct(self) -> bool:
        """True where the scenario's load balancer reaches pods straight."""
        return self.scenario.choices.connection is Connection.DIRECT

    def backends(self) -> int:
        """How many backends the scenario's load balancer has: pods, nodes, or with policy Local nodes with a pod."""
        if self.is_direct:
            return len(self.pods())
        names = self.scenario.names
        service = self.get("service", names.service, f"--namespace={names.namespace}")
        if service["spec"].get("externalTrafficPolicy") == "Local":
            return len({pod["spec"].get("nodeName") for pod in self.pods()})
        return len(self.layout.nodes)

    @property
    def key(self) -> str:
        """The scenario's own load balancer, as a key of `bound`."""
        names = self.scenario.names
        kind, name = ("Ingress", names.ingress) if names.ingress else ("Service", names.service)
        return f"{kind} {names.namespace}/{name}"

    @property
    def address(self) -> str:
        """Address of the scenario's own load balancer, from the object's status, as a stack's output has it."""
        names = self.scenario.names
        kind, name = ("ingress", names.ingress) if names.ingress else ("service", names.service)
        status = self.get(kind, str(name), f"--namespace={names.namespace}").get("status", {})
        entries = status.get("loadBalancer", {}).get("ingress") or ()
        return str(entries[0].get("ip") or entries[0].get("hostname")) if entries else ""

    def pods(self) -> list[Object]:
        """The pods of the scenario's app."""
        names = self.scenario.names
        items: list[Object] = self.get("pods", f"--namespace={names.namespace}", "--selector=app=real-ip-app")["items"]
        return items

    def ask(self, namespace: str, url: str, headers: Sequence[str] = (), *, seconds: float = 5) -> Object:
        """One request from a namespace: what the app answered, and the local address it was sent from."""
        command = [sys.executable, "-I", "-S", str(Path(ask.__file__)), url, str(seconds), *headers]
        found: Object = json.loads(run_inside(namespace, command, timeout=seconds + 10))
        return found

    def wait_bound(self, key: str, *, direct: bool | None = None, backends: int = 1, seconds: float = 20) -> Object:
        """The entry of `bound` once it has backends, and of the kind asked for."""

        def there() -> Object:
            entry: Object | None = self.bound().get(key)
            if entry is None:
                raise LabError("nothing is bound for it")
            if entry["problem"]:
                raise LabError(entry["problem"])
            if direct is not None and entry["direct"] != direct:
                raise LabError(f"it is bound to {'pods' if entry['direct'] else 'node ports'}: {entry['why']}")
            count = min((len(listener["backends"]) for listener in entry["listeners"]), default=0)
            if count < backends:
                raise LabError(f"it has {count} of {backends} backends")
            return entry

        how = "" if direct is None else " to pods" if direct else " to node ports"
        return wait_for(f"the load balancer to bind {key}{how}", there, seconds=seconds, interval=0.05)

    def wait_rolled_out(self, deployment: str, *, seconds: float = 60) -> None:
        """Until every pod of a Deployment is of its newest kind and ready: one kubectl that is told, not many that ask."""
        words = ["rollout", "status", f"deployment/{deployment}", f"--namespace={self.scenario.names.namespace}"]
        self.kubectl(*words, f"--timeout={seconds:g}s", timeout=seconds + 10)

    def wait_node_port(self, port: int, *, seconds: float = 20) -> None:
        """Until kube-proxy has programmed a node port on every node."""
        for node in self.layout.nodes:
            if node.namespace:
                what = f"kube-proxy on {node.name} to program node port {port}"
                wait_for(what, partial(_programmed, node.namespace, port), seconds=seconds)

    def namespaces(self) -> list[str]:
        """The lab's namespaces that are on the machine."""
        return network.existing(self.layout.base)

    def remove(self) -> None:
        """Take everything of this scenario away."""
        network.remove(self.namespaces())
        remove_tree(self.folder)


def _programmed(namespace: str, port: int) -> bool:
    return f"--dport {port} " in run_inside(namespace, ["iptables-save", "-t", "nat"])


def remove_tree(folder: Path) -> None:
    """Remove a folder of the lab's state, whatever is in it."""
    if not folder.exists():
        return
    for root, folders, files in os.walk(folder, topdown=False):
        for name in files:
            (Path(root) / name).unlink(missing_ok=True)
        for name in folders:
            path = Path(root) / name
            path.unlink() if path.is_symlink() else path.rmdir()
    folder.rmdir()


def labs_up() -> list[Lab]:
    """The labs that are up, in the order of the scenario table."""
    return [lab for lab in map(Lab, SCENARIOS) if lab.is_up]


def need(labs: Sequence[Lab]) -> None:
    """Raise `LabError` unless all of these are up."""
    missing = [lab.scenario.slug for lab in labs if not lab.is_up]
    if missing:
        raise LabError(f"not up: {', '.join(missing)}; run `python -m lab up {' '.join(missing)}` first")
