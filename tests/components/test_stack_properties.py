"""Every stack that settings can describe keeps the rules that no scenario may break."""

from typing import Any

from hypothesis import given

from realip import Settings, SettingsError, parse_settings
from tests.support.flat import flatten
from tests.support.guide import FACTS
from tests.support.recording import Recording, run
from tests.support.stacks import program
from tests.support.strategies import anything, mostly_right
from tests.support.thoroughness import examples

EVERYONE = {"0.0.0.0/0", "::/0"}
SERVICE = "service.cloud.tencent.com/direct-access"
INGRESS = "ingress.cloud.tencent.com/direct-access"


def _let_in(recording: Recording, name: str) -> list[tuple[str, str]]:
    """(who, which ports) of a rule set."""
    return [
        (rule.get("cidrBlock") or rule["ipv6CidrBlock"], rule["port"])
        for resource in recording.of("GroupRuleSet")
        if resource.name == name
        for rule in resource.inputs["ingresses"]
    ]


def _targets(values: dict[str, Any], made: Settings) -> set[tuple[int, str]]:
    """Ports of the pods that a stack file asks for, with their protocols."""
    ports = (values.get("loadBalancer") or {}).get("ports") or [{}]
    return {
        (port.get("targetPort", made.app.port), "UDP" if port.get("protocol") == "UDP" else "TCP") for port in ports
    }


def _check_gate(made: Settings, recording: Recording, clients: list[tuple[str, str]]) -> None:
    """Clients can come in: through the pod's port, the node ports, or past the nodes' group, where the load balancer's own lets
    in those who are named.
    """
    named = made.access.client_cidrs
    carrier = (recording.of("Ingress") or recording.of("core/v1:Service"))[0]
    passes = any("pass-to-target" in key for key in carrier.inputs["metadata"]["annotations"])
    listed = {cidr for cidr, _ in _let_in(recording, "realip-load-balancer-rules")}
    assert bool(clients) != passes
    assert not passes or made.load_balancer.existing_id is None
    assert not passes or "0.0.0.0/0" in named or listed == set(named)
    assert passes or not listed


def _check(values: dict[str, Any], recording: Recording, *, preview: bool) -> None:
    made = parse_settings(values)
    facts, access = FACTS[made.row.slug], made.access
    direct = facts.connection == "direct"
    provider = recording.one("pulumi:providers:kubernetes")

    # Nobody is let in whom the settings do not name.
    administrators = _let_in(recording, "realip-access-admin-rules")
    assert administrators == [(cidr, "443") for cidr in access.admin_cidrs]
    nodes = _let_in(recording, "realip-network-node-rules")
    inside = [cidr for cidr, port in nodes if port == "ALL"]
    clients = [(cidr, port) for cidr, port in nodes if port != "ALL"]
    assert not EVERYONE & set(inside)
    assert {cidr for cidr, _ in clients} <= {*access.client_cidrs, made.network.cidr, *made.network.auxiliary_cidrs}
    targets = _targets(values, made)
    opened = {one for _, ports in clients for one in ports.split(",")}
    assert opened <= ({str(port) for port, _ in targets} if direct else {"30000-32768"})

    # Direct access is said both ways, on every Service and Ingress.
    for service in recording.of("core/v1:Service"):
        annotations = service.inputs["metadata"]["annotations"]
        assert annotations[SERVICE] == ("true" if direct else "false")
        assert service.inputs["spec"]["type"] == facts.service_type
        assert service.inputs["spec"].get("externalTrafficPolicy") == ("Local" if facts.local else None)
    for ingress in recording.of("Ingress"):
        assert ingress.inputs["metadata"]["annotations"][INGRESS] == ("true" if direct else "false")
    assert bool(recording.of("Ingress")) == (facts.layer == 7)
    assert len(recording.of("core/v1:Service")) == 1

    _check_gate(made, recording, clients)

    # Objects: on the stack's own cluster, in one namespace, found by their label, waiting with a deadline.
    assert {resource.provider for resource in recording.kubernetes} == {provider.urn}
    selector = recording.one("core/v1:Service").inputs["spec"]["selector"]
    pod = recording.one("Deployment").inputs["spec"]["template"]
    assert selector == pod["metadata"]["labels"] == {"app": made.app.label}
    led_to = {port["targetPort"] for port in recording.one("core/v1:Service").inputs["spec"]["ports"]}
    listening = {(port["containerPort"], port.get("protocol", "TCP")) for port in pod["spec"]["containers"][0]["ports"]}
    assert led_to == {port for port, _ in targets}
    assert listening == targets
    for resource in recording.kubernetes:
        if not resource.read and not resource.type.endswith(":Namespace"):
            assert resource.options.customTimeouts.create, resource
            assert resource.options.customTimeouts.update, resource
    assert bool(pod["spec"].get("nodeSelector")) == made.row.super_nodes
    assert len(recording.of("ConfigMapPatch")) == made.row.global_route_direct_access

    # Pods that are behind node ports of their own nodes are on all of those.
    spread = {(rule["topologyKey"], rule["whenUnsatisfiable"]) for rule in pod["spec"]["topologySpreadConstraints"]}
    assert (("kubernetes.io/hostname", "DoNotSchedule") in spread) == facts.local

    # The pools that were asked for, in the subnets that the plan names, whose rules and way out come first.
    pools = [*recording.of("NativeNodePool"), *recording.of("ServerlessNodePool")]
    assert {pool.name for pool in pools} == {
        "realip-nodes",
        *(f"realip-nodes-{pool.name}" for pool in made.nodes.pools),
    }
    way_out = made.network.nat and made.network.vpc_id is None
    for pool in pools:
        assert {"realip-network-node-rules", "realip-cluster"} <= recording.waits_for(pool)
        assert ("realip-network-nat-route" in recording.waits_for(pool)) == way_out
    assert "realip-nodes" in recording.waits_for(recording.one("ClusterEndpoint"))

    # Secrets, tags, names.
    assert recording.stack.secret_outputs == {"kubeconfig"}
    assert "kubeconfig" in provider.secrets
    for resource in recording.cloud:
        if isinstance(resource.inputs.get("tags"), dict):
            assert resource.inputs["tags"] == made.tags
    for resource in recording.custom:
        assert all(value is not None for _, value in flatten(resource.inputs)), resource
    assert {*recording.stack.outputs} >= {"scenario", "reads", "address", "url", "clusterId", "networkRanges"}
    assert preview or recording.stack.outputs["address"] == "198.18.0.10"


@given(mostly_right())
@examples(40, 1000)
def test_a_stack_of_settings_that_somebody_might_mean(values: dict[str, Any]) -> None:
    _check(values, run(program(values)), preview=False)


@given(mostly_right())
@examples(15, 300)
def test_its_preview_too(values: dict[str, Any]) -> None:
    _check(values, run(program(values), preview=True), preview=True)


@given(anything())
@examples(40, 1000)
def test_whatever_settings_are_taken_make_a_stack(values: dict[str, Any]) -> None:
    """`anything` is wrong most of the time; what is not has to become a stack without another word."""
    access = {"adminCidrs": ["198.18.0.0/24"]}
    for tried in (values, values | {"access": access}, {"scenario": values.get("scenario"), "access": access}):
        try:
            parse_settings(tried)
        except SettingsError:
            continue
        _check(tried, run(program(tried)), preview=False)
        return
