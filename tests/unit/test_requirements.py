"""Two machines install the same bytes: every package that is needed has one version and its hashes, and nothing says where from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILES = {"requirements.txt": (), "requirements-dev.txt": ("dev",), "requirements-install.txt": ("install",)}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(name: str) -> dict[str, Requirement]:
    """Package and its one version, of a file that `make pins` wrote."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    read = [(Requirement(entry.split(" --hash")[0]), entry) for entry in entries]
    for requirement, entry in read:
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), f"{requirement} has no hash"
    assert len({canonicalize_name(requirement.name) for requirement, _ in read}) == len(read)
    return {canonicalize_name(requirement.name): requirement for requirement, _ in read}


@pytest.mark.parametrize("name", FILES)
def test_everything_that_the_project_asks_for_is_pinned_at_a_version_that_it_accepts(name: str) -> None:
    asked = [entry for group in FILES[name] for entry in PROJECT["dependency-groups"][group]]
    asked += [] if name == "requirements-install.txt" else PROJECT["project"]["dependencies"]
    pinned = pins(name)
    for requirement in map(Requirement, asked):
        version = str(pinned[canonicalize_name(requirement.name)].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), f"{requirement} is pinned at {version}; run make pins"


def test_checks_and_tests_run_with_the_versions_that_the_program_runs_on() -> None:
    program, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: development[name] for name in program} == program


@pytest.mark.parametrize("name", FILES)
def test_no_file_says_from_which_registry(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
