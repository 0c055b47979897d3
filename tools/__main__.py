"""``python3 -m tools``: make the tools ready. ``... path NAME``: print where one is. ``... environment FILE``: set up ``.venv``."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import catalogue, environment
from tools.errors import ToolMissing


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: everything asked for is ready; 1: something is missing, and stderr says what to do; 2: wrong use."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tools",
        description="Find or build the programs that the end-to-end tests run. What is built is kept and found again.",
    )
    parser.add_argument("--lab", action="store_true", help="what the lab needs: its programs with apt, and no Pulumi")
    parser.add_argument(
        "--software", action="store_true", help="frameworks and proxies to try `realip verify` on, and nothing else"
    )
    parser.add_argument("--policy", action="store_true", help="what runs policy packs, and nothing else")
    parser.add_argument(
        "--languages", action="store_true", help="what programs in other languages are run with, and nothing else"
    )
    parser.add_argument("--browser", action="store_true", help="also a browser, with apt")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    path = commands.add_parser("path", help="print the path of one tool that is ready")
    path.add_argument("name", choices=catalogue.names(), metavar="NAME", help=", ".join(catalogue.names()))
    pinned = commands.add_parser("environment", help="the project's environment, from a requirements file with hashes")
    pinned.add_argument("file", type=Path, metavar="FILE")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "environment":
            environment.install(environment.ROOT / ".venv", environment.ROOT / chosen.file)
            return 0
        if chosen.command == "path":
            print(catalogue.locate(chosen.name))
            return 0
        groups = [group for group in catalogue.GROUPS if getattr(chosen, group)]
        if chosen.software:
            return _prepare(groups, catalogue.SOFTWARE)
        if chosen.languages:
            return _prepare(groups, catalogue.LANGUAGES)
        if chosen.policy:
            return _prepare(groups, catalogue.POLICY)
        return _prepare(groups, catalogue.LAB if chosen.lab else catalogue.STANDARD)
    except ToolMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        return failed.returncode  # pip has said why
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        return 130


def _prepare(groups: Sequence[str], tools: Sequence[str]) -> int:
    found: list[catalogue.Found] = []
    missing: list[str] = []
    # Packages first: whether they can be had is known in seconds, and a build takes minutes.
    for group in groups:
        try:
            found.extend(catalogue.prepare_group(group))
        except ToolMissing as error:
            missing.append(f"{group}: {error}")
    for name in tools:
        try:
            found.append(catalogue.prepare(name, lambda note: print(note, file=sys.stderr)))
        except ToolMissing as error:
            missing.append(str(error))
    if found:
        width = max(len(tool.name) for tool in found)
        for tool in found:
            print(f"{tool.name:<{width}}  {tool.version or ''!s:<10}  {tool.path}")
    for problem in missing:
        print(f"missing: {problem}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing half made stays behind, as after Ctrl-C
    sys.exit(main())
