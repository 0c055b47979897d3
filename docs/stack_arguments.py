"""The arguments of a hosted stack, written from the settings: `realip/hosting/stack_arguments.py` is this module's output.

Pulumi's analyzer reads typed dictionaries and their docstrings in a source file, and no pydantic models.
"""

import inspect
import types
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from realip.scenarios import DEFAULT_STACK, SCENARIOS, Reads
from realip.settings.models import Settings
from realip.settings.values import MayBeSecret

__all__ = ["stack_arguments"]

_HEAD = '''"""The arguments of a hosted stack, each as its setting of a stack file. Written by `make docs` from the settings; do not edit."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi

'''
_IN_A_PROGRAM = {
    ", set with --secret": ", a secret",
    "set with --secret, the values stay secret": "a secret value stays one",
    "Set with --secret, it stays secret": "A secret stays one",
    "Set with --secret, they stay secret": "Secrets stay secret",
    "A scenario's slug, or an object with networkMode, nodeType, connection and layer.": f"The scenario; {DEFAULT_STACK} if unset.",
    "each as text, or with the service": "each with the service",
    ", in quotes": "",
}
"""What a stack file's reader is told, and what a program's is."""


_READS = {Reads.SOCKET_PEER: "the socket", Reads.X_FORWARDED_FOR: "the last entry of X-Forwarded-For"}


def stack_arguments() -> str:
    """The source of the module."""
    models = list(dict.fromkeys(_models(Settings)))
    modules: dict[str, set[str]] = defaultdict(set)
    for model in models:
        for enum in _enums(model):
            modules[enum.__module__].add(enum.__name__)
    imports = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(modules.items())]
    exported = [f'    "{name}",' for name in sorted(["StackScenario", *map(_name, models)])]
    parts = ["\n".join(["__all__ = [", *exported, "]"]), _scenarios(), *map(_typed_dictionary, models)]
    return _HEAD + "\n".join(imports) + "\n\n" + "\n\n\n".join(parts) + "\n"


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and those inside it, each after what it needs."""
    for name, field in model.model_fields.items():
        if name != "scenario":
            for inner in _parts(field.annotation):
                if issubclass(inner, BaseModel):
                    yield from _models(inner)
    yield model


def _enums(model: type[BaseModel]) -> Iterator[type[Enum]]:
    for name, field in model.model_fields.items():
        if name != "scenario":
            yield from (part for part in _parts(field.annotation) if issubclass(part, Enum))


def _parts(annotation: Any) -> Iterator[type]:
    """The classes that an annotation names."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _scenarios() -> str:
    lines = ["class StackScenario(StrEnum):", '    """A scenario, by its slug."""', ""]
    for scenario in SCENARIOS:
        lines += [
            f'    {scenario.slug.upper().replace("-", "_")} = "{scenario.slug}"',
            f'    """{scenario.title}. The app reads the client from {_READS[scenario.reads]}."""',
        ]
    return "\n".join(lines)


def _typed_dictionary(model: type[BaseModel]) -> str:
    lines = [f"class {_name(model)}(TypedDict):", f'    """{_summary(model)}"""', ""]
    for name, field in model.model_fields.items():
        kind = "StackScenario" if name == "scenario" else _kind(field.annotation, secret=_may_be_secret(field))
        lines += [
            f"    {name}: {kind if field.is_required() else f'NotRequired[{kind}]'}",
            f'    """{_description(field)}"""',
        ]
    return "\n".join(lines)


def _name(model: type[BaseModel]) -> str:
    return "RealIpStackArgs" if model is Settings else f"Stack{model.__name__.removesuffix('Settings')}"


def _summary(model: type[BaseModel]) -> str:
    return (
        "Arguments of `RealIpStack`."
        if model is Settings
        else " ".join(inspect.cleandoc(model.__doc__ or "").split("\n\n")[0].split())
    )


def _may_be_secret(field: FieldInfo) -> bool:
    return any(isinstance(mark, MayBeSecret) for mark in field.metadata)


def _kind(annotation: Any, *, secret: bool = False) -> str:
    """The annotation that the analyzer understands; plain, since settings are known before anything is made, but for secrets."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(parts[0], secret=secret or any(isinstance(mark, MayBeSecret) for mark in parts[1:]))
    if origin in (Union, types.UnionType):
        (plain,) = (part for part in parts if part is not type(None))
        return _kind(plain, secret=secret)
    if origin is tuple:
        return f"Sequence[{_kind(parts[0])}]"
    if origin in (dict, Mapping):
        return f"Mapping[str, {_kind(parts[1])}]"
    if annotation is Any:
        return "Any"
    name = _name(annotation) if issubclass(annotation, BaseModel) else annotation.__name__
    return f"pulumi.Input[{name}]" if secret else name


def _description(field: FieldInfo) -> str:
    said = field.description or ""
    for words, others in _IN_A_PROGRAM.items():
        said = said.replace(words, others)
    default = _default(field)
    return f"{said} Defaults to {default}." if default and "if unset" not in said else said


def _default(field: FieldInfo) -> str:
    """The default as a person writes it; nothing for what is empty, or an object of its own."""
    value = None if field.is_required() else field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`" if isinstance(value, int) or (isinstance(value, str) and value) else ""
