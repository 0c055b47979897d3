"""TKE's rules for what a load balancer is bound to, one test for each sentence of its documents."""

from typing import Any

import pytest

from lab.rig.binding import LoadBalancer, is_gated, load_balancers
from lab.rig.cluster import Cluster
from lab.rig.kubelet import fits
from lab.rig.layer4 import security, serving, shares, translation
from lab.rig.layer7 import configuration
from lab.rig.layout import CLB_ADDRESSES
from lab.rig.routes import Backend

SERVICE_KEY = "service.cloud.tencent.com/direct-access"
INGRESS_KEY = "ingress.cloud.tencent.com/direct-access"
CONFIG_KEY = "GlobalRouteDirectAccess"

PODS = [("pod-a", "10.0.128.16", "node-1"), ("pod-b", "10.0.160.80", "node-2")]


def service(kind: str = "LoadBalancer", annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    port = {"port": 80, "targetPort": 5000, "nodePort": 31000}
    metadata = {"namespace": "default", "name": "app", "annotations": annotations or {}}
    return {"metadata": metadata, "spec": {"type": kind, "ports": [port], "selector": {"app": "app"}, **spec}}


def ingress(annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "app", "port": {"number": 80}}}}
    metadata = {"namespace": "default", "name": "way", "annotations": annotations or {}}
    return {"metadata": metadata, "spec": {"rules": [{"http": {"paths": [path]}}], **spec}}


def node(name: str, address: str, *, ready: bool = True, labels: dict[str, str] | None = None) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    addresses = [{"type": "InternalIP", "address": address}]
    return {
        "metadata": {"name": name, "labels": labels or {}},
        "status": {"conditions": conditions, "addresses": addresses},
    }


def slices(pods: list[tuple[str, str, str]], *, ready: bool = True) -> dict[str, Any]:
    endpoints = [
        {"addresses": [address], "nodeName": on, "conditions": {"ready": ready}, "targetRef": {"name": name}}
        for name, address, on in pods
    ]
    metadata = {"namespace": "default", "labels": {"kubernetes.io/service-name": "app"}}
    return {"metadata": metadata, "endpoints": endpoints, "ports": [{"port": 5000}]}


def bound(*objects: dict[str, Any], **cluster: Any) -> LoadBalancer:
    """The last load balancer that these objects lead to."""
    content: dict[str, Any] = {
        "global_router": False,
        "services": tuple(each for each in objects if "ports" in each["spec"]),
        "ingresses": tuple(each for each in objects if "rules" in each["spec"]),
        "slices": (slices(PODS),),
        "nodes": (node("node-1", "10.0.0.11"), node("node-2", "10.0.16.12")),
        "controller_config": {},
    }
    return load_balancers(Cluster(**content | cluster))[-1]


def backends(load_balancer: LoadBalancer) -> list[str]:
    return [f"{each.address}:{each.port}" for listener in load_balancer.listeners for each in listener.backends]


TO_PODS = ["10.0.128.16:5000", "10.0.160.80:5000"]
TO_NODES = ["10.0.0.11:31000", "10.0.16.12:31000"]


def test_a_service_with_direct_access_reaches_pods_straight() -> None:
    assert backends(bound(service(annotations={SERVICE_KEY: "true"}))) == TO_PODS


@pytest.mark.parametrize("annotations", [{SERVICE_KEY: "false"}, {}, {INGRESS_KEY: "true"}])
def test_without_direct_access_a_service_is_reached_over_node_ports(annotations: dict[str, str]) -> None:
    assert backends(bound(service(annotations=annotations))) == TO_NODES


def test_a_missing_annotation_means_direct_on_clusters_whose_default_is_direct() -> None:
    config = {"EnableDefaultDirectAccess": "true"}
    assert backends(bound(service(), controller_config=config)) == TO_PODS
    assert backends(bound(service(annotations={SERVICE_KEY: "false"}), controller_config=config)) == TO_NODES


