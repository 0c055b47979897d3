"""A stack's configuration offline has to be what the engine would hand to the program."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from realip.errors import InputError
from realip.offline.dialect import read_yaml
from realip.offline.stackfile import read_stack
from tests.offline.running import Realip

CONFIG = 'config:\n  realip:access: {adminCidrs: ["192.0.2.0/24"]}\n'


def configuration(project: Path, text: str, *overrides: str) -> dict[str, str]:
    (project / "stacks" / "Pulumi.mine.yaml").write_text(text)
    return dict(read_stack("mine", overrides, folder=project).configuration)


def section(project: Path, text: str, key: str, *overrides: str) -> Any:
    return json.loads(configuration(project, text, *overrides)[f"realip:{key}"])


def test_what_a_stack_does_not_say_comes_from_the_project_file(project: Path) -> None:
    found = configuration(project, CONFIG)
    assert found["realip:scenario"] == "vpc-cni-direct-native"
    assert found["realip:app"] == "{}"


def test_a_stacks_object_replaces_the_projects_default_and_is_not_merged_with_it(project: Path) -> None:
    declared = yaml.safe_load((project / "Pulumi.yaml").read_text())
    declared["config"]["app"]["default"] = {"servicePort": 82}
    (project / "Pulumi.yaml").write_text(yaml.safe_dump(declared))
    assert section(project, CONFIG, "app") == {"servicePort": 82}
    assert section(project, f"{CONFIG}  realip:app: {{port: 80}}\n", "app") == {"port": 80}


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("a: 1", "1"),
        ("a: {value: 2}", "2"),
        ("a: {type: string, default: x}", "x"),
        ("a: {type: array, default: [1]}", "[1]"),
    ],
)
def test_every_way_of_declaring_a_default_counts(declared: str, value: str, project: Path) -> None:
    (project / "Pulumi.yaml").write_text(
        f"name: realip\nruntime: python\nstackConfigDir: stacks\nconfig: {{other:{declared}, other:none: {{type: string}}}}\n"
    )
    found = configuration(project, CONFIG)
    assert found["other:a"] == value
    assert "other:none" not in found


def test_keys_without_a_namespace_are_the_projects_own(project: Path) -> None:
    assert section(project, f"{CONFIG}  app: {{port: 81}}\n", "app") == {"port": 81}


def test_text_is_handed_over_as_it_is_and_everything_else_as_json(project: Path) -> None:
    found = configuration(project, f"{CONFIG}  other:text: a\n  other:yes: true\n  other:list: [1, b]\n  other:gone:\n")
    assert (found["other:text"], found["other:yes"], found["other:list"]) == ("a", "true", '[1, "b"]')
    assert found["other:gone"] == "", "the engine hands over a key with nothing behind it as empty text"


def test_a_section_with_nothing_behind_it_is_wrong_as_it_is_to_the_engine(project: Path) -> None:
    with pytest.raises(InputError, match=r'app = "": must be a map'):
        configuration(project, f"{CONFIG}  realip:app:\n")
    with pytest.raises(InputError, match=r'app = "": must be a map'):
        configuration(project, CONFIG, "app=")


def test_a_stack_file_ends_as_the_projects_file_does(project: Path) -> None:
    """The engine reads no other, and says nothing about one: a stack would come up with nothing but defaults."""
    stacks = project / "stacks"
    (stacks / "Pulumi.mine.yaml").write_text(f"{CONFIG}  other:from: yaml\n")
    (stacks / "Pulumi.mine.yml").write_text(f"{CONFIG}  other:from: yml\n")
    assert read_stack("mine", folder=project).configuration["other:from"] == "yaml"
    (project / "Pulumi.yaml").rename(project / "Pulumi.yml")
    assert read_stack("mine", folder=project).configuration["other:from"] == "yml"
    with pytest.raises(
        InputError, match=r"Pulumi.vpc-cni-direct-native.yaml: is not read.*rename it to \S+native\.yml"
    ):
        read_stack("vpc-cni-direct-native", folder=project)


def test_the_first_project_file_that_the_engine_finds_counts(project: Path) -> None:
    (project / "Pulumi.yml").write_text("name: other\nruntime: python\n")
    assert read_stack("vpc-cni-direct-native", folder=project).project.name == "realip"
    (project / "Pulumi.json").write_text('{"name": "other", "runtime": "python"}')
    with pytest.raises(
        InputError, match=r"Pulumi.json: is what the engine reads of this project.* write it as Pulumi.yaml"
    ):
        read_stack("vpc-cni-direct-native", folder=project)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("  app: {port: 1}\n  realip:app: {port: 2}\n", "realip:app is there twice, with its namespace and without"),
        ("  a:b:c: 1\n", "a:b:c is no key of a configuration; write <namespace>:<name>"),
    ],
)
def test_keys_that_the_engine_cannot_tell_apart_or_read_are_refused(lines: str, words: str, project: Path) -> None:
    with pytest.raises(InputError, match=words):
        configuration(project, CONFIG + lines)


def test_a_mark_at_the_start_of_a_file_is_passed_over(project: Path) -> None:
    assert configuration(project, f"\ufeff{CONFIG}") == configuration(project, CONFIG)


@pytest.mark.parametrize(
    ("overrides", "app"),
    [
        (["app.port=8080"], {"port": 8080, "label": "x"}),
        (["realip:app.port=8080"], {"port": 8080, "label": "x"}),
        (["app={port: 1}"], {"port": 1}),
        (["app={port: 1}", "app.port=2", "app.replicas=3"], {"port": 2, "replicas": 3}),
        (['app["label"]="a=b]"'.replace("=b]", "b")], {"port": 80, "label": "ab"}),
        (["app.label=1.5"], "must be text"),
        (["app.image=host/path:tag"], {"port": 80, "label": "x", "image": "host/path:tag"}),
    ],
)
def test_a_config_argument_replaces_the_value_at_its_path_and_nothing_beside_it(
    overrides: list[str], app: Any, project: Path
) -> None:
    text = f"{CONFIG}  realip:app: {{port: 80, label: x}}\n"
    if isinstance(app, str):
        with pytest.raises(InputError, match=app):
            section(project, text, "app", *overrides)
    else:
        assert section(project, text, "app", *overrides) == app


def test_a_list_grows_by_the_index_after_its_last(project: Path) -> None:
    access = section(
        project, CONFIG, "access", "access.adminCidrs[1]=198.51.100.0/24", "access.clientCidrs[0]=0.0.0.0/0"
    )
    assert access == {"adminCidrs": ["192.0.2.0/24", "198.51.100.0/24"], "clientCidrs": ["0.0.0.0/0"]}
    assert section(project, CONFIG, "access", "access.adminCidrs[0]=10.9.0.0/16")["adminCidrs"] == ["10.9.0.0/16"]


def test_a_quoted_name_may_hold_what_divides_a_path(project: Path) -> None:
    nodes = section(project, CONFIG, "nodes", 'nodes.labels["example.com/a.b"]=c', 'nodes["labels"].plain=d')
    assert nodes == {"labels": {"example.com/a.b": "c", "plain": "d"}}
    tags = section(project, CONFIG, "tags", r'tags["a]=b"]=c')
    assert tags == {"a]=b": "c"}
    app = section(project, CONFIG, "app", r'app.env["a\"]\\b"]=c')
    assert app == {"env": {'a"]\\b': "c"}}


def test_another_providers_setting_is_set_by_its_namespace(project: Path) -> None:
    zones = "network.zones=[ap-singapore-1, ap-singapore-2]"
    found = configuration(project, CONFIG, "tencentcloud:region=ap-singapore", zones)
    assert found["tencentcloud:region"] == "ap-singapore"
    with pytest.raises(InputError, match=r"network\.zones"):
        configuration(project, CONFIG, "tencentcloud:region=ap-singapore")


def test_the_files_stay_as_they_are(realip: Realip, project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert realip("preview", "--config", "app.port=8080").code == 0
    after = {
        path: path.read_bytes() for path in project.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert after == before


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("12:30:45", "12:30:45"),
        ("010", 8),
        ("0o10", 8),
        ("0x1f", 31),
        ("+7", 7),
        ("1e3", 1000),
        ("1.30", 1.3),
        (".5", 0.5),
        ("~", None),
        ("", None),
        ("null", None),
        ('"1"', "1"),
        ("{a: &x {b: 1}, c: {<<: *x}}", {"a": {"b": 1}, "c": {"b": 1}}),
    ],
)
def test_yaml_is_read_as_the_engine_reads_it(text: str, value: Any) -> None:
    found = read_yaml(text)
    assert (found, type(found)) == (value, type(value))


TABLE: dict[str, str] = json.loads((Path(__file__).parent / "loader_table.json").read_text())
"""Plain words, and what the engine's own loader makes of each in `{v: WORD}`: the JSON that a program gets, or `error`.
tests/engine/test_engine_stack_files.py asks the loader again."""


@pytest.mark.parametrize("word", TABLE)
def test_a_plain_word_is_what_the_engine_makes_of_it_or_is_refused(word: str) -> None:
    """`servicePort: 0120` previewed as 120 and came up as 80."""
    if TABLE[word] == "error" or word.startswith(("20", "!!binary", "!!set")):
        with pytest.raises(yaml.YAMLError):
            read_yaml(f"{{v: {word}}}")
        return
    found, wanted = read_yaml(f"{{v: {word}}}"), json.loads(TABLE[word])
    if isinstance(wanted["v"], int) and abs(wanted["v"]) > 2**63:
        found, wanted = {"v": float(found["v"])}, {"v": float(wanted["v"])}  # JSON of Go has 17 digits of it
    assert json.loads(json.dumps(found)) == wanted
    assert type(found["v"]) is type(wanted["v"])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-01-01", ["is a date to the engine", "in quotes"]),
        (".inf", ["cannot hand over", "in quotes"]),
        ("!!binary aGk=", ["!!binary", "leave the tag out"]),
        ("!!set {a}", ["!!set", "leave the tag out"]),
    ],
)
def test_what_the_engine_reads_otherwise_is_refused_with_what_to_write(
    value: str, words: list[str], project: Path
) -> None:
    with pytest.raises(InputError) as refused:
        configuration(project, f"{CONFIG}  realip:tags: {{a: {value}}}\n")
    for word in ["line 3", *words]:
        assert word in str(refused.value)


def test_a_file_that_would_fill_the_memory_is_refused_at_once(project: Path) -> None:
    levels = "".join(f"  x:l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 9))
    with pytest.raises(InputError, match="once its aliases are written out"):
        configuration(project, f"{CONFIG}  x:l0: &l0 [1, 2]\n{levels}")
    with pytest.raises(InputError, match="larger than a stack file can be, 1 MiB"):
        configuration(project, CONFIG + "#" * (10 << 20))
