"""The Pulumi program: a stack's settings become one RealIpStack, and its outputs the stack's."""

import gc

gc.disable()  # over in a second: looking through what the SDKs load_settings, again and again, would cost a third of it

import pulumi  # noqa: E402

from realip import RealIpStack, load_settings  # noqa: E402

stack = RealIpStack("realip", load_settings())
for name, value in stack.stack_outputs.items():
    pulumi.export(name, value)
