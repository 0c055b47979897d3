"""Order: what must exist before what, and what must outlive what. The stand-ins refuse a wrong order, too."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.conftest import DIRECT, STANDING, Live
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault, Refusal
from tests.support.guide import FACTS

POOLS = ("NativeNodePool", "ServerlessNodePool")
PARTNER_SECONDS = 10.0
"""How long one call is held until another one comes that must not wait for it."""


def kind(urn: str) -> str:
    """The last part of a resource's type token."""
    return urn.split("::")[2].rpartition(":")[2]


def closure(resources: list[dict[str, Any]], urn: str) -> set[str]:
    """Everything that the engine makes before a resource, and keeps until after it."""
    by_urn = {resource["urn"]: resource for resource in resources}
    found: set[str] = set()
    waiting = [urn]
    while waiting:
        resource = by_urn[waiting.pop()]
        needs = list(resource.get("dependencies") or [])
        needs += [need for group in (resource.get("propertyDependencies") or {}).values() for need in group or []]
        needs += [resource[key].rsplit("::", 1)[0] for key in ("provider",) if resource.get(key)]
        needs += [resource["parent"]] if resource.get("parent") else []
        waiting += [need for need in needs if need not in found]
        found.update(needs)
    return found


def pairs(stack: str) -> Iterator[tuple[str, str]]:
    """(later, earlier) kinds of a stack."""
    for pool in POOLS:
        yield pool, "TableEntry"
        yield pool, "Gateway"
        yield pool, "GroupRuleSet"
        yield "ClusterEndpoint", pool
    for thing in ("Deployment", "PodDisruptionBudget", "Service", "Ingress", "Namespace", "ConfigMapPatch"):
        yield thing, "ClusterEndpoint"
        yield thing, "Cluster"
        for pool in POOLS:
            yield thing, pool
    yield "Ingress", "Service"
    yield "ConfigMapPatch", "ConfigMap"
    facts = FACTS[stack]
    if facts.config_map:
        yield ("Ingress" if facts.layer == 7 else "Service"), "ConfigMapPatch"
    if facts.layer == 7:
        for thing in ("Deployment", "PodDisruptionBudget", "Service", "Ingress"):
            yield thing, "Namespace"


@pytest.mark.parametrize("stack", STANDING)
def test_the_engine_knows_every_order_that_tke_needs(standing: Live, stack: str) -> None:
    resources = standing(stack).resources()
    kinds = {kind(resource["urn"]) for resource in resources}
    checked = set()
    for later, earlier in pairs(stack):
        if {later, earlier} <= kinds:
            for resource in resources:
                if kind(resource["urn"]) == later:
                    before = {kind(urn) for urn in closure(resources, resource["urn"])}
                    assert earlier in before, f"{resource['urn']} does not wait for any {earlier}"
                    checked.add((later, earlier))
    assert len(checked) >= 10, "the table has lost its resources"


def needless(stack: str) -> Iterator[tuple[str, str]]:
    """(resource, what takes time and is not needed for it) kinds of a stack."""
    for slow in ("Gateway", "TableEntry"):
        yield "Cluster", slow
        yield "Group", slow
    for pool in POOLS:
        yield "Cluster", pool
        yield "Group", pool
        yield "GroupRuleSet", pool
    yield "Gateway", "Cluster"
    yield "TableEntry", "Cluster"
    yield "GroupRuleSet", "Cluster"


@pytest.mark.parametrize("stack", STANDING)
def test_nothing_waits_for_what_it_does_not_need(standing: Live, stack: str) -> None:
    """A NAT gateway takes 40 s, a cluster four minutes, nodes two: side by side where they can be."""
    resources = standing(stack).resources()
    checked = set()
    for resource, slow in needless(stack):
        for found in resources:
            if kind(found["urn"]) == resource:
                before = {kind(urn) for urn in closure(resources, found["urn"])}
                assert slow not in before, f"{found['urn']} waits for a {slow}"
                checked.add(resource)
    assert checked == {"Cluster", "Gateway", "Group", "GroupRuleSet", "TableEntry"}


@pytest.mark.parametrize("stack", STANDING)
def test_another_nat_gateway_replaces_no_node_in_the_plan(standing: Live, stack: str) -> None:
    """Nodes wait for the route, and their subnets' ids stay known while the route is another one."""
    project = standing(stack)
    (gateway,) = [resource["urn"] for resource in project.resources() if kind(resource["urn"]) == "Gateway"]
    replaced = project.preview("--replace", gateway).succeeded().replaced()
    assert "Gateway" in replaced
    assert "TableEntry" in replaced
    assert not {"Cluster", *POOLS} & set(replaced)


