"""Controls at layer 4 beside one TCP port: UDP, the load balancer's own security group, pods on network interfaces of their own."""

from lab.proof.changes import closed_to_clients, configured, objects
from lab.proof.control import Outcome, from_client, outcome
from lab.proof.own import own_app, own_service, ready_pod
from lab.rig.lab import Lab
from lab.rig.shell import wait_for
from lab.rig.tke_keys import (
    GLOBAL_ROUTE_DIRECT_ACCESS,
    NETWORKS,
    SERVICE_DIRECT_ACCESS,
    SERVICE_PASS_TO_TARGET,
    SERVICE_SECURITY_GROUPS,
    SHARED_ENI,
)

DIRECT = {SERVICE_DIRECT_ACCESS: "true"}
GROUP = "sg-laballow"


def udp_beside_tcp(lab: Lab) -> Outcome:
    """TCP and UDP on one port, straight to the pods: the packet's source is the client for both."""
    name = "control-udp"
    service = own_service(lab, name, annotations=DIRECT)
    port = service["spec"]["ports"][0]
    service["spec"]["ports"] = [port | {"name": kind, "protocol": kind.upper()} for kind in ("tcp", "udp")]
    with objects(lab, service):
        entry = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=True)
        answer = from_client(lab, entry["address"])
        packet = lab.ask(lab.layout.namespace("client"), f"udp://{entry['address']}:{port['port']}")
    saw = (packet["answer"] or {}).get("client_ip", packet["problem"])
    passed = answer.verdict == "preserved" and saw == str(lab.layout.client)
    words = f"{answer.summary} Over UDP the app saw {saw}."
    return Outcome(answer.verdict, f"{', '.join(answer.saw)}; UDP {saw}", words, passed, answer.predicted)


def allow_list(lab: Lab) -> Outcome:
    """A group on the load balancer with pass-to-target, nodes closed: who is listed gets in, and nobody else."""
    name = "control-allow-list"
    listed = {**DIRECT, SERVICE_SECURITY_GROUPS: GROUP, SERVICE_PASS_TO_TARGET: "true"}
    client = lab.layout.client
    with closed_to_clients(lab, GROUP, [f"{client}/32"]), objects(lab, own_service(lab, name, annotations=listed)):
        address = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=True)["address"]
        kept = from_client(lab, address)
        others = lab.ask(lab.layout.namespace("office"), f"http://{address}/", seconds=2)
    words = f"{kept.summary} From an address that is not listed: {others['problem']}."
    passed = kept.verdict == "preserved" and others["answer"] is None
    return Outcome(kept.verdict, f"{', '.join(kept.saw)}; others nothing", words, passed, kept.predicted)


def closed_nodes(lab: Lab) -> Outcome:
    """The same group without pass-to-target: the nodes' own group, which has no rule for clients, drops everybody."""
    name = "control-closed-nodes"
    listed = {**DIRECT, SERVICE_SECURITY_GROUPS: GROUP}
    client = lab.layout.client
    with closed_to_clients(lab, GROUP, [f"{client}/32"]), objects(lab, own_service(lab, name, annotations=listed)):
        address = lab.wait_bound(f"Service {lab.scenario.names.namespace}/{name}", direct=True)["address"]
        answer = from_client(lab, address, seconds=4.0, probes=2)
    return outcome(answer, verdict="unreachable")


def own_interface(lab: Lab) -> Outcome:
    """Hybrid: a pod with an address of the VPC in a GlobalRouter cluster is reached straight without the cluster's switch."""
    name = "control-hybrid"
    key = f"Service {lab.scenario.names.namespace}/{name}"
    app = own_app(lab, name, annotations={NETWORKS: SHARED_ENI})
    with (
        configured(lab, GLOBAL_ROUTE_DIRECT_ACCESS, None),
        objects(lab, app, own_service(lab, name, app=name, annotations=DIRECT)),
    ):
        address = wait_for("the pod's address", lambda: ready_pod(lab, name)["status"]["podIP"], seconds=60)
        entry = lab.wait_bound(key, direct=True)
        answer = from_client(lab, entry["address"])
    words = f"{answer.summary} The pod has {address}; {entry['why']}."
    passed = answer.verdict == "preserved" and answer.exit_code == 0
    return Outcome(answer.verdict, ", ".join(answer.saw), words, passed, answer.predicted)
