"""The findings as JUnit XML, which every CI shows: a suite for each namespace, a case for each exposure and each object found fault with."""

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from realip.audit.report import Finding, Report
from realip.audit.rule import Severity
from realip.messages import ENGLISH

if TYPE_CHECKING:
    from realip.audit.objects import Found

__all__ = ["junit_text"]

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_text(report: Report) -> str:
    """The report as JUnit XML. A finding that cannot be decided is a case that was skipped."""
    by_object: dict[Found, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_object[finding.found].append(finding)
    cases: dict[str, list[Found]] = defaultdict(list)
    rows = {row.found: row for row in report.rows}
    disproved = {proof.exposure: proof for proof in report.proofs or () if proof.agreement == "disagrees"}
    for found in dict.fromkeys([*rows, *by_object]):
        cases[found.namespace].append(found)
    root = ET.Element("testsuites", name="realip audit")
    for namespace, objects in sorted(cases.items()):
        suite = ET.SubElement(root, "testsuite", name=_clean(namespace or "cluster"))
        failures = skipped = 0
        for found in objects:
            case = ET.SubElement(
                suite, "testcase", classname=_clean(f"{namespace}.{found.kind}"), name=_clean(found.name)
            )
            decided = [each for each in by_object[found] if each.severity is not Severity.UNKNOWN]
            for each in decided:
                _fault(case, each)
            row = rows.get(found)
            if row is not None and (proof := disproved.get(row.exposure)) is not None:
                ET.SubElement(case, "failure", type="proof", message=_clean(proof.line(ENGLISH)))
            failed = case.find("failure") is not None
            failures += failed
            if not failed and by_object[found]:
                skipped += 1
                ET.SubElement(case, "skipped", message=_clean(by_object[found][0].message()))
            if row is not None:
                ET.SubElement(case, "system-out").text = _clean(row.why(ENGLISH))
        suite.set("tests", str(len(objects)))
        suite.set("failures", str(failures))
        suite.set("skipped", str(skipped))
        suite.set("errors", "0")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _fault(case: ET.Element, finding: Finding) -> None:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file or ""
    failure = ET.SubElement(
        case, "failure", type=finding.rule.id, message=_clean(f"{finding.rule.id}: {finding.message()}")
    )
    failure.text = _clean(f"{place}\n{finding.remedy()}".strip())


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
