"""What docs/errors.md says of TKE's event codes, held against the lists of TKE's own page 457/81004."""

import re

import pytest

from docs.refresh import ROOT

PAGE = (ROOT / "docs/errors.md").read_text("utf-8")

# 457/81004, "Service Event" and "Ingress Event": which codes an object of that kind can have.
SERVICE = "4001 4004 4005 4008 4009 4011 4012 4013 4014 4016 4026 4033 4036 4037 4062 4075"
INGRESS = (
    "4003 4005 4008 4009 4010 4011 4012 4018 4019 4020 4021 4022 4023 4027 4031 4034 4035 4039 4040 4041 4042 4043 4044 4046 "
    "4047 4048 4049 4051 4052 4053 4054 4055 4060 4066 4068 4071 4074 4081 4082 4084 4098 4101"
)
# The same page's headings of a few codes whose number means another thing in the other list.
MEANS = {
    ("Service", "E4008"): "no free address",
    ("Service", "E4009"): "arrears",
    ("Service", "E4011"): "existingId",
    ("Service", "E4012"): "TKE made",
    ("Ingress", "E4008"): "may not act",
    ("Ingress", "E4009"): "names no secret",
    ("Ingress", "E4011"): "certificate id",
    ("Ingress", "E4012"): "certificate",
    ("Ingress", "E4027"): "arrears",
    ("Ingress", "E4053"): "no free address",
    ("Ingress", "E4060"): "allow-list for SNAT Pro",
}


def rows(heading: str) -> list[list[str]]:
    """The table under a heading, without its head."""
    (section,) = re.findall(rf"^##+ {heading}[^\n]*\n(.*?)(?=^##|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(("heading", "known"), [("Of a Service", SERVICE), ("Of an Ingress", INGRESS)])
def test_a_code_stands_where_tke_lists_it_and_once(heading: str, known: str) -> None:
    codes = [row[0] for row in rows(heading)]
    assert codes == sorted(set(codes))
    assert {code.removeprefix("E") for code in codes} <= set(known.split())


@pytest.mark.parametrize("heading", ["From the Tencent Cloud API", "Of a Service", "Of an Ingress"])
def test_every_sentence_has_a_remedy_and_names_its_source(heading: str) -> None:
    found = rows(heading)
    assert found
    for row in found:
        assert len(row) == 4, row
        assert all(row), row
        assert re.search(r"457/\d+|error codes of|provider \d", row[3]), row


SOURCE = re.compile(r"457/\d+|error codes of|provider \d")


def test_every_sentence_beside_the_tables_names_its_source_too() -> None:
    """What TKE does is TKE's to say: a sentence of ours about it that nobody can look up is a guess."""
    about_tke = PAGE.partition("## From the Tencent Cloud API")[2]
    prose = [line for line in about_tke.splitlines() if line and not line.startswith(("|", "#"))]
    paragraphs = re.split(r"(?<=[.])\s+(?=[A-Z`])", " ".join(prose))
    ours = ("`kubectl describe", "Codes of certificates", "Document numbers")
    told = [sentence for sentence in paragraphs if not sentence.startswith(ours)]
    assert len(told) >= 3
    assert [sentence for sentence in told if not SOURCE.search(sentence)] == []


@pytest.mark.parametrize(("kind", "code"), MEANS)
def test_a_code_means_what_it_means_for_that_kind(kind: str, code: str) -> None:
    (row,) = [row for row in rows(f"Of an? {kind}") if row[0] == code]
    assert MEANS[kind, code] in row[1]


def test_codes_are_nowhere_explained_for_both_kinds_at_once() -> None:
    """They have one home: a code in a sentence of another page would be true of one kind and false of the other."""
    for page in (ROOT / "README.md", ROOT / "README_zh.md", *(ROOT / "docs").rglob("troubleshooting.md")):
        assert not re.search(r"\bE4\d{3}\b", page.read_text("utf-8")), page
