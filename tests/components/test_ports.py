"""Ports of an exposure: several, UDP, TLS at the load balancer; what Kubernetes, TKE, the pods and the security group are told."""

import json
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, DirectService, InputError, NodePortIngress
from tests.support.recording import Recording, run
from tests.support.stacks import preview, up

WEB: dict[str, Any] = {"service": "web", "selector": {"app": "web"}}
PROTOCOLS = "service.cloud.tencent.com/specify-protocol"
DIRECT = ("vpc-cni-direct-native", "globalrouter-direct-native", "vpc-cni-direct-super")


def _expose(*ports: dict[str, Any], component: Any = DirectService, **more: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        args = WEB | ({"ports": list(ports)} if ports else {}) | more
        made = component("exposure", args, pulumi.ResourceOptions(provider=provider))
        pulumi.export("url", made.url)

    return run(program)


def _told(found: Recording) -> Any:
    written = found.one("core/v1:Service").inputs["metadata"]["annotations"].get(PROTOCOLS)
    return None if written is None else json.loads(written)


def _port(port: int, protocol: str = "TCP", **more: Any) -> dict[str, Any]:
    return {"port": port, "target_port": port + 8000, "protocol": protocol, "name": f"p{port}"} | more


def test_ports_of_one_protocol_need_no_word_to_tke() -> None:
    for protocol in ("TCP", "UDP"):
        found = _expose(_port(80, protocol), _port(81, protocol, target_port="http"))
        assert found.one("core/v1:Service").inputs["spec"]["ports"] == [
            {"name": "p80", "protocol": protocol, "port": 80, "targetPort": 8080},
            {"name": "p81", "protocol": protocol, "port": 81, "targetPort": "http"},
        ]
        assert _told(found) is None
        assert found.of("Secret") == []


def test_tcp_and_udp_in_one_service_are_all_tcp_to_kubernetes_and_what_they_are_to_tke() -> None:
    """TKE's own example of a mixed Service (51259): one protocol in the spec, and every port in the annotation."""
    found = _expose(_port(80), _port(8080, "UDP"))
    assert [port["protocol"] for port in found.one("core/v1:Service").inputs["spec"]["ports"]] == ["TCP", "TCP"]
    assert _told(found) == {"80": {"protocol": ["TCP"]}, "8080": {"protocol": ["UDP"]}}


@pytest.mark.parametrize("order", [("TCP", "UDP"), ("UDP", "TCP")])
def test_tcp_and_udp_on_one_port_are_one_port_of_the_service(order: tuple[str, str]) -> None:
    found = _expose(*(_port(53, protocol) for protocol in order))
    assert found.one("core/v1:Service").inputs["spec"]["ports"] == [
        {"name": "p53", "protocol": "TCP", "port": 53, "targetPort": 8053}
    ]
    assert _told(found) == {"53": {"protocol": ["TCP", "UDP"]}}


def test_a_certificate_by_its_id_becomes_a_secret_that_the_service_waits_for() -> None:
    found = _expose(_port(443, "TCP_SSL", certificate_id="1a2B3c4D"), _port(80), namespace="shop")
    secret, service = found.one("Secret"), found.one("core/v1:Service")
    assert secret.inputs["type"] == "Opaque"
    assert secret.inputs["metadata"] == {"name": "web-443", "namespace": "shop"}
    assert secret.inputs["stringData"] == {"qcloud_cert_id": "1a2B3c4D"}
    assert secret.name in found.waits_for(service)
    assert _told(found) == {"443": {"protocol": ["TCP_SSL"], "tls": "web-443"}}, "port 80 says itself that it is TCP"


def test_a_secret_that_is_there_is_named_and_none_is_made() -> None:
    found = _expose(_port(443, "TCP_SSL", certificate_secret="shop-tls"), _port(443, "UDP"))
    assert found.of("Secret") == []
    assert _told(found) == {"443": {"protocol": ["TCP_SSL", "UDP"], "tls": "shop-tls"}}


def test_the_name_of_a_service_that_is_known_later_is_in_the_annotation_all_the_same() -> None:
    def program() -> None:
        options = pulumi.ResourceOptions(provider=kubernetes.Provider("their-cluster", kubeconfig="{}"))
        later = pulumi.Output.from_input("later")
        port: Any = _port(443, "TCP_SSL", certificate_id="1a2B3c4D")
        DirectService("exposure", {"service": later, "selector": {"app": "web"}, "ports": [port]}, options)

    found = run(program)
    assert _told(found) == {"443": {"protocol": ["TCP_SSL"], "tls": "later-443"}}


@pytest.mark.parametrize(
    ("ports", "url"),
    [
        ([_port(8080)], "http://198.18.0.10:8080/"),
        ([_port(443)], "https://198.18.0.10/"),
        ([_port(53, "UDP"), _port(8443, "TCP_SSL", certificate_id="1a2B3c4D")], "https://198.18.0.10:8443/"),
        ([_port(80, "TCP_SSL", certificate_id="1a2B3c4D")], "https://198.18.0.10:80/"),
        ([_port(53, "UDP"), _port(54, "UDP")], "udp://198.18.0.10:53/"),
    ],
)
def test_the_url_is_the_first_port_that_speaks_tcp(ports: list[dict[str, Any]], url: str) -> None:
    assert _expose(*ports).stack.outputs == {"url": url}


def test_two_names_on_one_port_are_as_good_as_one() -> None:
    service = _expose(_port(53, name="dns-tcp"), _port(53, "UDP", name="dns-udp")).one("core/v1:Service").inputs
    assert service["spec"]["ports"] == [{"name": "dns-tcp", "port": 53, "targetPort": 8053, "protocol": "TCP"}]
    assert (
        service["metadata"]["annotations"]["service.cloud.tencent.com/specify-protocol"]
        == '{"53":{"protocol":["TCP","UDP"]}}'
    )


@pytest.mark.parametrize(
    ("args", "lines"),
    [
        ({}, ["port: is missing; add it, or list ports instead", "target_port: is missing"]),
        ({"port": 80}, ["target_port: is missing"]),
        ({"ports": []}, ["ports = []: is empty; give at least one port"]),
        ({"ports": [_port(80)], "port": 80}, ["port = 80: is one port, and ports lists all of them"]),
        ({"ports": [_port(80, "SCTP")]}, ['ports[0].protocol = "SCTP": is not one of TCP, UDP, TCP_SSL']),
        (
            {"ports": [{"port": 80, "target_port": 80}, {"port": 81, "target_port": 81}]},
            ["ports[0].name: is missing; add it: Kubernetes wants a name", "ports[1].name: is missing"],
        ),
        ({"ports": [_port(80), _port(80, name="b")]}, ["ports[1].port = 80: is in the list already with TCP"]),
        (
            {"ports": [_port(80), _port(80, "TCP_SSL", certificate_id="1a2B3c4D")]},
            ["ports[1].port = 80: is in the list already with TCP"],
        ),
        ({"ports": [_port(80), _port(81, name="p80")]}, ['ports[1].name = "p80": is port 80\'s; take another name']),
        (
            {"ports": [_port(53), _port(53, "UDP", name="dns", target_port=54)]},
            [
                "ports[1].target_port = 54: is not the same as for TCP: TCP and UDP on port 53 are one port of the Service",
                "write 8053",
            ],
        ),
        ({"ports": [_port(443, "TCP_SSL")]}, ["ports[0].certificate_id: is missing; with TCP_SSL"]),
        (
            {"ports": [_port(443, certificate_id="1a2B3c4D")]},
            ['ports[0].protocol = "TCP": has a certificate, and TCP uses none'],
        ),
        (
            {"ports": [_port(443, "TCP_SSL", certificate_id="1a2B3c4D", certificate_secret="tls")]},
            ['ports[0].certificate_secret = "tls": names a Secret, and certificate_id makes one'],
        ),
        ({"ports": [_port(443, "TCP_SSL", certificate_id="lb-1")]}, ['certificate_id = "lb-1": is not a certificate\'s id']),
    ],
)  # fmt: skip
def test_ports_that_do_not_go_together_are_refused_before_anything_is_made(
    args: dict[str, Any], lines: list[str]
) -> None:
    with pytest.raises(ArgumentError) as caught:
        _expose(**args)
    for line in lines:
        assert line in str(caught.value)


def test_every_rule_about_ports_is_told_once() -> None:
    """A wrong protocol says nothing about certificates, and a port said twice nothing about names."""
    with pytest.raises(ArgumentError) as caught:
        _expose(_port(80, "SCTP", certificate_id="1a2B3c4D"))
    assert len(caught.value.problems) == 1
    with pytest.raises(ArgumentError) as caught:
        _expose(_port(80), _port(80))
    assert len(caught.value.problems) == 1


# --- annotations and labels ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("component", [DirectService, NodePortIngress])
def test_annotations_and_labels_stand_on_the_object_that_has_the_load_balancer(component: Any) -> None:
    more: dict[str, Any] = {"port": 80, "target_port": 80}
    if component is NodePortIngress:
        more["ingress"] = "door"
    bare = _expose(component=component, **more)
    found = _expose(component=component, **more, annotations={"example.com/a": "b"}, labels={"tier": "front"})
    carrier = "Ingress" if component is NodePortIngress else "core/v1:Service"
    metadata = found.one(carrier).inputs["metadata"]
    assert metadata["labels"] == {"tier": "front"}
    assert metadata["annotations"] == bare.one(carrier).inputs["metadata"]["annotations"] | {"example.com/a": "b"}
    if component is NodePortIngress:
        assert found.one("core/v1:Service").inputs == bare.one("core/v1:Service").inputs


@pytest.mark.parametrize(
    ("component", "key", "words"),
    [
        (DirectService, "service.cloud.tencent.com/direct-access", "is written by the component"),
        (DirectService, "service.cloud.tencent.com/specify-protocol", "say it by ports"),
        (DirectService, "service.kubernetes.io/tke-existed-lbid", "say it by load_balancer.existing_id"),
        (DirectService, "service.cloud.tencent.com/pass-to-target", "say it by pass_to_target"),
        (DirectService, "service.kubernetes.io/loadbalance-id", "is TKE's own answer"),
        (DirectService, "ingress.cloud.tencent.com/mix-target-prefer", "is read from an Ingress"),
        (DirectService, "pulumi.com/waitFor", "load_balancer.timeout_seconds"),
        (DirectService, "a b", "is not an annotation's key"),
        (NodePortIngress, "kubernetes.io/ingress.class", "is written by the component"),
        (NodePortIngress, "kubernetes.io/ingress.https-rules", "say it by hosts"),
        (NodePortIngress, "ingress.cloud.tencent.com/auto-rewrite", "say it by redirect"),
        (NodePortIngress, "kubernetes.io/ingress.qcloud-loadbalance-id", "is TKE's own answer"),
        (NodePortIngress, "service.cloud.tencent.com/lb-rs-weight", "is read from a Service"),
        (
            NodePortIngress,
            "ingress.cloud.tencent.com/direct-acess",
            "did you mean ingress.cloud.tencent.com/direct-access?",
        ),
        (DirectService, "service.cloud.tencent.com/mode", "gets no load balancer; that is not offered here: remove it"),
    ],
)
def test_a_key_that_is_not_theirs_is_refused_with_what_to_say_instead(component: Any, key: str, words: str) -> None:
    more = {"ingress": "door"} if component is NodePortIngress else {}
    with pytest.raises(ArgumentError) as caught:
        _expose(component=component, port=80, target_port=80, annotations={key: "x"}, **more)
    (problem,) = caught.value.problems
    assert problem.path == f'annotations["{key}"]'
    assert words in problem.message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('{"AddressIPVersion":"IPV6"}', "asks for IPv6"),
        ('{"AddressIPVersion":"IPv6FullChain"}', "asks for IPv6"),
        ('{"VipIsp"', "is no JSON object"),
        ("[1]", "is no JSON object"),
        ('{"AddressIPVersion":"IPV4","VipIsp":"CTCC"}', None),
    ],
)
def test_parameters_of_the_load_balancer_may_not_ask_for_ipv6(value: str, words: str | None) -> None:
    annotations = {"service.kubernetes.io/service.extensiveParameters": value}
    if words is None:
        assert _expose(port=80, target_port=80, annotations=annotations)
        return
    with pytest.raises(ArgumentError, match=words):
        _expose(port=80, target_port=80, annotations=annotations)


