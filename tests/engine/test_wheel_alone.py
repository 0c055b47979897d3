"""Nothing but the wheel: in an environment that has it, and what it asks for, a project can be made and looked at."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.driver import REPOSITORY
from tools import environment

SECONDS = 300
Command = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, timeout=SECONDS)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment, with the pinned packages that the wheel asks for, and no others."""
    folder = tmp_path_factory.mktemp("clean")
    environment.install(folder, REPOSITORY / "requirements.txt")
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, check=True, cwd=folder, timeout=SECONDS)
    check = [str(folder / "bin/python"), "-m", "pip", "check"]
    assert subprocess.run(check, capture_output=True, text=True, check=True, cwd=folder).stdout.startswith("No broken")
    return folder / "bin"


@pytest.fixture
def realip(installed: Path) -> Command:
    """The console script, in an environment that knows of no checkout."""

    def run(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            [installed / "realip", *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": tempfile.gettempdir(), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    return run


def test_a_project_from_the_wheel_alone_previews_and_renders_and_compares(realip: Command, tmp_path: Path) -> None:
    realip(tmp_path, "init", "shop", "--admin-cidr", "198.18.0.0/24")
    shop = tmp_path / "shop"
    seen = json.loads(realip(shop, "preview", "--json"))
    assert (seen["project"], seen["stack"], seen["scenario"]) == ("shop", "dev", "vpc-cni-direct-native")
    assert seen["counts"]["create"] > 15
    assert "kind: Deployment" in realip(shop, "render")
    assert realip(shop, "diff", "dev", "dev", "--exit-code").startswith("dev → dev")
    for language in ("en", "zh"):
        assert realip(shop, "preview", "--lang", language)


def test_the_data_of_the_wheel_is_where_its_code_looks_for_it(realip: Command, tmp_path: Path) -> None:
    """The echo app's program, the fields of a pod, both catalogues, and the audit's rules."""
    realip(tmp_path, "init", "shop", "--image", "shop.example.com/web:1")
    template = 'app.podTemplate={"spec": {"dnsPolicy": "Default"}}'
    assert "dnsPolicy: Default" in realip(tmp_path / "shop", "render", "--config", template)
    realip(tmp_path, "init", "echo")
    realip(tmp_path / "echo", "render", "-o", "rendered")
    assert "asyncio.run(main())" in "".join(path.read_text("utf-8") for path in (tmp_path / "echo/rendered").iterdir())
    assert json.loads(realip(tmp_path / "echo", "audit", "rendered", "--json"))


def test_the_new_project_asks_pip_for_the_wheel_that_made_it(realip: Command, wheel: Path, tmp_path: Path) -> None:
    realip(tmp_path, "init", "shop")
    assert (tmp_path / "shop/requirements.txt").read_text() == f"realip @ {wheel.as_uri()}\n"
