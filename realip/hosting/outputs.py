"""Outputs as the engine hands them over: what is known in them already, and what is known only later."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.output import Unknown
from pulumi.runtime import rpc

__all__ = ["holds_output", "is_output", "opened", "revealed"]


@dataclass(frozen=True)
class _Settled:
    """The value of an output that depends on nothing that is made."""

    value: Any
    secret: bool


def opened(value: Any, *, secret: bool = False) -> Any:
    """A value with outputs as deep inside as can be: what a program wraps as a whole, a component reads part by part.

    An output that depends on no resource is opened: it is the same in a preview and in an update. Of a secret each part
    stays one, but for null, which hides nothing. Whole numbers, which arrive as fractions, are whole again.
    """
    if isinstance(value, Unknown):
        return pulumi.Output.from_input(value)
    if isinstance(value, pulumi.Output):
        settled = _settled(value)
        return value if settled is None else opened(settled.value, secret=secret or settled.secret)
    if rpc.is_rpc_secret(value):
        return opened(rpc.unwrap_rpc_secret(value), secret=True)
    if isinstance(value, Mapping):
        return {key: opened(item, secret=secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [opened(item, secret=secret) for item in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return pulumi.Output.secret(value) if secret and value is not None else value


def revealed(value: Any) -> tuple[Any, bool]:
    """A value as it is, without any output that can be opened, and whether one of those was a secret."""
    if isinstance(value, Unknown):
        return pulumi.Output.from_input(value), False
    if isinstance(value, pulumi.Output):
        settled = _settled(value)
        if settled is None:
            return value, False
        inner, secret = revealed(settled.value)
        return inner, secret or settled.secret
    if rpc.is_rpc_secret(value):
        return revealed(rpc.unwrap_rpc_secret(value))[0], True
    if isinstance(value, Mapping):
        found = {key: revealed(item) for key, item in value.items()}
        return {key: inner for key, (inner, _) in found.items()}, any(secret for _, secret in found.values())
    if isinstance(value, list | tuple):
        items = [revealed(item) for item in value]
        return [inner for inner, _ in items], any(secret for _, secret in items)
    return (int(value) if isinstance(value, float) and value.is_integer() else value), False


def holds_output(value: Any) -> bool:
    """A value is an output, or has one inside, which may be a secret."""
    if is_output(value):
        return True
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return any(map(holds_output, inner))


def is_output(value: Any) -> bool:
    """A value is an output, or a secret as the engine writes one."""
    return isinstance(value, pulumi.Output | Unknown) or bool(rpc.is_rpc_secret(value))


def _settled(output: "pulumi.Output[Any]") -> _Settled | None:
    """The contents of an output, if they are known and depend on no resource."""
    try:
        if not _at_once(output.is_known()) or _at_once(output.resources()):
            return None
        return _Settled(_at_once(output.future(with_unknowns=True)), _at_once(output.is_secret()))
    except BlockingIOError:
        return None


def _at_once(awaitable: Awaitable[Any]) -> Any:
    """The result of something that is done already; BlockingIOError if it is not."""
    steps = awaitable.__await__()
    try:
        next(steps)
    except StopIteration as done:
        return done.value
    raise BlockingIOError
