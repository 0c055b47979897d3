"""The command line: `python -m realip COMMAND`. Exit codes: 0 done, 1 a finding, 2 bad input, 3 cannot tell."""

import argparse
import gc
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from realip import streams
from realip.errors import InputError

__all__ = ["entry", "main"]

_COMMANDS = {
    "scenarios": ("realip.offline.scenarios_command", "the scenarios, and which choices lead to them"),
    "preview": ("realip.offline.preview_command", "what `pulumi up` would create, and how a client's address travels"),
    "render": ("realip.offline.render_command", "the Kubernetes objects as YAML"),
    "diff": ("realip.offline.diff_command", "what differs between two stacks"),
    "verify": ("realip.verify.command", "whether the app behind a running stack sees its clients' addresses"),
}
"""Each command's module, which has `add_arguments(parser)` and `run(arguments)`, and what it shows."""
_INTERRUPTED = 130
_BROKEN = 70
"""A mistake of ours, as sysexits.h has it (EX_SOFTWARE)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code. Bad input is told on stderr."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    streams.prepare()
    collecting = gc.isenabled()
    try:
        parsed = _parser(words).parse_args(words)
        if parsed.command != "verify":
            # Over in a second: what the SDKs load stays to the end, and looking through it again and again costs a third.
            gc.disable()
        code: int = import_module(_COMMANDS[parsed.command][0]).run(parsed)
        code = streams.put("", code)
    except InputError as error:
        streams.complain(str(error))
        return 2
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        streams.abandon()
        return 0
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
        traceback.print_exc()
        code = _BROKEN
    gc.freeze()  # nothing is left to collect on the way out
    sys.exit(code)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the command that is asked for is imported, so that none waits for what another needs."""
    parser = argparse.ArgumentParser(
        prog="realip",
        description="The real IP address of every client, for applications on Tencent Kubernetes Engine.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in words if not word.startswith("-")), None)
    for name, (module, summary) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"Show {summary}.", allow_abbrev=False)
        if name == wanted:
            import_module(module).add_arguments(command)
    return parser
