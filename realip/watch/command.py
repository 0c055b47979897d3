"""`realip watch`: the command line of a verification that goes on."""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from realip import streams
from realip.errors import InputError
from realip.verify import VerifyOptions
from realip.verify.arguments import add_question, add_target, of_outputs, of_url, refuse_bytes, said
from realip.verify.options import DEFAULT_TIMEOUT, LEAST_TIMEOUT, Plan
from realip.verify.outputs import check_stack_name, read_stack_outputs
from realip.verify.report import EXIT_CODES
from realip.verify.text import printable
from realip.watch.metrics import Metrics
from realip.watch.publishing import Listen, serving, write_textfile
from realip.watch.rounds import AT_A_TIME, Round, Target, watch
from realip.whole_file import WholeFile

__all__ = ["add_arguments", "run"]

Done = TypeVar("Done")

_DEFAULT_EVERY = 60.0
_LEAST_EVERY = 1.0
_MOST_EVERY = 86_400.0
"""Seconds; a day."""
_MOST_TARGETS = 200
_TEXTFILE_ENDING = ".prom"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    add_target(parser, "*")
    probes = add_question(parser)
    probes.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help=f"bound of one round, with the reading of the stack's outputs (default: {DEFAULT_TIMEOUT:g}, or --every if that is less)",
    )
    when = parser.add_argument_group("when")
    when.add_argument(
        "--every",
        type=float,
        default=_DEFAULT_EVERY,
        metavar="SECONDS",
        help="time from the start of one round to the next (default: %(default)g)",
    )
    when.add_argument("--rounds", type=int, metavar="N", help="end after N rounds (default: go on until stopped)")
    where = parser.add_argument_group("who hears of it; a line is printed whenever a verdict changes")
    where.add_argument(
        "--listen", metavar="ADDRESS:PORT", help="answer Prometheus there, such as 127.0.0.1:9464 or [::1]:9464"
    )
    where.add_argument(
        "--textfile",
        metavar="FILE",
        help=f"write FILE, which ends in {_TEXTFILE_ENDING}, after every round, for node_exporter's textfile collector",
    )
    where.add_argument("--json", action="store_true", help="print every round, as a line of JSON")


