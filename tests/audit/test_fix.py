"""A fix that does not mend, or that breaks another thing, is worse than a finding."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from realip.audit.examine import examine
from realip.audit.files import Texts
from realip.audit.fix import fixed_objects
from realip.audit.patches import patch_text
from realip.audit.reading import objects_in
from realip.audit.rules import RULES
from realip.audit.world import World
from tests.audit.cases import CASES
from tests.audit.objects import DIRECT, ONLY, ROUTED, controller, ingress, service, text
from tests.audit.test_audit_rules import audited
from tests.offline.running import Run

Audit = Callable[..., Run]
FIXABLE = sorted({rule.id for rule in RULES for part in rule.parts if part.fix})


def mended(given: str) -> str:
    """The input with the changed objects in place of those that they come from."""
    objects = [found for found in objects_in(given, "input.yaml") if found is not None]
    fixed = {each.found.key: patch_text(each, {"input.yaml": given}) for each in fixed_objects(World(objects))}
    whole = [each for each in yaml.safe_load_all(given) if each is not None]
    kept = [
        fixed.get(
            (each["kind"], each["metadata"].get("namespace", "default"), each["metadata"]["name"]), yaml.safe_dump(each)
        )
        for each in whole
    ]
    return "---\n".join(kept)


@pytest.mark.parametrize("rule", FIXABLE)
def test_a_second_audit_of_what_was_fixed_is_clean(rule: str) -> None:
    clean = 0
    for given in CASES[rule].found:
        before = {finding.rule.id for finding in audited(given).findings}
        after = [finding for finding in audited(mended(given)).findings if finding.rule.id in FIXABLE]
        left = {finding.rule.id for finding in after}
        assert left <= before, f"new: {left - before}"
        clean += rule not in left
    assert clean, "no case of the rule is mended"


@pytest.mark.parametrize("rule", sorted(set(FIXABLE) - {"RIP010", "RIP020", "RIP031", "RIP032", "RIP036", "RIP044"}))
def test_every_case_of_the_rule_is_mended(rule: str) -> None:
    """But for those that are about an object which somebody else has to change."""
    for given in CASES[rule].found:
        if not any(finding.part.fix for finding in audited(given).findings if finding.rule.id == rule):
            continue
        assert rule not in {finding.rule.id for finding in audited(mended(given)).findings}


COMMENTED = """\
# The shop's front door.
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop   # not the default one
  annotations:
    # Ask the network team before you change this.
    service.cloud.tencent.com/direct-access: "false"
    example.com/owner: 'team-a'
spec:
  type: LoadBalancer
  selector: {app: web}
  ports:
  - port: 80        # HTTP
    targetPort: 8080
"""


def test_a_change_keeps_comments_order_quotes_and_everything_else(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text("kind: Namespace\napiVersion: v1\nmetadata: {name: shop}\n---\n" + COMMENTED)
    before = (tmp_path / "web.yaml").read_bytes()
    run = audit("web.yaml", "--fix", "-o", "fixed")
    assert run.code == 1
    assert (tmp_path / "web.yaml").read_bytes() == before
    (file,) = (tmp_path / "fixed").iterdir()
    assert file.name == "service-shop-web.yaml"
    assert str(Path("fixed") / file.name) in run.out
    head, body = file.read_text().split("# The shop's front door.\n")
    assert body == COMMENTED.partition("\n")[2].replace('direct-access: "false"', 'direct-access: "true"')
    assert "RIP001: " in head
    assert "cost: the load balancer stays" in head
    assert audit("fixed").code == 0


FOUR_SPACES = """\
apiVersion: v1
kind: Service
metadata:
    name: web
    annotations:   # notes
        # the network team's
        service.cloud.tencent.com/direct-access: "false"
spec:
    type: LoadBalancer
    selector: {app: web}
    ports:
    -   port: 80
        targetPort: 8080   # app
    -   port: 443
