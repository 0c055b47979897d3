"""Layer 7 as people use it: hosts, paths, certificates, redirections and ports of an Ingress, and what TKE is told of them."""

import json
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, DirectIngress, NodePortIngress, SettingsError, parse_settings
from tests.support.recording import Recording, run
from tests.support.stacks import SLUGS, settings, up

WEB: dict[str, Any] = {"service": "web", "ingress": "door", "selector": {"app": "web"}, "port": 80, "target_port": 8080}
COMPONENTS = [DirectIngress, NodePortIngress]
REWRITE, SUPPORT = "ingress.cloud.tencent.com/auto-rewrite", "ingress.cloud.tencent.com/rewrite-support"
LISTEN = "ingress.cloud.tencent.com/listen-ports"
MIX = "kubernetes.io/ingress.rule-mix"
LAYER_7 = [slug for slug in SLUGS if slug.endswith(("ingress", "nondirect-native"))]


def _expose(*hosts: dict[str, Any], component: Any = NodePortIngress, **more: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        args = WEB | ({"hosts": list(hosts)} if hosts else {}) | more
        made = component("exposure", args, pulumi.ResourceOptions(provider=provider))
        pulumi.export("url", made.url)

    return run(program)


def _annotations(found: Recording) -> dict[str, str]:
    annotations: dict[str, str] = found.one("Ingress").inputs["metadata"]["annotations"]
    return annotations


def _routes(found: Recording) -> list[tuple[str | None, str, str, int]]:
    return [
        (
            rule.get("host"),
            path["path"],
            path["backend"]["service"]["name"],
            path["backend"]["service"]["port"]["number"],
        )
        for rule in found.one("Ingress").inputs["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]


def _plain(host: str, *paths: dict[str, Any]) -> dict[str, Any]:
    return {"host": host, "paths": list(paths)} if paths else {"host": host}


def _secure(host: str, *paths: dict[str, Any], certificate: str = "1a2B3c4D") -> dict[str, Any]:
    return _plain(host, *paths) | {"certificate_id": certificate}


@pytest.mark.parametrize("component", COMPONENTS)
def test_hosts_lead_by_their_paths_to_this_app_or_another(component: Any) -> None:
    api = {"path": "/api", "service": "api", "port": 8000.0}
    found = _expose(_plain("shop.example.com", {"path": "/"}, api), _plain("*.example.com"), component=component)
    assert _routes(found) == [
        ("shop.example.com", "/", "web", 80),
        ("shop.example.com", "/api", "api", 8000),
        ("*.example.com", "/", "web", 80),
    ]
    assert "tls" not in found.one("Ingress").inputs["spec"]
    assert found.of("Secret") == []
    assert not {REWRITE, SUPPORT, LISTEN, MIX} & _annotations(found).keys()
    assert found.stack.outputs == {"url": "http://shop.example.com/"}


@pytest.mark.parametrize("component", COMPONENTS)
def test_certificates_by_their_ids_become_secrets_that_the_ingress_waits_for(component: Any) -> None:
    found = _expose(
        _secure("shop.example.com"),
        _secure("*.example.org", certificate="9z8Y7x6W"),
        {"host": "old.example.com", "certificate_secret": "old-tls"},
        component=component,
        namespace="shop",
    )
    ingress = found.one("Ingress")
    assert ingress.inputs["spec"]["tls"] == [
        {"hosts": ["shop.example.com"], "secretName": "door-shop.example.com"},
        {"hosts": ["*.example.org"], "secretName": "door.example.org"},
        {"hosts": ["old.example.com"], "secretName": "old-tls"},
    ]
    secrets = {made.inputs["metadata"]["name"]: made for made in found.of("Secret")}
    assert {name: made.inputs["stringData"] for name, made in secrets.items()} == {
        "door-shop.example.com": {"qcloud_cert_id": "1a2B3c4D"},
        "door.example.org": {"qcloud_cert_id": "9z8Y7x6W"},
    }
    for made in secrets.values():
        assert (made.inputs["type"], made.inputs["metadata"]["namespace"]) == ("Opaque", "shop")
        assert made.name in found.waits_for(ingress)
    assert MIX not in _annotations(found), "all of one protocol, which `tls` says (TKE 45693)"
    assert found.stack.outputs == {"url": "https://shop.example.com/"}


def test_another_certificate_of_a_host_changes_its_secret_and_nothing_else() -> None:
    """TKE asks for that: a certificate is changed by changing its Secret (45738)."""
    before, after = (_expose(_secure("shop.example.com", certificate=one)) for one in ("1a2B3c4D", "9z8Y7x6W"))
    assert before.one("Ingress").inputs == after.one("Ingress").inputs
    assert before.one("Secret").urn == after.one("Secret").urn


def test_hosts_with_and_without_a_certificate_are_told_apart_by_rules_of_each_protocol() -> None:
    found = _expose(
        _secure("shop.example.com", {"path": "/"}, {"path": "/api", "service": "api", "port": 8000}),
        _plain("plain.example.com"),
    )
    annotations = _annotations(found)
    assert annotations[MIX] == "true"
    assert json.loads(annotations["kubernetes.io/ingress.http-rules"]) == [
        {"host": "plain.example.com", "path": "/", "backend": {"serviceName": "web", "servicePort": "80"}}
    ]
    assert json.loads(annotations["kubernetes.io/ingress.https-rules"]) == [
        {"host": "shop.example.com", "path": "/", "backend": {"serviceName": "web", "servicePort": "80"}},
        {"host": "shop.example.com", "path": "/api", "backend": {"serviceName": "api", "servicePort": "8000"}},
    ]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [({}, (None, None)), ({"redirect": True}, ("true", "true")), ({"redirect": False}, ("false", "true"))],
)
def test_a_redirection_is_turned_on_and_off_and_left_alone(
    said: dict[str, bool], wanted: tuple[str | None, str | None]
) -> None:
    annotations = _annotations(_expose(_secure("shop.example.com"), **said))
    assert (annotations.get(REWRITE), annotations.get(SUPPORT)) == wanted


@pytest.mark.parametrize(
    ("hosts", "more", "listen", "url"),
    [
        ([], {"listen_ports": {"http": 8080}}, [{"HTTP": 8080}], "http://198.18.0.10:8080/"),
        (
            [_secure("a.example.com")],
            {"listen_ports": {"https": 8443}},
            [{"HTTPS": 8443}],
            "https://a.example.com:8443/",
        ),
        (
            [_secure("a.example.com")],
            {"listen_ports": {"https": 8443.0}, "redirect": True},
            [{"HTTP": 80}, {"HTTPS": 8443}],
            "https://a.example.com:8443/",
        ),
        ([_secure("*.example.com"), _secure("b.example.com")], {}, None, "https://b.example.com/"),
        ([_secure("*.example.com")], {}, None, "https://198.18.0.10/"),
    ],
)
def test_listeners_are_where_they_are_said_and_the_url_follows(
    hosts: list[dict[str, Any]], more: dict[str, Any], listen: Any, url: str
) -> None:
    found = _expose(*hosts, **more)
    written = _annotations(found).get(LISTEN)
    assert (None if written is None else json.loads(written)) == listen
    assert found.stack.outputs == {"url": url}


def test_several_ingresses_share_an_existing_load_balancer_where_that_is_said() -> None:
    annotations = _annotations(_expose(shared=True, load_balancer={"existing_id": "lb-1"}))
    assert annotations["ingress.cloud.tencent.com/enable-group"] == "true"
    alone = _annotations(_expose(load_balancer={"existing_id": "lb-1"}))
    assert "ingress.cloud.tencent.com/enable-group" not in alone


_MANY = {"host": "a.example.com", "paths": [{"path": f"/{number}"} for number in range(51)]}


@pytest.mark.parametrize(
    ("hosts", "more", "line"),
    [
        ([_plain("Shop.example.com")], {}, 'hosts[0].host = "Shop.example.com": has upper-case letters, which TKE refuses (E4052); write shop.example.com'),
        ([_plain("localhost")], {}, "has no dot"),
        ([_plain("~^www.*")], {}, "is a regular expression"),
        ([_plain("www.example.*")], {}, "is not a host that TKE takes"),
        ([_plain("a.*.com")], {}, "is not a host that TKE takes"),
        ([_plain("a_b.example.com")], {}, "is not a host that TKE takes"),
        ([_plain(f"{'a' * 70}.example.com")], {}, "has 82 characters; use at most 80"),
        ([_plain("a.example.com", {"path": "~* .png$"})], {}, "is a regular expression, which TKE refuses (E4031)"),
        ([_plain("a.example.com", {"path": "/a(b)"})], {}, "is a regular expression"),
        ([_plain("a.example.com", {"path": "api"})], {}, "does not start with /"),
        ([_plain("a.example.com", {"path": "/a b"})], {}, "has characters that TKE refuses (E4031)"),
        ([_plain("a.example.com", {"path": "/é"})], {}, "has characters that TKE refuses"),
        ([_plain("a.example.com", {"path": "/" + "a" * 200})], {}, "has 201 characters; use at most 200"),
        ([_plain("a.example.com", {"path": "/a//b"})], {}, "has an empty step"),
        ([_plain("a.example.com", {"path": "/a/../b"})], {}, "has an empty step, '.' or '..' in it"),
        ([{"host": "a.example.com", "paths": []}], {}, "hosts[0].paths = []: is empty; give at least one path"),
        ([_plain("a.example.com"), _secure("a.example.com")], {}, 'hosts[1].host = "a.example.com": is in the list already'),
        ([_plain("a.example.com", {"path": "/"}, {"path": "/"})], {}, "hosts[0].paths"),
        ([_MANY], {}, "make 51 rules of the HTTP listener, and there is room for 50"),
        ([_plain("a.example.com", {"path": "/", "service": "api"})], {}, "hosts[0].paths[0].port: is missing"),
        ([_plain("a.example.com", {"path": "/", "port": 80})], {}, "hosts[0].paths[0].port = 80: is another Service's"),
        ([_secure("a.example.com", certificate="lb-1")], {}, "is not a certificate's id"),
        ([_secure("a.example.com") | {"certificate_secret": "tls"}], {}, "names a Secret, and certificate_id makes one"),
        ([], {"redirect": True}, "redirect = true: leads to HTTPS, for which every host needs a certificate, and there are no hosts"),
        ([_plain("a.example.com")], {"redirect": True}, "and a.example.com has none (TKE 59096, E4068)"),
        ([_secure("a.example.com"), _plain("b.example.com")], {"redirect": True}, "and b.example.com has none"),
        ([_plain("a.example.com")], {"redirect": False}, "redirect = false: turns a redirection to HTTPS off, and no host"),
        ([_plain("a.example.com")], {"listen_ports": {"https": 443}}, "listen_ports.https = 443: is a port that nobody listens on: no host has"),
        ([_secure("a.example.com")], {"listen_ports": {"http": 80}}, "listen_ports.http = 80: is a port that nobody listens on: every host"),
        ([_secure("a.example.com"), _plain("b.example.com")], {"listen_ports": {"http": 81}}, "listen_ports.http = 81: cannot be said where"),
        ([_secure("a.example.com")], {"redirect": True, "listen_ports": {"https": 80}}, "listen_ports.https = 80: is the port of both"),
        ([], {"shared": True}, "shared = true: goes with load_balancer.existing_id"),
    ],
)  # fmt: skip
def test_what_tke_would_refuse_is_refused_before_anything_is_made(
    hosts: list[dict[str, Any]], more: dict[str, Any], line: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        _expose(*hosts, **more)
    assert line in str(caught.value)
    assert len(caught.value.problems) == 1, str(caught.value)


# --- in a stack -----------------------------------------------------------------------------------------------------------

_HOSTS = [
    {
        "host": "shop.example.com",
        "certificateId": "1a2B3c4D",
        "paths": ["/", {"path": "/api", "service": "api", "port": 8000}],
    },
    {"host": "*.example.com", "certificateId": "1a2B3c4D"},
]


@pytest.mark.parametrize("slug", LAYER_7)
def test_a_stack_serves_its_hosts_by_https_and_leads_http_there(slug: str) -> None:
    balancer: dict[str, Any] = {"hosts": _HOSTS, "redirect": True, "scheduler": "LEAST_CONN"}
    found = up(slug, loadBalancer=balancer, app={"service": "web", "ingress": "door"})
    assert [route[:3] for route in _routes(found)] == [
        ("shop.example.com", "/", "web"),
        ("shop.example.com", "/api", "api"),
        ("*.example.com", "/", "web"),
    ]
    assert {entry["secretName"] for entry in found.one("Ingress").inputs["spec"]["tls"]} == {
        "door-shop.example.com",
        "door.example.com",
    }
    assert _annotations(found)[REWRITE] == "true"
    assert found.stack.outputs["url"] == "https://shop.example.com/"
    (config,) = [made for made in found.resources if made.type.endswith(":TkeServiceConfig")]
    assert config.inputs["spec"]["loadBalancer"]["l7Listeners"] == [
        {
            "protocol": "HTTPS",
            "port": 443,
            "domains": [
                {
                    "domain": "shop.example.com",
                    "rules": [
                        {"url": "/", "scheduler": "LEAST_CONN"},
                        {"url": "/api", "scheduler": "LEAST_CONN"},
                    ],
                },
                {"domain": "*.example.com", "rules": [{"url": "/", "scheduler": "LEAST_CONN"}]},
            ],
        }
    ]


@pytest.mark.parametrize("slug", LAYER_7)
def test_an_allow_list_is_of_the_listeners_that_there_are(slug: str) -> None:
    access = {"adminCidrs": ["198.18.0.0/24"], "clientCidrs": ["198.19.0.0/24"]}
    for redirect, ports in ((True, "80,443"), (None, "443")):
        said = {} if redirect is None else {"redirect": redirect}
        found = up(slug, access=access, loadBalancer={"hosts": _HOSTS, **said})
        (rule,) = found.named("realip-load-balancer-rules").inputs["ingresses"]
        assert (rule["cidrBlock"], rule["protocol"], rule["port"]) == ("198.19.0.0/24", "TCP", ports)


@pytest.mark.parametrize("address", ["1.2.3.4", "255.255.255.255", "010.0.0.1"])
def test_an_address_is_no_host_of_an_ingress(address: str) -> None:
    """networking/v1: `must be a DNS name, not an IP address`, once the update is half done."""
    words = "is an IP address, which Kubernetes takes for no host (networking/v1)"
    for component in COMPONENTS:
        with pytest.raises(ArgumentError) as refused:
            _expose(_plain(address), component=component)
        (told,) = map(str, refused.value.problems)
        assert told.startswith(f'hosts[0].host = "{address}": {words}; ')
        assert "leave hosts out" in told
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings("vpc-cni-nondirect-native", loadBalancer={"hosts": [{"host": address}]}))
    (told,) = map(str, caught.value.problems)
    assert told.startswith(f'loadBalancer.hosts[0].host = "{address}": {words}; ')
    assert _routes(_expose(_plain("1.2.3.4.example.com")))[0][0] == "1.2.3.4.example.com"
