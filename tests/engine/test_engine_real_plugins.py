"""Where the real provider plugins are installed, they plan what the stand-ins plan. No cloud is asked in a preview of a
stack that does not exist yet, so any credentials will do."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import STACKS, Live

PACKAGES = ("tencentcloud", "kubernetes")
ANY_CREDENTIALS = {
    "TENCENTCLOUD_SECRET_ID": "any-id",
    "TENCENTCLOUD_SECRET_KEY": "any-key",
    "TENCENTCLOUD_REGION": "ap-guangzhou",
}


def installed(package: str) -> bool:
    """Whether the plugin of a package is on PATH or in Pulumi's own folder."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    return shutil.which(f"pulumi-resource-{package}") is not None or any(home.glob(f"plugins/resource-{package}-v*"))


def plain(value: Any) -> Any:
    """A planned value without what the Terraform bridge adds to objects, at every depth: `__defaults` and the like."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def test_what_the_bridge_adds_is_left_out_at_every_depth() -> None:
    bridged = {"native": {"scaling": [{"__defaults": [], "maxReplicas": 2}], "__defaults": []}, "__defaults": ["name"]}
    assert plain(bridged) == {"native": {"scaling": [{"maxReplicas": 2}]}}


MISSING = [package for package in PACKAGES if not installed(package)]


@pytest.mark.skipif(
    bool(MISSING), reason=f"no plugin of {' and '.join(MISSING)} here: pulumi plugin install resource PACKAGE VERSION"
)
@pytest.mark.parametrize("stack", STACKS)
def test_the_real_plugins_plan_what_the_stand_ins_plan(live: Live, stack: str) -> None:
    project = live(stack)
    ours = project.preview().succeeded()
    home = os.environ.get("PULUMI_HOME") or str(Path.home() / ".pulumi")
    project.extra_environment = {"PULUMI_DEBUG_PROVIDERS": "", "PULUMI_HOME": home, **ANY_CREDENTIALS}
    theirs = project.preview().succeeded()
    assert {(s.op, s.urn) for s in theirs.changes} == {(s.op, s.urn) for s in ours.changes}
    for step in ours.changes:
        if ":" in step.type and not step.type.startswith(("realip:", "pulumi:")):
            real, stood_in = theirs.planned(step.urn), ours.planned(step.urn)
            assert {key: plain(real.get(key)) for key in stood_in} == plain(stood_in), step.urn
