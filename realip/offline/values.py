"""Values of a recorded stack: plain ones, secrets, and what is known only after `pulumi up`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

from realip.escapes import SECRET

__all__ = ["SIGNATURE", "UNKNOWN", "Secret", "decode", "later", "leaves", "plain", "sources", "text"]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How Pulumi's protocol writes a value that is not known yet; `pulumi.runtime.rpc.UNKNOWN`."""
SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark of the protocol
_RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e"
"""How the protocol, and a state, mark a map that stands for something else, and which of them is what."""
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Characters for private use, so that no value of a person's looks like one that is known later."""
_LATER = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Secret:
    """A value that is never shown."""

    value: Any

    def __repr__(self) -> str:
        return SECRET


def later(resource: str, field: str) -> str:
    """The stand-in for a value that a resource has after `pulumi up`."""
    return f"{_OPEN}{resource}.{field}{_CLOSE}"


_UNSAID = f"{_OPEN}{_CLOSE}"


def decode(value: struct_pb2.Value | struct_pb2.Struct) -> Any:
    """A value of the protocol as plain Python, secrets as `Secret`, whole numbers as int."""
    if isinstance(value, struct_pb2.Struct):
        return _members(value)
    match value.WhichOneof("kind"):
        case "struct_value":
            return _members(value.struct_value)
        case "list_value":
            return [decode(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return _UNSAID if value.string_value == UNKNOWN else value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def _members(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    if SIGNATURE in fields:
        signature = fields[SIGNATURE].string_value
        if signature == _SECRET_SIGNATURE:
            return Secret(decode(fields["value"]))
        if signature == _RESOURCE_SIGNATURE:
            return fields["urn"].string_value
    # The protocol's maps have no order of their own; output has to be the same from run to run.
    return {key: decode(fields[key]) for key in sorted(fields)}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each plain value and each secret in a value, and its path; an empty map or list stands for itself."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            step = f".{key}" if _WORD.fullmatch(key) else f'["{key}"]'
            yield from leaves(item, (path + step).removeprefix("."))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def sources(value: Any) -> Iterator[tuple[str, str]]:
    """Each place in a value that is known later: its path, and the resource and field that it comes from."""
    for path, leaf in leaves(value):
        if isinstance(leaf, Secret):
            yield from ((path, source) for _, source in sources(leaf.value))
        elif isinstance(leaf, str):
            yield from ((path, found[1]) for found in _LATER.finditer(leaf))


def text(value: str) -> str:
    """A string as a person reads it: what is known later is named in angle brackets."""
    return _LATER.sub(lambda found: f"<{found[1] or 'known after up'}>", value)


def plain(value: Any) -> Any:
    """A value that can be shown and written as JSON: no secret in it, and what is known later by its name."""
    if isinstance(value, Secret):
        return SECRET
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return text(value) if isinstance(value, str) else value