def strings(value: Any) -> Iterator[str]:
    """Every string inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


@pytest.mark.parametrize("stack", STANDING)
def test_whatever_is_in_a_security_group_waits_for_the_groups_rules(standing: Live, stack: str) -> None:
    resources = standing(stack).resources()
    rules = {resource["id"]: resource["urn"] for resource in resources if kind(resource["urn"]) == "GroupRuleSet"}
    members = []
    for resource in resources:
        if kind(resource["urn"]) in {"ClusterEndpoint", *POOLS}:
            (group,) = rules.keys() & set(strings(resource["inputs"]))
            members.append(group)
            assert rules[group] in closure(resources, resource["urn"]), resource["urn"]
    assert sorted(members) == sorted(rules), "nodes and endpoint have a group each"


@pytest.mark.parametrize("stack", STANDING)
def test_the_app_and_its_exposure_never_wait_for_each_other(standing: Live, stack: str) -> None:
    """TKE's readiness gate holds pods until the load balancer knows them; the load balancer may wait for pods."""
    resources = standing(stack).resources()
    for first, second in (("Deployment", "Service"), ("Service", "Deployment"), ("Ingress", "Deployment")):
        for resource in resources:
            if kind(resource["urn"]) == first:
                assert second not in {kind(urn) for urn in closure(resources, resource["urn"])}


@pytest.mark.parametrize("stack", DIRECT)
@pytest.mark.parametrize(("held", "awaited"), [("Deployment", "Service"), ("Service", "Deployment")])
def test_a_readiness_gate_does_not_deadlock_the_update(live: Live, stack: str, held: str, awaited: str) -> None:
    project = live(stack)
    log = project.world.log

    def wait_for_partner(call: Call) -> None:
        def came() -> bool:
            return any(c.method == "Create" and not c.preview and c.type.endswith(f":{awaited}") for c in log)

        if not log.wait_until(came, PARTNER_SECONDS):
            raise Refusal("StandIn.Deadlock", f"{held} is ready only once {awaited} is asked for, which did not happen")

    project.world.faults.arm(Fault(lambda call: call.changes and call.type.endswith(f":{held}"), wait_for_partner))
    project.up().succeeded()


@pytest.mark.parametrize("stack", STANDING)
def test_destroy_empties_the_cluster_before_it_takes_nodes_cluster_and_network_away(
    standing_to_change: Live, stack: str
) -> None:
    project = standing_to_change(stack)
    mark = project.world.log.mark()
    project.destroy().succeeded()
    deletes = project.world.log.since(mark, "Delete")
    position = {call.type.rpartition(":")[2]: call for call in deletes}
    last_object = max(call.finished or 0 for call in deletes if call.package == "kubernetes")
    stages = ["ClusterEndpoint", next(pool for pool in POOLS if pool in position), "Cluster"]
    times = [last_object, *(position[stage].number for stage in stages)]
    assert times == sorted(times)
    assert position["TableEntry"].number > position[stages[1]].number
    assert position["Gateway"].number > position["TableEntry"].number
    first_rules = min(call.number for call in deletes if call.type.endswith(":GroupRuleSet"))
    assert first_rules > position["ClusterEndpoint"].number


def test_global_route_direct_access_is_on_before_the_service_and_stays_on_after_destroy(live: Live) -> None:
    project = live("globalrouter-direct-native")
    project.up().succeeded()
    creates = {call.type: call for call in project.world.log.since(0, "Create")}
    patch = creates["kubernetes:core/v1:ConfigMapPatch"]
    assert patch.finished is not None
    assert patch.finished < creates["kubernetes:core/v1:Service"].number
    (server,) = project.world.cloud.servers.values()
    others = {key: value for key, value in server.controller_config.items() if key != "GlobalRouteDirectAccess"}
    project.destroy("--target", "**ConfigMapPatch::*", "--target-dependents").succeeded()
    assert server.controller_config == {**others, "GlobalRouteDirectAccess": "true"}
    owners = set(server.managers["GlobalRouteDirectAccess"])
    project.up().succeeded()
    assert server.managers["GlobalRouteDirectAccess"] == owners, (
        "every life leaves another owner of GlobalRouteDirectAccess behind"
    )
    assert len(owners) == 1
