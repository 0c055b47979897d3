"""Outputs as the engine hands them over: what is known in them already, and what is known only later."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.output import Unknown, _OutputData
from pulumi.runtime import rpc

from realip.components._held import Held, held

__all__ = ["holds_output", "is_output", "opened", "revealed"]


def opened(value: Any, *, secret: bool = False) -> Any:
    """A value with outputs as deep inside as can be: what a program wraps as a whole, a component reads part by part.

    An output that depends on no resource is opened: it is the same in a preview and in an update. Of a secret each part
    stays one, but for null, which hides nothing. Whole numbers, which arrive as fractions, are whole again.
    """
    if isinstance(value, Unknown):
        return pulumi.Output.from_input(value)
    if isinstance(value, pulumi.Output):
        found = _opened(value)
        return value if found is None else opened(found.value, secret=secret or found.secret)
    if rpc.is_rpc_secret(value):
        return opened(rpc.unwrap_rpc_secret(value), secret=True)
    if isinstance(value, Mapping):
        return {key: opened(item, secret=secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [opened(item, secret=secret) for item in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _secret(value) if secret and value is not None else value


def revealed(value: Any) -> tuple[Any, bool]:
    """A value as it is, without any output that can be opened, and whether one of those was a secret."""
    if isinstance(value, Unknown):
        return pulumi.Output.from_input(value), False
    if isinstance(value, pulumi.Output):
        found = _opened(value)
        if found is None:
            return value, False
        inner, secret = revealed(found.value)
        return inner, secret or found.secret
    if rpc.is_rpc_secret(value):
        return revealed(rpc.unwrap_rpc_secret(value))[0], True
    if isinstance(value, Mapping):
        parts = {key: revealed(item) for key, item in value.items()}
        return {key: inner for key, (inner, _) in parts.items()}, any(secret for _, secret in parts.values())
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


def _opened(output: "pulumi.Output[Any]") -> Held | None:
    """The contents of an output that depends on no resource; None for another one."""
    found = held(output)
    return None if found is None or found.made else found


def _secret(value: Any) -> "pulumi.Output[Any]":
    """A secret that is known at once, so that a component can look at its kind."""
    data: asyncio.Future[_OutputData[Any]] = asyncio.Future()
    data.set_result(_OutputData(resources=set(), value=value, is_known=True, is_secret=True))
    return pulumi.Output._from_data(data)  # noqa: SLF001 - as the SDK does where it reads one
