"""Components can be served to programs in other languages: Pulumi's analyzer reads a schema from them."""

import inspect
import re
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.analyzer import Analyzer

import realip

COMPONENTS = [
    realip.Apps,
    realip.ClientAccess,
    realip.Cluster,
    realip.ClusterAccess,
    realip.DirectIngress,
    realip.DirectService,
    realip.ExistingCluster,
    realip.GlobalRouteDirectAccess,
    realip.LocalService,
    realip.NativeNodes,
    realip.Network,
    realip.NodePortIngress,
    realip.SuperNodes,
    realip.TkeServiceConfig,
    realip.Workload,
]


@pytest.fixture(scope="module")
def schema() -> Any:
    return Analyzer("realip").analyze(COMPONENTS)


def test_every_public_component_is_hosted_but_the_stack_whose_settings_are_checked_at_once() -> None:
    public = {
        made
        for name in realip.__all__
        if isinstance(made := getattr(realip, name), type) and issubclass(made, pulumi.ComponentResource)
    }
    assert public == {*COMPONENTS, realip.RealIpStack}


def test_inputs_are_the_arguments_and_every_one_is_explained(schema: Any) -> None:
    for component in COMPONENTS:
        found = schema["component_definitions"][component.__name__]
        arguments = inspect.signature(component).parameters["args"].annotation
        assert {_snake(name) for name in found.inputs} == set(arguments.__annotations__)
        assert found.description
        for name, one in found.inputs.items():
            assert one.description, f"{component.__name__}.{name}"
        for name, one in found.outputs.items():
            assert one.description, f"{component.__name__}.{name}"


def test_what_may_be_left_out_may_be_left_out_in_every_language(schema: Any) -> None:
    for component in COMPONENTS:
        arguments = inspect.signature(component).parameters["args"].annotation
        optional = {
            _snake(name)
            for name, one in schema["component_definitions"][component.__name__].inputs.items()
            if one.optional
        }
        assert optional == arguments.__optional_keys__, component.__name__


def test_outputs_are_what_a_component_promises(schema: Any) -> None:
    outputs = {
        name: {_snake(output) for output in found.outputs} for name, found in schema["component_definitions"].items()
    }
    assert outputs == {
        "Apps": {"addresses", "urls"},
        "ClientAccess": {"security_group_id"},
        "Cluster": {"cluster_id"},
        "ClusterAccess": {"kubeconfig"},
        "DirectIngress": {"service", "ingress", "address", "url"},
        "DirectService": {"service", "address", "url"},
        "ExistingCluster": {"kubeconfig"},
        "GlobalRouteDirectAccess": set(),
        "LocalService": {"service", "address", "url"},
        "NativeNodes": {"node_pool_id"},
        "Network": {"vpc_id", "node_subnet_ids", "pod_subnet_ids", "security_group_id"},
        "NodePortIngress": {"service", "ingress", "address", "url"},
        "SuperNodes": {"node_pool_id"},
        "TkeServiceConfig": {"name"},
        "Workload": {"namespace", "deployment"},
    }


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda letter: f"_{letter[1].lower()}", name)
