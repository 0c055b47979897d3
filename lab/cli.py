"""`python -m lab up|verify|zero-downtime|switch|report|down|round [SCENARIO ...]`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lab.proof import downtime, results, switch
from lab.proof.load import ENOUGH, ROUNDS
from lab.proof.pouring import RATE
from lab.report import terminal, terminal_downtime
from lab.report.content import gather
from lab.report.html import page
from lab.rig import guard, lifecycle
from lab.rig.lab import Lab, labs_up, need
from lab.rig.shell import GaveUpError, LabError
from realip.scenarios import SCENARIOS

DONE, FINDING, CANNOT, INTERRUPTED = 0, 1, 2, 130
DEFAULT_PAGE = Path("build/lab-report.html")
EPILOG = """\
Without SCENARIO: `up` takes all, `verify`, `zero-downtime`, `switch` and `report` what is up, `down` everything.
Exit code 0: as it has to be; 1: a verdict or a control is not; 2: it cannot run here, or bad input.
"""

notes = Console(stderr=True, highlight=False)


def at_least_one(text: str) -> int:
    """A whole number from 1; argparse names the option where it is none."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m lab",
        description="A TKE of network namespaces on this machine, where real packets show who keeps the client's address.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    helps = {
        "up": "build the network, start the cluster, deploy what the scenario's stack renders",
        "verify": "run `realip verify` from the client, and every negative control",
        "zero-downtime": "a rolling update, a scale-down and a node drain under load, and the requests that each loses",
        "switch": "change an app from one way to another under load, and the requests that its clients lose",
        "report": "captures hop by hop, load side by side, a table and an HTML page",
        "down": "remove everything",
        "round": "up, verify, report, and down whatever happens",
    }
    for name, words in helps.items():
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="; ".join(row.slug for row in SCENARIOS))
        if name in {"verify", "zero-downtime", "switch"}:
            command.add_argument("--json", action="store_true", help="the results as JSON on stdout")
        if name == "zero-downtime":
            command.add_argument(
                "--only",
                action="append",
                default=[],
                choices=[each.name for each in downtime.DISRUPTIONS],
                help="this disruption, and no contrast; repeatable",
            )
            command.add_argument(
                "--rate",
                type=at_least_one,
                default=RATE,
                help=f"requests a second; {RATE} if not given, which takes a quiet machine",
            )
            command.add_argument(
                "--at-once",
                type=at_least_one,
                default=downtime.SIDE_BY_SIDE,
                metavar="NUMBER",
                help=f"how many scenarios at the same time; {downtime.SIDE_BY_SIDE} if not given",
            )
        if name == "round":
            command.add_argument(
                "--zero-downtime",
                action="store_true",
                help="with zero-downtime and switch, which take some minutes more",
            )
        if name in {"verify", "round"}:
            command.add_argument("--no-controls", action="store_true", help="the verdicts only")
        if name in {"report", "round"}:
            command.add_argument(
                "-o", "--output", type=Path, default=DEFAULT_PAGE, help=f"the page; {DEFAULT_PAGE} if not given"
            )
            load = command.add_mutually_exclusive_group()
            load.add_argument("--no-load", action="store_true", help="without the load measurement")
            load.add_argument(
                "--rounds",
                type=at_least_one,
                default=ROUNDS,
                help=f"of the load measurement; {ROUNDS} if not given, and {ENOUGH} are the fewest that can tell ways apart",
            )
    return top


def chosen(names: Sequence[str], default: Sequence[Lab]) -> list[Lab]:
    """The scenarios that were named, each once."""
    if not names:
        return list(default)
    rows = {row.slug: row for row in SCENARIOS}
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise LabError(f"no scenario is called {unknown[0]}; there are {', '.join(rows)}")
    return [Lab(rows[name]) for name in dict.fromkeys(names)]


def say(slug: str, words: str) -> None:
    """One line of progress."""
    notes.print(f"[dim]{slug:29}[/] {words}", soft_wrap=True)


def _up(arguments: argparse.Namespace) -> int:
    labs = chosen(arguments.scenarios, [Lab(row) for row in SCENARIOS])
    if left := lifecycle.clean():
        notes.print(f"removed {len(left)} namespaces that an earlier run left")
    lifecycle.up(labs, say)
    return DONE


def _verify(arguments: argparse.Namespace) -> int:
    labs = _running(arguments)
    found = results.collect(labs, controls=not arguments.no_controls, say=say)
    if getattr(arguments, "json", False):
        print(json.dumps([each.to_json() for each in found], indent=2))
    else:
        terminal.show_results(found, Console(highlight=False))
    return DONE if all(each.passed for each in found) else FINDING


def _zero_downtime(arguments: argparse.Namespace) -> int:
    labs = _running(arguments)
    only = getattr(arguments, "only", [])
    rate = getattr(arguments, "rate", RATE)
    at_once = getattr(arguments, "at_once", downtime.SIDE_BY_SIDE)
    found = downtime.collect(labs, say, only=only, contrasts=not only, rate=rate, at_once=at_once)
    if getattr(arguments, "json", False):
        print(json.dumps([each.to_json() for each in found], indent=2))
    else:
        terminal_downtime.show(found, Console(highlight=False))
    return DONE if all(each.passed for each in found) else FINDING


def _switch(arguments: argparse.Namespace) -> int:
    found = switch.collect(_running(arguments), say)
    if getattr(arguments, "json", False):
        print(json.dumps([each.to_json() for each in found], indent=2))
    else:
        terminal_downtime.show_switches(found, Console(highlight=False))
    return DONE


def _report(arguments: argparse.Namespace) -> int:
    labs = _running(arguments)
    content = gather(labs, rounds=0 if arguments.no_load else arguments.rounds, say=say)
    terminal.show(content, Console(highlight=False))
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(page(content), encoding="utf-8")
    print(f"the page: {arguments.output}")
    return DONE if content.passed else FINDING


def _down(arguments: argparse.Namespace) -> int:
    labs = chosen(arguments.scenarios, [Lab(row) for row in SCENARIOS])
    lifecycle.down(labs)
    if not arguments.scenarios:
        lifecycle.clean()
    return DONE


def _round(arguments: argparse.Namespace) -> int:
    try:
        _up(arguments)
        codes = [_verify(arguments)]
        if arguments.zero_downtime:
            codes += [_zero_downtime(arguments), _switch(arguments)]
        codes.append(_report(arguments))
    finally:
        _down(arguments)
    return max(codes)


def _running(arguments: argparse.Namespace) -> list[Lab]:
    labs = chosen(arguments.scenarios, labs_up())
    if not labs:
        raise LabError("no lab is up: run `python -m lab up` first")
    need(labs)
    return labs


def run(arguments: argparse.Namespace) -> int:
    """Run a command that was parsed."""
    guard.check_machine()
    if arguments.command != "down":
        guard.check_programs()
    commands = {
        "up": _up,
        "verify": _verify,
        "zero-downtime": _zero_downtime,
        "switch": _switch,
        "report": _report,
        "down": _down,
        "round": _round,
    }
    with guard.only_one(), lifecycle.stoppable():
        return commands[arguments.command](arguments)


def entry(words: Sequence[str] | None = None) -> int:
    """The program; returns its exit code."""
    top = parser()
    arguments = top.parse_args(words)
    if arguments.command is None:
        top.print_help()
        return DONE
    try:
        return run(arguments)
    except (LabError, GaveUpError) as problem:
        print(f"lab: {problem}", file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return INTERRUPTED
    except lifecycle.StoppedError as stopped:
        print(f"lab: ended by {stopped}", file=sys.stderr)
        return 128 + stopped.number