"""
MISSPELT = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    services.cloud.tencent.com/direct-access: "false"   # on purpose
    example.com/owner: team-a
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector: {app: web}
  ports: [{port: 80}, {port: 443}]
"""
NUMBERED = MISSPELT.replace("services.", "service.").replace("team-a", "1.20").replace("{port: 80}, ", "")
ONLY_WITH_POD = '    example.com/owner: {}\n    service.kubernetes.io/local-svc-only-bind-node-with-pod: "true"\n'
MINIMAL = {
    "four spaces": (FOUR_SPACES, FOUR_SPACES.replace('"false"', '"true"')),
    "lines of Windows": (
        FOUR_SPACES.replace("\n", "\r\n"),
        FOUR_SPACES.replace('"false"', '"true"').replace("\n", "\r\n"),
    ),
    "a list that is indented": (
        COMMENTED.replace("\n  - port", "\n    - port").replace("\n    targetPort", "\n      targetPort"),
    )
    * 2,
    "a key in its place, with its comment and its value": (
        MISSPELT,
        MISSPELT.replace("services.", "service.")
        .replace('"   #', '"    #')
        .replace("    example.com/owner: team-a\n", ONLY_WITH_POD.format("team-a")),
    ),
    "a number as it is written": (
        NUMBERED,
        NUMBERED.replace("    example.com/owner: 1.20\n", ONLY_WITH_POD.format('"1.20"')),
    ),
    "a word before what it stands for is judged": (
        MISSPELT.replace("LoadBalancer", "loadbalancer").replace("  externalTrafficPolicy: Local\n", ""),
        MISSPELT.replace("services.", "service.")
        .replace("  externalTrafficPolicy: Local\n", "")
        .replace('"false"   #', '"true"     #'),
    ),
}


@pytest.mark.parametrize("name", MINIMAL)
def test_nothing_changes_but_what_has_to(name: str) -> None:
    given, wanted = MINIMAL[name]
    wanted = wanted.replace('direct-access: "false"', 'direct-access: "true"') if given == wanted else wanted
    objects = [found for found in objects_in(given, "x.yaml") if found is not None]
    (fixed,) = fixed_objects(World(objects))
    text = patch_text(fixed, {"x.yaml": given})
    end = "\r\n" if "\r\n" in given else "\n"
    body = [line for line in text.split(end) if not line.startswith(("# Written by", "# RIP", "#   cost"))]
    assert body == wanted.split(end)


def test_on_a_globalrouter_cluster_without_its_switch_the_address_is_kept_by_local(
    audit: Audit, tmp_path: Path
) -> None:
    objects = text(service(annotations={DIRECT: "false"}), ROUTED, controller(GlobalRouteDirectAccess="false"))
    audit("-", "--fix", "-o", "fixed", stdin=objects)
    made = yaml.safe_load((tmp_path / "fixed/service-shop-web.yaml").read_text())
    assert made["spec"]["externalTrafficPolicy"] == "Local"
    assert made["metadata"]["annotations"] == {DIRECT: "false", ONLY: "true"}
    assert audit("fixed").code == 0


def test_a_service_is_changed_together_with_the_ingress_before_it(audit: Audit, tmp_path: Path) -> None:
    objects = text(ingress({"ingress.cloud.tencent.com/direct-access": "false"}), service("ClusterIP"))
    audit("-", "--fix", "-o", "fixed", stdin=objects)
    names = sorted(path.name for path in (tmp_path / "fixed").iterdir())
    assert names == ["ingress-shop-front.yaml", "service-shop-web.yaml"]
    assert audit("fixed").code == 0


def test_json_and_lists_are_fixed_too(audit: Audit, tmp_path: Path) -> None:
    body: dict[str, Any] = service(annotations={DIRECT: "false", "example.com/on": "yes"})
    body["metadata"] |= {"uid": "1", "resourceVersion": "2"}
    body["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}
    for form in (
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [body]}),
        text({"apiVersion": "v1", "kind": "List", "items": [body]}),
    ):
        audit("-", "--fix", "-o", "fixed", stdin=form)
        made = yaml.safe_load((tmp_path / "fixed/service-shop-web.yaml").read_text())
        assert made["metadata"]["annotations"] == {DIRECT: "true", "example.com/on": "yes"}
        assert audit("fixed").code == 0