# --- in a stack -----------------------------------------------------------------------------------------------------------


_DNS = [
    {"name": "dns", "port": 53, "targetPort": 5353},
    {"name": "dns", "port": 53, "targetPort": 5353, "protocol": "UDP"},
    {"name": "tls", "port": 853, "targetPort": 5354, "protocol": "TCP_SSL", "certificateId": "1a2B3c4D"},
]


def _clients(found: Recording) -> list[tuple[str, str]]:
    rules = found.named("realip-network-node-rules").inputs["ingresses"]
    return [(rule["protocol"], rule["port"]) for rule in rules if rule["description"] == "clients"]


@pytest.mark.parametrize("slug", DIRECT)
def test_the_pods_and_the_security_group_follow_the_ports(slug: str) -> None:
    found = up(slug, loadBalancer={"ports": _DNS})
    (container,) = found.one("Deployment").inputs["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [
        {"containerPort": 5353, "protocol": "TCP"},
        {"containerPort": 5353, "protocol": "UDP"},
        {"containerPort": 5354, "protocol": "TCP"},
    ]
    assert container["readinessProbe"]["tcpSocket"] == {"port": 5353}
    assert _clients(found) == [("TCP", "5353,5354"), ("UDP", "5353")]
    assert found.stack.outputs["url"] == "http://198.18.0.10:53/"
    assert _told(found)["853"]["tls"] == "clb-direct-pod-853"


