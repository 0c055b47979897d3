"""Arguments that the offline commands share."""

import argparse

from realip.scenarios import DEFAULT_STACK

__all__ = ["add_config", "add_stack"]


def add_stack(parser: argparse.ArgumentParser) -> None:
    """The stack to look at."""
    parser.add_argument(
        "stack",
        nargs="?",
        metavar="STACK",
        help=f"a stack of this project (default: its only one, else {DEFAULT_STACK})",
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    """Values in place of the stack file's."""
    parser.add_argument(
        "--config",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a value in place of the stack file's, such as app.port=8080; VALUE is YAML; repeatable",
    )
