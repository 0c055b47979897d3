"""Resource options that a caller gives to a component: they are the component's, and reach its children as Pulumi's rules say."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import tencentcloud_iac_pulumi as tencentcloud

import realip
from realip import (
    Apps,
    ArgumentError,
    ClientAccess,
    Cluster,
    ClusterAccess,
    DirectIngress,
    DirectService,
    ExistingCluster,
    GlobalRouteDirectAccess,
    LocalService,
    NativeNodes,
    Network,
    NodePortIngress,
    SuperNodes,
    TkeServiceConfig,
    Workload,
)
from realip.scenarios import NetworkMode
from tests.support.recording import Recording, Registered, run
from tests.support.stacks import program, settings

_POOL: dict[str, Any] = {"cluster_id": "cls-1", "subnet_ids": ["subnet-1"], "security_group_id": "sg-1"}
_SERVICE: dict[str, Any] = {"service": "web", "selector": {"app": "web"}, "port": 80, "target_port": 80}
_QUANTITIES = {"cpu_request": "1", "cpu_limit": "1", "memory_request": "1Gi", "memory_limit": "1Gi"}

CLOUD: dict[Any, dict[str, Any]] = {
    Network: {"cidr": "10.0.0.0/16", "node_subnets": [{"zone": "ap-guangzhou-6", "cidr": "10.0.0.0/20"}]},
    Cluster: {
        "vpc_id": "vpc-1",
        "network_mode": NetworkMode.GLOBAL_ROUTER,
        "version": "1.32.2",
        "cluster_cidr": "172.16.0.0/16",
    },
    NativeNodes: _POOL,
    SuperNodes: _POOL,
    ClusterAccess: {"cluster_id": "cls-1", "admin_cidrs": ["198.18.0.0/24"]},
    ClientAccess: {"client_cidrs": ["198.18.0.0/24"], "ports": "80"},
}
_WORKLOAD: dict[str, Any] = {
    "deployment": "web",
    "image": "nginx",
    "labels": {"app": "web"},
    "port": 80,
    "namespace": "shop",
    "resources": _QUANTITIES,
}
OBJECTS: dict[Any, dict[str, Any]] = {
    Apps: {"apps": {"web": {"workload": _WORKLOAD}}},
    Workload: _WORKLOAD,
    DirectService: _SERVICE,
    DirectIngress: _SERVICE | {"ingress": "door"},
    LocalService: _SERVICE,
    NodePortIngress: _SERVICE | {"ingress": "door"},
    GlobalRouteDirectAccess: {},
    TkeServiceConfig: {"name": "web-config", "l4_listeners": [{"protocol": "TCP", "port": 80, "scheduler": "WRR"}]},
}
COMPONENTS = CLOUD | OBJECTS | {ExistingCluster: {"cluster_id": "cls-1", "kubeconfig": "{}"}}


def _name(component: Any) -> str:
    return str(component.__name__)


def _make(component: Any, options: Callable[[], dict[str, Any]]) -> Recording:
    """One component, in a program that has a cloud account and a cluster of its own."""

    def body() -> None:
        given = options()
        if component in OBJECTS:
            cluster = kubernetes.Provider("their-cluster", kubeconfig="{}")
            given = {"providers": [cluster, *given.pop("providers", [])], **given}
        component("mine", COMPONENTS[component], pulumi.ResourceOptions(**given))

    return run(body)


def _component(recording: Recording, component: Any) -> Registered:
    """The component under test; another one of its kind may be there beside it."""
    (made,) = (found for found in recording.of(f"realip:index:{_name(component)}") if found.name == "mine")
    return made


def _children(recording: Recording, component: Any) -> list[Any]:
    made = _component(recording, component)
    children = [resource for resource in recording.resources if resource.parent == made.urn]
    assert children
    return children


def test_all_components_are_tried() -> None:
    public = {
        name
        for name in realip.__all__
        if isinstance(made := getattr(realip, name), type) and issubclass(made, pulumi.ComponentResource)
    }
    assert public == {_name(component) for component in COMPONENTS} | {"RealIpStack"}


@pytest.mark.parametrize("component", COMPONENTS, ids=_name)
def test_a_parent_is_the_components_and_not_its_childrens(component: Any) -> None:
    """Merged into the children, it would hand them to the grandparent."""
    recording = _make(component, lambda: {"parent": pulumi.ComponentResource("test:index:Outer", "outer")})
    made = _component(recording, component)
    assert recording.by_urn(made.parent).name == "outer"
    kinds = {resource.type for resource in _children(recording, component)}
    assert all(kind.startswith(("tencentcloud:", "kubernetes:", "pulumi:providers:")) for kind in kinds)
    theirs = {"their-cluster", "outer"}
    assert {r.parent for r in recording.custom if r.name not in theirs} == {made.urn}


@pytest.mark.parametrize("component", COMPONENTS, ids=_name)
def test_what_a_component_waits_for_its_children_wait_for(component: Any) -> None:
    """Pulumi does not hand that down: without it a Service comes before its switch."""

    def options() -> dict[str, Any]:
        return {"depends_on": [tencentcloud.vpc.Instance("before", cidr_block="10.9.0.0/16")]}

    recording = _make(component, options)
    for child in _children(recording, component):
        assert "before" in recording.waits_for(child), child


@pytest.mark.parametrize("component", COMPONENTS, ids=_name)
def test_a_component_may_wait_for_another_and_for_one_that_is_known_later(component: Any) -> None:
    def options() -> dict[str, Any]:
        before = Network("before", CLOUD[Network])  # type: ignore[arg-type]
        return {"depends_on": pulumi.Output.from_input(before)}

    recording = _make(component, options)
    for child in _children(recording, component):
        assert {"before-vpc", "before-nat-route"} <= recording.waits_for(child), child


@pytest.mark.parametrize("component", COMPONENTS, ids=_name)
def test_aliases_and_protection_reach_the_component(component: Any) -> None:
    recording = _make(component, lambda: {"aliases": [pulumi.Alias(name="old")], "protect": True})
    made = _component(recording, component)
    assert [alias.spec.name for alias in made.options.aliases] == ["old"]
    assert made.options.protect
    for child in _children(recording, component):
        assert child.read or child.options.protect, f"{child} is not protected, though its component is"


@pytest.mark.parametrize("component", CLOUD, ids=_name)
def test_the_cloud_account_that_was_named_is_the_one_used(component: Any) -> None:
    def options() -> dict[str, Any]:
        return {"providers": [tencentcloud.Provider("other-account", region="ap-tokyo")]}

    recording = _make(component, options)
    account = recording.named("other-account").urn
    children = [child for child in _children(recording, component) if child.type.startswith("tencentcloud:")]
    assert children
    assert {child.provider for child in children} == {account}


@pytest.mark.parametrize("component", OBJECTS, ids=_name)
def test_objects_go_to_the_cluster_that_was_named(component: Any) -> None:
    recording = _make(component, dict)
    cluster = recording.named("their-cluster").urn
    assert {child.provider for child in _children(recording, component)} == {cluster}


@pytest.mark.parametrize("component", OBJECTS, ids=_name)
def test_a_provider_may_be_given_by_any_of_pulumis_spellings(component: Any) -> None:
    for spelling in ("provider", "mapping", "parent"):

        def body(spelling: str = spelling) -> None:
            cluster = kubernetes.Provider("their-cluster", kubeconfig="{}")
            spellings: dict[str, dict[str, Any]] = {
                "provider": {"provider": cluster},
                "mapping": {"providers": {"kubernetes": cluster}},
                "parent": {"parent": _outer(cluster) if spelling == "parent" else None},
            }
            given = spellings[spelling]
            component("mine", OBJECTS[component], pulumi.ResourceOptions(**given))

        recording = run(body)
        cluster = recording.named("their-cluster").urn
        assert {child.provider for child in _children(recording, component)} == {cluster}, spelling


def _outer(cluster: kubernetes.Provider) -> pulumi.ComponentResource:
    return pulumi.ComponentResource("test:index:Outer", "outer", None, pulumi.ResourceOptions(providers=[cluster]))


@pytest.mark.parametrize("component", OBJECTS, ids=_name)
@pytest.mark.parametrize("opts", [None, pulumi.ResourceOptions()], ids=["no options", "no provider"])
def test_without_a_cluster_nothing_lands_on_whatever_kubeconfig_is_around(component: Any, opts: Any) -> None:
    recordings: list[Any] = []

    def body() -> None:
        recordings.append(None)
        component("mine", OBJECTS[component], opts)

    with pytest.raises(
        ArgumentError, match=rf"{_name(component)} 'mine': opts: has no Kubernetes provider.*opts="
    ) as caught:
        run(body)
    assert isinstance(caught.value, pulumi.RunError)
    assert recordings


def test_a_whole_stack_takes_options_too() -> None:
    def body() -> None:
        before = tencentcloud.vpc.Instance("before", cidr_block="10.9.0.0/16")
        account = tencentcloud.Provider("other-account", region="ap-guangzhou")
        outer = pulumi.ComponentResource("test:index:Outer", "outer")
        opts = pulumi.ResourceOptions(
            parent=outer, depends_on=[before], providers=[account], protect=True, aliases=[pulumi.Alias(name="old")]
        )
        program(settings("globalrouter-direct-native"), opts)()

    recording = run(body)
    stack = recording.one("realip:index:RealIpStack")
    assert recording.by_urn(stack.parent).name == "outer"
    assert [alias.spec.name for alias in stack.options.aliases] == ["old"]
    own = [resource for resource in recording.custom if "RealIpStack" in resource.urn.split("::")[2]]
    assert len(own) == len(recording.custom) - 2
    for resource in own:
        assert "before" in recording.waits_for(resource), resource
        assert resource.read or resource.options.protect, resource
    account = recording.named("other-account").urn
    assert {resource.provider for resource in own if resource.type.startswith("tencentcloud:")} == {account}


@pytest.mark.parametrize("spelling", ["provider", "providers", "mapping", "parent"])
def test_a_stack_refuses_a_kubernetes_provider_that_nothing_in_it_would_use(spelling: str) -> None:
    """Its objects would land on another cluster than the one that the program has named. A parent's is not the stack's to refuse."""

    def body() -> None:
        theirs = kubernetes.Provider("their-cluster", kubeconfig="{}")
        spellings: dict[str, dict[str, Any]] = {
            "provider": {"provider": theirs},
            "providers": {"providers": [theirs]},
            "mapping": {"providers": {"kubernetes": theirs}},
            "parent": {"parent": _outer(theirs) if spelling == "parent" else None},
        }
        program(settings("vpc-cni-direct-native"), pulumi.ResourceOptions(**spellings[spelling]))()

    if spelling == "parent":
        recording = run(body)
        theirs = recording.named("their-cluster").urn
        assert recording.kubernetes
        assert theirs not in {made.provider for made in recording.kubernetes}
        return
    with pytest.raises(ArgumentError, match=r"RealIpStack 'realip': opts: name a Kubernetes provider.*leave it out"):
        run(body)
