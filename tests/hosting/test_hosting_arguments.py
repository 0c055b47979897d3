"""What programs in other languages say: nothing of it is lost on the way, and what cannot be is told in their own words."""

import re
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.hosting.plugin import Answer, Plugin, asset, output, reference, unknown

SERVICE: dict[str, Any] = {"service": "web", "selector": {"app": "web"}, "port": 80.0, "targetPort": 8080.0}
INTERNAL = "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"  # TKE 51258
ANOTHER = "urn:pulumi:s::p::tencentcloud:Subnet/instance:Instance::subnet"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""The engine's mark of a secret."""
COMPONENT = reference("", of="realip:index:ClientAccess")
"""A component as YAML hands it over, whose id the SDK reads as one that comes later."""


def service(plugin: Plugin, **inputs: Any) -> Answer:
    """A DirectService of the usual arguments and these."""
    return plugin.construct("DirectService", SERVICE | inputs)


def annotations(answer: Answer) -> dict[str, Any]:
    """The annotations of the Service."""
    assert answer.text.strip() == ""
    return dict(answer.made("kubernetes:core/v1:Service")["metadata"]["annotations"])


def test_an_internal_load_balancer_that_comes_as_an_output_is_not_a_public_one(plugin: Plugin) -> None:
    """A public address for what was meant to stay inside is the worst that a lost argument can do."""
    for wrapped in (
        output({"internalSubnetId": "subnet-1"}),
        {"internalSubnetId": output("subnet-1")},
        output({"internalSubnetId": output("subnet-1")}),
    ):
        assert annotations(service(plugin, loadBalancer=wrapped))[INTERNAL] == "subnet-1"
    secret = annotations(service(plugin, loadBalancer=output({"internalSubnetId": "subnet-1"}, secret=True)))
    assert secret[INTERNAL]["value"] == "subnet-1"
    assert SECRET in secret[INTERNAL].values()


def test_an_id_inside_an_object_may_be_another_resources(plugin: Plugin) -> None:
    later = annotations(service(plugin, loadBalancer={"internalSubnetId": unknown(ANOTHER)}))
    assert later[INTERNAL] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # the engine's word for what is not known yet
    assert (
        annotations(service(plugin, loadBalancer={"internalSubnetId": output("subnet-1", of=ANOTHER)}))[INTERNAL]
        == "subnet-1"
    )


@pytest.mark.parametrize("whole", [unknown(ANOTHER), output({"internalSubnetId": "subnet-1"}, of=ANOTHER)])
def test_a_whole_object_of_another_resource_is_refused_before_anything_is_made(plugin: Plugin, whole: Any) -> None:
    """A preview that does not know it and an update that does would make two different things of it."""
    answer = service(plugin, loadBalancer=whole)
    assert answer.registered == []
    assert answer.told["loadBalancer"].startswith("is an output")


@pytest.mark.parametrize("kind", ["DirectService", "LocalService"])
def test_a_list_of_objects_may_be_a_secret_and_a_whole_one_of_another_resource_is_refused(
    plugin: Plugin, kind: str
) -> None:
    inputs = {"service": "web", "selector": {"app": "web"}}
    ports = [{"port": 443, "targetPort": 8443}]
    made = plugin.construct(kind, {**inputs, "ports": output(ports)}).made("kubernetes:core/v1:Service")["spec"][
        "ports"
    ]
    assert [(port["port"], port["targetPort"]) for port in made] == [(443, 8443)]
    refused = plugin.construct(kind, {**inputs, "ports": unknown(ANOTHER)})
    assert refused.registered == []
    assert refused.told["ports"].startswith("is an output")


