"""Controls of the reading: the address arrives, and the app looks in the wrong place or believes what anybody can write."""

from lab.proof.changes import objects, open_node_ports
from lab.proof.control import Outcome, from_client, node_port, outcome, public
from lab.proof.own import own_app, own_ingress, own_service, ready_pod
from lab.rig.lab import Lab
from lab.rig.tke_keys import INGRESS_DIRECT_ACCESS, SERVICE_DIRECT_ACCESS
from realip.audit.scene import READS
from realip.reads import Reads

FORGED, FORGED_TOO = "192.0.2.66", "192.0.2.67"
SAYS_SOCKET = {READS: "socket"}
"""An annotation for the audit: no object shows otherwise where an app looks."""
LEFT_ENTRY = ("--reads", "left-entry")
"""An app that answers with the left entry of X-Forwarded-For, and with its socket's peer where there is none."""


def socket_behind_ingress(lab: Lab) -> Outcome:
    """An Ingress in front of an app that reads the socket: the header has the client, the socket never."""
    name = "control-ingress"
    said = {INGRESS_DIRECT_ACCESS: "false"} | SAYS_SOCKET
    with objects(lab, own_service(lab, name, "NodePort"), own_ingress(lab, name, name, said)):
        entry = lab.wait_bound(f"Ingress {lab.scenario.names.namespace}/{name}", direct=False)
        node_port(lab, name)
        answer = from_client(lab, entry["address"])
    return outcome(answer, verdict="translated")


def header_behind_layer_4(lab: Lab) -> Outcome:
    """Direct access at layer 4, and an app that believes X-Forwarded-For: nobody on the way sets it, so anybody can."""
    name = "control-header"
    says = {SERVICE_DIRECT_ACCESS: "true", READS: "x-forwarded-for"}
    service = own_service(lab, name, app=name, annotations=says)
    with objects(lab, own_app(lab, name, LEFT_ENTRY), service):
        ready_pod(lab, name)
        entry = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=True)
        plain = lab.ask(lab.layout.namespace("client"), f"http://{entry['address']}/")["answer"]["client_ip"]
        answer = from_client(lab, entry["address"])
    # Asked without a header it looks right, which is how such an app gets into production.
    return outcome(answer, verdict="spoofable", passed=plain == str(lab.layout.client))


def left_entry(lab: Lab) -> Outcome:
    """The left entry of X-Forwarded-For behind an Ingress: the client is the right one, which the load balancer adds."""
    name = "control-left"
    service = own_service(lab, name, "NodePort", app=name)
    with objects(lab, own_app(lab, name, LEFT_ENTRY), service, own_ingress(lab, name, name)):
        ready_pod(lab, name)
        entry = lab.wait_bound(f"Ingress {lab.scenario.names.namespace}/{name}", direct=False)
        node_port(lab, name)
        answer = from_client(lab, entry["address"], reads=Reads.X_FORWARDED_FOR)
    return outcome(answer, verdict="spoofable")


def one_entry_added(lab: Lab) -> Outcome:
    """Two header lines from the client: they arrive as one, with the client added once, on the right."""
    url = f"http://{lab.address}/"
    forged = [f"X-Forwarded-For: {FORGED}", f"X-Forwarded-For: {FORGED_TOO}", f"X-Real-IP: {FORGED}"]
    headers = lab.ask(lab.layout.namespace("client"), url, forged)["answer"]["headers"]
    client = str(lab.layout.client)
    arrived = [each.strip() for each in headers["X-Forwarded-For"].split(",")]
    right = arrived == [FORGED, FORGED_TOO, client] and headers["X-Real-Ip"] == client
    answer = from_client(lab, lab.address, reads=Reads.X_FORWARDED_FOR, trusted_hops=2)
    found = outcome(answer, verdict="spoofable", passed=right)
    words = f"X-Real-IP arrived as {headers['X-Real-Ip']}. Read one element too far to the left: {answer.summary}"
    return Outcome(found.verdict, ", ".join(arrived), words, found.passed, found.predicted)


def open_node_port(lab: Lab) -> Outcome:
    """Around the load balancer, straight to the node port: nobody corrects the header."""
    names = lab.scenario.names
    port = node_port(lab, names.service)
    nodes = [node.public for node in lab.layout.nodes if node.public]
    around = f"http://{public(lab)}:{port}/"
    client = lab.layout.namespace("client")
    with open_node_ports(lab):
        asked = lab.ask(client, around, [f"X-Forwarded-For: {FORGED}"])
        answer = from_client(lab, lab.address, reads=lab.scenario.reads, nodes=nodes, node_port=port)
    believed = (asked["answer"] or {}).get("headers", {}).get("X-Forwarded-For")
    closed = lab.ask(client, around, seconds=1)
    found = outcome(answer, verdict="spoofable", passed=believed == FORGED and closed["answer"] is None)
    words = f"{found.words} With the port closed: {closed['problem']}."
    return Outcome(found.verdict, f"{believed} over the node port", words, found.passed, found.predicted)
