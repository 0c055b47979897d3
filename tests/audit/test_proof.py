"""A prediction that packets disprove is the most valuable finding of all: it has to be said, and nothing else as one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from realip.audit.proof import Agreement, agreement
from realip.behaviour import Binding, Exposure, Sees
from realip.messages import message
from tests.audit.objects import DIRECT, Object, envoy_class, gateway, http_route, ingress, service, text
from tests.offline.running import Run
from tests.verify.servers import Request, answer, as_json, layer_4, serving

Audit = Callable[..., Run]


def exposure(sees: Sees, forgeable: bool | None = False) -> Exposure:
    return Exposure("Service", "shop", "web", Binding.PODS, sees, "socket", forgeable, message("exposure_ingress"))


@pytest.mark.parametrize(
    ("sees", "forgeable", "verdict", "said"),
    [
        (Sees.CLIENT, False, "preserved", Agreement.AGREES),
        (Sees.NODE, False, "preserved", Agreement.DISAGREES),
        (Sees.NOBODY, None, "preserved", Agreement.DISAGREES),
        (Sees.UNKNOWN, None, "preserved", Agreement.OPEN),
        (Sees.NODE, False, "translated", Agreement.AGREES),
        (Sees.PROXY, False, "translated", Agreement.AGREES),
        (Sees.CLIENT, False, "translated", Agreement.DISAGREES),
        (Sees.CLIENT, False, "spoofable", Agreement.DISAGREES),
        (Sees.CLIENT, True, "spoofable", Agreement.AGREES),
        (Sees.CLIENT, None, "spoofable", Agreement.OPEN),
        (Sees.NOBODY, None, "unreachable", Agreement.AGREES),
        (Sees.CLIENT, False, "unreachable", Agreement.OPEN),
        (Sees.CLIENT, False, "unknown", Agreement.OPEN),
    ],
)
def test_prediction_beside_proof(sees: Sees, forgeable: bool | None, verdict: str, said: Agreement) -> None:
    assert agreement(exposure(sees, forgeable), verdict) is said


def bound(body: Object, port: int) -> Object:
    body["status"] = {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}}
    if body["kind"] == "Service":
        body["spec"]["ports"] = [{"port": port, "protocol": "TCP"}]
    return body


def test_each_exposure_with_an_address_is_asked_and_compared(audit: Audit, tmp_path: Path) -> None:
    def hides(_: object) -> bytes:
        return as_json({"client_ip": "10.0.0.9"})

    with serving(layer_4) as good, serving(hides) as bad:
        objects = text(
            bound(service(annotations={DIRECT: "true"}), good.port),
            bound(service(annotations={DIRECT: "true"}, name="other", selector={"app": "other"}), bad.port),
            service(annotations={DIRECT: "true"}, name="new", selector={"app": "new"}),
        )
        run = audit("-", "--json", "--verify", "--expect", "127.0.0.1", "--verify-timeout", "5", stdin=objects)
        asked = ("-", "--verify", "--expect", "127.0.0.1", "--verify-timeout", "5", "--html", "audit.html")
        words = audit(*asked, stdin=objects).out
    made = json.loads(run.out)
    found = {each["name"]: each for each in made["proofs"]}
    assert found["web"]["predicted"] == "client"
    assert found["other"]["proven"] != "preserved"
    assert found["new"]["proven"] is None
    assert "no address" in found["new"]["summary"]
    page = (tmp_path / "audit.html").read_text(encoding="utf-8")
    for said in ("not asked: no address", "predicted client, proven preserved", "Service shop/other"):
        assert said in words
        assert said in page
    assert ('<p class="bad">' in page) is (run.code == 1)
    assert run.code == (1 if any(each["agreement"] == "disagrees" for each in made["proofs"]) else 0)


def test_a_prediction_that_packets_disprove_fails_in_every_form(audit: Audit, tmp_path: Path) -> None:
    with serving(layer_4) as server:
        body = bound(service(annotations={DIRECT: "false"}), server.port)
        body["metadata"]["annotations"]["realip.audit/ignore"] = "RIP001: nobody needs it"
        asked = ("-", "--verify", "--expect", "127.0.0.1", "--html", "audit.html")
        words = audit(*asked, stdin=text(body))
        junit = audit(*asked, "--junit", stdin=text(body))
    said = "predicted node, proven preserved"
    assert (words.code, said in words.out, junit.code) == (1, True, 1)
    assert f'failure type="proof" message="{said}' in junit.out
    assert 'failures="1"' in junit.out
    assert f'<div class="finding bad"><b>Service shop/web</b><p>{said}' in (tmp_path / "audit.html").read_text()


def test_without_the_option_nothing_is_asked_and_json_keeps_its_form(audit: Audit) -> None:
    asked = []

    def noted(request: object) -> bytes:
        asked.append(request)
        return answer("x")

    with serving(noted) as server:
        run = audit("-", "--json", stdin=text(bound(service(annotations={DIRECT: "true"}), server.port)))
    assert asked == []
    assert list(json.loads(run.out)) == ["exposures", "findings"]


def test_what_has_no_tcp_port_is_not_asked(audit: Audit) -> None:
    body = bound(service(annotations={DIRECT: "true"}), 53)
    body["spec"]["ports"] = [{"port": 53, "protocol": "UDP"}]
    made = json.loads(audit("-", "--json", "--verify", stdin=text(body)).out)
    assert "no TCP port" in made["proofs"][0]["summary"]
    front = bound(ingress({"ingress.cloud.tencent.com/direct-access": "true"}), 80)
    front["status"]["loadBalancer"]["ingress"] = [{"ip": "127.0.0.1"}]
    run = audit("-", "--json", "--verify", "--verify-timeout", "1", stdin=text(front))
    assert json.loads(run.out)["proofs"][0]["url"] == "http://127.0.0.1/"


@pytest.mark.parametrize("hostnames", [["*.example.com", "shop.example.com"], None])
def test_a_gateway_is_asked_by_a_name_that_it_answers_to(audit: Audit, hostnames: list[str] | None) -> None:
    asked: set[str] = set()

    def noted(request: Request) -> bytes:
        asked.update(host.partition(":")[0] for host in request.all("host"))
        return layer_4(request)

    with serving(noted) as server:
        listener = {"name": "http", "protocol": "HTTP", "port": server.port}
        if hostnames is None:
            listener["hostname"] = "shop.example.com"
        body = gateway(listeners=[listener], infrastructure={"annotations": {DIRECT: "true"}})
        body["status"] = {"addresses": [{"type": "IPAddress", "value": "127.0.0.1"}]}
        other = http_route("other", parent={"name": "other"}, hostnames=["other.example.com"])
        objects = text(other, body, envoy_class(), http_route(hostnames=hostnames))
        audit("-", "--verify", "--expect", "127.0.0.1", "--verify-timeout", "3", stdin=objects)
    assert asked == {"shop.example.com"}
