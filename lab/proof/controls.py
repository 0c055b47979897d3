"""The negative controls: what must lose the client's address, or must not count as proof, and does.

A rig that cannot show a loss proves nothing. Each control changes one thing, says what has to come of it, runs the same
`realip verify` as the scenarios, and puts the change back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from lab.proof.capture import Capture
from lab.proof.changes import OWN_LABEL, PORT, objects, open_node_ports, own_ingress, own_service, switched
from lab.proof.verdict import Answer, Question, verify
from lab.rig.binding import DEFAULT_DIRECT_ACCESS
from lab.rig.shell import LabError, wait_for
from lab.rig.world import World
from realip import tke
from realip.scenarios import Reads

FORGED = "192.0.2.66"


@dataclass(frozen=True)
class Outcome:
    """What came of a control."""

    verdict: str
    saw: str
    """What the app saw, in words."""
    words: str
    passed: bool
    """Whether it showed what it has to show."""


@dataclass(frozen=True)
class Control:
    """One negative control."""

    name: str
    scenario: str
    title: str
    expected: str
    """What has to come out, in words."""
    run: Callable[[World], Outcome]


def _outcome(answer: Answer, *, verdict: str, passed: bool = True) -> Outcome:
    saw = ", ".join(answer.saw[:3]) + (", ..." if len(answer.saw) > 3 else "")
    return Outcome(
        answer.verdict, saw or "nothing", answer.summary, passed and answer.verdict == verdict and answer.exit_code != 0
    )


def _node_port(world: World, name: str) -> int:
    """The Service's node port, programmed on every node."""
    port = int(
        world.get("service", name, f"--namespace={world.scenario.names.namespace}")["spec"]["ports"][0]["nodePort"]
    )
    world.wait_node_port(port)
    return port


def _public(world: World, index: int = 0) -> IPv4Address:
    address = world.plan.nodes[index].public
    if address is None:
        raise LabError("a super node has no node port")
    return address


def _from_client(world: World, address: str, port: int = PORT, **more: Any) -> Answer:
    question = Question(url=f"http://{address}:{port}/", reads=Reads.SOCKET_PEER, expect=world.plan.client, **more)
    return verify(world, world.plan.namespace("client"), question)


def _plain_node_port(world: World) -> Outcome:
    name = "control-node-port"
    with open_node_ports(world), objects(world, own_service(world, name, "NodePort")):
        answer = _from_client(world, str(_public(world)), _node_port(world, name))
    return _outcome(answer, verdict="translated")


def _through_balancer(world: World, name: str, annotations: dict[str, str], *, direct: bool) -> Answer:
    with objects(world, own_service(world, name, annotations=annotations)):
        entry = world.wait_bound(f"Service {world.scenario.names.namespace}/{name}", direct=direct)
        _node_port(world, name)
        return _from_client(world, entry["address"])


def _annotation_missing(world: World) -> Outcome:
    return _outcome(_through_balancer(world, "control-no-annotation", {}, direct=False), verdict="translated")


def _annotation_false(world: World) -> Outcome:
    annotations = {tke.SERVICE_DIRECT_ACCESS: "false"}
    return _outcome(_through_balancer(world, "control-not-direct", annotations, direct=False), verdict="translated")


def _default_on(world: World) -> Outcome:
    """The same Service on a cluster made today: why a stack always writes the annotation."""
    with switched(world, DEFAULT_DIRECT_ACCESS, "true"):
        answer = _through_balancer(world, "control-default", {}, direct=True)
    saw = ", ".join(answer.saw)
    return Outcome(answer.verdict, saw, answer.summary, answer.verdict == "preserved" and answer.exit_code == 0)


def _switch_off(world: World) -> Outcome:
    with switched(world, tke.GLOBAL_ROUTE_DIRECT_ACCESS, None):
        world.wait_bound(world.key, direct=False)
        answer = _from_client(world, world.address)
    world.wait_bound(world.key, direct=True)
    again = _from_client(world, world.address)
    return _outcome(answer, verdict="translated", passed=again.verdict == "preserved")


