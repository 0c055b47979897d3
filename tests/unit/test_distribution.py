"""What is handed out holds what a user needs, and says nothing that is not so."""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import realip

ROOT = Path(__file__).parents[2]
SHIPPED = ("docs", "examples", "plugin", "realip", "stacks", "templates")


def tracked(*folders: str) -> set[str]:
    """Files under version control, or in a folder that has none every file but caches."""
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        # What is there already, and not yet known to git, would be shipped too.
        new = subprocess.run(
            ["git", "ls-files", "--others", "--exclude-standard", *folders],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return {name for name in f"{listed.stdout}{new.stdout}".splitlines() if (ROOT / name).exists()}
    files = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return {str(path.relative_to(ROOT)) for path in files if path.is_file() and "__pycache__" not in path.parts}


def build(source: Path, target: Path) -> tuple[Path, Path]:
    """The source distribution and the wheel of a folder."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target)], cwd=source, check=True, capture_output=True
    )
    (sdist,), (wheel,) = target.glob("*.tar.gz"), target.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


def names(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers()}


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def test_the_source_distribution_holds_the_library_the_stacks_the_pages_and_the_examples_whole(
    built: tuple[Path, Path],
) -> None:
    beside = {
        "CHANGELOG.md",
        "LICENSE",
        "Pulumi.yaml",
        "README.md",
        "README_zh.md",
        "__main__.py",
        "hatch_build.py",
        "pyproject.toml",
        "requirements-dev.txt",
        "requirements-install.txt",
        "requirements.txt",
    }
    made_by_the_build = {"PKG-INFO", ".gitignore"}
    assert names(built[0]) - made_by_the_build == tracked(*SHIPPED) | beside


def test_what_package_managers_make_in_a_checkout_is_nobodys_source(tmp_path: Path) -> None:
    """`pulumi package add` of a checkout makes the plugin's environment there, with thousands of other people's files."""
    copy = tmp_path / "source"
    made = ("plugin/venv/lib/a.py", "examples/shop/node_modules/b/b.py", "examples/shop/sdks/realip/c.py")
    for name in (*made, "realip/__init__.py", "plugin/__main__.py"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text('__version__ = "1"\n__homepage__ = ""\nimport  os\n', "utf-8")
    for name in (".gitignore", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    sdist, _ = build(copy, tmp_path / "dist")
    assert not names(sdist) & set(made)
    looked_at = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--show-files", "."],
        cwd=copy,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    files = {str(Path(line).relative_to(copy)) for line in looked_at}
    assert "plugin/__main__.py" in files
    assert not files & set(made)
    (left_out,) = tomllib.loads((copy / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["exclude"]
    assert [name for name in made if not re.search(left_out, name)] == []


def test_the_wheel_holds_the_library_and_nothing_else(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == tracked("realip")
    assert "realip/py.typed" in held


def test_the_version_is_stated_once(built: tuple[Path, Path]) -> None:
    assert metadata(built[1])["Version"] == realip.__version__
    stated = re.compile(rf"""["']{re.escape(realip.__version__)}["']""")
    files = [*(ROOT / "realip").rglob("*.py"), ROOT / "pyproject.toml"]
    assert [path.name for path in files if stated.search(path.read_text("utf-8"))] == ["__init__.py"]


def test_no_home_page_is_invented_and_one_that_there_is_names_all_addresses(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    assert realip.__homepage__ == ""
    assert metadata(built[1]).get_all("Project-URL") is None
    copy = tmp_path / "source"
    (copy / "realip").mkdir(parents=True)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    said = (ROOT / "realip/__init__.py").read_text("utf-8")
    home = "https://example.com/realip"
    (copy / "realip/__init__.py").write_text(said.replace('__homepage__ = ""', f'__homepage__ = "{home}"'), "utf-8")
    _, wheel = build(copy, tmp_path / "dist")
    addresses = metadata(wheel).get_all("Project-URL")
    assert addresses is not None
    assert f"Homepage, {home}" in addresses
    assert all(address.split(", ")[1].startswith(home) for address in addresses)
