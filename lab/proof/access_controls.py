"""Controls of the way to the pods: without direct access, and with what it needs missing."""

from lab.proof.changes import configured, objects, open_node_ports
from lab.proof.control import Outcome, from_client, node_port, outcome, public
from lab.proof.own import own_app, own_service, ready_pod
from lab.proof.prediction import predict
from lab.proof.verdict import Answer
from lab.rig.lab import Lab
from lab.rig.shell import wait_for
from lab.rig.tke_keys import DEFAULT_DIRECT_ACCESS, GLOBAL_ROUTE_DIRECT_ACCESS, SERVICE_DIRECT_ACCESS


def plain_node_port(lab: Lab) -> Outcome:
    """A node's address, not the client's: kube-proxy passes the request on in its own name."""
    name = "control-node-port"
    with open_node_ports(lab), objects(lab, own_service(lab, name, "NodePort")):
        answer = from_client(lab, str(public(lab)), node_port(lab, name))
    return outcome(answer, verdict="translated")


def _through_balancer(lab: Lab, name: str, annotations: dict[str, str], *, direct: bool) -> Answer:
    with objects(lab, own_service(lab, name, annotations=annotations)):
        entry = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=direct)
        node_port(lab, name)
        return from_client(lab, entry["address"])


def annotation_missing(lab: Lab) -> Outcome:
    """The default of an older cluster."""
    return outcome(_through_balancer(lab, "control-no-annotation", {}, direct=False), verdict="translated")


def annotation_false(lab: Lab) -> Outcome:
    """Non-direct, as written."""
    annotations = {SERVICE_DIRECT_ACCESS: "false"}
    return outcome(_through_balancer(lab, "control-not-direct", annotations, direct=False), verdict="translated")


def default_on(lab: Lab) -> Outcome:
    """The same Service on a cluster made today: why a stack always writes the annotation."""
    with configured(lab, DEFAULT_DIRECT_ACCESS, "true"):
        answer = _through_balancer(lab, "control-default", {}, direct=True)
    passed = answer.verdict == "preserved" and answer.exit_code == 0
    return Outcome(answer.verdict, ", ".join(answer.saw), answer.summary, passed, answer.predicted)


def not_enabled(lab: Lab) -> Outcome:
    """GlobalRouter without its ConfigMap key: E4033, no address for a new Service, and what was bound stays bound."""
    name = "control-not-enabled"
    namespace = lab.scenario.names.namespace
    key = f"Service {namespace}/{name}"

    def refused(of: str) -> str:
        return str(lab.bound().get(of, {}).get("problem", ""))

    with configured(lab, GLOBAL_ROUTE_DIRECT_ACCESS, None):
        wait_for("the service controller to read its ConfigMap", lambda: refused(lab.key), seconds=20, interval=0.05)
        with objects(lab, own_service(lab, name, annotations={SERVICE_DIRECT_ACCESS: "true"})):
            problem = wait_for("the service controller to refuse", lambda: refused(key), seconds=20, interval=0.05)
            about = f"--field-selector=involvedObject.name={name},type=Warning"
            predicted = predict(lab, key, "socket")
            events = lab.get("events", f"--namespace={namespace}", about)["items"]
            status = lab.get("service", name, f"--namespace={namespace}")["status"]["loadBalancer"]
            kept = from_client(lab, lab.address)
            with configured(lab, GLOBAL_ROUTE_DIRECT_ACCESS, "true"):
                again = from_client(lab, lab.wait_bound(key, direct=True)["address"])
    verdict = "an address" if status else "no address"
    codes = ", ".join(event["reason"] for event in events)
    words = f"{problem}. Event {codes or 'none'}. What was bound before: {kept.verdict}. Once the key is set: {again.verdict}."
    passed = not status and "E4033" in codes and kept.verdict == again.verdict == "preserved"
    return Outcome(verdict, "nothing", words, passed, predicted)


def local_without_pod(lab: Lab) -> Outcome:
    """`externalTrafficPolicy: Local`: kube-proxy drops on a node without a pod, and keeps the address on one with a pod."""
    name = "control-local"
    service = own_service(lab, name, "NodePort", app=name, externalTrafficPolicy="Local")
    with open_node_ports(lab), objects(lab, own_app(lab, name), service):
        pod = ready_pod(lab, name)
        port = node_port(lab, name)
        having = next(index for index, node in enumerate(lab.layout.nodes) if node.name == pod["spec"]["nodeName"])
        kept = from_client(lab, str(public(lab, having)), port)
        lost = from_client(lab, str(public(lab, 1 - having)), port, seconds=4.0, probes=2)
    found = outcome(lost, verdict="unreachable", passed=kept.verdict == "preserved")
    words = f"{lost.summary} Over the node with the pod: {kept.verdict}."
    return Outcome(
        found.verdict, f"nothing; over the other node {', '.join(kept.saw)}", words, found.passed, lost.predicted
    )
