"""Resources where one of their outputs is meant: the SDK reads some as values that come later, and an update would go on without."""

from collections.abc import Iterator

from google.protobuf import struct_pb2
from pulumi.runtime.rpc import (
    UNKNOWN,
    _special_output_value_sig,
    _special_resource_sig,
    _special_secret_sig,
    _special_sig_key,
)

from realip.components._arguments import Arguments, place

__all__ = ["take_references"]

_WRAPPERS = (_special_output_value_sig, _special_secret_sig)


def take_references(inputs: struct_pb2.Struct) -> list[str]:
    """The path of each resource, in whose place a value is written that is not known yet."""
    return [at.path for key, value in inputs.fields.items() for at in _look_into(value, place(Arguments(), key))]


def _look_into(value: struct_pb2.Value, at: Arguments) -> Iterator[Arguments]:
    if value.HasField("list_value"):
        for index, item in enumerate(value.list_value.values):
            yield from _look_into(item, at.entry(index))
    elif value.HasField("struct_value"):
        fields = value.struct_value.fields
        signature = fields[_special_sig_key].string_value if _special_sig_key in fields else None
        if signature == _special_resource_sig:
            value.string_value = UNKNOWN
            yield at
        elif signature in _WRAPPERS and "value" in fields:
            yield from _look_into(fields["value"], at)
        elif signature is None:
            for key, item in fields.items():
                yield from _look_into(item, place(at, key))
