"""What hangs where, and what waits for what: on create, and reversed on destroy."""

import itertools

import pytest

from realip.scenarios import SCENARIOS
from tests.support.guide import FACTS
from tests.support.recording import Recording, Registered
from tests.support.stacks import SLUGS, preview, up

VPC_CNI = [row.slug for row in SCENARIOS if row.network_mode.value == "VPC-CNI"]

# (what comes later and goes first, what comes first and goes last, why), by the end of the type
ORDER = (
    ("NativeNodePool", "Route/tableEntry:TableEntry", "private nodes pull images through the NAT gateway"),
    ("ServerlessNodePool", "Route/tableEntry:TableEntry", "pods of super nodes pull images through the NAT gateway"),
    ("NativeNodePool", "realip-network-node-rules", "an empty security group lets nobody in"),
    ("ServerlessNodePool", "realip-network-node-rules", "an empty security group lets nobody in"),
    ("NativeNodePool", "Kubernetes/cluster:Cluster", "nodes join a cluster"),
    ("ServerlessNodePool", "Kubernetes/cluster:Cluster", "nodes join a cluster"),
    ("ClusterEndpoint", "NativeNodePool", "TKE opens no endpoint of a cluster without a node"),
    ("ClusterEndpoint", "ServerlessNodePool", "TKE opens no endpoint of a cluster without a node"),
    ("ClusterEndpoint", "realip-access-admin-rules", "TKE refuses a group without rules"),
    ("pulumi:providers:kubernetes", "ClusterEndpoint", "there is no way to the API server before"),
    ("Route/tableEntry:TableEntry", "Nat/gateway:Gateway", "the route leads there"),
    ("Nat/gateway:Gateway", "Eip/instance:Instance", "the gateway sends from there"),
    ("Subnet/instance:Instance", "Route/table:Table", "a subnet is associated with its route table when it is made"),
    ("Subnet/instance:Instance", "Vpc/instance:Instance", "a subnet lies in the VPC"),
    ("Kubernetes/cluster:Cluster", "Vpc/instance:Instance", "a cluster lies in the VPC"),
    ("apps/v1:Deployment", "core/v1:Namespace", "objects come after their namespace"),
    ("core/v1:Service", "core/v1:ConfigMapPatch", "without the switch the Service is bound to node ports"),
    ("core/v1:ConfigMapPatch", "core/v1:ConfigMap", "the map is TKE's: it has to be there"),
    ("networking.k8s.io/v1:Ingress", "core/v1:ConfigMapPatch", "without the switch the Ingress has no pod to go to"),
    ("networking.k8s.io/v1:Ingress", "core/v1:Service", "TKE refuses an Ingress without its Service"),
    ("networking.k8s.io/v1:Ingress", "core/v1:Namespace", "objects come after their namespace"),
)


def _found(recording: Recording, kind: str) -> list[Registered]:
    return recording.of(kind) or [resource for resource in recording.resources if resource.name == kind]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("run", [up, preview])
def test_everything_waits_for_what_it_needs(slug: str, run: type) -> None:
    """What misses an edge works on a lucky day, and breaks on destroy, where the engine goes the other way round."""
    recording: Recording = run(slug)
    checked = 0
    for later, earlier, why in ORDER:
        for first, second in itertools.product(_found(recording, later), _found(recording, earlier)):
            assert second.name in recording.waits_for(first), f"{first} does not wait for {second}: {why}"
            checked += 1
    assert checked >= 12


def test_every_rule_of_order_is_about_resources_that_exist() -> None:
    recordings = [up(slug) for slug in SLUGS]
    for later, earlier, _ in ORDER:
        assert any(_found(recording, later) and _found(recording, earlier) for recording in recordings), (
            later,
            earlier,
        )


@pytest.mark.parametrize("slug", VPC_CNI)
def test_a_vpc_cni_cluster_waits_for_its_pod_subnets(slug: str) -> None:
    recording = up(slug)
    waits = recording.waits_for(recording.one("cluster:Cluster"))
    assert {"realip-network-pods-ap-guangzhou-6", "realip-network-pods-ap-guangzhou-7"} <= waits


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_in_kubernetes_goes_before_nodes_cluster_and_network_on_destroy(slug: str) -> None:
    """Or a load balancer leaks, and the subnet it sits in cannot be deleted."""
    recording = up(slug)
    beneath = {resource.name for resource in recording.cloud}
    for resource in recording.kubernetes:
        missing = beneath - recording.waits_for(resource)
        # What nobody in Kubernetes needs may go at any time; there is nothing of the kind.
        assert missing == set(), f"{resource} may outlive {missing}"


