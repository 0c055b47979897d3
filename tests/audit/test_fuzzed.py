"""Whatever a file holds, the answer is a report or a sentence, never a stack of frames."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realip.audit import json_text
from realip.audit.examine import IGNORE, examine
from realip.audit.files import Texts
from realip.audit.fix import fixed_objects
from realip.audit.html import html
from realip.audit.junit import junit_text
from realip.audit.patches import patch_text
from realip.audit.reading import objects_in
from realip.audit.sarif import sarif_text
from realip.audit.world import World
from realip.audit.yaml_text import map_in
from realip.errors import InputError
from realip.messages import ENGLISH
from tests.audit.cases import CASES
from tests.audit.objects import DIRECT, config_map, controller, ingress, service, text
from tests.audit.test_audit_rules import audited
from tests.support.thoroughness import examples

TEXTS = sorted({text for case in CASES.values() for text in [*case.found, *case.not_found]})
_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def all_of(text: str) -> None:
    """Everything that a command does with a text; InputError is an answer too."""
    try:
        found = [each for each in objects_in(text, "x.yaml") if each is not None]
        world = World(found)
        report = examine([world], {"x.yaml": text})
        fixed = fixed_objects(world)
    except InputError:
        return
    json.loads(report.to_json_text())
    json.loads(sarif_text(report))
    assert junit_text(report)
    assert html(report, ENGLISH)
    for each in fixed:
        assert patch_text(each, {"x.yaml": text})


SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {a: "1"}
spec:
  type: LoadBalancer
  ports: [{port: 80}]
"""
OBJECT = (
    '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "LoadBalancer", "x": %s}}'
)
LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12))
BOMBS = {
    "flow": ("x: " + "[" * 100_000, "line 1: is nested too deep"),
    "flow that ends": (f"x: {'[' * 50_000}{']' * 50_000}", "line 1: is nested too deep"),
    "blocks": ("".join(f"{' ' * at}a:\n" for at in range(2_000)), "line 201: is nested too deep"),
    "lists": (f"{'- ' * 20_000}x", "line 1: is nested too deep"),
    "JSON": ('{"a":' * 100_000, "line 1: is nested too deep"),
    "JSON that ends": ('{"a":' * 50_000 + "1" + "}" * 50_000, "line 1: is nested too deep"),
    "aliases": (SERVICE + LAUGHS, "too many values"),
    "merged aliases": (
        SERVICE
        + "a0: &a0 {k: x}\n"
        + "".join(f"a{at}: &a{at} {{<<: [{f'*a{at - 1}, ' * 9}]}}\n" for at in range(1, 12)),
        "too many values",
    ),
    "an alias of itself": (SERVICE.replace('{a: "1"}', "&a {a: *a}"), "leads back to itself"),
    "a long number": (SERVICE.replace("80", "9" * 100_000), "a number has 100000 digits"),
    "a long number in JSON": (OBJECT % ("9" * 100_000), "a number has more digits"),
    "NUL": (SERVICE.replace("web", "w\0b"), "line 4: is not YAML"),
    "NUL in JSON": (OBJECT.replace("web", "w\0b") % 1, "is not JSON"),
    "a key twice": (SERVICE.replace("{a:", '{a: "2", a:'), "line 5: 'a' is there twice"),
    "a key twice in JSON": (OBJECT % '{"y": 1, "y": 2}', "'y' is there twice"),
    "a list that is cut off": (
        f"apiVersion: v1\nkind: List\nitems:\n- {SERVICE.replace(chr(10), chr(10) + '  ')}"[:-12],
        "",
    ),
    "JSON that is cut off": ((OBJECT % 1)[:-3], "is not JSON"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_fill_the_memory_or_end_the_process_is_told_in_words(name: str) -> None:
    """In a process of its own: a stack that ends takes Python with it."""
    text, said = BOMBS[name]
    command = [sys.executable, "-m", "realip", "audit", "-", "--json"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False, preexec_fn=_little)
    assert (done.returncode, done.stdout) == (2, b""), done.stderr[-500:]
    words = done.stderr.decode()
    assert said in words
    assert "Traceback" not in words
    assert len(words) < 400


def _little() -> None:
    """The memory that such a process may take."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


MERGED = "a0: &a0 {x: 1}\n" + "".join(f"a{at}: &a{at} {{<<: [{f'*a{at - 1}, ' * 10}]}}\n" for at in range(1, 7))


@pytest.mark.parametrize("value", ["!!timestamp x", "!!int ''", "!!bool x", "!!python/name:os.system x", "[" * 1_000])
@pytest.mark.parametrize(
    ("key", "form"),
    [
        ("mesh", "defaultConfig: {{gatewayTopology: {{numTrustedProxies: {}}}}}"),
        ("config.yaml", "nginx_config: {{http: {{real_ip_from: {}}}}}"),
        ("traefik.yaml", "entryPoints: {{web: {{forwardedHeaders: {{trustedIPs: {}}}}}}}"),
    ],
)
def test_a_file_in_one_team_s_configmap_does_not_end_the_audit_of_all(key: str, form: str, value: str) -> None:
    report = audited(text(config_map({key: form.format(value)}), service(annotations={DIRECT: "false"})))
    assert [finding.rule.id for finding in report.findings] == ["RIP001"]


def test_a_file_in_a_configmap_does_not_fill_the_memory() -> None:
    assert map_in("a: &a {x: 1}\nb: {<<: *a}\n") == {"a": {"x": 1}, "b": {"x": 1}}
    assert map_in(MERGED) == {}


def test_a_number_without_end_where_a_version_or_a_port_belongs_is_none() -> None:
    rules = json.dumps([{"host": "a", "path": "/", "backend": {"serviceName": "web", "servicePort": "9" * 5_000}}])
    mixed = {"kubernetes.io/ingress.rule-mix": "true", "kubernetes.io/ingress.http-rules": rules}
    all_of(text(controller(VERSION=f"v{'9' * 5_000}.0.0"), ingress(mixed), service("NodePort")))


def test_what_grows_with_the_square_of_a_text_ends_no_run() -> None:
    """Looked at once for each of its letters, either would take hours."""
    keys = "".join(f'"k{at}": 1, ' for at in range(100_000))
    with pytest.raises(InputError, match="'last' is there twice"):
        list(objects_in(OBJECT % f'{{{keys} "last": 1, "last": 2}}', "x.json"))
    reason = f"RIP001: for{' ' * 200_000}\nthe probes"
    report = audited(text(service(annotations={DIRECT: "false", IGNORE: reason})))
    assert [said for _, said in report.suppressed] == ["for the probes"]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ('}, {"kind"', "is not JSON"),
        (', "metadata"}', "Expecting ':' delimiter"),
        (", metadata: 1}", "Expecting property name"),
        (', "metadata": }', "Expecting value"),
        (' "metadata": {}}', "Expecting ',' delimiter"),
        ("", "Expecting ',' delimiter"),
    ],
)
def test_a_list_has_to_be_whole_behind_its_items(rest: str, said: str) -> None:
    whole = '{"kind": "List", "apiVersion": "v1", "items": [' + (OBJECT % 1) + "]"
    assert len(list(json_text.documents(f'{whole}, "metadata": {{"a": [1]}}, "x": 2 }}\n', "x.json"))) == 1
    with pytest.raises(InputError, match=said):
        list(json_text.documents(whole + rest, "x.json"))


@pytest.mark.parametrize("mark", ["---\n", "---\n# a comment\n"])
def test_many_marks_before_an_object_are_nothing(mark: str) -> None:
    found = [each for each in objects_in(mark * 50_000 + SERVICE, "x.yaml") if each is not None]
    assert [each.name for each in found] == ["web"]
    assert found[0].place.line == 50_000 * mark.count("\n") + 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines_and_marks_of_an_encoding_change_nothing(encoding: str, end: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(SERVICE.replace("\n", end).encode(encoding))
    (found,) = Texts.read([str(tmp_path / "x.yaml")]).found
    assert (found.name, found.annotations) == ("web", {"a": "1"})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SERVICE.replace("web", "\u670d").encode("gb18030"), "line 4: is not UTF-8 text"),
        (SERVICE.encode("utf-32"), "is not YAML"),
        (bytes(range(256)), "is not UTF-8 text"),
    ],
)
def test_another_encoding_is_told_with_the_line(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(data)
    with pytest.raises(InputError, match=said):
        Texts.read([str(tmp_path / "x.yaml")])


def test_a_key_that_stands_twice_elsewhere_is_nobody_s_business() -> None:
    """In an object that is not looked at: charts write such labels."""
    other = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, name: a}\n"
    assert [each for each in objects_in(f"{other}---\n{SERVICE}", "x.yaml") if each is not None]


@examples(300, 5000)
@given(st.sampled_from(TEXTS), st.data())
def test_a_broken_text_is_told_in_words(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    match data.draw(st.sampled_from(["cut", "put", "drop", "line"])):
        case "cut":
            broken = text[:at]
        case "put":
            broken = text[:at] + data.draw(st.text(max_size=3)) + text[at:]
        case "drop":
            broken = text[:at] + text[at + data.draw(st.integers(1, 20)) :]
        case _:
            lines = text.splitlines(keepends=True)
            del lines[data.draw(st.integers(0, len(lines) - 1))]
            broken = "".join(lines)
    all_of(broken)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in _places(item, (*path, key)))]


@examples(300, 5000)
@given(st.sampled_from([text for text in TEXTS if "!!str" not in text]), st.data())
def test_a_value_of_another_kind_is_survived_anywhere(text: str, data: st.DataObject) -> None:
    import yaml  # noqa: PLC0415

    bodies = [body for body in yaml.safe_load_all(text) if body]
    body = data.draw(st.sampled_from(bodies))
    path = data.draw(st.sampled_from([place for place in _places(body) if place]))
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(_values)
    all_of("---\n".join(json.dumps(each) + "\n" for each in bodies))
