"""The command line: `realip COMMAND`, or `python -m realip COMMAND`."""

import argparse
import gc
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import NamedTuple, NoReturn

from realip import __version__, streams
from realip.errors import InputError, nearest
from realip.escapes import as_json

__all__ = ["entry", "main"]


class _Command(NamedTuple):
    module: str
    """Has `add_arguments(parser)` and `run(arguments)`."""
    summary: str
    """The command's summary."""
    examples: tuple[str, ...]
    exit_codes: Mapping[int, str] = {}
    """The meaning of its exit codes, where that is more than `_EXIT_CODES` says."""


_ENDING = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
_INTERRUPTED = 130
_BROKEN = 70
"""A mistake of ours, as sysexits.h has it (EX_SOFTWARE)."""
_EXIT_CODES = {
    0: "done",
    2: "bad input, or output that cannot be written: a message on standard error",
    _BROKEN: "a mistake in realip itself",
    _INTERRUPTED: "Ctrl-C",
}
"""Exit codes of every command."""
_VERDICTS = {
    0: "done: the app sees your own address",
    1: "the address is lost, or a client can choose it",
    3: "cannot tell",
}
_COMMANDS = {
    "init": _Command(
        "realip.init.command",
        "a project from nothing: the files of a program and its stack, which previews",
        (
            "realip init shop",
            "realip init shop --yes --scenario vpc-cni-direct-super --admin-cidr 203.0.113.10/32",
            "realip init shop --cluster cls-1a2b3c4d --selector app=web --port 8080",
        ),
    ),
    "scenarios": _Command(
        "realip.offline.scenarios_command",
        "the scenarios, and which choices lead to them",
        ("realip scenarios", "realip scenarios --lang zh"),
    ),
    "preview": _Command(
        "realip.offline.preview_command",
        "what `pulumi up` would create, and how a client's address travels",
        ("realip preview", "realip preview vpc-cni-direct-super --config app.port=8080"),
    ),
    "render": _Command(
        "realip.offline.render_command",
        "the Kubernetes objects as YAML",
        (
            "realip render vpc-cni-nondirect-native | kubectl apply --server-side -f -",
            "realip render globalrouter-direct-native -o rendered",
        ),
    ),
    "diff": _Command(
        "realip.offline.diff_command",
        "what differs between two stacks",
        (
            "realip diff vpc-cni-direct-native vpc-cni-nondirect-native",
            "realip diff vpc-cni-direct-native mine --exit-code --json",
        ),
        {1: "something differs, with --exit-code"},
    ),
    "verify": _Command(
        "realip.verify.command",
        "whether the app behind a running stack sees its clients' addresses",
        (
            "realip verify vpc-cni-direct-native",
            "realip verify --url http://203.0.113.10/ --reads socket --expect 198.51.100.7",
            "realip verify --url https://app.example.com/ --reads x-forwarded-for \\\n      --node 10.0.0.11 --node-port 30080",
        ),
        _VERDICTS,
    ),
    "watch": _Command(
        "realip.watch.command",
        "whether apps go on to see their clients' addresses, for Prometheus and for logs",
        (
            "realip watch vpc-cni-direct-native --listen 127.0.0.1:9464",
            "realip watch --url http://203.0.113.10/ --reads socket --every 300 \\\n      --textfile /var/lib/node_exporter/realip.prom",
        ),
        {**_VERDICTS, 0: "done: ended by SIGTERM, or after --rounds the app saw your own address"},
    ),
    "audit": _Command(
        "realip.audit.command",
        "which apps lose their clients' addresses or let them be forged, and what to change",
        (
            "realip audit manifests/",
            "helm template mine chart/ | realip audit -",
            "realip audit manifests/ --json > baseline.json",
            "realip audit manifests/ --baseline baseline.json",
            "realip audit --kubeconfig ~/.kube/config --html audit.html",
            "realip audit manifests/ --fix -o fixed",
        ),
        {
            0: "done: no error and no warning",
            1: "an error or a warning",
            3: "only findings that the input cannot decide",
        },
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code. Bad input is told on stderr."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    streams.prepare()
    collecting = gc.isenabled()
    try:
        parsed = _parsed(words)
        if parsed.command not in {"verify", "watch"}:
            # Over in a second: what the SDKs load stays to the end, and looking through it again and again costs a third.
            gc.disable()
        code: int = import_module(_COMMANDS[parsed.command].module).run(parsed)
        code = streams.put("", code)  # what was printed otherwise
    except InputError as error:
        streams.complain(str(error))
        return 2
    except _Terminated:
        raise
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        if collecting:
            gc.enable()
    return code


def entry() -> None:
    """The console script."""
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:  # not what nohup ignores
            signal.signal(number, _terminate)
    try:
        code = main()
    except _Terminated as ended:
        os.kill(os.getpid(), ended.number)  # so that whoever started it sees why it ended
        return
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception:  # noqa: BLE001 - whatever it is, it must not end with 1, which is a finding
        streams.tell(traceback.format_exc())
        code = _BROKEN
    gc.freeze()  # nothing is left to collect on the way out
    sys.exit(code)


class _Terminated(KeyboardInterrupt):
    """A signal ends the command as Ctrl-C does, in its own order: what is half made is taken back, keys in files are removed."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def _terminate(number: int, _: object) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # a second one ends it at once
    raise _Terminated(number)


class _Parser(argparse.ArgumentParser):
    """A parser that holds its exit codes whatever becomes of the standard streams."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(
            prog=prog,
            description=description,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def print_help(self, _: object = None) -> NoReturn:
        """Print it, and end."""
        self.exit(streams.put(self.format_help(), 0))

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong with the arguments, and end."""
        streams.tell(f"{self.format_usage()}{self.prog}: error: {message}\n")
        self.exit(2)


class _Version(argparse.Action):
    """Prints the version, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.exit(streams.put(f"realip {__version__}\n", 0))


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    """The arguments of a command; whoever names none gets help, and what is not understood is told with the command's usage."""
    wanted = next((word for word in words if word in _COMMANDS), None)
    parser, command = _parsers(wanted)
    named = next((word for word in words if not word.startswith("-")), None)
    if wanted is None and named is not None:
        parser.error(f"{as_json(named)}: is no command; {nearest(named, _COMMANDS)}")
    parsed, left = parser.parse_known_args(words)
    if left:
        command.error(f"not understood: {' '.join(left)}")
    if parsed.command is None:
        parser.print_help()
    return parsed


def _parsers(wanted: str | None) -> tuple[_Parser, _Parser]:
    """The parser, and that of the command that is asked for, the only one that is imported: none waits for what another needs."""
    parser = _Parser(
        prog="realip",
        description="The real IP address of every client, for applications on Tencent Kubernetes\nEngine (TKE).",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.formatter_class = partial(argparse.RawDescriptionHelpFormatter, max_help_position=16)
    parser.epilog = "`realip COMMAND --help` shows a command's options, examples and exit codes."
    parser.usage = "realip COMMAND [OPTION ...]"
    commands = parser.add_subparsers(
        title="commands", prog="realip", dest="command", metavar="COMMAND [OPTION ...]", parser_class=_Parser
    )
    for name, about in _COMMANDS.items():
        command = commands.add_parser(
            name, help=about.summary, description=f"{'Write' if name == 'init' else 'Show'} {about.summary}."
        )
        if name == wanted:
            import_module(about.module).add_arguments(command)
            examples = "".join(f"  {example}\n" for example in about.examples)
            codes = sorted({**_EXIT_CODES, **about.exit_codes}.items())
            meant = "".join(f"  {code:<4} {meaning}\n" for code, meaning in codes)
            command.epilog = f"examples:\n{examples}\nexit codes:\n{meant}"
    return parser, commands.choices[wanted] if wanted else parser
