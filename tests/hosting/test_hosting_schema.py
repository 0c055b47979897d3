"""The schema that other languages' programs are generated from: every generator, and every reader, has to make sense of it."""

import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

import realip
from realip.components._taints import EFFECTS
from realip.hosting import Host
from realip.hosting.catalogue import COMPONENTS
from realip.listeners import PROTOCOLS
from realip.package import metadata

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
OTHERS_NAMES = re.compile(r"[Pp]rovider resources?:? [a-z_, ]+|qcloud_cert_id|TCP_SSL")
"""Names with an underscore that are the provider's or TKE's own."""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(json.loads(str(Host().schema)))


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every component and type, with where it is."""
    for token, described in (*schema["resources"].items(), *schema["types"].items()):
        for kind in ("inputProperties", "properties"):
            for name, found in (described.get(kind) or {}).items():
                yield f"{token}.{name}", found


def descriptions(node: Any) -> Iterator[str]:
    """Every sentence of the schema."""
    if isinstance(node, dict):
        if isinstance(said := node.get("description"), str):
            yield said
        for inner in node.values():
            yield from descriptions(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from descriptions(inner)


def snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def test_every_public_component_is_hosted(schema: dict[str, Any]) -> None:
    public = {
        name
        for name in realip.__all__
        if isinstance(made := getattr(realip, name), type) and issubclass(made, pulumi.ComponentResource)
    }
    assert {token.removeprefix("realip:index:") for token in schema["resources"]} == public


def test_arguments_and_what_may_be_left_out_are_the_same_in_every_language(schema: dict[str, Any]) -> None:
    for component in COMPONENTS:
        found = schema["resources"][f"realip:index:{component.__name__}"]
        arguments = inspect.signature(component).parameters["args"].annotation
        assert {snake(name) for name in found["inputProperties"]} == set(arguments.__annotations__)
        optional = {snake(name) for name in found["inputProperties"] if name not in found["requiredInputs"]}
        assert optional == arguments.__optional_keys__, component.__name__


def test_everything_is_explained(schema: dict[str, Any]) -> None:
    assert [where for where, found in properties(schema) if not found.get("description")] == []
    described = {**schema["resources"], **schema["types"]}
    assert [token for token, found in described.items() if not found.get("description")] == []


def test_nothing_is_explained_in_python(schema: dict[str, Any]) -> None:
    """Nor in Markdown's code blocks, which an indented docstring turns into."""
    python = re.compile(r"\bopts\b|[a-z]+_[a-z_]+|\bpulumi\.|`(True|False|None)`|\[\"|ArgumentError|\n[ \t]|--secret")
    assert [said for said in descriptions(schema) if python.search(OTHERS_NAMES.sub("", said))] == []
    assert [said for said in descriptions(schema) if "pulumi config" in said] == []


def test_nothing_is_promised_that_a_type_cannot_take(schema: dict[str, Any]) -> None:
    """Python takes names of ports, and paths as text; other languages have no unions."""
    owners = [*schema["resources"].values(), *schema["types"].values()]
    inputs = [
        each for owner in owners for each in (owner.get("inputProperties") or owner.get("properties") or {}).items()
    ]
    ports = [found for name, found in inputs if name == "targetPort"]
    assert len(ports) > 5
    assert [found["description"] for found in ports if "name of a container" in found["description"]] == []
    assert {found["type"] for found in ports} == {"integer"}
    assert [
        found["description"] for name, found in inputs if name == "paths" and "as text" in found["description"]
    ] == []


def test_what_a_stack_is_of_that_nobody_describes_is_said(schema: dict[str, Any]) -> None:
    assert (
        "vpc-cni-direct-native if unset"
        in schema["resources"]["realip:index:RealIpStack"]["inputProperties"]["scenario"]["description"]
    )
    redirect = schema["types"]["realip:index:StackLoadBalancer"]["properties"]["redirect"]["description"]
    assert "Defaults" not in redirect


def test_a_choice_that_nobody_makes_has_a_known_outcome(schema: dict[str, Any]) -> None:
    for token, described in (*schema["resources"].items(), *schema["types"].items()):
        inputs = described.get("inputProperties") or described.get("properties") or {}
        required = described.get("requiredInputs") or described.get("required") or []
        for name, found in inputs.items():
            if found.get("type") == "boolean" and name not in required and "inputProperties" in described:
                assert re.search("unset|Defaults to", found["description"]), f"{token}.{name}"


def test_go_has_a_type_for_every_object_in_a_list_or_a_map(schema: dict[str, Any]) -> None:
    """Go's generator makes no arguments type for an object that only occurs as a plain entry, and refers to it all the same."""
    entries = {
        where: inner
        for where, found in properties(schema)
        for kind in ("items", "additionalProperties")
        if (inner := found.get(kind)) and str(inner.get("$ref")).startswith("#/types/")
    }
    assert {"realip:index:Network.nodeSubnets", "realip:index:Apps.apps"} <= set(entries)
    assert [where for where, inner in entries.items() if inner.get("plain")] == []


