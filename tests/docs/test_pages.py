"""The documentation shows what is: outputs, tables and programs in it are those of today."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.refresh import PAGES, ROOT, refreshed

MARKDOWN = sorted(path for path in ROOT.rglob("*.md") if ".venv" not in path.parts and ".make" not in path.parts)


def test_no_page_shows_an_output_that_the_program_does_not_print() -> None:
    check = subprocess.run(
        [sys.executable, "-m", "docs.refresh", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr


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


def test_both_languages_have_the_same_sections_and_commands() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in PAGES[:2])

    def shape(page: str) -> list[str]:
        return re.findall(r"^(#+) ", page, flags=re.MULTILINE)

    def commands(page: str) -> list[str]:
        blocks = re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL)
        return [line.split("  #")[0].rstrip() for block in blocks for line in block.splitlines()]

    assert shape(english) == shape(chinese)
    assert [command.split(" <")[0] for command in commands(english)] == [
        command.split(" <")[0] for command in commands(chinese)
    ]


def test_writing_a_page_again_takes_nothing_away() -> None:
    page = "<!-- settings: en -->\n\nafter the table\n\n## End\n"
    once = refreshed(page)
    assert refreshed(once) == once
    assert once.endswith("\nafter the table\n\n## End\n")
