"""Nulls on their way into a component: the SDK leaves them out of what it reads, and a key that says nothing would go unseen."""

from google.protobuf import struct_pb2
from pulumi.runtime.rpc import _special_output_value_sig, _special_sig_key

__all__ = ["LOAD_BALANCER", "NOTHING_LEFT", "keep_nulls"]

LOAD_BALANCER = "loadBalancer"
"""The object of which a lost key makes a public load balancer out of an internal one."""
NOTHING_LEFT = (
    "is empty, and YAML leaves out a key that has nothing behind it; write the value, or leave loadBalancer out"
)


def keep_nulls(inputs: struct_pb2.Struct) -> None:
    """Write each null of an object as an output that is null, which the SDK does read."""
    is_object = _special_sig_key not in inputs.fields  # and no output or secret, which may be null
    for value in inputs.fields.values():
        if not value.HasField("null_value"):
            _look_into(value)
        elif is_object:
            value.struct_value.update({_special_sig_key: _special_output_value_sig, "value": None})


def _look_into(value: struct_pb2.Value) -> None:
    if value.HasField("struct_value"):
        keep_nulls(value.struct_value)
    elif value.HasField("list_value"):
        for item in value.list_value.values:
            _look_into(item)
