"""Controls of Ingresses that TKE refuses, and of a way past one: an event in place of an address, or a header that nobody corrects."""

from typing import Any

from lab.proof.changes import objects
from lab.proof.control import Outcome, from_client, node_port, outcome
from lab.proof.own import own_ingress, own_service
from lab.proof.prediction import predict
from lab.rig.lab import Lab
from lab.rig.shell import wait_for
from lab.rig.tke_keys import INGRESS_DIRECT_ACCESS, SERVICE_DIRECT_ACCESS
from realip.reads import Reads

DIRECT = {INGRESS_DIRECT_ACCESS: "true"}


def cluster_ip(lab: Lab) -> Outcome:
    """An Ingress over node ports before a ClusterIP, which has none (E4047)."""
    name = "control-no-node-port"
    return _refused(lab, name, "E4047", own_service(lab, name, "ClusterIP"), own_ingress(lab, name, name))


def no_selector(lab: Lab) -> Outcome:
    """A direct Ingress before a Service that selects no pods (E4082)."""
    name = "control-no-selector"
    service = own_service(lab, name, "ClusterIP", selector=None)
    return _refused(lab, name, "E4082", service, own_ingress(lab, name, name, DIRECT))


def no_service(lab: Lab) -> Outcome:
    """An Ingress before a Service that is not there (E4041)."""
    name = "control-no-service"
    return _refused(lab, name, "E4041", own_ingress(lab, name, name, DIRECT))


def _refused(lab: Lab, name: str, code: str, *wanted: dict[str, Any]) -> Outcome:
    namespace = lab.scenario.names.namespace
    key = f"Ingress {namespace}/{name}"

    def problem() -> str:
        return str(lab.bound().get(key, {}).get("problem", ""))

    with objects(lab, *wanted):
        said = wait_for("the controller to refuse the Ingress", problem, seconds=20, interval=0.05)
        predicted = predict(lab, key, "x-forwarded-for")
        status = lab.get("ingress", name, f"--namespace={namespace}").get("status", {}).get("loadBalancer")
    verdict = "an address" if status else "no address"
    return Outcome(verdict, "nothing", f"{said}.", not status and code in said, predicted)


def balancer_beside(lab: Lab) -> Outcome:
    """A Service with a load balancer of its own for an Ingress's pods: past the Ingress nobody corrects the header."""
    name, beside = "control-beside", "control-beside-open"
    open_service = own_service(lab, beside, annotations={SERVICE_DIRECT_ACCESS: "false"})
    with objects(lab, own_service(lab, name, "NodePort"), open_service, own_ingress(lab, name, name)):
        namespace = lab.scenario.names.namespace
        address = lab.wait_bound(f"Ingress {namespace}/{name}", direct=False)["address"]
        around = lab.wait_bound(f"Service {namespace}/{beside}", direct=False)["address"]
        for each in (name, beside):
            node_port(lab, each)
        kept = from_client(lab, address, reads=Reads.X_FORWARDED_FOR)
        answer = from_client(lab, around, reads=Reads.X_FORWARDED_FOR)
        predicted = predict(lab, f"Ingress {namespace}/{name}", "x-forwarded-for")
    found = outcome(answer, verdict="spoofable", passed=kept.verdict == "preserved")
    words = f"Through the Ingress: {kept.verdict}. Past it: {answer.summary}"
    return Outcome(found.verdict, found.saw, words, found.passed, predicted)
