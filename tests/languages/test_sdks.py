"""SDKs in every language that Pulumi's generators can be had for: whole, typed, and compiled where a compiler can be had."""

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

import realip
from tests.engine.driver import Project, world
from tests.languages import languages
from tests.languages.conftest import COMPILE_SECONDS, KNOWN, WRITTEN, Example
from tests.languages.hosts import Language
from tests.languages.stacks import lives

pytestmark = pytest.mark.xdist_group("sdks")

UNTYPED_ON_PURPOSE = "podTemplate"
"""Kubernetes' own pod template, of which the components know nothing."""

PROGRAM = """\
import pulumi
import pulumi_kubernetes as kubernetes
import {package} as realip

stack = realip.RealIpStack(
    "realip",
    scenario=realip.StackScenario.VPC_CNI_DIRECT_NATIVE,
    network={{"zones": ["ap-guangzhou-6", "ap-guangzhou-7"]}},
    app=realip.StackAppArgs(echo=True, port=8080),
    access={{"admin_cidrs": ["198.18.0.0/24"], "client_cidrs": ["0.0.0.0/0"]}},
)
cluster = kubernetes.Provider("cluster", kubeconfig=stack.kubeconfig, cluster_identifier=stack.cluster_id)
exposure = realip.DirectService(
    "shop",
    service="shop",
    namespace=stack.namespace,
    selector={{"app": "shop"}},
    port=stack.namespace.apply(len),
    target_port=8080,
    opts=pulumi.ResourceOptions(provider=cluster),
)

pulumi.export("scenario", stack.scenario)
pulumi.export("reads", stack.reads)
pulumi.export("url", stack.url)
pulumi.export("kubeconfig", stack.kubeconfig)
"""


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory, pulumi: Path, plugin: Path) -> Callable[[Language], Path]:
    """The folder of an SDK, as `pulumi package gen-sdk` writes it."""

    @functools.cache
    def make(language: Language) -> Path:
        folder = tmp_path_factory.mktemp(language.runtime)
        (folder / "project").mkdir()
        with world() as surroundings:
            project = Example(folder, "dev", surroundings, pulumi, language=language)
            project.with_languages(
                "package", "gen-sdk", str(plugin), "--language", language.runtime, "--out", str(folder)
            ).succeeded()
        return folder / language.runtime

    return make


def texts(folder: Path, suffix: str) -> dict[str, str]:
    """What an SDK says, by file."""
    return {str(file.relative_to(folder)): file.read_text("utf-8") for file in sorted(folder.rglob(f"*{suffix}"))}


def untyped(sources: dict[str, str], pattern: str) -> list[str]:
    """Lines that declare an argument or an output of any type."""
    found = re.compile(pattern)
    return [line.strip() for text in sources.values() for line in text.splitlines() if found.search(line)]


COMPONENTS = {"RealIpStack", *(name for name in realip.__all__ if f"{name}Args" in realip.__all__)}


def test_typescript_has_every_component_and_no_any(sdk: Callable[[Language], Path]) -> None:
    sources = texts(sdk(languages.NODEJS), ".ts")
    assert (
        set(
            re.findall(
                r"^export class (\w+) extends pulumi\.ComponentResource", "\n".join(sources.values()), re.MULTILINE
            )
        )
        >= COMPONENTS
    )
    declared = untyped(sources, r"^\s*(declare )?(public )?(/\*out\*/ )?(readonly )?\w+\??: .*\bany\b")
    assert {line.partition("?")[0] for line in declared} == {UNTYPED_ON_PURPOSE}


def test_go_has_every_component_and_no_empty_interface(sdk: Callable[[Language], Path]) -> None:
    sources = texts(sdk(languages.GO), ".go")
    assert (
        set(re.findall(r"^func New(\w+)\(ctx \*pulumi\.Context", "\n".join(sources.values()), re.MULTILINE))
        >= COMPONENTS
    )
    declared = untyped(
        sources,
        r"^\t\w+ +(\[\]|map\[string\])*(interface\{\}|any|pulumi\.(Input|Map|Array|Any\w*))(Input|PtrInput)?( `|$)",
    )
    assert {line.split()[0] for line in declared} == {"PodTemplate"}


def test_csharp_has_every_component_and_no_object(sdk: Callable[[Language], Path]) -> None:
    """It is read and not compiled: no compiler for it can be had here."""
    sources = texts(sdk(languages.CSHARP), ".cs")
    everything = "\n".join(sources.values())
    assert set(re.findall(r"public partial class (\w+) : global::Pulumi\.ComponentResource", everything)) >= COMPONENTS
    assert "public Input<int>? TargetPort { get; set; }" in everything
    assert "public Output<string> Url { get; private set; } = null!;" in everything
    declared = untyped(sources, r"^\s*(public|private) .*\b(object|dynamic)\b[^(]*(\{ get; set; \}|;)$")
    named = {found[1].lower() for line in declared if (found := re.search(r"_?(\w+)(?: \{|;)", line))}
    assert named == {UNTYPED_ON_PURPOSE.lower()}