def test_every_reference_leads_to_a_type(schema: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": "#/types/([^"]+)"', json.dumps(schema)))
    assert references == set(schema["types"])


def test_types_have_names_that_languages_can_put_a_word_behind(schema: dict[str, Any]) -> None:
    """`WorkloadArgs` becomes `WorkloadArgsArgs`, and `Resources` could be anybody's."""
    names = {token.removeprefix("realip:index:") for token in schema["types"]}
    assert [name for name in names if name.endswith("Args")] == []
    assert (
        names & {"Resources", "Subnet", "Taint", "LoadBalancer", "Connection", "Protocol", "Endpoint", "Gate"} == set()
    )
    assert names & {token.removeprefix("realip:index:") for token in schema["resources"]} == set()


def test_members_of_choices_are_named_as_every_language_can_spell_them(schema: dict[str, Any]) -> None:
    """The generators make `VP_C_CNI` of `VPC_CNI`."""
    modes = schema["types"]["realip:index:NetworkMode"]["enum"]
    assert {member["name"]: member["value"] for member in modes} == {
        "VpcCni": "VPC-CNI",
        "GlobalRouter": "GlobalRouter",
    }
    names = [member["name"] for found in schema["types"].values() for member in found.get("enum") or ()]
    assert "VpcCniDirectNativeIngress" in names
    assert [name for name in names if not re.fullmatch("([A-Z][a-z0-9]+)+", name)] == []


@pytest.mark.parametrize(
    ("owner", "name", "words"),
    [
        ("Network", "accountType", {"STANDARD", "LEGACY"}),
        ("NodeTaint", "effect", set(EFFECTS)),
        ("Toleration", "effect", set(EFFECTS)),
        ("ServicePort", "protocol", set(PROTOCOLS)),
    ],
)
def test_the_same_words_are_one_choice_in_components_and_in_stacks(
    schema: dict[str, Any], owner: str, name: str, words: set[str]
) -> None:
    described = {**schema["types"], **schema["resources"]}[f"realip:index:{owner}"]
    found = (described.get("inputProperties") or described["properties"])[name]
    assert "type" not in found
    choice = schema["types"][found["$ref"].removeprefix("#/types/")]
    assert {member["value"] for member in choice["enum"]} == words


def test_a_kubeconfig_is_marked_as_a_secret_wherever_it_comes(schema: dict[str, Any]) -> None:
    marked = {where.removeprefix("realip:index:") for where, found in properties(schema) if found.get("secret")}
    assert marked == {
        "ClusterAccess.kubeconfig",
        "ExistingCluster.kubeconfig",
        "RealIpStack.kubeconfig",
        "StackAccess.kubeconfig",
    }


def test_whoever_has_a_kubeconfig_learns_how_to_make_the_provider_right(schema: dict[str, Any]) -> None:
    """Without the cluster's id, a kubeconfig that is not known yet replaces everything on the cluster."""
    for component in ("ClusterAccess", "ExistingCluster"):
        said = schema["resources"][f"realip:index:{component}"]["description"]
        for needed in ("`kubeconfig`", "`clusterIdentifier`", "`enableServerSideApply: true`"):
            assert needed in said


def test_the_package_says_of_itself_what_the_project_says(schema: dict[str, Any]) -> None:
    assert schema["description"] == PROJECT["description"]
    assert set(PROJECT["keywords"]) < set(schema["keywords"])
    assert "kind/component" in schema["keywords"]
    assert schema["license"] == PROJECT["license"]
    assert schema["version"] == realip.__version__
    assert set(schema["language"]) == {"nodejs", "python", "go", "java", "csharp"}


def test_every_languages_name_comes_from_the_projects_address() -> None:
    """An address that stands in several places is wrong in one of them one day."""
    published = metadata("https://github.com/some-one/client-ip", "2.1.0")
    languages = published["language"]
    assert languages["nodejs"]["packageName"] == "@some-one/realip"
    assert languages["go"]["modulePath"] == "github.com/some-one/client-ip/sdk/go/v2"
    assert languages["go"]["importBasePath"] == "github.com/some-one/client-ip/sdk/go/v2/realip"
    assert languages["java"]["basePackage"] == "com.github.someone"
    assert languages["csharp"]["rootNamespace"] == "SomeOne"
    assert published["repository"] == published["homepage"] == "https://github.com/some-one/client-ip"
    assert published["publisher"] == published["namespace"] == "some-one"


def test_a_project_without_an_address_claims_nobodys(schema: dict[str, Any]) -> None:
    assert {"homepage", "repository"} & set(schema) == set()
    assert schema["language"]["go"]["modulePath"].startswith("example.com/")  # RFC 2606
    assert not schema["language"]["nodejs"]["packageName"].startswith("@pulumi/")
