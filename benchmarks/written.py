"""A flat program for any stack, written from what the stack asks for: the yardstick of each preview.

    python -m benchmarks.written STACK > program.py

The same resources with the same inputs, by the SDKs alone; what is known only after an update stands in it as text, so it
is a little less than a person would have to write.
"""

import argparse
import re
import sys
from pprint import pformat
from typing import Any

from realip.offline.monitor import Recording, Resource
from realip.offline.program import record
from realip.offline.stackfile import read_stack
from realip.offline.values import Secret

__all__ = ["written"]

_HEAD = '''"""Written by benchmarks.written: the stack `{stack}` without the library."""

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud


def program() -> None:
'''
_TAIL = """

if __name__ == "__main__":
    from realip.offline.program import record_program

    print(len(record_program(program, project="flat", stack="flat", configuration={}).resources), "resources")
"""


def written(recording: Recording) -> str:
    """The program, as the text of a module."""
    clusters = {made.urn for made in recording.resources if made.type == "pulumi:providers:kubernetes"}
    body: list[str] = []
    for made in recording.resources:
        if made.custom and not made.read:
            body += _resource(made, on_cluster=made.provider in clusters)
    body += [f"    pulumi.export({name!r}, {_plain(value)!r})" for name, value in recording.outputs.items()]
    return _HEAD.format(stack=recording.stack) + "\n".join(body) + "\n" + _TAIL


def _resource(made: Resource, *, on_cluster: bool) -> list[str]:
    inputs = {_snake(key): _plain(value) for key, value in made.inputs.items() if key not in {"apiVersion", "kind"}}
    provider = made.type == "pulumi:providers:kubernetes"
    if provider:
        inputs["enable_server_side_apply"] = True
    options = "opts=pulumi.ResourceOptions(provider=cluster)" if on_cluster else ""
    arguments = ", ".join([repr(made.name), *([f"**{pformat(inputs, width=10_000)}"] if inputs else []), options])
    return [f"    {'cluster = ' if provider else ''}{_class(made.type)}({arguments.rstrip(', ')})"]


def _class(token: str) -> str:
    """The SDK's class of a type token such as `tencentcloud:Vpc/instance:Instance`."""
    package, module, name = token.split(":")
    if package == "pulumi":
        return "kubernetes.Provider"
    if package == "tencentcloud":
        return f"tencentcloud.{module.partition('/')[0].lower()}.{name}"
    group, _, version = module.partition("/")
    return f"kubernetes.{group.partition('.')[0]}.{version}.{name}"


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def _plain(value: Any) -> Any:
    """A value without what stands for secrets."""
    if isinstance(value, Secret):
        return _plain(value.value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def main() -> int:
    """Print the program of a stack."""
    parser = argparse.ArgumentParser(description="A flat program that asks for what a stack asks for.")
    parser.add_argument("stack")
    sys.stdout.write(written(record(read_stack(parser.parse_args().stack))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
