"""What other programs read: SARIF for code scanning, JUnit for CI, and a page for people."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from realip.audit.rules import RULES
from tests.audit.objects import DIRECT, ingress, service, text
from tests.offline.running import Run

Audit = Callable[..., Run]
OBJECTS = text(
    service(annotations={DIRECT: "false"}),
    service(name="open", selector={"app": "open"}),
    service(annotations={DIRECT: "true"}, name="fine", selector={"app": "fine"}),
    service(
        annotations={DIRECT: "false", "realip.audit/ignore": "RIP001: <b>probes</b> & co"},
        name="kept",
        selector={"app": "kept"},
    ),
    ingress({"ingress.cloud.tencent.com/direct-access": "true"}, name="<script>alert(1)</script>", to="fine"),
)

URI, TEXT, LINE = "uri", "text", "line"
SARIF: Any = {
    "$schema!": URI,
    "version!": {"2.1.0"},
    "runs!": [
        {
            "columnKind": {"utf16CodeUnits", "unicodeCodePoints"},
            "tool!": {
                "driver!": {
                    "name!": TEXT,
                    "semanticVersion": TEXT,
                    "rules": [
                        {
                            "id!": TEXT,
                            "name": TEXT,
                            "shortDescription": {"text!": TEXT},
                            "fullDescription": {"text!": TEXT},
                            "help": {"text!": TEXT},
                            "defaultConfiguration": {"level": {"none", "note", "warning", "error"}},
                            "properties": dict,
                        }
                    ],
                }
            },
            "results!": [
                {
                    "ruleId": TEXT,
                    "ruleIndex": int,
                    "level": {"none", "note", "warning", "error"},
                    "message!": {"text": TEXT},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": URI},
                                "region": {"startLine": LINE},
                            },
                            "logicalLocations": [{"name": TEXT, "fullyQualifiedName": TEXT, "kind": TEXT}],
                        }
                    ],
                    "partialFingerprints": dict,
                    "suppressions": [{"kind!": {"inSource", "external"}, "justification": TEXT}],
                }
            ],
        }
    ],
}
"""The properties of SARIF 2.1.0 that are used here (OASIS, sections 3.13 to 3.35): `!` marks what has to be there; all others are unknown."""


def check(value: Any, shape: Any, path: str = "$") -> None:
    """Hold a value against a shape."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), path
        known = {name.rstrip("!"): inner for name, inner in shape.items()}
        assert set(value) <= set(known), f"{path}: {set(value) - set(known)}"
        assert {name[:-1] for name in shape if name.endswith("!")} <= set(value), path
        for name, inner in value.items():
            check(inner, known[name], f"{path}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), path
        for number, item in enumerate(value):
            check(item, shape[0], f"{path}[{number}]")
    elif isinstance(shape, set):
        assert value in shape, path
    elif shape == LINE:
        assert isinstance(value, int), path
        assert value >= 1, path
    elif shape == URI:
        assert re.fullmatch(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]+", value), path
    elif shape == TEXT:
        assert isinstance(value, str), path
        assert value, path
    else:
        assert isinstance(value, shape), path


def test_sarif_keeps_its_schema_with_file_and_line(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "服务.yaml").write_text(OBJECTS, encoding="utf-8")
    run = audit("a folder", "--sarif")
    assert run.code == 1
    document = json.loads(run.out)
    check(document, SARIF)
    (sarif,) = document["runs"]
    rules = [rule["id"] for rule in sarif["tool"]["driver"]["rules"]]
    assert rules == [rule.id for rule in RULES]
    results = sarif["results"]
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in results)
    lost = next(each for each in results if each["ruleId"] == "RIP001" and "suppressions" not in each)
    place = lost["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20folder/%E6%9C%8D%E5%8A%A1.yaml"
    assert DIRECT in OBJECTS.splitlines()[place["region"]["startLine"] - 1]
    (accepted,) = [each for each in results if "suppressions" in each]
    assert accepted["suppressions"][0]["justification"] == "<b>probes</b> & co"
    assert {each["level"] for each in results} == {"error", "note"}


def test_junit_has_a_case_for_each_exposure_and_a_failure_for_each_fault(audit: Audit) -> None:
    run = audit("-", "--junit", stdin=OBJECTS)
    assert run.code == 1
    root = ET.fromstring(run.out)  # noqa: S314 - our own output
    (suite,) = root.findall("testsuite")
    cases = {case.get("name"): case for case in suite.findall("testcase")}
    assert set(cases) == {"web", "open", "fine", "kept", "<script>alert(1)</script>"}
    failure = cases["web"].find("failure")
    assert failure is not None
    assert failure.get("type") == "RIP001"
    assert cases["open"].find("skipped") is not None
    assert [len(list(cases[name])) for name in ("fine", "kept")] == [1, 1]
    counted = {name: suite.get(name) for name in ("tests", "failures", "skipped", "errors")}
    assert counted == {
        "tests": "5",
        "failures": str(len(suite.findall("testcase/failure/.."))),
        "skipped": "1",
        "errors": "0",
    }


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name == "src" for name, _ in attrs)
        assert all((value or "").startswith("#") for name, value in attrs if name == "href")

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_stands_alone_and_runs_nothing_that_a_manifest_says(
    language: str, audit: Audit, tmp_path: Path
) -> None:
    run = audit("-", "--html", "audit.html", "--json", "--lang", language, stdin=OBJECTS)
    assert (run.code, json.loads(run.out)["exposures"][0]["name"]) == (1, "web")
    page = (tmp_path / "audit.html").read_text(encoding="utf-8")
    found = _Tags()
    found.feed(page)
    assert not {"script", "img", "link", "iframe", "object"} & set(found.tags)
    assert "<script>alert(1)</script>" in found.words
    assert "RIP001" in found.words
    assert "<b>probes</b> & co" in found.words, "why a finding is accepted is an auditor's first question"
    assert ("应用看到谁的地址" if language == "zh" else "Whose addresses apps see") in found.words


def test_a_page_that_cannot_be_written_is_told_before_anything_is_read(audit: Audit) -> None:
    run = audit("nothing.yaml", "--html", "no/such/folder/x.html")
    assert (run.code, run.out) == (2, "")
    assert "--html" in run.err


def test_only_one_form_at_a_time(audit: Audit) -> None:
    assert audit("-", "--json", "--sarif", stdin=OBJECTS).code == 2
