"""Kinds of arguments, as the annotations of a TypedDict say them."""

import collections.abc
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, NotRequired, Required

import pulumi

__all__ = ["Kind", "kinds_of"]


@dataclass(frozen=True)
class Kind:
    """The kind of an argument."""

    base: Any
    """`str`, `int`, `bool`, an Enum, a TypedDict, or `Sequence` and `Mapping` of `collections.abc`."""
    later: bool = False
    """It may be known only while the program runs (`pulumi.Input`)."""
    optional: bool = False
    """`None` is a value."""
    required: bool = True
    """It has to be there."""
    element: "Kind | None" = None
    """Kind of a list's entries, or of a map's values."""

    @property
    def inner(self) -> "Kind":
        """Kind of a list's entries, or of a map's values."""
        assert self.element is not None  # noqa: S101 - only lists and maps are asked
        return self.element

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Values of an Enum; nothing for other kinds."""
        is_enum = isinstance(self.base, type) and issubclass(self.base, Enum)
        return tuple(str(member.value) for member in self.base) if is_enum else ()


def kinds_of(args: type) -> Mapping[str, Kind]:
    """The arguments that a TypedDict names, in its order."""
    # pulumi.Input names `Output[T]` as text, which has to be found wherever an Input is used.
    hints = typing.get_type_hints(args, localns={"Output": pulumi.Output, "T": Any}, include_extras=True)
    required: frozenset[str] = args.__required_keys__  # type: ignore[attr-defined]
    return {name: _kind(hint, required=name in required) for name, hint in hints.items()}


def _kind(hint: Any, *, required: bool = True) -> Kind:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (NotRequired, Required):
        return _kind(parts[0], required=required)
    if origin in (typing.Union, types.UnionType):
        optional = type(None) in parts
        later = any(typing.get_origin(part) in (pulumi.Output, collections.abc.Awaitable) for part in parts)
        (plain,) = (
            part
            for part in parts
            if part is not type(None) and typing.get_origin(part) not in (pulumi.Output, collections.abc.Awaitable)
        )
        kind = _kind(plain)
        return Kind(kind.base, later or kind.later, optional, required, kind.element)
    if origin in (collections.abc.Sequence, collections.abc.Mapping):
        return Kind(origin, required=required, element=_kind(parts[-1]))
    return Kind(hint, required=required)
