"""`realip verify`: the command line of the verification."""

import argparse
import asyncio
import dataclasses
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from realip import streams
from realip.errors import InputError
from realip.messages import Message, Speaker, add_language, message, speaker
from realip.terminal import live, print_page
from realip.verify import Report, VerifyOptions
from realip.verify.arguments import add_question, add_target, of_outputs, of_url, refuse_bytes, said
from realip.verify.filing import write_page
from realip.verify.options import DEFAULT_TIMEOUT, LEAST_TIMEOUT, Plan
from realip.verify.outputs import stack_outputs
from realip.verify.table import page
from realip.whole_file import WholeFile

__all__ = ["add_arguments", "run"]

_DEFAULT_ROLLOUT = 60.0
"""Seconds that `--during-rollout` takes without a number."""
_LOG_PERIOD = 10.0
"""Seconds after which a log hears again of what is still waited for."""
_INTERRUPTED = 130
"""As shells have it for a program that ended by Ctrl-C."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    add_target(parser, "?")
    probes = add_question(parser)
    probes.add_argument(
        "--during-rollout",
        type=float,
        nargs="?",
        const=_DEFAULT_ROLLOUT,
        metavar="SECONDS",
        help="keep asking while a rollout runs, and report requests that were refused or lost (default: 60; Ctrl-C ends it early)",
    )
    probes.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help=f"bound of the whole run (default: {DEFAULT_TIMEOUT:g}, and the rollout on top)",
    )
    report = parser.add_argument_group("the report")
    report.add_argument("--json", action="store_true", help="print the report as JSON")
    report.add_argument(
        "--html",
        metavar="FILE",
        help="write a page to file as well: what was asked, each probe, the verdict and its limits",
    )
    add_language(report)


def run(arguments: argparse.Namespace) -> int:
    """Verify as the arguments say and print the report. Gives the exit code; raises InputError for bad input."""
    streams.prepare()
    say = speaker(arguments.lang, sys.stdout.encoding)
    started, start = time.monotonic(), datetime.now(UTC)
    file = None if arguments.html is None else WholeFile(arguments.html, "--html")
    options = _options(arguments)
    try:
        report = _verify(options, started, speaker(arguments.lang, sys.stderr.encoding))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _INTERRUPTED
    code = report.exit_code if file is None else write_page(file, report, start, arguments)
    if arguments.json:
        return streams.put(report.to_json_text() + "\n", code)
    return print_page(page(report, say), code=code)


def _verify(options: VerifyOptions, started: float, say: Speaker) -> Report:
    # The whole run is bounded: reading the outputs was a part of it.
    left = max(LEAST_TIMEOUT, Plan.of(options).timeout - (time.monotonic() - started))
    rollout = options.rollout if options.rollout is None or options.rollout < left else left / 2
    with _progress(say) as tell:
        return asyncio.run(_watched(dataclasses.replace(options, timeout=left, rollout=rollout), tell))


async def _watched(options: VerifyOptions, tell: Callable[[Message], None]) -> Report:
    """The verification; Ctrl-C ends the watch of a rollout, and its report is printed, and twice ends all."""
    from realip.verify.run import run as verify  # noqa: PLC0415 - the client is loaded when something is asked

    stop = asyncio.Event()
    task = asyncio.current_task()

    def interrupt() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()
        tell(message("ending_watch"))

    if options.rollout is not None:
        # Where the loop takes no signals, Ctrl-C ends the run as it does elsewhere.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupt)
    return await verify(options, tell, stop.is_set)


def _options(arguments: argparse.Namespace) -> VerifyOptions:
    refuse_bytes(arguments)
    if arguments.stack is not None and "://" in arguments.stack and arguments.url is None:
        # A URL where a stack's name could stand can mean only one thing.
        arguments.stack, arguments.url = None, arguments.stack
    settings = {**said(arguments), "rollout": arguments.during_rollout}
    if arguments.stack is None:
        if arguments.url is None or arguments.reads is None:
            raise InputError(
                "say what to verify: a STACK, or --url URL with --reads socket, --reads x-forwarded-for or the name of the"
                " header that the application reads"
            )
        return of_url(arguments, settings)
    if arguments.url is not None or arguments.reads is not None:
        raise InputError("give either a STACK, which knows its target, or --url and --reads")
    # What is wrong with the other arguments is said before a program is started for the stack.
    limit = Plan.of(VerifyOptions(url="http://localhost/", reads="socket", **settings)).timeout
    return of_outputs(arguments, settings, arguments.stack, stack_outputs(arguments.stack, limit))


@contextmanager
def _progress(say: Speaker) -> Iterator[Callable[[Message], None]]:
    """Where a run says what it does: a line that changes on a terminal, else only what is worth a line of a log."""
    if not sys.stderr.isatty():
        yield _Log(say)
        return
    with live() as tell:
        yield lambda what: tell(say.say(what))


class _Log:
    """Lines for a log: only what is waited for, when that changes and now and then."""

    def __init__(self, say: Speaker) -> None:
        self._say = say
        self._last: object = None
        self._at = -_LOG_PERIOD

    def __call__(self, what: Message) -> None:
        now, problem = time.monotonic(), what.values.get("problem")
        if what.code == "waiting" and (problem != self._last or now - self._at >= _LOG_PERIOD):
            self._last, self._at = problem, now
            streams.tell(f"{self._say.say(what)}\n")
