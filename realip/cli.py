"""The command line: `realip COMMAND`, or `python -m realip COMMAND`."""

import argparse
import gc
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple, NoReturn

from realip import __version__, streams
from realip.errors import InputError

__all__ = ["entry", "main"]


class _Command(NamedTuple):
    module: str
    """Has `add_arguments(parser)` and `run(arguments)`."""
    summary: str
    """The command's summary."""
    examples: tuple[str, ...]


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
    ),
    "verify": _Command(
        "realip.verify.command",
        "whether the app behind a running stack sees its clients' addresses",
        (
            "realip verify vpc-cni-direct-native",
            "realip verify --url http://203.0.113.10/ --reads socket --expect 198.51.100.7",
            "realip verify --url https://app.example.com/ --reads x-forwarded-for \\\n      --node 10.0.0.11 --node-port 30080",
        ),
    ),
    "watch": _Command(
        "realip.watch.command",
        "whether apps go on to see their clients' addresses, for Prometheus and for logs",
        (
            "realip watch vpc-cni-direct-native --listen 127.0.0.1:9464",
            "realip watch --url http://203.0.113.10/ --reads socket --every 300 \\\n      --textfile /var/lib/node_exporter/realip.prom",
        ),
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
    ),
}
_INTERRUPTED = 130
_BROKEN = 70
"""A mistake of ours, as sysexits.h has it (EX_SOFTWARE)."""
_EXIT_CODES = """\
exit codes:
  0    done; verify: preserved; watch: ended by SIGTERM
  1    a finding; verify: the address is lost, or a client can choose it;
       diff --exit-code: something differs; audit: an error or a warning
  2    bad input, or output that cannot be written: a message on standard error
  3    cannot tell; audit: only findings that the input cannot decide
  130  Ctrl-C"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code. Bad input is told on stderr."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    streams.prepare()
    collecting = gc.isenabled()
    try:
        parser = _parser(words)
        parsed = parser.parse_args(words)
        if parsed.command is None:
            parser.print_help()
        if parsed.command not in {"verify", "watch"}:
            # Over in a second: what the SDKs load stays to the end, and looking through it again and again costs a third.
            gc.disable()
        code: int = import_module(_COMMANDS[parsed.command].module).run(parsed)
        code = streams.put("", code)  # what was printed otherwise
    except InputError as error:
        streams.complain(str(error))
        return 2
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        if collecting:
            gc.enable()
    return code


def entry() -> None:
    """The console script."""
    try:
        code = main()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception:  # noqa: BLE001 - whatever it is, it must not end with 1, which is a finding
        streams.tell(traceback.format_exc())
        code = _BROKEN
    gc.freeze()  # nothing is left to collect on the way out
    sys.exit(code)


class _Parser(argparse.ArgumentParser):
    """A parser that holds its exit codes whatever becomes of the standard streams."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(
            prog=prog,
            description=description,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=_EXIT_CODES,
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


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the command that is asked for is imported, so that none waits for what another needs."""
    parser = _Parser(
        prog="realip",
        description="The real IP address of every client, for applications on Tencent Kubernetes\nEngine (TKE).",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    wanted = next((word for word in words if word in _COMMANDS), None)
    for name, about in _COMMANDS.items():
        command = commands.add_parser(
            name, help=about.summary, description=f"{'Write' if name == 'init' else 'Show'} {about.summary}."
        )
        if name == wanted:
            import_module(about.module).add_arguments(command)
            examples = "".join(f"  {example}\n" for example in about.examples)
            command.epilog = f"examples:\n{examples}\n{_EXIT_CODES}"
    return parser
