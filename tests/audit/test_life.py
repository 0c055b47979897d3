"""Manifests as people write and clusters print them: a finding too many or too few in one of these is one in somebody's cluster."""

import json
import re
from pathlib import Path

import pytest

from realip.audit.examine import examine
from realip.audit.files import Texts
from realip.audit.report import Report
from realip.audit.world import World

FOLDER = Path(__file__).parent / "life"
FILES = sorted(FOLDER.iterdir())
JSON_EXPECTED = {
    "old-service-list.json": {"rules": ["Service jobs/agent RIP002"], "sees": ["Service jobs/agent unknown"]},
}
"""JSON has no comments to say it in."""


def audited(file: Path) -> Report:
    texts = Texts.read([str(file)])
    return examine([World(texts.found)], texts.texts)


def expected(file: Path, word: str) -> set[str]:
    if file.suffix == ".json":
        return set(JSON_EXPECTED[file.name][word])
    return set(re.findall(rf"^# {word}: (.+)$", file.read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_exactly_what_is_wrong_is_found(file: Path) -> None:
    found: dict[str, list[str]] = {}
    for finding in audited(file).findings:
        rules = found.setdefault(str(finding.found), [])
        if finding.rule.id not in rules:
            rules.append(finding.rule.id)
    said = {f"{name} {' '.join(sorted(rules))}" for name, rules in found.items()}
    assert said == expected(file, "rules")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_exposure_is_judged(file: Path) -> None:
    exposures = [row.exposure for row in audited(file).rows]
    said = {
        f"{each.kind} {each.namespace}/{each.name} {each.sees}{' forgeable' if each.forgeable else ''}"
        for each in exposures
    }
    assert said == expected(file, "sees")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_sentence_is_whole(file: Path) -> None:
    report = audited(file)
    for finding in report.findings:
        sentence = finding.message()
        assert sentence.endswith(".")
        assert not re.search(r"\{[a-z_]+\}|: -\.|None", sentence), sentence
    assert json.loads(report.to_json_text())["findings"] == [finding.to_json() for finding in report.findings]