def test_a_number_may_be_an_output(plugin: Plugin) -> None:
    """All generated types allow it, and the SDK's own host ends it in a traceback."""
    ports = service(plugin, port=output(443), targetPort=unknown(ANOTHER)).made("kubernetes:core/v1:Service")["spec"][
        "ports"
    ]
    assert ports[0]["port"] == 443
    assert ports[0]["targetPort"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    secret = service(plugin, port=output(443, secret=True)).made("kubernetes:core/v1:Service")["spec"]["ports"][0][
        "port"
    ]
    assert secret["value"] == 443
    assert service(plugin, port=output(443, of=ANOTHER)).state["url"] == "https://192.0.2.1/"


def test_a_number_that_is_no_whole_one_is_not_rounded(plugin: Plugin) -> None:
    assert service(plugin, port=80.5).errors == {"port": "must be a whole number"}


def test_a_choice_may_be_an_output_and_a_wrong_one_is_told(plugin: Plugin) -> None:
    inputs = {"vpcId": "vpc-1", "version": "1.32.2", "podSubnetIds": ["subnet-1"], "serviceCidr": "10.0.0.0/20"}
    made = plugin.construct("Cluster", {**inputs, "networkMode": output("VPC-CNI")})
    assert made.made("tencentcloud:Kubernetes/cluster:Cluster")["networkType"] == "VPC-CNI"
    wrong = plugin.construct("Cluster", {**inputs, "networkMode": "VPCCNI"})
    assert wrong.errors["networkMode"] == "is not one of VPC-CNI, GlobalRouter"
    later = plugin.construct("Cluster", {**inputs, "networkMode": unknown(ANOTHER)})
    assert later.told["networkMode"].startswith("is an output")


def test_everything_wrong_is_told_at_once_in_the_programs_own_spelling(plugin: Plugin) -> None:
    answer = service(
        plugin,
        service="Bad_Name",
        targetPort="80",
        bogus=1,
        passToTarget="yes",
        loadBalancer={"internalSubnetId": "subnet-1", "existingId": "lb-1", "chargetype": "x"},
        selector={"target_port": "-"},
    )
    assert answer.registered == []
    assert set(answer.told) == {
        "service",
        "targetPort",
        "bogus",
        "passToTarget",
        "loadBalancer.existingId",
        "loadBalancer.chargetype",
        'selector["target_port"]',
    }
    assert answer.errors["targetPort"].endswith("take the quotes off")
    assert "internalSubnetId" in answer.errors["loadBalancer.existingId"]
    assert answer.told["loadBalancer.chargetype"] == "is not a known argument; did you mean chargeType?"
    assert "targetPort" in answer.errors["bogus"]
    assert not re.search(r"[a-z]_[a-z]", answer.text.replace('selector["target_port"]', "").replace("Bad_Name", ""))


def test_a_missing_argument_is_told_however_deep_it_lies(plugin: Plugin) -> None:
    answer = plugin.construct("Apps", {"apps": {"cart": {"workload": {"deployment": "cart"}}}})
    assert {'apps["cart"].workload.labels', 'apps["cart"].workload.port', 'apps["cart"].workload.resources'} <= set(
        answer.errors
    )


def test_pythons_spelling_of_an_argument_is_not_known(plugin: Plugin) -> None:
    """It would be taken in one language and dropped in the next."""
    refused = plugin.construct("DirectService", {**SERVICE, "target_port": 1, "load_balancer": {"internal": 1}})
    assert refused.told == {
        "target_port": "is not a known argument; did you mean targetPort?",
        "load_balancer": "is not a known argument; did you mean loadBalancer?",
    }
    assert refused.registered == []


@pytest.mark.parametrize(
    "inputs",
    [
        {"kubeconfig": "hunter2"},
        {"loadBalancer": {"kubeconfig": "hunter2"}},
        {"loadBalancer": {"env": {"PASSWORD": "hunter2"}}},
        {"loadBalancer": {"anything": ["hunter2"]}},
    ],
)
def test_what_stands_under_a_name_that_nobody_knows_is_not_printed(plugin: Plugin, inputs: dict[str, Any]) -> None:
    """It may be a kubeconfig in a wrong place; the engine prints the value of each property that is named to it."""
    answer = service(plugin, **inputs)
    assert answer.registered == []
    assert answer.errors == {}
    (reason,) = answer.told.values()
    assert reason.startswith("is not a known argument")
    assert "hunter2" not in answer.text


def test_a_refusal_has_no_traceback_and_names_no_file(plugin: Plugin) -> None:
    for kind in ("DirectService", "NodePortIngress", "Apps", "Cluster", "Network", "ClusterAccess", "Workload"):
        text = plugin.construct(kind, {"service": 1}).text
        assert text
        for trace in ("Traceback", "File ", ".py", "<class", "realip/", "pulumi."):
            assert trace not in text, kind


def refused(plugin: Plugin, inputs: dict[str, Any], path: str, words: str) -> None:
    """One property is told in these words, nothing is made, and the secret is nowhere."""
    answer = service(plugin, **inputs)
    assert answer.registered == []
    assert [(found, reason.startswith(words)) for found, reason in answer.told.items()] == [(path, True)]
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("inputs", "path", "words"),
    [
        ({"loadBalancer": None}, "loadBalancer", "is null"),
        ({"loadBalancer": {}}, "loadBalancer", "is empty, and YAML leaves out"),
        ({"loadBalancer": {"internalSubnetId": None}}, "loadBalancer.internalSubnetId", "is null"),
        ({"loadBalancer": output({"internalSubnetId": None}, secret=True)}, "loadBalancer.internalSubnetId", "is null"),
        ({"selector": {"app": "web", "tier": None}}, 'selector["tier"]', "is null"),
        (
            {"loadBalancer": {"internalSubnetId": reference("subnet-1")}},
            "loadBalancer.internalSubnetId",
            "is a resource",
        ),
        ({"loadBalancer": reference("lb-1")}, "loadBalancer", "is a resource"),
        (
            {"loadBalancer": {"securityGroupIds": ["sg-1", COMPONENT]}},
            "loadBalancer.securityGroupIds[1]",
            "is a resource",
        ),
        ({"loadBalancer": output({"internalSubnetId": COMPONENT})}, "loadBalancer.internalSubnetId", "is a resource"),
        ({"loadBalancer": {SIGNATURE: SECRET, "value": {"existingId": COMPONENT}}}, "loadBalancer.existingId", "is a "),
        ({"namespace": COMPONENT}, "namespace", "is a resource"),
        ({"namespace": reference(of="kubernetes:core/v1:Namespace")}, "namespace", "is a resource"),
        ({"selector": {"app": COMPONENT}}, "selector.app", "is a resource"),
        ({"port": COMPONENT}, "port", "is a resource"),
        ({"service": asset("hunter2")}, "service", "is an asset"),
    ],
)
def test_what_says_nothing_or_is_no_value_is_refused_by_name(
    plugin: Plugin, inputs: dict[str, Any], path: str, words: str
) -> None:
    """Of an object Pulumi's SDK leaves null out: an internal load balancer whose subnet is null would be a public one."""
    refused(plugin, inputs, path, words)


