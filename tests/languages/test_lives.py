"""Programs in other languages live as the one in Python does: the examples, from the first preview to the last destroy."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.engine.driver import Operation, Project
from tests.languages.conftest import KNOWN, Examples, compiled

LANGUAGES = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in KNOWN]
"""A worker of pytest compiles a language once."""

Edits = Mapping[str, tuple[str, Sequence[tuple[str, str]]]]
"""By language: a file of the example; and what stands there, with what is to stand there instead."""

RENAMED: Edits = {
    "typescript": (
        "index.ts",
        [
            (
                'new realip.DirectService("shop", {\n{}}, { provider: cluster })',
                'new realip.DirectService("front", {\n{}}, { provider: cluster, aliases: [{ name: "shop" }] })',
            ),
            (
                "selector: labels,\n    port: 80,\n    targetPort: 80",
                """selector: pulumi.output(labels) as any,
    port: app.namespace.apply((name) => name.length * 20),
    targetPort: pulumi.output(80)""",
            ),
        ],
    ),
    "go": (
        "main.go",
        [
            (
                'realip.NewDirectService(ctx, "shop", {}pulumi.Provider(cluster))',
                """realip.NewDirectService(ctx, "front", {}pulumi.Provider(cluster),
            pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String("shop")}}))""",
            ),
            (
                "Port:       pulumi.Int(80),\n\t\t\tTargetPort: pulumi.Int(80),",
                """Port: app.Namespace.ApplyT(func(name string) int { return len(name) * 20 }).(pulumi.IntOutput),
            TargetPort: pulumi.Int(80).ToIntOutput(),""",
            ),
        ],
    ),
    "java": (
        "src/main/java/shop/App.java",
        [
            (
                """new DirectService(
            "shop", {} onCluster)""",
                """new DirectService(
            "front", {} ComponentResourceOptions.builder().providers(cluster)
            .aliases(com.pulumi.core.Alias.builder().name("shop").build()).build())""",
            ),
        ],
    ),
    "yaml": (
        "Pulumi.yaml",
        [
            (
                """type: realip:DirectService
    name: shop
{}    options:
""",
                """type: realip:DirectService
    name: front
{}    options:
      aliases: ["urn:pulumi:dev::shop::realip:index:DirectService::shop"]
""",
            ),
            (
                "selector:\n        app: shop\n      port: 80\n",
                "selector:\n        app: ${app.namespace}\n      port: 80\n",
            ),
        ],
    ),
}
"""Another name, and values that are outputs now: a number, a whole object, another resource's; nothing is to change by them."""
MISTAKEN: Edits = {
    "typescript": (
        "index.ts",
        [
            (
                'service: "shop-public"{}targetPort: 80',
                """loadBalancer: app.namespace.apply((name) => ({ internalSubnetId: name })) as any,
    service: "Shop Public"{}targetPort: 80000""",
            )
        ],
    ),
    "go": (
        "main.go",
        [
            (
                'pulumi.String("shop-public"){}TargetPort: pulumi.Int(80)',
                'pulumi.String("Shop Public"){}TargetPort: pulumi.Int(80000)',
            )
        ],
    ),
    "java": (
        "src/main/java/shop/App.java",
        [('"shop-public", labels, 80, 80)', '"Shop Public", labels, 80, 80000)')],
    ),
    "yaml": ("Pulumi.yaml", [("service: shop-public{}targetPort: 80", "service: Shop Public{}targetPort: 80000")]),
}


def edit(project: Project, language: str, edits: Edits) -> None:
    """Change the program as its user would, and compile it."""
    name, changes = edits[language]
    file = project.directory / name
    text = file.read_text("utf-8")
    for before, after in changes:
        start, _, end = before.partition("{}")
        head, found, rest = text.partition(start)
        assert found, start
        between, found, rest = rest.partition(end) if end else ("", "here", rest)
        assert found, end
        text = head + after.replace("{}", between, 1) + rest
    file.write_text(text, "utf-8")
    compiled(language, project.directory)


def planned(operation: Operation) -> dict[str, dict[str, Any]]:
    """The inputs of everything that an operation makes and of the provider that the program names, by URN.

    Two things are each SDK's own: the version that it asks of a provider's plugin, and whether a setting of a provider is
    written as it is or as JSON.
    """
    found = {}
    for step in operation.steps:
        if step.op == "create" and (step.name == "cluster" or not step.type.startswith("pulumi:")):
            inputs = operation.planned(step.urn)
            if step.name == "cluster":
                inputs = {key: as_json(value) for key, value in inputs.items() if key not in {"version", "__internal"}}
            found[step.urn] = inputs
    return found


def as_json(value: object) -> object:
    """A setting of a provider as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def written(project: Project, language: str) -> Iterator[tuple[str, str]]:
    """All that was written anywhere; what Java's SDK says for debugging aside, which has every request in it, secrets too."""
    for where, text in project.texts():
        lines = text.splitlines(keepends=True)
        yield where, "".join(line for line in lines if language != "java" or '"severity":"debug"' not in line)


def unchanged(operation: Operation) -> None:
    """An operation that must find nothing to do."""
    assert [str(step) for step in operation.succeeded().changes] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_makes_what_the_one_in_python_makes_and_removes_all_of_it(example: Examples, language: str) -> None:
    project = example(language)
    wanted = planned(example("python").preview().succeeded())
    kinds = {urn.split("::")[2].split("$")[-1].rpartition(":")[2] for urn in wanted}
    assert kinds >= {"kubernetes", "Workload", "DirectService", "Namespace", "Deployment", "Service"}
    assert planned(project.preview().succeeded()) == wanted
    assert project.resources() == [], "a preview made something"
    assert planned(project.up().succeeded()) == wanted
    assert project.outputs()["url"].startswith("http://")
    unchanged(project.preview("--expect-no-changes"))
    unchanged(project.refresh())
    secrets = project.world.cloud.secrets()
    assert secrets
    assert [(where, secret) for where, text in written(project, language) for secret in secrets if secret in text] == []

    edit(project, language, RENAMED)
    unchanged(project.up())
    assert {resource["urn"].rpartition("::")[2] for resource in project.resources()} >= {"front", "front-service"}
    unchanged(project.preview("--expect-no-changes"))

    project.destroy().succeeded()
    assert project.resources() == []
    (server,) = project.world.cloud.servers.values()
    assert [key for key in server.objects if key[0] in {"Deployment", "Service"}] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_mistakes_are_told_at_once_in_the_spelling_of_the_program_and_without_a_traceback(
    example: Examples, language: str
) -> None:
    project = example(language)
    edit(project, language, MISTAKEN)
    refused = project.preview().failed()
    (told,) = [text for text in refused.messages if "realip:index:DirectService" in text]
    for words in ("property service", "Shop Public", "property targetPort", "80000"):
        assert words in told, told
    assert ("property loadBalancer has a problem: is an output" in told) == (language == "typescript")
    for leaked in ("Traceback", ".py", "target_port", "site-packages"):
        assert leaked not in refused.text
