"""A finding that is missed leaves an app without its clients' addresses; one that is made up costs trust in all others."""

import pytest

from realip.audit.examine import examine
from realip.audit.reading import objects_in
from realip.audit.report import Report
from realip.audit.rules import RULES
from realip.audit.world import World
from tests.audit.cases import CASES, NGINX_SERVICE, OTHER
from tests.audit.objects import config_map, service
from tests.audit.objects import text as text_of


def audited(text: str) -> Report:
    objects = [found for found in objects_in(text, "input.yaml") if found is not None]
    return examine([World(objects)], {"input.yaml": text})


FOUND = [(rule, text) for rule, case in CASES.items() for text in case.found]
NOT_FOUND = [(rule, text) for rule, case in CASES.items() for text in case.not_found]


@pytest.mark.parametrize(("rule", "text"), FOUND, ids=[f"{rule}-{at}" for at, (rule, _) in enumerate(FOUND)])
def test_what_a_rule_is_about_is_found(rule: str, text: str) -> None:
    report = audited(text)
    first = next((finding for finding in report.findings if finding.rule.id == rule), None)
    assert first is not None, [finding.rule.id for finding in report.findings]
    assert "{" not in first.message().replace('{"', "")
    assert first.line is not None
    assert report.exit_code in {1, 3}


@pytest.mark.parametrize(("rule", "text"), NOT_FOUND, ids=[f"{rule}-{at}" for at, (rule, _) in enumerate(NOT_FOUND)])
def test_what_is_nearly_the_same_is_not_found(rule: str, text: str) -> None:
    found = [finding for finding in audited(text).findings if finding.rule.id == rule]
    assert found == [], [finding.message() for finding in found]


def test_every_rule_has_a_case_that_it_finds_and_one_that_it_does_not() -> None:
    assert {rule for rule, case in CASES.items() if case.found and case.not_found} == {rule.id for rule in RULES}


def test_ids_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == [f"RIP{number:03}" for number in range(1, len(RULES) + 1)]


@pytest.mark.parametrize(
    ("settings", "forgeable"),
    [
        (None, None),
        ({"use-forwarded-headers": "false"}, False),
        ({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "10.0.0.0/8"}, False),
        ({"use-forwarded-headers": "true"}, True),
    ],
)
def test_whom_a_gateway_believes_is_open_where_its_settings_are_not_in_the_input(
    settings: dict[str, str] | None, forgeable: bool | None
) -> None:
    given = [OTHER, service("ClusterIP"), NGINX_SERVICE, *([config_map(settings)] if settings else [])]
    exposures = [row.exposure for row in audited(text_of(*given)).rows if row.found.kind == "Ingress"]
    assert [(each.sees, each.forgeable) for each in exposures] == [("client", forgeable)]
