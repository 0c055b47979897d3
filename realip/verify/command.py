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
from realip.verify.filing import write_page
from realip.verify.ip import known_kind
from realip.verify.options import DEFAULT_PROBES, DEFAULT_TIMEOUT, Plan
from realip.verify.outputs import stack_outputs
from realip.verify.table import page
from realip.verify.text import printable
from realip.whole_file import WholeFile

__all__ = ["add_arguments", "run"]

_DEFAULT_ROLLOUT = 60.0
"""Seconds that `--during-rollout` takes without a number."""
_LEAST = 0.001
"""Seconds; a run that has none left still says so in a report."""
_LOG_PERIOD = 10.0
"""Seconds after which a log hears again of what is still waited for."""
_INTERRUPTED = 130
"""As shells have it for a program that ended by Ctrl-C."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    target = parser.add_argument_group("what to ask: a stack, or a URL and what its application reads")
    target.add_argument(
        "stack",
        nargs="?",
        metavar="STACK",
        help="a stack of this project; `pulumi stack output` is asked for its target",
    )
    target.add_argument("--url", help="the target, as a client outside would write it")
    target.add_argument(
        "--reads",
        metavar="WHAT",
        help="what the application behind --url reads: socket, x-forwarded-for, forwarded, or any header's name",
    )
    target.add_argument("--path", help="path to ask for in place of the URL's own, such as /clientip")
    target.add_argument("--host", metavar="NAME", help="name to send as Host, where an Ingress has rules for names")
    target.add_argument("--ca-file", metavar="FILE", help="PEM certificates to trust instead of the usual authorities")
    target.add_argument(
        "--range",
        action="append",
        default=[],
        metavar="KIND=CIDR",
        help="a network of the cluster, to tell by what an address was translated: KIND is vpc, nodes, pods or services; repeatable, added to the stack's",
    )
    own = parser.add_argument_group("your own address; by default that of your socket, where no NAT is in between")
    own.add_argument(
        "--expect", action="append", default=[], metavar="IP", help="your address as the target sees it; repeatable"
    )
    own.add_argument("--echo", metavar="URL", help="a service that answers with its caller's address")
    own.add_argument("--echo-json-path", metavar="PATH", help="where that answer has the address")
    answer = parser.add_argument_group("how to read the answer")
    answer.add_argument(
        "--json-path", metavar="PATH", help='where the answer has the address: client.ip, headers["X-Forwarded-For"]'
    )
    answer.add_argument(
        "--trusted-hops",
        type=int,
        metavar="N",
        help="the element of the header that the application takes, from the right (default: worked out)",
    )
    probes = parser.add_argument_group("probes")
    probes.add_argument(
        "--probes",
        type=int,
        default=DEFAULT_PROBES,
        metavar="N",
        help="requests to send at least (default: %(default)s)",
    )
    probes.add_argument(
        "--pods", type=int, metavar="N", help="pods that have to answer (default: go on until another one is unlikely)"
    )
    probes.add_argument(
        "--method",
        default="GET",
        metavar="NAME",
        help="method of all requests (default: %(default)s; another may change something)",
    )
    probes.add_argument(
        "--request-header",
        action="append",
        default=[],
        metavar="HEADER",
        help="'Name: value' to send with every request, or 'Name: @env:VARIABLE', 'Name: @file:PATH'; never shown; repeatable",
    )
    probes.add_argument("--family", type=int, choices=(4, 6), help="ask over IPv4 or IPv6 only")
    probes.add_argument(
        "--node",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="a node whose node port has to be closed to you; repeatable",
    )
    probes.add_argument("--node-port", type=int, metavar="PORT", help="the port to try on the nodes")
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
    left = max(_LEAST, Plan.of(options).timeout - (time.monotonic() - started))
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
    _refuse_bytes(arguments)
    if arguments.stack is not None and "://" in arguments.stack and arguments.url is None:
        # A URL where a stack's name could stand can mean only one thing.
        arguments.stack, arguments.url = None, arguments.stack
    settings = {
        "expect": tuple(arguments.expect),
        "echo": arguments.echo,
        "echo_json_path": arguments.echo_json_path,
        "method": arguments.method,
        "request_headers": tuple(arguments.request_header),
        "timeout": arguments.timeout,
        "probes": arguments.probes,
        "json_path": arguments.json_path,
        "host": arguments.host,
        "nodes": tuple(arguments.node),
        "node_port": arguments.node_port,
        "pods": arguments.pods,
        "trusted_hops": arguments.trusted_hops,
        "family": arguments.family,
        "rollout": arguments.during_rollout,
        "ca_file": arguments.ca_file,
    }
    if arguments.stack is None:
        if arguments.url is None or arguments.reads is None:
            raise InputError(
                "say what to verify: a STACK, or --url URL with --reads socket, --reads x-forwarded-for or the name of the"
                " header that the application reads"
            )
        options = VerifyOptions(url=arguments.url, reads=arguments.reads, **settings)
    else:
        if arguments.url is not None or arguments.reads is not None:
            raise InputError("give either a STACK, which knows its target, or --url and --reads")
        # What is wrong with the other arguments is said before a program is started for the stack.
        limit = Plan.of(VerifyOptions(url="http://localhost/", reads="socket", **settings)).timeout
        options = VerifyOptions.from_outputs(stack_outputs(arguments.stack, limit), stack=arguments.stack, **settings)
    if arguments.path is not None:
        if not arguments.path.startswith("/"):
            raise InputError(f"--path {arguments.path!r}: start it with /")
        options = dataclasses.replace(options, url=Plan.of(options).target.at(arguments.path).url)
    return dataclasses.replace(options, ranges=_ranges(options, arguments.range))


def _refuse_bytes(arguments: argparse.Namespace) -> None:
    """Refuse arguments that are no text: nothing that is asked for can be named by them. Raises InputError."""
    for name, value in vars(arguments).items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
                option = "STACK" if name == "stack" else f"--{name.replace('_', '-')}"
                raise InputError(f"{option} {printable(text)!r}: is not UTF-8 text")


def _ranges(options: VerifyOptions, texts: list[str]) -> dict[str, list[str]]:
    ranges = {kind: list(networks) for kind, networks in options.ranges.items()}
    for text in texts:
        kind, equals, network = text.partition("=")
        if not equals:
            raise InputError(f"--range {printable(text)!r}: write it as KIND=CIDR, for example nodes=10.0.0.0/20")
        ranges.setdefault(known_kind(kind, f"--range {printable(text)!r}"), []).append(network)
    return ranges


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