def _inside(world: World) -> Outcome:
    """kube-proxy answers for the load balancer's address inside the cluster, so the load balancer sees nothing."""
    node = world.plan.nodes[0]
    question = Question(url=f"http://{world.address}/", reads=world.scenario.reads, expect=node.address)
    with Capture(world, roles=("balancer",)) as capture:
        answer = verify(world, node.namespace, question)
    passed_balancer = [hop for hop in capture.hops if hop.is_request]
    own = all(probe["saw"] == str(node.address) or probe["saw"] in map(str, node.pods) for probe in answer.probes)
    outcome = _outcome(answer, verdict="unknown", passed=not passed_balancer and own)
    words = f"{answer.summary} The load balancer saw {len(passed_balancer)} packets of it."
    return Outcome(outcome.verdict, outcome.saw, words, outcome.passed)


def _behind_nat(world: World) -> Outcome:
    """A caller behind NAT with nothing to compare with: no proof either way."""
    question = Question(url=f"http://{world.address}/", reads=world.scenario.reads)
    answer = verify(world, world.plan.namespace("office"), question)
    return _outcome(answer, verdict="unknown")


def _local_without_pod(world: World) -> Outcome:
    """`externalTrafficPolicy: Local`: kube-proxy drops on a node without a pod, and keeps the address on one with a pod."""
    name = "control-local"
    with open_node_ports(world), objects(world, _lone_pod(world, name), _local_service(world, name)):
        pod = wait_for("the control's pod", lambda: _ready_pod(world, name), seconds=30)
        port = _node_port(world, name)
        having = next(index for index, node in enumerate(world.plan.nodes) if node.name == pod["spec"]["nodeName"])
        kept = _from_client(world, str(_public(world, having)), port)
        lost = _from_client(world, str(_public(world, 1 - having)), port, seconds=4.0, probes=2)
    outcome = _outcome(lost, verdict="unreachable", passed=kept.verdict == "preserved")
    words = f"{lost.summary} Over the node with the pod: {kept.verdict}."
    return Outcome(outcome.verdict, f"nothing; over the other node {', '.join(kept.saw)}", words, outcome.passed)


def _lone_pod(world: World, name: str) -> dict[str, Any]:
    names = world.scenario.names
    app = world.get("deployment", names.deployment, f"--namespace={names.namespace}")["spec"]["template"]["spec"][
        "containers"
    ][0]
    container = {"name": "app", "image": app["image"], "ports": app["ports"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": names.namespace, "labels": {OWN_LABEL: "control"}},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
        },
    }


def _local_service(world: World, name: str) -> dict[str, Any]:
    service = own_service(world, name, "NodePort", externalTrafficPolicy="Local")
    service["spec"]["selector"] = {"app": name}
    return service


def _ready_pod(world: World, name: str) -> dict[str, Any] | None:
    namespace = world.scenario.names.namespace
    for pod in world.get("pods", f"--namespace={namespace}", f"--selector=app={name}")["items"]:
        if any(
            each["type"] == "Ready" and each["status"] == "True" for each in pod.get("status", {}).get("conditions", ())
        ):
            found: dict[str, Any] = pod
            return found
    return None


def _layer_7_socket(world: World) -> Outcome:
    """An Ingress in front of an app that reads the socket: the header has the client, the socket never."""
    name = "control-ingress"
    ingress = own_ingress(world, name, name)
    with objects(world, own_service(world, name, "NodePort"), ingress):
        entry = world.wait_bound(f"Ingress {world.scenario.names.namespace}/{name}", direct=False)
        _node_port(world, name)
        answer = _from_client(world, entry["address"])
    return _outcome(answer, verdict="translated")


