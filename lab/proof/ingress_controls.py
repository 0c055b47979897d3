"""Controls of the direct Ingress: what it forwards, and what an app may believe behind it."""

from typing import Any

from lab.proof.changes import objects, open_node_ports
from lab.proof.control import Outcome, from_client, node_port, outcome, public
from lab.proof.own import OWN_LABEL, own_app, own_ingress, own_service, ready_pod
from lab.proof.prediction import predict
from lab.proof.reading_controls import FORGED, LEFT_ENTRY, SAYS_SOCKET
from lab.rig.lab import Lab
from lab.rig.shell import wait_for
from lab.rig.tke_keys import AUTO_REWRITE, CERTIFICATE, INGRESS_DIRECT_ACCESS
from realip.reads import Reads

DIRECT = {INGRESS_DIRECT_ACCESS: "true"}


def _key(lab: Lab, name: str) -> str:
    return f"Ingress {lab.scenario.names.namespace}/{name}"


def left_entry(lab: Lab) -> Outcome:
    """Straight to the pod at layer 7, and an app that believes the left entry: it is still what the client wrote."""
    name = "control-direct-left"
    service = own_service(lab, name, "ClusterIP", app=name)
    with objects(lab, own_app(lab, name, LEFT_ENTRY), service, own_ingress(lab, name, name, DIRECT)):
        ready_pod(lab, name)
        entry = lab.wait_bound(_key(lab, name), direct=True)
        answer = from_client(lab, entry["address"], reads=Reads.X_FORWARDED_FOR)
    return outcome(answer, verdict="spoofable")


def socket_reader(lab: Lab) -> Outcome:
    """Straight to the pod at layer 7, and an app that reads its socket: it sees the load balancer."""
    name = "control-direct-socket"
    service = own_service(lab, name, "ClusterIP", app=name)
    app = own_app(lab, name, ["--reads", "socket"])
    with objects(lab, app, service, own_ingress(lab, name, name, DIRECT | SAYS_SOCKET)):
        ready_pod(lab, name)
        answer = from_client(lab, lab.wait_bound(_key(lab, name), direct=True)["address"])
    return outcome(answer, verdict="translated")


def annotation_missing(lab: Lab) -> Outcome:
    """The annotation missing on an older cluster: node ports again, and where one is open anybody writes the header."""
    name = "control-ingress-default"
    with objects(lab, own_service(lab, name, "NodePort"), own_ingress(lab, name, name, {})):
        entry = lab.wait_bound(_key(lab, name), direct=False)
        port = node_port(lab, name)
        kept = from_client(lab, entry["address"], reads=Reads.X_FORWARDED_FOR)
        nodes = [node.public for node in lab.layout.nodes if node.public]
        with open_node_ports(lab):
            around = f"http://{public(lab)}:{port}/"
            asked = lab.ask(lab.layout.namespace("client"), around, [f"X-Forwarded-For: {FORGED}"])
            answer = from_client(lab, entry["address"], reads=Reads.X_FORWARDED_FOR, nodes=nodes, node_port=port)
    believed = (asked["answer"] or {}).get("headers", {}).get("X-Forwarded-For")
    found = outcome(answer, verdict="spoofable", passed=kept.verdict == "preserved" and believed == FORGED)
    words = f"{kept.summary} {found.words}"
    return Outcome(found.verdict, f"{believed} over the node port", words, found.passed, found.predicted)


def hosts_and_tls(lab: Lab) -> Outcome:
    """Two hosts with TLS and a redirect: each host has its own app, HTTP goes to HTTPS, and the client is in the header."""
    one, other = "control-host-a", "control-host-b"
    namespace = lab.scenario.names.namespace
    client, key = lab.layout.namespace("client"), _key(lab, one)

    def rule(host: str, path: str, service: str) -> dict[str, Any]:
        backend = {"service": {"name": service, "port": {"number": 80}}}
        return {"host": host, "http": {"paths": [{"path": path, "pathType": "Prefix", "backend": backend}]}}

    certificate = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": one, "namespace": namespace, "labels": {OWN_LABEL: "control"}},
        "stringData": {CERTIFICATE: "abcd1234"},
    }
    ingress = own_ingress(
        lab,
        one,
        one,
        {**DIRECT, AUTO_REWRITE: "true"},
        rules=[rule("a.example.com", "/", one), rule("b.example.com", "/shop", other)],
        tls=[{"secretName": one}],
    )
    apps = [own_app(lab, name) for name in (one, other)]
    services = [own_service(lab, name, "ClusterIP", app=name) for name in (one, other)]
    with objects(lab, certificate, *apps, *services, ingress):
        for name in (one, other):
            ready_pod(lab, name)
        address = lab.wait_bound(key, direct=True, backends=0)["address"]
        predicted = predict(lab, key, "x-forwarded-for")

        def ask(url: str, host: str) -> dict[str, Any]:
            return lab.ask(client, url, [f"Host: {host}", f"X-Forwarded-For: {FORGED}"])

        def served(host: str, path: str) -> dict[str, Any]:
            def there() -> dict[str, Any] | None:
                answer: dict[str, Any] | None = ask(f"https://{address}{path}", host)["answer"]
                return answer

            return wait_for(f"an answer of {host}", there, seconds=20)

        first, second = served("a.example.com", "/"), served("b.example.com", "/shop/cart")
        astray = ask(f"https://{address}/", "b.example.com")["status"]
        redirect = ask(f"http://{address}/shop", "a.example.com")
    headers = [answer["headers"]["X-Forwarded-For"].split(",")[-1].strip() for answer in (first, second)]
    schemes = {answer["headers"]["X-Forwarded-Proto"] for answer in (first, second)}
    apart = first["pod"].startswith(one) and second["pod"].startswith(other) and astray >= 400
    redirected = (redirect["status"], redirect["location"]) == (301, "https://a.example.com/shop")
    passed = apart and redirected and set(headers) == {str(lab.layout.client)} and schemes == {"https"}
    words = f"a.example.com: {first['pod']}; b.example.com/shop: {second['pod']}; b.example.com/: status {astray}; HTTP: {redirect['location']}."
    return Outcome("preserved" if passed else "failed", ", ".join(headers), words, passed, predicted)
