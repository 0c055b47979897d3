"""What other programs import, and what it costs them."""

import subprocess
import sys
from pathlib import Path

import pytest

import realip

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", realip.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    made = getattr(realip, name)
    assert name in dir(realip)
    if isinstance(made, type):
        assert made.__name__ == name


def test_a_name_that_is_not_there_is_told_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'realip' has no attribute 'Servise'"):
        _ = realip.Servise


def _imported(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after a statement."""
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "kept_out"),
    [
        (
            "import realip.scenarios",
            {"pulumi", "pulumi_kubernetes", "tencentcloud_iac_pulumi", "pydantic", "grpc", "yaml"},
        ),
        ("from realip import SCENARIOS, resolve", {"pulumi", "pydantic", "grpc", "yaml"}),
        (
            "import realip; realip.parse_settings({'access': {'adminCidrs': ['198.18.0.0/24']}})",
            {"pulumi", "pulumi_kubernetes", "tencentcloud_iac_pulumi", "grpc"},
        ),
        ("from realip import load_settings", {"pulumi", "grpc"}),
    ],
)
def test_nobody_waits_for_an_sdk_that_they_do_not_use(statement: str, kept_out: set[str]) -> None:
    assert _imported(statement) & kept_out == set()
