"""Puts a run's page into the file that `--html` names, with what an auditor asks besides."""

import argparse
import shlex
import socket
from datetime import UTC, datetime

from realip import __version__, streams
from realip.errors import InputError
from realip.escapes import SECRET
from realip.messages import speaker
from realip.verify.html import Circumstances, html
from realip.verify.report import Report
from realip.whole_file import WholeFile

__all__ = ["write_page"]

_NOT_SAID = {"command", "stack", "url", "reads", "method", "json", "html", "lang"}
"""Arguments that the page shows elsewhere, or that only say how to report."""


def write_page(file: WholeFile, report: Report, start: datetime, arguments: argparse.Namespace) -> int:
    """Write the page of a run that began at `start`, and give the exit code."""
    circumstances = Circumstances(
        machine=socket.gethostname(),
        start=start,
        end=datetime.now(UTC),
        version=f"realip {__version__}",
        options=_said(arguments),
    )
    try:
        file.write(html(report, circumstances, speaker(arguments.lang)))
    except InputError as error:
        streams.complain(str(error))
        return streams.CANNOT_WRITE
    return report.exit_code


def _said(arguments: argparse.Namespace) -> list[str]:
    """The options as they were given; the values of headers are secrets."""
    found = []
    for name, value in vars(arguments).items():
        if name in _NOT_SAID or value is None or value == []:
            continue
        for each in value if isinstance(value, list) else [value]:
            shown = f"{each.partition(':')[0]}: {SECRET}" if name == "request_header" else str(each)
            found.append(f"--{name.replace('_', '-')} {shlex.quote(shown)}")
    return found
