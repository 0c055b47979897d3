"""The command as a pipeline uses it: JSON that keeps its form, exit codes, bad input in words."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.audit.objects import DIRECT, INTERFACED, controller, ingress, service, text
from tests.offline.running import Run

Audit = Callable[..., Run]
LOST = text(service(annotations={DIRECT: "false"}))
KEPT = text(service(annotations={DIRECT: "true"}))
OPEN = text(service())


def report(run: Run) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(run.out)
    return made


def test_json_has_the_form_that_programs_rely_on(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(KEPT + "---\n" + text(service(annotations={DIRECT: "false"}, name="old")))
    run = audit("web.yaml", "--json")
    made = report(run)
    assert list(made) == ["exposures", "findings"]
    web, old = made["exposures"]
    assert list(web) == ["kind", "namespace", "name", "sees", "reads", "forgeable", "why", "rules"]
    assert (web["sees"], web["reads"], web["forgeable"], web["rules"]) == ("client", "socket", False, [])
    assert (old["sees"], old["reads"]) == ("node", "socket")
    assert "RIP001" in old["rules"]
    first = next(finding for finding in made["findings"] if finding["rule"] == "RIP001")
    assert list(first) == ["rule", "severity", "kind", "namespace", "name", "message", "remedy", "file", "line"]
    lines = (tmp_path / "web.yaml").read_text().splitlines()
    assert first["file"] == "web.yaml"
    assert lines[first["line"] - 1].strip() == f"{DIRECT}: 'false'"
    assert "kubectl annotate --overwrite service -n shop old" in first["remedy"]
    assert run.code == 1


@pytest.mark.parametrize(("objects", "code"), [(KEPT, 0), (LOST, 1), (OPEN, 3), (OPEN + "---\n" + LOST, 1)])
def test_exit_codes_tell_clean_from_found_from_undecided(objects: str, code: int, audit: Audit) -> None:
    assert audit("-", stdin=objects).code == code
    assert audit("-", "--json", stdin=objects).code == code


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.yaml", "", "has no Kubernetes object"),
        ("a.yaml", "a: b\n", "has no Kubernetes object"),
        ("a.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n\tname: x\n", "a.yaml, line 4, column 1: is not YAML"),
        ("a.yaml", KEPT + "---\nkind: [\n", "a.yaml, line 18, column 1: is not YAML"),
        ("a.yaml", "apiVersion: v1\nkind: List\nitems:\n- kind\n", "items[0] of List is plain text"),
        ("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {}\n", "Service has no name"),
        ("a.yaml", "apiVersion: v1\nkind: Service\n", "Service has no metadata"),
        ("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: [a]}\n", "annotations is a list"),
        ("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: 3\n", "spec is a number"),
        ("a.yaml", "{{- if .Values.on }}\nkind: Service\n", "it is a template: render it first"),
        (
            "a.yaml",
            "kind: Service\nmetadata:\n  name: {{ .Values.name }}\n",
            "a.yaml, line 3: a key is a list or a map",
        ),
        ("a.yaml", 'kind: Service\nmetadata:\n  name: {{ include "x" . }}-a\n', "it is a template: render it first"),
        ("a.yaml", "a: {[b]: c}\n", "which no Kubernetes object has\n"),
        ("a.json", '{"apiVersion": "v1", "kind": "List", "items": [', "a.json, line 1"),
        ("a.json", '{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Service"}', "a.json, line 1"),
        ("a.json", "[1]", "is a number, not a Kubernetes object"),
        ("a.yaml", "a: &a [*a, *a]\n", "alias"),
        ("a.yaml", "[" * 5000, "a.yaml"),
    ],
)
def test_what_cannot_be_read_is_told_in_words_with_its_line(
    name: str, content: str, said: str, audit: Audit, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    run = audit(name, "--json")
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


def test_missing_paths_and_bytes_are_told(audit: Audit, tmp_path: Path) -> None:
    assert (audit("nothing.yaml").code, audit().code) == (2, 2)
    (tmp_path / "latin.yaml").write_bytes(b"apiVersion: v1\nkind: Service\nmetadata: {name: \xff}\n")
    run = audit("latin.yaml")
    assert run.code == 2
    assert "latin.yaml, line 3: is not UTF-8" in run.err
    assert audit("-", stdin="").code == 2


def test_a_pipe_that_a_folder_holds_is_told_and_not_waited_for(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    os.mkfifo(tmp_path / "all" / "waits.yaml")
    (tmp_path / "all" / "endless.yaml").symlink_to("/dev/zero")
    run = audit("all")
    assert run.code == 2
    assert "all/waits.yaml: is no file but a pipe or a device" in run.err
    assert "all/endless.yaml: is no file but a pipe or a device" in run.err


def test_a_pipe_that_is_named_is_read_as_shells_hand_one_over(audit: Audit) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as file:
        file.write(LOST)
    run = audit(f"/dev/fd/{read}")
    os.close(read)
    assert (run.code, "RIP001" in run.out) == (1, True)


def test_a_folder_is_read_with_everything_below_and_a_values_file_is_no_object(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "all" / "deep").mkdir(parents=True)
    (tmp_path / "all" / "values.yaml").write_text("service:\n  annotations: {}\n")
    (tmp_path / "all" / "deep" / "web.yml").write_text(LOST)
    (tmp_path / "all" / "config.json").write_text(json.dumps(controller(VERSION="v2.11.4")))
    (tmp_path / "all" / "README.md").write_text("kind: Service")
    made = report(audit("all", "--json"))
    assert [finding["file"] for finding in made["findings"]] == ["all/deep/web.yml"]


@pytest.mark.parametrize("form", ["list", "json", "json lines", "typed list"])
def test_lists_and_json_come_to_the_same_as_documents(form: str, audit: Audit) -> None:
    objects = [service(annotations={DIRECT: "false"}), ingress({"ingress.cloud.tencent.com/direct-access": "false"})]
    whole: dict[str, Any] = {"apiVersion": "v1", "kind": "List", "items": objects}
    bare = [{key: value for key, value in objects[0].items() if key not in {"kind", "apiVersion"}}]
    given = {
        "list": text(whole),
        "json": json.dumps(whole, indent=4),
        "json lines": "\n".join(map(json.dumps, objects)),
        "typed list": json.dumps({"kind": "ServiceList", "apiVersion": "v1", "metadata": {}, "items": bare}),
    }[form]
    rules = {finding["rule"] for finding in report(audit("-", "--json", stdin=given))["findings"]}
    assert "RIP001" in rules
    assert ("RIP010" in rules) is (form != "typed list")


def test_a_long_list_is_the_same_in_pieces_as_whole(audit: Audit) -> None:
    objects = [
        service(annotations={DIRECT: "false" if at % 3 else "true"}, name=f"web-{at}", selector={"app": str(at)})
        for at in range(600)
    ]
    whole = text({"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {"resourceVersion": ""}})
    assert len(whole) > 100_000
    made = report(audit("-", "--json", stdin=whole))
    assert [each["name"] for each in made["exposures"]] == [f"web-{at}" for at in range(600)]
    lines = whole.splitlines()
    assert len(made["findings"]) == 400
    for finding in made["findings"]:
        assert lines[finding["line"] - 1].strip() == f"{DIRECT}: 'false'"
        nearest = next(line for line in lines[finding["line"] - 5 : finding["line"]] if "name: web-" in line)
        assert nearest.split()[-1] == finding["name"]


def test_an_annotation_accepts_a_finding_with_a_reason_and_no_other(audit: Audit) -> None:
    accepted = {DIRECT: "false", "realip.audit/ignore": "RIP001: internal probes; RIP034: none"}
    run = audit("-", stdin=text(service(annotations=accepted)))
    assert run.code == 0
    assert "internal probes" in run.out
    both = text(service(annotations=accepted | {"service.cloud.tencent.com/pass-to-target": "true"}))
    assert [each["rule"] for each in report(audit("-", "--json", stdin=both))["findings"]] == ["RIP011"]
    for wrong, said in (("RIP001", "the reason"), ("RIP999: why", "there is no rule RIP999")):
        run = audit("-", stdin=text(service(annotations={DIRECT: "false", "realip.audit/ignore": wrong})))
        assert (run.code, said in run.err) == (2, True)


def test_with_a_baseline_only_what_is_new_counts(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "baseline.json").write_text(audit("-", "--json", stdin=LOST).out)
    again = audit("-", "--json", "--baseline", "baseline.json", stdin="# moved\n" + LOST)
    assert (again.code, report(again)["findings"]) == (0, [])
    more = LOST + "---\n" + text(service(annotations={DIRECT: "false"}, name="new", selector={"app": "new"}))
    run = audit("-", "--json", "--baseline", "baseline.json", stdin=more)
    assert (run.code, [each["name"] for each in report(run)["findings"]]) == (1, ["new"])
    (tmp_path / "other.json").write_text("{}")
    for name in ("other.json", "nothing.json"):
        run = audit("-", "--baseline", name, stdin=LOST)
        assert (run.code, run.out) == (2, "")


def test_the_table_has_a_sentence_for_each_exposure_by_namespace(audit: Audit) -> None:
    run = audit("-", stdin=LOST + "---\n" + text(INTERFACED))
    assert "shop\n  Service web  node " in run.out
    assert 'direct-access is "false"' in run.out
    assert "kubectl annotate" in run.out
    chinese = audit("-", "--lang", "zh", stdin=LOST).out
    assert "应用看到的是节点而不是客户端" in chinese


def test_the_network_mode_can_be_said_where_no_node_shows_it(audit: Audit) -> None:
    made = report(audit("-", "--json", "--network", "globalrouter", stdin=KEPT))
    assert [each["rule"] for each in made["findings"]] == ["RIP003"]
    assert made["exposures"][0]["sees"] == "unknown"
    assert audit("-", "--network", "vpc-cni", stdin=KEPT).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("-", "--context", "x", "--timeout", "5"),
            "--context goes with --kubeconfig\n--timeout goes with --kubeconfig",
        ),
        (("-", "--expect", "192.0.2.1", "--verify-timeout", "5"), "--expect goes with --verify\n--verify-timeout goes"),
        (("--admission-policy", "-", "--html", "x.html", "--fix", "-o", "x"), "take out --fix, --html, --output, PATH"),
    ],
)
def test_an_option_that_would_do_nothing_is_told(arguments: tuple[str, ...], said: str, audit: Audit) -> None:
    run = audit(*arguments, stdin=KEPT)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_a_patch_of_kustomize_s_is_no_service_without_a_load_balancer(audit: Audit, tmp_path: Path) -> None:
    """The overlay's annotation belongs to the base's Service, which only what Kustomize builds shows."""
    patch = text({**service(None, {DIRECT: "true"}, selector=None), "spec": {"ports": [{"port": 80}]}})
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod/direct.yaml").write_text(patch)
    (tmp_path / "prod/local.yaml").write_text(patch)
    (tmp_path / "prod/kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\n"
        "patches:\n- path: direct.yaml\n- target: {kind: Service}\n  patch: |\n    - op: add\n      path: /spec/x\n"
        "patchesStrategicMerge:\n- ./local.yaml\n"
    )
    (tmp_path / "base.yaml").write_text(OPEN)
    run = audit(".")
    assert "RIP040" not in run.out
    assert "2 patches of Kustomize's" in run.out
    assert "kubectl kustomize" in run.out
    assert "RIP040" in audit("prod/direct.yaml").out
    machine = audit(".", "--json")
    assert "2 patches of Kustomize's" in machine.err
    assert len(report(machine)["exposures"]) == 1


def test_objects_of_several_clusters_in_one_folder_are_told(audit: Audit, tmp_path: Path) -> None:
    for name in ("dev", "prod"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "web.yaml").write_text(KEPT)
    assert "Service shop/web in dev/web.yaml, prod/web.yaml" in audit("dev", "prod").out
    assert "more than once" not in audit("dev").out


def test_every_file_that_cannot_be_read_is_told_at_once(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    for at in range(23):
        (tmp_path / f"apps/{at:02}.yaml").write_text("a: [\n")
    (tmp_path / "apps/good.yaml").write_text(text(service(annotations={DIRECT: "true"})))
    run = audit("apps")
    assert (run.code, run.out) == (2, "")
    assert run.err.count("is not YAML") == 20
    assert "apps/00.yaml, line 2" in run.err
    assert "apps/19.yaml, line 2" in run.err
    assert "and 3 more files" in run.err