@pytest.mark.parametrize(
    ("config", "expected"), [({}, []), ({CONFIG_KEY: "false"}, []), ({CONFIG_KEY: "true"}, TO_PODS)]
)
def test_global_router_needs_its_key_for_direct_access_and_never_falls_back_to_node_ports(
    config: dict[str, str], expected: list[str]
) -> None:
    """E4033; a lab that fell back to node ports would show a lost address where TKE shows none."""
    load_balancer = bound(service(annotations={SERVICE_KEY: "true"}), global_router=True, controller_config=config)
    assert backends(load_balancer) == expected
    assert load_balancer.problem.startswith("E4033: ") is not bool(expected)


def test_an_ingress_is_refused_likewise_and_not_with_a_service_s_code() -> None:
    """E4033 of an Ingress is about IPv6: a reader would look for it in the wrong table."""
    load_balancer = bound(service("NodePort"), ingress({INGRESS_KEY: "true"}), global_router=True)
    assert backends(load_balancer) == []
    assert load_balancer.problem
    assert "E40" not in load_balancer.problem


def test_that_key_alone_makes_nothing_direct() -> None:
    load_balancer = bound(
        service(annotations={SERVICE_KEY: "false"}), global_router=True, controller_config={CONFIG_KEY: "true"}
    )
    assert backends(load_balancer) == TO_NODES


def test_pods_on_super_nodes_are_reached_straight_whatever_the_annotation() -> None:
    label = {"node.kubernetes.io/instance-type": "eklet"}
    nodes = (node("node-1", "10.0.0.11", labels=label), node("node-2", "10.0.16.12", labels=label))
    assert backends(bound(service(annotations={SERVICE_KEY: "false"}), nodes=nodes)) == TO_PODS


def test_super_nodes_and_nodes_that_are_not_ready_have_no_node_ports() -> None:
    label = {"node.kubernetes.io/instance-type": "eklet"}
    nodes = (
        node("node-1", "10.0.0.11"),
        node("node-2", "10.0.16.12", ready=False),
        node("eklet-1", "10.0.0.9", labels=label),
    )
    assert backends(bound(service(annotations={SERVICE_KEY: "false"}), nodes=nodes)) == ["10.0.0.11:31000"]


def test_pods_that_are_not_ready_are_not_bound() -> None:
    load_balancer = bound(service(annotations={SERVICE_KEY: "true"}), slices=(slices(PODS, ready=False),))
    assert backends(load_balancer) == []


def test_local_binds_every_node_unless_told_to_bind_only_those_with_pods() -> None:
    here = (slices([("pod-a", "10.0.128.16", "node-1")]),)
    off = {SERVICE_KEY: "false"}
    only = off | {"service.kubernetes.io/local-svc-only-bind-node-with-pod": "true"}
    assert backends(bound(service(annotations=off, externalTrafficPolicy="Local"), slices=here)) == TO_NODES
    assert backends(bound(service(annotations=only, externalTrafficPolicy="Local"), slices=here)) == ["10.0.0.11:31000"]


def test_local_gives_a_node_as_many_shares_as_it_has_pods_if_it_is_told_both_annotations() -> None:
    three = [("pod-a", "10.0.128.16", "node-1"), ("pod-b", "10.0.128.17", "node-1"), ("pod-c", "10.0.160.80", "node-2")]
    weighted = {"service.cloud.tencent.com/local-svc-weighted-balance": "true"}
    only = {SERVICE_KEY: "false", "service.kubernetes.io/local-svc-only-bind-node-with-pod": "true"}
    here = (slices(three),)

    def weights(annotations: dict[str, str], **spec: str) -> list[int]:
        found = bound(service(annotations=annotations, **spec), slices=here)
        return [each.weight for listener in found.listeners for each in listener.backends]

    assert weights(only | weighted, externalTrafficPolicy="Local") == [2, 1]
    assert weights(only, externalTrafficPolicy="Local") == [1, 1]
    assert weights({SERVICE_KEY: "false"} | weighted, externalTrafficPolicy="Local") == [1, 1]
    assert weights(only | weighted, externalTrafficPolicy="Cluster") == [1, 1]


def pod_object(name: str, *, leaving: bool = False, gate: str | None = None, **metadata: Any) -> dict[str, Any]:
    conditions = [{"type": "ContainersReady", "status": "True"}]
    if gate:
        conditions.append({"type": "cloud.tencent.com/load-balancer-backendgroup-ready", "status": gate})
    ending = {"deletionTimestamp": "2026-01-01T00:00:00Z"} if leaving else {}
    return {
        "metadata": {"namespace": "default", "name": name, "labels": {"app": "app"}, **ending, **metadata},
        "status": {"conditions": conditions},
    }