def _forged_header(world: World) -> Outcome:
    """What a client writes arrives, to the left of what the load balancer adds: an app that reads the left is fooled."""
    url = f"http://{world.address}/"
    header = [f"X-Forwarded-For: {FORGED}", f"X-Real-IP: {FORGED}"]
    answer = world.ask(world.plan.namespace("client"), url, header)["answer"]
    arrived = answer["headers"]["X-Forwarded-For"]
    elements = [each.strip() for each in arrived.split(",")]
    client = str(world.plan.client)
    right = elements[-1] == client and elements[0] == FORGED and answer["headers"]["X-Real-Ip"] == client
    question = Question(url=url, reads=world.scenario.reads, expect=world.plan.client, trusted_hops=2)
    naive = verify(world, world.plan.namespace("client"), question)
    words = f"X-Forwarded-For arrived as {arrived!r}. An app that trusts one element too many: {naive.summary}"
    return Outcome(naive.verdict, arrived, words, right and naive.verdict == "spoofable" and naive.exit_code == 1)


def _open_node_port(world: World) -> Outcome:
    """Around the load balancer, straight to the node port: nobody corrects the header."""
    names = world.scenario.names
    port = _node_port(world, names.service)
    nodes = [node.public for node in world.plan.nodes if node.public]
    with open_node_ports(world):
        around = world.ask(
            world.plan.namespace("client"), f"http://{_public(world)}:{port}/", [f"X-Forwarded-For: {FORGED}"]
        )
        question = Question(
            url=f"http://{world.address}/",
            reads=world.scenario.reads,
            expect=world.plan.client,
            nodes=nodes,
            node_port=port,
        )
        answer = verify(world, world.plan.namespace("client"), question)
    believed = (around["answer"] or {}).get("headers", {}).get("X-Forwarded-For")
    closed = world.ask(world.plan.namespace("client"), f"http://{_public(world)}:{port}/", seconds=1)
    passed = believed == FORGED and closed["answer"] is None
    outcome = _outcome(answer, verdict="spoofable", passed=passed)
    words = f"{outcome.words} With the port closed: {closed['problem']}."
    return Outcome(outcome.verdict, f"{believed} over the node port", words, outcome.passed)


def _catalogue() -> tuple[Control, ...]:
    first, second = "vpc-cni-direct-native", "globalrouter-direct-native"
    fourth, fifth = "vpc-cni-nondirect-native", "globalrouter-nondirect-native"
    found = [
        Control(
            "plain-node-port",
            first,
            "Plain NodePort Service, no load balancer",
            "translated, a node's address",
            _plain_node_port,
        ),
        Control(
            "annotation-missing",
            first,
            "Direct annotation missing, older cluster",
            "translated, a node's address",
            _annotation_missing,
        ),
        Control("annotation-false", first, 'direct-access: "false"', "translated, a node's address", _annotation_false),
        Control(
            "default-on",
            first,
            "Annotation missing, newer cluster (for contrast)",
            "preserved: the default differs",
            _default_on,
        ),
        Control(
            "layer-7-socket",
            first,
            "Ingress, but the app reads the socket",
            "translated, a node's address",
            _layer_7_socket,
        ),
        Control("inside-the-cluster", first, "Asked from a node of the cluster", "unknown: no proof", _inside),
        Control("behind-nat", first, "Caller behind NAT, nothing to compare with", "unknown: no proof", _behind_nat),
        Control(
            "local-without-pod",
            first,
            "externalTrafficPolicy: Local, node without a pod",
            "unreachable",
            _local_without_pod,
        ),
        Control(
            "switch-off", second, "GlobalRouter direct without the switch", "translated, a node's address", _switch_off
        ),
    ]
    for slug in (fourth, fifth):
        found += [
            Control(
                "forged-header",
                slug,
                "Forged X-Forwarded-For through the Ingress",
                "spoofable if read from the left",
                _forged_header,
            ),
            Control("open-node-port", slug, "Node port open, forged header", "spoofable", _open_node_port),
        ]
    return tuple(found)


CONTROLS = _catalogue()
"""Every control, by the scenario in whose lab it runs."""


def controls_of(world: World) -> list[Control]:
    """The controls that run in a scenario's lab."""
    return [control for control in CONTROLS if control.scenario == world.scenario.slug]
