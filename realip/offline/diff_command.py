"""`realip diff`."""

import argparse
import json
import sys

from realip import streams
from realip.messages import add_language, speaker
from realip.offline.arguments import add_config
from realip.offline.stackfile import read_stack
from realip.terminal import print_page

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    parser.add_argument("stack_a", metavar="STACK_A", help="a stack of this project")
    parser.add_argument("stack_b", metavar="STACK_B", help="the stack to compare it with")
    add_config(parser)
    parser.add_argument("--exit-code", action="store_true", help="end with 1 if anything differs")
    parser.add_argument("--json", action="store_true", help="print the differences as JSON")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare two stacks. Gives the exit code; raises InputError for bad input."""
    stacks = [read_stack(name, arguments.config) for name in (arguments.stack_a, arguments.stack_b)]
    from realip.offline.compare import as_json, compare, page  # noqa: PLC0415 - bad input is told before Pulumi loads
    from realip.offline.program import record  # noqa: PLC0415

    comparison = compare(*(record(stack) for stack in stacks))
    code = 1 if arguments.exit_code and not comparison.same else 0
    if arguments.json:
        return streams.put(f"{json.dumps(as_json(comparison), indent=2)}\n", code)
    return print_page(page(comparison, speaker(arguments.lang, sys.stdout.encoding)), code=code)
