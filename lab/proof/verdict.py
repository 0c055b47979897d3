"""Runs `realip verify` inside a namespace, as a person there would."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from lab.proof.prediction import Prediction, predict_address
from lab.rig.lab import Lab
from lab.rig.shell import PROJECT, LabError, inside
from realip.reads import Reads

SECONDS = 30.0
READS = {Reads.SOCKET_PEER: "socket", Reads.X_FORWARDED_FOR: "x-forwarded-for"}
FINDINGS = (0, 1, 3)
"""Exit codes that come with a report."""


@dataclass(frozen=True)
class Question:
    """A question to `realip verify`."""

    url: str
    reads: Reads
    expect: IPv4Address | None = None
    """The caller's own address, where the caller knows it."""
    nodes: Sequence[IPv4Address] = ()
    node_port: int | None = None
    pods: int | None = None
    trusted_hops: int | None = None
    probes: int | None = None
    seconds: float = SECONDS
    ranges: bool = True
    """Tell it the stack's ranges."""
    in_pod: bool = False
    """With the variables that a kubelet gives every container."""

    def arguments(self, lab: Lab) -> list[str]:
        """The command line."""
        words = ["--url", self.url, "--reads", READS[self.reads], "--timeout", f"{self.seconds:g}"]
        for kind, networks in lab.layout.ranges.known().items() if self.ranges else ():
            for network in networks:
                words += ["--range", f"{kind}={network}"]
        options = {
            "--expect": self.expect,
            "--node-port": self.node_port,
            "--pods": self.pods,
            "--trusted-hops": self.trusted_hops,
            "--probes": self.probes,
        }
        for name, value in options.items():
            if value is not None:
                words += [name, str(value)]
        for node in self.nodes:
            words += ["--node", str(node)]
        return words


@dataclass(frozen=True)
class Answer:
    """The answer of `realip verify`."""

    exit_code: int
    command: str
    report: dict[str, Any] = field(default_factory=dict)
    predicted: Prediction | None = None
    """The audit's prediction for what was asked."""

    @property
    def verdict(self) -> str:
        """`preserved`, `translated`, `spoofable`, `unreachable` or `unknown`."""
        return str(self.report["verdict"])

    @property
    def summary(self) -> str:
        """The sentence for a manager."""
        return str(self.report["summary"])

    @property
    def probes(self) -> list[dict[str, Any]]:
        """One entry for each probe."""
        found: list[dict[str, Any]] = self.report["probes"]
        return found

    @property
    def saw(self) -> list[str]:
        """The addresses that the app saw, each once, in the order of the probes."""
        return list(dict.fromkeys(str(probe["saw"]) for probe in self.probes if probe["saw"]))


def verify(lab: Lab, namespace: str, question: Question) -> Answer:
    """Ask from a namespace (its full name)."""
    arguments = question.arguments(lab)
    command = inside(namespace, [sys.executable, "-m", "realip", "verify", *arguments, "--json"])
    predicted = predict_address(lab, question.url, READS[question.reads])
    service = {"KUBERNETES_SERVICE_HOST": str(lab.layout.ranges.services[0][1]), "KUBERNETES_SERVICE_PORT": "443"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        env=os.environ | (service if question.in_pod else {}),
        timeout=question.seconds + 30,
    )
    if done.returncode not in FINDINGS:
        raise LabError(f"`realip verify {' '.join(arguments)}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return Answer(done.returncode, "realip verify " + " ".join(arguments), json.loads(done.stdout), predicted)


def verify_scenario(lab: Lab) -> Answer:
    """The scenario's own verdict: its load balancer, asked from the client, who knows its own address."""
    names = lab.scenario.names
    replicas = len(lab.pods())
    nodes: list[IPv4Address] = []
    node_port = None
    if not lab.is_direct and lab.scenario.reads is Reads.X_FORWARDED_FOR:
        # Header mode: the node port has to be closed to clients, or they can write the header themselves.
        service = lab.get("service", names.service, f"--namespace={names.namespace}")
        node_port = service["spec"]["ports"][0]["nodePort"]
        nodes = [node.public for node in lab.layout.nodes if node.public]
    question = Question(
        url=f"http://{lab.address}/",
        reads=lab.scenario.reads,
        expect=lab.layout.client,
        nodes=nodes,
        node_port=node_port,
        pods=replicas,
    )
    return verify(lab, lab.layout.namespace("client"), question)
