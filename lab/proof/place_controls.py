"""Controls of the place that is asked from: where the answer proves nothing, whatever it says."""

from ipaddress import IPv4Address

from lab.proof.capture import Capture
from lab.proof.control import Outcome, outcome
from lab.proof.verdict import Question, verify
from lab.rig.lab import Lab


def node(lab: Lab) -> Outcome:
    """A node of the cluster, with the stack's ranges."""
    first = lab.layout.nodes[0]
    return _inside(lab, first.namespace, first.address, ranges=True)


def node_without_ranges(lab: Lab) -> Outcome:
    """A node of the cluster; verify is not told which addresses are the cluster's."""
    first = lab.layout.nodes[0]
    return _inside(lab, first.namespace, first.address, ranges=False)


def pod_without_ranges(lab: Lab) -> Outcome:
    """A pod; verify is not told which addresses are the cluster's."""
    pod = lab.pods()[0]
    return _inside(
        lab, lab.layout.namespace(pod["metadata"]["name"]), IPv4Address(pod["status"]["podIP"]), ranges=False
    )


def _inside(lab: Lab, namespace: str, own: IPv4Address, *, ranges: bool) -> Outcome:
    """kube-proxy answers for the load balancer's address inside the cluster, so the load balancer sees nothing."""
    in_pod = namespace not in {each.namespace for each in lab.layout.nodes}
    question = Question(
        url=f"http://{lab.address}/", reads=lab.scenario.reads, expect=own, ranges=ranges, in_pod=in_pod
    )
    with Capture(lab.layout, roles=("balancer",)) as capture:
        answer = verify(lab, namespace, question)
    through_balancer = [packet for packet in capture.packets if packet.is_request]
    found = outcome(answer, verdict="unknown", passed=not through_balancer)
    words = f"{answer.summary} The load balancer saw {len(through_balancer)} packets of it."
    return Outcome(found.verdict, found.saw, words, found.passed, found.predicted)


def behind_nat(lab: Lab) -> Outcome:
    """A caller behind NAT with nothing to compare with: no proof either way."""
    question = Question(url=f"http://{lab.address}/", reads=lab.scenario.reads)
    return outcome(verify(lab, lab.layout.namespace("office"), question), verdict="unknown")
