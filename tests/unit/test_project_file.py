"""Pulumi.yaml and the models say the same, and the parts of the SDK that we rely on without a promise are still there."""

from contextvars import ContextVar
from pathlib import Path
from typing import Any, get_origin

import pytest
import yaml
from pulumi.runtime import config
from pydantic import BaseModel

from realip import parse_settings
from realip.scenarios import DEFAULT_STACK
from realip.settings.models import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def declared() -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    return sections


def test_every_section_is_declared_once_with_the_models_words(declared: dict[str, dict[str, Any]]) -> None:
    wanted = {field.alias: field.description for field in Settings.model_fields.values()}
    wanted["scenario"] = Settings.model_fields["scenario"].description
    assert {key: section["description"] for key, section in declared.items()} == {
        key or "scenario": description for key, description in wanted.items()
    }


def test_types_and_defaults_are_the_models(declared: dict[str, dict[str, Any]]) -> None:
    """The engine requires a key that has a type and no default, and replaces an object's default instead of merging it:
    so objects have an empty one, and the models fill it. A scenario is text or an object, so it has no type."""
    for name, field in Settings.model_fields.items():
        section = declared[field.alias or name]
        annotation: Any = field.annotation
        is_object = get_origin(annotation) is dict or issubclass(annotation, BaseModel)
        if name == "scenario":
            assert section.keys() == {"default", "description"}
            assert section["default"] == DEFAULT_STACK
            assert field.get_default(call_default_factory=True).row.slug == DEFAULT_STACK
        else:
            assert is_object
            assert (section["type"], section["default"]) == ("object", {})
            assert section.keys() == {"type", "default", "description"}


def test_the_declared_defaults_make_the_default_stack_once_someone_may_reach_it(
    declared: dict[str, dict[str, Any]],
) -> None:
    values = {key: section["default"] for key, section in declared.items()}
    access = {"adminCidrs": ["198.18.0.0/24"]}
    assert parse_settings(values | {"access": access}) == parse_settings({"access": access})


def test_every_setting_has_a_description() -> None:
    missing = [
        f"{model.__name__}.{name}"
        for model in _models(Settings)
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert missing == []


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    found = [model]
    for field in model.model_fields.values():
        found += [part for part in _parts(field.annotation) for part in _models(part)]
    return found


def _parts(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for inner in getattr(annotation, "__args__", ()) for part in _parts(inner)]


def test_the_sdk_still_lists_every_configuration_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """`load` finds unknown sections by it, and it is not public."""
    assert isinstance(config.CONFIG, ContextVar)
    before = config.CONFIG.get()
    try:
        config.set_all_config({"realip:nope": "1"})
        assert config.CONFIG.get() == {"realip:nope": "1"}
    finally:
        config.CONFIG.set(before)
    monkeypatch.setenv("PULUMI_CONFIG", '{"realip:app": "{}"}')
    assert config.get_config_env() == {"realip:app": "{}"}
    monkeypatch.delenv("PULUMI_CONFIG")
    assert config.get_config_env() == {}
