"""Property values between the engine and a provider: plain Python on this side, protobuf structs on the wire.

Unknown values (a preview's) are `UNKNOWN`, secrets are `Secret(value)`; everything else is what JSON would give, with
whole numbers as int.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

__all__ = ["UNKNOWN", "Secret", "Unknown", "decode", "encode", "has_unknown", "reveal"]

UNKNOWN_ON_THE_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


class Unknown:
    """A value that only the real update will know."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: dict[int, Any]) -> "Unknown":
        return self


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine must encrypt wherever it writes it down."""

    value: Any


def _decode_value(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "null_value" | None:
            return None
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_ON_THE_WIRE else value.string_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_decode_value(item) for item in value.list_value.values]
    fields = value.struct_value.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else None
    if signature == SECRET_SIGNATURE:
        return Secret(_decode_value(fields["value"]))
    if signature == OUTPUT_SIGNATURE:
        inner = _decode_value(fields["value"]) if "value" in fields else UNKNOWN
        return Secret(inner) if fields["secret"].bool_value else inner
    if signature is not None:
        raise ValueError(f"a value of a kind that the stand-ins did not ask for: {signature}")
    return {key: _decode_value(item) for key, item in fields.items()}


def decode(properties: struct_pb2.Struct) -> dict[str, Any]:
    """The properties of a request."""
    return {key: _decode_value(item) for key, item in properties.fields.items()}


def _encode_value(value: Any) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=UNKNOWN_ON_THE_WIRE)
    if isinstance(value, Secret):
        marked = {SIGNATURE: _encode_value(SECRET_SIGNATURE), "value": _encode_value(value.value)}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=marked))
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode(value))
    return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode_value(item) for item in value]))


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The properties of an answer."""
    return struct_pb2.Struct(fields={key: _encode_value(item) for key, item in properties.items()})


def reveal(value: Any) -> Any:
    """The same value without secret marks, for a provider that looks inside."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, Mapping):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether anything inside is still unknown."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return isinstance(value, Unknown)
