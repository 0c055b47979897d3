"""The findings as SARIF 2.1.0, which code scanning shows beside the lines."""

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from realip import __version__
from realip.audit.report import Finding, Report
from realip.audit.rule import Rule, Severity
from realip.audit.rules import RULES
from realip.messages import ENGLISH

__all__ = ["sarif_text"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.UNKNOWN: "note"}


def sarif_text(report: Report) -> str:
    """The report as SARIF."""
    run = {
        "tool": {
            "driver": {
                "name": "realip audit",
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(finding) for finding in report.findings),
            *(_suppressed(finding, reason) for finding, reason in report.suppressed),
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> Mapping[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in ENGLISH(f"rule_title_{rule.id}").replace("'", "").split()),
        "shortDescription": {"text": ENGLISH(f"rule_title_{rule.id}")},
        "fullDescription": {"text": ENGLISH(f"rule_when_{rule.id}")},
        "help": {"text": f"{ENGLISH(f'rule_remedy_{rule.id}')} ({rule.source})"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"effect": rule.effect.value, "source": rule.source},
    }


_INDEX = {rule.id: index for index, rule in enumerate(RULES)}


def _result(finding: Finding) -> dict[str, Any]:
    found = finding.found
    name = f"{found.namespace}/{found.name}" if found.namespace else found.name
    location: dict[str, Any] = {
        "logicalLocations": [{"name": found.name, "fullyQualifiedName": f"{found.kind} {name}", "kind": "resource"}]
    }
    if finding.file is not None and finding.file != "-":
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.file)}}
        if finding.line is not None:
            physical["region"] = {"startLine": finding.line}
        location["physicalLocation"] = physical
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": _INDEX[finding.rule.id],
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{found}: {finding.message()} {finding.remedy()}"},
        "locations": [location],
        "partialFingerprints": {"object/v1": "/".join(finding.fingerprint)},
    }


def _suppressed(finding: Finding, reason: str) -> dict[str, Any]:
    return {**_result(finding), "suppressions": [{"kind": "inSource", "justification": reason}]}


def _uri(file: str) -> str:
    """A path as a URI: relative to where the command ran, or absolute."""
    path = PurePath(file)
    if path.is_absolute():
        return path.as_uri()
    return quote(path.as_posix())
