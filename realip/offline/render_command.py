"""`realip render`."""

import argparse
from pathlib import Path

from realip import streams
from realip.offline.arguments import add_config, add_stack
from realip.offline.stackfile import read_stack

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    add_stack(parser)
    add_config(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="write one file for each object to this folder, instead of a stream to stdout",
    )


def run(arguments: argparse.Namespace) -> int:
    """Render a stack. Gives the exit code; raises InputError for bad input."""
    stack = read_stack(arguments.stack, arguments.config)
    from realip.offline.manifests import manifests, stream, write  # noqa: PLC0415 - bad input is told before Pulumi loads
    from realip.offline.program import record  # noqa: PLC0415

    made = manifests(record(stack))
    if arguments.output is None:
        return streams.put(stream(made, stack.name), 0)
    written = write(made, stack.name, arguments.output.absolute())
    paths = [path if arguments.output.is_absolute() else arguments.output / path.name for path in written]
    return streams.put("".join(f"{path}\n" for path in paths), 0)
