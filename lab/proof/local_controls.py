"""Controls of non-direct access with policy Local: which nodes are bound, with which weights, and what each costs."""

from typing import Any

from lab.proof.changes import objects
from lab.proof.control import Outcome, from_client, node_port, outcome
from lab.proof.own import PORT, own_app, own_service, ready_pods
from lab.proof.pouring import pouring
from lab.rig.lab import Lab
from lab.rig.shell import LabError, wait_for
from lab.rig.tke_keys import ONLY_NODES_WITH_PODS, SERVICE_DIRECT_ACCESS, WEIGHTED_BALANCE
from realip.reads import Reads

LOCAL = {SERVICE_DIRECT_ACCESS: "false", ONLY_NODES_WITH_PODS: "true", WEIGHTED_BALANCE: "true"}
"""What a Service with policy Local says when it says everything."""
READS_SOCKET = ("--reads", "socket")
RATE, COUNTED = 300, 1200
"""Requests a second, and how many it takes to see who gets how many of them; half are on new connections, which count."""
TOLERANCE = 0.08
"""More than four times what 600 connections leave to chance within a node."""
HEALTH_SECONDS = 120.0


def _local(lab: Lab, name: str, annotations: dict[str, str], **spec: Any) -> dict[str, Any]:
    return own_service(lab, name, app=name, annotations=annotations, **{"externalTrafficPolicy": "Local"} | spec)


def cluster_policy(lab: Lab) -> Outcome:
    """All of Local's annotations and policy Cluster: they bind nothing, and kube-proxy puts a node's address in."""
    name = "control-cluster-policy"
    with objects(
        lab, own_app(lab, name, READS_SOCKET, replicas=2), _local(lab, name, LOCAL, externalTrafficPolicy="Cluster")
    ):
        ready_pods(lab, name, 2)
        entry = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=False, backends=2)
        node_port(lab, name)
        answer = from_client(lab, entry["address"])
    return outcome(answer, verdict="translated")


def weighted(lab: Lab) -> Outcome:
    """Three pods on two nodes, weights by pods: every pod gets a third."""
    return _shares(lab, "control-weighted", LOCAL, [1 / 3, 1 / 3, 1 / 3])


def unweighted(lab: Lab) -> Outcome:
    """Three pods on two nodes, nodes alike: the pod that is alone on its node gets a half."""
    annotations = {key: value for key, value in LOCAL.items() if key != WEIGHTED_BALANCE}
    return _shares(lab, "control-unweighted", annotations, [1 / 4, 1 / 4, 1 / 2])


def _shares(lab: Lab, name: str, annotations: dict[str, str], expected: list[float]) -> Outcome:
    with objects(lab, own_app(lab, name, READS_SOCKET, replicas=3), _local(lab, name, annotations)):
        ready_pods(lab, name, 3)
        entry = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=False, backends=2)
        node_port(lab, name)
        # Until both nodes are found healthy the one that is has all connections to itself.
        wait_for("both nodes, weighed and healthy", lambda: _stands(lab, name, annotations), seconds=HEALTH_SECONDS)
        answer = from_client(lab, entry["address"])
        with pouring(lab, entry["address"], Reads.SOCKET_PEER, rate=RATE) as requests:
            requests.begin("counted")
            requests.wait(COUNTED / RATE)
            counted = requests.end()["counted"]
    new = counted.pods_new
    found = sorted(count / sum(new.values()) for count in new.values())
    near = len(found) == len(expected) and all(
        abs(one - other) < TOLERANCE for one, other in zip(found, expected, strict=True)
    )
    shares = " / ".join(f"{share:.0%}" for share in found)
    words = f"{answer.summary} Of {counted.new} new connections the pods got {shares}."
    passed = near and answer.verdict == "preserved" and not counted.lost and not counted.strangers
    return Outcome(answer.verdict, f"{', '.join(answer.saw)}; shares {shares}", words, passed, answer.predicted)


def _stands(lab: Lab, name: str, annotations: dict[str, str]) -> bool:
    listener = _listener(lab, name)
    weights = [1, 2] if WEIGHTED_BALANCE in annotations else [1, 1]
    return sorted(listener["weights"]) == weights and all(listener["healthy"])


def _listener(lab: Lab, name: str) -> dict[str, Any]:
    listeners = lab.bound().get(f"Service {lab.scenario.names.namespace}/{name}", {}).get("listeners", ())
    if not listeners:
        raise LabError("nothing is bound for it")
    found: dict[str, Any] = listeners[0]
    return found


EARLY = 12
"""Requests after which one has met either node: they are taken in turn, which begins anew when any listener changes."""
BOTH = 2


def every_node(lab: Lab) -> Outcome:
    """Without the annotation that binds nodes with pods only: requests are dropped until the health check has found out."""
    name = "control-every-node"
    annotations = {SERVICE_DIRECT_ACCESS: "false"}
    client = lab.layout.namespace("client")
    with objects(lab, own_app(lab, name, READS_SOCKET), _local(lab, name, annotations)):
        ready_pods(lab, name)
        entry = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=False, backends=2)
        node_port(lab, name)
        url = f"http://{entry['address']}:{PORT}/"
        early: list[bool] = []
        while len(early) < EARLY and len(set(early)) < BOTH:
            early.append(lab.ask(client, url, seconds=1)["answer"] is not None)
        wait_for(
            "the health check to find the node without a pod",
            lambda: sorted(_listener(lab, name)["healthy"]) == [False, True],
            seconds=HEALTH_SECONDS,
        )
        answer = from_client(lab, entry["address"])
    dropped = early.count(False)
    words = f"At first {dropped} of {len(early)} requests were dropped; after the health check: {answer.summary}"
    passed = answer.verdict == "preserved" and 0 < dropped < len(early)
    saw = f"{', '.join(answer.saw)}; {dropped} of {len(early)} dropped first"
    return Outcome(answer.verdict, saw, words, passed, answer.predicted)
