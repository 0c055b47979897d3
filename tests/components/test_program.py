"""The project's own program under its own stack files, as the engine hands their values over."""

import gc
import json
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from realip import SettingsError
from tests.support.recording import UNKNOWN, Recording, run
from tests.support.stacks import SLUGS

ROOT = Path(__file__).parents[2]


def _config(slug: str) -> dict[str, str]:
    """The stack file's configuration as text, which is how the engine hands it over."""
    values = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{slug}.yaml").read_text())["config"]
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def _program() -> None:
    try:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
    finally:
        gc.enable()  # the program turns it off for its own short life


def _run(slug: str, *, preview: bool, **changed: str) -> Recording:
    config = _config(slug) | {f"realip:{key}": value for key, value in changed.items()}
    return run(_program, preview=preview, config=config, stack=slug)


MINE = json.dumps({"adminCidrs": ["198.18.0.7/32"], "clientCidrs": ["0.0.0.0/0"]})


def test_there_is_a_stack_file_for_every_scenario_and_no_other() -> None:
    assert sorted(path.name for path in (ROOT / "stacks").iterdir()) == sorted(f"Pulumi.{slug}.yaml" for slug in SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_stack_file_says_its_own_scenario(slug: str) -> None:
    assert _config(slug)["realip:scenario"] == slug


@pytest.mark.parametrize("slug", SLUGS)
def test_every_stack_runs_once_its_administrators_are_set(slug: str) -> None:
    found = _run(slug, preview=False, access=MINE)
    assert found.stack.outputs["scenario"] == slug
    assert found.stack.outputs["address"] == "198.18.0.10"
    assert found.stack.secret_outputs == {"kubeconfig"}
    assert found.messages == []


@pytest.mark.parametrize("slug", SLUGS)
def test_the_committed_documentation_range_previews_with_a_warning_and_is_refused_by_an_update(slug: str) -> None:
    previewed = _run(slug, preview=True)
    (warning,) = previewed.messages
    assert warning[0] == "warning"
    words = 'access.adminCidrs[0] = "203.0.113.0/24": is a documentation range'
    assert words in warning[1]
    assert 'pulumi config set --path "realip:access.adminCidrs[0]"' in warning[1]
    assert previewed.stack.outputs["address"] == UNKNOWN
    with pytest.raises(pulumi.RunError) as caught:
        _run(slug, preview=False)
    assert warning[1] in str(caught.value), "the refusal uses other words than the warning"


def test_an_update_that_is_refused_creates_no_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    init = pulumi.Resource.__init__

    def spy(self: Any, kind: str, *args: Any, **options: Any) -> None:
        seen.append(kind)
        init(self, kind, *args, **options)

    monkeypatch.setattr(pulumi.Resource, "__init__", spy)
    for changed in ({}, {"access": "{}"}, {"nope": "1"}, {"app": '{"port": 0}'}):
        with pytest.raises(pulumi.RunError):
            _run("vpc-cni-direct-native", preview=False, **changed)
    assert set(seen) == {"pulumi:pulumi:Stack"}


def test_bad_settings_end_the_program_with_every_problem_and_no_traceback() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        _run("vpc-cni-direct-native", preview=True, app='{"port": 0, "replicas": 0}', netwrk="{}")
    assert not isinstance(caught.value, SettingsError), "RunError is what the engine prints as it is"
    for words in ("3 problems", "app.port = 0", "app.replicas = 0", "netwrk = {}", "did you mean network?"):
        assert words in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_providers_region_is_what_zones_are_checked_against() -> None:
    config = _config("vpc-cni-direct-native") | {"tencentcloud:region": "ap-tokyo", "realip:access": MINE}
    with pytest.raises(pulumi.RunError, match="lies outside tencentcloud:region, ap-tokyo"):
        run(_program, config=config)


def test_settings_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The language host hands configuration over that way."""
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(_config("globalrouter-nondirect-native") | {"realip:access": MINE}))
    assert run(_program).stack.outputs["scenario"] == "globalrouter-nondirect-native"


def test_other_peoples_configuration_is_left_alone() -> None:
    config = _config("vpc-cni-direct-native") | {"realip:access": MINE, "kubernetes:cluster": "x", "realipx:a": "b"}
    assert run(_program, config=config).stack.outputs["reads"] == "socket peer"


@pytest.mark.parametrize("update", [False, True])
def test_what_may_not_be_meant_is_said_and_done(update: bool) -> None:
    """Node ports open to the internet, and administrators whom nobody can be."""
    access = {"adminCidrs": ["192.168.1.5/32"], "clientCidrs": ["0.0.0.0/0"]}
    balancer = {"existingId": "lb-mine"}
    changed = {"access": json.dumps(access), "loadBalancer": json.dumps(balancer)}
    messages = _run("vpc-cni-nondirect-native", preview=not update, **changed).messages
    assert {severity for severity, _ in messages} == {"warning"}
    said = "\n".join(text for _, text in messages)
    assert 'access.adminCidrs[0] = "192.168.1.5/32": is private' in said
    assert "access.clientCidrs" in said
    assert "can forge X-Forwarded-For" in said
    assert _run("vpc-cni-direct-native", preview=not update, access=MINE).messages == []
