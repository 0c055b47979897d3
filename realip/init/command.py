"""`realip init`."""

import argparse
import json
import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from realip import streams
from realip.errors import InputError
from realip.init.answers import OPTIONS, Answers, Language, complete, problems, values
from realip.init.asking import ask, can_ask
from realip.init.placing import place, refuse
from realip.init.project import project_files
from realip.init.requirement import requirement
from realip.init.told import page
from realip.messages import Say, add_language, speaker
from realip.scenarios import SCENARIOS
from realip.terminal import print_page

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where it goes (default: this folder)")
    program = parser.add_argument_group("the project; at a terminal, what no option says is asked for")
    program.add_argument("--name", help="the project's name (default: the folder's)")
    program.add_argument("--stack", help="the stack's name (default: dev)")
    program.add_argument(
        "--language", metavar="LANGUAGE", help=f"of the program: {', '.join(Language)} (default: python)"
    )
    stack = parser.add_argument_group("the stack")
    stack.add_argument("--scenario", metavar="SLUG", help=f"see `realip scenarios` (default: {SCENARIOS[0].slug})")
    stack.add_argument("--cluster", metavar="ID", help="a cluster that exists, cls-... (default: a new one)")
    stack.add_argument("--region", help="the region (default: that of the zones)")
    stack.add_argument("--zone", action="append", dest="zones", metavar="ZONE", help="a zone for nodes; repeatable")
    stack.add_argument("--image", help="the app's image (default: the echo app, which needs none)")
    stack.add_argument(
        "--selector",
        action="append",
        metavar="KEY=VALUE",
        help="something else runs the app: a label of its pods; repeatable",
    )
    stack.add_argument(
        "--namespace",
        metavar="NAME",
        help="the app's namespace (default: default with --selector, else the scenario's)",
    )
    stack.add_argument("--port", help="where the app's container listens (default: 5000)")
    stack.add_argument(
        "--admin-cidr",
        action="append",
        dest="admin_cidrs",
        metavar="CIDR",
        help="who may reach the API server, such as your own address/32; repeatable (default: nobody, until an update)",
    )
    stack.add_argument(
        "--client-cidr",
        action="append",
        dest="client_cidrs",
        metavar="CIDR",
        help="who may reach the app; 0.0.0.0/0 is everyone; repeatable (default: as --admin-cidr)",
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing: take what is assumed")
    parser.add_argument("--force", action="store_true", help="write beside other files; none is overwritten")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write a project. Gives the exit code; raises InputError, and nothing is written, for bad input."""
    folder = Path(arguments.folder)
    given = {name: _many(getattr(arguments, name)) for name in OPTIONS}
    say = speaker(arguments.lang, "utf-8")  # of the files
    asks = can_ask() and not arguments.yes
    answers, files = _checked(given, folder, say, force=arguments.force, asks=asks)
    if asks:
        given = ask(given, _name_of(folder), speaker(arguments.lang, sys.stderr.encoding))
        answers, files = _checked(given, folder, say, force=arguments.force)
    place(folder, files)
    if arguments.json:
        return streams.put(f"{json.dumps(_as_json(folder, answers, files), indent=2)}\n", 0)
    return print_page(page(arguments.folder, answers, list(files), speaker(arguments.lang, sys.stdout.encoding)))


def _checked(
    given: Mapping[str, Any], folder: Path, say: Say, *, force: bool, asks: bool = False
) -> tuple[Answers, dict[str, str]]:
    """The answers, and the files of their project; InputError with everything that is wrong with the answers or the folder.

    `asks`: nobody was asked yet, and what nobody gave is no problem.
    """
    answers = complete(given, _name_of(folder))
    wrong = {name: told for name, told in problems(answers).items() if not asks or given.get(name) is not None}
    # The folder is looked at whatever is wrong with the answers: files are called the same without the wrong ones.
    right = complete({name: value for name, value in given.items() if name not in wrong}, _name_of(folder))
    files = project_files(right, requirement(), say)
    told = [*chain.from_iterable(wrong.values()), *refuse(folder, files, force=force)]
    if told:
        heading = [f"{len(told)} problems, and nothing was written:"] if len(told) > 1 else []
        raise InputError("\n  ".join([*heading, *told]))
    return answers, files


def _many(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _name_of(folder: Path) -> str:
    try:
        return folder.resolve().name
    except (OSError, ValueError, RuntimeError):  # told when it is to be written
        return folder.name


def _as_json(folder: Path, answers: Answers, files: Mapping[str, str]) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "project": answers.name,
        "stack": answers.stack,
        "language": answers.language,
        "settings": {"tencentcloud:region": answers.region, **values(answers)},
        "assumed": sorted(OPTIONS[name] for name in answers.assumed if getattr(answers, name)),
        "files": sorted(files),
    }
