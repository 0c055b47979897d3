"""A negative control and its outcome, and how controls ask."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from lab.proof.own import PORT
from lab.proof.prediction import Prediction
from lab.proof.verdict import Answer, Question, verify
from lab.rig.lab import Lab
from lab.rig.shell import LabError
from realip.reads import Reads


@dataclass(frozen=True)
class Outcome:
    """The outcome of a control."""

    verdict: str
    saw: str
    """The addresses that the app saw, in words."""
    words: str
    passed: bool
    """True if it showed what it has to show."""
    predicted: Prediction | None = None
    """The audit's prediction, from the objects at that time."""


@dataclass(frozen=True)
class Control:
    """One negative control."""

    name: str
    scenario: str
    title: str
    expected: str
    """What has to come out, in words."""
    run: Callable[[Lab], Outcome]
    alone: bool = False
    """True if it changes more than objects of its own, or counts what reaches the load balancer: nothing runs beside it."""
    unseen: str = ""
    """Why the audit cannot foresee it: what makes the fault is in no object. Empty where it has to foresee it."""


def outcome(answer: Answer, *, verdict: str, passed: bool = True) -> Outcome:
    """The outcome of a control that `realip verify` has to find something in."""
    saw = ", ".join(answer.saw[:2]) + (", ..." if len(answer.saw) > 2 else "")
    well = passed and answer.verdict == verdict and answer.exit_code != 0
    return Outcome(answer.verdict, saw or "nothing", answer.summary, well, answer.predicted)


def node_port(lab: Lab, name: str) -> int:
    """The Service's node port, programmed on every node."""
    service = lab.get("service", name, f"--namespace={lab.scenario.names.namespace}")
    port = int(service["spec"]["ports"][0]["nodePort"])
    lab.wait_node_port(port)
    return port


def public(lab: Lab, index: int = 0) -> IPv4Address:
    """A node's EIP."""
    address = lab.layout.nodes[index].public
    if address is None:
        raise LabError("a super node has no node port")
    return address


def from_client(lab: Lab, address: str, port: int = PORT, *, reads: Reads = Reads.SOCKET_PEER, **more: Any) -> Answer:
    """Ask as the client outside, who knows its own address."""
    question = Question(url=f"http://{address}:{port}/", reads=reads, expect=lab.layout.client, **more)
    return verify(lab, lab.layout.namespace("client"), question)