def test_a_secret_inside_of_an_output_is_one(plugin: Plugin) -> None:
    wrapped = output({"internalSubnetId": {SIGNATURE: SECRET, "value": "subnet-1"}})
    assert annotations(service(plugin, loadBalancer=wrapped))[INTERNAL] == {SIGNATURE: SECRET, "value": "subnet-1"}


def tcp_and_udp(plugin: Plugin, *targets: Any) -> Answer:
    """A Service with TCP and UDP on one port, which has one target."""
    ports = [
        {"port": 53, "name": "dns", "protocol": protocol, "targetPort": target}
        for protocol, target in zip(("TCP", "UDP"), targets, strict=True)
    ]
    return plugin.construct("DirectService", {"service": "web", "selector": {"app": "web"}, "ports": ports})


def test_two_targets_of_one_port_are_not_made_one_of_them_where_they_are_known_later(plugin: Plugin) -> None:
    """What is said of UDP would be lost without a word."""
    for targets in ((5353, output(5354, of=ANOTHER)), (output(5353, of=ANOTHER), output(5354, of=ANOTHER))):
        answer = tcp_and_udp(plugin, *targets)
        assert "on port 53 are one port" in answer.message
        assert [made.type for made in answer.registered if made.type.startswith("kubernetes:")] == []
        assert "Traceback" not in answer.message
    same = tcp_and_udp(plugin, 5353, output(5353, of=ANOTHER)).made("kubernetes:core/v1:Service")["spec"]["ports"]
    assert [port["targetPort"] for port in same] == [5353]


@pytest.mark.parametrize(
    ("inputs", "path", "words"),
    [
        ({"port": output("hunter2", secret=True)}, "port", "must be a whole number"),
        ({"port": output(80.5, secret=True)}, "port", "must be a whole number"),
        ({"port": output("80", of=ANOTHER)}, "port", "must be a whole number; take the quotes off"),
        ({"targetPort": output(80.5, secret=True)}, "targetPort", "must be a whole number"),
        ({"targetPort": 80.5}, "targetPort", "must be a whole number"),
        (
            {"loadBalancer": {"securityGroupIds": [output(1, secret=True)]}},
            "loadBalancer.securityGroupIds[0]",
            "must be text",
        ),
        ({"loadBalancer": {"internalSubnetId": output(None, of=ANOTHER)}}, "loadBalancer.internalSubnetId", "is null"),
        ({"namespace": output(["hunter2"], of=ANOTHER)}, "namespace", "must be text"),
    ],
)
def test_what_an_output_holds_is_of_the_kind_that_is_asked_for(
    plugin: Plugin, inputs: dict[str, Any], path: str, words: str
) -> None:
    """It ended in a traceback of whoever used it first, with the value in it."""
    refused(plugin, inputs, path, words)


@pytest.mark.parametrize("kind", ["directService", "LoadBalancer"])
def test_a_component_that_is_not_there_is_told_by_name(plugin: Plugin, kind: str) -> None:
    answer = plugin.construct(kind, SERVICE)
    assert answer.message.startswith(f"realip:index:{kind} is no component of realip; ")
    assert "DirectService" in answer.message
    assert "Traceback" not in answer.message + answer.text


