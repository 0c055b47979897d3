"""`realip render`."""

import argparse
from pathlib import Path

from realip import streams
from realip.offline.arguments import add_config, add_stack
from realip.offline.stackfile import read_stack

__all__ = ["add_arguments", "run"]

_STANDARD_OUTPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    add_stack(parser)
    add_config(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="write one file for each object to this folder, instead of a stream to stdout, which is also -; a folder of that name is ./-",
    )


def run(arguments: argparse.Namespace) -> int:
    """Render a stack. Gives the exit code; raises InputError for bad input."""
    stack = read_stack(arguments.stack, arguments.config)
    from realip.offline.manifests import manifests, stream, write  # noqa: PLC0415 - bad input is told before Pulumi loads
    from realip.offline.program import record  # noqa: PLC0415

    made = manifests(record(stack))
    if arguments.output in {None, _STANDARD_OUTPUT}:
        return streams.put(stream(made, stack.name), 0)
    folder = Path(arguments.output)
    written = write(made, stack.name, folder.absolute())
    paths = [path if folder.is_absolute() else folder / path.name for path in written]
    return streams.put("".join(f"{path}\n" for path in paths), 0)