@pytest.mark.parametrize("file", sorted((Path(__file__).parent / "life").iterdir()), ids=lambda file: file.name)
def test_what_people_write_is_clean_once_it_is_fixed(file: Path, tmp_path: Path) -> None:
    """JSON and what a server prints as well; what belongs together is looked at together again."""
    given = Texts.read([str(file)])
    fixed = fixed_objects(World(given.found))
    for number, each in enumerate(fixed):
        (tmp_path / f"{number}.yaml").write_text(patch_text(each, given.texts))
    if not fixed:
        return
    made, changed = Texts.read([str(tmp_path)]), {each.found.key for each in fixed}
    kept = [found for found in given.found if found.key not in changed]
    findings = examine([World([*kept, *made.found])], {**given.texts, **made.texts}).findings
    assert [str(finding.found) for finding in findings if finding.part.fix] == []
    comments = [line for line in file.read_text().splitlines() if line.strip().startswith("# ID of")]
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    assert all(line.strip() in written for line in comments)


def test_an_object_of_a_state_is_fixed(audit: Audit, tmp_path: Path) -> None:
    body = service(annotations={DIRECT: "false", "service.kubernetes.io/loadbalance-id": "lb-1a2b3c4d"})
    body["metadata"]["uid"] = "1"
    resources = [
        {
            "urn": "urn:pulumi:a::b::k::web",
            "custom": True,
            "type": "kubernetes:core/v1:Service",
            "inputs": {},
            "outputs": body,
        }
    ]
    (tmp_path / "state.json").write_text(json.dumps({"deployment": {"resources": resources}}))
    assert audit("--state", "state.json", "--fix", "-o", "fixed").code == 1
    made = yaml.safe_load((tmp_path / "fixed/service-shop-web.yaml").read_text())
    assert made["metadata"] == {"name": "web", "namespace": "shop", "annotations": {DIRECT: "true"}}
    assert audit("fixed").code == 0


def test_nothing_of_somebody_elses_is_overwritten(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "fixed").mkdir()
    (tmp_path / "fixed/service-shop-web.yaml").write_text("mine\n")
    run = audit("-", "--fix", "-o", "fixed", stdin=COMMENTED)
    assert (run.code, run.out) == (2, "")
    assert (tmp_path / "fixed/service-shop-web.yaml").read_text() == "mine\n"
    for wrong in (("--fix",), ("-o", "fixed")):
        assert audit("-", *wrong, stdin=COMMENTED).code == 2


def test_no_object_s_file_takes_the_place_of_another_s(audit: Audit, tmp_path: Path) -> None:
    """Two of one name, from two files, and one whose own name is what the second would be called."""
    lost = {DIRECT: "false"}
    for file, name in (("a.yaml", "web"), ("b.yaml", "web"), ("c.yaml", "web-2")):
        (tmp_path / file).write_text(text(service(annotations=lost, name=name, selector={"app": file[0]})))
    assert audit("a.yaml", "b.yaml", "c.yaml", "--fix", "-o", "fixed").code == 1
    made = [yaml.safe_load(file.read_text()) for file in (tmp_path / "fixed").iterdir()]
    assert sorted(each["spec"]["selector"]["app"] for each in made) == ["a", "b", "c"]


def test_what_an_annotation_accepts_is_not_fixed(audit: Audit, tmp_path: Path) -> None:
    accepted = {DIRECT: "false", "realip.audit/ignore": "RIP001: on purpose"}
    run = audit("-", "--fix", "-o", "fixed", stdin=text(service(annotations=accepted)))
    assert run.code == 0
    assert not (tmp_path / "fixed").exists()
    assert "nothing that --fix can change" in run.out