def test_a_pod_that_ends_keeps_its_connections_and_gets_no_new_ones() -> None:
    """Unbound at once, its open connections would be cut (457/48771); with its old weight it would get new ones until it is gone."""
    pods = (pod_object("pod-a", leaving=True), pod_object("pod-b"))
    pieces = (slices(PODS[:1], ready=False), slices(PODS[1:]))
    found = bound(service(annotations={SERVICE_KEY: "true"}), slices=pieces, pods=pods)
    weights = {each.address: each.weight for listener in found.listeners for each in listener.backends}
    assert weights == {"10.0.128.16": 0, "10.0.160.80": 1}
    assert "10.0.128.16" not in translation({found.key: CLB_ADDRESSES[1]}, [found])


def test_a_pod_that_waits_for_the_load_balancer_is_bound_or_it_would_wait_for_ever() -> None:
    pods = (pod_object("pod-a", gate="False"), pod_object("pod-b"))
    found = bound(service(annotations={SERVICE_KEY: "true"}), slices=(slices(PODS, ready=False),), pods=pods)
    assert backends(found) == TO_PODS[:1]


@pytest.mark.parametrize(
    ("objects", "gated"),
    [
        ([service(annotations={SERVICE_KEY: "true"})], True),
        ([service(annotations={SERVICE_KEY: "false"})], False),
        ([service("NodePort", annotations={SERVICE_KEY: "true"})], False),
        ([service("ClusterIP"), ingress({INGRESS_KEY: "true"})], True),
        ([service("NodePort"), ingress({INGRESS_KEY: "false"})], False),
    ],
)
def test_pods_that_something_reaches_straight_get_the_readiness_gate(
    objects: list[dict[str, Any]], *, gated: bool
) -> None:
    cluster = Cluster(
        global_router=False,
        services=tuple(each for each in objects if "ports" in each["spec"]),
        ingresses=tuple(each for each in objects if "rules" in each["spec"]),
        slices=(),
        nodes=(),
        controller_config={},
    )
    assert is_gated(cluster, pod_object("pod-a")) is gated


def test_global_router_pods_with_addresses_of_the_vpc_need_no_key() -> None:
    """Hybrid: what a pod's annotation says, and not the cluster's mode."""
    networks = {"tke.cloud.tencent.com/networks": "tke-route-eni"}
    straight = service(annotations={SERVICE_KEY: "true"})
    on_eni = tuple(pod_object(name, annotations=networks) for name in ("pod-a", "pod-b"))
    mixed = (on_eni[0], pod_object("pod-b"))
    assert backends(bound(straight, global_router=True, pods=on_eni)) == TO_PODS
    assert backends(bound(straight, global_router=True, pods=mixed)) == []


