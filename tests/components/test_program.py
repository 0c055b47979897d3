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


def _run_with_secret(slug: str, *, preview: bool, section: str, **changed: str) -> Recording:
    """As if something in that section had been set with --secret."""
    config = _config(slug) | {f"realip:{key}": value for key, value in changed.items()}
    return run(_program, preview=preview, config=config, secret=[f"realip:{section}"], stack=slug)


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
    assert 'pulumi config set --path "access.adminCidrs[0]"' in warning[1]
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
    with pytest.raises(pulumi.RunError, match="lies outside the provider's region, ap-tokyo"):
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


# --- secrets in the configuration ---------------------------------------------------------------------------------------------

HUNTER = "s3cr3t-hunter2"


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("tags", {"token": HUNTER}),
        ("cluster", {"name": HUNTER}),
        ("nodes", {"labels": {"a": HUNTER}}),
        ("network", {"cidr": HUNTER}),
        ("scenario", HUNTER),
        ("nobody", {"a": HUNTER}),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
def test_a_section_that_keeps_no_secret_is_refused_by_name_and_its_values_are_told_to_nobody(
    section: str, values: object, preview: bool
) -> None:
    text = values if isinstance(values, str) else json.dumps(values)
    with pytest.raises(pulumi.RunError) as refused:
        _run_with_secret(SLUGS[0], preview=preview, section=section, access=MINE, **{section: text})
    message = str(refused.value)
    assert f"{section} = " in message
    assert "[secret]" in message
    assert "--secret" in message
    assert HUNTER not in message


@pytest.mark.parametrize(
    "wrong", [{"image": f"{HUNTER} no image"}, {"port": 70000, "env": {"A": HUNTER}}, {"envs": {"A": HUNTER}}]
)
def test_what_is_wrong_with_a_section_that_holds_a_secret_is_told_without_its_values(wrong: dict[str, Any]) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        _run_with_secret(SLUGS[0], preview=True, section="app", access=MINE, app=json.dumps(wrong))
    message = str(refused.value)
    assert "app." in message
    assert HUNTER not in message
    assert "70000" not in message


def test_environment_variables_that_are_secret_stay_secret_in_what_is_registered() -> None:
    app = json.dumps({"env": {"TOKEN": HUNTER, "LOG_LEVEL": "debug"}})
    found = _run_with_secret(SLUGS[0], preview=False, section="app", access=MINE, app=app)
    deployment = found.one("Deployment")
    assert any(path.startswith("spec.template.spec.containers[0].env") for path in deployment.secrets)
    for resource in found.resources:
        plain = json.dumps({key: value for key, value in resource.inputs.items() if key != "spec"}, default=str)
        assert HUNTER not in plain, resource
    open_to_all = _run(SLUGS[0], preview=False, access=MINE, app=app).one("Deployment")
    env = open_to_all.inputs["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {one["name"]: one["value"] for one in env} == {"TOKEN": HUNTER, "LOG_LEVEL": "debug"}
    assert not open_to_all.secrets


@pytest.mark.parametrize("key", ["tencentcloud:secretKey", "tencentcloud:secretId", "tencentcloud:securityToken"])
def test_a_plain_credential_is_refused_and_an_encrypted_one_is_not(key: str) -> None:
    config = _config(SLUGS[0]) | {"realip:access": MINE, key: HUNTER}
    with pytest.raises(pulumi.RunError) as refused:
        run(_program, config=config, stack=SLUGS[0])
    for word in (key, "[secret]", "plain text", "TENCENTCLOUD_", f"pulumi config set --secret {key}"):
        assert word in str(refused.value)
    assert HUNTER not in str(refused.value)
    assert run(_program, config=config, secret=[key], stack=SLUGS[0]).stack.outputs["scenario"] == SLUGS[0]