def test_an_app_that_listens_by_udp_alone_is_not_asked_by_tcp_whether_it_is_ready() -> None:
    """Nobody would answer, and no pod would ever be ready."""
    udp = {"ports": [{"port": 53, "targetPort": 53, "protocol": "UDP"}]}
    found = up(loadBalancer=udp)
    (container,) = found.one("Deployment").inputs["spec"]["template"]["spec"]["containers"]
    assert "readinessProbe" not in container
    assert container["securityContext"]["capabilities"]["add"] == ["NET_BIND_SERVICE"]
    assert _clients(found) == [("UDP", "53")]
    asked = up(loadBalancer=udp, app={"port": 8080, "readinessPath": "/ready"})
    (container,) = asked.one("Deployment").inputs["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8080}


def test_a_port_that_is_only_another_one_for_clients_leaves_the_pods_as_they_are() -> None:
    changed, same = up(loadBalancer={"ports": [{"port": 8080}]}), up()
    assert changed.one("Deployment").inputs == same.one("Deployment").inputs
    assert _clients(changed) == _clients(same)


def test_a_preview_knows_the_ports() -> None:
    assert _told(preview(loadBalancer={"ports": _DNS}))["53"] == {"protocol": ["TCP", "UDP"]}


@pytest.mark.parametrize("slug", [*DIRECT, "vpc-cni-nondirect-native"])
def test_a_stacks_annotations_and_labels_reach_its_load_balancer(slug: str) -> None:
    found = up(slug, loadBalancer={"annotations": {"example.com/a": "b"}, "labels": {"tier": "front"}})
    carrier = (found.of("Ingress") or found.of("core/v1:Service"))[0]
    assert carrier.inputs["metadata"]["labels"] == {"tier": "front"}
    assert carrier.inputs["metadata"]["annotations"]["example.com/a"] == "b"


def test_a_stack_in_a_program_refuses_ports_beside_a_port() -> None:
    ports = {"ports": [{"port": 80}]}
    with pytest.raises(InputError, match=r"app.servicePort = 80: is one port, and loadBalancer.ports lists all"):
        up(app={"servicePort": 80}, loadBalancer=ports)
