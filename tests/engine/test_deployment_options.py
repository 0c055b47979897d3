"""The page on continuous use names options of the Pulumi CLI, and a CLI renames them."""

import re
import subprocess
from pathlib import Path

from tools.catalogue import locate

PAGE = Path(__file__).parents[2] / "docs/continuous.md"


def test_the_page_names_options_that_the_cli_has() -> None:
    commands = re.findall(r"^pulumi (deployment settings edit) (.*)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    named = {option for _, rest in commands for option in re.findall(r"--[a-z-]+", rest)}
    assert named
    answer = subprocess.run(
        [locate("pulumi"), "deployment", "settings", "edit", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert [option for option in sorted(named) if not re.search(rf"{option}\b", answer)] == []
