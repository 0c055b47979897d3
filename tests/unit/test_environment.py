"""`make` sets up the environment from pins and hashes alone, with uv or without, where pip's own settings point to."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import environment
from tools.__main__ import main

NAME = "realip_made_up"


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in a folder that pip is told to look into, and nowhere else; both installers are content with nothing."""
    path = tmp_path / "wheels" / f"{NAME}-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{NAME}.py", "ANSWER = 42\n")
        archive.writestr(f"{NAME}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n")
        archive.writestr(
            f"{NAME}-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{NAME}-1.0.dist-info/RECORD", "")
    (tmp_path / "nothing.txt").write_text("# nothing\n")
    monkeypatch.setattr(environment, "INSTALLERS", str(tmp_path / "nothing.txt"))
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path} {path.parent}")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return path


def requirements(wheel: Path, content: bytes) -> Path:
    """A file with the hash of what it is to be."""
    file = wheel.parent.with_name("requirements.txt")
    file.write_text(f"{NAME}==1.0 --hash=sha256:{hashlib.sha256(content).hexdigest()}\n")
    return file


def with_uv(monkeypatch: pytest.MonkeyPatch, *, there: bool) -> None:
    folder = Path(sys.executable).parent if there else Path("/usr/bin")
    monkeypatch.setattr(shutil, "which", lambda name: str(folder / name) if there else None)
    if not there:
        monkeypatch.setattr(environment, "_uv_from_pip", lambda python: None)


def answer(folder: Path) -> str:
    program = f"import {NAME}; print({NAME}.ANSWER)"
    return subprocess.run(
        [folder / "bin" / "python", "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("there", [True, False], ids=["uv", "pip"])
def test_a_pinned_package_is_installed_from_where_pip_is_told_to_look(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    with_uv(monkeypatch, there=there)
    if there:
        monkeypatch.setattr(environment, "_pip", lambda python: pytest.fail("uv did not install it"))
    environment.install(tmp_path / "made", requirements(wheel, wheel.read_bytes()))
    assert answer(tmp_path / "made") == "42"


@pytest.mark.parametrize("there", [True, False], ids=["uv", "pip"])
def test_a_package_that_somebody_changed_is_not_installed(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *, there: bool
) -> None:
    with_uv(monkeypatch, there=there)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    requirements(wheel, b"what was pinned")
    assert main(["environment", "requirements.txt"]) != 0
    assert "HASHES" in capfd.readouterr().err
    assert not list((tmp_path / ".venv").rglob(f"{NAME}*"))


def test_an_environment_whose_python_has_gone_is_made_anew(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_uv(monkeypatch, there=True)
    (tmp_path / "made" / "bin").mkdir(parents=True)
    (tmp_path / "made" / "bin" / "python").symlink_to(tmp_path / "gone")
    environment.install(tmp_path / "made", requirements(wheel, wheel.read_bytes()))
    assert answer(tmp_path / "made") == "42"


def test_uv_asks_the_mirror_that_pip_is_configured_for_and_a_variable_of_its_own_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_"))]:
        monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror.example.com/simple\ncert = /etc/company.pem\n[install]\nfind-links =\n    /a\n    /b\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("UV_INDEX", "https://own.example.com/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://more.example.com/simple")
    told = environment.uv_environment()
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example.com/simple"
    assert told["SSL_CERT_FILE"] == "/etc/company.pem"
    assert told["UV_FIND_LINKS"] == "/a,/b"
    assert told["UV_INDEX"] == "https://own.example.com/simple"