def secured(*hosts: str, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """A direct Ingress for two hosts, of which these have TLS."""
    backend = {"service": {"name": "app", "port": {"number": 80}}}
    rules = [
        {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
        for host in ("a.example.com", "b.example.com")
    ]
    return ingress(
        {INGRESS_KEY: "true", **(annotations or {})}, rules=rules, tls=[{"hosts": list(hosts), "secretName": "tls"}]
    )


CERTIFICATE = {"metadata": {"namespace": "default", "name": "tls"}, "data": {"qcloud_cert_id": "YWJjZA=="}}
REWRITE = {"ingress.cloud.tencent.com/auto-rewrite": "true"}


def test_hosts_with_tls_are_on_443_and_the_others_on_80() -> None:
    found = bound(service("ClusterIP"), secured("a.example.com"), secrets=(CERTIFICATE,))
    assert [(each.port, each.tls, [route.host for route in each.routes]) for each in found.listeners] == [
        (443, True, ["a.example.com"]),
        (80, False, ["b.example.com"]),
    ]


def test_a_redirect_answers_on_80_for_all_and_refuses_other_rules_beside_it() -> None:
    hosts = ("a.example.com", "b.example.com")
    found = bound(service("ClusterIP"), secured(*hosts, annotations=REWRITE), secrets=(CERTIFICATE,))
    assert [(each.port, each.redirects) for each in found.listeners] == [(443, False), (80, True)]
    refused = bound(service("ClusterIP"), secured(hosts[0], annotations=REWRITE), secrets=(CERTIFICATE,))
    assert "E4068" in refused.problem


@pytest.mark.parametrize(
    ("secrets", "code"),
    [((), "E4010"), (({"metadata": CERTIFICATE["metadata"], "data": {"tls.crt": ""}},), "E4011"), ((CERTIFICATE,), "")],
)
def test_a_certificate_s_secret_has_to_be_there_and_to_name_one(secrets: tuple[dict[str, Any], ...], code: str) -> None:
    found = bound(service("ClusterIP"), secured("a.example.com"), secrets=secrets)
    assert found.problem.partition(":")[0] == code
    assert bool(found.listeners) is not bool(code)


def test_listen_ports_put_all_rules_on_each_port() -> None:
    ports = {"ingress.cloud.tencent.com/listen-ports": '[{"HTTP":8080},{"HTTPS":8443}]'}
    found = bound(service("ClusterIP"), secured("a.example.com", annotations=ports), secrets=(CERTIFICATE,))
    assert [(each.port, each.tls, len(each.routes)) for each in found.listeners] == [(8080, False, 2), (8443, True, 2)]


def test_a_direct_ingress_refuses_a_service_without_a_selector() -> None:
    without = service("ClusterIP")
    del without["spec"]["selector"]
    assert bound(without, ingress({INGRESS_KEY: "true"})).problem.startswith("E4082")


def test_tcp_and_udp_on_one_port_are_two_listeners() -> None:
    both = service(annotations={SERVICE_KEY: "true"})
    both["spec"]["ports"] = [both["spec"]["ports"][0] | {"protocol": kind} for kind in ("TCP", "UDP")]
    found = bound(both)
    table = translation({found.key: CLB_ADDRESSES[1]}, [found])
    assert table.count("-p tcp --dport 80") == table.count("-p udp --dport 80") == len(TO_PODS)


@pytest.mark.parametrize(
    "given",
    [
        {"annotations": {"kubernetes.io/ingress.class": "qcloud"}},
        {"ingressClassName": "qcloud"},
        {},
    ],
)
def test_an_ingress_is_ours_by_annotation_by_field_or_without_any_class(given: dict[str, Any]) -> None:
    load_balancer = bound(service("NodePort"), ingress(**given))
    assert (load_balancer.kind, backends(load_balancer)) == ("Ingress", TO_NODES)


@pytest.mark.parametrize(
    "given", [{"annotations": {"kubernetes.io/ingress.class": "nginx"}}, {"ingressClassName": "nginx"}]
)
def test_an_ingress_of_another_class_is_left_alone(given: dict[str, Any]) -> None:
    assert bound(service(), ingress(**given)).kind == "Service"


def test_an_ingress_reads_its_own_annotation_and_not_the_service_s() -> None:
    assert backends(bound(service("NodePort"), ingress({INGRESS_KEY: "true"}))) == TO_PODS
    assert backends(bound(service("NodePort", {SERVICE_KEY: "true"}), ingress())) == TO_NODES


def test_a_non_direct_ingress_refuses_a_cluster_ip_service() -> None:
    load_balancer = bound(service("ClusterIP"), ingress())
    assert "E4047" in load_balancer.problem
    assert backends(load_balancer) == []


def test_an_ingress_with_a_backend_that_is_no_service_is_passed_over() -> None:
    strange = ingress()
    strange["spec"]["rules"][0]["http"]["paths"][0]["backend"] = {"resource": {"kind": "Bucket", "name": "files"}}
    load_balancer = bound(service("NodePort"), strange)
    assert (load_balancer.kind, load_balancer.listeners) == ("Ingress", ())


def test_layer_4_changes_nothing_but_the_destination() -> None:
    """A source rewritten at the load balancer would hide every client, and every scenario would look lost."""
    load_balancer = bound(service(annotations={SERVICE_KEY: "true"}))
    table = translation({load_balancer.key: CLB_ADDRESSES[1]}, [load_balancer])
    rules = [line for line in table.splitlines() if line.startswith("-A")]
    assert len(rules) == len(TO_PODS)
    assert all("-A PREROUTING" in rule and "-j DNAT" in rule for rule in rules)
    assert not any(word in table for word in ("SNAT", "MASQUERADE", "POSTROUTING"))


def test_layer_4_gives_each_backend_the_same_share() -> None:
    pods = [(f"pod-{number}", f"10.0.128.{number}", "node-1") for number in range(1, 5)]
    load_balancer = bound(service(annotations={SERVICE_KEY: "true"}), slices=(slices(pods),))
    table = translation({load_balancer.key: CLB_ADDRESSES[1]}, [load_balancer])
    rest, shares = 1.0, []
    for rule in table.splitlines()[1:-1]:
        words = rule.split()
        share = rest / int(words[words.index("--every") + 1]) if "--every" in words else rest
        shares.append(share)
        rest -= share
    assert shares == pytest.approx([0.25] * 4)


def test_layer_4_gives_shares_by_weight_in_turn() -> None:
    heavy, light = Backend("10.0.0.11", 31000, "a", 4), Backend("10.0.16.12", 31000, "b", 2)
    assert shares([heavy, light]) == [heavy, light, heavy]
    assert shares([]) == []


def test_new_connections_go_to_the_healthy_or_to_all_where_none_is() -> None:
    """CLB forwards to all when all checks fail: one that forwards to none would turn a wrong check into an outage."""
    one, other, leaving = (Backend(f"10.0.0.{number}", 1, "x", weight) for number, weight in ((1, 1), (2, 1), (3, 0)))
    assert serving([one, other, leaving], {one.place, leaving.place}) == [one]
    assert serving([one, other, leaving], set()) == [one, other]


def test_a_load_balancer_s_group_lets_in_whom_it_names_and_marks_what_passes_to_targets() -> None:
    groups = {"service.cloud.tencent.com/security-groups": "sg-one,sg-two"}
    passing = {"service.cloud.tencent.com/pass-to-target": "true"}
    addresses = {"Service default/app": CLB_ADDRESSES[1]}
    found = bound(service(annotations={SERVICE_KEY: "true", **groups, **passing}))
    table = security(addresses, [found], {"sg-one": ["198.51.100.0/24"]}).splitlines()
    allowed = [line for line in table if line.endswith("-j RETURN")]
    assert [line.split(" -s ")[1].split()[0] for line in allowed] == ["198.51.100.0/24"]
    assert table.index(allowed[0]) < next(number for number, line in enumerate(table) if line.endswith("-j DROP"))
    assert any("--set-dscp" in line for line in table)
    open_to_all = security(addresses, [bound(service(annotations={SERVICE_KEY: "true"}))], {})
    assert "DROP" not in open_to_all
    assert "--set-dscp" not in open_to_all


def test_layer_7_adds_the_client_on_the_right_and_sets_what_else_a_client_could_forge() -> None:
    load_balancer = bound(service("NodePort"), ingress())
    text = configuration({load_balancer.key: CLB_ADDRESSES[1]}, [load_balancer])
    assert 'replace-header X-Forwarded-For (.*) "\\1, %[src]"' in text
    assert "set-header X-Real-IP %[src]" in text
    assert "bind 203.0.113.65:80" in text


def pod(**spec: Any) -> dict[str, Any]:
    return {"spec": spec}


def test_a_super_node_takes_only_pods_that_tolerate_it_and_a_selector_is_obeyed() -> None:
    label = {"node.kubernetes.io/instance-type": "eklet"}
    taint = {"key": "eks.tke.cloud.tencent.com/eklet", "effect": "NoSchedule"}
    eklet = {"metadata": {"labels": label}, "spec": {"taints": [taint]}}
    native: dict[str, Any] = {"metadata": {"labels": {}}, "spec": {}}
    toleration = {"key": taint["key"], "operator": "Exists", "effect": "NoSchedule"}
    assert not fits(pod(), eklet)
    assert fits(pod(nodeSelector=label, tolerations=[toleration]), eklet)
    assert not fits(pod(nodeSelector=label, tolerations=[toleration]), native)
    assert fits(pod(), native)