@pytest.mark.parametrize("slug", SLUGS)
def test_deployment_and_exposure_are_made_side_by_side(slug: str) -> None:
    """TKE's readiness gate makes pods wait for the load balancer, whose Service would wait for the pods."""
    recording = up(slug)
    deployment = recording.one("Deployment")
    exposures = [*recording.of("core/v1:Service"), *recording.of("Ingress")]
    assert exposures
    for exposure in exposures:
        assert deployment.name not in recording.waits_for(exposure)
        assert exposure.name not in recording.waits_for(deployment)


def test_no_deployment_waits_for_the_switch() -> None:
    recording = up("globalrouter-direct-native")
    assert recording.one("ConfigMapPatch").name not in recording.waits_for(recording.one("Deployment"))


# --- parents ------------------------------------------------------------------------------------------------------------

NETWORK = {
    "realip-network-vpc",
    "realip-network-nat-address",
    "realip-network-nat",
    "realip-network-routes",
    "realip-network-nat-route",
    "realip-network-nodes-ap-guangzhou-6",
    "realip-network-nodes-ap-guangzhou-7",
    "realip-network-nodes",
    "realip-network-node-rules",
}
PODS = {"realip-network-pods-ap-guangzhou-6", "realip-network-pods-ap-guangzhou-7"}
ACCESS = {"realip-access-admins", "realip-access-admin-rules", "realip-access-endpoint", "realip-access-provider"}


def _tree(recording: Recording) -> dict[str, set[str]]:
    """Names of the children of each component, by its type and name."""
    tree: dict[str, set[str]] = {}
    for resource in recording.resources:
        if resource.parent:
            parent = recording.by_urn(resource.parent)
            tree.setdefault(f"{parent.type.rpartition(':')[2]} {parent.name}", set()).add(resource.name)
    return tree


def _under_the_stack(slug: str) -> set[str]:
    """Names of the resources that hang under the stack itself."""
    facts = FACTS[slug]
    names = {"realip-cluster", "realip-nodes", "realip-deployment", "realip-disruption-budget", "realip-service"}
    if facts.layer == 7:
        names |= {"realip-namespace", "realip-ingress"}
    if facts.config_map:
        names |= {"realip-direct-access-config-map", "realip-direct-access-patch"}
    return names


def _wanted(slug: str) -> dict[str, set[str]]:
    return {
        "Stack realip-test": {"realip"},
        "RealIpStack realip": {"realip-network", "realip-access", *_under_the_stack(slug)},
        "Network realip-network": NETWORK | (PODS if slug in VPC_CNI else set()),
        "ClusterAccess realip-access": ACCESS,
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_every_resource_hangs_under_the_component_that_makes_it_and_keeps_its_name(slug: str) -> None:
    """A name or a parent is part of a resource's identity: another one deletes it and makes it anew."""
    assert _tree(up(slug)) == _wanted(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_preview_shows_the_same_resources_as_the_update(slug: str) -> None:
    def shape(recording: Recording) -> dict[str, frozenset[str]]:
        return {resource.urn: resource.dependencies for resource in recording.resources}

    assert shape(preview(slug)) == shape(up(slug))


# --- tags and providers ---------------------------------------------------------------------------------------------------

TAKES_NO_TAGS = {"TableEntry", "GroupRuleSet", "ClusterEndpoint", "ServerlessNodePool"}


@pytest.mark.parametrize("slug", SLUGS)
def test_tags_reach_everything_that_takes_tags(slug: str) -> None:
    recording = up(slug, tags={"team": "edge", "cost": "42"})
    for resource in recording.cloud:
        kind = resource.type.rpartition(":")[2]
        if kind in TAKES_NO_TAGS:
            assert "tags" not in resource.inputs, resource
        elif kind == "NativeNodePool":
            (tags,) = resource.inputs["tags"]
            assert tags["resourceType"] == "machine"
            assert {tag["key"]: tag["value"] for tag in tags["tags"]} == {"team": "edge", "cost": "42"}
        else:
            assert resource.inputs["tags"] == {"team": "edge", "cost": "42"}, resource


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("run", [up, preview])
def test_every_object_is_on_the_stacks_own_cluster(slug: str, run: type) -> None:
    recording: Recording = run(slug)
    provider = recording.one("pulumi:providers:kubernetes").urn
    assert {resource.provider for resource in recording.kubernetes} == {provider}
