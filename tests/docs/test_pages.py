"""The documentation shows what is: outputs, tables and programs in it are those of today."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docs.figure import alternative, drawing
from docs.refresh import ROOT, main, picture, refreshed, setting_rows, templates
from realip.messages import Language

MARKDOWN = sorted(
    page for page in ROOT.rglob("*.md") if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)

CHINESE = [ROOT / "README_zh.md", *sorted((ROOT / "docs/zh").glob("*.md"))]


def english(page: Path) -> Path:
    return ROOT / "README.md" if page.parent == ROOT else ROOT / "docs" / page.name


@pytest.mark.repeats
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


@pytest.mark.parametrize("language", Language)
def test_the_picture_shows_an_address_that_is_lost_and_one_that_arrives(language: Language) -> None:
    picture = ET.fromstring(drawing(language))  # noqa: S314 - our own
    texts = [(text.get("class") or "", text.text or "") for text in picture.findall(".//{*}text")]
    results = [(kind, words) for kind, words in texts if "result" in kind]
    assert [kind for kind, _ in results] == ["result lost", "result kept"]
    assert results[0][1].endswith("10.0.80.7")  # of 10.0.80.0/20, where nodes are by default
    assert results[1][1].endswith("198.51.100.7")
    assert "10.0.80.7" in alternative(language)
    # A page shows it as it is: nothing is fetched.
    assert "http" not in drawing(language).replace("http://www.w3.org/2000/svg", "")


def test_every_page_has_a_twin_in_chinese() -> None:
    pages = {page.name for page in (ROOT / "docs").glob("*.md")}
    assert pages - {page.name for page in CHINESE} == set()


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


@pytest.mark.parametrize("page", CHINESE, ids=lambda path: str(path.relative_to(ROOT)))
def test_whoever_finds_one_language_finds_the_other(page: Path) -> None:
    for text, here in ((page.read_text("utf-8"), page), (english(page).read_text("utf-8"), english(page))):
        (line,) = [line for line in text.splitlines()[:4] if line.startswith("[English](")]
        targets = [(here.parent / target).resolve() for target in re.findall(r"\]\(([^)]+)\)", line)]
        assert targets == [english(page), page]
        assert "[\u4e2d\u6587](" in line


@pytest.mark.parametrize("page", CHINESE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_in_chinese_leads_on_to_pages_in_chinese(page: Path) -> None:
    twins = {english(other).resolve(): other for other in CHINESE}
    text = page.read_text("utf-8").split("\n", 4)[-1]
    targets = re.findall(r"\]\((?!https?:)([^)#]+\.md)[^)]*\)", text)
    assert [target for target in targets if (page.parent / target).resolve() in twins] == []


def _figures(text: str) -> list[str]:
    """Every measured figure and the like: numbers with more than one digit, in any order within the page."""
    prose = re.sub(r"^```(?:text|console)\n.*?^```$|\]\([^)]*\)|<!--.*?-->", "", text, flags=re.DOTALL | re.MULTILINE)
    return sorted(re.findall(r"(?<![\w.])\d[\d,.]*\d(?!\w)", prose, flags=re.ASCII))


@pytest.mark.parametrize("page", CHINESE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_figure_is_older_in_one_language(page: Path) -> None:
    assert _figures(page.read_text("utf-8")) == _figures(english(page).read_text("utf-8"))


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


def test_no_template_has_a_file_that_realip_init_would_not_write() -> None:
    """Those that it would write are held with the pages."""
    held = {path for path in (ROOT / "templates").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert held == set(templates())


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
