"""The documentation shows what is: outputs, tables and programs in it are those of today."""

import re
from pathlib import Path

import pytest

from docs.refresh import ROOT, main, picture, refreshed, setting_rows

MARKDOWN = sorted(
    page for page in ROOT.rglob("*.md") if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)

CHINESE = [ROOT / "README_zh.md", *sorted((ROOT / "docs/zh").glob("*.md"))]


def english(page: Path) -> Path:
    return ROOT / "README.md" if page.parent == ROOT else ROOT / "docs" / page.name


def test_no_page_shows_an_output_that_the_program_does_not_print(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_leads_to_a_file_that_is_not_there(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README_zh.md", "CONTRIBUTING.md"])
def test_no_page_names_a_make_target_that_does_not_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z0-9]+)", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE))
    assert named
    assert named <= targets


ENGLISH_ONLY = {"lab.md", "offline.md", "verify.md"}
"""Pages that nobody has written in Chinese yet."""


def test_every_page_has_a_twin_in_chinese() -> None:
    pages = {page.name for page in (ROOT / "docs").glob("*.md")}
    assert pages - {page.name for page in CHINESE} == ENGLISH_ONLY


def test_every_page_in_chinese_has_an_english_one() -> None:
    assert [page.name for page in CHINESE if not english(page).exists()] == []
    assert len(CHINESE) > 1


@pytest.mark.parametrize("page", CHINESE, ids=lambda path: str(path.relative_to(ROOT)))
def test_both_languages_have_the_same_sections_and_commands(page: Path) -> None:
    """A command may have its placeholders, after a `<`, in the page's language."""

    def shape(text: str) -> tuple[list[str], list[str], list[str]]:
        blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
        commands = [line.split("  #")[0].rstrip() for block in blocks for line in block.splitlines() if line[:1] != "#"]
        troubles = re.findall(r"^\*\*", text, flags=re.MULTILINE)
        return re.findall(r"^(#+) ", text, flags=re.MULTILINE), [line.split("<")[0] for line in commands], troubles

    assert shape(page.read_text("utf-8")) == shape(english(page).read_text("utf-8"))


def _facts(text: str) -> tuple[list[str], list[int], list[str]]:
    """What no language has a say in: names of a table's rows, how many cells each has, and sources by number."""
    rows = [
        line.strip("|").split("|") for line in text.splitlines() if line.startswith("|") and set(line) - set("|-: ")
    ]
    names = [name for row in rows for name in re.findall(r"`[^`]+`", row[0])]
    return names, [len(row) for row in rows], sorted(re.findall(r"\b(?:214|457|1145)/\d+", text))


@pytest.mark.parametrize("page", CHINESE, ids=lambda path: str(path.relative_to(ROOT)))
def test_both_languages_have_the_same_rows_sources_and_examples(page: Path) -> None:
    here, there = page.read_text("utf-8"), english(page).read_text("utf-8")
    if page.parent != ROOT:
        assert _facts(here) == _facts(there)
        markers = r"^```(?!text|console)(\w+)$"
        assert re.findall(markers, here, flags=re.MULTILINE) == re.findall(markers, there, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README_zh.md"])
def test_the_front_page_is_read_in_one_sitting(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= 160


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_names_a_setting_that_does_not_exist(page: Path) -> None:
    keys = {key for key, _, _ in setting_rows()}
    sections = {key.split(".")[0] for key in keys if "." in key}
    named = {
        re.sub(r"\[\d*\]", "[]", key.removesuffix("[0]"))
        for key in re.findall(r"`([a-zA-Z]+\.[a-zA-Z.\[\]\d]+)`", page.read_text("utf-8"))
        if key.split(".")[0] in sections
    }
    assert named <= keys


def test_writing_a_page_again_takes_nothing_away() -> None:
    page = "<!-- settings: en -->\n\nafter the table\n\n## End\n"
    once = refreshed(page)
    assert refreshed(once) == once
    assert once.endswith("\nafter the table\n\n## End\n")


def test_a_preview_at_a_glance_shows_what_makes_the_scenario_and_the_whole_way() -> None:
    lines = picture("globalrouter-direct-native").splitlines()
    assert len(lines) < 50
    assert any("GlobalRouteDirectAccess" in line and "▸" in line for line in lines)
    assert any("the app reads the client here" in line for line in lines)
    assert not any("TCP 443" in line for line in lines)
