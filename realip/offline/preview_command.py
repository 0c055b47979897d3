"""`realip preview`."""

import argparse
import json
import sys

from realip import streams
from realip.messages import add_language, speaker
from realip.offline.arguments import add_config, add_stack
from realip.offline.stackfile import read_stack
from realip.terminal import print_page

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    add_stack(parser)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print every resource as JSON")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Preview a stack. Gives the exit code; raises InputError for bad input."""
    stack = read_stack(arguments.stack, arguments.config)
    from realip.offline.program import record  # noqa: PLC0415 - bad input is told before Pulumi loads
    from realip.offline.tree import as_json, page  # noqa: PLC0415

    recording = record(stack)
    if arguments.json:
        return streams.put(f"{json.dumps(as_json(recording, stack.settings), indent=2)}\n", 0)
    return print_page(page(recording, stack.settings, speaker(arguments.lang, sys.stdout.encoding)))
