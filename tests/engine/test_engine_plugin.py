"""The plugin folder on the real engine: programs in other languages find the components, and get them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import realip
from tests.engine.driver import REPOSITORY
from tests.engine.language_host import language_host

SECONDS = 60


def command(pulumi: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the CLI with what starts Python's plugins, and nothing of this machine's accounts."""
    environment = {
        "PATH": f"{pulumi.parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DEBUG_COMMANDS": "true",
    }
    with language_host(folder, environment, folder / "output") as port:
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=folder,
            env={**environment, "PULUMI_DEBUG_LANGUAGES": f"python:{port}"},
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )


def test_the_engine_starts_the_plugin_folder_and_reads_its_schema(pulumi: Path, tmp_path: Path) -> None:
    schema: dict[str, Any] = json.loads(
        command(pulumi, tmp_path, "package", "get-schema", str(REPOSITORY / "plugin")).stdout
    )
    assert schema["name"] == "realip"
    assert schema["version"] == realip.__version__
    assert "realip:index:DirectService" in schema["resources"]