def test_a_method_or_function_that_is_not_there_is_told_without_a_traceback(plugin: Plugin) -> None:
    call, invoke = (
        provider_pb2.CallRequest(tok="realip:index:Network/get"),
        provider_pb2.InvokeRequest(tok="realip:index:get"),
    )
    for ask, request in ((plugin.provider.Call, call), (plugin.provider.Invoke, invoke)):
        with pytest.raises(grpc.RpcError) as refused:
            ask(request)
        assert (
            refused.value.details()
            == f"{request.tok} is not there: realip has components, and neither methods nor functions"
        )


@pytest.mark.parametrize(
    "wrapped",
    [
        output({"internalSubnetId": "hunter2", "bogus": "hunter2"}, secret=True),
        {"internalSubnetId": output("hunter2", secret=True), "bogus": output("hunter2", secret=True)},
    ],
)
def test_a_secret_is_printed_by_nobody(plugin: Plugin, wrapped: Any) -> None:
    """An engine prints the value of every property that a refusal names; so none is named that may be a secret."""
    answer = service(plugin, loadBalancer=wrapped)
    assert answer.registered == []
    assert answer.errors == {}
    assert "loadBalancer.bogus" in answer.message
    assert "hunter2" not in answer.text


def test_a_program_that_names_no_kubernetes_provider_learns_how(plugin: Plugin) -> None:
    answer = plugin.construct("DirectService", SERVICE, provider=None)
    assert answer.registered == []
    assert set(answer.errors) == {"provider"}
    for needed in ("kubeconfig", "clusterIdentifier", "enableServerSideApply"):
        assert needed in answer.errors["provider"]


def test_a_documentation_range_is_refused_by_an_update_and_warned_of_by_a_preview(plugin: Plugin) -> None:
    inputs = {"clusterId": "cls-1", "adminCidrs": ["203.0.113.0/24"]}
    answer = plugin.construct("ClusterAccess", inputs)
    assert answer.registered == []
    assert "documentation range" in answer.errors["adminCidrs[0]"]
    preview = plugin.construct("ClusterAccess", inputs, preview=True)
    assert preview.text.strip() == ""
    assert "adminCidrs" in preview.warnings[0]
    assert "admin_cidrs" not in preview.warnings[0]


def test_outputs_have_one_spelling_in_programs_and_in_the_state(plugin: Plugin) -> None:
    inputs = {"cidr": "10.0.0.0/16", "nodeSubnets": [{"zone": "ap-guangzhou-6", "cidr": "10.0.80.0/20"}]}
    answer = plugin.construct("Network", inputs)
    assert set(answer.state) == set(answer.outputs) == {"vpcId", "nodeSubnetIds", "podSubnetIds", "securityGroupId"}


def test_what_goes_wrong_later_is_told_in_words_too(plugin: Plugin) -> None:
    """Whoever is asked for a kubeconfig may have none: that is no fault of this program's."""
    answer = plugin.construct("ExistingCluster", {"clusterId": "cls-1"})
    assert answer.message.startswith("TKE did not say how to reach cls-1")
    for trace in ("Traceback", "Unexpected", ".py"):
        assert trace not in answer.message


@pytest.mark.parametrize("known", [{"secret": True}, {"of": ANOTHER}])
def test_a_network_that_is_none_is_told_in_words_when_it_is_known(plugin: Plugin, known: dict[str, Any]) -> None:
    """How many Services it holds is worked out of it, in an output, where a fault would end in a traceback."""
    inputs = {"vpcId": "vpc-1", "version": "1.32.2", "podSubnetIds": ["subnet-1"], "networkMode": "VPC-CNI"}
    answer = plugin.construct("Cluster", {**inputs, "serviceCidr": output("hunter2", **known)})
    assert answer.told == {"serviceCidr": "is not a CIDR; write a network such as 10.200.0.0/22"}
    for leaked in ("hunter2", "Traceback", "File ", "service_cidr"):
        assert leaked not in answer.text


def test_a_number_inside_a_pod_template_may_be_an_output(plugin: Plugin) -> None:
    workload = {
        "deployment": "web",
        "image": "registry.example.com/web:1",
        "labels": {"app": "web"},
        "port": 8080,
        "resources": {"cpuRequest": "1", "cpuLimit": "1", "memoryRequest": "1Gi", "memoryLimit": "1Gi"},
    }

    def made(field: str, value: Any) -> Answer:
        return plugin.construct("Workload", {**workload, "podTemplate": {"spec": {field: value}}})

    for later in (output(50, of=ANOTHER), output(50, secret=True), unknown(ANOTHER)):
        answer = made("terminationGracePeriodSeconds", later)
        assert answer.text.strip() == ""
        deployment = answer.made("kubernetes:apps/v1:Deployment")
        assert "terminationGracePeriodSeconds" in deployment["spec"]["template"]["spec"]
    refused = made("hostNetwork", output(value=False, of=ANOTHER))
    assert refused.told['podTemplate["spec"]["hostNetwork"]'].startswith("is not known yet")
