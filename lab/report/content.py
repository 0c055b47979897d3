"""The report's content, gathered from the labs that are up: verdicts, paths and load."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lab.proof import downtime as disruption
from lab.proof import load as loading
from lab.proof import switch as change
from lab.proof.changes import undone
from lab.proof.results import ScenarioResult, collect, kept
from lab.proof.trace import Trace, trace
from lab.rig.lab import Lab
from lab.rig.shell import run
from realip.reads import Reads
from tools.catalogue import KUBERNETES

Say = Callable[[str, str], None]

LIMITS = (
    (
        "All hosts share one kernel and two directions of one machine's memory: there is no wire, no network switch and no distance. A hop here "
        "costs CPU time; in a data centre it also costs the way, which may be far more when the other node is in another zone."
    ),
    (
        "The load balancer is the kernel's address translation and one HAProxy process, not CLB's fleet: it has CLB's numbers for health "
        "checks, but no encapsulation, and another capacity; its layer 7 opens a connection for each request, and CLB may keep them. Its figures say how the ways compare, not what CLB does."
    ),
    (
        "Client, load balancer, nodes and pods compete for the same processors, so throughput under full load is the whole path's cost per "
        "request and not what one node can carry."
    ),
    (
        "The app is a small Python program; an app that does more hides more of the difference, and one that takes connections faster "
        "narrows the gap of the Ingress."
    ),
    (
        "TKE itself is not here: its controllers' rules are ours, written from its documents, the readiness gate among them, and account "
        "types are not tested. What is real is the kernel, kube-proxy, the API server, its controllers, HAProxy and every object "
        "that the stack renders."
    ),
)

ASSUMED = (
    (
        'An explicit direct-access "false" wins over EnableDefaultDirectAccess "true". 457/41897 names "false" as the way to turn '
        "direct access off; which of the two wins is not said."
    ),
    (
        "CLB appends the peer that it saw to X-Forwarded-For, on the right, in one line also where the client sent several. 214/15171 and "
        "214/3728 name the header and say that clients cannot override it; that it appends is inferred."
    ),
    (
        "Pods on super nodes are always bound directly, whatever the annotation says. TKE's documents do not say it; a guide of one of "
        "its engineers does (imroc/tke-guide)."
    ),
    (
        "On GlobalRouter without GlobalRouteDirectAccess, a Service with direct access is refused with event E4033: a new one gets no "
        "address, one that was bound keeps its backends, and nothing falls back to node ports; an Ingress likewise. 457/81004 has that "
        "event for Services without a pod that can be reached directly."
    ),
    (
        "A backend that is new gets no connection before three checks found it healthy, unless none of the listener's backends is, when all "
        "get them. 457/41897 has pods wait for the check; what new backends get until then is not said."
    ),
    (
        "A node or pod that is unbound is cut off: nothing more is forwarded on its open connections. 457/48771 says so of listeners at layer 4; "
        "that it holds for a node that lost its last pod under policy Local is inferred."
    ),
    ("A pod that ends gets weight 0 and stays bound until it is gone (457/60065), on every way straight to pods."),
)
"""Assumptions about TKE that nobody has verified against it; docs/lab.md has the same sentences."""


@dataclass(frozen=True)
class Machine:
    """The machine that it was measured on."""

    kernel: str
    processors: int
    busy: float
    """The machine's load average over the last minute, when the report was begun."""
    programs: dict[str, str]
    when: str


@dataclass(frozen=True)
class Content:
    """The whole report."""

    machine: Machine
    results: list[ScenarioResult]
    traces: dict[str, Trace]
    """By scenario."""
    lost: Trace | None
    """The path on which the address gets lost: through a node port."""
    load: loading.Load | None
    downtime: list[disruption.Downtime] = field(default_factory=list)
    """Of the scenarios on which it was measured."""
    switches: list[change.Switched] = field(default_factory=list)
    limits: tuple[str, ...] = LIMITS
    assumed: tuple[str, ...] = ASSUMED

    @property
    def passed(self) -> bool:
        """True if everything is as it has to be."""
        paths = all(each.keeps for each in self.traces.values()) and not (self.lost and self.lost.keeps)
        return paths and all(result.passed for result in self.results) and all(each.passed for each in self.downtime)


def gather(labs: Sequence[Lab], *, rounds: int, say: Say) -> Content:
    """Everything that the report needs; verdicts and controls are run only where the last `verify` left none.

    `rounds`: of the load measurement, which is left out at 0.
    """
    machine = _machine()
    missing = [lab for lab in labs if kept(lab) is None]
    fresh = {result.slug: result for result in collect(missing, controls=True, say=say)} if missing else {}
    results = [fresh.get(lab.scenario.slug) or kept(lab) for lab in labs]
    traces = {}
    for lab in labs:
        say(lab.scenario.slug, "following a request hop by hop")
        row = lab.scenario
        traces[row.slug] = trace(
            lab,
            row.title,
            f"http://{lab.address}/",
            in_header=row.reads is Reads.X_FORWARDED_FOR,
            # Policy Local keeps a request on the node that it entered by.
            crossing=not lab.is_direct and row.reads is Reads.X_FORWARDED_FOR,
        )
    # An app that answers with the socket's peer is the one that shows what a node port does to it.
    chosen = next((lab for lab in labs if lab.is_direct and not lab.scenario.super_nodes), None)
    lost = measured = None
    if chosen:
        with undone(chosen), loading.three_ways(chosen) as ways:
            say(chosen.scenario.slug, "following a request through a node port")
            lost = trace(chosen, "Through a node port, for contrast", ways[1].url, in_header=False, crossing=True)
            measured = loading.measure(chosen, ways, say, rounds=rounds) if rounds else None
    measured_downtime = [found for found in map(disruption.kept, labs) if found]
    switches = [found for found in map(change.kept, labs) if found]
    return Content(machine, [found for found in results if found], traces, lost, measured, measured_downtime, switches)


def _machine() -> Machine:
    def first_line(*command: str) -> str:
        return run(command, check=False).splitlines()[0].strip()

    programs = {
        "HAProxy": first_line("haproxy", "-v").split()[2],
        "iptables": first_line("iptables", "--version").split(maxsplit=1)[1],
    }
    programs["Kubernetes"] = str(KUBERNETES.version)
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    return Machine(platform.release(), os.cpu_count() or 1, round(os.getloadavg()[0], 1), programs, when)
