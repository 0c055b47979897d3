"""A user's `mypy --strict` over a program with our components, in an environment that has the wheel and not this checkout.

The SDKs take mypy a minute the first time; what it found is kept in `build/typing`, and later runs take seconds.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "typing"
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/__main__.py"))

Check = Callable[[Path, Path], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Runs `mypy .` in a folder, with the wheel of today and the packages that the tests run on."""
    dist, environment = tmp_path_factory.mktemp("dist"), KEPT / "environment"
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)], cwd=ROOT, check=True)
    shutil.rmtree(environment, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    ask: list[str | Path] = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "sdks.pth").write_text(sysconfig.get_path("purelib"))
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)

    def run(folder: Path, settings: Path) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "mypy",
            "--explicit-package-bases",
            "--config-file",
            settings,
            ".",
        ]
        options: list[str | Path] = ["--python-executable", python, "--cache-dir", KEPT / "cache"]
        # A program finds the modules beside it; so does mypy where a folder has some.
        beside = os.pathsep.join(str(path.parent) for path in sorted(folder.glob("*/*_table.py")))
        environment = {**os.environ, "MYPYPATH": beside}
        return subprocess.run(
            [*command, *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def copied(folder: Path, *names: str) -> Path:
    """Examples where no file of this checkout is near."""
    for name in names:
        shutil.copytree(ROOT / "examples" / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_every_example_passes_a_users_strict_mypy(mypy: Check, tmp_path: Path) -> None:
    checked = mypy(copied(tmp_path, *EXAMPLES), tmp_path / EXAMPLES[0] / "mypy.ini")
    programs = list(tmp_path.glob("*/*.py"))
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert checked.stdout == f"Success: no issues found in {len(programs)} source files\n"


def test_a_misspelt_argument_and_a_wrong_type_are_found_before_anything_runs(mypy: Check, tmp_path: Path) -> None:
    program = copied(tmp_path, "direct_service") / "direct_service" / "__main__.py"
    text = program.read_text("utf-8")
    wrong = text.replace('"target_port": 8443', '"target_prot": 8443').replace('"port": 443', '"port": "https"')
    assert wrong != text
    program.write_text(wrong + "\nmissing: int = DirectService\n", "utf-8")
    said = mypy(tmp_path, program.with_name("mypy.ini")).stdout
    assert '"target_prot"' in said
    assert '"port"' in said
    assert "[assignment]" in said


def test_the_setting_that_examples_carry_is_one_and_is_needed(mypy: Check, tmp_path: Path) -> None:
    """When this fails, the SDK has been mended: take the setting away, here and in the documentation."""
    settings = {(ROOT / "examples" / example / "mypy.ini").read_text("utf-8") for example in EXAMPLES}
    assert len(settings) == 1
    strict = copied(tmp_path, "direct_service") / "strict.ini"
    strict.write_text("[mypy]\nstrict = true\n")
    assert "tencentcloud_iac_pulumi/dlc/" in mypy(tmp_path, strict).stdout
