"""Exposures and GlobalRouteDirectAccess, alone and in a stack."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import (
    ArgumentError,
    DirectIngress,
    DirectService,
    GlobalRouteDirectAccess,
    LocalService,
    NodePortIngress,
)
from tests.support.cloud import Cloud
from tests.support.guide import FACTS
from tests.support.recording import UNKNOWN, Recording, run
from tests.support.stacks import SLUGS, preview, up

DIRECT: dict[str, Any] = {"service": "web", "selector": {"app": "web"}, "port": 80, "target_port": 8080}
INGRESS: dict[str, Any] = DIRECT | {"ingress": "exposure"}
EXPOSURES: list[tuple[Any, dict[str, Any]]] = [
    (DirectService, DIRECT),
    (DirectIngress, INGRESS),
    (LocalService, DIRECT),
    (NodePortIngress, INGRESS),
]


def _expose(component: Any, args: dict[str, Any], *, cloud: Cloud | None = None, preview: bool = False) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        made = component("exposure", args, pulumi.ResourceOptions(provider=provider))
        pulumi.export("address", made.address)
        pulumi.export("url", made.url)

    return run(program, cloud=cloud, preview=preview)


def _annotations(component: Any, args: dict[str, Any]) -> dict[str, str]:
    kind = "Ingress" if component in {NodePortIngress, DirectIngress} else "core/v1:Service"
    annotations: dict[str, str] = _expose(component, args).one(kind).inputs["metadata"]["annotations"]
    return annotations


_DIRECT = {
    "service.cloud.tencent.com/direct-access": "true",
    "service.cloud.tencent.com/enable-grace-deletion": "true",
    "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
}
_INGRESS = {
    "kubernetes.io/ingress.class": "qcloud",
    "ingress.cloud.tencent.com/direct-access": "false",
    "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
}


@pytest.mark.parametrize(
    ("more", "added"),
    [
        ({}, {}),
        ({"explicit_public": True}, {"service.cloud.tencent.com/loadbalance-type": "OPEN"}),
        (
            {"load_balancer": {"internal_subnet_id": "subnet-1"}, "explicit_public": True},
            {"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": "subnet-1"},
        ),
        (
            {"load_balancer": {"existing_id": "lb-1"}, "explicit_public": True},
            {"service.kubernetes.io/tke-existed-lbid": "lb-1"},
        ),
        (
            {"load_balancer": {"bandwidth": 100.0}},
            {
                "service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out": "100",
                "service.kubernetes.io/qcloud-loadbalancer-internet-charge-type": "TRAFFIC_POSTPAID_BY_HOUR",
            },
        ),
        (
            {"load_balancer": {"security_group_ids": ["sg-1", "sg-2"]}},
            {"service.cloud.tencent.com/security-groups": "sg-1,sg-2"},
        ),
        ({"load_balancer": {"security_group_ids": []}}, {}),
    ],
    ids=["public", "public, said", "internal", "existing", "bandwidth", "security groups", "no security groups"],
)
def test_annotations_of_a_direct_service(more: dict[str, Any], added: dict[str, str]) -> None:
    assert _annotations(DirectService, DIRECT | more) == _DIRECT | added


@pytest.mark.parametrize(
    ("more", "added"),
    [
        ({}, {}),
        ({"pass_to_target": True}, {"ingress.cloud.tencent.com/pass-to-target": "true"}),
        ({"pass_to_target": False}, {}),
        ({"load_balancer": {"internal_subnet_id": "subnet-1"}}, {"kubernetes.io/ingress.subnetId": "subnet-1"}),
        ({"load_balancer": {"existing_id": "lb-1"}}, {"kubernetes.io/ingress.existLbId": "lb-1"}),
        (
            {"load_balancer": {"bandwidth": 100, "charge_type": "BANDWIDTH_POSTPAID_BY_HOUR"}},
            {
                "kubernetes.io/ingress.internetMaxBandwidthOut": "100",
                "kubernetes.io/ingress.internetChargeType": "BANDWIDTH_POSTPAID_BY_HOUR",
            },
        ),
        (
            {"load_balancer": {"security_group_ids": ["sg-1", "sg-2"]}},
            {"ingress.cloud.tencent.com/security-groups": "sg-1,sg-2"},
        ),
    ],
)
def test_annotations_of_an_ingress(more: dict[str, Any], added: dict[str, str]) -> None:
    assert _annotations(NodePortIngress, INGRESS | more) == _INGRESS | added


_STRAIGHT = {
    "ingress.cloud.tencent.com/direct-access": "true",
    "ingress.cloud.tencent.com/enable-grace-deletion": "true",
}
_LOCAL = {
    "service.cloud.tencent.com/direct-access": "false",
    "service.kubernetes.io/local-svc-only-bind-node-with-pod": "true",
    "service.cloud.tencent.com/local-svc-weighted-balance": "true",
    "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
}


@pytest.mark.parametrize(
    ("more", "added"),
    [
        ({}, {}),
        ({"pass_to_target": True}, {"service.cloud.tencent.com/pass-to-target": "true"}),
        ({"pass_to_target": False}, {}),
        (
            {"load_balancer": {"internal_subnet_id": "subnet-1"}},
            {"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": "subnet-1"},
        ),
        ({"load_balancer": {"existing_id": "lb-1"}}, {"service.kubernetes.io/tke-existed-lbid": "lb-1"}),
    ],
)
def test_annotations_of_a_local_service(more: dict[str, Any], added: dict[str, str]) -> None:
    assert _annotations(LocalService, DIRECT | more) == _LOCAL | added


def test_a_local_service_keeps_connections_on_the_node_that_they_come_to() -> None:
    """Under the policy Cluster, Kubernetes' default, a node replaces the client's address by its own."""
    assert _expose(LocalService, DIRECT).one("core/v1:Service").inputs["spec"] == {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Local",
        "selector": {"app": "web"},
        "ports": [{"protocol": "TCP", "port": 80, "targetPort": 8080}],
    }
    for component, args in ((DirectService, DIRECT), (NodePortIngress, INGRESS), (DirectIngress, INGRESS)):
        assert "externalTrafficPolicy" not in _expose(component, args).one("core/v1:Service").inputs["spec"]


@pytest.mark.parametrize(
    ("more", "added"),
    [
        ({}, {}),
        ({"pass_to_target": True}, {"ingress.cloud.tencent.com/pass-to-target": "true"}),
        ({"load_balancer": {"internal_subnet_id": "subnet-1"}}, {"kubernetes.io/ingress.subnetId": "subnet-1"}),
        ({"load_balancer": {"existing_id": "lb-1"}}, {"kubernetes.io/ingress.existLbId": "lb-1"}),
    ],
)
def test_annotations_of_a_direct_ingress(more: dict[str, Any], added: dict[str, str]) -> None:
    assert _annotations(DirectIngress, INGRESS | more) == _INGRESS | _STRAIGHT | added


def test_the_service_behind_a_direct_ingress_has_no_node_port_and_says_that_it_is_direct() -> None:
    """Whoever reaches a node port is past the load balancer, and writes X-Forwarded-For as he likes."""
    found = _expose(DirectIngress, INGRESS)
    service, ingress = found.one("core/v1:Service"), found.one("Ingress")
    assert service.inputs["spec"] == {
        "type": "ClusterIP",
        "selector": {"app": "web"},
        "ports": [{"protocol": "TCP", "port": 80, "targetPort": 8080}],
    }
    assert service.inputs["metadata"]["annotations"] == {"service.cloud.tencent.com/direct-access": "true"}
    assert service.name in found.waits_for(ingress)


def test_the_service_behind_an_ingress_is_a_node_port_and_says_that_it_is_not_direct() -> None:
    """A ClusterIP Service is refused by TKE (E4047); without the annotation a new cluster goes direct."""
    found = _expose(NodePortIngress, INGRESS)
    service, ingress = found.one("core/v1:Service"), found.one("Ingress")
    assert service.inputs["spec"] == {
        "type": "NodePort",
        "selector": {"app": "web"},
        "ports": [{"protocol": "TCP", "port": 80, "targetPort": 8080}],
    }
    assert service.inputs["metadata"] == {
        "name": "web",
        "namespace": "default",
        "annotations": {"service.cloud.tencent.com/direct-access": "false"},
    }
    assert service.name in found.waits_for(ingress)


def test_exposures_wait_with_a_deadline_on_create_and_on_update() -> None:
    for component, args in EXPOSURES:
        for resource in _expose(component, args | {"load_balancer": {"timeout_seconds": 45.0}}).kubernetes:
            timeouts = resource.options.customTimeouts
            assert (timeouts.create, timeouts.update, timeouts.delete) == ("45s", "45s", "45s"), resource
        for resource in _expose(component, args).kubernetes:
            assert resource.options.customTimeouts.create == "600s"


@pytest.mark.parametrize(
    ("entry", "port", "address", "url"),
    [
        ({"ip": "198.18.0.10"}, 80, "198.18.0.10", "http://198.18.0.10/"),
        ({"ip": "198.18.0.10"}, 8080, "198.18.0.10", "http://198.18.0.10:8080/"),
        ({"ip": "198.18.0.10"}, 443, "198.18.0.10", "https://198.18.0.10/"),
        ({"ip": "2400::10"}, 443.0, "2400::10", "https://[2400::10]/"),
        ({"hostname": "lb-1.example.com"}, 80, "lb-1.example.com", "http://lb-1.example.com/"),
        ({"hostname": "lb-1.example.com"}, 8080.0, "lb-1.example.com", "http://lb-1.example.com:8080/"),
        ({"ip": "2400::10"}, 80, "2400::10", "http://[2400::10]/"),
        ({"ip": "2400::10"}, 8080, "2400::10", "http://[2400::10]:8080/"),
        ({"ip": "198.18.0.10", "hostname": "lb-1.example.com"}, 80, "198.18.0.10", "http://198.18.0.10/"),
    ],
)
def test_an_exposure_is_an_address_or_a_hostname(entry: dict[str, str], port: float, address: str, url: str) -> None:
    """Newer load balancers publish a hostname and no IP; an output made of the IP alone silently vanishes."""
    found = _expose(DirectService, DIRECT | {"port": port}, cloud=Cloud(entry))
    assert found.stack.outputs == {"address": address, "url": url}


def test_an_ingress_listens_on_80_whatever_its_service_does() -> None:
    found = _expose(NodePortIngress, INGRESS | {"port": 8000}, cloud=Cloud({"hostname": "lb-1.example.com"}))
    assert found.stack.outputs == {"address": "lb-1.example.com", "url": "http://lb-1.example.com/"}
    backend = found.one("Ingress").inputs["spec"]["rules"][0]["http"]["paths"][0]["backend"]
    assert backend == {"service": {"name": "web", "port": {"number": 8000}}}


@pytest.mark.parametrize(("component", "args"), EXPOSURES)
def test_a_preview_says_that_the_address_is_not_known_yet(component: Any, args: dict[str, Any]) -> None:
    assert _expose(component, args, preview=True).stack.outputs == {"address": UNKNOWN, "url": UNKNOWN}


def test_an_object_that_has_no_address_yet_has_an_unknown_one_and_not_the_word_none() -> None:
    class NoAddress(Cloud):
        def make(self, kind: str, name: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
            return name, {"status": {"loadBalancer": {}}} if kind.endswith("Service") else {}

    outputs = _expose(DirectService, DIRECT, cloud=NoAddress()).stack.outputs
    assert "None" not in repr(outputs)


@pytest.mark.parametrize(
    ("component", "args", "words"),
    [
        (DirectService, DIRECT | {"service": "Web"}, ['service = "Web"', "for a Service"]),
        (DirectService, DIRECT | {"service": "1web"}, ['service = "1web"', "a letter first"]),
        (DirectService, DIRECT | {"namespace": "a.b"}, ['namespace = "a.b"']),
        (NodePortIngress, INGRESS | {"service": "1web"}, ['service = "1web"', "a letter first"]),
        (NodePortIngress, INGRESS | {"ingress": "In gress"}, ['ingress = "In gress"']),
        (NodePortIngress, INGRESS | {"namespace": "a.b"}, ['namespace = "a.b"']),
        (
            NodePortIngress,
            INGRESS | {"pass_to_target": True, "load_balancer": {"existing_id": "lb-1"}},
            ["pass_to_target = true", "load_balancer.existing_id"],
        ),
        (
            LocalService,
            DIRECT | {"pass_to_target": True, "load_balancer": {"existing_id": "lb-1"}},
            ["pass_to_target = true", "load_balancer.existing_id"],
        ),
        (DirectIngress, INGRESS | {"ingress": "In gress"}, ['ingress = "In gress"']),
    ],
)
def test_what_would_be_refused_later_is_refused_now(component: Any, args: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ArgumentError) as caught:
        _expose(component, args)
    for word in [f"{component.__name__} 'exposure'", *words]:
        assert word in str(caught.value)


# --- the switch ---------------------------------------------------------------------------------------------------------


def _switch(**args: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        GlobalRouteDirectAccess("switch", args, pulumi.ResourceOptions(provider=provider))  # type: ignore[arg-type]

    return run(program)


def test_the_switch_is_patched_where_tkes_map_is_and_kept_for_the_others_who_rely_on_it() -> None:
    found = _switch()
    made, patch = found.one("v1:ConfigMap"), found.one("ConfigMapPatch")
    assert made.read, "server-side apply would make a map with our key alone in it"
    assert made.options.id == "kube-system/tke-service-controller-config"
    assert made.name in found.waits_for(patch)
    assert patch.options.retainOnDelete
    assert patch.inputs["data"] == {"GlobalRouteDirectAccess": "true"}
    assert patch.inputs["metadata"]["annotations"] == {
        "pulumi.com/patchForce": "true",
        "pulumi.com/patchFieldManager": "realip",
    }


@pytest.mark.parametrize(("args", "seconds"), [({}, "300s"), ({"timeout_seconds": 40.0}, "40s")])
def test_the_switch_has_a_deadline(args: dict[str, Any], seconds: str) -> None:
    timeouts = _switch(**args).one("ConfigMapPatch").options.customTimeouts
    assert (timeouts.create, timeouts.update) == (seconds, seconds)


# --- in a stack ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balancer", "service", "ingress"),
    [
        (
            {"internal": True},
            {"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": "subnet-realipnetworknodesapguangzhou6"},
            {"kubernetes.io/ingress.subnetId": "subnet-realipnetworknodesapguangzhou6"},
        ),
        (
            {"internal": True, "internalSubnetId": "subnet-mine"},
            {"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": "subnet-mine"},
            {"kubernetes.io/ingress.subnetId": "subnet-mine"},
        ),
        (
            {"existingId": "lb-mine"},
            {"service.kubernetes.io/tke-existed-lbid": "lb-mine"},
            {"kubernetes.io/ingress.existLbId": "lb-mine"},
        ),
        (
            {"bandwidth": 50, "securityGroupIds": ["sg-mine"]},
            {
                "service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out": "50",
                "service.kubernetes.io/qcloud-loadbalancer-internet-charge-type": "TRAFFIC_POSTPAID_BY_HOUR",
                "service.cloud.tencent.com/security-groups": "sg-mine",
            },
            {
                "kubernetes.io/ingress.internetMaxBandwidthOut": "50",
                "kubernetes.io/ingress.internetChargeType": "TRAFFIC_POSTPAID_BY_HOUR",
                "ingress.cloud.tencent.com/security-groups": "sg-mine",
            },
        ),
    ],
    ids=["internal", "internal in a subnet", "existing", "bandwidth and groups"],
)
def test_the_load_balancer_that_was_asked_for_is_the_one_annotated(
    balancer: dict[str, Any], service: dict[str, str], ingress: dict[str, str]
) -> None:
    for slug in SLUGS:
        found = up(slug, loadBalancer=balancer)
        facts = FACTS[slug]
        exposure = found.one("Ingress" if facts.layer == 7 else "core/v1:Service")
        annotations = dict(exposure.inputs["metadata"]["annotations"])
        wanted = ingress if facts.layer == 7 else service
        public = not {"internal", "existingId"} & balancer.keys()
        if facts.layer == 7:
            fixed = _INGRESS | (_STRAIGHT if facts.connection == "direct" else {})
        else:
            fixed = dict(_LOCAL if facts.local else _DIRECT)
        if "existingId" not in balancer and (facts.layer == 7 or facts.local):
            prefix = "ingress" if facts.layer == 7 else "service"
            fixed[f"{prefix}.cloud.tencent.com/pass-to-target"] = "true"
        if slug == "vpc-cni-direct-native" and public:
            fixed["service.cloud.tencent.com/loadbalance-type"] = "OPEN"
        assert annotations == fixed | wanted, slug


def test_a_stacks_ingress_takes_its_name_and_port_from_the_settings() -> None:
    found = up("vpc-cni-nondirect-native", app={"ingress": "door", "service": "web", "servicePort": 8000})
    ingress = found.one("Ingress").inputs
    assert ingress["metadata"]["name"] == "door"
    assert ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"] == {
        "name": "web",
        "port": {"number": 8000},
    }
    assert (found.stack.outputs["ingress"], found.stack.outputs["service"]) == ("door", "web")


def test_a_preview_of_every_stack_knows_what_it_can_and_no_more() -> None:
    for slug in SLUGS:
        outputs = preview(slug).stack.outputs
        unknown = {key for key, value in outputs.items() if value == UNKNOWN}
        assert unknown == {"address", "url", "clusterId", "kubeconfig"}, slug