def test_a_program_over_the_python_sdk_is_strictly_typed(sdk: Callable[[Language], Path], tmp_path: Path) -> None:
    folder = sdk(languages.PYTHON_SDK)
    (typed,) = folder.rglob("py.typed")
    package = typed.parent
    settings = tmp_path / "mypy.ini"
    settings.write_text(f"[mypy]\nstrict = true\n[mypy-{package.name}.*]\nfollow_imports = silent\n")

    def checked(text: str) -> "subprocess.CompletedProcess[str]":
        program = tmp_path / "program.py"
        program.write_text(text)
        return subprocess.run(
            [sys.executable, "-m", "mypy", "--config-file", settings, "--cache-dir", tmp_path / "cache", program],
            env={**os.environ, "MYPYPATH": str(package.parent)},
            capture_output=True,
            text=True,
            timeout=COMPILE_SECONDS,
            check=False,
        )

    right = PROGRAM.format(package=package.name)
    done = checked(right)
    assert done.returncode == 0, done.stdout
    wrong = checked(right.replace("target_port=8080", "targetport=8080"))
    assert wrong.returncode == 1
    assert 'Unexpected keyword argument "targetport"' in wrong.stdout or "No overload variant" in wrong.stdout


@pytest.fixture
def over_the_python_sdk(
    sdk: Callable[[Language], Path], tmp_path: Path, pulumi: Path, plugin: Path
) -> Iterator[Callable[[Callable[[str], str]], Project]]:
    """A stack of the program, changed by a function, with Python's SDK installed as pip leaves it."""
    (typed,) = sdk(languages.PYTHON_SDK).rglob("py.typed")
    project = tmp_path / "project"
    shutil.copytree(typed.parent, project / typed.parent.name)
    installed = project / f"{typed.parent.name}-{realip.__version__}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Name: {typed.parent.name}\nVersion: {realip.__version__}\n", "utf-8")
    description = {"name": "shop", "runtime": "python", "packages": {"realip": str(plugin)}}
    (project / "Pulumi.yaml").write_text(yaml.safe_dump(description), "utf-8")
    with world() as surroundings:

        def make(change: Callable[[str], str]) -> Project:
            (project / "__main__.py").write_text(change(PROGRAM.format(package=typed.parent.name)), "utf-8")
            stack = Project(tmp_path, "dev", surroundings, pulumi).init()
            stack.configure({"tencentcloud:region": "ap-guangzhou"})
            return stack

        yield make


def test_a_program_over_the_python_sdk_lives_with_a_stack_and_a_component_that_takes_its_outputs(
    over_the_python_sdk: Callable[[Callable[[str], str]], Project], in_python: set[tuple[str, str]]
) -> None:
    own = {
        ("pulumi:providers:kubernetes", "cluster"),
        ("realip:index:DirectService", "shop"),
        ("kubernetes:core/v1:Service", "shop-service"),
    }
    assert lives(over_the_python_sdk(str)) == in_python | own


def test_mistakes_in_a_program_over_the_python_sdk_are_told_at_once_and_without_a_traceback(
    over_the_python_sdk: Callable[[Callable[[str], str]], Project],
) -> None:
    project = over_the_python_sdk(
        lambda program: program.replace('"198.18.0.0/24"', '"198.18.0.0/99"').replace("port=8080)", "port=80800)")
    )
    refused = project.preview().failed()
    (told,) = [text for text in refused.messages if "realip:index:RealIpStack" in text]
    for words in ("property access.adminCidrs", "198.18.0.0/99", "property app.port", "80800"):
        assert words in told, told
    for leaked in ("Traceback", ".py", "admin_cidrs", "site-packages"):
        assert leaked not in refused.text
    assert project.resources() == []


@pytest.mark.parametrize("name", WRITTEN)
def test_adding_the_package_to_a_project_of_ones_own_does_what_the_example_shows(
    ready: Callable[[str], Path], pulumi: Path, plugin: Path, tmp_path: Path, name: str
) -> None:
    shown = ready(name)
    project = tmp_path / "project"
    project.mkdir()
    runtime = yaml.safe_load((shown / "Pulumi.yaml").read_text("utf-8"))["runtime"]
    (project / "Pulumi.yaml").write_text(f"name: own\nruntime: {runtime}\n")
    with world() as surroundings:
        own = Example(tmp_path, "dev", surroundings, pulumi, language=KNOWN[name][0])
        own.with_languages("package", "add", str(plugin)).succeeded()
    assert yaml.safe_load((project / "Pulumi.yaml").read_text("utf-8"))["packages"] == {"realip": str(plugin)}
    written = sorted(str(file.relative_to(project)) for file in (project / "sdks").rglob("*.*"))
    assert set(written) <= {str(file.relative_to(shown)) for file in (shown / "sdks").rglob("*.*")}
    assert written