def run(arguments: argparse.Namespace) -> int:
    """Watch as the arguments say. Gives the exit code; raises InputError for bad input, KeyboardInterrupt after Ctrl-C."""
    streams.prepare()
    _check(arguments)
    listen = None if arguments.listen is None else Listen(arguments.listen)
    textfile = None if arguments.textfile is None else WholeFile(arguments.textfile, "--textfile")
    targets, ended = asyncio.run(_until_stopped(_targets(arguments)))
    if targets is None:
        return _stopped(ended)
    metrics = Metrics([target.name for target in targets], arguments.every)
    last: dict[str, Round] = {}

    def hear(done: Round) -> None:
        metrics.hear(done)
        if arguments.json or done.target not in last or last[done.target].verdict is not done.verdict:
            _tell(done, as_json=arguments.json)
        last[done.target] = done
        if textfile is not None:
            try:
                write_textfile(textfile, metrics.registry)
            except InputError as error:
                # What was written before is still there, with its time: an alert on old times tells.
                streams.complain(str(error))

    with ExitStack() as open_:
        if listen is not None:
            url = open_.enter_context(serving(listen, metrics.registry))
            streams.tell(f"realip: metrics at {url}\n")
        _, ended = asyncio.run(_until_stopped(watch(targets, arguments.every, arguments.rounds, hear)))
    if ended is not None:
        return _stopped(ended)
    codes = {EXIT_CODES[done.verdict] for done in last.values()}
    return next((code for code in (1, 3) if code in codes), 0)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be watched before anything is asked: all of it at once."""
    refuse_bytes(arguments)
    if len(arguments.stack) == 1 and "://" in arguments.stack[0] and arguments.url is None:
        # As in verify: a URL where a stack's name could stand can mean only one thing.
        arguments.url = arguments.stack.pop()
    problems = [*_target_problems(arguments), *_time_problems(arguments), *_report_problems(arguments)]
    if problems:
        raise InputError("\n".join(problems))
    if arguments.timeout is None:
        arguments.timeout = min(DEFAULT_TIMEOUT, arguments.every)


def _target_problems(arguments: argparse.Namespace) -> Iterator[str]:
    stacks = arguments.stack
    if not stacks and (arguments.url is None or arguments.reads is None):
        yield (
            "say what to watch: one STACK or several, or --url URL with --reads socket, --reads x-forwarded-for or the"
            " name of the header that the application reads"
        )
    if stacks and (arguments.url is not None or arguments.reads is not None):
        yield "give either STACKs, which know their targets, or --url and --reads"
    if urls := [name for name in stacks if "://" in name]:
        yield f"{', '.join(map(printable, urls))}: a watch has one URL, or stacks; start one for each URL"
    if repeated := sorted({name for name in stacks if stacks.count(name) > 1}):
        yield f"STACK {', '.join(map(printable, repeated))}: is named twice; name each stack once"
    if len(stacks) > _MOST_TARGETS:
        yield f"{len(stacks)} stacks are too many for one watch; name up to {_MOST_TARGETS}"


def _time_problems(arguments: argparse.Namespace) -> Iterator[str]:
    if not _LEAST_EVERY <= arguments.every <= _MOST_EVERY:
        yield f"--every {arguments.every:g}: write seconds from {_LEAST_EVERY:g} to {_MOST_EVERY:.0f}"
    elif arguments.timeout is not None and arguments.timeout > arguments.every:
        yield (
            f"--timeout {arguments.timeout:g}: is longer than --every {arguments.every:g}, so that rounds would be left"
            " out; give less"
        )
    if arguments.rounds is not None and arguments.rounds < 1:
        yield f"--rounds {arguments.rounds}: write a number of rounds, at least 1"


def _report_problems(arguments: argparse.Namespace) -> Iterator[str]:
    heard = arguments.listen or arguments.textfile or arguments.rounds is not None or arguments.json
    if not heard:
        yield "say who hears of it: --listen ADDRESS:PORT, --textfile FILE or --json"
    if arguments.textfile is not None and not arguments.textfile.endswith(_TEXTFILE_ENDING):
        yield (
            f"--textfile {printable(arguments.textfile)!r}: the textfile collector reads files that end in"
            f" {_TEXTFILE_ENDING}; name one"
        )


async def _targets(arguments: argparse.Namespace) -> list[Target]:
    """The targets, each tried once: a stack that cannot be read at the start is a mistake of the command line."""
    settings = said(arguments)
    # What is wrong with the other arguments is said before a program is started for a stack.
    Plan.of(VerifyOptions(url="http://localhost/", reads="socket", **settings))
    if not arguments.stack:
        options = of_url(arguments, settings)
        parts = urlsplit(Plan.of(options).target.url)

        async def same() -> VerifyOptions:
            return options

        return [Target(f"{parts.scheme}://{parts.netloc}{parts.path}", same)]
    for stack in arguments.stack:
        check_stack_name(stack)
    turns = asyncio.Semaphore(AT_A_TIME)

    async def begun(stack: str) -> Target | InputError:
        read = _reader(arguments, stack)
        try:
            async with turns:
                return Target(stack, _beginning_with(await read(), read))
        except InputError as error:
            return error

    found = await asyncio.gather(*map(begun, arguments.stack))
    if problems := [str(each) for each in found if isinstance(each, InputError)]:
        raise InputError("\n".join(problems))
    return [each for each in found if isinstance(each, Target)]


def _reader(arguments: argparse.Namespace, stack: str) -> Callable[[], Awaitable[VerifyOptions]]:
    async def read() -> VerifyOptions:
        start = time.monotonic()
        outputs = await read_stack_outputs(stack, arguments.timeout)
        options = of_outputs(arguments, said(arguments), stack, outputs)
        # The whole round is bounded: reading the outputs was a part of it.
        return replace(options, timeout=max(LEAST_TIMEOUT, arguments.timeout - (time.monotonic() - start)))

    return read


def _beginning_with(
    options: VerifyOptions, read: Callable[[], Awaitable[VerifyOptions]]
) -> Callable[[], Awaitable[VerifyOptions]]:
    """A reader that has for its first round what a stack was tried with. Raises InputError for what cannot be asked."""
    Plan.of(options)
    left = [options]

    async def following() -> VerifyOptions:
        return left.pop() if left else await read()

    return following


async def _until_stopped(work: Coroutine[Any, Any, Done]) -> tuple[Done | None, signal.Signals | None]:
    """Work until it is done or a signal ends it; gives what came of it, or the signal."""
    received: list[signal.Signals] = []
    task = asyncio.ensure_future(work)

    def stop(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        # Where the loop takes no signals they end the program as they do elsewhere.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
    try:
        return await task, None
    except asyncio.CancelledError:
        if not received:
            raise
        return None, received[0]


def _stopped(by: signal.Signals | None) -> int:
    """The exit code of a watch that a signal ended; Ctrl-C is KeyboardInterrupt."""
    if by is signal.SIGINT:
        raise KeyboardInterrupt
    return 0


def _tell(done: Round, *, as_json: bool) -> None:
    when = done.began.strftime("%Y-%m-%dT%H:%M:%SZ")
    if as_json:
        line = json.dumps(
            {
                "time": when,
                "target": done.target,
                "verdict": done.verdict.value,
                "summary": done.summary,
                "seconds": round(done.seconds, 3),
            }
        )
    else:
        line = f"{when}  {printable(done.target)}  {done.verdict.value}: {done.summary}"
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        # Who watches by metrics goes on where nobody reads lines.
        streams.abandon()
