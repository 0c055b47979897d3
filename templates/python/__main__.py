"""The Pulumi program: a stack's settings become one RealIpStack, and its outputs the stack's."""

import pulumi

from realip import RealIpStack, load_settings

stack = RealIpStack("realip", load_settings())
for name, value in stack.stack_outputs.items():
    pulumi.export(name, value)
